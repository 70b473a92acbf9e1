"""What a dictionary may know of the layer it explains: plain tensors, no model.

Axis legend: h head, d d_model, k d_head, c position up to n_ctx.
"""

from dataclasses import dataclass
from typing import Literal

from jaxtyping import Float
from torch import Tensor

from polyhead.core.errors import PolyheadError

Rotation = Float[Tensor, "2 c half"] | None | Literal["unknown"]
"""Cosines and sines of the half-split rotation (ops/rotary.py); None where the layer does not rotate; `unknown` where
queries and keys were not found to be what any known formula makes of the projections, so that it may or may not."""


@dataclass(frozen=True, eq=False)
class BaseLayer:
    """One attention layer of a base model, in float32, keys and values repeated per query head under GQA.

    q = R(x W_Q[h] + b_Q[h]), k = R(x W_K[h] + b_K[h]), scores = score_scale q k^T, R the rotation if any; x is
    ln1.hook_normalized; hook_attn_out = sum_h A_h (x W_V[h] + b_V[h]) W_O[h] + b_O.
    """

    layer: int
    W_Q: Float[Tensor, "h d k"]
    W_K: Float[Tensor, "h d k"]
    W_V: Float[Tensor, "h d k"]
    W_O: Float[Tensor, "h k d"]
    b_Q: Float[Tensor, "h k"]
    b_K: Float[Tensor, "h k"]
    b_V: Float[Tensor, "h k"]
    b_O: Float[Tensor, " d"]
    n_kv_heads: int
    """Equal to the number of heads unless keys and values are shared (GQA)."""
    score_scale: float
    """1 / sqrt(d_head) in most models."""
    rotary: Rotation
    """Of the first c positions; sequences of up to c positions are rotated by it."""
    plain_scores: bool = True
    """False where the scores are not the formula above: a cap, a window, a norm on q and k, a bias of positions."""
    is_linear: bool = True
    """False where the output is not the formula above: a norm after the heads, values read from elsewhere."""
    has_mlp: bool = True
    """Whether the block has an MLP besides the attention: False in attention-only models."""
    window: int | None = None
    """How many of the last keys a query sees, itself included; None: all."""
    softcap: float | None = None
    """Scores are softcap tanh(scores / softcap)."""
    qk_norm: bool = False
    """Queries and keys are normed between projection and rotation."""
    sinks: bool = False
    """A learned score of each head takes part in the softmax and moves nothing."""

    @property
    def rotated_sites(self) -> bool:
        """Whether the scores are made of `attn.hook_rot_q` and `attn.hook_rot_k`, or of `hook_q` and `hook_k`."""
        return self.rotary is not None

    def rotation(self) -> Float[Tensor, "2 c half"] | None:
        """The rotation, for those who make queries and keys themselves.

        Raises:
            PolyheadError: it is not known.
        """
        if isinstance(self.rotary, str):
            raise PolyheadError(
                f"how layer {self.layer} turns queries and keys into scores is not known, so its attention cannot be "
                "made from its weights: use a dictionary that reads the model's patterns, such as mtc"
            )
        return self.rotary

    @property
    def obstacles(self) -> list[str]:
        """Why the scores are not plain, in words."""
        found = [] if self.window is None else [f"a window of {self.window} keys"]
        found += [] if self.softcap is None else [f"a soft cap at {self.softcap:g}"]
        found += ["a norm on queries and keys"] if self.qk_norm else []
        found += ["attention sinks"] if self.sinks else []
        return found or ([] if self.plain_scores else ["scores of an unknown form, such as added positions"])

    @property
    def n_heads(self) -> int:
        return self.W_Q.shape[0]

    @property
    def d_model(self) -> int:
        return self.W_Q.shape[1]

    @property
    def d_head(self) -> int:
        return self.W_Q.shape[2]

    @property
    def kv_heads(self) -> tuple[int, ...]:
        """One query head of each group that shares keys and values: those whose k and v are read once each."""
        return tuple(range(0, self.n_heads, self.n_heads // self.n_kv_heads))
