"""`polyhead graph`: why a model says what it says on one prompt, as a graph of features, with heads on its edges."""

from pathlib import Path
from typing import Annotated, Any

from cyclopts import App
from rich.console import Console

from polyhead.cli.numbers import Count, Index, Positive, Seed, Share, Size
from polyhead.cli.show import Json, Many, show, table
from polyhead.core.threads import set_threads

graph = App(
    name="graph",
    help="Attribution graphs: make, prune, verify, export, view.",
    help_epilogue="Example: `polyhead graph 'from pathlib import Path\\n\\nfrom path' --out runs/graph`",
)


@graph.default
def make(
    prompt: str,
    /,
    *,
    model: str = "bundled",
    dictionaries: Annotated[tuple[str, ...], Many] = ("bundled",),
    out: Path,
    node_threshold: Share = 0.8,
    edge_threshold: Share = 0.98,
    max_logits: Size = 10,
    max_latents: Size | None = None,
    budget: Positive = 4.0,
    qk_entries: Index = 6,
    perturb: Index = 6,
    text: str = "bundled",
    example_tokens: Index = 8192,
    seed: Seed = 0,
    threads: Count | None = None,
    json: Json = False,
) -> None:
    r"""Make the graph of a prompt, prune it, explain its pattern entries, verify it, and write its page.

    OUT/full holds the whole graph, OUT the pruned one. The same command resumes where it stopped.

    Args:
        prompt: The text; `\n` in it stands for a new line.
        model: Alias, hub repository or local folder.
        dictionaries: Run folders, single dictionaries, or `bundled`; one a half of a layer at most.
        out: Folder of the graph.
        node_threshold: Share of influence on the logits that the nodes kept have.
        edge_threshold: Share of influence that the edges kept have.
        max_logits: Next tokens that are nodes, at most; fewer if they hold 95 % of the probability.
        max_latents: Latents that are nodes per layer, position and side; the dictionary's own number if not given.
        budget: Memory that may be used, in GB.
        qk_entries: Pattern entries that are explained: those that carry most.
        perturb: Nodes that are changed to check the graph.
        text: Where examples of latents come from: a file or folder of text; bundled is Python source.
        example_tokens: How much of it is read; 0: no examples.
        seed: Seed of the nodes drawn as controls.
        threads: CPU threads.
    """
    from polyhead.runs.graph import GraphRunConfig, run_graph

    set_threads(threads)
    cfg = GraphRunConfig.parse(
        {
            "prompt": prompt,
            "model": model,
            "dictionaries": dictionaries,
            "node_threshold": node_threshold,
            "edge_threshold": edge_threshold,
            "max_logits": max_logits,
            "max_latents": max_latents,
            "budget_gb": budget,
            "n_qk_entries": qk_entries,
            "n_perturb": perturb,
            "text": text,
            "n_example_tokens": example_tokens,
            "seed": seed,
        }
    )
    _show(run_graph(cfg, out), json)


@graph.command(help_epilogue="Example: `polyhead graph prune runs/graph/full --node-threshold 0.9 --out runs/graph-90`")
def prune(
    folder: Path,
    /,
    *,
    node_threshold: Share = 0.8,
    edge_threshold: Share = 0.98,
    out: Path,
    json: Json = False,
) -> None:
    """Keep the nodes and edges that hold a share of the influence on the logits.

    Args:
        folder: Folder of a graph.
        node_threshold: Share of influence that the nodes kept have.
        edge_threshold: Share of influence that the edges kept have.
        out: Folder of the pruned graph.
    """
    from polyhead.runs.graph import run_prune

    _show(run_prune(folder, out, node_threshold=node_threshold, edge_threshold=edge_threshold), json)


@graph.command(help_epilogue="Example: `polyhead graph verify runs/graph --perturb 20`")
def verify(
    folder: Path,
    /,
    *,
    perturb: Size = 10,
    outputs: Index = 24,
    seed: Seed = 0,
    dictionaries: Annotated[tuple[str, ...] | None, Many] = None,
    threads: Count | None = None,
    json: Json = False,
) -> None:
    """Change nodes, in the frozen model and in the live one, and compare the output and all else with the graph.

    Args:
        folder: Folder of a graph.
        perturb: Nodes that are changed to compare everything downstream: suppressed, boosted or swapped.
        outputs: Nodes that are removed to compare the output, and half as many supernodes; 0: none.
        seed: Seed of the nodes drawn as controls.
        dictionaries: Where the dictionaries are now, if they were moved.
        threads: CPU threads.
    """
    from polyhead.cli.graph_tables import effect_rows, output_rows, verify_lines, verify_rows
    from polyhead.runs.graph import run_verify

    set_threads(threads)
    record = run_verify(folder, n_nodes=perturb, n_outputs=outputs, seed=seed, dictionaries=dictionaries)

    def human(console: Console) -> None:
        if record.outputs is not None:
            console.print(table("effects on the output, predicted and seen", output_rows(record)))
            console.print(table("removed: change predicted, seen frozen, seen live", effect_rows(folder, record)))
        console.print(table("changed nodes", verify_rows(folder, record)))
        for line in verify_lines(record):
            console.print(f"- {line}", highlight=False, markup=False)

    show(record.model_dump(mode="json"), json, human)


@graph.command(help_epilogue="Example: `polyhead graph examples runs/graph-90 --text notes.txt`")
def examples(
    folder: Path,
    /,
    *,
    text: str = "bundled",
    tokens: Size = 8192,
    threads: Count | None = None,
    json: Json = False,
) -> None:
    """Look for examples of a graph's latents in a text; `polyhead graph view` then shows them.

    Args:
        folder: Folder of a graph.
        text: A file or folder of text; bundled is Python source.
        tokens: How much of it is read.
        threads: CPU threads.
    """
    from polyhead.runs.graph import run_graph_examples

    set_threads(threads)
    found = [str(path) for path in run_graph_examples(folder, text=text, n_tokens=tokens)]
    show({"folders": found}, json, lambda console: console.print(f"examples: [bold]{folder / 'latents'}[/bold]"))


@graph.command(help_epilogue="Example: `polyhead graph export runs/graph --out runs/graph-json`")
def export(folder: Path, /, *, out: Path, as_transcoders: bool = False, json: Json = False) -> None:
    """Write the graph JSON of circuit-tracer, the attribution-graphs front end and Neuronpedia, with feature files.

    Args:
        folder: Folder of a graph.
        out: Folder to write.
        as_transcoders: Call every latent a transcoder's: circuit-tracer's page shows examples of no other kind.
    """
    from polyhead.runs.graph import run_export

    facts = run_export(folder, out, as_transcoders=as_transcoders)
    show(facts, json, lambda console: console.print(table("exported", [{"": k, "value": v} for k, v in facts.items()])))


@graph.command(name="import", help_epilogue="Example: `polyhead graph import theirs.json --out runs/theirs`")
def import_(file: Path, /, *, out: Path, json: Json = False) -> None:
    """Read the graph JSON of circuit-tracer, the attribution-graphs front end or Neuronpedia, for pages and pruning.

    Args:
        file: The JSON file.
        out: Folder of the graph that is written.
    """
    from polyhead.runs.graph import run_import

    facts = run_import(file, out)
    show(facts, json, lambda console: console.print(table("imported", [{"": k, "value": v} for k, v in facts.items()])))


@graph.command(help_epilogue="Example: `polyhead graph view runs/graph --port 8000`")
def view(
    folders: Annotated[tuple[Path, ...], Many],
    /,
    *,
    out: Path | None = None,
    runs: Annotated[tuple[Path, ...], Many] = (),
    port: int = 0,
    open_browser: bool = True,
    serve: bool = True,
    json: Json = False,
) -> None:
    """Write the pages of one graph or several, serve them on this machine only, and open them.

    Args:
        folders: Folders of graphs.
        out: Folder of the pages; FOLDER/pages of the first if not given.
        runs: Run folders of the dictionaries, whose latent pages become part of the nodes' pages.
        port: Port; any free one if not given.
        open_browser: Open the default browser.
        serve: Serve them; with --no-serve they are only written.
    """
    from polyhead.runs.graph import run_graph_pages, serve_graph_pages

    index = run_graph_pages(folders, out, runs=runs)
    show({"pages": str(index)}, json, lambda console: console.print(f"pages: [bold]{index}[/bold]"))
    if serve and not json:
        serve_graph_pages(index, port=port, open_browser=open_browser)


def _show(result: dict[str, Any], json: bool) -> None:
    def human(console: Console) -> None:
        console.print(table(result["title"], result["facts"]))
        for name in ("logits", "features"):
            if result[name]:
                console.print(table(name, result[name]))
        for note in result["notes"]:
            console.print(f"- {note}", highlight=False, markup=False)
        console.print(f"graph: [bold]{result['folder']}[/bold]")
        if result.get("pages"):
            console.print(f"pages: [bold]{result['pages']}[/bold]")

    show(result, json, human)
