"""Controls with nothing learned: the planted parameters themselves, random directions, PCA, the heads, SVD of W_OV.

Each is a list of latents that read `source`, write `output` and move by `loading`; what they reconstruct is the layer
narrowed to what they read, and they fire where they read most. Axis legend: b p h d as elsewhere, n latent, r row.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from polyhead.core.base_layer import BaseLayer
from polyhead.core.protocols import Batch, Codes
from polyhead.metrics.benchmark.protocol import Directions, Silent
from polyhead.metrics.benchmark.world import Sample, World


class Oracle(Silent):
    """Has the planted parameters. Scores 1 wherever the truth is exact."""

    def __init__(self, world: World) -> None:
        self.world, self.truth = world, world.truth

    def _read(self, batch: Batch) -> Float[Tensor, "b p n r"]:
        assert self.truth.source is not None
        return torch.einsum("bpd,nrd->bpnr", batch["x"], self.truth.source)

    def codes(self, batch: Batch) -> Codes:
        """Where the planted source is read."""
        size = self._read(batch).norm(dim=-1)
        size = torch.where(size > (0.2 if self.world.normalize else 1e-3), size, 0.0)  # above the noise
        return _codes(size, int((size > 0).sum(-1).max()))

    def reconstruct(self, batch: Batch) -> Tensor | None:
        """The planted formula (one layer)."""
        t = self.truth
        if t.output is None or t.loading is None or len(self.world.layers) > 1:
            return None
        f = self._read(batch)
        moved = torch.einsum("bhqk,bknr,nh->bqnr", batch["attention"], f, t.loading)
        return torch.einsum("bqnr,nrd->bqd", moved, t.output)

    def source_directions(self) -> Directions:
        """As planted."""
        return self.truth.source

    def output_directions(self) -> Directions:
        """As planted."""
        return self.truth.output

    def head_loadings(self) -> Tensor | None:
        """As planted."""
        return self.truth.loading

    def query_directions(self) -> Directions:
        """As planted."""
        return self.truth.query

    def key_directions(self) -> Directions:
        """As planted."""
        return self.truth.key

    def patterns(self, batch: Batch) -> Tensor:
        """The layer's own."""
        return batch["attention"]


class Narrowed(Silent):
    """Latents with given directions; the first layer only reads what they read."""

    def __init__(
        self, layer: BaseLayer, source: Tensor, output: Tensor, loading: Tensor, *, k: int, project: Tensor | None
    ) -> None:
        """project: `[h, d, d]`, what each head may write of what it reads; None: nothing is reconstructed."""
        self.layer, self.k = layer, k
        self.source, self.output, self.loading, self.project = source, output, loading, project
        self.query: Tensor | None = None
        self.key: Tensor | None = None

    def codes(self, batch: Batch) -> Codes:
        """The k latents that read most."""
        rows = self.source if self.source.ndim == 3 else self.source[:, None]
        size = torch.einsum("bpd,nrd->bpnr", batch["x"], rows).norm(dim=-1)
        return _codes(size, min(self.k, size.shape[-1]))

    def reconstruct(self, batch: Batch) -> Tensor | None:
        """sum_h A_h x project_h."""
        if self.project is None:
            return None
        return torch.einsum("bhqk,bkd,hde->bqe", batch["pattern"], batch["x"], self.project) + self.layer.b_O

    def source_directions(self) -> Directions:
        """As given."""
        return self.source

    def output_directions(self) -> Directions:
        """As given."""
        return self.output

    def head_loadings(self) -> Tensor:
        """As given."""
        return self.loading

    def query_directions(self) -> Directions:
        """As given, if so."""
        return self.query

    def key_directions(self) -> Directions:
        """As given, if so."""
        return self.key


def random_directions(world: World, sample: Sample, k: int, n: int, generator: torch.Generator) -> Narrowed:
    """Random sources, outputs and loadings."""
    del sample
    layer, d = world.layers[0], world.layers[0].d_model
    source, output = (torch.randn(n, d, generator=generator) for _ in range(2))
    source = source / source.norm(dim=1, keepdim=True)
    project = (source.T @ torch.linalg.pinv(source.T)) @ _ov(layer) if n < d else None
    loading = torch.randn(n, layer.n_heads, generator=generator)
    control = Narrowed(layer, source, output, loading, k=k, project=project)
    control.query, control.key = (torch.randn(n, d, generator=generator) for _ in range(2))
    return control


def pca(world: World, sample: Sample, k: int, n: int, generator: torch.Generator) -> Narrowed:
    """Principal directions of what the heads read; where they are sent is read off the weights."""
    del generator, n
    layer = world.layers[0]
    x = sample.batch()["x"][sample.valid].double()
    vectors = torch.linalg.eigh((x - x.mean(0)).T @ (x - x.mean(0))).eigenvectors.flip(1)
    source = vectors[:, : min(world.truth.n_features, vectors.shape[1])].T.float()
    return _from_sources(layer, source, k)


def _from_sources(layer: BaseLayer, source: Tensor, k: int) -> Narrowed:
    """Output and loading of given sources: the best rank-1 form of what each head makes of them."""
    images = torch.einsum("nd,hde->nhe", source, _ov(layer))
    U, _, Vh = torch.linalg.svd(images, full_matrices=False)
    return Narrowed(layer, source, Vh[:, 0], U[:, :, 0], k=k, project=source.T @ source @ _ov(layer))


def heads(world: World, sample: Sample, k: int, n: int, generator: torch.Generator) -> Narrowed:
    """Each head is one latent: all that it reads, all that it writes."""
    del sample, n, generator
    layer = world.layers[0]
    U, _, Vh = torch.linalg.svd(_ov(layer), full_matrices=False)
    r = min(layer.d_head, layer.d_model)
    control = Narrowed(layer, U[:, :, :r].mT, Vh[:, :r], torch.eye(layer.n_heads), k=k, project=_ov(layer))
    control.query, control.key = layer.W_Q.mT, layer.W_K.mT
    return control


def ov_svd(world: World, sample: Sample, k: int, n: int, generator: torch.Generator) -> Narrowed:
    """The largest singular directions of each W_OV, as many as there are features."""
    del sample, n, generator
    layer = world.layers[0]
    each = -(-world.truth.n_features // layer.n_heads)
    U, s, Vh = torch.linalg.svd(_ov(layer), full_matrices=False)
    U, s, Vh = U[:, :, :each], s[:, :each], Vh[:, :each]
    loading = torch.eye(layer.n_heads).repeat_interleave(each, dim=0)
    project = (U * s[:, None]) @ Vh
    return Narrowed(layer, U.mT.flatten(0, 1), Vh.flatten(0, 1), loading, k=k, project=project)


Control = Callable[[World, Sample, int, int, torch.Generator], Silent]
"""World (one layer), a sample of it, latents that fire per token, number of latents, random numbers."""

CONTROLS: dict[str, Control] = {
    "oracle": lambda world, *_: Oracle(world),
    "pca": pca,
    "heads": heads,
    "ov_svd": ov_svd,
    "random": random_directions,
}


def _ov(layer: BaseLayer) -> Float[Tensor, "h d e"]:
    return layer.W_V @ layer.W_O


def _codes(size: Float[Tensor, "b p n"], k: int) -> Codes:
    values, indices = size.topk(max(1, k), dim=-1)
    return Codes(values, indices, size.shape[-1])
