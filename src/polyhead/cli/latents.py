"""`polyhead latents`: find latents by what they do and by what they are called."""

from typing import Annotated

from cyclopts import App
from rich.console import Console

from polyhead.cli.numbers import Count, Share, Size
from polyhead.cli.show import Json, Many, show, table
from polyhead.core.threads import cpu_threads

latents = App(
    name="latents",
    help="Find latents by what they do and by what they are called.",
    help_epilogue="Example: `polyhead latents find mtc-layer-3 --family induction`",
)


@latents.command(
    help_epilogue="Examples: `polyhead latents find mtc-layer-3 --family induction`, "
    "`polyhead latents find runs/a --label self`"
)
def find(
    run_or_dictionary: str,
    /,
    *,
    family: str | None = None,
    label: str | None = None,
    members: Annotated[list[str] | None, Many] = None,
    least: Share = 0.3,
    tokens: Size = 8192,
    text: str = "bundled",
    limit: Count = 20,
    threads: Count | None = None,
    json: Json = False,
) -> None:
    """List the latents of a family, or those whose label holds some words, or both.

    Args:
        run_or_dictionary: A run folder, the folder of a dictionary, or the name of one that ships, such as mtc-layer-3.
        family: induction, duplicate, previous, recent, bos, identity (where a latent looks), copying, succession,
            delimiters, indentation, position (what it carries).
        label: Words that the label holds, in any order; `polyhead interpret` makes labels.
        members: Of a run: these members; those with latent pages if not given.
        least: Smallest share of what a latent moves.
        tokens: Tokens of text on which shares are measured.
        text: `bundled`, a file, or a folder of files.
        limit: Rows shown; with `--json` all are.
        threads: CPU threads.
    """
    from polyhead.runs.latents import run_find

    with cpu_threads(threads):
        rows = run_find(
            run_or_dictionary, family=family, label=label, members=members, least=least, n_tokens=tokens, text=text
        )

    def human(console: Console) -> None:
        console.print(table(f"{len(rows):,} latents", rows[:limit]))
        if len(rows) > limit:
            console.print(f"{len(rows) - limit:,} more: --limit, or --least")

    show({"latents": rows}, json, human)
