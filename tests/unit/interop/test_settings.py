"""Files that other programs' files name are read from their own folder only."""

from pathlib import Path

import pytest

from polyhead.core.errors import PolyheadError
from polyhead.interop.settings import inside


def test_files_that_other_files_name_stay_in_their_folder(tmp_path: Path) -> None:
    folder, away = tmp_path / "a", tmp_path / "b"
    folder.mkdir()
    away.mkdir()
    (folder / "link").symlink_to(away)
    assert inside(folder, "layers/x.bin", "config") == folder / "layers" / "x.bin"
    for name in ("../b/x", str(away / "x"), "link/x", "a\0b", "", 7, None, ["x"]):
        with pytest.raises(PolyheadError, match=r"^config\.json: ") as refused:
            inside(folder, name, "config.json")
        assert "\n" not in str(refused.value)
    assert inside(folder, "../b/x", "config.json", outside=True) == folder / ".." / "b" / "x"
