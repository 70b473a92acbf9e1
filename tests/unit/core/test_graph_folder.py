"""A graph's folder: damaged edges are noticed, records that do not fit together are refused in one line."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from make_graph import large_graph, small_edges, small_graph, small_nodes
from polyhead.core.errors import ArtifactError
from polyhead.core.graph_folder import file_name, load_folder, load_graph, save_graph
from polyhead.core.graph_records import EDGES, QK, VERIFY, Edges, load_edges, save_edges


def same(a: Edges, b: Edges) -> bool:
    return all(
        (x is None and y is None) or (x is not None and y is not None and x.dtype == y.dtype and np.array_equal(x, y))
        for x, y in zip(a, b, strict=True)
    )


def test_edges_are_read_back_bit_for_bit(tmp_path: Path) -> None:
    for edges in (small_edges(), small_edges()._replace(heads=None), Edges(*(c[:0] for c in small_edges()[:3]), None)):
        save_edges(edges, tmp_path / EDGES)
        assert same(load_edges(tmp_path / EDGES), edges)


def test_edges_written_before_checksums_are_read(tmp_path: Path) -> None:
    save_edges(small_edges(), tmp_path / EDGES)
    table = pq.read_table(tmp_path / EDGES).replace_schema_metadata(None)
    pq.write_table(table, tmp_path / "old.parquet")
    assert same(load_edges(tmp_path / "old.parquet"), small_edges())


def test_a_changed_value_does_not_pass_the_checksum(tmp_path: Path) -> None:
    save_edges(small_edges(), tmp_path / EDGES)
    table = pq.read_table(tmp_path / EDGES)
    weight = table["weight"].to_numpy().copy()
    weight[3] *= -1
    pq.write_table(table.set_column(2, "weight", [weight]), tmp_path / EDGES)
    with pytest.raises(ArtifactError, match="its edges are not those of its checksum"):
        load_edges(tmp_path / EDGES)


def test_damage_is_noticed_or_changes_nothing(tmp_path: Path) -> None:
    folder = large_graph(tmp_path / "g", n_nodes=80, n_edges=300, n_layers=2)
    path, whole = folder / EDGES, load_edges(folder / EDGES)
    bytes_, draw, noticed = path.read_bytes(), np.random.default_rng(3), 0
    for place in draw.integers(0, len(bytes_), 200).tolist():
        changed = bytearray(bytes_)
        changed[place] ^= 1 << int(draw.integers(8))
        path.write_bytes(changed)
        try:
            found = load_edges(path)
        except ArtifactError:
            noticed += 1
        else:
            assert same(found, whole)
    assert noticed > 150
    for length in (0, 3, len(bytes_) // 2, len(bytes_) - 1):
        path.write_bytes(bytes_[:length])
        with pytest.raises(ArtifactError, match="does not hold the edges of a graph"):
            load_edges(path)


def test_edges_in_another_order_are_sorted(tmp_path: Path) -> None:
    edges = small_edges()
    turned = Edges(*(column[::-1].copy() for column in edges if column is not None))
    save_edges(turned, tmp_path / EDGES)
    assert same(load_edges(tmp_path / EDGES), edges)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"nodes": []}, "has no nodes"),
        ({"tokens": [0]}, "as many token strings, got 5"),
        ({"nodes": [n.model_copy(update={"layer": 2}) for n in small_nodes()]}, "layer 2 of a model of 2 layers"),
        ({"nodes": [n.model_copy(update={"value": float("nan")}) for n in small_nodes()]}, "not finite"),
        ({"nodes": [n.model_copy(update={"dictionary": 2}) for n in small_nodes()]}, "of dictionary 2"),
        ({"n_edges": 3}, "speaks of 3 edges"),
    ],
)
def test_records_that_do_not_fit(tmp_path: Path, changes: dict, message: str) -> None:
    with pytest.raises(ArtifactError, match=message) as caught:
        load_graph(small_graph(tmp_path / "g", **changes))
    assert "\n" not in str(caught.value)


def test_a_new_graph_takes_explanations_of_the_old_one_away(tmp_path: Path) -> None:
    folder = small_graph(tmp_path / "g")
    record, edges, qk, verify = load_folder(folder)
    assert qk is not None
    assert verify is not None
    save_graph(record, edges, folder)
    assert not (folder / QK).exists()
    assert not (folder / VERIFY).exists()


def test_names_of_files() -> None:
    for slug in ("vernon-dursley-a1b2c3", "g", "A.b+c=1,2@x"):
        assert file_name(slug) == slug
    odd = ["", ".", "..", "a/b", "a b", "a-b ", "NUL", "com1.txt", "\u00e9", "e\u0301", "\ud800", "x\0", "y" * 101]
    names = [file_name(slug) for slug in odd]
    assert len(set(names)) == len(odd)
    assert all(file_name(name) == name for name in names)
