"""How much is each head worth: alone, to the whole model, and fairly?

The value of a set of heads is the mean log-probability of the right class with only those heads (zeros for the others).
On logits all three numbers would be the same, because logits add; on log-probabilities they are not:
    only one        v({h}) - v({})
    leave one out   v(all) - v(all but h)
    Shapley         mean gain of adding h over random orders of the heads (antithetic pairs); sums to v(all) - v({})
Axis legend: h head, n example, c class.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor


@dataclass(frozen=True)
class HeadWorth:
    """In nats, mean over examples."""

    only_one: Float[Tensor, " h"]
    leave_one_out: Float[Tensor, " h"]
    shapley: Float[Tensor, " h"]
    shapley_error: Float[Tensor, " h"]
    """Standard error over pairs of orders."""
    whole: float
    """v(all) - v({})."""


def head_worth(
    heads: Float[Tensor, "h n c"],
    rest: Float[Tensor, "n c"],
    right: Int[Tensor, " n"],
    *,
    n_pairs: int,
    generator: torch.Generator,
) -> HeadWorth:
    """Worth of each head; `n_pairs` pairs of opposite orders (at least 2)."""

    def value(logits: Tensor) -> Tensor:
        return logits.log_softmax(-1).gather(-1, right.expand(logits.shape[:-1])[..., None]).mean((-2, -1))

    everything, nothing = value(rest + heads.sum(0)), value(rest)
    gains = []
    for _ in range(n_pairs):
        order = torch.randperm(len(heads), generator=generator)
        pair = torch.zeros(len(heads))
        for one in (order, order.flip(0)):
            values = torch.cat([nothing[None], value(rest + heads[one].cumsum(0))])
            pair[one] += 0.5 * values.diff()
        gains.append(pair)
    stacked = torch.stack(gains)
    return HeadWorth(
        value(rest + heads) - nothing,
        everything - value(rest + heads.sum(0) - heads),
        stacked.mean(0),
        stacked.std(0) / len(gains) ** 0.5,
        float(everything - nothing),
    )
