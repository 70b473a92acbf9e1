"""Muon for matrices that carry a head axis, each head orthogonalised by itself, alongside torch's Adam for the rest.

Update = momentum buffer M -> nearest semi-orthogonal matrix (five Newton-Schulz steps) U -> W -= lr (U + decay W).
Without decay the weights after a norm grow for ever, and attention hardens until every row is one-hot (docs/LOG.md).
Source: Jordan et al. 2024, kellerjordan.github.io/posts/muon; the quintic coefficients are theirs.
Orthogonalising `[d_model, d_head]` per head costs about a tenth of whole matrices and keeps heads independent.
"""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

_A, _B, _C = 3.4445, -4.7750, 2.0315


def orthogonalize(m: Float[Tensor, "*batch r c"], *, n_steps: int = 5) -> Float[Tensor, "*batch r c"]:
    """An approximate nearest semi-orthogonal matrix: singular values are pushed to about 1."""
    tall = m.shape[-2] > m.shape[-1]
    x = m.mT if tall else m
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(n_steps):
        gram = x @ x.mT
        x = _A * x + (_B * gram + _C * gram @ gram) @ x
    return x.mT if tall else x


class Muon(torch.optim.Optimizer):
    """Momentum + orthogonalisation over the last two axes of every parameter."""

    def __init__(
        self, params: Iterable[Tensor], *, lr: float, momentum: float = 0.95, weight_decay: float = 0.0
    ) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """One update of every parameter that has a gradient; no closure is taken."""
        assert closure is None
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if "momentum_buffer" not in state:
                    state["momentum_buffer"] = torch.zeros_like(p)
                buffer = state["momentum_buffer"].mul_(group["momentum"]).add_(p.grad)
                update = orthogonalize(p.grad.add(buffer, alpha=group["momentum"]))
                p.mul_(1 - group["lr"] * group["weight_decay"]).add_(update, alpha=-group["lr"])
