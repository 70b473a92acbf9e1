"""Toy attention: one attention layer small enough to read off, with the sites of every other model.

    stream = W_E[tokens] (+ W_pos);  out = sum_h A^h norm(stream) W_V^h W_O^h + b_O
    logits = (stream if direct) + out, through W_U

One-hot embedding (`d_model=None`): W_E and W_U are identities and have no parameters; completions beyond the input
vocabulary are extra coordinates. Written for one model; heads, d_head and biases padded with zeros leave the function
as it is, so models of different sizes train in one ensemble (`training.ensemble`). Source of the layout: Elhage et al.
2021; the toy settings: docs/studies.md. Axis legend: b batch, p position, h head, q query position, k key position.
"""

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from polyhead.core.model_config import ModelConfig
from polyhead.core.protocols import Batch
from polyhead.core.sites import site
from polyhead.models.hooked import HookedModel
from polyhead.models.native import Norm
from polyhead.models.tap import Tap
from polyhead.models.toy.attention_config import ToyAttentionConfig
from polyhead.ops.attention import attention_scores, mix_values


class Heads(nn.Module):
    """The attention layer: `W_Q W_K W_V [n_heads, d_model, d_head]`, `W_O [n_heads, d_head, d_model]`."""

    W_Q: nn.Parameter
    W_O: nn.Parameter
    scale: Tensor

    def __init__(self, cfg: ToyAttentionConfig, generator: torch.Generator) -> None:
        super().__init__()
        self.toy = cfg
        h, d, k = cfg.n_heads, cfg.width, cfg.d_head
        for name, shape, std in (
            ("W_Q", (h, d, k), cfg.init_qk),
            ("W_K", (h, d, k), cfg.init_qk),
            ("W_V", (h, d, k), cfg.init_ov),
            ("W_O", (h, k, d), cfg.init_ov),
        ):
            self.register_parameter(name, nn.Parameter(std * torch.randn(shape, generator=generator)))
        for name in ("b_Q", "b_K", "b_V") if cfg.qkv_bias else ():
            self.register_parameter(name, nn.Parameter(torch.zeros(h, k)))
        if cfg.output_bias:
            self.b_O = nn.Parameter(torch.zeros(d))
        self.register_buffer("scale", torch.tensor(cfg.d_head**-0.5))

    def forward(self, x: Float[Tensor, "b p d"], tap: Tap) -> Float[Tensor, "b p d"]:
        qkv = []
        for letter in "QKV":
            value = torch.einsum("bpd,hdk->bphk", x, getattr(self, f"W_{letter}"))
            bias = getattr(self, f"b_{letter}") if self.toy.qkv_bias else 0
            qkv.append(tap(site(0, f"attn.hook_{letter.lower()}"), value + bias))
        q, k, v = qkv
        scores = tap(site(0, "attn.hook_attn_scores"), attention_scores(q * self.scale, k, scale=1.0))
        z = tap(site(0, "attn.hook_z"), mix_values(tap(site(0, "attn.hook_pattern"), scores.softmax(-1)), v))
        if tap.wants(site(0, "attn.hook_result")):
            out = tap(site(0, "attn.hook_result"), torch.einsum("bphk,hkd->bphd", z, self.W_O)).sum(2)
        else:
            out = torch.einsum("bphk,hkd->bpd", z, self.W_O)
        return out + self.b_O if self.toy.output_bias else out


class ToyAttention(HookedModel):
    """Embedding, one attention layer, unembedding."""

    W_E: nn.Parameter
    W_U: nn.Parameter
    b_U: nn.Parameter
    W_pos: nn.Parameter

    def __init__(self, cfg: ToyAttentionConfig, *, generator: torch.Generator) -> None:
        super().__init__(
            ModelConfig(
                name=f"toy-attention-{cfg.n_heads}x{cfg.d_head}",
                family="toy",
                n_layers=1,
                d_model=cfg.width,
                n_heads=cfg.n_heads,
                n_kv_heads=cfg.n_heads,
                d_head=cfg.d_head,
                d_vocab=cfg.d_vocab,
                n_ctx=cfg.n_ctx,
                attn_only=True,
                positions="learned" if cfg.positions else "none",
                normalization="LNPre" if cfg.norm else "none",
            )
        )
        self.toy = cfg
        self.attn = Heads(cfg, generator)
        self.norm = Norm("LNPre" if cfg.norm else "none", cfg.width, 1e-5)
        if cfg.d_model is not None:
            self.W_E = nn.Parameter(0.5 * torch.randn(cfg.d_vocab, cfg.width, generator=generator))
            self.W_U = nn.Parameter(cfg.width**-0.5 * torch.randn(cfg.width, cfg.n_out, generator=generator))
        if cfg.unembed_bias:
            self.b_U = nn.Parameter(torch.zeros(cfg.n_out))
        if cfg.positions:
            self.W_pos = nn.Parameter(0.5 * torch.randn(cfg.n_ctx, cfg.width, generator=generator))

    def _forward(self, tokens: Int[Tensor, "b p"], tap: Tap) -> Float[Tensor, "b p d_vocab_out"]:
        embedded = (
            self.W_E[tokens] if self.toy.d_model is not None else F.one_hot(tokens, self.toy.width).to(self.dtype)
        )
        stream = tap("hook_embed", embedded)
        if self.toy.positions:
            stream = stream + tap("hook_pos_embed", self.W_pos[: tokens.shape[1]].expand_as(stream))
        stream = tap(site(0, "hook_resid_pre"), stream)
        out = self.attn(self.norm(stream, site(0, "ln1"), tap), tap)
        out = tap(site(0, "hook_attn_out"), out)
        stream = tap(site(0, "hook_resid_post"), stream + out if self.toy.direct else out)
        if self.toy.d_model is None:
            return stream[..., : self.toy.n_out]
        logits = stream @ self.W_U
        return logits + self.b_U if self.toy.unembed_bias else logits

    def _weight(self, name: str, layer: int) -> Tensor:
        own = self.attn._parameters.get(name)
        if own is not None:
            return own
        return self.attn.W_Q.new_zeros((self.toy.width,) if name == "b_O" else (self.toy.n_heads, self.toy.d_head))

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy. `tokens [b, p]`; `targets [b]` (last position only) or `[b, p]`, -100 where nothing counts.

        With `weights [b]`, the mean over sequences of weight times cross-entropy at the last position.
        """
        logits, targets = self._forward(batch["tokens"], Tap(n_layers=1)), batch["targets"]
        logits = logits[:, -1] if targets.ndim == 1 else logits.flatten(0, 1)
        if "weights" in batch:
            return {"cross_entropy": (F.cross_entropy(logits, targets, reduction="none") * batch["weights"]).mean()}
        return {"cross_entropy": F.cross_entropy(logits, targets.flatten(), ignore_index=-100)}

    def project(self) -> None:
        """No constraints."""
