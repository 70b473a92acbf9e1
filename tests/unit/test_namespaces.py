"""What `import polyhead as ph` offers: every public name resolves, and earlier names say what to write now."""

import subprocess
import sys
from types import ModuleType

import pandas as pd
import pytest

import polyhead as ph
from polyhead.core.errors import PolyheadError


@pytest.mark.parametrize("module", [ph, ph.graphs, ph.heads, ph.studies], ids=lambda m: m.__name__)
def test_every_public_name_resolves(module: ModuleType) -> None:
    for name in dir(module) if module is not ph.heads else ph.heads.__all__:
        assert getattr(module, name) is not None, name


def test_dir_lists_public_names_only() -> None:
    assert set(dir(ph)) == set(ph.__all__) - {"__version__"}
    assert set(dir(ph.graphs)) == set(ph.graphs.__all__)
    assert {"list", "load", "run"} <= set(dir(ph.studies))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("prune", "ph.graphs.prune"),
        ("run_experiment", "ph.train"),
        ("laod_model", "load_model"),
        ("nothing_like", "ph has"),
    ],
)
def test_a_name_that_is_not_there_says_what_is(name: str, said: str) -> None:
    with pytest.raises(AttributeError, match=said) as error:
        getattr(ph, name)
    assert isinstance(error.value, PolyheadError)


def test_submodules_do_not_hide_the_verbs() -> None:
    code = (
        "import polyhead.graphs.building, polyhead.graphs.pruning, polyhead.graphs.verification, polyhead as ph; "
        "assert all(callable(getattr(ph.graphs, n)) for n in ('build', 'prune', 'verify', 'explain', 'load')); "
        "import polyhead.runs.report, polyhead.experiments.train, polyhead.interventions.steer; "
        "assert all(callable(getattr(ph, n)) for n in ('train', 'report', 'steer', 'ablate', 'clamp', 'effect'))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_heads_from_python() -> None:
    model = ph.load_model("bundled")
    found = ph.heads.scores(model, n_tokens=1024, seq_len=64)
    assert len(found) == 32
    assert list(found.columns) == ["layer", "head", "previous", "induction", "duplicate", "bos", "entropy", "label"]
    assert found.label["L3H3"].startswith("induction")  # the bundled model's own card
    rows = ph.heads.classify(model, heads=["L3H3"], n_tokens=2048, seq_len=64)
    assert [h.name for h in rows.heads] == ["L3H3"]
    record = ph.heads.ablate(model, "L3H3", n_prompts=6)
    assert (record.layer, record.head) == (3, 3)
    assert record.n_prompts <= 6
    by_rules, by_clusters = ph.heads.split(model, "L3H3", n_sequences=3, seq_len=33, rules=["induction", "previous"])
    assert by_rules.split == "rules"
    assert by_clusters.split != "rules"


def test_tables_are_data_frames() -> None:
    assert "mtc" in set(ph.methods()["method"])
    assert isinstance(ph.methods("mtc"), pd.DataFrame)
    assert "ov-coherent" in ph.studies.list().index
    assert ph.studies.load("ov-coherent").name == "ov-coherent"
    with pytest.raises(PolyheadError, match="did you mean 'ov-coherent"):
        ph.studies.load("ov-coherentt")
