"""Adam and AdamW as a config, with a rate of their own for chosen parameters."""

from collections.abc import Mapping
from typing import Literal

import torch
from pydantic import Field
from torch import nn

from polyhead.core.config import Config
from polyhead.core.errors import PolyheadError, nearest


class AdamConfig(Config):
    """Adam (weight decay coupled to the gradient) or AdamW (decoupled)."""

    kind: Literal["adam", "adamw"] = "adam"
    lr: float = Field(default=6e-3, gt=0)
    betas: tuple[float, float] = (0.9, 0.99)
    eps: float = Field(default=1e-8, gt=0)
    weight_decay: float = Field(default=0.0, ge=0)


def build_adam(
    module: nn.Module, cfg: AdamConfig, *, lr_factors: Mapping[str, float] | None = None
) -> torch.optim.Adam:
    """An optimizer over all parameters of `module`; those named in `lr_factors` get `lr` times their factor.

    Raises:
        PolyheadError: a name that is no parameter of the module (nearest named).
    """
    factors = dict(lr_factors or {})
    named = {name: p for name, p in module.named_parameters() if p.requires_grad}
    for name in factors:
        if name not in named:
            raise PolyheadError(f"unknown parameter {name!r}; {nearest(name, named)}")
    groups = [{"params": [p for name, p in named.items() if name not in factors], "lr": cfg.lr}]
    groups += [{"params": [named[name]], "lr": cfg.lr * factor} for name, factor in factors.items()]
    build = torch.optim.AdamW if cfg.kind == "adamw" else torch.optim.Adam
    return build(
        [g for g in groups if g["params"]],
        lr=cfg.lr,
        betas=cfg.betas,
        eps=cfg.eps,
        weight_decay=cfg.weight_decay,
        fused=all(p.device.type in ("cpu", "cuda") for p in named.values()),
    )
