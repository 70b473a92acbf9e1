"""`polyhead heads`: what the heads of a model attend to over text, and what breaks when one is ablated."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App
from rich.console import Console

from polyhead.cli.numbers import Count, Index, Layer, Positive, Seed, Share, Size
from polyhead.cli.show import Json, Many, show, table
from polyhead.core.head_names import parse_head
from polyhead.core.head_records import HeadsOverview
from polyhead.core.threads import set_threads

heads = App(
    name="heads",
    help="What the heads of a real model do.",
    help_epilogue="Examples: `polyhead heads report bundled --out runs/heads-bundled`, "
    "`polyhead heads ablate bundled --head L3H4 --templates indent`",
)


@heads.command(help_epilogue="Example: `polyhead heads classify bundled --heads L3H3 L3H7 --out runs/rows`")
def classify(
    model: str,
    /,
    *,
    out: Path | None = None,
    text: str = "bundled",
    heads: Annotated[tuple[str, ...] | None, Many] = None,
    rules: Path | None = None,
    tokens: Size = 65_536,
    seq_len: Size = 256,
    threshold: Share = 0.95,
    destinations: Annotated[tuple[str, ...], Many] = (),
    threads: Count | None = None,
    json: Json = False,
) -> None:
    """Classify every attention row into behaviours: previous, induction, inactive, ..., pairs of them, or unknown.

    With --out the same command resumes where it stopped and ends with the same record.

    Args:
        model: Alias, hub repository or local folder.
        out: Folder of the scan.
        text: `bundled`, a text, JSONL or Parquet file, or a folder of them.
        heads: Heads to classify, such as L3H5; all if not given.
        rules: JSON or TOML file of rules, put before the built-in ones.
        tokens: How many tokens, BOS and padding included.
        seq_len: Tokens a sequence, BOS included.
        threshold: Share of a row's mass that its class must hold.
        destinations: Destination tokens that get a distribution of their own besides the commonest.
        threads: CPU threads; identical resuming needs the same number.
    """
    from polyhead.cli.heads_tables import rows_table
    from polyhead.runs.heads import ClassifyConfig, run_classify

    set_threads(threads)
    chosen = None if heads is None else tuple(parse_head(h) for h in heads)
    cfg = ClassifyConfig.parse(
        {
            "model": model,
            "text": text,
            "heads": chosen,
            "rules": rules,
            "n_tokens": tokens,
            "seq_len": seq_len,
            "destinations": destinations,
            "rows": {"threshold": threshold},
        }
    )
    record = run_classify(cfg, out)

    def human(console: Console) -> None:
        console.print(
            table(f"{record.model}: {record.n_rows:,} rows per head, threshold {threshold:.0%}", rows_table(record))
        )
        for proposal in record.proposals:
            console.print(f"- unknown, {proposal.share:.0%}: {proposal.words}", highlight=False, markup=False)
        if out is not None:
            console.print(f"record: [bold]{out / 'rows.json'}[/bold]")

    show(record.model_dump(mode="json"), json, human)


@heads.command(
    help_epilogue="Example: `polyhead heads ablate bundled --head L3H4 --templates indent --out runs/indent`"
)
def ablate(
    model: str,
    /,
    *,
    head: str,
    templates: str = "induction",
    out: Path | None = None,
    text: str = "bundled",
    prompts: Size | None = None,
    position: Index = 0,
    find_position: bool = False,
    seed: Seed = 0,
    threads: Count | None = None,
    json: Json = False,
) -> None:
    """Ablate one head on prompts: its row on BOS, mean or resampled, its output zeroed; rank it among all heads.

    Every head is ranked three ways (row on BOS, mean row, output zero), for a row on BOS also brings in what is read
    there; this costs three passes over the prompts for each head.

    Args:
        model: Alias, hub repository or local folder.
        head: The head, such as L3H5.
        templates: induction, indent, previous, or a JSON file of your own.
        out: Folder of the record.
        text: Reference text of means and resampling.
        prompts: How many prompts; the set's own number if not given.
        position: Tokens after the position that is ablated; 0 is the last.
        find_position: Ablate where the position sweep falls most instead.
        seed: Seed of the words put into templates, and of resampling.
        threads: CPU threads.
    """
    from polyhead.cli.heads_tables import print_ablation
    from polyhead.runs.heads import AblateConfig, run_ablate

    set_threads(threads)
    cfg = AblateConfig.parse(
        {
            "model": model,
            "head": parse_head(head),
            "templates": templates,
            "text": text,
            "n_prompts": prompts,
            "position": None if find_position else position,
            "seed": seed,
        }
    )
    record = run_ablate(cfg, out)
    show(record.model_dump(mode="json"), json, lambda console: print_ablation(record, out, console))


@heads.command(help_epilogue="Example: `polyhead heads report bundled --out runs/heads-bundled`")
def report(
    model: str,
    /,
    *,
    out: Path | None = None,
    text: str = "bundled",
    tokens: Size | None = None,
    seq_len: Size = 256,
    deep: Index = 4,
    prompts: Size | None = None,
    run: Path | None = None,
    quick: bool = False,
    seed: Seed = 0,
    threads: Count | None = None,
    json: Json = False,
) -> None:
    """Everything about the heads of one model, and its pages: rows, ablation, splits, pairs, units, weights.

    The same command resumes where it stopped; what is done is not done again.

    Args:
        model: Alias, hub repository or local folder.
        out: Folder of the report; runs/heads-MODEL if not given.
        text: `bundled`, a text, JSONL or Parquet file, or a folder of them.
        tokens: Tokens for rows and units; by the size of the model if not given.
        seq_len: Tokens a sequence, BOS included.
        deep: Heads of widest mix that are ablated and split.
        prompts: Prompts of each template set; by the size of the model if not given.
        run: Run folder of dictionaries of the same model; its pages are linked.
        quick: An eighth of the text, few prompts.
        seed: Seed of samples, prompts and splits.
        threads: CPU threads; identical resuming needs the same number.
    """
    from polyhead.runs.heads_report import HeadsReportConfig, run_heads_report

    set_threads(threads)
    out = out or Path("runs") / f"heads-{Path(model).name}"
    cfg = HeadsReportConfig.parse(
        {
            "model": model,
            "text": text,
            "n_tokens": tokens,
            "seq_len": seq_len,
            "n_deep": deep,
            "n_prompts": prompts,
            "seed": seed,
            "quick": quick,
        }
    )
    index = run_heads_report(cfg, out, run=run)
    overview = HeadsOverview.load(out / "records" / "overview.json")

    def human(console: Console) -> None:
        for sentence in (*overview.findings, *overview.notes):
            console.print(f"- {sentence}", highlight=False, markup=False)
        console.print(f"pages: [bold]{index}[/bold]")

    show({"pages": str(index), "findings": overview.findings, "notes": overview.notes}, json, human)


@heads.command(
    help_epilogue="Example: `polyhead heads weights MODEL --matrix W_out --layers 0 --out runs/weights-mine`; with "
    "`--out REPORT/records/weights` the matrix is in the pages that `polyhead heads report` writes next."
)
def weights(
    model: str,
    /,
    *,
    matrix: str = "W_out",
    layer: Layer = 0,
    out: Path,
    method: Literal["given", "greedy", "two_opt", "spectral", "leaves"] = "two_opt",
    draws: Index = 20,
    threads: Count | None = None,
    json: Json = False,
) -> None:
    """Put the rows of one weight matrix in order by squared cosine, compare it with nulls, and find its blocks.

    Two processes of one thread each draw the nulls; with --threads 1 one process does.

    Args:
        model: Alias, hub repository or local folder.
        matrix: W_out, W_in (neurons), W_O, W_V, W_Q, W_K (head dimensions), W_E or W_U (tokens).
        layer: Layer of the matrix, from 0; not used for W_E and W_U.
        out: Folder of the record.
        method: How rows are ordered.
        draws: Draws of each null, Gaussian and with the same spectrum.
        threads: CPU threads.
    """
    from polyhead.cli.heads_tables import blocks_table, nulls_table
    from polyhead.runs.weights import WeightsConfig, record_path, run_weights

    set_threads(threads)
    cfg = WeightsConfig.parse(
        {
            "model": model,
            "matrix": matrix,
            "layer": layer,
            "method": method,
            "n_draws": draws,
            "jobs": 1 if threads == 1 else 2,
        }
    )
    record = run_weights(cfg, out)
    path = record_path(cfg, out)

    def human(console: Console) -> None:
        console.print(table(f"{record.model} {record.matrix}, ordered by {record.method}", nulls_table(record)))
        title = f"{len(record.blocks)} blocks above a mean squared cosine of {record.level:.3f}"
        console.print(table(title, blocks_table(record)))
        console.print(f"record: [bold]{path}[/bold] ({record.seconds} s)")

    show({**record.model_dump(mode="json", exclude={"picture"}), "record": str(path)}, json, human)


@heads.command(help_epilogue="Example: `polyhead heads compare bundled --tokens 2048 --out runs/compare-bundled`")
def compare(
    model: str,
    /,
    *,
    out: Path,
    text: str = "bundled",
    tokens: Size = 4096,
    seq_len: Size = 128,
    rate: Positive = 0.05,
    seed: Seed = 0,
    threads: Count | None = None,
    json: Json = False,
) -> None:
    """Compare all pairs of heads: patterns, subspaces, composition; search for inverted orders of preference.

    Args:
        model: Alias, hub repository or local folder.
        out: Folder of the records.
        text: `bundled`, a text, JSONL or Parquet file, or a folder of them.
        tokens: How many tokens, BOS and padding included.
        seq_len: Tokens a sequence, BOS included.
        rate: False discovery rate of the search.
        seed: Seed of the search's random heads and samples.
        threads: CPU threads.
    """
    from polyhead.analysis.heads.preferences import PreferenceSearchConfig
    from polyhead.cli.heads_tables import pairs_table, preferences_table
    from polyhead.runs.compare_heads import run_compare

    set_threads(threads)
    cfg = PreferenceSearchConfig.parse({"rate": rate, "seed": seed})
    pairs, found = run_compare(model, out, text=text, n_sequences=-(-tokens // seq_len), seq_len=seq_len, cfg=cfg)

    def human(console: Console) -> None:
        console.print(table(f"{found.model}: {len(pairs)} pairs of heads, highest of each measure", pairs_table(pairs)))
        title = (
            f"{len(found.pairs)} pairs of heads of a layer over {len(found.keys)} keys: {found.n_inverted} inverted, "
            f"{found.n_aligned} aligned at {found.rate:.0%} false discoveries; lowest correlations"
        )
        console.print(table(title, preferences_table(found)))
        console.print(f"records: [bold]{out}[/bold]")

    facts = {
        "pairs": str(out / "pairs.jsonl"),
        "highest": pairs_table(pairs),
        "preferences": found.model_dump(mode="json"),
    }
    show(facts, json, human)


@heads.command(help_epilogue="Example: `polyhead heads export runs/heads-bundled --out runs/headvis-bundled`")
def export(folder: Path, /, *, out: Path, json: Json = False) -> None:
    """Write a heads report as a HeadVis tree; what is ours is added in blocks that other readers pass over.

    Args:
        folder: Folder of a heads report.
        out: Folder of the tree.
    """
    from polyhead.interop import write_headvis

    config = write_headvis(folder / "records", out)
    show({"config": str(config)}, json, lambda console: console.print(f"HeadVis tree: [bold]{config.parent}[/bold]"))


@heads.command(name="import", help_epilogue="Example: `polyhead heads import TREE --out runs/heads-theirs`")
def import_(tree: Path, /, *, out: Path, json: Json = False) -> None:
    """Read a HeadVis tree, and write pages of it.

    Args:
        tree: Folder with config.json, scatter_data.json and heads/.
        out: Folder of the report.
    """
    from polyhead.interop import read_headvis
    from polyhead.reports.heads import write_heads_pages

    overview = read_headvis(tree, out / "records")
    index = write_heads_pages(out / "records", out / "pages")
    facts = {"pages": str(index), "heads": len(overview.heads), "scores": [s.key for s in overview.scores]}
    show(facts, json, lambda console: console.print(f"{len(overview.heads)} heads, pages: [bold]{index}[/bold]"))
