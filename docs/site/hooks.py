"""Pages of the documentation site that are made when it is built, so that they cannot fall behind the code.

reference/python.md   every public name, by namespace (mkdocstrings reads their docstrings)
reference/cli.md      every command with its options, as the command line parses them
methods.md            every method of the registry: formula, source, when it counts its code, settings
tutorials/            the notebooks of `notebooks/`, with their stored results
"""

import inspect
import sys
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[2]
WHEN = {
    "mtc": "to see which features an attention layer moves, from where to where, and through which heads.",
    "attn_out_sae": "for the features that a layer writes at a position, when it does not matter where they came from; "
    "it reads what most published attention SAEs read.",
    "attn_value_sae": "for what waits at sources to be carried, with the share of each head; it recovers planted "
    "features best, and reads no patterns.",
    "mtc_rank": "where a feature is a plane rather than a line, such as a position on a circle.",
    "joint_sae_mtc": "as the baseline for the multitoken transcoder: are features of the input alone enough?",
    "dynamic_head": "as a baseline that lets the moving head change from context to context.",
    "lorsa": "to replace a layer by many small heads with attention of their own, as the Lorsa paper does.",
    "gated_attention": "to split heads into more heads, of which gates keep few open at a time.",
    "replacement": "to ask whether many heads of low rank, few of them in use, can do what the layer does.",
    "cross_layer_transcoder": "for MLPs in attribution graphs, next to a dictionary for each attention layer.",
    "two_type_features": "to tell features of the residual stream from features that attention makes.",
    "attn_out_crosscoder": "where one feature may be spread over several attention layers.",
    "qk_diagonal": "to explain why a head attends where it does, as pairs of a condition on the query and one on "
    "the key.",
    "qk_mask": "where one condition on the query meets several on the key, which a pairing cannot say.",
    "combined_layer": "to explain a whole layer at once, patterns included; it costs most.",
}
"""When to use each method that ships."""
NOTEBOOKS = ROOT / "notebooks"


def on_config(config: Any) -> Any:
    """List the tutorials that there are."""
    entries: list[Any] = ["tutorials/index.md", *(f"tutorials/{path.name}" for path in notebooks())]
    config.nav = [{"Tutorials": entries} if item == {"Tutorials": "tutorials/"} else item for item in config.nav]
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that are made."""
    pages = {
        "reference/python.md": python_reference(),
        "reference/cli.md": cli_reference(),
        "methods.md": methods(),
        "tutorials/index.md": tutorials(),
    }
    for uri, text in pages.items():
        files.append(File.generated(config, uri, content=text))
    for path in notebooks():
        files.append(File.generated(config, f"tutorials/{path.name}", abs_src_path=str(path)))
    return files


def notebooks() -> list[Path]:
    """The notebooks, in order."""
    return sorted(NOTEBOOKS.glob("*.ipynb"))


def tutorials() -> str:
    """The list of notebooks, by their first headings."""
    lines = ["# Tutorials", "", "Each notebook runs in under two minutes on two cores, and needs no network.", ""]
    for path in notebooks():
        lines.append(f"- [{path.stem[3:].replace('_', ' ')}]({path.name})")
    return "\n".join(lines) + "\n"


def python_reference() -> str:
    """Every public name."""
    import polyhead as ph

    lines = ["# Python reference", "", "`import polyhead as ph`. Names are imported when they are first used.", ""]
    lines += ["## polyhead", ""]
    modules = ("graphs", "heads", "studies")
    for name in dir(ph):
        if name not in modules:
            lines += _entry(f"ph.{name}", _path(ph, name))
    for module in modules:
        space = getattr(ph, module)
        names = space.__all__ if module == "heads" else dir(space)
        lines += [f"## polyhead.{module}", "", inspect.getdoc(space) or "", ""]
        for name in names:
            lines += _entry(f"ph.{module}.{name}", _path(space, name))
    lines += ["## What the objects have", ""]
    for path in (
        "polyhead.models.hooked.HookedModel",
        "polyhead.dictionaries.latent_module.LatentModule",
        "polyhead.core.protocols",
        "polyhead.dictionaries.method.Method",
        "polyhead.core.shown.Shown",
        "polyhead.analysis.latent_families",
    ):
        lines += [f"::: {path}", ""]
    return "\n".join(lines)


def _path(space: Any, name: str) -> str | None:
    """Where a public name is defined; None for plain values."""
    found = getattr(space, name)
    if not hasattr(found, "__qualname__"):
        return None
    return f"{found.__module__}.{found.__qualname__}"


def _entry(title: str, path: str | None) -> list[str]:
    if path is None:
        return []
    return [f"::: {path}", "    options:", f'      heading: "{title}"', f'      toc_label: "{title}"', ""]


def cli_reference() -> str:
    """Every command, from the application itself."""
    from polyhead.cli.app import app

    return "# Command line\n\n" + app.generate_docs(output_format="markdown", heading_level=2)


def methods() -> str:
    """Every method: what it is, when to use it, its benchmark row and cost, its formula and source, its settings."""
    from polyhead.dictionaries import METHODS
    from polyhead.metrics.benchmark.pages import of_method, shipped
    from polyhead.runs.list_methods import describe_method

    record = shipped()

    lines = [
        "# Methods",
        "",
        "Every method trains with `polyhead train NAME` or `ph.train`, and is scored on the same "
        "[metrics](metrics.md). Each section below shows the share of planted features that the method recovers in "
        "every case of the [benchmark with planted truth](benchmark.md) (in brackets: judged only by what the method "
        "says of a feature, where that is more; QK: affinity of conditions), and the time that a row takes.",
        "",
        "| method | in words | layers | code counted at |",
        "| --- | --- | --- | --- |",
    ]
    sides = {"key": "sources", "query": "destinations", "both": "both sides"}
    for method in METHODS.values():
        lines.append(f"| [`{method.kind}`](#{method.kind}) | {method.title} | {method.layers} | {sides[method.side]} |")
    for method in METHODS.values():
        module = sys.modules[method.module.__module__]
        lines += ["", f"## {method.title} {{ #{method.kind} }}", "", method.about, ""]
        if method.kind in WHEN:
            lines += [f"**Use it** {WHEN[method.kind]}", ""]
        lines += ["**Planted truth and cost.**", "", of_method(record, method.kind), ""]
        lines += ["**Formula and source.**", "", "```text"]
        lines += [
            (inspect.getdoc(module) or "").strip(),
            "```",
            "",
            "| setting | default | about |",
            "| --- | --- | --- |",
        ]
        for row in describe_method(method.kind):
            cells = [str(value).replace("|", "\\|").replace("\n", " ") for value in row.values()]
            lines.append(f"| `{cells[0]}` | `{cells[1]}` | {' '.join(cells[2:])} |")
    return "\n".join(lines) + "\n"
