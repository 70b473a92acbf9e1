"""The command line: parse, choose a recipe, call a run, print. Nothing is computed here."""

import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App
from rich.console import Console

import polyhead
from polyhead.cli.benchmark import benchmark
from polyhead.cli.dictionary import dictionary
from polyhead.cli.earlier_words import refuse_earlier_words
from polyhead.cli.graph import graph
from polyhead.cli.heads import heads
from polyhead.cli.interpret import interpret
from polyhead.cli.latents import latents
from polyhead.cli.live import live
from polyhead.cli.net import one_line
from polyhead.cli.neurons import neurons
from polyhead.cli.numbers import (
    Count,
    Index,
    Indices,
    Layer,
    Positive,
    Seed,
    Size,
    Sizes,
    Weights,
)
from polyhead.cli.show import Json, Many, show, table
from polyhead.cli.steer import steer
from polyhead.cli.study import study
from polyhead.cli.sweep import sweep
from polyhead.cli.verbosity import split_verbosity
from polyhead.core.errors import PolyheadError
from polyhead.core.notice import notice
from polyhead.core.progress import showing
from polyhead.core.threads import cpu_threads

app = App(
    name="polyhead",
    help="What attention heads really do when there are more attention features than heads.",
    help_epilogue="Start with: `polyhead demo`. Every command takes `-v` (name each stage and its seconds) and `-q` "
    "(no progress); without a terminal progress is plain lines.",
    version=polyhead.__version__,
    help_format="markdown",
)
app.command(study)
app.command(sweep, help_epilogue="Example: `polyhead sweep pairs --set n_heads=1,2,3 d_head=1:6 --seeds 64 --jobs 2`")
app.command(heads)
app.command(dictionary)
app.command(graph)
app.command(latents)
app.command(benchmark, help_epilogue="Example: `polyhead benchmark --quick`")
app.register_install_completion_command(
    name="install-completion",
    help="Complete commands and options in bash, zsh or fish: run this once, then open a new shell.",
)
app.command(neurons, help_epilogue="Example: `polyhead neurons bundled --units heads --out runs/units`")
app.command(
    interpret, help_epilogue="Examples: `polyhead interpret mtc-layer-3`, `polyhead interpret runs/a --text my-texts`"
)
app.command(live, help_epilogue="Examples: `polyhead live`, `polyhead live gpt2 --dictionaries runs/a`")
app.command(steer, help_epilogue='Example: `polyhead steer bundled mtc-layer-3 "def f(x):" --latent 227 --scale 3`')


def main(arguments: list[str] | None = None) -> None:
    """Entry point: a user's mistake is one line on standard error and exit code 2, never a traceback."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    with one_line(words):
        words, level = split_verbosity(words)
        refuse_earlier_words(words)
        with showing(level):
            app(words, exit_on_error=False, print_error=False, result_action="return_value")


@app.command(help_epilogue="Example: `polyhead demo --out runs/demo`")
def demo(*, out: Path = Path("runs/demo"), layer: Layer = 3, threads: Count | None = None, json: Json = False) -> None:
    """Train a free and a Top-1 multitoken transcoder on the bundled model, evaluate both, and write a report.

    Args:
        out: Run folder; the same command resumes where it stopped.
        layer: Layer of the bundled model.
        threads: CPU threads; all of them if not given.
    """
    from polyhead.cli.demo import print_demo
    from polyhead.runs.demo import run_demo

    with cpu_threads(threads):
        result = run_demo(out, layer=layer)
    show(result.model_dump(mode="json"), json, lambda console: print_demo(result, console))


@app.command(
    help_epilogue="Examples: `polyhead models`, `polyhead models pythia-70m`, `polyhead models smollm2-135m --check`"
)
def models(name: str | None = None, /, *, load: bool = False, check: bool = False, json: Json = False) -> None:
    """List the models that can be loaded by name, or say what one of them is.

    Args:
        name: An alias, a hub repository or a local folder. What stands before every sequence and after every document
            may follow any model's name, in every command: `gpt2:bos=none`, `NAME:bos=TOKEN`, `NAME:eos=none`.
        load: Load it and show its sizes, and what stands before a sequence (needs its files).
        check: Load it, and compare what polyhead reads of it with transformers and with the algebra of attention.
    """
    from polyhead.runs.list_models import check_model, describe_model, list_models

    if check:
        if name is None:
            raise PolyheadError("--check needs a model: polyhead models NAME --check")
        rows = check_model(name)
        off = "largest relative difference"
        printed = [row | {off: f"{row[off]:.1e}"} for row in rows]
        show({"model": name, "identities": rows}, json, lambda console: console.print(table(name, printed)))
    elif name is None:
        rows = list_models()
        show({"models": rows}, json, lambda console: console.print(table("models", rows)))
    else:
        row = describe_model(name, load=load)
        show(row, json, lambda console: console.print(table(name, [{"": k, "value": v} for k, v in row.items()])))


@app.command(name="train-lm", help_epilogue="Example: `polyhead train-lm --preset bundled --out runs/bundled`")
def train_lm(
    *,
    preset: Literal["bundled", "quick"] = "bundled",
    out: Path = Path("runs/lm"),
    text: Path | None = None,
    steps: Size | None = None,
    d_model: Size | None = None,
    n_layers: Size | None = None,
    seed: Seed | None = None,
    threads: Count | None = None,
    json: Json = False,
) -> None:
    """Train an attention-only language model on the Python source of this environment, and write its model card.

    The result, `OUT/model`, is a folder that `polyhead.load_model` reads. Running the command again resumes from the
    last checkpoint.

    Args:
        preset: `bundled` is the recipe of the model that ships; `quick` is a minute's version of it.
        out: Run folder.
        text: A file or folder of text to train on instead.
        steps: Optimizer steps, instead of the preset's.
        d_model: Width of the residual stream, instead of the preset's (heads keep their number).
        n_layers: Number of layers, instead of the preset's.
        seed: Seed of weights and data order.
        threads: CPU threads; byte-identical resuming needs the same number.
    """
    from polyhead.runs.train_lm import lm_recipe, run_train_lm

    cfg = lm_recipe(preset, text=text, n_steps=steps, d_model=d_model, n_layers=n_layers, seed=seed)
    with cpu_threads(threads):
        result = run_train_lm(cfg, out)
    show(
        result, json, lambda console: console.print(table("trained", [{"": k, "value": v} for k, v in result.items()]))
    )


@app.command(help_epilogue="Example: `polyhead harvest --model bundled --layers 3 --tokens 100000 --out store`")
def harvest(
    *,
    out: Path,
    model: str = "bundled",
    text: str = "bundled",
    layer: Layer = 3,
    input: str = "ln1.hook_normalized",
    target: str = "hook_attn_out",
    seq_len: Size = 128,
    tokens: Size = 262_144,
    patterns: bool = False,
    threads: Count | None = None,
    json: Json = False,
) -> None:
    """Write the activations of one layer to disk, resumable and checksummed.

    Args:
        out: Folder of the store.
        model: Alias, hub repository or local folder.
        text: `bundled`, a text, JSONL or Parquet file, or a folder of them.
        layer: Layer whose sites are stored.
        input: Site of the layer that encoders read.
        target: Site of the layer that is reconstructed.
        seq_len: Tokens a sequence, BOS included.
        tokens: How many tokens, BOS and padding included.
        patterns: Store attention patterns too, instead of computing them again when they are needed.
        threads: CPU threads.
    """
    from polyhead.runs.harvest import run_harvest

    with cpu_threads(threads):
        result = run_harvest(
            out,
            model=model,
            text=text,
            layer=layer,
            input_site=input,
            target_site=target,
            seq_len=seq_len,
            n_tokens=tokens,
            patterns=patterns,
        )
    show(result, json, lambda console: console.print(table("store", [{"": k, "value": v} for k, v in result.items()])))


@app.command(help_epilogue="Examples: `polyhead methods`, `polyhead methods lorsa`")
def methods(name: str | None = None, /, *, json: Json = False) -> None:
    """List the methods that `polyhead train` knows, or the settings of one.

    Args:
        name: A method.
    """
    from polyhead.runs.list_methods import describe_method, list_methods

    rows = list_methods() if name is None else describe_method(name)
    show(
        {"methods" if name is None else name: rows}, json, lambda console: console.print(table(name or "methods", rows))
    )


@app.command(
    help_epilogue="Examples: `polyhead train mtc --layers 3 --k 16 32 --variants free top1 --seeds 0 1 --out runs/a`, "
    "`polyhead train mtc lorsa sae --k 16 --set lorsa.n_latents=4096 --out runs/three`, "
    "`polyhead train mtc --preset full --jobs 2 --out runs/full`, "
    "`polyhead train --config runs/a/experiment.json --out runs/b`"
)
def train(
    methods: tuple[str, ...] = (),
    /,
    *,
    out: Path,
    preset: str = "quick",
    config: Path | None = None,
    model: str | None = None,
    text: str | None = None,
    layers: Annotated[list[int] | None, Many, Indices] = None,
    seq_len: Size | None = None,
    train_tokens: Size | None = None,
    eval_tokens: Size | None = None,
    set: Annotated[list[str] | None, Many] = None,
    variants: Annotated[list[str] | None, Many] = None,
    k: Annotated[list[int] | None, Many, Sizes] = None,
    l1: Annotated[list[float] | None, Many, Weights] = None,
    sparsity_coef: Annotated[list[float] | None, Many, Weights] = None,
    k_aux: Index | None = None,
    n_latents: Size | None = None,
    seeds: Annotated[list[int] | None, Many, Indices] = None,
    spread: bool = False,
    lr: Positive | None = None,
    store: Path | None = None,
    track: Annotated[tuple[Literal["wandb", "trackio", "tensorboard"], ...], Many] = (),
    project: str = "polyhead",
    jobs: Count = 1,
    threads: Count | None = None,
    json: Json = False,
) -> None:
    """Train dictionaries: every combination of the methods, settings, variants, sparsities and seeds that are named.

    The model runs over the text once for all of them. Running the command again resumes from the last checkpoints;
    finished members are kept.

    Args:
        methods: One or several of mtc, attn_out_sae (or sae), lorsa ...: see `polyhead methods`; `all`: each of them.
        out: Run folder.
        preset: `quick`, `demo`, `full` or `smollm2`; the options below change a copy of it.
        config: A saved `experiment.json` to repeat exactly; no other option that changes the recipe goes with it.
        model: Alias, hub repository or local folder.
        text: `bundled`, a text, JSONL or Parquet file, or a folder of them.
        layers: Layer to explain; several for methods that span layers.
        seq_len: Tokens a sequence, BOS included.
        train_tokens: Tokens of one pass over the training text (BOS and padding included).
        eval_tokens: Tokens held out for evaluation.
        set: Values of one setting: n_latents=1024,4096 or activation.k=8:16 (`polyhead methods NAME`); of one method
            among several: lorsa.n_latents=4096.
        variants: Of an MTC: free, top1, top1_argmax; of every method that reads patterns: shuffled, its control.
        k: TopK sparsities.
        l1: ReLU + L1 sparsities (instead of k).
        sparsity_coef: JumpReLU sparsity coefficients (instead of k).
        k_aux: With k: dead latents per token that learn from the error of the others; 0 for none.
        n_latents: Width of the dictionary.
        seeds: Seeds.
        spread: Also train the free variant of an MTC from loadings spread over all heads.
        lr: Adam's rate; the method's own if not given.
        store: Read activations from a store written by `polyhead harvest` instead of running the model.
        track: Programs that draw the metrics as they come: wandb, trackio, tensorboard (need polyhead[track]).
        project: What they file the members under.
        jobs: Processes; members are shared out among them.
        threads: CPU threads of each process.
    """
    from polyhead.experiments.train import run_experiment
    from polyhead.runs.recipe import experiment_recipe, too_short

    if not methods and config is None:
        raise PolyheadError("name one method or several, such as mtc; `polyhead methods` lists them")
    cfg = experiment_recipe(
        preset,
        methods or "mtc",
        config=config,
        model=model,
        text=text,
        layers=None if layers is None else tuple(layers),
        seq_len=seq_len,
        n_train_tokens=train_tokens,
        n_eval_tokens=eval_tokens,
        set=set or (),
        variants=variants,
        k=k,
        l1=l1,
        sparsity_coef=sparsity_coef,
        k_aux=k_aux,
        n_latents=n_latents,
        seeds=seeds,
        spread=spread,
        lr=lr,
    )
    result = run_experiment(cfg, out, jobs=jobs, threads=threads, store=store, track=track, project=project)
    if (short := too_short(cfg)) is not None:
        notice(short)
    show(result, json, lambda console: console.print(table("trained", result["members"])))


@app.command(help_epilogue="Example: `polyhead evaluate runs/a`")
def evaluate(run: Path, /, *, threads: Count | None = None, json: Json = False) -> None:
    """Score every trained member of a run and the linear baselines of equal rank on held-out text.

    Args:
        run: Run folder.
        threads: CPU threads.
    """
    from polyhead.experiments.evaluate import pattern_rows, run_evaluate, table_rows

    with cpu_threads(threads):
        evaluations, verdict = run_evaluate(run)

    def human(console: Console) -> None:
        console.print(table("held-out text", table_rows(evaluations)))
        if heads := pattern_rows(evaluations):
            console.print(table("patterns, head by head", heads))
        for line in verdict:
            console.print(f"- {line}", markup=False)

    show({"evaluations": [e.model_dump(mode="json") for e in evaluations], "verdict": verdict}, json, human)


@app.command(help_epilogue="Example: `polyhead report runs/a`, then open runs/a/report/index.html")
def report(run: Path, /, *, out: Path | None = None, threads: Count | None = None, json: Json = False) -> None:
    """Write the static report of a run: a folder of files that opens from disk, offline.

    What is missing (evaluation, latent pages) is computed first.

    Args:
        run: Run folder.
        out: Report folder; RUN/report if not given.
        threads: CPU threads.
    """
    from polyhead.runs.report import run_report

    with cpu_threads(threads):
        index = run_report(run, out)
    show({"report": str(index)}, json, lambda console: console.print(f"report: [bold]{index}[/bold]"))


@app.command(help_epilogue="Example: `polyhead view runs/a --port 8000`")
def view(run: Path, /, *, port: int = 0, open_browser: bool = True) -> None:
    """Serve the report of a run on this machine only, and open it.

    Args:
        run: Run folder, or a report folder.
        port: Port; any free one if not given.
        open_browser: Open the default browser.
    """
    from polyhead.runs.report import run_view

    run_view(run, port=port, open_browser=open_browser)


@app.command(help_epilogue="Example: `polyhead home runs`, then open runs/home/index.html")
def home(folder: Path = Path("runs"), /, *, out: Path | None = None, json: Json = False) -> None:
    """Write one page that says what is where: all studies, runs, heads reports and graphs below a folder.

    Args:
        folder: Looked through for folders of pages.
        out: Folder of the page; FOLDER/home if not given.
    """
    from polyhead.reports.home import write_home

    index = write_home(folder, out)
    show({"home": str(index)}, json, lambda console: console.print(f"home: [bold]{index}[/bold]", soft_wrap=True))


if __name__ == "__main__":
    main()
