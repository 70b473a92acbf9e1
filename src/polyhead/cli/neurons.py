"""`polyhead neurons`: what every neuron, head and latent of a model responds to."""

from pathlib import Path
from typing import Annotated, Literal

from rich.console import Console

from polyhead.cli.numbers import Count, Index, Size
from polyhead.cli.show import Json, Many, show, table
from polyhead.core.threads import set_threads


def neurons(
    model: str,
    /,
    *,
    out: Path,
    text: str = "bundled",
    layers: Annotated[tuple[int, ...] | None, Many] = None,
    units: Annotated[tuple[Literal["neurons", "heads"], ...], Many] = ("neurons", "heads"),
    tokens: Size = 262_144,
    seq_len: Size = 256,
    dictionary: str | None = None,
    dictionary_layer: Index | None = None,
    dictionary_site: str = "ln1.hook_normalized",
    threads: Count | None = None,
    json: Json = False,
) -> None:
    """Scan text once and write a table and pages of units: examples, histogram, logits, neighbours.

    The same command resumes where it stopped and ends with the same records.

    Args:
        model: Alias, hub repository or local folder.
        out: Folder of the scan.
        text: `bundled`, a text, JSONL or Parquet file, or a folder of them.
        layers: Layers to scan; all if not given.
        units: neurons, heads, or both.
        tokens: How many tokens, BOS and padding included.
        seq_len: Tokens a sequence, BOS included.
        dictionary: A dictionary's folder whose latents are scanned too.
        dictionary_layer: The layer that the dictionary reads.
        dictionary_site: Site of that layer that it reads.
        threads: CPU threads; identical resuming needs the same number.
    """
    from polyhead.runs.neurons import NeuronsConfig, run_neurons

    cfg = NeuronsConfig.parse(
        {
            "model": model,
            "text": text,
            "layers": layers,
            "units": units,
            "n_tokens": tokens,
            "seq_len": seq_len,
            "dictionary": dictionary,
            "dictionary_layer": dictionary_layer,
            "dictionary_site": dictionary_site,
        }
    )
    set_threads(threads)
    result = run_neurons(cfg, out)

    def human(console: Console) -> None:
        console.print(table(f"{result['model']}: {result['tokens']} tokens", result["families"]))
        console.print(f"records: [bold]{out / 'records'}[/bold] ({result['tokens_per_second']} tokens/s)")

    show(result, json, human)
