"""The documentation site: its pages exist, its generated pages name everything, and its recipes run as printed."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
import yaml

import polyhead as ph

pytest.importorskip("mkdocs")
ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
GENERATED = {"reference/python.md", "reference/cli.md", "methods.md", "tutorials/"}


@pytest.fixture(scope="module")
def hooks() -> ModuleType:
    spec = importlib.util.spec_from_file_location("site_hooks", DOCS / "site" / "hooks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pages(entry: object) -> list[str]:
    """The files of a navigation."""
    if isinstance(entry, str):
        return [entry]
    return [page for part in (entry.values() if isinstance(entry, dict) else entry) for page in pages(part)]  # type: ignore[attr-defined]


def test_every_page_of_the_navigation_exists() -> None:
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    for page in pages(nav):
        assert page in GENERATED or (DOCS / page).is_file(), page


def test_every_link_between_pages_leads_somewhere() -> None:
    for page in DOCS.glob("*.md"):
        if page.name == "LOG.md":
            continue
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not target.startswith(("http", "mailto")):
                assert target in GENERATED or (DOCS / target).exists(), (page.name, target)


def test_the_references_name_everything(hooks: ModuleType) -> None:
    python, cli, methods = hooks.python_reference(), hooks.cli_reference(), hooks.methods()
    for name in set(dir(ph)) - {"graphs", "heads", "studies"}:
        assert f'"ph.{name}"' in python, name
    for name in ("heads.scores", "graphs.build", "studies.load"):
        assert f'"ph.{name}"' in python, name
    for command in ("train", "steer", "study run", "heads classify", "graph verify", "dictionary import"):
        assert f"polyhead {command}" in cli, command
    for method in ph.methods()["method"]:
        assert f"{{ #{method} }}" in methods, method
    assert set(hooks.WHEN) == set(ph.methods()["method"])


def test_a_method_shows_its_benchmark_row_and_its_cost(hooks: ModuleType) -> None:
    text = hooks.methods()
    section = text.split("{ #mtc }")[1].split("\n## ")[0]
    row = next(line for line in (DOCS / "benchmark.md").read_text(encoding="utf-8").splitlines() if "| mtc |" in line)
    assert row in section  # the same numbers as in the overview, the first table of that page
    assert "| mtc_top1 |" in section
    assert re.search(r"A row costs \d+\.\d s of one core \(median", section)
    crossing = text.split("{ #cross_layer_transcoder }")[1].split("\n## ")[0]
    assert "No row: reads or writes MLPs" in crossing


def test_terms_of_the_glossary_are_sorted_and_defined_in_one_sentence() -> None:
    text = (DOCS / "glossary.md").read_text(encoding="utf-8")
    terms = re.findall(r"^(\S[^\n]*)\n:   (.+)$", text, re.MULTILINE)
    names = [name for name, _ in terms]
    assert len(names) >= 30
    assert names == sorted(names, key=str.lower)
    assert all(meaning.endswith(".") and meaning.count(". ") == 0 for _, meaning in terms)


def test_the_recipes_run_as_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / "how-to.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) >= 6
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "how-to.md", "exec"), names)
    assert (tmp_path / "staircase.pdf").exists()
