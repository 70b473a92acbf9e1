"""The shipped index of public attention dictionaries, by the names that SAELens' catalogue gives them.

`attention_index.parquet` next to this module is made by benchmarks/make_dictionary_index.py from the facts of that
catalogue: release, id, repository, path, format, model, site, layer, width, L0 and, where known, the licence.
"""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from polyhead.core.errors import PolyheadError, nearest

FILE = Path(__file__).with_name("attention_index.parquet")


class Entry(NamedTuple):
    """One dictionary of the index."""

    release: str
    id: str
    repository: str
    path: str
    format: str
    """A name of `interop.registry.FORMATS`."""
    model: str
    site: str
    """Local name, as ours."""
    layer: int
    width: int | None
    """Latents."""
    l0: float | None
    """Active latents per token, as its authors give it."""
    licence: str | None

    @property
    def name(self) -> str:
        """What loads it."""
        return f"{self.release}/{self.id}"

    @property
    def address(self) -> str:
        """Where it is."""
        return f"hub:{self.repository}/{self.path}"


@lru_cache(maxsize=1)
def entries() -> tuple[Entry, ...]:
    """All of the index, in its order."""
    import pyarrow.parquet

    rows = pyarrow.parquet.read_table(FILE).to_pylist()
    return tuple(Entry(**row) for row in rows)


def address_of(name: str) -> str:
    """The hub address of `RELEASE/ID`.

    Raises:
        PolyheadError: no folder, no address and no such name; the nearest are given.
    """
    found = next((entry for entry in entries() if entry.name == name), None)
    if found is not None:
        return found.address
    release, _, rest = name.partition("/")
    ids = [entry.id for entry in entries() if entry.release == release]
    if ids and rest:
        raise PolyheadError(f"release {release} has no dictionary {rest!r}; {nearest(rest, ids)}")
    if ids:
        raise PolyheadError(f"release {release} has {len(ids):,} dictionaries; give one of them: {release}/{ids[0]}")
    releases = list(dict.fromkeys(entry.release for entry in entries()))
    raise PolyheadError(
        f"{name!r} is no folder or file, no address (hub:OWNER/REPO/PATH) and no name of the index; "
        f"{nearest(release, releases)}; see `polyhead dictionary list`"
    )


def find_entries(
    *, model: str | None = None, site: str | None = None, layer: int | None = None, release: str | None = None
) -> list[Entry]:
    """Entries that match all that is given.

    Args:
        model: A model's name with or without its owner, or a part of it if no model has that very name.
        site: A site's local name, its last part without `hook_` (`z`, `attn_out`), or a part of it.
        layer: The layer that is explained.
        release: A release's name, or a part of it if no release has that very name.

    Raises:
        PolyheadError: nothing matches a name that was given; the nearest are named.
    """
    found: list[Entry] = list(entries())
    for key, wanted in (("model", model), ("site", site), ("release", release)):
        if wanted is None:
            continue
        known = list(dict.fromkeys(getattr(entry, key) for entry in found))
        exact = [n for n in known if wanted.lower() in _names(n)]
        names = exact or [n for n in known if wanted.lower() in n.lower()]
        if not names:
            raise PolyheadError(f"no dictionary of the index has the {key} {wanted!r}; {nearest(wanted, known)}")
        found = [entry for entry in found if getattr(entry, key) in names]
    return [entry for entry in found if layer is None or entry.layer == layer]


def _names(full: str) -> set[str]:
    """What a model, site or release is also called."""
    low = full.lower()
    return {low, low.split("/")[-1], low.split(".")[-1].removeprefix("hook_")}
