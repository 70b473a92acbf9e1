"""`polyhead interpret`: how well latents can be told apart by what they read, and what they are called."""

from pathlib import Path
from typing import Annotated, Any

from rich.console import Console

from polyhead.cli.numbers import Count, Indices, Seed, Size
from polyhead.cli.show import Json, Many, show, table
from polyhead.core.threads import cpu_threads


def interpret(
    run_or_dictionary: str,
    /,
    *,
    out: Path | None = None,
    members: Annotated[list[str] | None, Many] = None,
    text: str | None = None,
    n_latents: Size = 512,
    latent: Annotated[list[int] | None, Many, Indices] = None,
    tokens: Size = 262_144,
    seq_len: Size = 128,
    per_decile: Count = 1,
    seed: Seed = 0,
    threads: Count | None = None,
    json: Json = False,
) -> None:
    """Score the latents of dictionaries on both sides by counts, next to random latents, and label them.

    Nothing leaves this machine.

    Args:
        run_or_dictionary: A run folder, the folder of a dictionary, or the name of one that ships, such as mtc-layer-3.
        out: Where results go; by default next to the dictionary's records (runs/interpret/NAME of one that ships).
        members: Of a run: these members; those with latent pages if not given.
        text: A file or folder of text; if not given, the text of training without what was trained on.
        n_latents: Latents per dictionary, chosen at random among those that fire in at most a tenth of positions.
        latent: One latent or several, instead.
        tokens: Tokens that are read, BOS and padding included.
        seq_len: Tokens per sequence, BOS included.
        per_decile: Items per decile of activation and side.
        seed: Of the choice, the items and the controls.
        threads: CPU threads.
    """
    from polyhead.runs.interpret import as_json, run_interpret

    with cpu_threads(threads):
        found = run_interpret(
            run_or_dictionary,
            out=out,
            members=members,
            text=text,
            n_latents=n_latents,
            latents=latent,
            n_tokens=tokens,
            seq_len=seq_len,
            per_decile=per_decile,
            seed=seed,
        )

    def human(console: Console) -> None:
        for one in found:
            title = f"{one.dictionary}: {one.n_scored} of {one.n_latents} latents, judged by {one.judge}"
            console.print(table(title, [_row(row) for row in one.rows]))
            if one.not_scored:
                why = ", ".join(f"{words} ({n})" for words, n in one.not_scored.items())
                console.print(f"not scored: {why}", markup=False)
            if one.token_bound is not None:
                console.print(f"described no better than by their best token: {one.token_bound:.0%} of latents")

    show(as_json(found), json, human)


def _row(row: Any) -> dict[str, Any]:
    """Means with the interval where it matters."""

    def mean(one: Any) -> float | None:
        return None if one is None else one.mean

    return {
        "score": row.score,
        "latents": row.ours.mean,
        "random": mean(row.random),
        "gap": mean(row.gap),
        "95 %": "" if row.gap is None else f"{row.gap.low:+.3f} to {row.gap.high:+.3f}",
        "token": mean(row.token),
        "shuffled": mean(row.shuffled),
        "chance": row.chance,
        "n": str(row.n),
    }
