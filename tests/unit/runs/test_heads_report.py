"""A whole heads report of the bundled model in small: records, pages, resuming, the run's pages, mistakes."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import polyhead
from polyhead.cli.app import main
from polyhead.core.errors import PolyheadError
from polyhead.core.head_records import AblationRecord, HeadsOverview
from polyhead.runs import heads_report
from polyhead.runs.heads_overview import dictionary_links
from polyhead.runs.heads_report import HeadsReportConfig, run_heads_report

SMALL = HeadsReportConfig(model="bundled", n_tokens=512, seq_len=64, n_deep=1, n_prompts=4, quick=True)


def stamps(folder: Path) -> dict[str, int]:
    made_anew = ("seconds.json", "overview.json")
    return {
        str(p.relative_to(folder)): p.stat().st_mtime_ns
        for p in folder.rglob("*")
        if p.is_file() and p.name not in made_anew
    }


@pytest.mark.slow
def test_a_killed_report_is_finished_by_the_same_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    out = tmp_path / "report"

    def dies(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    whole = heads_report.run_split
    monkeypatch.setattr(heads_report, "run_split", dies)
    with pytest.raises(KeyboardInterrupt):
        run_heads_report(SMALL, out)
    before = stamps(out / "records")
    monkeypatch.setattr(heads_report, "run_split", whole)
    index = run_heads_report(SMALL, out)
    after = stamps(out / "records")
    assert {name: after[name] for name in before} == before  # nothing that was done is done again
    assert index.exists()
    overview = HeadsOverview.load(out / "records" / "overview.json")
    assert len(overview.heads) == 32
    assert {"mass_entropy", "induction_unigram", "induction_score", "copying", "drop:induction"} <= {
        s.key for s in overview.scores
    }
    assert any("attention-only" in note for note in overview.notes)
    records = [AblationRecord.load(p) for p in (out / "records" / "ablations").glob("*/L*.json")]
    assert {r.templates for r in records} == {"induction", "indent", "previous"}
    heads = {(r.layer, r.head) for r in records}
    assert len(records) == 3 * len(heads)  # every chosen head on every set
    assert all(len(r.ranks) == 32 and r.effects for r in records)
    with pytest.raises(PolyheadError, match=r"holds a heads report with other settings: config.n_tokens is"):
        run_heads_report(SMALL.replace(n_tokens=1024), out)
    main(["heads", "export", str(out), "--out", str(tmp_path / "tree")])
    main(["heads", "import", str(tmp_path / "tree"), "--out", str(tmp_path / "back")])
    assert (tmp_path / "back" / "pages" / "index.html").exists()


def test_sets_that_the_model_cannot_answer_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    text = heads_report.model_sequences(polyhead.load_model("bundled"), "bundled", n_sequences=8, seq_len=64)
    model = polyhead.load_model("bundled")
    stages = heads_report._Stages(SMALL, heads_report._sizes(SMALL, model), model, text, tmp_path)
    monkeypatch.setattr(heads_report, "_LEAST_ANSWERED", 1.01)
    stages.ablated()
    assert len(stages.notes) == 3
    assert all("left out: the model answers" in note for note in stages.notes)
    assert not (tmp_path / "records").exists()


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as stopped:
        main([*arguments])
    assert stopped.value.code == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    return error


def test_mistakes_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    short = tmp_path / "short.txt"
    short.write_text("too short\n")
    out = str(tmp_path / "out")
    assert "gives no sequence of 256" in refused(
        capsys, "heads", "report", "bundled", "--text", str(short), "--out", out
    )
    assert not (tmp_path / "out").exists()
    assert "no MLPs" in refused(capsys, "neurons", "bundled", "--out", out, "--units", "neurons")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    said = refused(capsys, "heads", "report", "bundled", "--out", str(tmp_path / "mine"), "--tokens", "512")
    assert "exists and is not the folder of a heads report" in said
    assert "is missing" in refused(capsys, "heads", "import", str(tmp_path / "mine"), "--out", out)
    assert "is not a heads report" in refused(capsys, "heads", "export", str(tmp_path / "mine"), "--out", out)


def test_dictionaries_are_seen_by_heads(tmp_path: Path):
    run, model = tmp_path / "run", polyhead.load_model("bundled")
    with pytest.raises(PolyheadError, match="has no pages of latents yet"):
        dictionary_links(run, model, tmp_path / "report" / "pages")
    (run / "report").mkdir(parents=True)
    (run / "report" / "index.html").write_text("")
    names = [*(f"2.{h}" for h in range(8)), "identity"]
    card = {
        "name": "free",
        "variant": "free",
        "n_latents": 3,
        "n_heads": 8,
        "head_names": names,
        "n_live": 2,
        "config": {},
        "loading_map": None,
        "highlights": [],
    }
    overview = {
        "title": "",
        "command": "",
        "created": "",
        "versions": {},
        "model": {"name": "bundled", "n_heads": 8},
        "text": {},
        "layer": 2,
        "input_site": "",
        "target_site": "",
        "dictionaries": [card],
        "verdict": [],
        "seconds": {},
    }
    (run / "records" / "free").mkdir(parents=True)
    (run / "records" / "overview.json").write_text(json.dumps(overview))
    loadings = np.zeros((3, 9))
    loadings[0, 3], loadings[1, [1, 8]], loadings[2, 0] = 2.0, [1.0, -1.0], 1.0
    columns = {"main_head": [3, 1, 0], "energy_share": [0.6, 0.4, 0.0], "effective_heads": [1.0, 2.0, 1.0]}
    pq.write_table(pa.table({**columns, "loadings": loadings.tolist()}), run / "records" / "free" / "latents.parquet")
    (link,), where = dictionary_links(run, model, tmp_path / "report" / "pages")
    assert where == "../../run/report"
    assert link.latents_by_head == [0, 1, 0, 1, 0, 0, 0, 0, 0]  # the dead one is left out
    assert link.loading_share == pytest.approx([0, 0.2, 0, 0.6, 0, 0, 0, 0, 0.2])
    assert link.energy_of_pure == pytest.approx(0.6)
    (run / "records" / "overview.json").write_text(json.dumps({**overview, "model": {"name": "other", "n_heads": 8}}))
    with pytest.raises(PolyheadError, match="dictionaries of other with 8 heads"):
        dictionary_links(run, model, tmp_path / "report" / "pages")
