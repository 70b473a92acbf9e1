"""Dictionaries that span layers: several encoders, each reading one site, with decoders only for allowed targets.

    f[s] = act(x[s] W_enc[s] + b_enc[s]);   y[t] = b_dec[t] + sum over sources s that may write t of f[s] W_dec[s][:, t]
Which source may write which target is part of the shape: there is no parameter for a pair that is not allowed, so what
a method calls causal cannot be broken by training. Latents of all sources lie side by side in `codes`; k of TopK is a
source's own. The three methods on top of this differ in what is read and who may write what: `cross_layer_transcoder`,
`attention_features`, `attn_out_crosscoder`.
Inside, every source is divided by its own scale and every target by its own (the root of its variance), and the squared
error is the mean over targets: each target counts the same. A latent's decoder rows, over all targets, have norm 1
together, as in crosscoders, so a sparsity penalty on f weighs a latent by all that it writes.
Sources: Transformer Circuits, "Sparse Crosscoders" (2024), "Circuit Tracing" (2025), "Progress on Attention" (2025).
Axis legend: b sequence, p position, n token, s source, t target (w: those that a source may write), i latent of one
source, I latent of any source, d d_model.
"""

import math
from collections.abc import Sequence
from typing import Literal

import torch
from jaxtyping import Float, Int
from pydantic import Field, model_validator
from torch import Tensor, nn

from polyhead.core.base_layer import BaseLayer
from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Batch, Codes, LatentView
from polyhead.core.reading import Read, Reading
from polyhead.dictionaries.activation import HAS_THRESHOLD, Sparse, fire_all
from polyhead.dictionaries.dead_latents import CountsSteps, reviving, unexplained
from polyhead.dictionaries.encoder import (
    Code,
    dead_entries,
    follow_cut,
    listed_code,
    packed,
    penalties,
    plain_code,
    position_weights,
    remember_cut,
    threshold,
    unpack,
    warmth,
)
from polyhead.ops.sparse_decode import write_listed

Product = Literal["auto", "plain"]
"""`auto` lists the latents that fire where they are few; `plain` is the dense form it is tested against."""

LIST_BELOW = 0.08
"""Share of latents that fire under which the list wins."""


class SpanningConfig(Sparse):
    """Shape of a dictionary that spans layers: who reads what, and who writes what."""

    d_model: int = Field(ge=1)
    """Width of every site read and written."""
    n_latents: int = Field(ge=1)
    """Latents of each source; the activation's k is a source's own too."""
    sources: tuple[str, ...]
    """Full names of the sites that are read, in the order of the batch."""
    targets: tuple[str, ...]
    """Full names of the sites that are reconstructed, in the order of the batch."""
    writes: tuple[tuple[int, ...], ...]
    """For each source the targets it may write, ascending."""
    skip: bool = False
    """Whether source i also adds x W_skip[i]^T to target i, as transcoders with an affine skip do: a part of the
    reconstruction that no latent says."""

    @model_validator(mode="after")
    def _fits(self) -> "SpanningConfig":
        if len(self.writes) != len(self.sources):
            raise ValueError(f"{len(self.sources)} sources, but writes has {len(self.writes)} entries")
        for name, targets in zip(self.sources, self.writes, strict=True):
            if not targets or list(targets) != sorted(set(targets)) or targets[-1] >= len(self.targets):
                raise ValueError(f"{name} writes targets {list(targets)}; {len(self.targets)} targets, ascending, >= 1")
        if self.skip and len(self.sources) != len(self.targets):
            raise ValueError(
                f"skip needs a target per source; {len(self.sources)} sources, {len(self.targets)} targets"
            )
        return self


class Spanning(CountsSteps):
    """Several encoders and allowed decoders; the three methods are this with names of their own."""

    def __init__(self, cfg: SpanningConfig, *, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.cfg = cfg
        n, d, n_sources, n_targets = cfg.n_latents, cfg.d_model, len(cfg.sources), len(cfg.targets)

        def random(*shape: int) -> nn.Parameter:
            return nn.Parameter(torch.randn(*shape, generator=generator) / math.sqrt(d))

        self.W_enc = nn.ParameterList([random(d, n) for _ in cfg.sources])
        self.b_enc = nn.Parameter(torch.zeros(n_sources, n))
        self.W_dec = nn.ParameterList([random(n, len(targets), d) for targets in cfg.writes])
        self.b_dec = nn.Parameter(torch.zeros(n_targets, d))
        if cfg.skip:
            self.W_skip = nn.ParameterList([nn.Parameter(torch.zeros(d, d)) for _ in cfg.sources])
            """`[d_out, d_in]`, from x to the target in their own units."""
        if isinstance(cfg.activation, HAS_THRESHOLD):
            self.log_threshold = nn.Parameter(torch.full((n_sources, n), math.log(cfg.activation.threshold)))
        self.register_buffer("input_scale", torch.ones(n_sources))
        self.register_buffer("target_scale", torch.ones(n_targets))
        self.register_counts(n_sources * n)
        self.input_scale: Float[Tensor, " s"]
        self.target_scale: Float[Tensor, " t"]
        self.project()
        self.n_steps.zero_()

    # ---- encoding

    def pre_activations(self, x: Float[Tensor, "b p sd"], source: int) -> Float[Tensor, "b p i"]:
        """x W_enc + b_enc of one source's latents, as a dense tensor; `x` holds all sources side by side."""
        return (self._rows(x)[source] @ self.W_enc[source] + self.b_enc[source]).unflatten(0, x.shape[:2])

    def activations(self, x: Float[Tensor, "b p sd"]) -> Float[Tensor, "b p I"]:
        """f of every latent of every source, as a dense tensor (the plain form)."""
        dense = [
            fire_all(self.cfg.activation, self.pre_activations(x, s), self.threshold(s))
            for s in range(len(self.cfg.sources))
        ]
        return torch.cat(dense, dim=-1)

    def codes(self, batch: Batch) -> Codes:
        """What fires where; latent i of source s has index s * n_latents + i.

        Raises:
            PolyheadError: the batch is of other widths.
        """
        _check(batch, self.cfg)
        n, shape = self.cfg.n_latents, (batch["x"].shape[0], batch["x"].shape[1])
        each = [packed(self._listed(rows, s), shape, n) for s, rows in enumerate(self._rows(batch["x"]))]
        values = torch.cat([code.values for code in each], dim=-1)
        indices = torch.cat([code.indices + s * n for s, code in enumerate(each)], dim=-1)
        return Codes(values, indices.masked_fill(values == 0, 0), n * len(each))

    def threshold(self, source: int) -> Float[Tensor, " i"]:
        """theta: a latent is active where its pre-activation is above it."""
        learned = getattr(self, "log_threshold", None)
        return threshold(self.cfg.activation, self.b_enc[source], None if learned is None else learned[source])

    # ---- writing

    def reconstruct(self, batch: Batch, *, product: Product = "auto") -> Float[Tensor, "b p td"]:
        """All targets side by side, in their own units.

        Raises:
            PolyheadError: the batch is of other widths.
        """
        y = self._normalized_output(self._codes(batch, product, training=False)) * self.target_scale[:, None]
        if self.cfg.skip:
            y = y + self._skipped(batch["x"])
        return y.flatten(1).unflatten(0, batch["x"].shape[:2])

    @torch.no_grad()
    def view(self, batch: Batch, latents: Int[Tensor, " m"], layers: Sequence[BaseLayer]) -> LatentView:
        """f where it fires; nothing is moved from elsewhere, so there is one side and no arcs."""
        del layers  # nothing of the layers is needed
        return LatentView(None, unpack(self.codes(batch))[..., latents], None)

    @torch.no_grad()
    def layer_loadings(self) -> Float[Tensor, "I t"]:
        """Norm of each latent's decoder row by target, in units of the target's own spread; 0 where it may not write.

        The squares of a latent's row sum to 1 (crosscoder norms).
        """
        n = self.cfg.n_latents
        loadings = self.b_dec.new_zeros(len(self.cfg.sources), n, len(self.cfg.targets))
        for s, targets in enumerate(self.cfg.writes):
            loadings[s][:, list(targets)] = self.W_dec[s].norm(dim=-1)
        return loadings.flatten(0, 1)

    @torch.no_grad()
    def output_rows(self, layers: Sequence[BaseLayer]) -> Float[Tensor, "I d"]:
        """What each latent adds to the stream over all its targets, every one of which is added to the stream."""
        del layers  # nothing of the layers is needed
        pairs = zip(self.W_dec, self.cfg.writes, strict=True)
        return torch.cat([(W * self.target_scale[list(targets), None]).sum(1) for W, targets in pairs])

    @torch.no_grad()
    def latent_groups(self) -> tuple[list[str], Int[Tensor, " I"]]:
        """The sites that are read, and which one every latent reads."""
        return list(self.cfg.sources), torch.arange(len(self.cfg.sources)).repeat_interleave(self.cfg.n_latents)

    # ---- training

    def loss(self, batch: Batch, *, product: Product = "auto") -> dict[str, Tensor]:
        """mse: squared error, mean over targets, d and valid positions, each target in units of its own variance."""
        codes, act = self._codes(batch, product, training=True), self.cfg.activation
        target = batch["target"].to(self.b_dec.dtype).flatten(0, 1).unflatten(-1, self.b_dec.shape)
        remember_cut(self, *codes)
        if self.cfg.skip:
            target = target - self._skipped(batch["x"])
        error = self._normalized_output(codes) - target / self.target_scale[:, None]
        weight = position_weights(batch).flatten()
        terms = {"mse": (error.square().mean((-1, -2)) * weight).sum()}
        if (topk := reviving(act, self.dead)) is not None:
            fault = -error.detach()
            terms["aux"] = topk.aux_weight * unexplained(self._left_by_dead(batch, fault, topk.k_aux), fault, weight)
        for code in codes:
            for name, term in penalties(act, code, weight, warmth(act, self.n_steps)).items():
                terms[name] = terms.get(name, 0) + term
        return terms

    @torch.no_grad()
    def project(self) -> None:
        """Decoder rows of norm 1 over all that a latent writes; also counts the step, for the warm-up of penalties."""
        self.n_steps += 1
        follow_cut(self)
        for W in self.W_dec:
            W /= W.norm(dim=(1, 2), keepdim=True).clamp_min(1e-12)

    # ---- inside

    def _skipped(self, x: Tensor) -> Float[Tensor, "n t d"]:
        """What the skips add to every target, in its own units."""
        rows = x.to(self.b_dec.dtype).flatten(0, 1).unflatten(-1, (len(self.cfg.sources), self.cfg.d_model))
        return torch.stack([rows[:, s] @ W.T for s, W in enumerate(self.W_skip)], dim=1)

    def _rows(self, x: Tensor) -> tuple[Tensor, ...]:
        """What each source reads, `[n, d]`, in encoder units."""
        rows = x.to(self.b_enc.dtype).flatten(0, 1).unflatten(-1, (len(self.cfg.sources), self.cfg.d_model))
        return tuple((rows[:, s] / self.input_scale[s]) for s in range(len(self.cfg.sources)))

    def _listed(self, rows: Tensor, s: int) -> Code:
        code = listed_code(self.cfg.activation, rows, self.W_enc[s], self.b_enc[s], self.threshold(s), training=False)
        assert code is not None
        return code

    def _codes(self, batch: Batch, product: Product, *, training: bool) -> list[Code]:
        _check(batch, self.cfg)
        act, codes = self.cfg.activation, []
        for s, rows in enumerate(self._rows(batch["x"])):
            what = (act, rows, self.W_enc[s], self.b_enc[s], self.threshold(s))
            listed = listed_code(*what, training=training, limit=LIST_BELOW) if product == "auto" else None
            codes.append(plain_code(*what, training=training) if listed is None else listed)
        return codes

    def _normalized_output(self, codes: Sequence[Code]) -> Float[Tensor, "n t d"]:
        written = [self._written(code, s) for s, code in enumerate(codes)]
        out = [bias.expand(len(written[0]), -1) for bias in self.b_dec.unbind(0)]
        for s, targets in enumerate(self.cfg.writes):
            for place, t in enumerate(targets):
                out[t] = out[t] + written[s][:, place]
        return torch.stack(out, dim=1)

    def _written(self, code: Code, s: int) -> Float[Tensor, "n w d"]:
        """What one source adds to the targets it may write."""
        W = self.W_dec[s]
        if code.listed is None or code.groups is None:
            flat = code.f @ W.flatten(1)
        else:
            flat = write_listed(code.f, code.listed, code.groups, W.flatten(1))
        return flat.unflatten(-1, W.shape[1:])

    def _left_by_dead(self, batch: Batch, error: Tensor, k: int) -> Float[Tensor, "n t d"]:
        """Error minus what the `k` largest dead latents per token and source would write, with its sign turned."""
        left = [-error[:, t] for t in range(len(self.cfg.targets))]
        for s, (rows, dead) in enumerate(zip(self._rows(batch["x"]), self.dead.chunk(len(self.cfg.sources)))):
            if not bool(dead.any()):
                continue
            f, listed, groups = dead_entries(rows, self.W_enc[s], self.b_enc[s], dead, k)
            written = self._written(Code(f, None, listed, groups), s)
            for place, t in enumerate(self.cfg.writes[s]):
                left[t] = left[t] + written[:, place]
        return torch.stack(left, dim=1)


def check_order(layers: Sequence[BaseLayer]) -> None:
    """Refuse layers for which earlier and later would mean nothing.

    Raises:
        PolyheadError: they are not in ascending order, or one comes twice.
    """
    numbers = [layer.layer for layer in layers]
    if numbers != sorted(set(numbers)):
        raise PolyheadError(f"layers go from earlier to later, each once; these received: {numbers}")


def side_by_side(sources: Sequence[str], targets: Sequence[str]) -> Reading:
    """The reading of a dictionary that spans layers: all sources in x, all targets in target."""
    return Reading(
        roles={
            "x": tuple(Read(site=name) for name in sources),
            "target": tuple(Read(site=name) for name in targets),
        }
    )


def _check(batch: Batch, cfg: SpanningConfig) -> None:
    for role, sites in (("x", cfg.sources), ("target", cfg.targets)):
        if role == "target" and role not in batch:
            continue  # coding needs none
        width = batch[role].shape[-1] if role in batch else 0
        if width != len(sites) * cfg.d_model:
            raise PolyheadError(
                f"{role} must hold {', '.join(sites)} side by side, {len(sites)} x {cfg.d_model} wide; {width} "
                "received: is it another dictionary's or another model's batch?"
            )
