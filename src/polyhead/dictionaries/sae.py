"""The sparse autoencoder that the attention output SAE and the attention value SAE share.

    u = N(x / scale);   f = act((u - [subtract_b_dec] b_dec) W_enc + b_enc);   y = N^-1(f W_dec + b_dec) scale
`scale` is one number for each of `n_parts` equal parts of x (layers laid side by side have one each); N is the identity
but for some SAEs read from elsewhere. x is what is reconstructed, so one scale serves both sides. While training,
|W_dec_i| = 1. Where few latents fire, the code stays a list from end to end (ops/sparse.py, ops/sparse_decode.py): one
product with W_enc is all that is dense. Tokens that are not valid are not encoded at all.
Axis legend: b sequence, p position, n token, d width, i latent, m chosen latents.
"""

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import torch
from jaxtyping import Float
from pydantic import Field, model_validator
from torch import Tensor, nn

from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Batch, Codes
from polyhead.dictionaries.activation import BatchTopK, JumpReLU, Sparse, fire_all
from polyhead.dictionaries.dead_latents import CountsSteps, reviving
from polyhead.dictionaries.encoder import (
    FOLLOW,
    Code,
    dead_entries,
    listed_code,
    packed,
    penalties,
    plain_code,
    warmth,
)
from polyhead.ops.sparse_decode import write_listed

Product = Literal["auto", "plain"]
"""`plain` is dense throughout: the reference; `auto` keeps a list where few latents fire in this very batch."""
LIST_BELOW = 0.08
"""Share of latents listed under which the list is faster than dense products (benchmarks/bench_sae.py)."""
TokenNorm = Literal["none", "constant_norm", "layer_norm", "centred"]


class SAEConfig(Sparse):
    """Shape of a sparse autoencoder."""

    d_in: int = Field(ge=1)
    """Width of what is read and reconstructed."""
    n_parts: int = Field(default=1, ge=1)
    """Equal parts of x that have a scale each."""
    subtract_b_dec: bool = False
    """Whether b_dec is taken off what the encoder reads (SAELens: `apply_b_dec_to_input`)."""
    token_norm: TokenNorm = "none"
    """What is done to each token first, and undone last: brought to norm sqrt(d_in), centred and standardized, or
    centred only."""

    @model_validator(mode="after")
    def _fits(self) -> "SAEConfig":
        if self.d_in % self.n_parts:
            raise ValueError(f"d_in {self.d_in} is not a multiple of n_parts {self.n_parts}")
        return self


class _Norm(NamedTuple):
    """What takes a normalized token back: u * size + shift."""

    size: Tensor | float
    shift: Tensor | float


class SAE(CountsSteps):
    """Weights, code, reconstruction and loss; what a latent means by head is for the kinds to say."""

    def __init__(self, cfg: SAEConfig, *, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.cfg = cfg
        n, d = cfg.n_latents, cfg.d_in
        rows = torch.randn(n, d, generator=generator) / math.sqrt(d)
        self.encoder_rows = nn.Parameter(rows.clone())
        """W_enc transposed: a latent's gradient is then one row."""
        self.b_enc = nn.Parameter(torch.zeros(n))
        self.W_dec = nn.Parameter(rows / rows.norm(dim=-1, keepdim=True))
        self.b_dec = nn.Parameter(torch.zeros(d))
        if isinstance(cfg.activation, JumpReLU):
            self.threshold = nn.Parameter(torch.full((n,), cfg.activation.threshold))
        elif isinstance(cfg.activation, BatchTopK):
            self.register_buffer("threshold", torch.full((n,), cfg.activation.threshold))
        self._cut: Tensor | None = None
        self.register_buffer("scales", torch.ones(cfg.n_parts))
        self.register_counts(n)
        self.scales: Float[Tensor, " parts"]

    @property
    def W_enc(self) -> Float[Tensor, "d i"]:
        """The encoder, read-only in shape `[d_in, n_latents]`."""
        return self.encoder_rows.T

    @property
    def scale(self) -> Float[Tensor, " d"]:
        """What each component of x is divided by."""
        return self.scales.repeat_interleave(self.cfg.d_in // self.cfg.n_parts)

    target_scale = input_scale = scale

    # ---- encoding

    def theta(self) -> Float[Tensor, " i"]:
        """A latent is active where its pre-activation is above it."""
        return self.threshold.relu() if hasattr(self, "threshold") else torch.zeros_like(self.b_enc)

    def bias(self) -> Float[Tensor, " i"]:
        """Everything in a pre-activation that is not x: b_enc, less what is taken off with b_dec."""
        return self.b_enc - self.b_dec @ self.W_enc if self.cfg.subtract_b_dec else self.b_enc

    def pre_activations(self, x: Float[Tensor, "*b d"]) -> Float[Tensor, "*b i"]:
        """Of every latent, as a dense tensor."""
        return self._normalized(x)[0] @ self.W_enc + self.bias()

    def activations(self, x: Float[Tensor, "*b d"]) -> Float[Tensor, "*b i"]:
        """f of every latent, as a dense tensor (the plain form)."""
        return fire_all(self.cfg.activation, self.pre_activations(x), self.theta())

    def encode(self, x: Float[Tensor, "b p d"]) -> Codes:
        """f, packed."""
        code = self._listed(self._normalized(x)[0].flatten(0, 1), training=False, limit=1.0)
        assert code is not None
        return packed(code, (x.shape[0], x.shape[1]), self.cfg.n_latents)

    def codes(self, batch: Batch) -> Codes:
        """What fires where."""
        return self.encode(self._checked(batch))

    # ---- decoding

    def decode(self, f: Float[Tensor, "*b i"]) -> Float[Tensor, "*b d"]:
        """From a dense code, in the target's units; only where no norm has to be undone.

        Raises:
            PolyheadError: this SAE normalizes tokens; `reconstruct` knows how to undo it.
        """
        if self.cfg.token_norm != "none":
            raise PolyheadError(f"token_norm {self.cfg.token_norm!r} cannot be undone from a code; use reconstruct")
        return (f @ self.W_dec + self.b_dec) * self.scale

    def reconstruct(self, batch: Batch, *, product: Product = "auto") -> Float[Tensor, "b p d"]:
        """The target, in its own units."""
        x = self._checked(batch)
        rows, norm = self._normalized(x.flatten(0, 1))
        y = self._written(self._code(rows, product, training=False)) * norm.size + norm.shift
        return (y * self.scale).unflatten(0, x.shape[:2])

    def write(
        self, batch: Batch, latents: Tensor, change: Float[Tensor, "b p m"], heads: Sequence[int] | None = None
    ) -> Float[Tensor, "b p d"]:
        """What the target gains when f of some latents changes, the norm of each token kept.

        Raises:
            PolyheadError: heads are named; what they wrote is added up before this dictionary reads it.
        """
        if heads is not None:
            raise PolyheadError("this dictionary does not move its latents through heads; leave heads out")
        size = self._normalized(self._checked(batch))[1].size
        return (change @ self.W_dec[latents]) * size * self.scale

    # ---- training

    def loss(self, batch: Batch, *, product: Product = "auto") -> dict[str, Tensor]:
        """mse: mean over width and valid tokens of the squared error in units of `scale`; and penalties."""
        x, target, valid = self._checked(batch), batch["target"].to(self.W_dec.dtype), batch.get("valid")
        x, target = (t.flatten(0, 1) if valid is None else t[valid] for t in (x, target))
        rows, norm = self._normalized(x)
        code = self._code(rows, product)
        self._cut = code.cut if torch.is_grad_enabled() else None
        error = self._written(code) * norm.size + norm.shift - target / self.scale
        terms = {"mse": error.square().sum() / max(error.numel(), 1)}
        act = self.cfg.activation
        if (topk := reviving(act, self.dead)) is not None:
            terms["aux"] = topk.aux_weight * self._unexplained_by_dead(rows, -error.detach(), topk.k_aux)
        weight = torch.full((len(rows),), 1 / max(len(rows), 1), device=rows.device)
        return terms | penalties(act, code._replace(gap=None), weight, warmth(act, self.n_steps))

    @torch.no_grad()
    def project(self) -> None:
        """Unit decoder rows after a step; also counts it, for penalties, and follows batchtopk's threshold."""
        self.n_steps += 1
        if self._cut is not None:
            self.threshold.lerp_(self._cut.expand_as(self.threshold), FOLLOW)
            self._cut = None
        self.W_dec /= self.W_dec.norm(dim=-1, keepdim=True).clamp_min(1e-12)

    # ---- inside

    def _checked(self, batch: Batch) -> Tensor:
        if "x" not in batch or batch["x"].shape[-1] != self.cfg.d_in:
            found = f"x {list(batch['x'].shape)}" if "x" in batch else f"no x (roles: {', '.join(batch)})"
            raise PolyheadError(
                f"this SAE reads x [b, p, {self.cfg.d_in}]; received {found}: is it another layer's or model's batch?"
            )
        return batch["x"].to(self.W_dec.dtype)

    def _normalized(self, x: Tensor) -> tuple[Tensor, _Norm]:
        """u of each token, and what takes it back."""
        x = x / self.scale
        if self.cfg.token_norm == "constant_norm":
            size = x.norm(dim=-1, keepdim=True) / math.sqrt(self.cfg.d_in)
            return x / size, _Norm(size, 0.0)
        if self.cfg.token_norm == "layer_norm":
            mean = x.mean(dim=-1, keepdim=True)
            std = x.std(dim=-1, keepdim=True)
            return (x - mean) / (std + 1e-5), _Norm(std, mean)
        if self.cfg.token_norm == "centred":
            mean = x.mean(dim=-1, keepdim=True)
            return x - mean, _Norm(1.0, mean)
        return x, _Norm(1.0, 0.0)

    def _code(self, rows: Tensor, product: Product, *, training: bool = True) -> Code:
        listed = self._listed(rows, training=training, limit=LIST_BELOW) if product == "auto" else None
        if listed is not None:
            return listed
        return plain_code(self.cfg.activation, rows, self.W_enc, self.bias(), self.theta(), training=training)

    def _listed(self, rows: Tensor, *, training: bool, limit: float) -> Code | None:
        act = self.cfg.activation
        return listed_code(act, rows, self.W_enc, self.bias(), self.theta(), training=training, limit=limit)

    def _written(self, code: Code) -> Tensor:
        if code.listed is None or code.groups is None:
            return code.f @ self.W_dec + self.b_dec
        return write_listed(code.f, code.listed, code.groups, self.W_dec) + self.b_dec

    def _unexplained_by_dead(self, rows: Tensor, error: Tensor, k: int) -> Float[Tensor, ""]:
        """|error - what the dead latents would write|^2 / |error|^2, their `k` largest per token."""
        f, listed, groups = dead_entries(rows, self.W_enc, self.bias(), self.dead, k)
        left = write_listed(f, listed, groups, self.W_dec) - error
        return left.square().sum() / error.square().sum().clamp_min(1e-12)
