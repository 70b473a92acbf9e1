"""How claims are judged, what their records say, and how older records are read."""

import json
import subprocess
import sys
from importlib import resources
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from polyhead.core.study_records import Claim, Figure, Lines
from polyhead.runs.study_report import shipped_record
from polyhead.studies import STUDIES, find_study, study
from polyhead.studies.claim import AllOf, Number, Paired, Share, Told
from polyhead.studies.judge import judge_number, judge_share
from polyhead.studies.panels import Panels, band

OLD = {"key": "k", "statement": "s", "ours": [], "control": [], "control_note": ""}


def test_a_share_is_judged_alike_whether_it_was_published_or_not():
    assert judge_share([True] * 20, 0.5) == (
        "yes",
        "holds for 20 of 20 models (100%) against a chance of 0.5 (p = 9.5e-07)",
    )
    assert judge_share([True] * 14 + [False] * 6, [False] * 20)[0] == "partly"
    assert judge_share([True] * 10 + [False] * 10, 0.5)[0] == "no"
    assert judge_share([], 0.5) == ("no", "no model was left to judge: all diverged or failed the condition")


def test_a_number_holds_within_its_tolerance_and_without_one_nothing_does():
    assert judge_number([1.0, 1.1, 1.2], 1.0, tolerance=0.2)[0] == "yes"
    assert judge_number([1.0, 1.1, 1.2], 1.6, tolerance=0.2)[0] == "partly"
    assert judge_number([1.0, 1.1, 1.2], 3.0, tolerance=0.2)[0] == "no"
    assert judge_number([1.0], None, tolerance=0.2) == (None, "median 1 over 1 models (95 % range 1 to 1)")


@study.claim("sizes-{}", source="here", published="{0} of {n}", each=("a b", "c"))
def sizes(m: SimpleNamespace, which: str) -> Share | None:
    """All {n} are {0},
    they say."""
    if which == "c" and not m.with_c:
        return None
    return Share(
        holds=torch.ones(9) > 0, against=0.1, ours={"one": torch.ones(2), "two": [float("nan"), 2.0]}, words={"n": 3},
        lead="so it", tail="; enough",
    )  # fmt: skip


def test_a_function_becomes_its_claims():
    first, second = sizes.judge(SimpleNamespace(with_c=True))
    assert (first.key, second.key) == ("sizes-a-b", "sizes-c")
    assert (first.statement, first.published) == ("All 3 are a b, they say.", "a b of 3")
    assert [d.values for d in first.ours] == [[1.0, 1.0], [2.0]]
    assert first.reason == "so it holds for 9 of 9 models (100%) against a chance of 0.1 (p = 1e-09); enough"
    assert (first.held, first.agreement, first.verdict) == ("yes", "agrees", "reproduced")
    assert [c.key for c in sizes.judge(SimpleNamespace(with_c=False))] == ["sizes-a-b"]


def test_every_kind_of_evidence_is_judged_by_its_rule():
    assert Paired(larger=[2.0] * 9, smaller=[1.0] * 9, ours=()).judged()[0] == "yes"
    near, far = (Number(values=[1.0], expected=e, tolerance=0.1, ours={"v": [e]}) for e in (1.0, 9.0))
    assert AllOf(parts={"near": near}).judged()[0] == "yes"
    assert AllOf(parts={"near": near, "far": far}).judged()[0] == "no"
    assert Told(held="partly", lead="because", ours=()).judged() == ("partly", "")


@pytest.mark.parametrize(
    ("old", "held", "agreement", "published", "source"),
    [
        (("reproduced", "in words", "r"), "yes", "agrees", "in words", "s"),
        (("partly", "1", "r"), "partly", "agrees in part", "1", "s"),
        (("not reproduced", "1", "r"), "no", "disagrees", "1", "s"),
        (
            ("published number unknown", "unknown (open)", "x holds for 9 of 10 models (90%) against 0.5 (p = 0.001)"),
            *("yes", "nothing published", None, "s (open)"),
        ),
        (
            ("published number unknown", "unknown", "holds for 9 of 10 models (90%) against 9 of 10 (p = 0.8); more"),
            *("no", "nothing published", None, "s"),
        ),
        (("published number unknown", "in a picture", "median 3"), None, "nothing published", None, "s (in a picture)"),
    ],
)  # fmt: skip
def test_older_claims_are_read_as_what_they_held(old, held, agreement, published, source):
    verdict, said, reason = old
    claim = Claim.model_validate({**OLD, "source": "s", "published": said, "reason": reason, "verdict": verdict})
    assert (claim.held, claim.agreement, claim.published, claim.source) == (held, agreement, published, source)
    assert claim.verdict == verdict
    assert Claim.model_validate(claim.model_dump()) == claim


@pytest.mark.parametrize("name", STUDIES)
def test_cards_and_records_are_of_the_study_that_is_there(name: str):
    """The card names the study's presets, and the shipped record has its claims and figures in their order."""
    found, record = find_study(name), shipped_record(name)
    assert (found.name, tuple(found.presets)) == (name, STUDIES[name].presets)
    assert record is not None
    assert (record.title, record.question) == (found.title, found.question)
    assert tuple(record.sources) == found.sources
    assert all(c.held is not None or c.agreement == "nothing published" for c in record.findings.claims)


def test_the_list_of_studies_takes_no_torch():
    code = (
        "import sys; from polyhead.runs.study_report import list_studies; "
        "assert len(list_studies()) > 20; assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", STUDIES)
def test_shipped_records_keep_every_number_and_what_was_decided(name: str):
    path = resources.files("polyhead.studies") / STUDIES[name].family / "records" / f"{name}.json"
    stored, record = json.loads(path.read_text("utf-8"))["findings"], shipped_record(name)
    assert record is not None
    read = record.findings.model_dump(mode="json")
    for old, new in zip(stored.pop("claims"), read.pop("claims"), strict=True):
        decided = ("held", "agreement", "verdict", "published", "source")
        assert {k: v for k, v in new.items() if k not in decided} == {k: v for k, v in old.items() if k not in decided}
        assert new["verdict"] == old["verdict"]
        assert (new["published"], new["source"]) == (old["published"], old["source"]) or new["published"] is None
    for old, new in zip(stored.pop("figures"), read.pop("figures"), strict=True):
        assert Figure.model_validate(old).model_dump(mode="json") == new
    assert read == stored


def test_a_figure_is_a_function_that_draws_its_panels() -> None:
    @study.figure("share", "Shares of {who}", columns=2, words=lambda m: {"who": m["who"], "n": len(m["values"])})
    def shares(m: dict[str, Any]) -> Panels:
        """Over {n:,} models;
        lines are medians."""
        return (Lines(title="share", series=[band("all", [m["values"]], [1.0])]),)

    @study.figure("plain", "A set {0, 1}")
    def plain(m: None) -> Panels:
        """Braces of a plain caption stay: {x}."""
        return [Lines(title="none", series=[])]

    drawn = shares({"who": "heads", "values": [0.25, 0.75]})
    assert (drawn.key, drawn.title, drawn.columns) == ("share", "Shares of heads", 2)
    assert drawn.caption == "Over 2 models; lines are medians."
    assert drawn.panels[0].series[0].y == [0.5]  # pyright: ignore
    assert (plain(None).title, plain(None).caption) == ("A set {0, 1}", "Braces of a plain caption stay: {x}.")


def test_statements_that_need_no_measurement_are_known() -> None:
    @study.claim("at-{}", source="ours", each=("one half", "1"))
    def at(m: None, level: str) -> Told:
        """Values stay near {0}."""
        return Told(held=None, ours=())

    @study.claim("with-words", source="ours")
    def with_words(m: None) -> Told:
        """Values stay near {level}."""
        return Told(held=None, ours=(), words={"level": 3})

    assert at.statements() == {"at-one-half": "Values stay near one half.", "at-1": "Values stay near 1."}
    assert [claim.key for claim in at.judge(None)] == list(at.statements())
    assert with_words.statements() == {}
