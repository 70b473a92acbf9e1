import pytest
import torch
from torch import nn

from polyhead.core.errors import PolyheadError
from polyhead.training.adam import AdamConfig, build_adam


def test_chosen_parameters_get_their_own_rate():
    module = nn.Linear(2, 3)
    optimizer = build_adam(module, AdamConfig(lr=0.1), lr_factors={"bias": 5.0})
    assert {id(p): g["lr"] for g in optimizer.param_groups for p in g["params"]} == {
        id(module.weight): 0.1,
        id(module.bias): 0.5,
    }


def test_weight_decay_is_decoupled_only_in_adamw():
    moved = {}
    for kind in ("adam", "adamw"):
        module = nn.Linear(1, 1, bias=False)
        nn.init.ones_(module.weight)
        optimizer = build_adam(module, AdamConfig.parse({"kind": kind, "lr": 0.1, "weight_decay": 0.5}))
        module.weight.grad = torch.zeros(1, 1)
        optimizer.step()
        moved[kind] = module.weight.item()
    assert moved["adamw"] == pytest.approx(1 - 0.1 * 0.5)
    assert moved["adam"] == pytest.approx(1 - 0.1)


def test_an_unknown_parameter_name_is_refused_with_the_nearest():
    with pytest.raises(PolyheadError, match="'biass'; did you mean 'bias"):
        build_adam(nn.Linear(2, 3), AdamConfig(), lr_factors={"biass": 5.0})
