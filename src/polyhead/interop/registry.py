"""Formats of dictionaries that are read: one line each here, one module each next to this one.

A format is told by the names of its files alone, so that the same rule finds it in a folder and in the list of what a
repository holds, and only the files that are read are fetched. Where two formats have files of one name, the longer
list of files decides. Local folders may hold all of a format at once (a set of transcoders), files only one dictionary.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from polyhead.core.errors import PolyheadError
from polyhead.interop.circuit_tracer import load_circuit_tracer
from polyhead.interop.dictionary_learning import read_dictionary_learning
from polyhead.interop.foreign_sae import Foreign, ImportOptions
from polyhead.interop.gemma_scope import read_gemma_scope
from polyhead.interop.gemma_scope_2 import read_gemma_scope_2
from polyhead.interop.llama_scope import read_llama_scope
from polyhead.interop.llamascopium import read_llamascopium
from polyhead.interop.saelens import read_saelens_any
from polyhead.interop.single_files import read_single_file
from polyhead.interop.sparsify import read_sparsify_any

OURS = ("config.json", "manifest.json", "weights.safetensors")
"""Files of an artifact of ours."""


@dataclass(frozen=True)
class Format:
    """How a program's dictionaries are told and read."""

    name: str
    program: str
    needed: tuple[str, ...]
    """Patterns (regular expressions of paths below the folder) each of which a file has to match."""
    read: Callable[[Path, ImportOptions], Foreign]
    optional: tuple[str, ...] = ()
    """Patterns of files that are read where they are there."""
    one_file: bool = False
    """A file by itself is a dictionary; `needed` is of its name."""
    is_set: bool = False
    """It may have any number of files."""

    def files(self, names: Collection[str]) -> list[str] | None:
        """Those of some names that are read; None where a needed one is missing."""
        if not all(any(re.fullmatch(pattern, name) for name in names) for pattern in self.needed):
            return None
        patterns = (*self.needed, *self.optional)
        return sorted(name for name in names if any(re.fullmatch(pattern, name) for pattern in patterns))

    def whole(self, names: Collection[str]) -> bool:
        """Whether nothing can be missing of files with these names: of a set, more may have been there."""
        return self.files(names) is not None and all(
            any(re.fullmatch(pattern, name) for name in names) and not self.is_set for pattern in self.optional
        )


def _dictionary_learning(path: Path, options: ImportOptions) -> Foreign:
    found = read_dictionary_learning(path, site=options.site)
    return Foreign(found.dictionary, found.layer, found.metadata, (found.place,))


def _llamascopium(path: Path, options: ImportOptions) -> Foreign:
    found = read_llamascopium(path, model=options.facts, site=options.site)
    return Foreign(found.dictionary, found.layer, found.config, found.places)


def _circuit_tracer(path: Path, options: ImportOptions) -> Foreign:
    found = load_circuit_tracer(path, model=options.facts, outside=options.outside, k=options.k)
    return Foreign(found.transcoder, None, {"model_name": found.model_name, "scan": found.scan}, found.places)


FORMATS: dict[str, Format] = {
    f.name: f
    for f in (
        Format("saelens", "SAELens", (r"cfg\.json", r"sae_weights\.safetensors"), read_saelens_any),
        Format("sparsify", "sparsify", (r"cfg\.json", r"sae\.safetensors"), read_sparsify_any),
        Format("dictionary_learning", "dictionary_learning", (r"config\.json", r"ae\.pt"), _dictionary_learning),
        Format("llamascopium", "Llamascopium", (r"config\.json", r"sae_weights\.safetensors"), _llamascopium),
        Format(
            "llama_scope",
            "Llama Scope",
            (r"hyperparams\.json", r"checkpoints/final\.safetensors"),
            read_llama_scope,
        ),
        Format(
            "gemma_scope_2",
            "Gemma Scope 2",
            (r"params(_layer_\d+)?\.safetensors",),
            read_gemma_scope_2,
            optional=(r"config\.json",),
        ),
        Format("gemma_scope", "Gemma Scope", (r"params\.npz",), read_gemma_scope),
        Format(
            "circuit_tracer",
            "circuit-tracer",
            (r"config\.yaml",),
            _circuit_tracer,
            is_set=True,
            optional=(r"(layer_|W_enc_|W_dec_)\d+\.(safetensors|npz)",),
        ),
        Format("gemma_scope_file", "Gemma Scope", (r".+\.npz",), read_gemma_scope, one_file=True),
        Format(
            "single_file",
            "one torch file (ckkissane, Goodfire, Qwen Scope)",
            (r".+\.pth?",),
            read_single_file,
            one_file=True,
        ),
    )
}


def find_format(path: Path) -> Format:
    """Which program wrote a folder or file, by its files.

    Raises:
        PolyheadError: none that is known.
    """
    if path.is_file():
        found = format_of_file(path.name)
        if found is None:
            raise PolyheadError(f"{path} is in no format known; one file is read where it is {known_formats()}")
        return found
    names = names_below(path)
    one = format_of_names(names)
    if one is None:
        shown = ", ".join(sorted(names))[:300] if path.is_dir() else "no such folder"
        raise PolyheadError(f"{path} is in no format known (found: {shown or 'nothing'}); {known_formats()}")
    return one


def format_of_names(names: Collection[str]) -> Format | None:
    """The format of a folder with files of these names."""
    found = [f for f in FORMATS.values() if not f.one_file and f.files(names) is not None]
    return max(found, key=lambda f: len(f.needed), default=None)


def format_of_file(name: str) -> Format | None:
    """The format of a file of this name."""
    return next((f for f in FORMATS.values() if f.one_file and f.files([name]) is not None), None)


def names_below(folder: Path) -> list[str]:
    """Files of a folder, and of the folders in it."""
    if not folder.is_dir():
        return []
    return [p.relative_to(folder).as_posix() for pattern in ("*", "*/*") for p in folder.glob(pattern) if p.is_file()]


def known_formats() -> str:
    """All of them with their files, for messages."""
    return "; ".join(f"{f.program}: {' and '.join(p.replace(chr(92), '') for p in f.needed)}" for f in FORMATS.values())
