"""Dictionaries as files: other programs' folders in and out.

A folder's format is told by its files. What is imported becomes an artifact of ours, whose provenance says where it
came from, what it reads, and what that took for granted of the model, so that it is scored like one that was trained
here, and refused where it would be fed another tensor than the one it was trained on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from torch import Tensor

from polyhead.core.artifact import MANIFEST, check_weights, load_artifact
from polyhead.core.errors import PolyheadError, nearest
from polyhead.core.norm_facts import NormFacts
from polyhead.core.reading import Reading, one_site
from polyhead.core.sites import BLOCK_SITES, PATTERN_SITES, parse_site
from polyhead.core.sites import site as full_name
from polyhead.dictionaries import METHODS, load_dictionary, save_dictionary
from polyhead.dictionaries.attn_out_sae import AttnOutSAE
from polyhead.dictionaries.lorsa import Lorsa
from polyhead.dictionaries.spanning import side_by_side
from polyhead.interop.circuit_tracer import load_circuit_tracer, save_circuit_tracer
from polyhead.interop.dictionary_learning import read_dictionary_learning
from polyhead.interop.foreign_sae import shifted
from polyhead.interop.hook_names import VALUES, Place
from polyhead.interop.llamascopium import read_llamascopium, write_llamascopium
from polyhead.interop.saelens import read_saelens, write_saelens
from polyhead.interop.sparsify import read_sparsify
from polyhead.metrics.evaluate import target_layers
from polyhead.models.hf.family import FAMILIES
from polyhead.models.hooked import HookedModel
from polyhead.models.load import load_model

_KEY_SITES = ("attn.hook_k", "attn.hook_v", "attn.hook_rot_k")
"""Sites whose heads query heads share under GQA; other programs have one per key head there."""


@dataclass(frozen=True)
class ImportOptions:
    """What is said of a folder from outside of it."""

    model: HookedModel | None = None
    """The model that it explains."""
    site: str | None = None
    """Local name of the site that an SAE reads, in place of what the folder says."""
    outside: bool = False
    """Also read files outside of the folder, where its config names them."""
    norm_scaling_factor: float | None = None
    """What SAELens multiplied activations by under `expected_average_only_in`."""

    @property
    def facts(self) -> NormFacts | None:
        """Of the model, where it is given."""
        return None if self.model is None else self.model.norm_facts


class Foreign(NamedTuple):
    """What a folder of another program held."""

    dictionary: Any
    layer: int | None
    says: dict[str, Any]
    """What else the folder says."""
    places: tuple[Place, ...]
    """Where it reads and what it reconstructs."""


def _saelens(folder: Path, options: ImportOptions) -> Foreign:
    n_heads = None if options.model is None else options.model.cfg.n_heads
    scaling = options.norm_scaling_factor
    found = read_saelens(folder, n_heads=n_heads, norm_scaling_factor=scaling, model=options.facts, site=options.site)
    return Foreign(found.dictionary, found.layer, found.metadata, (found.place,))


def _sparsify(folder: Path, options: ImportOptions) -> Foreign:
    found = read_sparsify(folder, site=options.site)
    return Foreign(found.dictionary, found.layer, found.metadata, (found.place,))


def _dictionary_learning(folder: Path, options: ImportOptions) -> Foreign:
    found = read_dictionary_learning(folder, site=options.site)
    return Foreign(found.dictionary, found.layer, found.metadata, (found.place,))


def _llamascopium(folder: Path, options: ImportOptions) -> Foreign:
    found = read_llamascopium(folder, model=options.facts, site=options.site)
    return Foreign(found.dictionary, found.layer, found.config, found.places)


def _circuit_tracer(folder: Path, options: ImportOptions) -> Foreign:
    found = load_circuit_tracer(folder, model=options.facts, outside=options.outside)
    return Foreign(found.transcoder, None, {"model_name": found.model_name, "scan": found.scan}, found.places)


READERS: dict[str, Callable[[Path, ImportOptions], Foreign]] = {
    "saelens": _saelens,
    "sparsify": _sparsify,
    "dictionary_learning": _dictionary_learning,
    "llamascopium": _llamascopium,
    "circuit_tracer": _circuit_tracer,
}
WRITERS = ("saelens", "llamascopium", "circuit_tracer")
_FILES = {
    ("cfg.json", "sae_weights.safetensors"): "saelens",
    ("cfg.json", "sae.safetensors"): "sparsify",
    ("config.json", "ae.pt"): "dictionary_learning",
    ("config.json", "sae_weights.safetensors"): "llamascopium",
    ("config.yaml",): "circuit_tracer",
}


def find_format(folder: Path) -> str:
    """Which program wrote a folder, by its files.

    Raises:
        PolyheadError: none that is known.
    """
    for files, name in _FILES.items():
        if all((folder / file).is_file() for file in files):
            return name
    found = ", ".join(sorted(p.name for p in folder.iterdir())) if folder.is_dir() else "no such folder"
    known = "; ".join(f"{name}: {' and '.join(files)}" for files, name in _FILES.items())
    raise PolyheadError(f"{folder} is in no format known (found: {found[:300] or 'nothing'}); {known}")


def run_import(
    folder: Path,
    out: Path,
    *,
    source: str | None = None,
    layer: int | None = None,
    site: str | None = None,
    model: str | None = None,
    outside: bool = False,
    norm_scaling_factor: float | None = None,
) -> dict[str, Any]:
    """Read another program's folder and write our artifact.

    Args:
        folder: Their folder.
        out: Folder of our artifact.
        source: Which program wrote it; told by its files if not given.
        layer: Layer that it explains, in place of what the folder says.
        site: Site that an SAE reads (`hook_attn_out`, `blocks.3.attn.hook_z`), in place of what the folder says.
        model: The model that it explains: tells which tensors its hooks are, and the number of heads.
        outside: Also read files outside of the folder, where its config names them.
        norm_scaling_factor: What SAELens multiplied activations by under `expected_average_only_in`.

    Raises:
        PolyheadError: unknown format, unsupported variant, damaged files, a layer that nobody names, a model that it
            does not fit.
    """
    source = find_format(folder) if source is None else source
    if source not in READERS:
        raise PolyheadError(f"unknown format {source!r}; {nearest(source, READERS)}")
    local, named = site_option(site, layer)
    loaded = None if model is None else load_model(model)
    foreign = READERS[source](folder, ImportOptions(loaded, local, outside, norm_scaling_factor))
    if named is None:
        named = foreign.layer
    reading = _reading_of(foreign, named, folder, spanning_options=site is not None or layer is not None)
    provenance: dict[str, Any] = {"imported_from": source, "says": foreign.says}
    if loaded is not None:
        reading = _fitted(foreign, reading, loaded, folder)
        provenance["model"] = loaded.cfg.model_dump()
    else:
        provenance["assumes"] = _assumed(foreign.places).model_dump(exclude_none=True)
    provenance |= {"layers": target_layers(reading.targets), "reading": reading.model_dump(mode="json")}
    check_weights(folder, foreign.dictionary.state_dict())  # what was folded into them may have grown too large
    save_dictionary(foreign.dictionary, out, provenance)
    kind = load_artifact(out).kind
    sources, targets = (" + ".join(r.site for r in reads) for reads in (reading.roles["x"], reading.targets))
    return {"dictionary": str(out), "from": source, "kind": kind, "reads": sources, "target": targets}


def site_option(site: str | None, layer: int | None) -> tuple[str | None, int | None]:
    """Local site and layer that were given, either or none.

    Raises:
        PolyheadError: no such site, one with a value per pair of positions, or two layers.
    """
    if layer is not None and layer < 0:
        raise PolyheadError(f"--layers {layer}; layers start at 0")
    if site is None:
        return None, layer
    at = parse_site(site if site.startswith("blocks.") else full_name(0, site))
    if at.name in PATTERN_SITES or at.layer is None:
        raise PolyheadError(f"--site {site}: a site of a layer with one vector per position is expected")
    own = at.layer if site.startswith("blocks.") else None
    if own is not None and layer is not None and own != layer:
        raise PolyheadError(f"--site {site} is of layer {own}, --layers is {layer}")
    return at.name, layer if own is None else own


def _reading_of(foreign: Foreign, layer: int | None, folder: Path, *, spanning_options: bool) -> Reading:
    dictionary, places = foreign.dictionary, foreign.places
    cfg = dictionary.cfg
    if hasattr(cfg, "sources"):  # spans layers, and names its own sites
        if spanning_options:
            raise PolyheadError(f"{folder} holds a transcoder, which names its own sites: no --layers, no --site")
        for name in (*cfg.sources, *cfg.targets):
            if parse_site(name).layer is None:
                raise PolyheadError(f"{folder} reads or writes {name}, which is in no layer")
        return side_by_side(cfg.sources, cfg.targets)
    if layer is None:
        raise PolyheadError(f"{folder} does not say which layer it explains; give --layers")
    if not isinstance(dictionary, AttnOutSAE | Lorsa):
        raise PolyheadError(f"{folder} holds a {type(dictionary).__name__}, whose sites are not known")
    for place in places:
        if place.site in PATTERN_SITES or place.site not in BLOCK_SITES:
            raise PolyheadError(f"{folder} reads {place.site}; a site with one vector per position is expected")
    x, target = places[0], places[-1]
    return Reading(roles={"x": one_site(full_name(layer, x.site)), "target": one_site(full_name(layer, target.site))})


def _assumed(places: tuple[Place, ...]) -> NormFacts:
    """What all of them take for granted together."""
    facts: dict[str, Any] = {}
    for place in places:
        facts |= place.assumed.model_dump(exclude_none=True)
    return NormFacts(**facts)


def _fitted(foreign: Foreign, reading: Reading, model: HookedModel, folder: Path) -> Reading:
    """The reading on the model at hand, with the heads that are read under GQA and value biases where they belong.

    Raises:
        PolyheadError: another number of layers or another width, or biases of which nobody says where they were.
    """
    for read in (*reading.roles["x"], *reading.targets):
        parse_site(read.site, n_layers=model.cfg.n_layers)
    if not isinstance(foreign.dictionary, AttnOutSAE):
        _check_width(folder, foreign.dictionary.cfg, reading, model)
        return reading
    place, (read,) = foreign.places[0], reading.targets
    at, cfg = parse_site(read.site), model.cfg
    group = cfg.n_heads // cfg.n_kv_heads
    heads = tuple(range(0, cfg.n_heads, group)) if at.name in _KEY_SITES and group > 1 else None
    reads = one_site(read.site, heads)
    reading = Reading(roles={"x": reads, "target": reads})
    _check_width(folder, foreign.dictionary.cfg, reading, model)
    if at.name in VALUES and place.minus_b_V is not False:
        assert at.layer is not None
        bias: Tensor = model.b_V[at.layer].detach().float().cpu()
        bias = (bias if heads is None else bias[list(heads)]).flatten()
        if place.minus_b_V is None and bool((bias != 0).any()):
            raise PolyheadError(
                f"{folder} reads {read.site}, and does not say whether the value biases of {cfg.name} were folded away "
                f"in its training; if they were not, give --site {at.name}"
            )
        shifted(foreign.dictionary, bias)
    return reading


def _check_width(folder: Path, dictionary: Any, reading: Reading, model: HookedModel) -> None:
    expected = getattr(dictionary, "d_in", None) or getattr(dictionary, "d_model", None)
    (read, *_), cfg = reading.roles["x"], model.cfg
    local = parse_site(read.site).name
    heads = cfg.n_heads if read.heads is None else len(read.heads)
    if local.startswith("mlp.") or local == "attn.hook_result":
        return
    width = heads * cfg.d_head if local.startswith("attn.") else cfg.d_model
    if expected != width:
        raise PolyheadError(
            f"{folder} reads {expected} numbers per token; {read.site} of {cfg.name} is {width} wide: is it another "
            "model's?"
        )


def run_export(folder: Path, out: Path, *, target: str) -> dict[str, Any]:
    """Write a dictionary of ours in another program's layout.

    Raises:
        PolyheadError: a format or a kind of dictionary that cannot be written, or sites that their models do not have.
    """
    if target not in WRITERS:
        raise PolyheadError(f"{target!r} cannot be written; {nearest(target, WRITERS)}")
    artifact = load_artifact(folder)
    dictionary, provenance, kind = load_dictionary(folder), artifact.provenance, artifact.kind
    layer = (provenance.get("layers") or [0])[0]
    says, facts = provenance.get("says") or {}, _facts_of(provenance)
    name = str(says.get("model_name") or (provenance.get("model") or {}).get("name", ""))
    fits = {
        "saelens": ("attn_out_sae", "attn_value_sae"),
        "llamascopium": ("lorsa", "attn_out_sae", "cross_layer_transcoder"),
        "circuit_tracer": ("cross_layer_transcoder",),
    }
    if kind not in fits[target]:
        raise PolyheadError(
            f"{target} has no form for {METHODS[kind].title} ({kind}); it takes {', '.join(fits[target])}"
        )
    if target == "saelens":
        write_saelens(dictionary, out, layer=layer, metadata={"model_name": name}, model=facts)
    elif target == "llamascopium":
        sites = _lorsa_sites(provenance) if kind == "lorsa" else {}
        write_llamascopium(dictionary, out, layer=layer, model=facts, **sites)
    else:
        save_circuit_tracer(dictionary, out, model_name=name, model=facts)
    return {"folder": str(out), "format": target, "kind": kind}


def _facts_of(provenance: dict[str, Any]) -> NormFacts:
    """Norms of the model that a dictionary was trained on, as far as its provenance tells."""
    model = provenance.get("model")
    if not isinstance(model, dict):
        return NormFacts.parse(provenance.get("assumes") or {}, where=MANIFEST)
    family, kind = FAMILIES.get(str(model.get("family"))), str(model.get("normalization"))
    places = "before"
    if family is not None and family.ln1_post is not None:
        places = "after" if family.ln1 is None else "around"
    return NormFacts(places=places, layer_norm=kind.startswith("LN"), gain=kind in ("LN", "RMS"))


def _lorsa_sites(provenance: dict[str, Any]) -> dict[str, Any]:
    """Where a Lorsa reads and what it reconstructs, for the writer."""
    reading = Reading.parse(provenance.get("reading") or {}, where=MANIFEST)
    (x,), (target,) = reading.roles["x"], reading.targets
    return {"lorsa_sites": (parse_site(x.site).name, parse_site(target.site).name)}
