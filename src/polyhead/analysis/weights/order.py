"""Orders of the rows of a matrix that bring similar rows together: similarity is the squared cosine.

    given      as the rows come
    greedy     start at the most similar pair, go on to the most similar row that is left
    two_opt    reverse stretches of the path while that makes neighbours more similar
    spectral   sort by the second eigenvector of the normalised similarities (Atkins et al. 1998)
    leaves     average-linkage tree with its leaves in the optimal order (Bar-Joseph et al. 2001; scipy)

Sign does not matter to a squared cosine, so a row and its negative stand side by side. A path found by searching makes
neighbours similar in noise too: compare with draws of `nulls`, ordered the same way. Axis legend: n row, d width.
"""

from typing import Literal, get_args

import numpy as np
import torch
from jaxtyping import Float, Int
from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
from scipy.sparse.linalg import LinearOperator, eigsh
from scipy.spatial.distance import squareform
from torch import Tensor

from polyhead.core.errors import PolyheadError

Method = Literal["given", "greedy", "two_opt", "spectral", "leaves"]
MAX_LEAVES = 2048
"""Rows up to which leaves are ordered optimally (memory and time grow faster than the square)."""


def squared_cosines(weights: Float[Tensor, "n d"]) -> Float[Tensor, "n n"]:
    """Squared cosine of every pair of rows, in float32; 0 for a row of zeros, 1 on the diagonal of the others.

    Raises:
        PolyheadError: fewer than three rows, or numbers that are not finite.
    """
    if len(weights) < 3:
        raise PolyheadError(f"an order needs at least 3 rows; received {list(weights.shape)}")
    if not bool(torch.isfinite(weights).all()):
        raise PolyheadError("the matrix holds numbers that are not finite (NaN or infinity); its rows have no order")
    unit = weights.detach().float().cpu()
    unit = unit / unit.norm(dim=-1, keepdim=True).clamp_min(1e-30)
    return (unit @ unit.T).square_().clamp_(max=1.0)


def order_rows(similar: Float[Tensor, "n n"], method: Method = "two_opt", *, sweeps: int = 20) -> Int[Tensor, " n"]:
    """Indices of the rows in their new order; `sweeps` bounds the work of `two_opt`.

    Raises:
        PolyheadError: unknown method, or more rows than `leaves` can take.
    """
    table = similar.numpy()
    if method == "given":
        return torch.arange(len(similar))
    if method == "greedy":
        return torch.from_numpy(greedy_path(table))
    if method == "two_opt":
        return torch.from_numpy(two_opt(table, greedy_path(table), sweeps=sweeps))
    if method == "spectral":
        return torch.from_numpy(_spectral(table))
    if method == "leaves":
        return torch.from_numpy(_leaves(table))
    raise PolyheadError(f"unknown order {method!r}; known: {', '.join(get_args(Method))}")


def greedy_path(similar: Float[np.ndarray, "n n"]) -> Int[np.ndarray, " n"]:
    """Nearest-neighbour path from the most similar pair, grown at whichever end has the more similar row left."""
    n = len(similar)
    free = similar.copy()
    np.fill_diagonal(free, -1.0)
    first, second = divmod(int(free.argmax()), n)
    ends = [[first], [second]]
    left = np.zeros(n, dtype=similar.dtype)  # 0 for a row that is left, -2 for one that is on the path
    left[[first, second]] = -2.0
    best = [_nearest(similar[first], left), _nearest(similar[second], left)]
    for _ in range(n - 2):
        side = int(best[1][0] > best[0][0])
        row = best[side][1]
        ends[side].append(row)
        left[row] = -2.0
        best[side] = _nearest(similar[row], left)
        if best[1 - side][1] == row:
            best[1 - side] = _nearest(similar[ends[1 - side][-1]], left)
    return np.array(ends[0][::-1] + ends[1], dtype=np.int64)


def _nearest(row: np.ndarray, left: np.ndarray) -> tuple[float, int]:
    candidates = row + left
    at = int(candidates.argmax())
    return float(candidates[at]), at


def two_opt(
    similar: Float[np.ndarray, "n n"], path: Int[np.ndarray, " n"], *, sweeps: int = 20, least_gain: float = 1e-7
) -> Int[np.ndarray, " n"]:
    """The path after up to `sweeps` rounds of reversals, each the best one that begins at its place.

    The path is closed through a row that resembles nothing, so that its ends are moved as well. Work: one gathered row
    of similarities per place and sweep. The sum of the similarities of neighbours never falls.
    """
    n = len(path)
    order = np.append(path, n)  # the row that resembles nothing, at the end; it is kept there
    padded = np.zeros((n + 1, n + 1), dtype=np.float32)
    padded[:n, :n] = similar
    step = padded[order, np.roll(order, -1)]  # similarity of each place to the next one; the last wraps to the first
    for _ in range(sweeps):
        moved = False
        for i in range(-1, n - 2):  # cut after place i (-1: before the first) and after place j
            left, right = order[i], order[i + 1]
            gain = padded[left][order[i + 2 : n]] + padded[right][order[i + 3 : n + 1]] - step[i + 2 : n]
            at = int(gain.argmax())
            if gain[at] - step[i] > least_gain:
                j = i + 2 + at
                order[i + 1 : j + 1] = order[i + 1 : j + 1][::-1]
                step[i + 1 : j] = step[i + 1 : j][::-1]
                step[i], step[j] = padded[order[i], order[i + 1]], padded[order[j], order[j + 1]]
                moved = True
        if not moved:
            break
    return order[:n]


def _spectral(similar: np.ndarray) -> np.ndarray:
    n = len(similar)
    scale = 1.0 / np.sqrt(similar.sum(1).clip(1e-12))

    def apply(x: np.ndarray) -> np.ndarray:
        x = x.ravel().astype(np.float32)
        return scale * (similar @ (scale * x))

    start = np.cos(np.arange(n) + 0.5).astype(np.float32)  # any fixed vector: the same result every time
    operator = LinearOperator((n, n), matvec=apply, dtype=np.float32)  # pyright: ignore[reportCallIssue]
    values, vectors = eigsh(operator, k=2, which="LA", v0=start, tol=1e-4)  # pyright: ignore[reportArgumentType]
    fiedler = vectors[:, int(values.argmin())] * scale
    return np.argsort(fiedler, kind="stable").astype(np.int64)


def row_tree(similar: Float[np.ndarray, "n n"]) -> Float[np.ndarray, "m 4"]:
    """Average-linkage tree of the rows, distance 1 - squared cosine, as scipy writes it."""
    distance = 1.0 - similar.astype(np.float64)
    np.fill_diagonal(distance, 0.0)
    return linkage(squareform(distance, checks=False), method="average")


def _leaves(similar: np.ndarray) -> np.ndarray:
    if len(similar) > MAX_LEAVES:
        raise PolyheadError(
            f"optimal leaf order of {len(similar)} rows would take too long; at most {MAX_LEAVES} rows, "
            "or choose two_opt or spectral"
        )
    distance = 1.0 - similar.astype(np.float64)
    np.fill_diagonal(distance, 0.0)
    tree = optimal_leaf_ordering(row_tree(similar), squareform(distance, checks=False))
    return leaves_list(tree).astype(np.int64)


def neighbour_similarity(similar: Float[Tensor, "n n"], order: Int[Tensor, " n"]) -> float:
    """Mean squared cosine of neighbours along the order."""
    return float(similar[order[:-1], order[1:]].double().mean())


def block_excess(similar: Float[Tensor, "n n"], order: Int[Tensor, " n"], *, width: int = 32) -> float:
    """Mean squared cosine at 1 <= |i - j| <= width along the order, minus that farther away.

    Raises:
        PolyheadError: the band leaves nothing outside.
    """
    n = len(order)
    if not 1 <= width < n - 1:
        raise PolyheadError(f"a band of width {width} on {n} rows; expected from 1 to {n - 2}")
    inside = sum(float(similar[order[:-k], order[k:]].double().sum()) for k in range(1, width + 1))
    total = (float(similar.sum(dtype=torch.float64)) - float(similar.diagonal().sum(dtype=torch.float64))) / 2
    n_inside = width * n - width * (width + 1) // 2
    return inside / n_inside - (total - inside) / (n * (n - 1) // 2 - n_inside)
