"""Dictionaries as files: other programs' folders in and out.

What is imported becomes an artifact of ours, whose provenance says where it came from, what it reads, and what that
took for granted of the model, so that it is scored like one that was trained here, and refused where it would be fed
another tensor than the one it was trained on.
"""

from pathlib import Path
from typing import Any

from polyhead.core.artifact import MANIFEST, load_artifact
from polyhead.core.errors import PolyheadError, nearest
from polyhead.core.norm_facts import NormFacts
from polyhead.core.reading import Reading
from polyhead.core.sites import parse_site
from polyhead.dictionaries import METHODS, load_dictionary, save_dictionary
from polyhead.interop.circuit_tracer_export import save_circuit_tracer
from polyhead.interop.llamascopium_export import write_llamascopium
from polyhead.interop.opening import is_ours, locate, open_foreign
from polyhead.interop.saelens_export import write_saelens
from polyhead.models.hf.family import FAMILIES

WRITERS = ("saelens", "llamascopium", "circuit_tracer")


def run_import(
    address: Path | str,
    out: Path,
    *,
    source: str | None = None,
    layer: int | None = None,
    site: str | None = None,
    model: str | None = None,
    outside: bool = False,
    norm_scaling_factor: float | None = None,
    k: int | None = None,
) -> dict[str, Any]:
    """Read another program's dictionary and write our artifact.

    Args:
        address: A folder or file, `hub:OWNER/REPO[/PATH][@REVISION]`, or a name of the index of dictionaries.
        out: Folder of our artifact.
        source: Which program wrote it; told by its files if not given.
        layer: Layer that it explains, in place of what the folder says.
        site: Site that an SAE reads (`hook_attn_out`, `blocks.3.attn.hook_z`), in place of what the folder says.
        model: The model that it explains: tells which tensors its hooks are, and the number of heads.
        outside: Also read files outside of the folder, where its config names them.
        norm_scaling_factor: What SAELens multiplied activations by under `expected_average_only_in`.
        k: Active latents per token of a TopK dictionary whose files do not say it.

    Raises:
        PolyheadError: unknown format, unsupported variant, damaged files, a layer that nobody names, a model that it
            does not fit, a hub that cannot be reached.
    """
    path, told = locate(address)
    if is_ours(path):
        raise PolyheadError(f"{path} is a dictionary of ours already; load it with ph.load_dictionary, or copy it")
    opened = open_foreign(
        path,
        told=told,
        source=source,
        model=model,
        layer=layer,
        site=site,
        outside=outside,
        norm_scaling_factor=norm_scaling_factor,
        k=k,
    )
    save_dictionary(opened.dictionary, out, opened.provenance)
    reading = Reading.parse(opened.provenance["reading"], where=str(path))
    kind = load_artifact(out).kind
    sources, targets = (" + ".join(r.site for r in reads) for reads in (reading.roles["x"], reading.targets))
    return {"dictionary": str(out), "from": opened.format, "kind": kind, "reads": sources, "target": targets}


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
