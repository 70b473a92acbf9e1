"""Names of earlier versions, where something is read."""

import torch

from polyhead.core.earlier_names import current_settings, current_tensors
from polyhead.core.graph_records import QKEntry
from polyhead.dictionaries import METHODS, TopK

ENTRY = {
    "layer": 3, "head": 1, "query": 5, "key": 2, "pattern": 0.5, "score": 1.0,
    "pairs": [], "query_marginal": [], "key_marginal": [],
}  # fmt: skip


def test_settings_are_renamed_at_any_depth_and_positions_are_not():
    saved = {"members": [{"settings": {"start": "headone", "activation": {"silent_k": 8}}}], "start": 3, "k": [1]}
    now = {"members": [{"settings": {"init": "one_hot", "activation": {"k_aux": 8}}}], "start": 3, "k": [1]}
    assert current_settings(saved) == now
    assert current_settings(now) == now


def test_tensors_are_renamed_by_the_last_part_of_their_names():
    one = torch.zeros(1)
    renamed = current_tensors({"mtc.silent": one, "silent": one, "silent.W": one, "W_dec": one})
    assert list(renamed) == ["mtc.dead", "dead", "silent.W", "W_dec"]


def test_configs_and_records_take_both_names():
    assert TopK.parse({"k": 3, "silent_k": 8, "silent_weight": 0.5}) == TopK(k=3, k_aux=8, aux_weight=0.5)
    assert METHODS["mtc"].settings.parse({"start": "headone"}) == METHODS["mtc"].settings(init="one_hot")
    assert METHODS["attn_out_sae"].settings.parse({"start": "random"}).init == "random"
    saved = QKEntry.model_validate({**ENTRY, "reasons": [(4, 0.5)], "reasons_rest": 0.25, "reasons_of": "qk"})
    assert saved == QKEntry(**ENTRY, qk_features=[(4, 0.5)], qk_features_rest=0.25, qk_features_of="qk")
