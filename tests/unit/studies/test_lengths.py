"""Studies of real layers judge them at the length of the sequences that they read, not at the whole context."""

from typing import Any

import pytest

from polyhead.experiments import data
from polyhead.models.base_layer import base_layer
from polyhead.studies.heads.pattern_formation import models as pattern_formation
from polyhead.studies.real_layers.cross_layer import models as cross_layer


@pytest.fixture
def lengths(monkeypatch: pytest.MonkeyPatch) -> list[int | None]:
    asked: list[int | None] = []

    def spy(model: Any, layer: int, *, n_positions: int | None = None) -> Any:
        asked.append(n_positions)
        return base_layer(model, layer, n_positions=n_positions)

    monkeypatch.setattr(data, "base_layer", spy)
    return asked


def test_cross_layer(lengths: list[int | None]) -> None:
    (pair,) = cross_layer._values("bundled", "bundled", [(1, 3)], 1024, 1024)
    assert [layer.layer for layer in pair.layers] == [1, 3]
    assert lengths == [128, 128]


def test_pattern_formation(lengths: list[int | None]) -> None:
    heads = (pattern_formation.Head(layer=3, head=3), pattern_formation.Head(layer=2, head=1))
    place = pattern_formation.HeadPlace(heads=heads, seq_len=32, n_train_tokens=512, n_eval_tokens=256)
    _, _, layers, _ = pattern_formation._harvest(place)
    assert {number: layer.layer for number, layer in layers.items()} == {2: 2, 3: 3}
    assert lengths == [32, 32]
