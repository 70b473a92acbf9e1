"""Linear baselines: what a reconstruction of a given rank reaches without any sparsity.

With frozen patterns the output of a layer's heads is linear in what they read, o_h[t] = sum_s A_h[t, s] x[s] W_V[h]
W_O[h], so a dictionary's FVU means little unless it is compared with these, of equal rank, on the same tokens:
    pca            y^ = m + (y - m) P, P the r leading principal directions of the target itself (reads the target)
    head_svd       y^ = b + sum_h o_h P_h, P_h the r leading right singular directions of W_OV[h] = W_V[h] W_O[h]
    head_data_svd  the same with P_h the r leading principal directions of o_h on the training text
The constants make the mean error on the training text zero, as a decoder bias would. A per-head rank of r counts as
r * n_heads in all. Axis legend: b sequence, p q k position, h head, i input width, c head width, d output width.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Batch
from polyhead.metrics.positions import Positions


@dataclass(frozen=True)
class HeadWeights:
    """The value and output maps of one layer; `HeadWeights.of(model, layer)` takes them from a model."""

    W_V: Float[Tensor, "h i c"]
    b_V: Float[Tensor, "h c"]
    W_O: Float[Tensor, "h c d"]
    b_O: Float[Tensor, " d"]

    @classmethod
    def of(cls, model: object, layer: int) -> "HeadWeights":
        """Of any hooked model."""
        return cls(*(getattr(model, name)[layer].detach().float() for name in ("W_V", "b_V", "W_O", "b_O")))

    def z(self, batch: Batch) -> Float[Tensor, "b q h c"]:
        """What each head gathers, before its output map."""
        v = torch.einsum("bki,hic->bhkc", batch["x"].float(), self.W_V) + self.b_V[:, None]
        return (batch["pattern"].float() @ v).transpose(1, 2)


@dataclass(frozen=True)
class LayerMoments:
    """First and second moments over the counted positions of the training text, float64."""

    n: int
    mean: Float[Tensor, " d"]
    covariance: Float[Tensor, "d d"]
    heads: HeadWeights | None
    z_mean: Float[Tensor, "h c"] | None
    z_covariance: Float[Tensor, "h c c"] | None


@torch.no_grad()
def measure_moments(
    batches: Iterable[Batch], positions: Positions, *, heads: HeadWeights | None = None
) -> LayerMoments:
    """One pass; with `heads` also the moments of what each head gathers.

    Raises:
        PolyheadError: there was no batch; or, with `heads`, x and pattern do not give the target, so that per-head
            baselines would describe another layer or site.
    """
    n, sums = 0, {}

    def add(name: str, value: Tensor) -> None:
        sums[name] = sums[name] + value if name in sums else value

    for batch in batches:
        where = positions.counted(batch)
        y = batch["target"][where].double()
        n += len(y)
        add("y", y.sum(0))
        add("yy", y.T @ y)
        if heads is not None:
            z = heads.z(batch)[where]
            if "z" not in sums:
                _check_exact(z, heads, y)
            z = z.double()
            add("z", z.sum(0))
            add("zz", torch.einsum("nhc,nhe->hce", z, z))
    if n == 0:
        raise PolyheadError("no position was counted: there are no training batches, or only padding and BOS")
    mean = sums["y"] / n
    covariance = sums["yy"] / n - torch.outer(mean, mean)
    if heads is None:
        return LayerMoments(n, mean, covariance, None, None, None)
    z_mean = sums["z"] / n
    z_covariance = sums["zz"] / n - z_mean[:, :, None] * z_mean[:, None, :]
    return LayerMoments(n, mean, covariance, heads, z_mean, z_covariance)


def _check_exact(z: Tensor, heads: HeadWeights, y: Tensor) -> None:
    full = torch.einsum("nhc,hcd->nd", z, heads.W_O) + heads.b_O
    off = float((full - y).norm() / y.norm().clamp_min(1e-12))
    if off > 0.02:
        raise PolyheadError(
            f"per-head baselines need x = ln1.hook_normalized, target = hook_attn_out and the pattern of one layer; "
            f"here the heads' outputs miss the target by {off:.0%} of its norm (for other targets use the PCA alone)"
        )


@dataclass(frozen=True)
class OutputPCA:
    """Projection of the target on its own leading principal directions."""

    mean: Float[Tensor, " d"]
    directions: Float[Tensor, "d r"]

    def reconstruct(self, batch: Batch) -> Float[Tensor, "b p d"]:
        """m + (y - m) P."""
        y = batch["target"]
        return self.mean + ((y - self.mean) @ self.directions) @ self.directions.T


@dataclass(frozen=True)
class LowRankHeads:
    """Every head writes through a narrower output map."""

    heads: HeadWeights
    narrow: Float[Tensor, "h c d"]
    """W_O[h] P_h."""
    bias: Float[Tensor, " d"]

    def reconstruct(self, batch: Batch) -> Float[Tensor, "b p d"]:
        """b + sum_h o_h P_h."""
        return self.heads.z(batch).flatten(2) @ self.narrow.flatten(0, 1) + self.bias


@dataclass(frozen=True)
class Constant:
    """The same vector everywhere: mean or zero ablation as a reconstruction."""

    value: Float[Tensor, " d"]

    def reconstruct(self, batch: Batch) -> Float[Tensor, "b p d"]:
        """The constant."""
        return self.value.expand_as(batch["target"])


def output_pca(moments: LayerMoments, rank: int) -> OutputPCA:
    """The best projection of the target of this rank, on the training text."""
    _check_rank(rank, len(moments.mean), "the target's width")
    _, vectors = torch.linalg.eigh(moments.covariance)
    return OutputPCA(moments.mean.float(), vectors[:, -rank:].float())


def head_svd(moments: LayerMoments, rank: int) -> LowRankHeads:
    """Plain SVD of each W_OV, cut at `rank` a head."""
    heads = _heads(moments, rank)
    # W_V = Q R, so the right singular vectors of W_V W_O are those of the small R W_O
    small = torch.linalg.qr(heads.W_V.double()).R @ heads.W_O.double()
    return _narrowed(moments, torch.linalg.svd(small, full_matrices=False).Vh[:, :rank])


def head_data_svd(moments: LayerMoments, rank: int) -> LowRankHeads:
    """PCA of each head's output on the training text, cut at `rank` a head."""
    heads = _heads(moments, rank)
    assert moments.z_covariance is not None
    values, vectors = torch.linalg.eigh(moments.z_covariance)
    root = (values.clamp_min(0.0).sqrt()[:, :, None] * vectors.transpose(1, 2)) @ heads.W_O.double()
    return _narrowed(moments, torch.linalg.svd(root, full_matrices=False).Vh[:, :rank])


def _narrowed(moments: LayerMoments, directions: Float[Tensor, "h r d"]) -> LowRankHeads:
    heads, z_mean = moments.heads, moments.z_mean
    assert heads is not None
    assert z_mean is not None
    narrow = (heads.W_O.double() @ directions.transpose(1, 2)) @ directions
    bias = moments.mean - torch.einsum("hc,hcd->d", z_mean, narrow)
    return LowRankHeads(heads, narrow.float(), bias.float())


def _heads(moments: LayerMoments, rank: int) -> HeadWeights:
    if moments.heads is None:
        raise PolyheadError("per-head baselines need moments measured with `heads=HeadWeights.of(model, layer)`")
    _check_rank(rank, moments.heads.W_O.shape[1], "d_head")
    return moments.heads


def _check_rank(rank: int, most: int, what: str) -> None:
    if not 1 <= rank <= most:
        raise PolyheadError(f"rank {rank} asked for; it can be 1 to {most} ({what})")
