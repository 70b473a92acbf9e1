"""One weight matrix, ordered and measured against nulls: OUT/NAME.json, a WeightOrder with its blocks and their rows.

The two nulls are drawn in two processes of one thread each, so that 4,096 x 1,024 with 20 draws of both fits into a
minute of two cores.
"""

import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from polyhead.analysis.weights.blocks import clusters, highest_merge
from polyhead.analysis.weights.nulls import Null, null_draws
from polyhead.analysis.weights.order import Method, block_excess, neighbour_similarity, order_rows, squared_cosines
from polyhead.analysis.weights.packed import order_picture
from polyhead.core.config import Config
from polyhead.core.errors import PolyheadError, nearest
from polyhead.core.threads import set_threads
from polyhead.core.weight_records import Block, WeightOrder
from polyhead.core.workers import begin_worker, without_main
from polyhead.models.hooked import HookedModel
from polyhead.models.load import load_model
from polyhead.models.mlp import mlp_weights

NULLS: tuple[Null, ...] = ("gaussian", "spectrum")
MATRICES = ("W_out", "W_in", "W_O", "W_V", "W_Q", "W_K", "W_E", "W_U")


class WeightsConfig(Config):
    """Which matrix and how it is ordered."""

    model: str
    matrix: str = "W_out"
    """`W_out`, `W_in`: neurons; `W_O`, `W_V`, `W_Q`, `W_K`: head dimensions; `W_E`, `W_U`: tokens."""
    layer: int = 0
    method: Method = "two_opt"
    n_draws: int = Field(default=20, ge=1)
    sweeps: int = 10
    width: int | None = None
    """Half width of the band; a 64th of the rows if None."""
    least: int = 3
    """Rows of a block."""
    jobs: int = Field(default=2, ge=1)


def matrix_rows(model: HookedModel, matrix: str, layer: int) -> Tensor:
    """The rows that are ordered, `[n, d]`.

    Raises:
        PolyheadError: an unknown matrix, a layer the model does not have, neurons of a model without MLPs.
    """
    if matrix not in MATRICES:
        raise PolyheadError(f"unknown matrix {matrix!r}; {nearest(matrix, MATRICES)}")
    if not 0 <= layer < model.cfg.n_layers:
        raise PolyheadError(f"layer {layer}; {model.cfg.name} has layers 0 to {model.cfg.n_layers - 1}")
    if matrix in ("W_out", "W_in"):
        weights = mlp_weights(model, layer)
        return weights.writes if matrix == "W_out" else weights.reads
    if matrix in ("W_E", "W_U"):
        return (model.W_E if matrix == "W_E" else model.W_U.mT).detach().float()
    W = getattr(model, matrix)[layer].detach().float()
    return (W if matrix == "W_O" else W.mT).flatten(0, 1)


def run_weights(cfg: WeightsConfig, out: Path) -> WeightOrder:
    """Order one matrix of a model and write the record.

    Raises:
        PolyheadError: as `matrix_rows`; or a matrix with numbers that are not finite.
    """
    model = load_model(cfg.model)
    rows = matrix_rows(model, cfg.matrix, cfg.layer)
    path = record_path(cfg, out)
    record = order_weights(rows, cfg, model.cfg.name, f"{path.stem.replace('-', ' ')} {list(rows.shape)}")
    record.save(path)
    return record


def record_path(cfg: WeightsConfig, out: Path) -> Path:
    """Where `run_weights` writes: OUT/L0-W_out.json, or OUT/W_E.json."""
    return out / (f"{cfg.matrix}.json" if cfg.matrix in ("W_E", "W_U") else f"L{cfg.layer}-{cfg.matrix}.json")


def order_weights(rows: Tensor, cfg: WeightsConfig, model: str, name: str) -> WeightOrder:
    """The record of one matrix."""
    start = time.monotonic()
    width = max(2, len(rows) // 64) if cfg.width is None else cfg.width
    surveys = _surveys(rows, cfg, width)
    similar = squared_cosines(rows)
    order = order_rows(similar, cfg.method, sweeps=cfg.sweeps)
    level = max(surveys["gaussian"][2])
    labels = clusters(similar, min(1.0, level * 1.001), least=cfg.least)
    return WeightOrder(
        model=model,
        matrix=name,
        layer=cfg.layer,
        method=cfg.method,
        order=order.tolist(),
        neighbour=neighbour_similarity(similar, order),
        excess=block_excess(similar, order, width=width),
        width=width,
        null_neighbour={kind: s[0] for kind, s in surveys.items()},
        null_excess={kind: s[1] for kind, s in surveys.items()},
        level=level,
        blocks=list(_blocks(similar, order, labels)),
        picture=order_picture(similar, order),
        seconds=round(time.monotonic() - start, 1),
    )


def _blocks(similar: Tensor, order: Tensor, labels: Tensor) -> list[Block]:
    place = order.argsort()
    found = []
    for c in range(int(labels.max()) + 1):
        rows = (labels == c).nonzero()[:, 0]
        rows = rows[place[rows].argsort()]
        table = similar[rows][:, rows]
        n = len(rows)
        mean = float((table.sum() - table.trace()) / (n * (n - 1)))
        found.append(Block(rows=rows.tolist(), place=int(np.median(place[rows].numpy())), mean_similarity=mean))
    return found


_Survey = tuple[list[float], list[float], list[float]]
_Job = tuple[np.ndarray, Null, WeightsConfig, int]


def _surveys(rows: Tensor, cfg: WeightsConfig, width: int) -> dict[Null, _Survey]:
    rows = rows.detach().float().cpu()
    jobs: list[_Job] = [(rows.numpy(), kind, cfg, width) for kind in NULLS]
    if cfg.jobs == 1:
        return dict(zip(NULLS, map(_survey, jobs), strict=True))
    n, context = min(cfg.jobs, len(jobs)), get_context("spawn")
    with without_main(), ProcessPoolExecutor(n, mp_context=context, initializer=begin_worker) as pool:
        return dict(zip(NULLS, pool.map(_survey, jobs), strict=True))


def _survey(job: _Job) -> _Survey:
    """Neighbour similarity, block excess and (Gaussian only) highest merge of every draw."""
    array, kind, cfg, width = job
    if cfg.jobs > 1:
        set_threads(1)
    neighbour, excess, merges = [], [], []
    for drawn in null_draws(torch.from_numpy(array), kind, cfg.n_draws):
        similar = squared_cosines(drawn)
        order = order_rows(similar, cfg.method, sweeps=cfg.sweeps)
        neighbour.append(neighbour_similarity(similar, order))
        excess.append(block_excess(similar, order, width=width))
        if kind == "gaussian":
            merges.append(highest_merge(similar, least=cfg.least))
    return neighbour, excess, merges
