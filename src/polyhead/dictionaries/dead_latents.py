"""Dead latents: which they are, as training counts, and the term by which they learn from the error of the others.

aux = aux_weight |error - e^|^2 / |error|^2, e^ what the `k_aux` largest dead latents of a token would write (Gao et al.
2024, AuxK). It is 1 where they write nothing. Axis legend: i latent, b sequence, p position, n token, d width.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from polyhead.dictionaries.activation import AnyActivation, TopK
from polyhead.dictionaries.latent_module import LatentModule


class CountsSteps(LatentModule):
    """A dictionary that counts its training steps and is told which of its latents are dead."""

    n_steps: Tensor
    """int64, a scalar: steps so far, for the warm-up of penalties."""
    dead: Bool[Tensor, " i"]

    def register_counts(self, n_latents: int) -> None:
        """The two buffers, at no step and with no dead latent."""
        self.register_buffer("n_steps", torch.zeros((), dtype=torch.int64))
        self.register_buffer("dead", torch.zeros(n_latents, dtype=torch.bool))

    def mark_dead(self, dead: Bool[Tensor, " i"]) -> None:
        """Say which latents have not fired for long, as training counts; they then learn from the error of the rest."""
        self.dead.copy_(dead)


def reviving(act: AnyActivation, dead: Bool[Tensor, " i"]) -> TopK | None:
    """The activation, where it lets dead latents learn and there are some."""
    return act if isinstance(act, TopK) and act.k_aux and bool(dead.any()) else None


def unexplained(left: Tensor, error: Tensor, weight: Float[Tensor, "*n"]) -> Float[Tensor, ""]:
    """|left|^2 / |error|^2, both `[*n, ...]`: means over what follows the tokens, weighted by token."""
    over = tuple(range(weight.ndim, error.ndim))
    size = (error.square().mean(over) * weight).sum().clamp_min(1e-12)
    return (left.square().mean(over) * weight).sum() / size
