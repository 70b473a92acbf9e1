"""The native decoder transformer: attention-only or with MLPs, written to be read.

Row-vector convention (residual @ W). Parameter names are TransformerLens', so its state dicts load as they are.
Axis legend: b batch, p position, h head, q query position, k key position.
"""

from typing import Any, Literal

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from pydantic import Field
from torch import Tensor, nn

from polyhead.core.config import Config
from polyhead.core.model_config import ModelConfig
from polyhead.core.sites import site
from polyhead.core.special_tokens import SpecialTokens
from polyhead.models.hooked import HookedModel
from polyhead.models.tap import Tap, in_path
from polyhead.models.tokenizer import Tokenizer
from polyhead.ops.attention import attention_scores, fused_attention, mix_values
from polyhead.ops.rotary import apply_rotary, rotary_table


class NativeConfig(Config):
    """Architecture of a native model."""

    n_layers: int = Field(ge=1)
    d_model: int = Field(ge=1)
    n_heads: int = Field(ge=1)
    d_head: int = Field(ge=1)
    d_vocab: int = Field(ge=1)
    n_ctx: int = Field(ge=1)
    d_mlp: int | None = Field(default=None, ge=1)
    """Width of the MLP, or None for an attention-only model."""
    act_fn: Literal["gelu", "gelu_new", "relu", "silu", "solu_ln"] = "gelu"
    """`solu_ln` is x * softmax(x) followed by a LayerNorm inside the MLP."""
    positions: Literal["rotary", "learned", "shortformer", "none"] = "rotary"
    """`shortformer`: learned positions added to the normalised inputs of queries and keys, never to the stream."""
    normalization: Literal["LN", "LNPre", "RMS", "RMSPre", "none"] = "RMSPre"
    final_rms: bool = False
    """Final normalisation is RMS although the blocks use another kind (a few of the older checkpoints)."""
    has_bias: bool = False
    """Biases on q, k, v, attention output, MLP and unembedding."""
    rotary_base: float = Field(default=10_000.0, gt=0)
    score_scale: float | None = Field(default=None, gt=0)
    """What q k^T is multiplied by; None: 1 / sqrt(d_head)."""
    eps: float = 1e-5


class Norm(nn.Module):
    """LayerNorm or RMSNorm, with or without a learned gain, or the identity."""

    def __init__(self, kind: str, width: int, eps: float) -> None:
        super().__init__()
        self.kind, self.eps = kind, eps
        if kind in ("LN", "RMS"):
            self.w = nn.Parameter(torch.ones(width))
        if kind == "LN":
            self.b = nn.Parameter(torch.zeros(width))

    def forward(
        self, x: Float[Tensor, "*batch d"], name: str = "", tap: Tap | None = None
    ) -> Float[Tensor, "*batch d"]:
        """The whole norm; with a tap, past its two sites (`name` is `blocks.0.ln1`)."""
        if tap is None:
            return self.gained(self.before_gain(x))
        return tap(f"{name}.hook_normalized", self.gained(tap(f"{name}.hook_pre_gain", self.before_gain(x))))

    def before_gain(self, x: Float[Tensor, "*batch d"]) -> Float[Tensor, "*batch d"]:
        """Centred (LayerNorm) and divided by its root mean square; x itself where there is no norm."""
        if self.kind == "none":
            return x
        if self.kind.startswith("LN"):
            x = x - x.mean(-1, keepdim=True)
        return x * (x.pow(2).mean(-1, keepdim=True) + self.eps).rsqrt()

    def gained(self, x: Float[Tensor, "*batch d"]) -> Float[Tensor, "*batch d"]:
        """With the learned gain and bias, where the norm has them."""
        if hasattr(self, "w"):
            x = x * self.w
        return x + self.b if hasattr(self, "b") else x


class Attention(nn.Module):
    """Multi-head attention with per-head weights as an explicit leading axis."""

    rotary: Tensor

    def __init__(self, cfg: NativeConfig) -> None:
        super().__init__()
        self.cfg, self.scale = cfg, cfg.score_scale or cfg.d_head**-0.5
        h, d, k = cfg.n_heads, cfg.d_model, cfg.d_head
        for name in ("W_Q", "W_K", "W_V"):
            self.register_parameter(name, nn.Parameter(torch.empty(h, d, k)))
        self.W_O = nn.Parameter(torch.empty(h, k, d))
        if cfg.has_bias:
            for name in ("b_Q", "b_K", "b_V"):
                self.register_parameter(name, nn.Parameter(torch.zeros(h, k)))
            self.b_O = nn.Parameter(torch.zeros(d))
        if cfg.positions == "rotary":
            self.register_buffer("rotary", rotary_table(cfg.n_ctx, k, cfg.rotary_base), persistent=False)

    def _project(self, x: Tensor, name: str) -> Float[Tensor, "b p h d_head"]:
        out = torch.einsum("bpd,hdk->bphk", x, getattr(self, f"W_{name}"))
        return out + getattr(self, f"b_{name}") if self.cfg.has_bias else out

    def forward(
        self, x: Float[Tensor, "b p d"], qk_input: Float[Tensor, "b p d"], layer: int, tap: Tap
    ) -> Float[Tensor, "b p d"]:
        def at(name: str) -> str:
            return site(layer, f"attn.{name}")

        q = tap(at("hook_q"), self._project(qk_input, "Q"))
        k = tap(at("hook_k"), self._project(qk_input, "K"))
        v = tap(at("hook_v"), self._project(x, "V"))
        if self.cfg.positions == "rotary":
            q = tap(at("hook_rot_q"), apply_rotary(q, self.rotary))
            k = tap(at("hook_rot_k"), apply_rotary(k, self.rotary))
        inner = at("hook_attn_scores"), at("hook_pattern")
        z = None
        if tap.wants(*inner):
            scores = tap(inner[0], attention_scores(q, k, scale=self.scale))
            pattern = tap(inner[1], scores.softmax(-1))
            z = mix_values(pattern, v) if in_path(tap, pattern, *inner) else None
        z = tap(at("hook_z"), fused_attention(q, k, v, scale=self.scale) if z is None else z)
        out = None
        if tap.wants(at("hook_result")):
            result = tap(at("hook_result"), torch.einsum("bphk,hkd->bphd", z, self.W_O))
            out = result.sum(2) if in_path(tap, result, at("hook_result")) else None
        if out is None:
            out = torch.einsum("bphk,hkd->bpd", z, self.W_O)
        return out + self.b_O if self.cfg.has_bias else out


class MLP(nn.Module):
    """One hidden layer; `solu_ln` normalises the hidden activations."""

    def __init__(self, cfg: NativeConfig) -> None:
        super().__init__()
        assert cfg.d_mlp is not None
        self.act_fn = cfg.act_fn
        self.W_in = nn.Parameter(torch.empty(cfg.d_model, cfg.d_mlp))
        self.b_in = nn.Parameter(torch.zeros(cfg.d_mlp))
        self.W_out = nn.Parameter(torch.empty(cfg.d_mlp, cfg.d_model))
        self.b_out = nn.Parameter(torch.zeros(cfg.d_model))
        if cfg.act_fn == "solu_ln":
            self.ln = Norm("LN", cfg.d_mlp, cfg.eps)

    def forward(self, x: Float[Tensor, "b p d"], layer: int, tap: Tap) -> Float[Tensor, "b p d"]:
        pre = tap(site(layer, "mlp.hook_pre"), x @ self.W_in + self.b_in)
        if self.act_fn == "solu_ln":
            post = self.ln(pre * pre.softmax(-1))
        elif self.act_fn == "gelu_new":
            post = F.gelu(pre, approximate="tanh")
        else:
            post = {"gelu": F.gelu, "relu": F.relu, "silu": F.silu}[self.act_fn](pre)
        return tap(site(layer, "mlp.hook_post"), post) @ self.W_out + self.b_out


class Block(nn.Module):
    """Norm, attention, and where there is one norm, MLP; residual around each."""

    def __init__(self, cfg: NativeConfig) -> None:
        super().__init__()
        self.ln1 = Norm(cfg.normalization, cfg.d_model, cfg.eps)
        self.attn = Attention(cfg)
        if cfg.d_mlp is not None:
            self.ln2 = Norm(cfg.normalization, cfg.d_model, cfg.eps)
            self.mlp = MLP(cfg)

    def forward(self, x: Tensor, pos: Tensor | None, layer: int, tap: Tap) -> Float[Tensor, "b p d"]:
        x = tap(site(layer, "hook_resid_pre"), x)
        normed = self.ln1(x, site(layer, "ln1"), tap)
        qk_input = normed if pos is None else normed + pos
        x = x + tap(site(layer, "hook_attn_out"), self.attn(normed, qk_input, layer, tap))
        if hasattr(self, "mlp"):
            x = tap(site(layer, "hook_resid_mid"), x)
            normed = self.ln2(x, site(layer, "ln2"), tap)
            x = x + tap(site(layer, "hook_mlp_out"), self.mlp(normed, layer, tap))
        return tap(site(layer, "hook_resid_post"), x)


class Embed(nn.Module):
    """Token embedding `W_E [d_vocab, d_model]`."""

    def __init__(self, cfg: NativeConfig) -> None:
        super().__init__()
        self.W_E = nn.Parameter(torch.empty(cfg.d_vocab, cfg.d_model))


class PosEmbed(nn.Module):
    """Learned positions `W_pos [n_ctx, d_model]`."""

    def __init__(self, cfg: NativeConfig) -> None:
        super().__init__()
        self.W_pos = nn.Parameter(torch.empty(cfg.n_ctx, cfg.d_model))


class Unembed(nn.Module):
    """Unembedding `W_U [d_model, d_vocab]`."""

    def __init__(self, cfg: NativeConfig) -> None:
        super().__init__()
        self.W_U = nn.Parameter(torch.empty(cfg.d_model, cfg.d_vocab))
        if cfg.has_bias:
            self.b_U = nn.Parameter(torch.zeros(cfg.d_vocab))


class NativeTransformer(HookedModel):
    """A decoder transformer whose every tensor has a site. Weights start from `generator`, or uninitialised without."""

    def __init__(
        self,
        native: NativeConfig,
        *,
        name: str = "native",
        tokenizer: Any = None,
        bos_token_id: int | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        special = SpecialTokens(bos_token_id=bos_token_id, bos_from="given")
        if isinstance(tokenizer, Tokenizer) and tokenizer.bos_token_id == bos_token_id:
            special = tokenizer.special
        super().__init__(_model_config(native, name, special), tokenizer)
        self.native = native
        self.embed, self.unembed = Embed(native), Unembed(native)
        if native.positions in ("learned", "shortformer"):
            self.pos_embed = PosEmbed(native)
        self.blocks = nn.ModuleList(Block(native) for _ in range(native.n_layers))
        final = "RMS" if native.final_rms else native.normalization
        self.ln_final = Norm(final, native.d_model, native.eps)
        if generator is not None:
            self._initialize(generator)

    @torch.no_grad()
    def _initialize(self, generator: torch.Generator) -> None:
        for name, p in self.named_parameters():
            if p.ndim < 2 or name.split(".")[-1].startswith("b_"):
                continue
            std = 0.02 if name.endswith(("W_E", "W_pos")) else p.shape[-2] ** -0.5
            if name.endswith(("W_O", "W_out")):
                std /= (2 * self.native.n_layers * (self.native.n_heads if name.endswith("W_O") else 1)) ** 0.5
            p.normal_(0.0, std, generator=generator)

    def _forward(self, tokens: Int[Tensor, "b p"], tap: Tap) -> Float[Tensor, "b p d_vocab"]:
        x = tap("hook_embed", F.embedding(tokens, self.embed.W_E))
        pos = None
        if self.native.positions in ("learned", "shortformer"):
            pos = tap("hook_pos_embed", self.pos_embed.W_pos[: tokens.shape[1]].expand_as(x))
            if self.native.positions == "learned":
                x, pos = x + pos, None
        for layer, block in enumerate(self.blocks):
            x = block(x, pos, layer, tap)
        x = self.ln_final(x, "ln_final", tap)
        logits = x @ self.unembed.W_U
        return logits + self.unembed.b_U if self.native.has_bias else logits

    def _weight(self, name: str, layer: int) -> Tensor:
        attn = self.blocks[layer].attn
        if hasattr(attn, name):
            return getattr(attn, name)
        shape = (self.cfg.d_model,) if name == "b_O" else (self.cfg.n_heads, self.cfg.d_head)
        return torch.zeros(shape, device=self.device, dtype=self.dtype)

    @property
    def W_E(self) -> Float[Tensor, "d_vocab d_model"]:
        return self.embed.W_E

    @property
    def W_U(self) -> Float[Tensor, "d_model d_vocab"]:
        return self.unembed.W_U


def _model_config(native: NativeConfig, name: str, special: SpecialTokens) -> ModelConfig:
    return ModelConfig(
        name=name,
        family="native",
        n_layers=native.n_layers,
        d_model=native.d_model,
        n_heads=native.n_heads,
        n_kv_heads=native.n_heads,
        d_head=native.d_head,
        d_vocab=native.d_vocab,
        n_ctx=native.n_ctx,
        attn_only=native.d_mlp is None,
        positions=native.positions,
        normalization=native.normalization,
        attention=("full",) * native.n_layers,
        **special.model_dump(),
    )
