"""What `polyhead demo` found, for the terminal."""

from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from polyhead.experiments.evaluate import table_rows
from polyhead.runs.demo import DemoResult

_COLUMNS = ("name", "FVU", "+-", "L0 src", "L0 dst", "CE", "rec", "heads")


def print_demo(result: DemoResult, console: Console) -> None:
    """A short table, the verdict, three latents in words of the text, and where the report is."""
    model = result.overview.model
    console.print(
        f"\n[bold]{model['name']}[/bold], layer {result.overview.layer}: {result.overview.target_site} "
        f"of {result.overview.text['held-out tokens']:,} held-out tokens, in {result.seconds:.0f} s"
    )
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    rows = table_rows(result.evaluations)
    columns = [c for c in _COLUMNS if c in rows[0]]
    for name in columns:
        table.add_column(name, justify="left" if name == "name" else "right", no_wrap=True)
    for row in rows:
        table.add_row(*("" if row[c] is None else row[c] if c == "name" else f"{row[c]:.3f}" for c in columns))
    console.print(table)
    console.print(
        "L0 src: active latents per source token. L0 dst: latents carrying 90 % of the energy at a destination."
    )
    if "+-" in columns:
        console.print("+-: half the 95 % interval of the FVU over documents.")
    console.print("rec: share of the damage of mean ablation that is repaired when the reconstruction is spliced in.")
    console.print(
        f"CE of the clean model {result.evaluations[0].ce_clean:.3f} nats per token; BOS excluded throughout."
    )
    for line in result.overview.verdict:
        console.print(f"- {line}", markup=False)
    for card in result.overview.dictionaries[:1]:
        console.print(f"\nThree latents of {card.name}, in words of the text:")
        for line in card.highlights:
            console.print(f"- {line}", markup=False)
    console.print(f"\nreport: {result.report}  (or: polyhead view {Path(result.report).parent.parent})", markup=False)
