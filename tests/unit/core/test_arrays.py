"""Arrays and tables on disk: read as written, anything else refused in one line with the path."""

import pickle
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from polyhead.core.arrays import read_npy, read_npz, read_table
from polyhead.core.errors import ArtifactError


def refused(read, *args, **kwargs) -> str:
    with pytest.raises(ArtifactError) as caught:
        read(*args, **kwargs)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def test_arrays_come_back(tmp_path):
    tokens = np.arange(12, dtype=np.uint16).reshape(3, 4)
    np.save(tmp_path / "a.npy", tokens)
    for mapped in (False, True):
        np.testing.assert_array_equal(read_npy(tmp_path / "a.npy", kind="iu", shape=(3, None), mapped=mapped), tokens)
    np.savez(tmp_path / "a.npz", tokens=tokens, name=np.array("x"))
    found = read_npz(tmp_path / "a.npz", {"tokens": "iu", "name": "U"})
    np.testing.assert_array_equal(found["tokens"], tokens)
    assert str(found["name"]) == "x"


def test_files_that_are_no_array(tmp_path):
    path = tmp_path / "tokens.npy"
    assert "is missing" in refused(read_npy, path, kind="iu")
    for content in (b"", b"\x93NUMPY", pickle.dumps([1]), b"\x93NUMPY\x01\x00\x10\x00{'descr': 'O'   }"):
        path.write_bytes(content)
        assert str(path) in refused(read_npy, path, kind="iu")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("arr_0.npy", "x")
    assert "something else" in refused(read_npy, path, kind="iu")
    np.save(path, np.array([{}]), allow_pickle=True)
    assert "damaged" in refused(read_npy, path, kind="iu")
    np.save(path, np.zeros((2, 3)))
    assert "whole numbers were expected; received float64" in refused(read_npy, path, kind="iu")
    assert "4 x any was expected; received 2 x 3" in refused(read_npy, path, kind="f", shape=(4, None))
    assert "received 2 x 3" in refused(read_npy, path, kind="f", shape=(2,))
    whole = path.read_bytes()
    path.write_bytes(whole[:-8])
    for mapped in (False, True):
        assert "damaged" in refused(read_npy, path, kind="f", mapped=mapped)
    path.write_bytes(whole.replace(b"(2, 3)", b"(2, 10**18)"[:6]))
    assert str(path) in refused(read_npy, path, kind="f")
    path.write_bytes(whole.replace(b"(2, 3), }      ", b"(9999999999999)"))
    assert str(path) in refused(read_npy, path, kind="f")


def test_files_that_are_no_archive(tmp_path):
    path = tmp_path / "rows.npz"
    assert "is missing" in refused(read_npz, path)
    np.savez_compressed(path, a=np.arange(1000))
    whole = path.read_bytes()
    assert "'b' is missing" in refused(read_npz, path, {"b": "f"})
    assert "floats were expected" in refused(read_npz, path, {"a": "f"})
    for at in range(0, len(whole), 37):
        path.write_bytes(whole[:at])
        assert str(path) in refused(read_npz, path)
    differs = 0
    for at in range(0, len(whole), 5):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        try:
            found = read_npz(path, {"a": "iu"})
        except ArtifactError:
            continue
        differs += not np.array_equal(found["a"], np.arange(1000))
    assert not differs
    np.save(tmp_path / "x.npy", np.zeros(2))
    assert "something else" in refused(read_npz, tmp_path / "x.npy")


def test_tables(tmp_path):
    path = tmp_path / "t.parquet"
    assert "does not exist" in refused(read_table, path)
    table = pa.table({"a": [1, 2], "b": ["x", "y"]})
    pq.write_table(table, path)
    assert read_table(path).equals(table)
    assert read_table(path, ["b"]).equals(table.select(["b"]))
    assert "lacks the column 'c' (received: a, b)" in refused(read_table, path, ["c"])
    whole = path.read_bytes()
    for content in (b"", b"PAR1", whole[:-5], whole[:40] + whole[-40:], b"x" * 100):
        path.write_bytes(content)
        assert "not a readable Parquet file" in refused(read_table, path)
