"""What can be scored: one small protocol, which an outside method implements and our own methods get by adapters.

Directions are in the width of the stream that the layer reads and writes, one row per latent or several for a latent of
more dimensions; lengths and signs do not count. A part that a method says nothing of is None, and is not scored.
Axis legend: n latent, r row, d width, l layer, h head, m latent of the QK side, b p q k as in core/protocols.py.
"""

from typing import Any, Literal, Protocol, runtime_checkable

from jaxtyping import Float
from torch import Tensor

from polyhead.core.protocols import Batch, Codes

Directions = Tensor | None
"""`[n, d]`, or `[n, r, d]`."""


@runtime_checkable
class AttentionDictionary(Protocol):
    """Something that claims to know a layer's attention features. `batch` has the roles of `world.STANDARD` (or of the
    object's own `reading`, if it has one)."""

    @property
    def side(self) -> Literal["key", "query", "both"]:
        """Where `codes` are counted: at sources, or at destinations."""
        ...

    def codes(self, batch: Batch) -> Codes | None:
        """Which latents fire where."""
        ...

    def reconstruct(self, batch: Batch) -> Float[Tensor, "b p ld"] | None:
        """The attention output, in its own units, layers side by side."""
        ...

    def source_directions(self) -> Directions:
        """What each latent reads at the source."""
        ...

    def output_directions(self) -> Directions:
        """What each latent writes at the destination."""
        ...

    def head_loadings(self) -> Float[Tensor, "n lh"] | None:
        """By which mixture of the layer's heads each latent moves."""
        ...


class Silent:
    """A dictionary that says nothing: a base to fill in."""

    _side: Literal["key", "query", "both"] = "key"

    @property
    def side(self) -> Literal["key", "query", "both"]:
        """Sources, unless `_side` says otherwise."""
        return self._side

    def codes(self, batch: Batch) -> Codes | None:
        """None."""
        return None

    def reconstruct(self, batch: Batch) -> Tensor | None:
        """None."""
        return None

    def source_directions(self) -> Directions:
        """None."""
        return None

    def output_directions(self) -> Directions:
        """None."""
        return None

    def head_loadings(self) -> Tensor | None:
        """None."""
        return None

    def query_directions(self) -> Directions:
        """What each QK latent wants of the position that looks; None."""
        return None

    def key_directions(self) -> Directions:
        """What each QK latent wants of the position that is looked at; None."""
        return None

    def patterns(self, batch: Batch) -> Float[Tensor, "b h q k"] | None:
        """Attention of its own making, by base head; None."""
        return None


def optional(method: Any, name: str, *arguments: Any) -> Any:
    """A part that only some methods have; None for those without."""
    part = getattr(method, name, None)
    return None if part is None else part(*arguments)
