"""What every dictionary of the library is to its user: a module that says what it is and what its latents do."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from torch import nn

from polyhead.core.protocols import HasHeadLoadings, Moves
from polyhead.core.shown import Shown
from polyhead.dictionaries.origin import Origin

if TYPE_CHECKING:
    import pandas as pd


class LatentModule(Shown, nn.Module):
    """Base of dictionaries. `origin` says where one was loaded from; the functions below read text with its model."""

    cfg: Any
    origin: Origin | None = None

    @property
    def n_latents(self) -> int:
        """Width of the dictionary."""
        return int(getattr(self.cfg, "n_latents", 0) or getattr(self.cfg, "n_heads", 0))

    @property
    def layers(self) -> tuple[int, ...]:
        """Layers that it explains; empty where it was not loaded from a folder."""
        return () if self.origin is None else self.origin.layers

    @property
    def has_identity(self) -> bool:
        """Whether latents can also stay where they are, by a loading of their own."""
        return isinstance(self, Moves)

    def __repr__(self) -> str:
        parts = []
        if self.layers and self.origin is not None:
            several = "layers" if len(self.layers) > 1 else "layer"
            name = self.origin.model.get("name")
            parts.append(f"{several} {', '.join(map(str, self.layers))}" + (f" of {name}" if name else ""))
        parts.append(f"{self.n_latents:,} latents")
        activation = getattr(self.cfg, "activation", None)
        if activation is not None:
            k = getattr(activation, "k", None)
            parts.append(activation.kind if k is None else f"{activation.kind} k={k}")
        heads = self.head_loadings() if isinstance(self, HasHeadLoadings) else None
        if heads is not None:
            n = heads.shape[1] - self.has_identity
            parts.append(f"{n} heads + identity" if self.has_identity else f"{n} heads")
        return f"{type(self).__name__}({', '.join(parts)})"

    def families(self, model: Any = None, **options: Any) -> "pd.DataFrame":
        """What latents do with positions: `polyhead.analysis.latent_families.families`."""
        return import_module("polyhead.analysis.latent_families").families(self, model, **options)

    def find(self, family: str, model: Any = None, **options: Any) -> "pd.DataFrame":
        """Latents of a family, such as induction: `polyhead.analysis.latent_families.find`."""
        return import_module("polyhead.analysis.latent_families").find(self, family, model, **options)

    def top_examples(self, latent: int, model: Any = None, **options: Any) -> "pd.DataFrame":
        """Where a latent does most: `polyhead.analysis.latent_families.top_examples`."""
        return import_module("polyhead.analysis.latent_families").top_examples(self, latent, model, **options)

    def label(self, latent: int, model: Any = None, **options: Any) -> str:
        """One line about a latent: `polyhead.analysis.latent_families.label`."""
        return import_module("polyhead.analysis.latent_families").label(self, latent, model, **options)
