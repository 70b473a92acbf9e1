"""Both sides of the latents of any dictionary: what a page needs, whichever way the method moves things.

Where frozen patterns move a code by loadings (multitoken transcoders, value SAEs), what arrives is computed for all
latents of a sequence at once; of every other method, `view` is asked for the few latents that have an example there.
Axis legend: i latent, b sequence, p position, h head, q query, k key, d width of the stream, m some latents.
"""

import re
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from polyhead.core.base_layer import BaseLayer
from polyhead.core.protocols import (
    Batch,
    Codes,
    HasGroups,
    HasHeadLoadings,
    HasKeyCodes,
    HasLayerLoadings,
    HasMeeting,
    HasOutputRows,
    HasQueryHeadLoadings,
    HasView,
    HasViewRoles,
    MakesPatterns,
    Moves,
)
from polyhead.core.reading import Reading
from polyhead.dictionaries.encoder import unpack

LoadingsKind = Literal["trained", "measured", "layers", "none"]
"""As in `DictionaryCard.loadings`."""
_FLOATS_AT_ONCE = 2**24


class Seen(NamedTuple):
    """Some latents on one sequence."""

    latents: Int[Tensor, " m"]
    """Ascending."""
    key_side: Float[Tensor, "m p"]
    """Zeros where the method has no key side."""
    query_side: Float[Tensor, "m p"]
    arcs: Float[Tensor, "m h q k"] | None


class Sides:
    """How to read one dictionary's latents."""

    def __init__(self, dictionary: Any, layers: Sequence[BaseLayer] = (), side: str = "key") -> None:
        self.dictionary, self.layers, self.side = dictionary, layers, side

    def reading(self, own: Reading) -> Reading:
        """The dictionary's own roles, and what its views need besides."""
        d = self.dictionary
        return own.joined(d.view_roles(self.layers)) if isinstance(d, HasViewRoles) else own

    @property
    def identity(self) -> bool:
        """Whether latents can also stay where they are, by a loading of their own."""
        return isinstance(self.dictionary, Moves)

    @property
    def paired(self) -> bool:
        """Whether a latent has a code on keys as well as on queries."""
        return self.side == "both" and isinstance(self.dictionary, HasKeyCodes)

    def on_keys(self, batch: Batch) -> Codes:
        """How much each latent of the queries finds in each key; where any may meet any, by their mean over heads."""
        d = self.dictionary
        codes = d.key_codes(batch)
        if not isinstance(d, HasMeeting):
            return codes._replace(values=codes.values.float().cpu(), indices=codes.indices.cpu())
        keys = unpack(codes).float() @ d.meeting().mean(0).mT.float()
        indices = torch.arange(keys.shape[-1]).expand(keys.shape)
        return Codes(keys.clamp_min(0).cpu(), indices, keys.shape[-1])

    @property
    def explained_heads(self) -> tuple[int, ...] | None:
        """The heads of the layer that arcs run through, where they are not all of them."""
        heads = getattr(self.dictionary.cfg, "heads", None)
        return tuple(heads) if isinstance(heads, (tuple, list)) else None

    def loadings(self) -> Float[Tensor, "i h"] | None:
        """Loadings by head, or by layer of a dictionary that spans layers, the identity last; None: it has none."""
        own = self._head_loadings()
        if own is None and isinstance(self.dictionary, HasLayerLoadings):
            own = self.dictionary.layer_loadings()
        if own is None:
            return None
        own = own.detach().float().cpu()
        if self.identity:
            return own
        own = own if self.explained_heads is None else own[:, list(self.explained_heads)]
        return torch.nn.functional.pad(own, (0, 1))  # nothing stays where it is

    def _head_loadings(self) -> Tensor | None:
        d = self.dictionary
        if isinstance(d, HasQueryHeadLoadings):
            return d.query_head_loadings()
        return d.head_loadings() if isinstance(d, HasHeadLoadings) else None

    def loadings_kind(self, width: int) -> LoadingsKind:
        """What `loadings` are, with the identity `width` wide."""
        return "layers" if self._head_loadings() is None else "trained" if width > 2 else "none"

    def groups(self, n_latents: int) -> tuple[list[str], Int[Tensor, " i"]]:
        """Names of the groups of latents, and the group of each; -1 where the dictionary has none."""
        if not isinstance(self.dictionary, HasGroups):
            return [], torch.full((n_latents,), -1)
        names, group = self.dictionary.latent_groups()
        return [short_site(name) for name in names], group.cpu()

    def movement(self, batch: Batch) -> Float[Tensor, "b h q k"] | None:
        """The patterns by which `loadings` move the code; None where that is not how the method moves."""
        d = self.dictionary
        if self.identity:
            return d.patterns(batch) if isinstance(d, MakesPatterns) else batch["pattern"]
        if isinstance(d, HasQueryHeadLoadings) and isinstance(d, HasViewRoles):
            return torch.cat([batch[role] for role in d.view_roles(self.layers)], dim=1)
        return None

    def seen(self, batch: Batch, b: int, latents: Int[Tensor, " m"]) -> Seen:
        """Some latents on sequence `b`, a few at a time, in the order asked for.

        Sequences of a method without `view` show their code alone, on its side.
        """
        one = {role: value[b : b + 1] for role, value in batch.items()}
        n_pos = batch["tokens"].shape[1]
        step = max(1, _FLOATS_AT_ONCE // (n_pos * n_pos * max(1, self._n_heads(one))))
        parts = [self._view(one, some) for some in latents.split(step)]
        arcs = [p.arcs for p in parts if p.arcs is not None]
        return Seen(
            latents,
            torch.cat([p.key_side for p in parts]),
            torch.cat([p.query_side for p in parts]),
            torch.cat(arcs) if len(arcs) == len(parts) else None,
        )

    def _view(self, one: Batch, latents: Tensor) -> Seen:
        d = self.dictionary
        if not isinstance(d, HasView):
            code = unpack(d.codes(one))[0].mT[latents].float().cpu()
            nothing = torch.zeros_like(code)
            return Seen(latents, *((code, nothing) if self.side == "key" else (nothing, code)), None)
        view = d.view(one, latents, self.layers)
        query = view.query_side[0].mT.float().cpu()
        key = torch.zeros_like(query) if view.key_side is None else view.key_side[0].mT.float().cpu()
        return Seen(latents, key, query, None if view.arcs is None else view.arcs[0].float().cpu())

    def _n_heads(self, one: Batch) -> int:
        patterns = [value.shape[1] for value in one.values() if value.ndim == 4]
        return sum(patterns) or sum(layer.n_heads for layer in self.layers)

    def output_rows(self, n_latents: int) -> Float[Tensor, "i d"] | None:
        """What each latent writes into the stream (through W_O where it writes z or values); None where nothing."""
        d = self.dictionary
        own = isinstance(d, HasOutputRows)
        rows = d.output_rows(self.layers) if own else getattr(d, "W_dec", None)
        if not isinstance(rows, Tensor) or rows.ndim != 2 or len(rows) != n_latents:
            return None
        rows = rows.detach().float().cpu()
        if not self.layers:
            return rows
        if isinstance(d, HasQueryHeadLoadings) or getattr(d.cfg, "site", None) == "attn.hook_z":
            return self._through_heads(rows * getattr(d, "scale", torch.ones(())).detach().float().cpu())
        return rows if rows.shape[1] == self.layers[0].d_model else None

    def _through_heads(self, rows: Float[Tensor, "i c"]) -> Float[Tensor, "i d"] | None:
        """Rows in z or in values, of one layer or several, keys and values shared or not."""
        k = self.layers[0].d_head
        heads = rows.unflatten(-1, (len(self.layers), -1, k)) if rows.shape[1] % (len(self.layers) * k) == 0 else None
        if heads is None or heads.shape[2] not in (self.layers[0].n_heads, self.layers[0].n_kv_heads):
            return None
        repeat = self.layers[0].n_heads // heads.shape[2]
        W_O = torch.stack([layer.W_O for layer in self.layers])
        return torch.einsum("ilhk,lhkd->id", heads.repeat_interleave(repeat, dim=2), W_O)


def short_site(name: str) -> str:
    """`blocks.2.hook_attn_out` as `2 attn_out`; anything else as it is."""
    return re.sub(r"^blocks\.(\d+)\.", r"\1 ", name).replace("hook_", "")
