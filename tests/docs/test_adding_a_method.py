"""docs/adding-a-method.md: one register() takes its method through the conformance suite and every command."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from polyhead.cli.app import main
from polyhead.core.errors import PolyheadError
from polyhead.core.graph_records import GRAPH, GraphRecord
from polyhead.dictionaries import METHODS, register

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "conformance"))


@pytest.fixture
def method(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The document's method, registered by the document's own call."""
    text = (ROOT / "docs" / "adding-a-method.md").read_text(encoding="utf-8")
    source = text.split("```python\n")[1].split("```")[0]
    module = ModuleType("rank_one_heads")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(METHODS, "rank_one_heads", METHODS["mtc"])
    monkeypatch.delitem(METHODS, "rank_one_heads")  # so that it is gone after the test
    exec(compile(source, "adding-a-method.md", "exec"), module.__dict__)  # our own document
    assert METHODS["rank_one_heads"] is module.METHOD  # pyright: ignore[reportAttributeAccessIssue]
    return METHODS["rank_one_heads"]


def test_it_passes_the_conformance_suite(method: Any, tmp_path: Path) -> None:
    import test_methods as suite

    case = suite.Case(method, method.settings(k=2))
    checks = [
        f for name, f in vars(suite).items() if name.startswith("test_") and f.__code__.co_varnames[:1] == ("case",)
    ]
    assert len(checks) > 10
    for number, check in enumerate(checks):
        folder = tmp_path / str(number)
        folder.mkdir()
        try:
            check(case, folder) if "tmp_path" in check.__code__.co_varnames else check(case)
        except pytest.skip.Exception:
            continue


def test_names_are_taken_once(method: Any) -> None:
    assert register(method) is method
    with pytest.raises(PolyheadError, match="a method is already called 'mtc'"):
        register(replace(method, kind="mtc"))
    with pytest.raises(PolyheadError, match="is the module of 'rank_one_heads'"):
        register(replace(method, kind="another"))
    with pytest.raises(PolyheadError, match="lower-case letters"):
        register(replace(method, kind="../x"))


@pytest.mark.slow
def test_every_command_knows_it(method: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def said(*arguments: object) -> Any:
        capsys.readouterr()
        main([str(a) for a in arguments])
        return json.loads(capsys.readouterr().out)

    run = tmp_path / "run"
    said(
        "train",
        "rank_one_heads",
        "--out",
        run,
        "--train-tokens",
        4096,
        "--eval-tokens",
        2048,
        "--set",
        "k=2,8",
        "--json",
    )
    scored = [e for e in said("evaluate", run, "--json")["evaluations"] if e["method"] == "rank_one_heads"]
    assert [e["l0_dest"] for e in scored] == [2.0, 8.0]
    few, all_heads = (e["fvu"] for e in scored)
    assert all_heads < few < 1  # one direction of every head says more than one of two
    said("report", run, "--json")
    overview = json.loads((run / "records" / "overview.json").read_text("utf-8"))
    assert overview["dictionaries"][0]["noun"] == "head"
    assert overview["dictionaries"][0]["about"] == method.about
    assert (run / "report" / "index.html").exists()
    member = next((run / "members").iterdir()) / "dictionary"
    sizes = ["--perturb", 1, "--qk-entries", 1, "--example-tokens", 512]
    made = said("graph", "import os", "--dictionaries", member, "--out", tmp_path / "graph", *sizes, "--json")
    record = GraphRecord.load(tmp_path / "graph" / "full" / GRAPH)
    assert {n.dictionary for n in record.nodes if n.kind == "latent"} == {0}
    assert record.dictionaries[0].kind == "rank_one_heads"
    assert Path(made["pages"]).exists()
    said("benchmark", "--methods", "rank_one_heads", "--quick", "--out", tmp_path / "bench", "--json")
    (row, *_) = json.loads((tmp_path / "bench" / "record.json").read_text("utf-8"))["rows"]
    assert row["scores"]["output"] is not None
