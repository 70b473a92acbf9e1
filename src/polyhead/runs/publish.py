"""A run's dictionaries, or one dictionary, as a repository for a hub: folders, a card, and the upload.

README.md                        the card: model, text, tokens, metrics, licence, how to load
config.json weights.safetensors manifest.json     at the root for one dictionary, else below its name
"""

import shutil
from pathlib import Path
from typing import Any

import yaml
from huggingface_hub import HfApi, constants

from polyhead.core.artifact import CONFIG, MANIFEST, WEIGHTS, load_artifact
from polyhead.core.errors import PolyheadError
from polyhead.core.files import write_atomic
from polyhead.core.records import Evaluation, load_lines
from polyhead.dictionaries import METHODS
from polyhead.experiments.evaluate import EVALUATIONS, table_rows
from polyhead.experiments.train import load_config
from polyhead.interop.dictionary_hub import HubAddress, parse_address
from polyhead.models.hub import FAULTS

CARD = "README.md"


def run_publish(
    source: Path, address: str, *, out: Path, licence: str, dry_run: bool = False, private: bool = False
) -> dict[str, Any]:
    """Write the repository of a run or of one dictionary, and upload it.

    Args:
        source: Folder of a run, or of one dictionary of ours.
        address: `hub:OWNER/REPO`.
        out: Folder to write; it must not hold anything else.
        licence: As the hub names it: `mit`, `cc-by-4.0`.
        dry_run: Write the folder and stop.
        private: Make the repository a private one, where it is new.

    Returns:
        `repository`, `folder`, `dictionaries` (their names), `uploaded`, `load` (the line that loads the first one).

    Raises:
        PolyheadError: nothing that is finished, an address with a path, a folder in use, or a hub that refuses.
    """
    place = parse_address(address)
    if place.path or place.revision:
        raise PolyheadError(f"{address}: dictionaries are published to a whole repository; give hub:{place.repo}")
    folders = _dictionaries(source)
    known = {CARD, CONFIG, WEIGHTS, MANIFEST, *(name for name in folders if name)}
    if out.exists() and (other := sorted(p.name for p in out.iterdir() if p.name not in known)):
        raise PolyheadError(f"{out} holds {other[0]}, which is not of this repository; give an empty folder as --out")
    for name, folder in folders.items():
        load_artifact(folder)  # whole, and what its manifest says
        (out / name).mkdir(parents=True, exist_ok=True)
        for file in (CONFIG, WEIGHTS, MANIFEST):
            shutil.copyfile(folder / file, out / name / file)
    text = card(source, place, folders, licence)
    write_atomic(out / CARD, lambda aside: Path(aside).write_text(text, "utf-8"))
    if not dry_run:
        _upload(out, place, private=private)
    return {
        "repository": place.repo,
        "folder": str(out),
        "dictionaries": list(folders) if "" not in folders else [source.name],
        "uploaded": not dry_run,
        "load": f'ph.load_dictionary("{_address(place, next(iter(folders)))}")',
    }


def card(source: Path, place: HubAddress, folders: dict[str, Path], licence: str) -> str:
    """The card in Markdown, from what the manifests and the run say and nothing else."""
    artifacts = {name: load_artifact(folder) for name, folder in folders.items()}
    first = next(iter(artifacts.values()))
    model = (first.provenance.get("model") or {}).get("name")
    head: dict[str, Any] = {"license": licence, "library_name": "polyhead"}
    head["tags"] = ["polyhead", "interpretability", "attention", *sorted({a.kind for a in artifacts.values()})]
    head |= {"base_model": model} if model and "/" in str(model) else {}
    lines = ["---", yaml.safe_dump(head, sort_keys=False).strip(), "---", "", f"# {place.repo.split('/')[1]}", ""]
    lines += [f"Dictionaries of attention in `{model or 'a model that the manifest does not name'}`.", ""]
    rows = []
    for name, artifact in artifacts.items():
        reading = artifact.provenance.get("reading") or {}
        sites = [read["site"] for read in (reading.get("roles") or {}).get("target", [])]
        title = METHODS[artifact.kind].title if artifact.kind in METHODS else artifact.kind
        rows.append(
            {
                "dictionary": name or source.name,
                "method": title,
                "latents": artifact.config.get("n_latents"),
                "reconstructs": " + ".join(sites) or None,
            }
        )
    lines += [*_markdown(rows), ""]
    lines += _training(source)
    scored = _scores(source, set(folders))
    if scored:
        lines += ["## On held-out text", "", *_markdown(table_rows(scored)), ""]
        lines += ["FVU: fraction of variance unexplained; L0: active latents per token; rec: cross-entropy recovered "]
        lines[-1] += "against mean ablation of what is reconstructed. Definitions: polyhead's docs/metrics.md."
        lines += [""]
    lines += ["## Load", "", "```python", "import polyhead as ph", ""]
    lines += [f'dictionary = ph.load_dictionary("{_address(place, name)}")' for name in folders]
    lines += ["```", "", f"Licence: {licence}.", ""]
    return "\n".join(lines)


def _dictionaries(source: Path) -> dict[str, Path]:
    """Folders of finished dictionaries by their name in the repository; one dictionary has none."""
    if (source / MANIFEST).is_file():
        return {"": source}
    load_config(source)  # refuse what is no run
    found = {p.parents[1].name: p.parent for p in sorted(source.glob(f"members/*/dictionary/{MANIFEST}"))}
    if not found:
        raise PolyheadError(f"{source} has no finished dictionary; finish it with the command that began it")
    return found


def _training(source: Path) -> list[str]:
    if (source / MANIFEST).is_file():
        return []
    config = load_config(source)
    return [
        "## Training",
        "",
        f"Text: `{config.text}`; {config.n_train_tokens:,} tokens in sequences of {config.seq_len}.",
        "",
    ]


def _scores(source: Path, names: set[str]) -> list[Evaluation]:
    path = source / "records" / EVALUATIONS
    return [e for e in load_lines(path, Evaluation) if e.name in names] if path.is_file() else []


def _markdown(rows: list[dict[str, Any]]) -> list[str]:
    """A table, without the columns that are empty everywhere."""
    keys = [key for key in rows[0] if any(row[key] is not None for row in rows)]

    def cell(value: Any) -> str:
        return "" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value).replace("|", "\\|")

    lines = [f"| {' | '.join(keys)} |", f"|{' --- |' * len(keys)}"]
    return [*lines, *(f"| {' | '.join(cell(row[key]) for key in keys)} |" for row in rows)]


def _address(place: HubAddress, name: str) -> str:
    return str(place._replace(path=name))


def _upload(folder: Path, place: HubAddress, *, private: bool) -> None:
    api = HfApi(endpoint=constants.ENDPOINT)
    try:
        api.create_repo(place.repo, private=private, exist_ok=True)
        api.upload_folder(repo_id=place.repo, folder_path=folder, commit_message="Upload dictionaries of polyhead")
    except FAULTS as error:
        why = " ".join(str(error).split())[:160]
        raise PolyheadError(
            f"{place} was not uploaded ({type(error).__name__}: {why}); log in with `hf auth login` as an owner, "
            f"or run `hf upload {place.repo} {folder} .`"
        ) from None
