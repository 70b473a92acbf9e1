"""Dictionaries as a graph uses them: what each explains of which model, and whether they fit together.

Axis legend: none; everything here is about names and widths.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from polyhead.core.artifact import MANIFEST, WEIGHTS, load_artifact
from polyhead.core.errors import PolyheadError
from polyhead.core.model_config import check_architecture
from polyhead.core.norm_facts import NormFacts
from polyhead.core.reading import Reading
from polyhead.core.sites import parse_site
from polyhead.dictionaries import METHODS, load_dictionary
from polyhead.models.hooked import HookedModel

AFTER_NORM = ("ln1_post.hook_normalized", "ln2_post.hook_normalized")
"""Targets that join the stream as they are: what the norm on an output makes of it."""
HALVES = {"hook_attn_out": "attn", "attn.hook_z": "attn", "hook_mlp_out": "mlp"}
HALVES |= dict(zip(AFTER_NORM, ("attn", "mlp"), strict=True))
"""Sites whose reconstruction explains a sublayer."""


@dataclass(frozen=True, eq=False)
class LoadedDictionary:
    """One trained dictionary with the sites it was trained on."""

    name: str
    kind: str
    dictionary: Any
    reading: Reading
    path: str | None = None
    sha256: str | None = None
    model: dict[str, Any] = field(default_factory=dict)
    """Architecture that it was trained on; empty where unknown."""
    assumes: NormFacts = field(default_factory=NormFacts)
    """What its import took for granted of the model."""

    @property
    def layers(self) -> list[int]:
        """Those of its targets, ascending."""
        return sorted({at.layer for read in self.reading.targets if (at := parse_site(read.site)).layer is not None})

    @property
    def explains(self) -> list[tuple[int, str]]:
        """(layer, `attn` or `mlp`) of every target.

        Raises:
            PolyheadError: a target that is not the output of attention or of an MLP.
        """
        halves = []
        for read in self.reading.targets:
            at = parse_site(read.site)
            if at.layer is None or at.name not in HALVES:
                raise PolyheadError(
                    f"{self.name} reconstructs {read.site}; a graph needs dictionaries of {', '.join(HALVES)}"
                )
            halves.append((at.layer, HALVES[at.name]))
        return halves

    @property
    def after_norm(self) -> list[bool]:
        """Of every target, whether it lies after a norm on the output, so that it joins the stream as it is."""
        return [parse_site(read.site).name in AFTER_NORM for read in self.reading.targets]


def load_dictionaries(path: Path | str) -> list[LoadedDictionary]:
    """The dictionaries in a folder: itself one, or anywhere below it, in order of their paths.

    Raises:
        PolyheadError: there is none, or one does not say what it reads.
    """
    root = Path(path)
    folders = [root] if (root / MANIFEST).is_file() else sorted(p.parent for p in root.rglob(MANIFEST))
    if not folders:
        raise PolyheadError(
            f"{root} holds no dictionary (no {MANIFEST} in it or below); give a folder of polyhead train"
        )
    return [load_with_reading(folder) for folder in folders]


def load_with_reading(folder: Path) -> LoadedDictionary:
    """One dictionary's folder, as `polyhead train` or `polyhead dictionary import` wrote it.

    Raises:
        ArtifactError: missing or damaged.
        PolyheadError: its manifest does not say what it reads.
    """
    artifact = load_artifact(folder)
    provenance = artifact.provenance
    if "reading" not in provenance:
        raise PolyheadError(f"{folder / MANIFEST} does not say what the dictionary reads, so it cannot be in a graph")
    reading = Reading.parse(provenance["reading"], where=str(folder / MANIFEST))
    name = folder.parent.name if folder.name == "dictionary" else folder.name
    return LoadedDictionary(
        name=name,
        kind=artifact.kind,
        dictionary=load_dictionary(folder).requires_grad_(False),
        reading=reading,
        path=str(folder),
        sha256=artifact.manifest["sha256"][WEIGHTS],
        model=dict(provenance.get("model") or {}),
        assumes=NormFacts.parse(provenance.get("assumes") or {}, where=str(folder / MANIFEST)),
    )


def gather(dictionaries: Sequence[LoadedDictionary | Path | str]) -> list[LoadedDictionary]:
    """Loaded dictionaries from loaded ones and folders, from the first layer up.

    Of a folder of several, those that explain patterns only are left out: they name QK features, not nodes.
    """
    found: list[LoadedDictionary] = []
    for item in dictionaries:
        several = [item] if isinstance(item, LoadedDictionary) else load_dictionaries(item)
        found += several if len(several) == 1 else [one for one in several if not _explains_patterns(one)]
    names = [one.name for one in found]
    if len(set(names)) < len(names):  # one run a layer gives the same name to all
        found = [replace(one, name=f"{one.name} of layer {', '.join(map(str, one.layers))}") for one in found]
    return sorted(found, key=lambda one: one.layers)


def _explains_patterns(one: LoadedDictionary) -> bool:
    return all(read.is_pattern for read in one.reading.targets)


def check_dictionaries(model: HookedModel, dictionaries: Sequence[LoadedDictionary]) -> None:
    """Refuse dictionaries of another model, and two that explain the same half of a layer.

    Raises:
        PolyheadError: with what was expected and what was received.
    """
    here, taken = model.cfg.model_dump(), {}
    for one in dictionaries:
        if one.kind not in METHODS:
            raise PolyheadError(f"{one.name} is of the unknown kind {one.kind!r}; known: {', '.join(METHODS)}")
        check_architecture(one.name, one.model, here)
        one.assumes.check(model.norm_facts, dictionary=one.name, name=model.cfg.name)
        for layer, half in one.explains:
            if layer >= model.cfg.n_layers or (half == "mlp" and model.cfg.attn_only):
                has = f"layers 0 to {model.cfg.n_layers - 1}" + (" and no MLPs" if model.cfg.attn_only else "")
                raise PolyheadError(f"{one.name} explains the {half} of layer {layer}; {model.cfg.name} has {has}")
            if (layer, half) in taken:
                raise PolyheadError(
                    f"{taken[layer, half]} and {one.name} both explain the {half} of layer {layer}; a graph takes one"
                )
            taken[layer, half] = one.name
