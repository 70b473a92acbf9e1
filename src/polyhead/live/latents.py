"""What a dictionary sees in a prompt: its strongest latents, each as an example with arcs, as on the static pages."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from polyhead.activations.harvest import fill_roles
from polyhead.analysis.latent_examples import PageConfig, SequenceView, Wanted
from polyhead.analysis.latent_sides import Sides, short_site
from polyhead.core.base_layer import BaseLayer
from polyhead.core.head_names import head_name
from polyhead.core.protocols import Writes
from polyhead.core.reading import Reading
from polyhead.dictionaries import find_method
from polyhead.dictionaries.encoder import unpack
from polyhead.graphs.loaded import LoadedDictionary
from polyhead.models.base_layer import base_layer
from polyhead.models.hooked import HookedModel

N_ARCS = 24
"""Most arcs of one latent."""


class LiveDictionary:
    """One dictionary, ready to be asked what it sees."""

    def __init__(self, model: HookedModel, loaded: LoadedDictionary) -> None:
        self.name, self.dictionary = loaded.name, loaded.dictionary
        method = find_method(loaded.kind)
        self.layers = loaded.layers
        base: list[BaseLayer] = [base_layer(model, layer) for layer in self.layers]
        self.sides = Sides(loaded.dictionary, base, method.side)
        self.reading: Reading = self.sides.reading(loaded.reading)
        self.own_reading = loaded.reading
        self.loadings = self.sides.loadings()
        self.card = self._card(method, model.cfg.n_heads)

    def _card(self, method: Any, n_heads: int) -> dict[str, Any]:
        """What the page needs to draw its latents."""
        names = [head_name(layer, h) for layer in self.layers for h in self.sides.explained_heads or range(n_heads)]
        kind = "measured" if self.loadings is None else self.sides.loadings_kind(self.loadings.shape[1])
        if kind == "layers":
            names = [short_site(target.site) for target in self.own_reading.targets]
        elif self.loadings is not None and self.loadings.shape[1] - 1 != len(names):
            names = [f"own {h}" for h in range(self.loadings.shape[1] - 1)]
        return {
            "name": self.name,
            "title": method.title,
            "method": method.kind,
            "variant": method.kind,
            "side": method.side,
            "noun": method.noun,
            "layers": self.layers,
            "loadings": kind,
            "identity": self.sides.identity,
            "editable": isinstance(self.dictionary, Writes) and len(self.layers) == 1,
            "n_heads": len(names),
            "head_names": [*names, "identity"],
        }

    @torch.no_grad()
    def see(
        self, cache: Mapping[str, Tensor], tokens: Tensor, texts: Sequence[str], n: int, also: Sequence[int] = ()
    ) -> list[dict[str, Any]]:
        """The strongest latents of a prompt.

        Args:
            cache: Activations by site, of this one sequence.
            tokens: Ids `[1, p]`.
            texts: Text of every token.
            n: How many latents.
            also: Further latents to show, active or not.

        Returns:
            Per latent its number, strength (root of its summed squares, times what it writes) and example.
        """
        batch = {"tokens": tokens.cpu(), **{k: v.cpu() for k, v in fill_roles(self.reading, cache).items()}}
        codes = unpack(self.dictionary.codes(batch))[0].float().cpu()
        energy = codes[1:].square().sum(0) if len(codes) > 1 else codes.square().sum(0)
        rows = self.sides.output_rows(codes.shape[1])
        strength = energy.sqrt() if rows is None or not rows.shape[1] else energy.sqrt() * rows.norm(dim=-1)
        best = strength.topk(min(n, len(strength)))
        chosen = [int(i) for i, v in zip(best.indices, best.values, strict=True) if v > 0]
        chosen += [i for i in also if 0 <= i < len(strength) and i not in chosen]
        if not chosen:
            return []
        view = self._view(batch, codes, torch.tensor(sorted(chosen)))
        p = len(texts)
        page = PageConfig(before=p, after=p, n_arcs=N_ARCS)
        found = []
        for latent in chosen:
            z = abs(view.z[int((view.latents == latent).nonzero()[0][0])])
            peak = int(z[1:].argmax()) + 1 if p > 1 and z[1:].any() else int(z.argmax())
            example = view.example(Wanted(latent, peak, "top", None, 0), page)
            words = {int(t): text for t, text in zip(tokens[0], texts, strict=True)}
            record = example.record([words.get(i, "") for i in range(max(words) + 1)])
            found.append(
                {
                    "latent": latent,
                    "strength": float(strength[latent]),
                    "example": {
                        "kind": "top",
                        "quantile": None,
                        "side": "query",
                        "sequence": 0,
                        "start": record.start,
                        "positions": record.positions,
                        "peak": record.peak,
                        "tokens": record.tokens,
                        "key": record.key_side,
                        "query": record.query_side,
                        "arcs": [[a.query, a.key, a.weight, a.heads] for a in record.arcs],
                    },
                }
            )
        return found

    def _view(self, batch: dict[str, Tensor], codes: Tensor, latents: Tensor) -> SequenceView:
        ids = batch["tokens"][0].numpy()
        seen, pattern = self.sides.seen(batch, 0, latents), self.sides.movement(batch)
        about = {"index": 0, "tokens": ids, "n_present": len(ids), "latents": latents.numpy()}
        if pattern is not None and self.loadings is not None:
            return SequenceView(
                **about,
                f=codes[:, latents].mT.numpy(),
                z=seen.query_side.numpy(),
                pattern=pattern[0].float().cpu().numpy(),
                loadings=self.loadings[latents].numpy(),
            )
        arcs = None if seen.arcs is None else seen.arcs.numpy()
        return SequenceView(**about, f=seen.key_side.numpy(), z=seen.query_side.numpy(), arcs=arcs)
