"""Which latents fire, and what firing costs.

pre = x W_enc + b_enc; theta_i = 0 (relu, topk) or exp(t_i) (jumprelu, batchtopk).
A latent is active where pre_i > theta_i.
    topk      f = the k largest of relu(pre), the others 0; no penalty; with k_aux, latents that training marked as
              dead explain the error of the others: aux_weight |e - e^|^2 / |e|^2, e^ of their k_aux largest
    batchtopk f = relu(pre) [pre >= c], c the (k n)-th largest pre of a batch of n tokens; outside of training theta
              stands for c, so that a token's code is its own; it follows c by a moving average over steps
    relu      f = relu(pre); sparsity = l1 sum_i f_i
    jumprelu  f = pre [pre > theta]; df/dtheta = -(theta / width) [|pre - theta| < width / 2];
              sparsity = weight sum_i tanh(tanh_scale f_i)
    shortfall = negative sum_i relu(theta_i - pre_i), over the latents that do not fire: revives dead ones
Sources: Gao et al. 2024 (topk, auxiliary loss); Bussmann et al. 2024 (batchtopk); Rajamanoharan et al. 2024
(jumprelu, straight-through); Anthropic, January 2025 update (tanh, shortfall). There every penalty carries |W_dec_i|,
which is 1 here by `project`, and the squared error is summed over d_out where ours is a mean: their weights divided by
d_out are ours.

Everything here is elementwise over latents and works alike on all of them and on a list of some.
"""

from typing import Annotated, Literal

import torch
from jaxtyping import Float
from pydantic import Field, model_validator
from torch import Tensor

from polyhead.core.config import Config


class TopK(Config):
    """Exactly the k largest latents of every source token."""

    kind: Literal["topk"] = "topk"
    k: int = Field(default=16, ge=1)
    """Latents per token."""
    k_aux: int = Field(default=0, ge=0)
    """Dead latents per token that learn from what the others leave unexplained; 0: none do, and they stay dead."""
    aux_weight: float = Field(default=0.125, ge=0)
    """Weight of that squared error, in units of what is left unexplained."""


class BatchTopK(TopK):
    """The k n largest activations of a batch of n tokens, wherever they are; after training, a learned threshold."""

    kind: Literal["batchtopk"] = "batchtopk"  # type: ignore[assignment]
    threshold: float = Field(default=0.1, gt=0)
    """Threshold of every latent before it is set from the first batches, in units of activation."""


class ReLU(Config):
    """L1 on activations, as published for the multitoken transcoder."""

    kind: Literal["relu"] = "relu"
    l1: float = Field(default=1e-2, ge=0)
    """Weight of sum_i f_i per token."""
    negative: float = Field(default=1e-6, ge=0)
    """Weight of the negative pre-activations (shortfall)."""
    warmup_steps: int = Field(default=0, ge=0)
    """Steps over which `l1` rises linearly from 0."""


class JumpReLU(Config):
    """A learned threshold per latent."""

    kind: Literal["jumprelu"] = "jumprelu"
    sparsity: float = Field(default=1e-2, ge=0)
    """Weight of sum_i tanh(tanh_scale f_i) per token."""
    tanh_scale: float = Field(default=4.0, gt=0)
    """Steepness of the tanh, per unit of activation."""
    negative: float = Field(default=1e-8, ge=0)
    """Weight of the shortfall below the threshold."""
    threshold: float = Field(default=0.1, gt=0)
    """Threshold at the start, in units of activation."""
    width: float = Field(default=2.0, gt=0)
    """Band around the threshold, in units of activation, in which it receives a gradient."""
    warmup_steps: int = Field(default=0, ge=0)
    """Steps over which `sparsity` rises linearly from 0."""


AnyActivation = TopK | BatchTopK | ReLU | JumpReLU
Activation = Annotated[AnyActivation, Field(discriminator="kind")]
"""As a field of a config: told apart by `kind`."""


class Sparse(Config):
    """What every sparse dictionary has: an activation and a width."""

    activation: Activation = TopK()
    """Which latents fire and what that costs."""
    n_latents: int = Field(ge=1)
    """Width of the dictionary."""

    @model_validator(mode="after")
    def _k_fits(self) -> "Sparse":
        if isinstance(self.activation, TopK) and self.activation.k > self.n_latents:
            raise ValueError(f"activation.k {self.activation.k} is more than n_latents {self.n_latents}")
        return self


class SparseSettings(Sparse):
    """What may be chosen of every sparse dictionary."""

    activation: Activation = TopK(k_aux=32)
    n_latents: int = Field(default=2048, ge=1)


HAS_THRESHOLD = (JumpReLU, BatchTopK)
"""For isinstance: activations with a learned threshold per latent, kept as its logarithm (`log_threshold`)."""


def fire(cfg: AnyActivation, pre: Float[Tensor, "*i"], theta: Float[Tensor, "*#i"]) -> Float[Tensor, "*i"]:
    """f from pre-activations, latent by latent (for topk: of those already chosen)."""
    if isinstance(cfg, BatchTopK):
        return torch.where(pre > theta, pre, 0.0).relu()
    if not isinstance(cfg, JumpReLU):
        return pre.relu()
    ramp = ((pre.detach() - theta) / cfg.width + 0.5).clamp(0, 1)
    straight_through = theta.detach() * (ramp - ramp.detach())  # zero in value; its gradient is the band's
    return torch.where(pre > theta, pre, 0.0) + straight_through


def fire_all(cfg: AnyActivation, pre: Float[Tensor, "*n i"], theta: Float[Tensor, "i"]) -> Float[Tensor, "*n i"]:
    """f of every latent, as a dense tensor: the plain form, outside of training."""
    if isinstance(cfg, TopK) and not isinstance(cfg, BatchTopK):
        values, indices = pre.relu().topk(cfg.k, dim=-1)
        return torch.zeros_like(pre).scatter(-1, indices, values)
    return fire(cfg, pre, theta)


def sparsity(cfg: ReLU | JumpReLU, f: Float[Tensor, "*i"]) -> Float[Tensor, "*i"]:
    """The sparsity penalty, unwarmed, of each activation."""
    return cfg.l1 * f if isinstance(cfg, ReLU) else cfg.sparsity * (cfg.tanh_scale * f).tanh()


def list_floor(cfg: AnyActivation, theta: Float[Tensor, "i"]) -> Float[Tensor, "i"]:
    """Only latents with pre above this have a value or a gradient that depends on which latent it is."""
    return torch.minimum(theta, theta - cfg.width / 2) if isinstance(cfg, JumpReLU) else theta
