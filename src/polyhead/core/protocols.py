"""The narrow contracts between rooms.

A batch is a plain mapping from a role to a tensor. Axis legend: b sequence, p position, h head, q query, k key.

| role | tensor |
| --- | --- |
| tokens | int `[b, p]` |
| valid | bool `[b, p]`: positions that count in losses and metrics (padding never; BOS by policy) |
| x | `[b, p, d_in]`: what the encoder reads |
| target | `[b, p, d_out]`: what is reconstructed |
| pattern | `[b, h, q, k]`: the base model's attention of the layer, frozen |
| q, k, v | `[b, p, h * d_head]`: queries and keys (rotated or not, as the method says), values |

Which sites fill the roles is a `Reading` (core/reading.py); a method may add roles of its own.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol, runtime_checkable

from jaxtyping import Float
from torch import Tensor

Batch = Mapping[str, Tensor]


@runtime_checkable
class BatchSource(Protocol):
    """Random access to training data: a batch is a function of the step alone, which makes resuming exact."""

    tokens_per_batch: int

    def batch(self, step: int) -> Batch:
        """The batch of one step, the same whenever it is asked for."""
        ...


@runtime_checkable
class Objective(Protocol):
    """What can be trained: named loss terms whose sum is differentiated, and constraints restored after each step."""

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Named terms of the loss, each a scalar. Their sum, formed in one place (training), is differentiated."""
        ...

    def project(self) -> None:
        """Restore the constraints that must hold after an optimizer step."""
        ...


class Codes(NamedTuple):
    """A sparse code: for each token its `k` largest active latents, padded with value 0 at index 0."""

    values: Float[Tensor, "b p k"]
    indices: Any
    """int64 `[b, p, k]`."""
    n_latents: int


class LatentView(NamedTuple):
    """What some latents do on a batch, on both sides: everything their pages show. m: the latents asked for."""

    key_side: Float[Tensor, "b p m"] | None
    """Activity at each source, before anything moves; None where a method has none."""
    query_side: Float[Tensor, "b p m"]
    """What arrives at each destination, signed."""
    arcs: Float[Tensor, "b m h q k"] | None
    """What each source sends to each destination through each head (identity last, where there is one); None where
    a method does not say."""


@runtime_checkable
class Dictionary(Protocol):
    """What evaluation and analysis need of a trained dictionary for attention."""

    cfg: Any

    def codes(self, batch: Batch) -> Codes:
        """Which latents fire at which position, counted on the side that the method states."""
        ...

    def reconstruct(self, batch: Batch) -> Float[Tensor, "b p d_out"]:
        """The target, in its own units."""
        ...
