"""HeadVis trees: what is read is written, ours with its blocks, theirs with all else they hold; damage is one line."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from make_heads import make_heads
from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.head_records import HeadsOverview, RowsRecord
from polyhead.core.window_records import HeadWindows
from polyhead.interop import read_headvis, write_headvis

HEAD = {
    "sequences": [
        {
            "sequence_id": 7,
            "interval": 2,
            "tokens": ["a", " b", "\n"],
            "attention_indices": [0, 3, 4, 8],
            "attention_values": [1.0, 0.25, 0.75, 0.5],
            "seq_len": 3,
            "max_activation": 0.75,
            "note": "only theirs",
        }
    ],
    "qk_distance_histogram": {"bin_edges": [0, 1, 2], "bin_values": [2.25, 0.25]},
    "top_query_tokens": [{"token": " b", "weight": 1.0}],
    "top_key_tokens": [{"token": "a", "weight": 1.25}],
    "histogram": {"bin_edges": [0.0, 0.5, 1.0], "bin_values": [0, 9]},
    "statistics": {"n_samples": 1, "mean_max_activation": None, "theirs": 3},
    "pca": {"points": [[0.1, 0.2]]},
}
CONFIG = {
    "model_name": "some/model",
    "np_model_id": "some-model",
    "dataset_name": "some/text",
    "heads": [[0, 0], [0, 1]],
    "n_layers": 1,
    "n_heads": 2,
    "n_intervals": 5,
    "metrics": ["induction_score", "pattern_entropy"],
    "metric_descriptions": {"induction_score": "Behind copies."},
    "head_data_pattern": "L{layer}H{head}.json",
    "has_umap": False,
    "pipeline_config": {"created_at": "2026-05-04", "seq_len": 512},
}
SCATTER = [
    {"layer": 0, "head": 0, "induction_score": 0.25, "pattern_entropy": None, "colour": "red"},
    {"layer": 0, "head": 1, "induction_score": 0.5, "pattern_entropy": 1.5},
]


def write_tree(folder: Path, **changes: Any) -> Path:
    files = {"config.json": CONFIG, "scatter_data.json": SCATTER, "heads/L0H0.json": HEAD, "heads/L0H1.json": HEAD}
    files |= {"server_config.json": {"url": "x"}, "attributions/manifest.json": {}, **changes}
    for name, value in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(value), encoding="utf-8")
    return folder


def content(folder: Path) -> dict[str, Any]:
    return {
        p.relative_to(folder).as_posix(): json.loads(p.read_text(encoding="utf-8"))
        for p in sorted(folder.rglob("*.json"))
    }


def test_a_tree_of_others_comes_back_unchanged(tmp_path: Path):
    tree = write_tree(tmp_path / "tree")
    overview = read_headvis(tree, tmp_path / "records")
    assert overview.heads == [(0, 0), (0, 1)]
    assert overview.scores[1].values == [None, 1.5]
    windows = HeadWindows.load(tmp_path / "records" / "windows" / "L0H1.json")
    assert windows.windows[0].flat == [0, 3, 4, 8]
    assert windows.windows[0].codes == []
    write_headvis(tmp_path / "records", tmp_path / "again")
    assert content(tmp_path / "again") == content(tree)


def test_ours_comes_back_with_its_blocks(tmp_path: Path):
    records = make_heads(tmp_path / "ours")
    tree = write_headvis(records, tmp_path / "tree").parent
    read_headvis(tree, tmp_path / "records")
    for name in ("rows.json", "windows/L0H1.json", "ablations/mine/L0H1.json", "splits/split-L0H1-rules.json"):
        assert (tmp_path / "records" / name).read_bytes() == (records / name).read_bytes(), name
    assert RowsRecord.load(tmp_path / "records" / "rows.json").proposals
    back = HeadsOverview.load(tmp_path / "records" / "overview.json")
    assert back.scores == HeadsOverview.load(records / "overview.json").scores
    write_headvis(tmp_path / "records", tmp_path / "again")
    assert content(tmp_path / "again") == content(tree)


def test_base_fields_stand_beside_our_blocks(tmp_path: Path):
    tree = content(write_headvis(make_heads(tmp_path / "ours"), tmp_path / "tree").parent)
    head = tree["heads/L0H1.json"]
    assert set(HEAD) - {"pca"} | {"polyhead"} == set(head)
    sequence = head["sequences"][0]
    assert set(sequence) == {*HEAD["sequences"][0], "polyhead"} - {"note"}  # type: ignore[arg-type]
    assert sequence["seq_len"] == len(sequence["tokens"])
    assert set(CONFIG) - {"np_model_id", "pipeline_config"} < set(tree["config.json"])
    assert tree["scatter_data.json"][0]["mass_entropy"] == 0.5


def test_tampered_blocks_do_not_leave_the_folder(tmp_path: Path):
    tree = write_headvis(make_heads(tmp_path / "ours"), tmp_path / "tree").parent
    path = tree / "heads" / "L0H1.json"
    value = json.loads(path.read_text(encoding="utf-8"))
    value["polyhead"]["ablations"][0]["templates"] = "../../../out"
    path.write_text(json.dumps(value), encoding="utf-8")
    read_headvis(tree, tmp_path / "deep" / "records")
    assert not list(tmp_path.glob("out*"))


def damaged(what: str) -> dict[str, Any]:
    head = copy.deepcopy(HEAD)
    if what == "seq_len":
        head["sequences"][0]["seq_len"] = 9  # type: ignore[index]
    if what == "place":
        head["sequences"][0]["attention_indices"][0] = 99  # type: ignore[index]
    if what == "weights":
        head["sequences"][0]["attention_values"].pop()  # type: ignore[index]
    if what == "missing":
        del head["histogram"]
    return {"heads/L0H1.json": head}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"config.json": {"model_name": "x"}}, "lacks 'dataset_name'"),
        ({"config.json": [1]}, "an object was expected"),
        ({"config.json": {**CONFIG, "heads": [1, 2]}}, "heads are pairs"),
        ({"config.json": {**CONFIG, "heads": [[0, 0], [3, 3]]}}, "L3H3.json does not exist"),
        ({"scatter_data.json": {"a": 1}}, "not a list of rows"),
        (damaged("seq_len"), "seq_len 9 and 3 tokens"),
        (damaged("place"), "3 tokens have 0 to 8"),
        (damaged("weights"), "4 places and 3 weights"),
        (damaged("missing"), "lacks 'histogram'"),
    ],
)
def test_damage_is_one_line(tmp_path: Path, changes: dict[str, Any], words: str):
    with pytest.raises(ArtifactError, match=words) as error:
        read_headvis(write_tree(tmp_path / "tree", **changes), tmp_path / "records")
    assert "\n" not in str(error.value)


def test_nothing_is_overwritten(tmp_path: Path):
    with pytest.raises(ArtifactError, match="not a HeadVis tree"):
        read_headvis(tmp_path, tmp_path / "records")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("mine")
    with pytest.raises(PolyheadError, match="holds records already"):
        read_headvis(write_tree(tmp_path / "tree"), tmp_path / "other")
    with pytest.raises(PolyheadError, match="is not a HeadVis tree"):
        write_headvis(make_heads(tmp_path / "ours"), tmp_path / "other")


@pytest.mark.parametrize(
    "pattern",
    [
        "{layer.__class__}",
        "{0}",
        "{layer!r}",
        "{layer:>999999999}",
        "{head",
        "{secret}",
        "../{layer}{head}.json",
        3,
        None,
        [],
        "/etc/passwd",
    ],
)
def test_a_pattern_of_files_fills_in_layer_and_head_and_nothing_else(pattern: Any, tmp_path: Path) -> None:
    tree = write_tree(tmp_path / "tree", **{"config.json": {**CONFIG, "head_data_pattern": pattern}})
    with pytest.raises(PolyheadError) as error:
        read_headvis(tree, tmp_path / "records")
    assert "\n" not in str(error.value)
    assert not (tmp_path / "records").exists()


def test_a_pattern_of_files_with_width(tmp_path: Path) -> None:
    tree = write_tree(tmp_path / "tree", **{"config.json": {**CONFIG, "head_data_pattern": "L{layer:02d}-{head}.json"}})
    for layer, head in CONFIG["heads"]:
        (tree / "heads" / f"L{layer}H{head}.json").rename(tree / "heads" / f"L{layer:02d}-{head}.json")
    assert read_headvis(tree, tmp_path / "records").heads == [tuple(h) for h in CONFIG["heads"]]
