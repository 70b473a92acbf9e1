"""Execute the notebooks: `notebooks/src/*.py` (percent format) become `notebooks/*.ipynb` with their results.

    python notebooks/make.py              all of them, results written
    python notebooks/make.py 02 05        those whose names begin so
    python notebooks/make.py --check 05   executed, nothing written

Progress and notes (standard error) are left out of the stored results, and so is everything that would differ between
two machines without meaning anything, such as execution times of cells.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

HERE = Path(__file__).resolve().parent
SOURCES = HERE / "src"
MAX_CELLS = 60
MAX_SECONDS = 120
MAX_IMAGE_BYTES = 60_000
"""Of one picture, as stored (base64)."""


def read_source(path: Path) -> NotebookNode:
    """The cells of a percent-format source, without results, with ids that depend on their place alone."""
    notebook = jupytext.read(path)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number:02}"
        cell["metadata"] = {}
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook["metadata"] = {"kernelspec": kernel, "language_info": {"name": "python"}}
    notebook["nbformat"], notebook["nbformat_minor"] = 4, 5
    return notebook


def execute(notebook: NotebookNode) -> None:
    """Run every cell in a fresh kernel and an empty folder.

    Raises:
        nbclient.exceptions.CellExecutionError: A cell raised.
    """
    with tempfile.TemporaryDirectory() as folder:
        NotebookClient(notebook, timeout=MAX_SECONDS, resources={"metadata": {"path": folder}}).execute()
    for cell in notebook.cells:
        cell["metadata"] = {}
        if cell.cell_type == "code":
            cell["outputs"] = [out for out in cell.outputs if out.get("name") != "stderr"]


def too_large(notebook: NotebookNode) -> list[str]:
    """What breaks the limits of this folder, one line each."""
    problems = []
    if len(notebook.cells) > MAX_CELLS:
        problems.append(f"{len(notebook.cells)} cells; at most {MAX_CELLS}")
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            size = len(output.get("data", {}).get("image/png", ""))
            if size > MAX_IMAGE_BYTES:
                problems.append(f"{cell.id} stores a picture of {size:,} bytes; at most {MAX_IMAGE_BYTES:,}")
    return problems


def main(arguments: list[str]) -> int:
    """Execute the notebooks that are asked for; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="beginnings of names, such as 02; all notebooks by default")
    parser.add_argument("--check", action="store_true", help="write nothing")
    asked = parser.parse_args(arguments)
    chosen = [
        p for p in sorted(SOURCES.glob("*.py")) if not asked.names or p.name.startswith(tuple(asked.names))
    ]
    if not chosen:
        parser.error(f"no notebook begins with {', '.join(asked.names)}")
    os.environ["POLYHEAD_VERBOSITY"] = "quiet"
    failed = False
    for path in chosen:
        notebook, start = read_source(path), time.monotonic()
        execute(notebook)
        seconds = time.monotonic() - start
        problems = too_large(notebook)
        print(f"{path.stem}: {len(notebook.cells)} cells, {seconds:.0f} s", *problems, sep="\n  ")
        failed = failed or bool(problems)
        if not asked.check:
            nbformat.write(notebook, HERE / f"{path.stem}.ipynb")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
