"""`polyhead steer`: a prompt before and after latents or heads of a model are changed."""

from typing import Annotated

from rich.console import Console

from polyhead.cli.numbers import Count, Finite, Index, Indices, Integers, NotNegative, Seed
from polyhead.cli.show import Json, Many, show, table
from polyhead.core.threads import cpu_threads


def steer(
    model: str,
    dictionary: str,
    prompt: str,
    /,
    *,
    latent: Annotated[list[int], Many, Indices],
    scale: Finite | None = None,
    add: Finite | None = None,
    clamp: Finite | None = None,
    ablate: bool = False,
    heads: Annotated[list[str] | None, Many] = None,
    positions: Annotated[list[int] | None, Many, Integers] = None,
    top: Count = 10,
    tokens: Index = 20,
    temperature: NotNegative = 0.0,
    seed: Seed = 0,
    threads: Count | None = None,
    json: Json = False,
) -> None:
    """Change latents of a dictionary while a model reads a prompt: next tokens and continuation, before and after.

    Args:
        model: Alias, hub repository or local folder.
        dictionary: Folder of a dictionary of one layer, or the name of one that ships, such as mtc-layer-3.
        prompt: Text.
        latent: One latent or several.
        scale: Multiply their code by this.
        add: Add this to their code, at all positions but BOS.
        clamp: Hold their code at this value, at all positions but BOS.
        ablate: Set their code to 0.
        heads: Change only what these heads carry: L3H4.
        positions: Change these positions alone; 0 is BOS, -1 the last.
        top: How many next tokens to show.
        tokens: Length of the continuations; 0 for none.
        temperature: Of the continuations; 0 takes the likeliest token.
        seed: Of sampled continuations.
        threads: CPU threads.
    """
    from polyhead.runs.steer import run_steer

    with cpu_threads(threads):
        result = run_steer(
            model,
            dictionary,
            prompt,
            latents=latent,
            scale=scale,
            add=add,
            clamp=clamp,
            ablate=ablate,
            heads=heads,
            positions=positions,
            top=top,
            n_tokens=tokens,
            temperature=temperature,
            seed=seed,
        )

    def human(console: Console) -> None:
        console.print(table(f"next token: {result['intervention']}, KL {result['kl']:.3f} nats", result["next"]))
        if tokens:
            console.print(f"before: {result['prompt']}{result['text_before']}", markup=False)
            console.print(f"after:  {result['prompt']}{result['text_after']}", markup=False)

    show(result, json, human)
