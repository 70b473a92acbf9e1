"""`polyhead interpret` on the dictionary that ships: files, controls, labels that people edited, and mistakes."""

import json
import shutil

import pandas as pd
import pytest

from polyhead.cli.app import main
from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.interpret_records import InterpretSummary
from polyhead.core.label_records import LABELS, Label, Labels, load_labels
from polyhead.runs.interpret import run_interpret
from polyhead.runs.latents import run_find

SMALL = {"n_latents": 24, "n_tokens": 24_576}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    out = tmp_path_factory.mktemp("interpret")
    return out, run_interpret("mtc-layer-3", out=out, **SMALL)


def test_it_writes_scores_next_to_their_controls(found):
    out, (summary,) = found
    assert InterpretSummary.load(out / "summary.json") == summary
    rows = {row.score: row for row in summary.rows}
    assert {"K", "Q", "two_sided", "detect_key", "detect_query"} <= set(rows)
    assert rows["K"].random is not None
    assert rows["K"].gap is not None
    assert rows["K"].gap.mean == pytest.approx(rows["K"].ours.mean - rows["K"].random.mean, abs=2e-4)
    assert rows["K"].ours.low <= rows["K"].ours.mean <= rows["K"].ours.high
    columns = pd.read_parquet(out / "latents.parquet")
    assert len(columns) == summary.n_latents == 24
    assert summary.n_scored + sum(summary.not_scored.values()) == 24
    assert (
        columns["two_sided"].dropna().tolist() == columns[["K", "Q"]].min(axis=1)[columns["two_sided"].notna()].tolist()
    )
    assert len(pd.read_parquet(out / "random.parquet")) == 24
    assert not summary.held_out  # the dictionary was trained on most of this text


def test_labels_name_both_sides_and_heads(found):
    out, _ = found
    labels = load_labels(out)
    assert len(labels.labels) == 24
    words = [one.label for one in labels.labels.values() if one.label != "never fires"]
    assert all(one.startswith("from ") and " to " in one for one in words)
    assert any("L3H" in one for one in words)


def test_edited_labels_are_kept(found, tmp_path):
    labels = Labels(labels={1: Label(label="mine", made="old"), 2: Label(label="old", made="old")})
    merged = labels.merged({1: Label(label="new", made="new"), 2: Label(label="new", made="new")})
    assert {i: one.label for i, one in merged.labels.items()} == {1: "mine", 2: "new"}
    assert merged.labels[1].made == "new"
    merged.save(tmp_path / LABELS)
    assert load_labels(tmp_path) == merged
    assert list(merged.find("MIN")) == [1]
    (tmp_path / LABELS).write_text("{")
    with pytest.raises(ArtifactError):
        load_labels(tmp_path)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["no-such"], "neither a run folder"),
        (["mtc-layer-3", "--members", "a"], "is no run folder"),
        (["mtc-layer-3", "--latent", "5000", "--tokens", "16384"], "there is no latent 5000"),
        (["mtc-layer-3", "--seq-len", "10"], "windows need more than 18"),
    ],
)
def test_mistakes_are_one_line(words, message, capsys, tmp_path):
    with pytest.raises(SystemExit) as ended:
        main(["interpret", *words, "--out", str(tmp_path / "out")])
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


def test_text_of_too_few_documents_is_refused(tmp_path):
    (tmp_path / "a.txt").write_text("one two three " * 50)
    with pytest.raises(PolyheadError, match="1 documents"):
        run_interpret("mtc-layer-3", out=tmp_path / "out", text=str(tmp_path / "a.txt"), **SMALL)


def test_json_says_the_same(found, capsys, tmp_path):
    out = tmp_path / "again"
    main(["interpret", "mtc-layer-3", "--n-latents", "24", "--tokens", "24576", "--out", str(out), "--json"])
    said = json.loads(capsys.readouterr().out)["dictionaries"][0]
    expected = json.loads(found[1][0].model_dump_json())
    for one in (said, expected):
        one.pop("seconds")
        one.pop("milliseconds_per_latent")
    assert said == expected


def test_latents_are_found_by_family_and_by_label(found, tmp_path, monkeypatch, capsys):
    out, _ = found
    rows = run_find("mtc-layer-3", family="induction", n_tokens=2048)
    assert len(rows) > 20
    assert [row["share"] for row in rows] == sorted((row["share"] for row in rows), reverse=True)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PolyheadError, match="has no labels yet; make them with: polyhead interpret mtc-layer-3"):
        run_find("mtc-layer-3", label="token")
    with pytest.raises(PolyheadError, match="say which latents"):
        run_find("mtc-layer-3")
    shutil.copytree(out, tmp_path / "runs" / "interpret" / "mtc-layer-3")
    named = run_find("mtc-layer-3", label="TOKEN from")
    assert 0 < len(named) <= 24
    assert all("token" in row["label"] for row in named)
    main(["latents", "find", "mtc-layer-3", "--label", "token", "--limit", "1"])
    assert "latents" in capsys.readouterr().out
