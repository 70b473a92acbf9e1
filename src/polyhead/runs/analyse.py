"""Latent tables, latent pages and the overview of an experiment: all that its report shows."""

import datetime
import json
import platform
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy
import pyarrow as pa
import pyarrow.parquet as pq
import torch
import transformers

import polyhead
from polyhead.activations.store import weights_sha256
from polyhead.analysis.highlights import highlights
from polyhead.analysis.latent_sides import Sides, short_site
from polyhead.analysis.latents import LatentAnalysis, analyse_latents
from polyhead.analysis.verdict import verdict
from polyhead.core.files import write_atomic
from polyhead.core.head_names import head_name
from polyhead.core.progress import progress
from polyhead.core.protocols import Batch
from polyhead.core.records import PAGE_SHARD, DictionaryCard, Overview
from polyhead.core.run_folder import open_run, stage, stage_seconds
from polyhead.dictionaries import find_method
from polyhead.experiments.config import Member
from polyhead.experiments.data import ExperimentData, load_data
from polyhead.experiments.evaluate import read_evaluations
from polyhead.experiments.train import CONFIG_FILE, load_config, load_member
from polyhead.metrics.evaluate import Repeatable

SITES = {
    "hook_attn_out": "the attention output",
    "attn.hook_z": "what the heads read",
    "attn.hook_v": "the values",
    "attn.hook_pattern": "the attention pattern",
    "hook_resid_post": "the stream after attention",
}
"""Sites in words, for titles."""


def run_analyse(run_dir: Path) -> Overview:
    """Write the records of every member that gets pages, then the overview."""
    cfg = load_config(run_dir)
    with open_run(run_dir):
        with stage(run_dir, "analyse"):
            data = load_data(cfg)
            chosen = [m for m in cfg.members if m.name in cfg.page_names]
            cards = [analyse_member(data, m, run_dir) for m in chosen]
        record = overview(data, cards, run_dir)
        record.save(run_dir / "records" / "overview.json")
    return record


def analyse_member(data: ExperimentData, member: Member, run_dir: Path) -> DictionaryCard:
    """Write `records/<name>/latents.parquet` and `pages/`, and return the card."""
    dictionary = load_member(run_dir, member)
    sides = Sides(dictionary, data.layers, member.of.side)
    reading = sides.reading(data.reading(member))
    analysis = analyse_latents(
        dictionary,
        Repeatable(lambda: on_cpu(data.held_out_batches(reading).in_order())),
        tokenizer=data.model.tokenizer,
        W_U=data.model.W_U.detach(),
        bos_token_id=data.model.cfg.bos_token_id,
        sides=sides,
    )
    write_latents(analysis, run_dir / "records" / member.name)
    return card_of(
        analysis,
        sides,
        name=member.name,
        method=member.method,
        variant=member.variant,
        layers=data.cfg.layers,
        n_heads=data.model.cfg.n_heads,
    )


def card_of(
    analysis: LatentAnalysis, sides: Sides, *, name: str, method: str, variant: str, layers: Sequence[int], n_heads: int
) -> DictionaryCard:
    """What an analysed dictionary is.

    Args:
        analysis: of its latents.
        sides: how they were read.
        name: of the dictionary in tables and paths.
        method: its kind.
        variant: what it is compared as.
        layers: those it explains.
        n_heads: of a layer of the base model.
    """
    names, of = _head_names(sides, analysis, layers, n_heads), find_method(method)
    return DictionaryCard(
        name=name,
        variant=variant,
        method=method,
        title=of.title,
        side=of.side,
        noun=of.noun,
        about=of.about,
        loadings=analysis.loadings,
        identity=sides.identity,
        group_names=list(analysis.group_names),
        n_latents=len(analysis.rows),
        n_heads=len(names),
        head_names=[*names, "identity"],
        n_live=analysis.n_live,
        config=json.loads(sides.dictionary.cfg.model_dump_json()),
        loading_map=analysis.loading_map,
        highlights=highlights(analysis, head_names=names, noun=of.noun),
    )


def on_cpu(batches: Iterable[Batch]) -> Iterator[Batch]:
    """Where dictionary and layers are loaded, wherever the model runs."""
    return ({role: value.cpu() for role, value in batch.items()} for batch in batches)


def _head_names(sides: Sides, analysis: LatentAnalysis, layers: Sequence[int], n_heads: int) -> list[str]:
    """Names of what latents have loadings on: base heads, layers that are written, or an attention of the method's own.

    Base heads are those that the method explains.
    """
    n = len(analysis.rows[0].loadings) - 1
    if analysis.loadings == "layers":
        targets = [short_site(target) for target in sides.dictionary.cfg.targets]
        alike = len({target.split(" ", 1)[1] for target in targets}) == 1
        return [f"layer {target.split(' ')[0]}" if alike else target for target in targets]
    base = [head_name(layer, h) for layer in layers for h in sides.explained_heads or range(n_heads)]
    return base if n == len(base) else ["own"] if n == 1 else [f"own {j}" for j in range(n)]


def write_latents(analysis: LatentAnalysis, folder: Path, only: Sequence[int] | None = None) -> None:
    """The table as Parquet, the pages in shards; of all latents, or only of some (ascending)."""
    chosen = range(len(analysis.rows)) if only is None else only
    table = pa.Table.from_pylist([analysis.rows[i].model_dump() for i in chosen])
    write_atomic(folder / "latents.parquet", lambda aside: pq.write_table(table, aside, compression="zstd"))
    with progress("writing latents", total=len(chosen), unit="latents") as bar:
        for start, some in groupby(chosen, lambda i: i // PAGE_SHARD * PAGE_SHARD):
            pages = [analysis.page(i) for i in some]
            text = "[" + ",\n".join(page.json_line() for page in pages) + "]\n"
            path = folder / "pages" / f"{start // PAGE_SHARD:04d}.json"
            write_atomic(path, lambda aside, text=text: aside.write_text(text, encoding="utf-8"))
            bar.advance(len(pages))


def overview(data: ExperimentData, cards: list[DictionaryCard], run_dir: Path) -> Overview:
    """The first page of the report."""
    cfg, model = data.cfg, data.model
    return Overview(
        title=f"{model.cfg.name}, {_layers(cfg.layers)}: {_subject(data)}",
        command=f"polyhead train --config {CONFIG_FILE} --out {run_dir.name} && polyhead report {run_dir.name}",
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        versions=versions(),
        model={**model.cfg.model_dump(), "sha256": weights_sha256(model)},
        text=_text_facts(data),
        layer=cfg.layer,
        input_site=_sites(data, "x"),
        target_site=_sites(data, "target"),
        dictionaries=cards,
        verdict=verdict(read_evaluations(run_dir)),
        seconds=stage_seconds(run_dir),
    )


def versions() -> dict[str, str]:
    """Of what the numbers of a report depend on."""
    return {
        "polyhead": polyhead.__version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "numpy": numpy.__version__,
    }


def _layers(layers: Sequence[int]) -> str:
    return f"layer{'s' * (len(layers) > 1)} {', '.join(map(str, layers))}"


def _subject(data: ExperimentData) -> str:
    """What the run is about: the one thing explained, or how many methods are compared."""
    methods = list(dict.fromkeys(m.of.title for m in data.cfg.members))
    if len(methods) > 1:
        return f"{len(methods)} kinds of dictionary compared"
    names = {read.site.split(".", 2)[2] for m in data.cfg.members for read in data.reading(m).targets}
    words = " and ".join(SITES.get(name, name) for name in sorted(names))
    return f"what {words} {'is' if names != {'attn.hook_v'} else 'are'} made of"


def _sites(data: ExperimentData, role: str) -> str:
    """The sites of a role of the members, each once."""
    readings = [data.reading(m) for m in data.cfg.members]
    return ", ".join(dict.fromkeys(read.site for r in readings for read in r.roles.get(role, ())))


def _text_facts(data: ExperimentData) -> dict[str, Any]:
    cfg = data.cfg
    origin = "held-out Python source that ships with the bundled model" if cfg.text == "bundled" else cfg.text
    return {
        "origin": origin,
        "sha256": data.train.sha256,
        "sequence length": cfg.seq_len,
        "training tokens seen": data.n_steps * cfg.training.sequences_per_batch * cfg.seq_len,
        "distinct training tokens": int(data.train.tokens.size),
        "held-out tokens": int(data.held_out.tokens.size),
    }
