"""How many dimensions does a group of latents read and write?

Participation ratio of unit vectors v_1..v_m: (sum of eigenvalues)^2 / sum of their squares of the Gram matrix,
    PR = m^2 / sum_ij (v_i . v_j)^2,
1 when all are one direction, m when they are orthogonal. A group is compared with random groups of the same size drawn
from all latents, for m vectors of any kind span at most m directions.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray


def effective_rank(rows: Float[ndarray, "m d"]) -> float:
    """PR of the rows, normalized first."""
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True).clip(1e-12)
    return float(len(rows) ** 2 / np.square(rows @ rows.T).sum())


def ranks_of_groups(
    rows: Float[ndarray, "n d"], labels: Int[ndarray, " n"], *, smallest: int = 3
) -> list[tuple[int, float]]:
    """(size, effective rank) of every group of at least `smallest`."""
    groups = [np.flatnonzero(labels == c) for c in range(int(labels.max()) + 1)]
    return [(len(g), effective_rank(rows[g])) for g in groups if len(g) >= smallest]


def ranks_of_random_groups(
    rows: Float[ndarray, "n d"], sizes: Sequence[int], rng: np.random.Generator, *, n_draws: int = 5
) -> list[float]:
    """Mean effective rank of random groups, one number for every size asked for."""
    return [
        float(np.mean([effective_rank(rows[rng.choice(len(rows), m, replace=False)]) for _ in range(n_draws)]))
        for m in sizes
    ]
