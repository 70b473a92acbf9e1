"""The narrow contracts between packages.

A batch is a plain mapping from a role to a tensor. Axis legend: b sequence, p position, h head, q query, k key.

| role | tensor |
| --- | --- |
| tokens | int `[b, p]` |
| valid | bool `[b, p]`: positions that count in losses and metrics (padding never; BOS by policy) |
| documents | int `[b, p]`: index of the document of every position, -1 for padding; only where it is known |
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


class LatentDirections(NamedTuple):
    """What the latents of a dictionary claim to be, as directions of the residual stream; None: nothing is claimed.

    n latent, r rows of a latent that is a subspace, d d_model, h heads of all layers explained, side by side.
    """

    source: Float[Tensor, "n d"] | Float[Tensor, "n r d"] | None = None
    """What each latent reads at the source."""
    output: Float[Tensor, "n d"] | Float[Tensor, "n r d"] | None = None
    """What each latent writes at the destination."""
    loading: Float[Tensor, "n h"] | None = None
    """By which mixture of the layers' heads each latent moves."""
    query: Float[Tensor, "n d"] | Float[Tensor, "n r d"] | None = None
    """What each QK latent wants of the position that looks."""
    key: Float[Tensor, "n d"] | Float[Tensor, "n r d"] | None = None
    """What each QK latent wants of the position that is looked at."""


class PlantedSizes(Protocol):
    """What a benchmark says of a world with planted truth, so that a method can choose settings that fit it."""

    @property
    def l0(self) -> float:
        """Planted features that are active per position, on the side where the method counts its code."""
        ...

    @property
    def n_latents(self) -> int:
        """Width that all methods get."""
        ...

    @property
    def ov_rank(self) -> int:
        """Rank of the planted OV circuits."""
        ...

    @property
    def query_l0(self) -> float:
        """Planted query conditions that hold per position."""
        ...


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


# What a dictionary may have besides; each is used wherever it is there, and by nothing else. They have methods only:
# from Python 3.12 on, isinstance() does not see parameters of an nn.Module.


@runtime_checkable
class HasHeadLoadings(Protocol):
    """How a latent is shared between heads."""

    def head_loadings(self) -> Float[Tensor, "n h"] | None:
        """By latent and head of the layer, the identity last where there is one; None where latents are not apart."""
        ...


@runtime_checkable
class HasQueryHeadLoadings(Protocol):
    """Loadings on key-value heads, repeated for the query heads that share them."""

    def query_head_loadings(self) -> Float[Tensor, "n h"]:
        """By latent and query head, layers side by side."""
        ...


@runtime_checkable
class HasLayerLoadings(Protocol):
    """How much a latent writes to each of several layers."""

    def layer_loadings(self) -> Float[Tensor, "n t"]:
        """By latent and target."""
        ...


@runtime_checkable
class Moves(HasHeadLoadings, Protocol):
    """Latents that fire at sources and that patterns carry, by loadings, to where decoder rows `W_dec` write them."""

    def moved(self, f: Float[Tensor, "b p n"], pattern: Float[Tensor, "b h q k"]) -> Float[Tensor, "b p n"]:
        """What arrives of a code at each destination."""
        ...


@runtime_checkable
class MakesPatterns(Protocol):
    """Attention of the dictionary's own making."""

    def patterns(self, batch: Batch) -> Float[Tensor, "b h q k"]:
        """By base head."""
        ...


@runtime_checkable
class HasView(Protocol):
    """Both sides of its latents, for their pages."""

    def view(self, batch: Batch, latents: Any, layers: Any) -> LatentView:
        """Of some latents (int64 `[m]`), the layers explained given as `BaseLayer`s."""
        ...


@runtime_checkable
class HasViewRoles(Protocol):
    """A `view` that needs more of a batch than the dictionary reads."""

    def view_roles(self, layers: Any) -> dict[str, Any]:
        """Role -> reads."""
        ...


@runtime_checkable
class HasKeyCodes(Protocol):
    """Latents with a code on keys as well as on queries."""

    def key_codes(self, batch: Batch) -> Codes:
        """Which latents are found in which key."""
        ...


@runtime_checkable
class HasBlocks(Protocol):
    """Latents that are blocks of several numbers, on queries and on keys."""

    def block_width(self) -> int:
        """Numbers per latent, 1 where latents are plain numbers."""
        ...


@runtime_checkable
class HasQueryCodes(Protocol):
    """A code on queries that is not the one `codes` counts."""

    def query_codes(self, batch: Batch) -> Codes:
        """Which latents are found in which query."""
        ...


@runtime_checkable
class HasExplicitPatterns(Protocol):
    """Attention of its own making that has parts outside the code, which always act."""

    def explicit_patterns(self, batch: Batch) -> Float[Tensor, "b h q k"]:
        """What those parts alone make; flat rows where there are none."""
        ...


@runtime_checkable
class HasMeeting(Protocol):
    """Query latents that meet several key latents."""

    def meeting(self) -> Float[Tensor, "h n m"]:
        """By head: how much query latent n counts key latent m."""
        ...


@runtime_checkable
class HasGroups(Protocol):
    """Latents in groups: units that share an attention, or sites that are read."""

    def latent_groups(self) -> tuple[list[str], Any]:
        """Names of the groups, and of each latent its group (int64 `[n]`)."""
        ...


@runtime_checkable
class HasOutputRows(Protocol):
    """What each latent writes into the stream, where that is not a decoder row as it stands."""

    def output_rows(self, layers: Any) -> Float[Tensor, "n d"]:
        """In stream units."""
        ...


@runtime_checkable
class ReadsHeads(Protocol):
    """Latents whose pre-activation is linear in the heads' outputs z, and that write one direction each.

    `pre[n] = sum_h z_h . head_readers[n, h] + attribution_bias[n]`; this is what a graph needs (`Method.graph`:
    `written`).
    """

    def head_readers(self, latents: Any, layer: Any) -> Float[Tensor, "m h c"]:
        """What some latents (int64 `[m]`) read of each head's z, in its units."""
        ...

    def attribution_bias(self, latents: Any, layers: Any) -> Float[Tensor, " m"]:
        """What no head sends."""
        ...

    def written_rows(self, layer: Any) -> Float[Tensor, "n d"]:
        """What a code of 1 adds to the attention output."""
        ...

    def written_bias(self, layer: Any) -> Float[Tensor, " d"]:
        """What is added always."""
        ...

    def pre_activations(self, x: Float[Tensor, "b p d_in"]) -> Float[Tensor, "b p n"]:
        """Of all latents, from what the encoder reads."""
        ...


@runtime_checkable
class MarksDead(Protocol):
    """Training that treats latents differently which have not fired for long."""

    def mark_dead(self, dead: Any) -> None:
        """Which latents are dead (bool `[n]`)."""
        ...


@runtime_checkable
class CodesSomeInvalid(Protocol):
    """An encoder that is trained at positions that losses and metrics of the target leave out, such as BOS."""

    def coded_positions(self, batch: Batch) -> Any:
        """Where it learns (bool `[b, p]`)."""
        ...


@runtime_checkable
class Orients(Protocol):
    """A sign or scale that training leaves open."""

    def orient(self) -> None:
        """Fix it, once, after training; the output stays the same."""
        ...


@runtime_checkable
class Writes(Protocol):
    """Latents whose codes can be edited: what the target gains is linear in the change of a code."""

    def write(self, batch: Batch, latents: Any, change: Float[Tensor, "b p m"], heads: Any = None) -> Tensor:
        """What the target gains, `[b, p, d_out]` in its own units, when the code of some latents changes.

        Args:
            batch: What the dictionary reads.
            latents: int64 `[m]`.
            change: Of their code, on the side where `codes` counts it.
            heads: Only what these heads of the layer carry; all of it by default.

        Raises:
            PolyheadError: heads, where latents do not pass through heads one by one.
        """
        ...
