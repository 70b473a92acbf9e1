"""Where a QK dictionary starts, and what may be chosen of it. Plain tensors in; no model is known here.

pairs   in the space of queries where the metric is the covariance of the head's keys (q L, with L L^T = cov k, so that
        an error of length e there is a score error of e), latent i takes the direction of one query of the text, less
        the mean query, on both sides: <q L, w> <L^-1 k, w> is one term of q.k. What is left out by subtracting the mean
        query is `key_bias` at its start. Blocks take `rank` orthonormal directions.
random  the same with independent directions on the two sides: the control.
Several heads: latent i starts in head i mod n. The size of the code is the one of a few that gives the least KL.
"""

from collections.abc import Sequence
from typing import Any, Literal

import torch
from jaxtyping import Float
from pydantic import Field
from torch import Tensor

from polyhead.core.base_layer import BaseLayer
from polyhead.core.config import Config
from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Batch
from polyhead.core.reading import Reading, one_site
from polyhead.core.sites import site
from polyhead.dictionaries.init import valid_rows
from polyhead.dictionaries.method import LearningRates, Method
from polyhead.dictionaries.qk_diagonal import QKDiagonal, QKDiagonalConfig

Init = Literal["pairs", "random"]
_SIZES = (0.03, 0.1, 0.2, 0.35, 0.6, 1.0)
"""Factors tried on the code's size at the start."""


class QKSettings(Config):
    """What may be chosen of any QK dictionary."""

    k: float = Field(default=16, gt=0)
    """Latents per query, on average over tokens."""
    key_k: float | None = Field(default=None, gt=0)
    """Latents per key, on average; None: as many as `max_density` allows."""
    max_density: float = Field(default=0.1, gt=0, le=1)
    """Cap on how often a latent fires in training, either side; held-out text of other files reaches twice that."""
    heads: tuple[int, ...] | None = None
    """Heads whose patterns are explained, sharing one set of latents; all of the layer where None."""
    rotary: bool = True
    """Read queries and keys after the rotation, position in them; before it where false."""
    offset_table: bool = True
    """A number for each distance between query and key, outside the code."""
    key_bias: bool = True
    """What every query likes in a key, outside the code: one direction a head."""
    init: Init = "pairs"


class QKDiagonalSettings(QKSettings):
    """What may be chosen of a diagonal one."""

    n_latents: int = Field(default=512, ge=1)
    rank: int = Field(default=1, ge=1)
    """1: numbers that multiply; more: vectors of that many, block by block."""


def reading(settings: QKSettings, layers: Sequence[BaseLayer]) -> Reading:
    """q, k and the pattern of the chosen heads; a key that several heads share is read once."""
    (layer,) = layers
    heads, keys, _ = chosen_heads(settings, layer)
    rotated = settings.rotary and layer.rotated_sites
    q, k = ("attn.hook_rot_q", "attn.hook_rot_k") if rotated else ("attn.hook_q", "attn.hook_k")
    return Reading(
        roles={
            "q": one_site(site(layer.layer, q), heads),
            "k": one_site(site(layer.layer, k), keys),
            "target": one_site(site(layer.layer, "attn.hook_pattern"), heads),
        }
    )


def chosen_heads(settings: QKSettings, layer: BaseLayer) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Heads explained, heads whose keys are read, and for each explained head which of those is its own.

    Raises:
        PolyheadError: a head the layer does not have, none, or one twice.
    """
    heads = tuple(range(layer.n_heads)) if settings.heads is None else settings.heads
    if not heads or len(set(heads)) < len(heads) or not all(0 <= h < layer.n_heads for h in heads):
        raise PolyheadError(
            f"heads {list(heads)} of layer {layer.layer}; expected one or more of 0 to {layer.n_heads - 1}, each once"
        )
    group = layer.n_heads // layer.n_kv_heads
    keys = tuple(sorted({h // group * group for h in heads}))
    return heads, keys, tuple(keys.index(h // group * group) for h in heads)


def make(
    settings: QKDiagonalSettings, layers: Sequence[BaseLayer], batches: Sequence[Batch], generator: torch.Generator
) -> QKDiagonal:
    """Shaped by the layer; directions, gates and size from the first batches."""
    (layer,) = layers
    dictionary = QKDiagonal(QKDiagonalConfig(rank=settings.rank, **shape(settings, settings.n_latents, layer, batches)))
    initialize(dictionary, batches, layer.score_scale, init=settings.init, generator=generator)
    return dictionary


def shape(settings: QKSettings, n_latents: int, layer: BaseLayer, batches: Sequence[Batch]) -> dict[str, Any]:
    """The fields of a config that all QK dictionaries have."""
    heads, _, key_of = chosen_heads(settings, layer)
    return {
        "n_latents": n_latents,
        "k": settings.k,
        "key_k": settings.key_k,
        "max_density": settings.max_density,
        "heads": heads,
        "n_heads": layer.n_heads,
        "key_of": key_of,
        "d_head": layer.d_head,
        "n_offsets": batches[0]["q"].shape[1] if settings.offset_table else 0,
        "key_bias": settings.key_bias,
    }


@torch.no_grad()
def initialize(
    dictionary: QKDiagonal,
    batches: Sequence[Batch],
    score_scale: float,
    *,
    init: Init = "pairs",
    cut_keys: bool = True,
    generator: torch.Generator,
) -> None:
    """Directions, biases, gates and size, in place; with `cut_keys`, a latent's weight on keys starts above its cut.

    Raises:
        PolyheadError: there was no batch.
    """
    cfg = dictionary.cfg
    q, k = _rows(batches, "q") * score_scale, _rows(batches, "k")
    dictionary.query.scale.copy_(q.square().mean().sqrt().clamp_min(1e-12) / score_scale)
    dictionary.key.scale.copy_(k.square().mean().sqrt().clamp_min(1e-12))
    for h in range(len(cfg.heads)):
        mine = torch.arange(cfg.n_latents) % len(cfg.heads) == h
        own_k = slice(cfg.key_of[h] * cfg.d_head, (cfg.key_of[h] + 1) * cfg.d_head)
        own_q = slice(h * cfg.d_head, (h + 1) * cfg.d_head)
        _start_head(dictionary, h, mine, q[:, own_q], k[:, own_k], (own_q, own_k), score_scale, init, generator)
    if cfg.rank == 1 and cut_keys:
        before = dictionary.key.values(k[None])[0, :, :, 0]
        dictionary.key.b.sub_(before.quantile(1 - 0.75 * cfg.max_density, dim=0)[:, None])
    dictionary.query.calibrate(q / score_scale)
    dictionary.key.calibrate(k)
    dictionary.project()
    _set_size(dictionary, batches, q / score_scale)


def _start_head(
    dictionary: QKDiagonal,
    h: int,
    mine: Tensor,
    q: Float[Tensor, "t d"],
    k: Float[Tensor, "t d"],
    own: tuple[slice, slice],
    score_scale: float,
    init: Init,
    generator: torch.Generator,
) -> None:
    """The latents that begin in one head."""
    cfg, n = dictionary.cfg, int(mine.sum())
    root = _root(k)
    mean_q = q.mean(0) if cfg.key_bias else torch.zeros_like(q[0])
    if cfg.key_bias:
        dictionary.key_bias[h] = mean_q * dictionary.key.scale
    rows = (q - mean_q) @ root
    on_queries = _directions(rows, n, cfg.rank, generator)
    on_keys = on_queries if init == "pairs" else _directions(rows, n, cfg.rank, generator)
    W_q = torch.einsum("de,ire->dir", root, on_queries) * score_scale
    W_k = torch.linalg.solve_triangular(root.mT, on_keys.flatten(0, 1).mT, upper=True).unflatten(1, (n, cfg.rank))
    size = rows.square().mean().sqrt().clamp_min(1e-6)  # of a query along one direction, in scores
    dictionary.query.gain[mine] = size
    dictionary.query.W[own[0], mine] = W_q * dictionary.query.scale / size
    dictionary.query.b[mine] = -torch.einsum("d,dir->ir", mean_q / score_scale, W_q) / size
    dictionary.key.W[own[1], mine] = W_k * dictionary.key.scale
    dictionary.key.b[mine] = -torch.einsum("d,dir->ir", k.mean(0), W_k)
    dictionary.begin_in(h, mine, on_queries, on_keys)


def _root(k: Float[Tensor, "n d"]) -> Float[Tensor, "d d"]:
    """Lower triangular L, L L^T the covariance of keys, with a floor for directions that keys never take."""
    centred = (k - k.mean(0)).double()
    covariance = centred.mT @ centred / max(1, len(k) - 1)
    floor = 1e-4 * covariance.diagonal().mean() + 1e-12
    return torch.linalg.cholesky(covariance + floor * torch.eye(len(covariance), dtype=torch.float64)).float()


def _directions(rows: Float[Tensor, "t d"], n: int, rank: int, generator: torch.Generator) -> Float[Tensor, "i r d"]:
    """Orthonormal blocks: the direction of one row of the text each, filled up with random ones."""
    width = rows.shape[1]
    if rank > width:
        raise PolyheadError(f"rank {rank} is more than the head's width {width}")
    first = rows[torch.randint(len(rows), (n, 1), generator=generator)]
    more = torch.randn(n, rank - 1, width, generator=generator)
    blocks = torch.cat([first, more], dim=1) + 1e-6 * torch.randn(n, rank, width, generator=generator)
    axes = torch.linalg.qr(blocks.mT)[0]
    return axes.mT * (blocks[:, :1] @ axes[:, :, :1]).sign()  # towards the row, not away from it


def _set_size(dictionary: QKDiagonal, batches: Sequence[Batch], queries: Float[Tensor, "n d"]) -> None:
    """Scale the query side by the factor with the least KL; gates see sizes, so they move along."""
    some, side = batches[: max(1, len(batches) // 4)], dictionary.query
    gain = side.gain.clone()

    def kl(factor: float) -> float:
        side.gain.copy_(gain * factor)
        side.calibrate(queries)
        return sum(float(dictionary.loss(batch)["kl"]) for batch in some)

    was = dictionary.training
    dictionary.eval()
    kl(min(_SIZES, key=kl))
    dictionary.train(was)


def _rows(batches: Sequence[Batch], role: str) -> Float[Tensor, "n d"]:
    return valid_rows([{"x": batch["q"], **batch} for batch in batches], role)


METHOD = Method(
    kind="qk_diagonal",
    title="QK diagonalisation",
    settings=QKDiagonalSettings,
    config=QKDiagonalConfig,
    module=QKDiagonal,
    reading=reading,
    make=make,
    rates=LearningRates(5e-3),
    side="both",
    directions="qk_pairs",
    benchmark=lambda sizes: {"k": sizes.l0, "max_density": 0.3},
)
