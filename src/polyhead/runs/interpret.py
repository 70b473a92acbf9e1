"""`polyhead interpret`: scores and labels of the latents of a run's dictionaries, or of one dictionary."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from polyhead.analysis.interpretability.documents import Documents, read_documents
from polyhead.analysis.interpretability.interpret import Interpreted, Subject, interpret
from polyhead.analysis.interpretability.summary import decile_means, not_scored, score_rows
from polyhead.analysis.latent_sides import Sides
from polyhead.core.artifact import MANIFEST, load_artifact
from polyhead.core.errors import PolyheadError
from polyhead.core.files import write_atomic
from polyhead.core.interpret_records import InterpretSummary
from polyhead.core.label_records import LABELS, load_labels
from polyhead.core.notice import notice
from polyhead.core.run_folder import open_run
from polyhead.dictionaries import find_method, load_dictionary
from polyhead.dictionaries.bundled import bundled_folders
from polyhead.dictionaries.origin import reading_of_dictionary
from polyhead.experiments.train import CONFIG_FILE, load_config, member_dir, require_finished
from polyhead.models.base_layer import base_layer
from polyhead.models.hooked import HookedModel
from polyhead.models.load import load_model

SUMMARY, COLUMNS, RANDOM = "summary.json", "latents.parquet", "random.parquet"
FEWEST_DOCUMENTS = 24
"""With fewer documents that a dictionary was not trained on, all of the text is read, and the record says so."""


@dataclass(frozen=True)
class Place:
    """A dictionary and where what is found about it goes."""

    name: str
    dictionary: Path
    out: Path
    labels: Path
    """Folder of its labels."""


def places(run_or_dictionary: Path | str, out: Path | None, members: Sequence[str] | None) -> list[Place]:
    """The dictionaries of a run (those with pages, or the named ones), or one by its folder or shipped name.

    Raises:
        PolyheadError: neither, or no such member.
    """
    path = Path(run_or_dictionary)
    if (path / CONFIG_FILE).exists():
        cfg, found = load_config(path), []
        for name in members or cfg.page_names:
            member = cfg.member(name)
            require_finished(path, member)
            folder = member_dir(path, member) / "dictionary"
            found.append(Place(name, folder, (out or path / "records") / name / "interpret", folder))
        return found
    if members:
        raise PolyheadError(f"{path} is no run folder, so it has no members; leave --members away")
    if (path / MANIFEST).exists():
        return [Place(path.name, path, out or path / "interpret", path)]
    shipped = bundled_folders().get(str(run_or_dictionary))
    if shipped is None:
        raise PolyheadError(
            f"{path} is neither a run folder (no {CONFIG_FILE}) nor a dictionary (no {MANIFEST}) nor one that ships "
            f"({', '.join(bundled_folders())})"
        )
    out = out or Path("runs") / "interpret" / shipped.name
    return [Place(shipped.name, shipped, out, out)]


def run_interpret(
    run_or_dictionary: Path | str,
    *,
    out: Path | None = None,
    members: Sequence[str] | None = None,
    text: str | None = None,
    n_latents: int = 512,
    latents: Sequence[int] | None = None,
    n_tokens: int = 262_144,
    seq_len: int = 128,
    per_decile: int = 1,
    seed: int = 0,
) -> list[InterpretSummary]:
    """Score and label latents, and write summary, columns and labels.

    Args:
        run_or_dictionary: A run folder, the folder of a dictionary, or the name of one that ships.
        out: Where the results go; next to the dictionary's records, or runs/interpret/NAME of one that ships.
        members: Of a run: these; those with pages by default.
        text: A file or folder of text, or `bundled`; the text of training by default, without what was trained on.
        n_latents: Latents per dictionary, chosen at random.
        latents: These latents instead.
        n_tokens: Positions that are read.
        seq_len: Tokens per sequence.
        per_decile: Items per decile of activation and side.
        seed: Of the choice, the items and the controls.

    Returns:
        One summary per dictionary.

    Raises:
        PolyheadError: no such dictionary or text, or nothing that can be scored in it.
    """
    found, model = [], None
    for place in places(run_or_dictionary, out, members):
        provenance = load_artifact(place.dictionary).provenance
        model = model or _model_of(place, provenance)
        subject = _subject(place, model)
        own_text = text or str(provenance.get("text", "bundled"))
        begun = time.monotonic()
        length = min(seq_len, model.cfg.n_ctx)
        documents, held_out = _documents(model, own_text, provenance, n_tokens=n_tokens, seq_len=length)
        if not held_out:
            notice(
                f"{place.name} was trained on {own_text}; scores on text that it was trained on may flatter it "
                "(give --text FILE_OR_FOLDER)"
            )
        made = interpret(subject, documents, n_latents=n_latents, latents=latents, per_decile=per_decile, seed=seed)
        summary = _summary(place, subject, documents, made, text=own_text, held_out=held_out, seed=seed)
        seconds = {"all": round(time.monotonic() - begun, 1), "judge": round(made.judge_seconds, 1)}
        summary = summary.model_copy(update={"seconds": seconds})
        _write(place, made, summary)
        found.append(summary)
    return found


def _model_of(place: Place, provenance: dict[str, Any]) -> HookedModel:
    name = (provenance.get("model") or {}).get("name")
    if not name:
        raise PolyheadError(f"{place.dictionary / MANIFEST} does not say which model the dictionary was trained on")
    return load_model(name)


def _subject(place: Place, model: HookedModel) -> Subject:
    dictionary: Any = load_dictionary(place.dictionary).requires_grad_(False)
    layers = [base_layer(model, layer) for layer in dictionary.origin.layers]
    sides = Sides(dictionary, layers, find_method(load_artifact(place.dictionary).kind).side)
    return Subject(dictionary, model, sides, sides.reading(reading_of_dictionary(dictionary)))


def _documents(
    model: HookedModel, text: str, provenance: dict[str, Any], *, n_tokens: int, seq_len: int
) -> tuple[Documents, bool]:
    """The documents, and whether the dictionary was trained on none of them."""
    trained = int(provenance.get("n_distinct_train_tokens") or 0) if text == provenance.get("text") else 0
    sizes = {"n_tokens": n_tokens, "seq_len": seq_len}
    try:
        documents = read_documents(model, text, after_sequences=-(-trained // seq_len), **sizes)
        if not trained or len(documents.names) >= FEWEST_DOCUMENTS:
            return documents, True
    except PolyheadError:
        if not trained:
            raise
    return read_documents(model, text, **sizes), False


def _summary(
    place: Place, subject: Subject, documents: Documents, made: Interpreted, *, text: str, held_out: bool, seed: int
) -> InterpretSummary:
    bound = made.columns["token_bound"].to_numpy(dtype=float)
    bound = bound[~np.isnan(bound)]
    return InterpretSummary(
        dictionary=place.name,
        method=load_artifact(place.dictionary).kind,
        model=subject.model.cfg.name,
        layers=list(subject.dictionary.origin.layers),
        text=text,
        held_out=held_out,
        n_documents=len(documents.names),
        n_tokens=int(documents.valid.sum()),
        n_latents=len(made.latents),
        n_scored=sum(why == "" for why in made.columns["why"]),
        not_scored=not_scored(made.columns),
        rows=score_rows(made),
        token_bound=round(float(bound.mean()), 4) if len(bound) else None,
        deciles=decile_means(made),
        judge="counts",
        milliseconds_per_latent=round(1000 * made.judge_seconds / len(made.latents), 1),
        seconds={},
        seed=seed,
    )


def _write(place: Place, made: Interpreted, summary: InterpretSummary) -> None:
    with open_run(place.out):
        _write_table(place.out / COLUMNS, made.columns.reset_index())
        if made.random is not None:
            _write_table(place.out / RANDOM, made.random)
        summary.save(place.out / SUMMARY)
    load_labels(place.labels).merged(made.labels).save(place.labels / LABELS)


def _write_table(path: Path, frame: pd.DataFrame) -> None:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    write_atomic(path, lambda aside: pq.write_table(table, aside, compression="zstd"))


def as_json(summaries: Sequence[InterpretSummary]) -> dict[str, Any]:
    """For programs."""
    return {"dictionaries": [json.loads(one.model_dump_json()) for one in summaries]}
