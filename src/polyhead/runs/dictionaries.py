"""Dictionaries as files: other programs' folders in and out, and one saved dictionary scored on a model.

A folder's format is told by its files. What is imported becomes an artifact of ours, whose provenance says where it
came from and what it reads, so that it is scored like one that was trained here.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from polyhead.core.artifact import MANIFEST, load_artifact
from polyhead.core.errors import PolyheadError, nearest
from polyhead.core.reading import Reading, one_site
from polyhead.core.records import Evaluation
from polyhead.core.sites import site
from polyhead.dictionaries import METHODS, find_method, load_dictionary, save_dictionary
from polyhead.dictionaries.attn_out_sae import AttnOutSAE
from polyhead.dictionaries.lorsa import Lorsa
from polyhead.dictionaries.spanning import side_by_side
from polyhead.experiments.config import ExperimentConfig
from polyhead.experiments.data import ExperimentData, load_data
from polyhead.experiments.evaluate import reference_for
from polyhead.interop.circuit_tracer import load_circuit_tracer, save_circuit_tracer
from polyhead.interop.dictionary_learning import read_dictionary_learning
from polyhead.interop.llamascopium import read_llamascopium, write_llamascopium
from polyhead.interop.saelens import read_saelens, write_saelens
from polyhead.interop.sparsify import read_sparsify
from polyhead.metrics.evaluate import Subject, evaluate, target_layers

_ARCHITECTURE = ("n_layers", "d_model", "n_heads", "n_kv_heads", "d_head", "d_vocab")
"""What two models must agree in for a dictionary of one to be of any use on the other."""


class Foreign(NamedTuple):
    """What a folder of another program held."""

    dictionary: Any
    layer: int | None
    says: dict[str, Any]
    """What else the folder says."""


def _circuit_tracer(folder: Path) -> Foreign:
    found = load_circuit_tracer(folder)
    return Foreign(found.transcoder, None, {"model_name": found.model_name, "scan": found.scan})


READERS: dict[str, Callable[[Path], Foreign]] = {
    "saelens": lambda folder: Foreign(*read_saelens(folder)),
    "sparsify": lambda folder: Foreign(*read_sparsify(folder)),
    "dictionary_learning": lambda folder: Foreign(*read_dictionary_learning(folder)),
    "llamascopium": lambda folder: Foreign(*read_llamascopium(folder)),
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
    raise PolyheadError(f"{folder} is in no format known (found: {found or 'nothing'}); {known}")


def run_import(folder: Path, out: Path, *, source: str | None = None, layer: int | None = None) -> dict[str, Any]:
    """Read another program's folder and write our artifact.

    Raises:
        PolyheadError: unknown format, unsupported variant, damaged files, a layer that nobody names.
    """
    source = find_format(folder) if source is None else source
    if source not in READERS:
        raise PolyheadError(f"no format is called {source!r}; {nearest(source, READERS)}")
    foreign = READERS[source](folder)
    layer = foreign.layer if layer is None else layer
    reading = _reading_of(foreign.dictionary, layer, folder)
    provenance = {
        "imported_from": source,
        "says": foreign.says,
        "layers": target_layers(reading.targets),
        "reading": reading.model_dump(mode="json"),
    }
    save_dictionary(foreign.dictionary, out, provenance)
    kind = load_artifact(out).kind
    target = " + ".join(read.site for read in reading.targets)
    return {"dictionary": str(out), "from": source, "kind": kind, "target": target}


def _reading_of(dictionary: Any, layer: int | None, folder: Path) -> Reading:
    cfg = dictionary.cfg
    if hasattr(cfg, "sources"):  # spans layers, and names its own sites
        return side_by_side(cfg.sources, cfg.targets)
    if layer is None:
        raise PolyheadError(f"{folder} does not say which layer it explains; give --layer")
    names = {"x": cfg.site, "target": cfg.site} if isinstance(dictionary, AttnOutSAE) else None
    if isinstance(dictionary, Lorsa):
        names = {"x": "ln1.hook_normalized", "target": "hook_attn_out"}
    if names is None:
        raise PolyheadError(f"{folder} holds a {type(dictionary).__name__}, whose sites are not known")
    return Reading(roles={role: one_site(site(layer, name)) for role, name in names.items()})


def run_export(folder: Path, out: Path, *, target: str) -> dict[str, Any]:
    """Write a dictionary of ours in another program's layout.

    Raises:
        PolyheadError: a format or a kind of dictionary that cannot be written.
    """
    if target not in WRITERS:
        raise PolyheadError(f"{target!r} cannot be written; {nearest(target, WRITERS)}")
    dictionary, provenance = load_dictionary(folder), load_artifact(folder).manifest["provenance"]
    layer = (provenance.get("layers") or [0])[0]
    says = provenance.get("says", {})
    name = str(says.get("model_name") or provenance.get("model", {}).get("name", ""))
    kind = load_artifact(folder).kind
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
        write_saelens(dictionary, out, layer=layer, metadata={"model_name": name})
    elif target == "llamascopium":
        write_llamascopium(dictionary, out, layer=layer)
    else:
        save_circuit_tracer(dictionary, out, model_name=name)
    return {"folder": str(out), "format": target, "kind": kind}


def run_score(
    folder: Path, *, model: str, text: str = "bundled", n_tokens: int = 16_384, seq_len: int = 128
) -> Evaluation:
    """Score one saved dictionary on a model, by what its provenance says it reads.

    Raises:
        PolyheadError: it is of another model, layer or width, or says not what it reads.
    """
    artifact = load_artifact(folder)
    provenance = artifact.manifest["provenance"]
    if "reading" not in provenance:
        raise PolyheadError(f"{folder / MANIFEST} does not say what the dictionary reads, so it cannot be scored")
    reading = Reading.parse(provenance["reading"], where=str(folder / MANIFEST))
    layers = tuple(provenance["layers"])
    sizes = {"seq_len": seq_len, "n_train_tokens": n_tokens, "n_eval_tokens": n_tokens}
    data = load_data(ExperimentConfig.parse({"model": model, "text": text, "layers": layers, **sizes}, where="score"))
    _check_model(folder, provenance, data)
    dictionary, method = load_dictionary(folder), find_method(artifact.kind)
    _check_widths(folder, dictionary, reading, data)
    reference, batches = reference_for(data, reading)
    subject = Subject(
        name=folder.name,
        variant=artifact.kind,
        method=artifact.kind,
        side=method.side,
        reconstruction=dictionary.requires_grad_(False).to(data.model.device),
        n_latents=getattr(dictionary.cfg, "n_latents", None),
    )
    return evaluate(data.model, subject, batches, reference)


def _check_model(folder: Path, provenance: dict[str, Any], data: ExperimentData) -> None:
    trained, here = provenance.get("model"), data.model.cfg.model_dump()
    if trained is None:
        return
    different = [key for key in _ARCHITECTURE if trained.get(key) != here[key]]
    if different:
        facts = ", ".join(f"{key} {trained.get(key)} against {here[key]}" for key in different)
        raise PolyheadError(f"{folder} was trained on {trained.get('name')}; {here['name']} is another model: {facts}")


def _check_widths(folder: Path, dictionary: Any, reading: Reading, data: ExperimentData) -> None:
    batch = next(iter(data.fit_batches(Reading(roles={"target": reading.targets}), 1).in_order()))
    expected = getattr(dictionary.cfg, "d_out", None) or getattr(dictionary.cfg, "d_in", None)
    came = batch["target"].shape[-1]
    if expected is not None and batch["target"].ndim == 3 and came != expected:
        sites = " + ".join(read.site for read in reading.targets)
        raise PolyheadError(
            f"{folder} reconstructs {expected} numbers a token; {sites} of {data.model.cfg.name} holds {came}"
        )
