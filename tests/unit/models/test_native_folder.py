"""polyhead's own model folders: sizes that cannot be are refused in one line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from polyhead.core.errors import ArtifactError
from polyhead.models.checkpoints.native_folder import CONFIG, load_native, save_native
from polyhead.models.native import NativeTransformer

SIZES = ("d_model", "n_heads", "d_head", "d_vocab", "n_ctx")


@pytest.mark.parametrize("key", SIZES)
@pytest.mark.parametrize("size", [2**62, 2**63, 2**64 - 1])
def test_sizes_beyond_any_tensor_are_refused(
    make_tiny_model: Callable[..., NativeTransformer], tmp_path: Path, key: str, size: int
) -> None:
    save_native(make_tiny_model(), tmp_path)
    config = json.loads((tmp_path / CONFIG).read_text())
    config["native"][key] = size
    (tmp_path / CONFIG).write_text(json.dumps(config))
    with pytest.raises(ArtifactError, match=rf"{size}|shape|claims"):
        load_native(tmp_path)
