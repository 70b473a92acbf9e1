"""One attribution graph as a folder: made, pruned, explained, verified and drawn; every stage is skipped when done.

OUT/graph-run.json   GraphRunConfig: what the folder is of
OUT/full/            the whole graph (graph.json, edges.parquet)
OUT/                 the pruned graph, and qk.json, verify.json
OUT/latents/         examples of its latents on other text
OUT/pages/           its page
"""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import Field

from polyhead.core.config import Config
from polyhead.core.data_files import read_json, read_object
from polyhead.core.errors import DiskError, PolyheadError
from polyhead.core.files import write_json
from polyhead.core.graph_folder import load_folder, load_graph, load_qk, save_graph
from polyhead.core.graph_records import (
    GRAPH,
    QK,
    VERIFY,
    GraphRecord,
    QKEntry,
    QKRecord,
    VerifyRecord,
)
from polyhead.core.rng import generator
from polyhead.core.run_folder import claim, open_run
from polyhead.core.stopping import Stopped
from polyhead.dictionaries.bundled import bundled_folders
from polyhead.graphs.building import build_graph
from polyhead.graphs.config import GraphConfig
from polyhead.graphs.frozen import freeze
from polyhead.graphs.graph import Graph
from polyhead.graphs.loaded import LoadedDictionary, gather, load_dictionaries
from polyhead.graphs.pruning import places, prune_record, same_latent
from polyhead.graphs.qk import explain_entry, renumbered
from polyhead.models.hooked import HookedModel
from polyhead.models.load import load_model
from polyhead.models.text import to_tokens
from polyhead.runs.graph_examples import LATENTS, check_text, example_folders, latent_pages, run_examples
from polyhead.runs.graph_words import strongest_entries, summary

RUN, FULL, PAGES = "graph-run.json", "full", "pages"
QK_KINDS = ("qk_diagonal", "qk_mask")
"""Dictionaries that say why heads look, and explain no output."""
_NOT_A_NOTE = (DiskError, Stopped)
"""What ends the command wherever it happens; every other refusal of a stage becomes a note on the page."""


class GraphRunConfig(Config):
    """What a graph's folder is of."""

    prompt: str
    model: str = "bundled"
    dictionaries: tuple[str, ...] = ("bundled",)
    node_threshold: float = Field(default=0.8, ge=0, le=1)
    edge_threshold: float = Field(default=0.98, ge=0, le=1)
    max_logits: int = Field(default=10, ge=1)
    max_latents: int | None = Field(default=None, ge=1)
    budget_gb: float = Field(default=4.0, gt=0)
    n_qk_entries: int = Field(default=6, ge=0)
    n_perturb: int = Field(default=6, ge=0)
    text: str = "bundled"
    """Where examples of latents come from."""
    n_example_tokens: int = Field(default=8192, ge=0)
    seed: int = 0

    @property
    def bounds(self) -> GraphConfig:
        """As the graph's own config."""
        bounds = GraphConfig(n_logits=self.max_logits, budget_bytes=int(self.budget_gb * 1024**3))
        return bounds if self.max_latents is None else bounds.replace(max_query_nodes=self.max_latents)


def run_graph(cfg: GraphRunConfig, out: Path) -> dict[str, Any]:
    """Make what is missing of a graph's folder; returns what is printed.

    Raises:
        PolyheadError: model, dictionaries or prompt that do not fit, over budget, a folder of another graph.
    """
    if cfg.n_example_tokens:
        check_text(cfg.text)
    with open_run(out):
        claim(
            out,
            json.loads(cfg.model_dump_json()),
            file=RUN,
            what="a graph",
            replaceable=lambda: not any((out / FULL).glob("*")),  # a mistake stopped the former command
            only_if_empty=True,
        )
        return _run_stages(cfg, out)


def _run_stages(cfg: GraphRunConfig, out: Path) -> dict[str, Any]:
    model = load_model(cfg.model)
    tokens = prompt_tokens(model, cfg.prompt)
    dictionaries, qk_dictionaries = find_dictionaries(cfg.dictionaries, cfg.model)
    if not (out / FULL / GRAPH).exists():
        build_graph(model, dictionaries, tokens, cfg.bounds, folder=out / FULL)
    if not (out / GRAPH).exists():
        run_prune(out / FULL, out, node_threshold=cfg.node_threshold, edge_threshold=cfg.edge_threshold)
    _explain(model, dictionaries, qk_dictionaries, tokens, cfg, out)
    _verify(model, dictionaries, cfg, out)
    _examples(model, dictionaries, qk_dictionaries, cfg, out)
    index = run_graph_pages([out], out / PAGES)
    return {**summary(out, cfg.max_logits), "pages": str(index)}


def _explain(
    model: HookedModel,
    dictionaries: list[LoadedDictionary],
    qk_dictionaries: list[LoadedDictionary],
    tokens: Any,
    cfg: GraphRunConfig,
    out: Path,
) -> None:
    """Explain the pattern entries that carry most, of layers whose scores can be split; a note per other layer."""
    if not cfg.n_qk_entries or (out / QK).exists():
        return
    record, edges = load_graph(out)
    frozen = freeze(model, dictionaries, tokens, cfg.bounds)
    there = places(frozen.nodes, record.nodes)
    entries: list[QKEntry] = []
    refused: dict[int, str] = {}
    for layer, head, query, key in strongest_entries(record, edges):
        if len(entries) == cfg.n_qk_entries:
            break
        if layer in refused:
            continue
        try:
            entry = explain_entry(frozen, layer, head, query, key, dictionaries=qk_dictionaries)
        except _NOT_A_NOTE:
            raise
        except PolyheadError as error:
            refused[layer] = f"attention of layer {layer} is not explained: {error}"
        else:
            entries.append(renumbered(entry, there))
    _add_notes(out, *refused.values())
    QKRecord(entries=entries).save(out / QK)


def _verify(model: HookedModel, dictionaries: list[LoadedDictionary], cfg: GraphRunConfig, out: Path) -> None:
    """Verify the graph; a note where that cannot be done."""
    if not cfg.n_perturb or (out / VERIFY).exists():
        return
    try:
        run_verify(out, n_nodes=cfg.n_perturb, seed=cfg.seed, loaded=(model, dictionaries))
    except _NOT_A_NOTE:
        raise
    except PolyheadError as error:
        _add_notes(out, f"the graph is not verified: {error}")


def _examples(
    model: HookedModel,
    dictionaries: list[LoadedDictionary],
    qk_dictionaries: list[LoadedDictionary],
    cfg: GraphRunConfig,
    out: Path,
) -> None:
    """Look for examples of latents; a note where there is no text that can be read."""
    record, _ = load_graph(out)
    about = {
        "qk": load_qk(out, record),
        "qk_dictionaries": qk_dictionaries,
        "text": cfg.text,
        "n_tokens": cfg.n_example_tokens,
    }
    try:
        run_examples(model, dictionaries, record, out, **about)
    except _NOT_A_NOTE:
        raise
    except PolyheadError as error:
        _add_notes(out, f"latents have no examples: {error}")


def _add_notes(out: Path, *notes: str) -> None:
    """Keep what could not be done in the graph's record, which its page shows; once each."""
    record = GraphRecord.load(out / GRAPH)
    new = [note for note in notes if note not in record.notes]
    if new:
        record.model_copy(update={"notes": [*record.notes, *new]}).save(out / GRAPH)


def prompt_tokens(model: HookedModel, prompt: str) -> Any:
    r"""Token ids `[p]` of a prompt, BOS in front where the model has one; a written `\n` is a new line.

    Raises:
        PolyheadError: nothing in it, longer than the context, or a token that the vocabulary does not have.
    """
    text = prompt.replace("\\n", "\n").replace("\\t", "\t")
    tokens = to_tokens(model, text)[0]
    if not text or len(tokens) < 2:
        raise PolyheadError("the prompt is empty; a graph needs at least one token to explain what comes next")
    if len(tokens) > model.cfg.n_ctx:
        raise PolyheadError(f"the prompt has {len(tokens)} tokens; {model.cfg.name} takes at most {model.cfg.n_ctx}")
    if int(tokens.max()) >= model.cfg.d_vocab:
        raise PolyheadError(f"token {int(tokens.max())} of the prompt; {model.cfg.name} knows {model.cfg.d_vocab}")
    return tokens


def find_dictionaries(names: Sequence[str], model: str) -> tuple[list[LoadedDictionary], list[LoadedDictionary]]:
    """Dictionaries whose latents are nodes, and QK dictionaries whose latents are QK features.

    Raises:
        PolyheadError: a folder with none, `bundled` for another model, several where one is wanted.
    """
    found: list[LoadedDictionary] = []
    for name in names:
        if name == "bundled":
            if model != "bundled":
                raise PolyheadError(f"the dictionaries that ship are of the bundled model; {model} needs its own")
            for folder in bundled_folders().values():
                found += load_dictionaries(folder)
        elif not Path(name).exists():
            raise PolyheadError(f"{name} does not exist; give run folders, dictionaries, or `bundled`")
        else:
            found += load_dictionaries(name)
    qk_dictionaries = gather([one for one in found if one.kind in QK_KINDS])
    return gather([one for one in found if one.kind not in QK_KINDS]), qk_dictionaries


def run_prune(folder: Path, out: Path, *, node_threshold: float = 0.8, edge_threshold: float = 0.98) -> dict[str, Any]:
    """Prune the graph in `folder` into `out`; returns what is printed.

    Raises:
        PolyheadError: no graph there, or `out` is the same folder.
    """
    whole, all_edges = load_graph(folder)
    if folder.resolve() == out.resolve():
        raise PolyheadError(f"{out} holds the graph that is pruned; choose another folder")
    made_by = next((read_json(path) for path in (folder / RUN, folder.parent / RUN) if path.exists()), None)
    _refuse_others(out, made_by)
    record, edges = prune_record(
        whole,
        all_edges,
        node_threshold=node_threshold,
        edge_threshold=edge_threshold,
    )
    groups = [*record.supernodes, *same_latent(record)]
    save_graph(record.model_copy(update={"supernodes": groups}), edges, out)
    if made_by is not None:
        write_json(out / RUN, made_by)
    return summary(out)


def _refuse_others(out: Path, made_by: Any) -> None:
    """Keep a graph of other settings in `out` from being half overwritten.

    Raises:
        PolyheadError: `out` is the folder of a graph that other settings made.
    """
    if (out / RUN).exists() and read_json(out / RUN) != made_by:
        raise PolyheadError(f"{out} holds another graph; choose another folder")


def run_verify(
    folder: Path,
    *,
    n_nodes: int = 10,
    n_outputs: int = 24,
    seed: int = 0,
    dictionaries: Sequence[str] | None = None,
    loaded: tuple[HookedModel, list[LoadedDictionary]] | None = None,
) -> VerifyRecord:
    """Change nodes and compare what follows with the edges, and the output first; writes verify.json.

    Args:
        folder: of the graph.
        n_nodes: nodes that are changed to compare everything downstream.
        n_outputs: nodes that are removed to compare the output, and half as many supernodes; 0: none.
        seed: of the draws.
        dictionaries: where they are now, if not where the graph's run says.
        loaded: model and dictionaries, where they are in memory.

    Raises:
        PolyheadError: no graph there, its model or dictionaries are gone, or no node is asked for.
    """
    if n_nodes < 1:
        raise PolyheadError(f"--perturb {n_nodes}; at least one node is changed")
    record, edges = load_graph(folder)
    cfg = _run_config(folder)
    if loaded is None:
        loaded = load_model(cfg.model), find_dictionaries(dictionaries or cfg.dictionaries, cfg.model)[0]
    from polyhead.graphs.verification import verify

    model, nodes_of = loaded
    draws = generator(seed, "verify")
    found = verify(model, nodes_of, Graph(record, edges), n_nodes, draws, cfg=cfg.bounds, n_outputs=n_outputs)
    found.save(folder / VERIFY)
    return found


def run_graph_examples(folder: Path, *, text: str = "bundled", n_tokens: int = 8192) -> list[Path]:
    """Look for examples of a graph's latents from scratch; returns the folders that hold them.

    Raises:
        PolyheadError: no graph there, its model or dictionaries are gone, no such text.
    """
    record, _ = load_graph(folder)
    cfg = _run_config(folder)
    model = load_model(cfg.model)
    dictionaries, qk_dictionaries = find_dictionaries(cfg.dictionaries, cfg.model)
    about = {"qk": load_qk(folder, record), "qk_dictionaries": qk_dictionaries, "text": text, "n_tokens": n_tokens}
    with TemporaryDirectory(dir=folder) as aside:  # what is there stays until there is something better
        run_examples(model, dictionaries, record, Path(aside), **about)
        if (Path(aside) / LATENTS).exists():
            shutil.rmtree(folder / LATENTS, ignore_errors=True)
            (Path(aside) / LATENTS).rename(folder / LATENTS)
    return example_folders(folder)


def _run_config(folder: Path) -> GraphRunConfig:
    for path in (folder / RUN, folder.parent / RUN):
        if path.exists():
            return GraphRunConfig.parse(read_object(path), where=str(path))
    raise PolyheadError(f"{folder} does not say which model and dictionaries made it ({RUN} is missing)")


def run_export(folder: Path, out: Path, *, as_transcoders: bool = False) -> dict[str, Any]:
    """Write the graph JSON that other programs read, and files of its latents where they have examples.

    Args:
        folder: of the graph.
        out: of what is written.
        as_transcoders: call every latent a transcoder's.

    Raises:
        PolyheadError: no graph there.
    """
    from polyhead.interop.graph_json import Held, write_graph_folder

    record, edges, qk, _ = load_folder(folder)
    pages = latent_pages(record, folder)
    graph = Held(record, edges, qk)
    words = {
        (number, page.row.latent): " ".join(repr(token) for token in page.row.top_source_tokens[:3])
        for number, some in pages.items()
        for page in some
    }
    held = write_graph_folder(graph, out, pages=pages, as_transcoders=as_transcoders, words=words)
    path = out / f"{held.record.slug}.json"
    return {
        "graph": str(path),
        "features": len(list((out / "features").glob("*.json"))),
        "bytes": path.stat().st_size,
        "nodes": len(held.record.nodes),
        "edges": len(held.edges.target),
        "notes": held.record.notes,
    }


def run_import(path: Path, out: Path) -> dict[str, Any]:
    """Make a graph's folder from the graph JSON of another program.

    Raises:
        ArtifactError: no such file, or not a graph of a kind that is known.
        PolyheadError: `out` holds a graph that polyhead made.
    """
    from polyhead.interop.graph_json import unpack_graph_json

    _refuse_others(out, None)
    held = unpack_graph_json(path, out)
    return {
        "graph": str(out),
        "prompt": held.record.prompt,
        "nodes": len(held.record.nodes),
        "edges": len(held.edges.target),
        "notes": held.record.notes,
    }


def run_graph_pages(folders: Sequence[Path], out: Path | None = None, *, runs: Sequence[Path] = ()) -> Path:
    """Write the pages of graphs; returns their index.html.

    Raises:
        PolyheadError: no graph there.
    """
    from polyhead.reports.graphs import write_graph_pages

    examples = [found for folder in folders for found in example_folders(folder)]
    return write_graph_pages(folders, out or folders[0] / PAGES, runs=[*runs, *examples])


def serve_graph_pages(index: Path, *, port: int, open_browser: bool) -> None:
    """Serve pages on the loopback address until interrupted."""
    from polyhead.runs.report import run_view

    run_view(index.parent, port=port, open_browser=open_browser)
