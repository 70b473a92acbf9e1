"""From a trained dictionary of ours to what the benchmark asks of it: one function per family, which the method names.

Every direction is brought into the stream: what is read at `ln1.hook_normalized` or the stream is there already, what
is read from values goes back through W_V, what is written into z or v goes on through W_O, what lives in queries and
keys goes back through W_Q and W_K.
Axis legend: n latent, r row, d width, h head, k d_head, l layer, b p q as elsewhere.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from polyhead.core.base_layer import BaseLayer
from polyhead.core.errors import PolyheadError, nearest
from polyhead.core.protocols import Batch, Codes, LatentDirections
from polyhead.core.reading import Read, Reading
from polyhead.core.sites import parse_site
from polyhead.dictionaries.method import Method
from polyhead.metrics.benchmark.protocol import Directions, Silent, optional

_SMALL = 0.1
"""Share of its head's largest singular value under which a direction of a low-rank head does not count."""

STREAM_SITES = ("ln1.hook_normalized", "hook_resid_pre")
Layers = Mapping[int, BaseLayer]


class Adapted(Silent):
    """A trained dictionary as an `AttentionDictionary`."""

    def __init__(
        self,
        dictionary: Any,
        reading: Reading,
        layers: Sequence[BaseLayer],
        method: Method,
        batches: Sequence[Batch] = (),
    ) -> None:
        """batches: some that it was trained on, for methods whose parts show in use only."""
        self.dictionary, self.reading, self._side = dictionary, reading, method.side
        self.layers = {layer.layer: layer for layer in layers}
        self.parts = directions_of(method, dictionary, reading, self.layers, batches)

    def codes(self, batch: Batch) -> Codes | None:
        """Its own codes; None for a method without latents."""
        return optional(self.dictionary, "codes", batch)

    def query_codes(self, batch: Batch) -> Codes | None:
        """Of latents of QK that `codes` does not count; None for a method without."""
        return optional(self.dictionary, "query_codes", batch)

    def key_codes(self, batch: Batch) -> Codes | None:
        """The other side of latents of QK; None for a method without."""
        return optional(self.dictionary, "key_codes", batch)

    def reconstruct(self, batch: Batch) -> Tensor | None:
        """Its own target, carried on to the attention output; None where it reconstructs something else."""
        targets = self.reading.targets
        names = [parse_site(read.site) for read in targets]
        if {site.name for site in names} - {"hook_attn_out", "attn.hook_z", "attn.hook_v"}:
            return None
        if [site.layer for site in names] != list(self.layers) or "output" not in batch:
            return None
        estimate, done = self.dictionary.reconstruct(batch), []
        layers = list(self.layers.values())
        widths = [_width(read, layer) for read, layer in zip(targets, layers, strict=True)]
        for i, (read, layer, part) in enumerate(zip(targets, layers, estimate.split(widths, -1), strict=True)):
            h = layer.n_heads
            pattern = batch["attention"][:, i * h : (i + 1) * h]
            done.append(_to_output(part, read, layer, pattern))
        return torch.cat(done, dim=-1)

    def source_directions(self) -> Directions:
        """Read side."""
        return self.parts.source

    def output_directions(self) -> Directions:
        """Write side."""
        return self.parts.output

    def head_loadings(self) -> Tensor | None:
        """By head, layer by layer."""
        return self.parts.loading

    def query_directions(self) -> Directions:
        """Of QK latents."""
        return self.parts.query

    def key_directions(self) -> Directions:
        """Of QK latents."""
        return self.parts.key

    def patterns(self, batch: Batch) -> Tensor | None:
        """Where it makes its own, one for each base head."""
        own = optional(self.dictionary, "patterns", batch)
        return own if own is not None and own.shape[1] == batch["attention"].shape[1] else None


@torch.no_grad()
def directions_of(
    method: Method, dictionary: Any, reading: Reading, layers: Layers, batches: Sequence[Batch] = ()
) -> LatentDirections:
    """What a dictionary claims, by the way that its method names; nothing for a method that names none.

    Raises:
        PolyheadError: the method names a way that is not there.
    """
    way = method.directions
    if way is None:
        return LatentDirections()
    if isinstance(way, str) and way not in WAYS:
        raise PolyheadError(f"{method.kind} names the directions {way!r}; {nearest(way, WAYS)}")
    find = WAYS[way] if isinstance(way, str) else way
    return find(dictionary, reading, layers, batches)


def moving(m: Any, reading: Reading, layers: Layers, batches: Sequence[Batch]) -> LatentDirections:
    """Latents of a stream moved by the base heads (multitoken transcoders): encoder columns, decoder rows, loadings.

    A latent with several pairs of directions (`W_read`, `W_write`) is a subspace on both sides.
    """
    del reading, batches
    h = sum(layer.n_heads for layer in layers.values())
    source, output = m.W_enc.T, m.W_dec
    if hasattr(m, "W_read"):
        source = torch.cat([source[:, None], m.W_read], dim=1)
        output = torch.cat([output[:, None], m.W_write], dim=1)
    return LatentDirections(source, output, m.head_loadings()[:, :h])


def of_the_input(m: Any, reading: Reading, layers: Layers, batches: Sequence[Batch]) -> LatentDirections:
    """An SAE of the stream that heads move as they stand (dynamic head): where the layer's weights send a latent.

    Which head moves it is chosen in every context; output and loading are the best rank-1 form of what all of them do.
    """
    del reading, batches
    (layer,) = layers.values()
    images = torch.einsum("nd,hdk,hke->nhe", m.W_sae, layer.W_V, layer.W_O)
    U, _, Vh = torch.linalg.svd(images, full_matrices=False)
    return LatentDirections(m.W_enc.T, Vh[:, 0], U[:, :, 0])


def own_heads(m: Any, reading: Reading, layers: Layers, batches: Sequence[Batch]) -> LatentDirections:
    """Rank-1 units or low-rank heads with an attention of their own (Lorsa, replacement layer, gated block).

    What a unit reads and writes is its OV; how the base heads would move it is the mixture of base patterns that comes
    closest, by least squares, to its own pattern. The QK side is that of its group or head.
    """
    del reading, layers
    if m.W_V.ndim == 2:
        source, output = m.W_V, m.W_O
        query, key, of_unit = m.W_Q.mT, m.W_K.mT, torch.arange(len(source)) // (len(source) // len(m.W_Q))
    else:
        U, s, Vh = torch.linalg.svd(m.W_V @ m.W_O, full_matrices=False)
        s = s[:, : m.W_V.shape[-1]]
        real = (s > _SMALL * s[:, :1].clamp_min(1e-12))[..., None]
        source, output = U[..., : s.shape[1]].mT * real, Vh[:, : s.shape[1]] * real
        query, key, of_unit = m.W_Q.mT, m.W_K.mT, torch.arange(len(source))
    make = next((getattr(m, name) for name in ("group_patterns", "head_patterns") if hasattr(m, name)), None)
    loading = None
    if make is not None and batches:
        loading = _closest_mixture(make, batches)[of_unit]
    return LatentDirections(source, output, loading, query, key)


def _closest_mixture(make: Callable[[Tensor], Tensor], batches: Sequence[Batch]) -> Float[Tensor, "g h"]:
    """argmin_L sum (A_own - sum_h L_h A_h)^2 over pairs of positions, destinations that count."""
    own_base, base_base = 0.0, 0.0
    for batch in batches:
        keep = batch["valid"][:, None, :, None]
        own, base = (make(batch["x"]) * keep).transpose(0, 1).flatten(1), batch["attention"] * keep
        base = base.transpose(0, 1).flatten(1)
        own_base, base_base = own_base + own @ base.T, base_base + base @ base.T
    assert isinstance(base_base, Tensor)
    ridge = 1e-4 * base_base.diagonal().mean() * torch.eye(len(base_base))
    return torch.linalg.solve(base_base + ridge, own_base.T).T  # type: ignore[union-attr]


def qk_pairs(m: Any, reading: Reading, layers: Layers, batches: Sequence[Batch]) -> LatentDirections:
    """Paired query and key encoders: both sides back through W_Q and W_K of the heads that they read.

    With a mask, a latent of the queries stands for the sum of the latents of the keys that it meets.
    """
    del batches
    sides = []
    for encoder, role in ((m.query, "q"), (m.key, "k")):
        (read,) = reading.roles[role]
        layer = layers[parse_site(read.site).layer or 0]
        heads = list(range(layer.n_heads) if read.heads is None else read.heads)
        W = (layer.W_Q if role == "q" else layer.W_K)[heads]
        rows = encoder.W.permute(1, 2, 0).unflatten(-1, (len(heads), layer.d_head))
        sides.append(torch.einsum("nrhk,hdk->nrd", rows, W))
    query, key = sides
    if hasattr(m, "meeting"):
        key = torch.einsum("hij,jrd->ird", m.meeting(), key)
    return LatentDirections(query=query, key=key)


def both_halves(m: Any, reading: Reading, layers: Layers, batches: Sequence[Batch]) -> LatentDirections:
    """The combined layer: what its transcoder moves, and the pairs of conditions that make its patterns."""
    where = qk_pairs(m.qk, reading, layers, batches)
    return moving(m.mtc, reading, layers, batches)._replace(query=where.query, key=where.key)


def spanning(m: Any, reading: Reading, layers: Layers, batches: Sequence[Batch]) -> LatentDirections:
    """Several encoders with decoders for several layers: what each latent adds to attention outputs, all layers."""
    del batches, layers
    source, output, reads_stream = [], [], False
    for s, (W_enc, W_dec, writes) in enumerate(zip(m.W_enc, m.W_dec, m.cfg.writes, strict=True)):
        stream = parse_site(m.cfg.sources[s]).name in (*STREAM_SITES, "hook_resid_mid", "hook_resid_post")
        reads_stream |= stream
        source.append(W_enc.T * stream)
        sizes = m.target_scale[list(writes), None]
        attn = [parse_site(m.cfg.targets[t]).name == "hook_attn_out" for t in writes]
        output.append((W_dec * sizes * torch.tensor(attn)[:, None]).sum(1))
    del reading
    return LatentDirections(torch.cat(source) if reads_stream else None, torch.cat(output))


def at_one_site(m: Any, reading: Reading, layers: Layers, batches: Sequence[Batch]) -> LatentDirections:
    """Sparse autoencoders of attention outputs, of z or of values, of one layer or several side by side.

    Of values both sides are known: the encoder through W_V is what a latent reads, the decoder through W_O what it
    writes, by head. Of z and of the output only what is written.
    """
    del batches
    scale = getattr(m, "scale", torch.ones(()))
    source = sum(_pulled(part, read, layers) for part, read in _split(m.W_enc.T / scale, reading.roles["x"], layers))
    by_head = [_by_head(part, read, layers) for part, read in _split(m.W_dec * scale, reading.targets, layers)]
    output = sum(part.sum(1) for part in by_head)
    loading = None
    if by_head[0].shape[1] > 1 or sum(layer.n_heads for layer in layers.values()) == 1:
        unit = output / output.norm(dim=-1, keepdim=True).clamp_min(1e-12)  # type: ignore[union-attr]
        loading = torch.cat([torch.einsum("nhd,nd->nh", part, unit) for part in by_head], dim=1)
    return LatentDirections(source if isinstance(source, Tensor) else None, output, loading)  # type: ignore[arg-type]


def _split(rows: Tensor, reads: Sequence[Read], layers: Layers) -> list[tuple[Tensor, Read]]:
    widths = [_width(read, layers[parse_site(read.site).layer or 0]) for read in reads]
    return list(zip(rows.split(widths, dim=-1), reads, strict=True))


def _width(read: Read, layer: BaseLayer) -> int:
    if not parse_site(read.site).name.startswith("attn."):
        return layer.d_model
    return layer.d_head * (layer.n_heads if read.heads is None else len(read.heads))


def _pulled(rows: Tensor, read: Read, layers: Layers) -> Tensor | float:
    """Encoder rows as directions of the stream; 0 where the site is not made of one position of it."""
    where = parse_site(read.site)
    layer = layers[where.layer or 0]
    if where.name in STREAM_SITES:
        return rows
    maps = {"attn.hook_v": layer.W_V, "attn.hook_q": layer.W_Q, "attn.hook_k": layer.W_K}
    if where.name not in maps:
        return 0.0
    return torch.einsum("nhk,hdk->nd", rows.unflatten(-1, (layer.n_heads, layer.d_head)), maps[where.name])


def _by_head(rows: Tensor, read: Read, layers: Layers) -> Float[Tensor, "n h d"]:
    """Decoder rows as what each head writes into the stream; one axis of heads of size 1 where they are not apart."""
    where = parse_site(read.site)
    layer = layers[where.layer or 0]
    if where.name in ("attn.hook_v", "attn.hook_z"):
        return torch.einsum("nhk,hkd->nhd", rows.unflatten(-1, (layer.n_heads, layer.d_head)), layer.W_O)
    return rows[:, None]


def _to_output(estimate: Tensor, read: Read, layer: BaseLayer, pattern: Tensor) -> Tensor:
    name = parse_site(read.site).name
    if name == "hook_attn_out":
        return estimate
    z = estimate.unflatten(-1, (layer.n_heads, layer.d_head))
    if name == "attn.hook_v":
        z = torch.einsum("bhqk,bkhc->bqhc", pattern, z)
    return torch.einsum("bqhk,hkd->bqd", z, layer.W_O) + layer.b_O


Way = Callable[[Any, Reading, Layers, Sequence[Batch]], LatentDirections]

WAYS: dict[str, Way] = {
    "moved": moving,
    "layer_input": of_the_input,
    "qk_pairs": qk_pairs,
    "moved_and_qk": both_halves,
    "spanning": spanning,
    "one_site": at_one_site,
    "own_heads": own_heads,
}
"""Name in `Method.directions` -> how directions are found."""
