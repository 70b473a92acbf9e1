"""Fetching from the hub into its own cache, and saying exactly what is wanted where that cannot be done."""

from pathlib import Path

from huggingface_hub import constants, hf_hub_download, snapshot_download
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from polyhead.core.errors import PolyheadError
from polyhead.models.aliases import TOKENIZER_FILES, HubModel

_CLIENT_ERROR: type[Exception] = HfHubHTTPError.__bases__[0]
"""Base of the errors of the HTTP library underneath (requests, httpx or httpx2, as the hub's version has it)."""
FAULTS: tuple[type[Exception], ...] = (OSError, EntryNotFoundError, HFValidationError, _CLIENT_ERROR)


def fetch_model(hub: HubModel, *, revision: str | None, asked: str) -> Path:
    """The local folder of a repository, with weights: from the hub's cache if they are there, else downloaded.

    Raises:
        PolyheadError: no network, no such repository, or no weights in a known layout; names the files wanted.
    """
    for local_only in (True, False):
        for weights in hub.weight_patterns:
            try:
                folder = _snapshot(hub.repo, [*hub.wanted, *weights], revision, local_only=local_only)
            except FAULTS as error:
                if local_only:
                    continue
                raise PolyheadError(_instructions(hub, revision, asked, error)) from None
            if any(any(folder.glob(pattern)) for pattern in weights):
                return folder
    raise PolyheadError(
        f"{hub.repo} holds no weights in a layout that is read (looked for {_or(hub)}); "
        "GGUF and llama2.c files can be downloaded by hand and given by their path"
    )


def fetch_tokenizer(repo: str) -> Path | None:
    """The folder of a tokenizer's repository, or None where it is neither cached nor reachable."""
    for local_only in (True, False):
        try:
            folder = _snapshot(repo, list(TOKENIZER_FILES), None, local_only=local_only)
        except FAULTS:
            continue
        if (folder / "tokenizer.json").exists():
            return folder
    return None


def fetch_file(repo: str, path: str, revision: str | None) -> Path:
    """One file of a repository, from the cache or downloaded.

    Raises:
        PolyheadError: it is neither cached nor reachable; names the file and what to do.
    """
    try:
        return Path(
            hf_hub_download(
                repo, path, revision=revision, cache_dir=constants.HF_HUB_CACHE, endpoint=constants.ENDPOINT
            )
        )
    except FAULTS as error:
        raise PolyheadError(
            f"{path} of the hub repository {repo} cannot be fetched ({type(error).__name__}); on a machine with a "
            f"network run `hf download {repo} {path}` and copy its cache folder to {constants.HF_HUB_CACHE}"
        ) from None


def _snapshot(repo: str, patterns: list[str], revision: str | None, *, local_only: bool) -> Path:
    found = snapshot_download(repo, revision=revision, allow_patterns=patterns, local_files_only=local_only)
    return Path(found)


def _instructions(hub: HubModel, revision: str | None, asked: str, error: BaseException) -> str:
    if isinstance(error, GatedRepoError):
        why = "it asks for a licence to be accepted on its page, and for a login (`hf auth login`)"
    elif isinstance(error, RepositoryNotFoundError):
        why = "the hub knows no such repository (or it is private)"
    elif isinstance(error, RevisionNotFoundError):
        why = "the repository has no such revision"
    elif isinstance(error, HFValidationError):
        why = "no repository can have this name"
    else:
        why = "it is not in the cache and the hub could not be reached"
    at = f" at revision {revision}" if revision else ""
    files = ["config.json", _or(hub), "tokenizer.json (or vocab.json and merges.txt)"]
    if hub.tokenizer is not None:
        files[-1] = f"tokenizer.json of {hub.tokenizer}"
    return (
        f"model {asked!r} is the hub repository {hub.repo}{at}; {why}. Wanted files: {'; '.join(files)}. "
        f"On a machine with a network run `hf download {hub.repo}{f' --revision {revision}' if revision else ''}` and "
        f"copy its cache folder to {constants.HF_HUB_CACHE}, "
        "or put the files into any folder and give its path as the model"
    )


def _or(hub: HubModel) -> str:
    return " or ".join(patterns[0] for patterns in hub.weight_patterns)
