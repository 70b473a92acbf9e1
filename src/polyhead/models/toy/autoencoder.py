"""The toy autoencoder of superposition: tied weights, fewer hidden units than features.

    h = act_hidden(x W) * dropout;  xhat = act(h W^T + b);  loss = E sum_i importance_i (x_i - xhat_i)^2 + l1 term

`W [n_features, d_hidden]`; row W_i is the direction of feature i. Dropout is inverted (kept units are scaled by
1/(1-p)) and acts in training only. Hidden units that are padded with zeros change nothing, so widths can differ in an
ensemble; dropout rate and L1 coefficient are buffers, so each model has its own. Source: Elhage et al. 2022; dropout
and the L1 term: the report Experiments in Superposition. Axis legend: b example, p position, n feature, m hidden unit.
"""

from collections.abc import Callable, Mapping

import torch
from jaxtyping import Float
from pydantic import Field
from torch import Tensor, nn

from polyhead.core.config import Config
from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Batch
from polyhead.core.sites import site
from polyhead.models.hooked import Hooked
from polyhead.models.tap import Tap
from polyhead.ops.two_layer import Activation, Examples, L1Kind, TwoLayer, activate, l1_term, two_layer_loss


class AutoencoderConfig(Config):
    """Architecture of a toy autoencoder."""

    n_features: int = Field(ge=1)
    d_hidden: int = Field(ge=1)
    activation: Activation = "relu"
    """At the output."""
    hidden_activation: Activation = "identity"
    bias: bool = True
    dropout: float = Field(default=0.0, ge=0, lt=1)
    """Rate at which hidden units are dropped in training."""
    hidden_l1: float = Field(default=0.0, ge=0)
    l1_kind: L1Kind = "norm"


class ToyAutoencoder(Hooked):
    """Features to features through a narrow hidden layer."""

    b: nn.Parameter
    dropout_rate: Tensor
    hidden_l1: Tensor

    def __init__(self, cfg: AutoencoderConfig, *, generator: torch.Generator) -> None:
        super().__init__()
        self.toy = cfg
        std = (2 / (cfg.n_features + cfg.d_hidden)) ** 0.5  # Xavier
        self.W = nn.Parameter(std * torch.randn(cfg.n_features, cfg.d_hidden, generator=generator))
        if cfg.bias:
            self.b = nn.Parameter(torch.zeros(cfg.n_features))
        self.register_buffer("dropout_rate", torch.tensor(cfg.dropout))
        self.register_buffer("hidden_l1", torch.tensor(cfg.hidden_l1))

    @property
    def n_layers(self) -> int:
        return 1

    def _check(self, inputs: Tensor) -> None:
        check_features(inputs, self.toy.n_features, type(self).__name__)

    def _forward(self, inputs: Float[Tensor, "*b n"], tap: Tap, keep: Tensor | None = None) -> Float[Tensor, "*b n"]:
        x = tap(site(0, "hook_resid_pre"), inputs)
        h = activate(self.toy.hidden_activation, tap(site(0, "mlp.hook_pre"), x @ self.W))
        h = tap(site(0, "mlp.hook_post"), h if keep is None else h * keep)
        out = h @ self.W.T
        out = out + self.b if self.toy.bias else out
        return tap(site(0, "hook_mlp_out"), activate(self.toy.activation, out))

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Reconstruction and L1 terms.

        Roles: `x [b, n]`; `importance [n]`; perhaps `weight [b]` (adds up to 1) and `dropout_uniform [b, m]`, uniforms
        in [0, 1], without which nothing is dropped.
        """
        x, keep = batch["x"], keep_factors(batch, self.dropout_rate)
        weight = batch.get("weight", x.new_full((len(x),), 1 / len(x)))
        if keep is not None:
            keep = keep[:, : self.W.shape[1]]
        tap = Tap(sites=[site(0, "mlp.hook_post")], n_layers=1)
        error = (x - self._forward(x, tap, keep)) ** 2
        term = l1_term(tap.cache[site(0, "mlp.hook_post")], weight, self.toy.l1_kind)
        return {"reconstruction": weight @ error @ batch["importance"], "hidden_l1": self.hidden_l1 * term}

    def project(self) -> None:
        """No constraints."""


def autoencoder_loss(cfg: AutoencoderConfig) -> Callable[[Mapping[str, Tensor], Batch], Tensor]:
    """The fast form of `vmap_loss(ToyAutoencoder)`: `x`, `weight`, `importance` may each have a model axis or not."""

    def loss(tensors: Mapping[str, Tensor], batch: Batch) -> Tensor:
        x, W = batch["x"], tensors["W"]
        n = x.shape[-2]
        data = Examples(
            x=x,
            target=x,
            weight=batch.get("weight", x.new_full((n,), 1 / n)),
            importance=batch["importance"],
            keep=keep_factors(batch, tensors["dropout_rate"]),
            l1=tensors["hidden_l1"] if bool((tensors["hidden_l1"] != 0).any()) else None,
        )
        model = TwoLayer(W, None, W.transpose(1, 2), tensors.get("b"))
        return two_layer_loss(model, data, act_in=cfg.hidden_activation, act_out=cfg.activation, l1_kind=cfg.l1_kind)

    return loss


def keep_factors(batch: Batch, rate: Tensor) -> Tensor | None:
    """0 where a hidden unit is dropped, 1/(1-p) where it is kept: `[b, m]` for one rate, `[M, b, m]` for `rate [M]`."""
    if "dropout_uniform" not in batch:
        return None
    u = batch["dropout_uniform"]
    if rate.ndim == 0:
        return (u - rate).sign().relu() / (1 - rate)
    rate = rate[:, None, None]
    return (u.t() - rate).sign_().relu_().div_(1 - rate).transpose(1, 2)


def check_features(inputs: Tensor, n_features: int, name: str) -> None:
    """Refuse what is not features `[b, n]` or `[b, p, n]`.

    Raises:
        PolyheadError: with the shape received.
    """
    if inputs.ndim not in (2, 3) or inputs.numel() == 0 or inputs.shape[-1] != n_features:
        raise PolyheadError(
            f"{name} takes features [batch, {n_features}] or [batch, pos, {n_features}]; received {list(inputs.shape)}"
        )
    if not inputs.is_floating_point():
        raise PolyheadError(f"{name} takes features as floating-point numbers; received {inputs.dtype}")
