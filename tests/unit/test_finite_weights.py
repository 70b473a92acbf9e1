"""Weights that are not numbers, and archives whose bytes changed, are refused by name."""

import zipfile
from pathlib import Path

import pytest
import torch

from polyhead.core.errors import ArtifactError
from polyhead.core.finite import check_finite
from polyhead.models.checkpoints.pickled import load_state_dict


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.float8_e5m2])
def test_the_tensor_is_named_and_counted(value: float, dtype: torch.dtype) -> None:
    good, bad = torch.zeros(3), torch.zeros(1200)
    bad[::2] = value
    with pytest.raises(ArtifactError, match=r"^file: 600 of the 1,200 values of W_Q are NaN or infinite.*damaged"):
        check_finite({"good": good, "W_Q": bad.to(dtype)}, origin="file")


def test_what_can_only_be_finite_passes() -> None:
    check_finite({"ids": torch.arange(3), "mask": torch.ones(2).bool(), "empty": torch.zeros(0)}, origin="file")


def test_an_entry_that_changed_is_named(tmp_path: Path) -> None:
    path = tmp_path / "w.pth"
    torch.save({"a": torch.ones(64), "b": torch.zeros(64)}, path)
    assert set(load_state_dict(path)) == {"a", "b"}
    with zipfile.ZipFile(path) as archive:
        entry = next(i for i in archive.infolist() if i.filename.endswith("data/1"))
        raw = bytearray(path.read_bytes())
    at = raw.find(bytes(256), entry.header_offset)
    raw[at + 100] ^= 64
    path.write_bytes(raw)
    with pytest.raises(ArtifactError, match=r"w.pth is damaged: its entry \S*data/1 does not have the checksum"):
        load_state_dict(path)
