"""What is read from a model for a dictionary: which sites fill which role of a batch (core/protocols.py).

A role is filled from one or several sites, laid side by side on the last axis, heads of per-head sites too; under GQA
only some heads need be read (the others repeat them). A pattern or score site fills a role alone, as `[b, h, q, k]`.
"""

from collections.abc import Mapping, Sequence

from polyhead.core.config import Config
from polyhead.core.errors import PolyheadError
from polyhead.core.sites import PATTERN_SITES, parse_site


class Read(Config):
    """One site of a model, whole or by heads."""

    site: str
    """Full name: `blocks.3.attn.hook_v`."""
    heads: tuple[int, ...] | None = None
    """Which heads of a per-head site; all where None."""

    @property
    def is_pattern(self) -> bool:
        """Whether the site has one value per pair of positions."""
        return self.site.endswith(PATTERN_SITES)


class Reading(Config):
    """The sites after every role of a batch. `target` is what a dictionary reconstructs."""

    roles: dict[str, tuple[Read, ...]]

    @property
    def sites(self) -> tuple[str, ...]:
        """Every site, once."""
        return tuple(dict.fromkeys(read.site for reads in self.roles.values() for read in reads))

    @property
    def targets(self) -> tuple[Read, ...]:
        """The sites that are reconstructed, in the order in which they lie in the target."""
        return self.roles["target"]

    def joined(self, other: Mapping[str, tuple[Read, ...]]) -> "Reading":
        """With more roles.

        Raises:
            PolyheadError: a role that both fill, differently.
        """
        for role in self.roles.keys() & other.keys():
            if self.roles[role] != other[role]:
                raise PolyheadError(f"role {role!r} is filled from {self.roles[role]} and from {other[role]}")
        return Reading(roles={**self.roles, **other})


def read_key(reads: Sequence[Read]) -> str:
    """What fills a role, in words that are the same wherever the same is read: roles of several readings share it."""
    return " + ".join(read.site if read.heads is None else f"{read.site} of heads {read.heads}" for read in reads)


def one_site(name: str, heads: tuple[int, ...] | None = None) -> tuple[Read, ...]:
    """A role filled from one site.

    Raises:
        PolyheadError: no site has that name (the nearest are given).
    """
    parse_site(name)
    return (Read(site=name, heads=heads),)
