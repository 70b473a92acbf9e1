"""`polyhead dictionary`: other programs' folders in and out, and one saved dictionary scored on a model."""

from pathlib import Path

from cyclopts import App

from polyhead.cli.numbers import Count, Layer, Positive, Size
from polyhead.cli.show import Json, show, table
from polyhead.core.threads import set_threads

dictionary = App(
    name="dictionary",
    help="Dictionaries as files: import, export, score.",
    help_epilogue="Examples: `polyhead dictionary import their-sae --model gpt2 --out runs/theirs`, "
    "`polyhead dictionary score runs/theirs --model gpt2`",
)


@dictionary.command(
    name="import", help_epilogue="Example: `polyhead dictionary import their-sae --layers 5 --out runs/theirs`"
)
def import_(
    folder: Path,
    /,
    *,
    out: Path,
    model: str | None = None,
    source: str | None = None,
    layer: Layer | None = None,
    site: str | None = None,
    outside: bool = False,
    norm_scaling_factor: Positive | None = None,
    json: Json = False,
) -> None:
    """Read an SAE, transcoder or Lorsa of another program and write it as ours.

    Args:
        folder: Their folder: SAELens, sparsify, dictionary_learning, Llamascopium or circuit-tracer.
        out: Folder of our artifact.
        model: Model that it explains (alias, hub repository or local folder): tells which tensors its hooks are, and
            gives an SAE of `attn.hook_z` its head loadings. Without it, what is assumed of the model is saved, and the
            dictionary is refused on models where that does not hold.
        source: Which program wrote it; told by its files if not given.
        layer: Layer that an SAE explains, in place of what the folder says.
        site: Site that an SAE reads (`hook_attn_out`, `attn.hook_z`), in place of what the folder says.
        outside: Also read files outside of the folder, where its config names them.
        norm_scaling_factor: What SAELens multiplied activations by under `expected_average_only_in`.
    """
    from polyhead.runs.dictionaries import run_import

    result = run_import(
        folder,
        out,
        source=source,
        layer=layer,
        site=site,
        model=model,
        outside=outside,
        norm_scaling_factor=norm_scaling_factor,
    )
    show(
        result, json, lambda console: console.print(table("imported", [{"": k, "value": v} for k, v in result.items()]))
    )


@dictionary.command(
    help_epilogue="Example: `polyhead dictionary export runs/a/members/NAME/dictionary --target saelens --out theirs`"
)
def export(folder: Path, /, *, out: Path, target: str, json: Json = False) -> None:
    """Write a dictionary of ours in another program's layout.

    Args:
        folder: Folder of our artifact.
        out: Folder to write.
        target: saelens, llamascopium or circuit_tracer.
    """
    from polyhead.runs.dictionaries import run_export

    result = run_export(folder, out, target=target)
    show(
        result, json, lambda console: console.print(table("exported", [{"": k, "value": v} for k, v in result.items()]))
    )


@dictionary.command(help_epilogue="Example: `polyhead dictionary score runs/theirs --model gpt2 --text my-text.txt`")
def score(
    folder: Path,
    /,
    *,
    model: str = "bundled",
    text: str = "bundled",
    tokens: Size = 16_384,
    seq_len: Size = 128,
    layer: Layer | None = None,
    site: str | None = None,
    threads: Count | None = None,
    json: Json = False,
) -> None:
    """Score one saved dictionary on held-out text: error, sparsity, and what the model loses when it is put in.

    Args:
        folder: Folder of our artifact.
        model: Alias, hub repository or local folder.
        text: `bundled`, a text, JSONL or Parquet file, or a folder of them.
        tokens: Tokens held out for scoring, and as many before them for means.
        seq_len: Tokens a sequence, BOS included.
        layer: Layer of an SAE, in place of what its manifest says.
        site: Site of an SAE, in place of what its manifest says.
        threads: CPU threads.
    """
    from polyhead.experiments.evaluate import table_rows
    from polyhead.runs.score import run_score

    set_threads(threads)
    result = run_score(folder, model=model, text=text, n_tokens=tokens, seq_len=seq_len, layer=layer, site=site)
    show(
        result.model_dump(mode="json"),
        json,
        lambda console: console.print(table("held-out text", table_rows([result]))),
    )
