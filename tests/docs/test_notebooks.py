"""The notebooks: small, stored with results of the sources that they are made of, and able to run."""

import subprocess
import sys
from pathlib import Path

import jupytext
import nbformat
import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "notebooks" / "src").glob("*.py"))
MAX_CELLS = 60
MAX_PICTURE = 60_000
MAX_NOTEBOOK = 400_000
SHORTEST = ["01", "07"]


def stored(source: Path) -> nbformat.NotebookNode:
    return nbformat.read(ROOT / "notebooks" / f"{source.stem}.ipynb", as_version=4)


def test_there_are_eight():
    assert [path.name[:2] for path in SOURCES] == [f"0{i}" for i in range(1, 9)]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_results_are_of_the_source(source):
    cells = [(cell.cell_type, cell.source) for cell in stored(source).cells]
    assert cells == [(cell.cell_type, cell.source) for cell in jupytext.read(source).cells]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_results_are_whole_and_small(source):
    notebook = stored(source)
    nbformat.validate(notebook)
    assert len(notebook.cells) <= MAX_CELLS
    assert (ROOT / "notebooks" / f"{source.stem}.ipynb").stat().st_size <= MAX_NOTEBOOK
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert "google.colab" in code[0].source
    assert all(cell.execution_count for cell in code)
    outputs = [output for cell in code for output in cell.outputs]
    assert not [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]
    pictures = [len(o.data["image/png"]) for o in outputs if "image/png" in o.get("data", {})]
    assert pictures
    assert max(pictures) <= MAX_PICTURE
    text = nbformat.writes(notebook)
    assert str(ROOT) not in text
    assert "/site-packages/" not in text


@pytest.mark.slow
@pytest.mark.parametrize("name", SHORTEST)
def test_a_notebook_runs(name):
    done = subprocess.run(
        [sys.executable, str(ROOT / "notebooks" / "make.py"), "--check", name],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert f"{name}_" in done.stdout
