"""`polyhead dictionary`: other programs' folders in and out, and one saved dictionary scored on a model."""

from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from polyhead.cli.numbers import Count, Layer, Positive, Size
from polyhead.cli.show import Json, show, table
from polyhead.core.threads import set_threads

dictionary = App(
    name="dictionary",
    help="Dictionaries as files: list, import, export, publish, score.",
    help_epilogue="Examples: `polyhead dictionary import their-sae --model gpt2 --out runs/theirs`, "
    "`polyhead dictionary score runs/theirs --model gpt2`",
)


@dictionary.command(
    name="import", help_epilogue="Example: `polyhead dictionary import their-sae --layers 5 --out runs/theirs`"
)
def import_(
    address: str,
    /,
    *,
    out: Path,
    model: str | None = None,
    source: str | None = None,
    layer: Layer | None = None,
    site: str | None = None,
    outside: bool = False,
    norm_scaling_factor: Positive | None = None,
    k: Count | None = None,
    json: Json = False,
) -> None:
    """Read an SAE, transcoder or Lorsa of another program and write it as ours.

    Args:
        address: A folder or file (SAELens, sparsify, dictionary_learning, Llamascopium, Llama Scope, circuit-tracer,
            Gemma Scope 1 and 2, ckkissane, Goodfire, Qwen Scope); `hub:OWNER/REPO[/PATH][@REVISION]`; or a name that
            `polyhead dictionary list` shows.
        out: Folder of our artifact.
        model: Model that it explains (alias, hub repository or local folder): tells which tensors its hooks are, and
            gives an SAE of `attn.hook_z` its head loadings. Without it, what is assumed of the model is saved, and the
            dictionary is refused on models where that does not hold.
        source: Which program wrote it; told by its files if not given.
        layer: Layer that an SAE explains, in place of what the folder says.
        site: Site that an SAE reads (`hook_attn_out`, `attn.hook_z`), in place of what the folder says.
        outside: Also read files outside of the folder, where its config names them.
        norm_scaling_factor: What SAELens multiplied activations by under `expected_average_only_in`.
        k: Active latents per token of a TopK dictionary whose files do not say it.
    """
    from polyhead.runs.dictionaries import run_import

    result = run_import(
        address,
        out,
        source=source,
        layer=layer,
        site=site,
        model=model,
        outside=outside,
        norm_scaling_factor=norm_scaling_factor,
        k=k,
    )
    show(
        result, json, lambda console: console.print(table("imported", [{"": k, "value": v} for k, v in result.items()]))
    )


@dictionary.command(name="list", help_epilogue="Example: `polyhead dictionary list --model gemma-2-2b --site z`")
def list_(
    *,
    model: str | None = None,
    site: str | None = None,
    layer: Layer | None = None,
    release: str | None = None,
    limit: Count = 20,
    json: Json = False,
) -> None:
    """Public dictionaries of attention that can be loaded by name.

    Args:
        model: A model's name, or a part of it.
        site: Site that is read, or a part of its name (`z`, `attn_out`).
        layer: Layer that is explained.
        release: A release's name, or a part of it.
        limit: Rows shown; with `--json` all are.
    """
    from polyhead.interop.index import find_entries

    found = find_entries(model=model, site=site, layer=layer, release=release)
    rows = [entry._asdict() for entry in found]

    def text(console: Any) -> None:
        columns = ("name", "site", "layer", "width", "l0")
        shown = [{c: e.name if c == "name" else getattr(e, c) for c in columns} for e in found[:limit]]
        console.print(table(f"{len(found):,} dictionaries", shown))
        if len(found) > limit:
            console.print(f"{len(found) - limit:,} more: --limit, or narrow with --model, --site, --layers, --release")

    show({"dictionaries": rows}, json, text)


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


@dictionary.command(
    help_epilogue="Example: `polyhead dictionary publish runs/a hub:me/my-saes --licence mit --out upload --dry-run`"
)
def publish(
    source: Path,
    address: str,
    /,
    *,
    out: Path,
    licence: str,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    private: Annotated[bool, Parameter(negative="")] = False,
    json: Json = False,
) -> None:
    """Write a run's dictionaries, or one, as a repository with a card, and upload it to the hub.

    Args:
        source: Folder of a run, or of one dictionary of ours.
        address: `hub:OWNER/REPO`.
        out: Folder of the repository to write.
        licence: As the hub names it: `mit`, `cc-by-4.0`.
        dry_run: Write the folder and upload nothing.
        private: Make the repository a private one, where it is new.
    """
    from polyhead.runs.publish import run_publish

    result = run_publish(source, address, out=out, licence=licence, dry_run=dry_run, private=private)
    show(
        result,
        json,
        lambda console: console.print(table("published", [{"": k, "value": v} for k, v in result.items()])),
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
