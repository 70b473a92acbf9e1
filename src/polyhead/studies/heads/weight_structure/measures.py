"""What the study `weight-structure` measures on each matrix."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from polyhead.activations.model_text import model_sequences
from polyhead.analysis.neuroscope.running import Correlation
from polyhead.analysis.weights.blocks import Agreement, agreement, clusters, highest_merge, picture, zooms
from polyhead.analysis.weights.nulls import Null, Structure, null_draws
from polyhead.analysis.weights.order import Method, block_excess, neighbour_similarity, order_rows, squared_cosines
from polyhead.core.config import Config
from polyhead.core.sites import site
from polyhead.metrics.positions import Positions
from polyhead.models.hooked import HookedModel
from polyhead.models.load import load_model
from polyhead.models.mlp import mlp_weights

METHODS: tuple[Method, ...] = ("given", "greedy", "two_opt", "spectral")
NULLS: tuple[Null, ...] = ("gaussian", "spectrum")
LEAST = 3
"""Rows of a cluster."""
ACTIVE_LEVEL = 0.25
"""Mean squared correlation of activations above which neurons are one cluster."""
MAX_LEAVES = 600
"""Rows up to which the optimal leaf order is also made."""


class WeightConfig(Config):
    """Which matrices, and how hard they are looked at."""

    model: str = "bundled"
    text: str = "bundled"
    matrices: tuple[Literal["W_out", "W_O", "W_V", "W_E"], ...] = ("W_O", "W_V", "W_E")
    """`W_out`: neurons of an MLP; `W_O`, `W_V`: head dimensions of a layer; `W_E`: tokens."""
    layers: tuple[int, ...] | None = None
    """All if None."""
    n_seeds: int = 20
    """Draws of each null."""
    sweeps: int = 10
    """Rounds of 2-opt, for real matrices and draws alike."""
    band_share: float = 1 / 64
    """Half width of the band of block excess, as a share of the rows."""
    n_tokens: int = 16_384
    """Text for activations."""
    max_rows: int = 4096
    """Rows of a matrix; the first so many of a longer one."""
    shown: int = 0
    """Number of the matrix that is drawn."""


ROWS = {
    "W_out": "neurons by what they write (MLP output weights)",
    "W_O": "head dimensions by what they write",
    "W_V": "head dimensions by what they read",
    "W_E": "tokens by their embedding",
}
"""What the rows of each matrix are."""


@dataclass
class MatrixMeasures:
    """One matrix."""

    name: str
    layer: int | None
    shape: tuple[int, int]
    width: int
    real: dict[Method, Structure]
    null: dict[Null, dict[Method, list[Structure]]]
    level: float
    """Mean squared cosine that no Gaussian draw's cluster reaches."""
    merges: list[float]
    """Highest merge of each Gaussian draw."""
    labels: Tensor
    active: Agreement | None = None
    shown: dict[str, Tensor] = field(default_factory=dict)
    """Pictures, by what they show."""
    pieces: list[tuple[int, Tensor]] = field(default_factory=list)
    blocks: list[list[int]] = field(default_factory=list)

    def null_values(self, kind: Null, method: Method, what: str) -> list[float]:
        """One number of every draw."""
        return [getattr(s, what) for s in self.null[kind][method]]

    def sizes(self) -> list[int]:
        """Rows of every cluster, largest first."""
        return torch.bincount(self.labels[self.labels >= 0]).tolist() if bool((self.labels >= 0).any()) else []


@torch.no_grad()
def matrices_of(model: HookedModel, cfg: WeightConfig) -> list[tuple[str, int | None, Tensor]]:
    """(name, layer, rows) of every matrix wanted.

    Raises:
        PolyheadError: W_out of a model without MLPs.
    """
    layers = range(model.cfg.n_layers) if cfg.layers is None else cfg.layers
    found: list[tuple[str, int | None, Tensor]] = []
    for name in cfg.matrices:
        if name == "W_E":
            found.append(("W_E", None, model.W_E.detach().float()[: cfg.max_rows]))
            continue
        for layer in layers:
            if name == "W_out":
                rows = mlp_weights(model, layer).writes
            else:
                W = getattr(model, name)[layer].detach().float()
                rows = (W if name == "W_O" else W.mT).flatten(0, 1)
            found.append((f"L{layer} {name}", layer, rows[: cfg.max_rows]))
    return found


@torch.no_grad()
def correlations(model: HookedModel, cfg: WeightConfig) -> dict[str, Tensor]:
    """Correlations of the activations that belong to the rows: `W_out` at mlp.hook_post, W_O and W_V at attn.hook_z."""
    local = {"W_out": "mlp.hook_post", "W_O": "attn.hook_z", "W_V": "attn.hook_z"}
    layers = range(model.cfg.n_layers) if cfg.layers is None else cfg.layers
    wanted = {f"L{la} {m}": site(la, local[m]) for m in cfg.matrices if m in local for la in layers}
    if not wanted:
        return {}
    length = min(256, model.cfg.n_ctx)
    text = model_sequences(model, cfg.text, n_sequences=-(-cfg.n_tokens // length), seq_len=length)
    positions, sums = Positions.of(model), {}
    names = list(dict.fromkeys(wanted.values()))
    for rows in torch.arange(len(text)).split(8):
        tokens, valid = text.rows(rows)
        counted = positions.counted({"tokens": tokens, "valid": valid})
        hooks = {n: _adds(sums, n, counted) for n in names}
        model.run_with_cache(tokens, names[-1:], hooks=hooks, with_logits=False)
    tables = {n: sums[n].matrix() for n in names}
    return {name: tables[where][: cfg.max_rows, : cfg.max_rows] for name, where in wanted.items()}


def _adds(sums: dict[str, Correlation], name: str, counted: Tensor):
    def hook(x: Tensor) -> None:
        flat = x.float().flatten(2)
        sums.setdefault(name, Correlation(flat.shape[-1])).add(flat[counted])

    return hook


def measure_matrix(
    name: str, layer: int | None, rows: Tensor, cfg: WeightConfig, active: Tensor | None, draw: bool
) -> MatrixMeasures:
    """Everything about one matrix."""
    similar = squared_cosines(rows)
    width = max(2, round(len(rows) * cfg.band_share))
    methods: tuple[Method, ...] = (*METHODS, "leaves") if len(rows) <= MAX_LEAVES else METHODS
    orders: dict[Method, Tensor] = {m: order_rows(similar, m, sweeps=cfg.sweeps) for m in methods}
    real: dict[Method, Structure] = {
        m: Structure(neighbour_similarity(similar, o), block_excess(similar, o, width=width)) for m, o in orders.items()
    }
    pictures = {"weights": picture(similar, orders["two_opt"], tiles=96)} if draw else {}
    null: dict[Null, dict[Method, list[Structure]]] = {kind: {m: [] for m in METHODS} for kind in NULLS}
    merges: list[float] = []
    for kind in NULLS:
        for i, drawn in enumerate(null_draws(rows, kind, cfg.n_seeds)):
            noise = squared_cosines(drawn)
            for m in METHODS:
                order = order_rows(noise, m, sweeps=cfg.sweeps)
                null[kind][m].append(
                    Structure(neighbour_similarity(noise, order), block_excess(noise, order, width=width))
                )
                if draw and m == "two_opt" and i == 0:
                    pictures[kind] = picture(noise, order, tiles=96)
            if kind == "gaussian":
                merges.append(highest_merge(noise, least=LEAST))
    level = max(merges)
    labels = clusters(similar, min(1.0, level * 1.001), least=LEAST)
    found = MatrixMeasures(name, layer, (len(rows), rows.shape[1]), width, real, null, level, merges, labels)
    place = orders["two_opt"].argsort()
    found.blocks = [
        sorted((labels == c).nonzero()[:, 0].tolist(), key=lambda r: int(place[r])) for c in range(len(found.sizes()))
    ]
    found.shown = pictures
    if draw:
        found.pieces = zooms(similar, orders["two_opt"], width=min(48, len(rows)), n_frames=10)
    if active is not None:
        second = active.square()
        own = clusters(second, ACTIVE_LEVEL, least=LEAST)
        found.active = agreement(similar, second, (labels, own), n_shuffles=cfg.n_seeds)
        if draw:
            found.shown["activations"] = picture(second, orders["two_opt"], tiles=96)
    return found


@dataclass(frozen=True)
class Measured:
    """Every matrix."""

    cfg: WeightConfig
    found: list[MatrixMeasures]
    model: str
    """Its name."""
    n_models: int = 0
    n_diverged: int = 0

    @property
    def shown(self) -> MatrixMeasures:
        """The one that is drawn."""
        return self.found[min(self.cfg.shown, len(self.found) - 1)]


def measure(cfg: WeightConfig, folder: Path) -> Measured:
    """Measure every matrix; nothing is trained and nothing is kept in `folder`."""
    del folder
    model = load_model(cfg.model)
    wanted = matrices_of(model, cfg)
    active = correlations(model, cfg)
    shown = min(cfg.shown, len(wanted) - 1)
    found = [
        measure_matrix(name, layer, rows, cfg, active.get(name), i == shown)
        for i, (name, layer, rows) in enumerate(wanted)
    ]
    return Measured(cfg, found, model.cfg.name)
