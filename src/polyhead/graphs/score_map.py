"""How a layer's attention scores follow from its input on one prompt, linear on each side.

    q = R_t (D_q[t] * ((x_t + c_t) W_Q[h] + b_Q[h])),  k the same at s;   score[h, t, s] = scale q . k
x_t is what a stream adds after the norm (its scale frozen), c_t the norm's bias and positions that are added to queries
and keys only; R rotates; D is 1, or where the model norms its queries and keys, gain over their scale on the prompt,
frozen like every norm. So a score is bilinear in what was written at t and at s. All of it is found on the tensors that
the model computed, and a layer whose scores are not of this form (a soft cap) is refused.
Axis legend: p position, h head, d d_model, k d_head, n one of several vectors, q query, s key.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.sites import site
from polyhead.graphs.frozen import FrozenPrompt
from polyhead.graphs.recorded import DTYPE
from polyhead.models.native import NativeTransformer
from polyhead.models.rotations import rotation_tables
from polyhead.ops.norm_gain import norm_gain
from polyhead.ops.rotary import apply_rotary, inverse_rotation

_CLOSE = 2e-3
"""Largest relative error with which a formula counts as what the model computes."""


@dataclass(frozen=True, eq=False)
class Projection:
    """One side: from the normalized stream to what the dot product takes."""

    W: Float[Tensor, "h d k"]
    b: Float[Tensor, "h k"]
    gain: Float[Tensor, "p h k"]
    """1 where queries and keys have no norm."""
    rotary: Float[Tensor, "2 p half"] | None
    constant: Float[Tensor, "p d"]
    """Added to the normalized stream always."""

    def apply(self, vectors: Float[Tensor, "n d"], head: int, position: int) -> Float[Tensor, "n k"]:
        """What vectors after the norm are in the head's query or key space."""
        return self._turned(vectors @ self.W[head], head, position)

    def bias(self, head: int, position: int) -> Float[Tensor, " k"]:
        """What is there whatever was written."""
        raw = self.constant[position] @ self.W[head] + self.b[head]
        return self._turned(raw[None], head, position)[0]

    def _turned(self, raw: Float[Tensor, "n k"], head: int, position: int) -> Float[Tensor, "n k"]:
        scaled = raw * self.gain[position, head]
        if self.rotary is None:
            return scaled
        return apply_rotary(scaled[:, None, None], self.rotary[:, position : position + 1])[:, 0, 0]


@dataclass(frozen=True, eq=False)
class ScoreMap:
    """Scores of one layer on one prompt, and how they come about."""

    layer: int
    query: Projection
    key: Projection
    scale: float
    scores: Float[Tensor, "h q s"]
    """The model's own, minus infinity where a head may not look."""


@torch.no_grad()
def score_map(frozen: FrozenPrompt, layer: int) -> ScoreMap:
    """The score map of one layer.

    Raises:
        PolyheadError: no such layer; scores that are not a product of a query and a key.
    """
    recorded = frozen.recorded
    model, n = recorded.model, recorded.n_positions
    if not 0 <= layer < recorded.n_layers:
        raise PolyheadError(f"layer {layer}; {model.cfg.name} has layers 0 to {recorded.n_layers - 1}")
    prefix = "hook_rot_" if model.cfg.positions == "rotary" else "hook_"
    names = [site(layer, f"attn.{name}") for name in (f"{prefix}q", f"{prefix}k", "hook_attn_scores")]
    _, cache = model.run_with_cache(frozen.tokens[None].to(model.device), names, with_logits=False)
    q, k, scores = (cache[name][0].detach().to(DTYPE).cpu() for name in names)
    scale = _scale(scores, torch.einsum("qhk,shk->hqs", q, k), model.cfg.d_head**-0.5, layer, model.cfg.name)
    x = recorded.cache[site(layer, "ln1.hook_normalized")][0].to(DTYPE)
    added = recorded.norm(layer, "attn").bias.expand(n, -1)
    if isinstance(model, NativeTransformer) and model.native.positions == "shortformer":
        positions = model.pos_embed.W_pos[:n].detach().to(DTYPE).cpu()
        x, added = x + positions, added + positions
    tables = _tables(frozen, layer, n)
    sides = []
    for part, final in (("Q", q), ("K", k)):
        W, b = (getattr(model, f"{kind}_{part}")[layer].detach().to(DTYPE).cpu() for kind in ("W", "b"))
        gain, rotary = _way(torch.einsum("pd,hdk->phk", x, W) + b, final, tables, layer, model.cfg.name)
        sides.append(Projection(W, b, gain, rotary, added))
    return ScoreMap(layer, sides[0], sides[1], scale, scores)


def _tables(frozen: FrozenPrompt, layer: int, n: int) -> list[Tensor | None]:
    """Rotations that the layer may use, cut to the prompt; none where the model has no rotary positions."""
    model = frozen.recorded.model
    if model.cfg.positions != "rotary":
        return [None]
    return [*(table.to(DTYPE) for table in rotation_tables(model, layer, n)), None]


def _scale(scores: Tensor, product: Tensor, usual: float, layer: int, name: str) -> float:
    """The factor between products and scores, where there is one."""
    seen = scores.isfinite() & torch.ones(scores.shape[-2:]).tril().bool()
    a, b = product[seen], scores[seen]
    scale = float((a * b).sum() / a.square().sum().clamp_min(1e-30))
    if abs(scale / usual - 1) < 1e-4:
        scale = usual
    if (scale * a - b).norm() > _CLOSE * b.norm().clamp_min(1e-30):
        raise PolyheadError(
            f"scores of layer {layer} of {name} are not a query times a key (they are capped, or positions are added "
            "to them), so they cannot be split into what was written"
        )
    return scale


def _way(
    raw: Float[Tensor, "p h k"], final: Float[Tensor, "p h k"], tables: list[Tensor | None], layer: int, name: str
) -> tuple[Float[Tensor, "p h k"], Tensor | None]:
    """Gain and rotation that lead from a projection to what the dot product takes: a norm only where one is needed."""
    best, found = float("inf"), (torch.ones_like(raw), tables[0])
    for joint in (None, False, True):
        for table in tables:
            turned = final if table is None else apply_rotary(final[None], inverse_rotation(table))[0]
            gain = torch.ones_like(raw) if joint is None else norm_gain(raw, turned, joint=joint)
            error = float((raw * gain - turned).norm() / turned.norm().clamp_min(1e-30))
            if error < best:
                best, found = error, (gain, table)
        if best < _CLOSE:
            return found
    raise PolyheadError(
        f"queries or keys of layer {layer} of {name} are neither projections nor RMS norms of projections, rotated or "
        f"not (nearest is off by {best:.2g}), so its scores cannot be split into what was written"
    )
