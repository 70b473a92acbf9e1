"""Addresses of dictionaries on a hub, and fetching the files that are read and no others.

    hub:OWNER/REPO[/PATH][@REVISION]     PATH is a folder or a file of the repository
What is in the hub's cache already is taken from there without a network. Files are fetched by huggingface_hub, which
resumes what was interrupted, checks sizes and follows `HF_ENDPOINT`, `HF_HOME` and `HF_TOKEN`.
"""

import re
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from huggingface_hub import HfApi, constants, snapshot_download
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HFValidationError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from polyhead.core.errors import PolyheadError
from polyhead.interop.registry import OURS, Format, format_of_file, format_of_names, known_formats, names_below
from polyhead.models.hub import FAULTS

PREFIX = "hub:"
_PART = r"[A-Za-z0-9][\w.-]{0,95}"


class HubAddress(NamedTuple):
    """A place in a repository."""

    repo: str
    path: str
    """Below the repository; empty for all of it."""
    revision: str | None

    def __str__(self) -> str:
        at = f"@{self.revision}" if self.revision else ""
        return f"{PREFIX}{self.repo}{'/' + self.path if self.path else ''}{at}"


def parse_address(text: str) -> HubAddress:
    """`hub:OWNER/REPO[/PATH][@REVISION]` in its parts.

    Raises:
        PolyheadError: it has another form.
    """
    plain, _, revision = text.removeprefix(PREFIX).partition("@")
    parts = plain.strip("/").split("/")
    fits = len(parts) >= 2 and all(re.fullmatch(_PART, part) for part in parts[:2])
    if not fits or any(part in ("", ".", "..") for part in parts) or (not revision and "@" in text):
        raise PolyheadError(
            f"{text!r} is no address of a dictionary; expected hub:OWNER/REPO[/PATH][@REVISION], for example "
            "hub:google/gemma-scope-2b-pt-att/layer_12/width_16k/average_l0_41"
        )
    return HubAddress("/".join(parts[:2]), "/".join(parts[2:]), revision or None)


def fetch_dictionary(address: HubAddress) -> Path:
    """The local file or folder of a dictionary: from the hub's cache where it is whole there, else fetched.

    Raises:
        PolyheadError: no network, no such repository, revision or path, a repository that asks for a login, or files
            in no format that is read; names the repository, the files wanted and what to do.
    """
    try:
        cached = _cached(address)
        if cached is not None:
            return cached
        names = HfApi(endpoint=constants.ENDPOINT).list_repo_files(address.repo, revision=address.revision)
        wanted = wanted_files(address, names)
        folder = _snapshot(address, allow_patterns=wanted)
    except FAULTS as error:
        raise PolyheadError(_instructions(address, error)) from None
    missing = [name for name in wanted if not (folder / name).is_file()]
    if missing:
        raise PolyheadError(f"{address}: {missing[0]} was not fetched whole; run the command again, it resumes")
    return folder / address.path


def wanted_files(address: HubAddress, names: list[str]) -> list[str]:
    """Those of a repository's files that the dictionary at an address is read from.

    Raises:
        PolyheadError: nothing is there, or nothing in a format that is read.
    """
    if address.path in names:
        if format_of_file(PurePosixPath(address.path).name) is None:
            raise PolyheadError(f"{address} is a file in no format known; {known_formats()}")
        config = address.path.removesuffix(".pt") + "_cfg.json"
        return [address.path, *([config] if config in names else [])]
    begin = f"{address.path}/" if address.path else ""
    below = [name.removeprefix(begin) for name in names if name.startswith(begin)]
    files = list(OURS) if set(OURS) <= set(below) else _files_of(format_of_names(below), below)
    if files is None:
        raise PolyheadError(_nothing_there(address, below, names))
    return [begin + file for file in files]


def _files_of(found: Format | None, below: list[str]) -> list[str] | None:
    return None if found is None else found.files(below)


def _nothing_there(address: HubAddress, below: list[str], names: list[str]) -> str:
    """What is there instead: dictionaries in folders further down are named."""
    if not below:
        first = sorted({name.split("/")[0] for name in names})
        return f"{address}: the repository {address.repo} has nothing at {address.path!r}; it holds {_some(first)}"
    folders = sorted({str(PurePosixPath(name).parent) for name in below} - {"."})
    inside = [f for f in folders if format_of_names([PurePosixPath(n).name for n in below if _in(n, f)]) is not None]
    files = [name for name in below if format_of_file(PurePosixPath(name).name) is not None]
    if inside or files:
        return f"{address} holds several dictionaries; add one of them to the address: {_some(inside or files)}"
    return f"{address} holds no dictionary in a format that is read ({_some(below)}); {known_formats()}"


def _in(name: str, folder: str) -> bool:
    return str(PurePosixPath(name).parent) == folder


def _some(names: list[str]) -> str:
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def _cached(address: HubAddress) -> Path | None:
    """The place of a dictionary in the cache, where all that is read of it is there."""
    try:
        folder = _snapshot(address, local_files_only=True)
    except FAULTS:
        return None
    place = folder / address.path
    if place.is_file():
        config = place.with_name(place.name.removesuffix(".pt") + "_cfg.json")
        alone = place.suffix != ".pt" or place.name.endswith(".sae.pt") or config.is_file()
        return place if alone and format_of_file(place.name) is not None else None
    names = names_below(place)
    if set(OURS) <= set(names):
        return place
    found = format_of_names(names)
    return place if found is not None and found.whole(names) else None


def _snapshot(address: HubAddress, **options: Any) -> Path:
    where = {"cache_dir": constants.HF_HUB_CACHE, "endpoint": constants.ENDPOINT}
    return Path(snapshot_download(address.repo, revision=address.revision, **where, **options))


def _instructions(address: HubAddress, error: BaseException) -> str:
    if isinstance(error, GatedRepoError):
        why = "it asks for a licence to be accepted on its page, and for a login (`hf auth login`)"
    elif isinstance(error, RepositoryNotFoundError):
        why = "the hub knows no such repository, or it is private and needs a login (`hf auth login`)"
    elif isinstance(error, RevisionNotFoundError):
        why = f"the repository has no revision {address.revision}"
    elif isinstance(error, EntryNotFoundError):
        why = "a file that the hub lists cannot be fetched"
    elif isinstance(error, HFValidationError):
        why = "no repository can have this name"
    else:
        why = f"it is not in the cache and the hub could not be read ({type(error).__name__})"
    include = f" --include '{address.path}*'" if address.path else ""
    revision = f" --revision {address.revision}" if address.revision else ""
    return (
        f"{address} is in the hub repository {address.repo}; {why}. Wanted: {address.path or 'its files'}. On a "
        f"machine with a network run `hf download {address.repo}{include}{revision}` and copy its cache folder to "
        f"{constants.HF_HUB_CACHE}, or give the path of a folder with the files"
    )
