"""One saved dictionary scored on a model, by what its provenance says it reads."""

from pathlib import Path
from typing import Any

from polyhead.core.artifact import MANIFEST, load_artifact
from polyhead.core.errors import PolyheadError
from polyhead.core.model_config import check_architecture
from polyhead.core.norm_facts import NormFacts
from polyhead.core.reading import Reading, one_site
from polyhead.core.records import Evaluation
from polyhead.core.sites import parse_site
from polyhead.core.sites import site as full_name
from polyhead.dictionaries import find_method, load_dictionary
from polyhead.experiments.config import ExperimentConfig
from polyhead.experiments.data import ExperimentData, load_data
from polyhead.experiments.evaluate import reference_for
from polyhead.interop.fitting import site_option
from polyhead.metrics.evaluate import Subject, evaluate, target_layers


def run_score(
    folder: Path,
    *,
    model: str,
    text: str = "bundled",
    n_tokens: int = 16_384,
    seq_len: int = 128,
    layer: int | None = None,
    site: str | None = None,
) -> Evaluation:
    """Score one saved dictionary on a model, by what its provenance says it reads.

    Args:
        folder: Folder of our artifact.
        model: Alias, hub repository or local folder.
        text: As in experiments.
        n_tokens: Held out for scoring, and as many for means.
        seq_len: Tokens per sequence.
        layer: Layer of an SAE, in place of what its provenance says.
        site: Site of an SAE, in place of what its provenance says.

    Raises:
        PolyheadError: it is of another model, layer or width, or says not what it reads.
    """
    artifact = load_artifact(folder)
    provenance = artifact.provenance
    reading = _reading_at(artifact.kind, provenance, folder, layer, site)
    layers = tuple(target_layers(reading.targets))
    sizes = {"seq_len": seq_len, "n_train_tokens": n_tokens, "n_eval_tokens": n_tokens}
    data = load_data(ExperimentConfig.parse({"model": model, "text": text, "layers": layers, **sizes}, where="score"))
    _check_model(folder, provenance, data, assumed=site is None)
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


def _reading_at(kind: str, provenance: dict[str, Any], folder: Path, layer: int | None, site: str | None) -> Reading:
    """What a dictionary reads, by its provenance or as it was asked for."""
    local, layer = site_option(site, layer)
    if "reading" not in provenance:
        raise PolyheadError(f"{folder / MANIFEST} does not say what the dictionary reads, so it cannot be scored")
    reading = Reading.parse(provenance["reading"], where=str(folder / MANIFEST))
    if not reading.roles.get("target"):
        raise PolyheadError(f"{folder / MANIFEST}: reading must have the role target")
    if local is None and layer is None:
        return reading
    if kind != "attn_out_sae":
        raise PolyheadError(f"{folder} is a {kind}; --layers and --site are for SAEs of one site")
    own = parse_site(reading.targets[0].site)
    name = full_name(own.layer or 0 if layer is None else layer, own.name if local is None else local)
    return Reading(roles={"x": one_site(name), "target": one_site(name)})


def _check_model(folder: Path, provenance: dict[str, Any], data: ExperimentData, *, assumed: bool) -> None:
    trained, here = provenance.get("model"), data.model.cfg.model_dump()
    if assumed:
        facts = NormFacts.parse(provenance.get("assumes") or {}, where=str(folder / MANIFEST))
        facts.check(data.model.norm_facts, dictionary=str(folder), name=here["name"])
    if not isinstance(trained, dict):
        return
    check_architecture(str(folder), trained, here)


def _check_widths(folder: Path, dictionary: Any, reading: Reading, data: ExperimentData) -> None:
    batch = next(iter(data.fit_batches(Reading(roles={"target": reading.targets}), 1).in_order()))
    expected = getattr(dictionary.cfg, "d_out", None) or getattr(dictionary.cfg, "d_in", None)
    received = batch["target"].shape[-1]
    if expected is not None and batch["target"].ndim == 3 and received != expected:
        sites = " + ".join(read.site for read in reading.targets)
        raise PolyheadError(
            f"{folder} reconstructs {expected} numbers per token; {sites} of {data.model.cfg.name} holds {received}"
        )
