"""Explicit solutions of the pairs world (four signal tokens, two slots), written into the weights of toy attention.

Even split: all signal tokens score alike, noise far below, so a head reads the mean of two value vectors. Hard
reversed: scores fall steeply along the order, in the second head along the reverse, so the heads read the values of the
largest and of the smallest token. In each case the 10 pairs become 10 points, and the output must single out each:

    1 head, d_head 1, b_O   points p on a line, all different; logits gain (2 p_c z - p_c^2) peak at the nearest p_c
    1 head, d_head 2        points in a plane at 10 different angles; logits gain z . u_c, u_c the point's direction
    2 heads, d_head 1       the same with the plane spanned by the two heads

Impossible: 1 head, d_head 1, no b_O. Logits are w_c z, plus 1 on token 0 from the direct path: lines through the
origin, of which only the steepest and the flattest are ever largest, and one more line: at most 3 classes (2 without
the direct path), so accuracy is bounded by `line_ceiling`. The value vectors below were found by maximising the
smallest margin of the logits for values within the unit square; margins are in units of the gain.
"""

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.models.toy.attention import ToyAttention
from polyhead.studies.pairs.models import Cell
from polyhead.tasks.pairs import READ_OFF, PairsConfig, truth

LINE = ((-1.0,), (-5 / 7,), (-1 / 7,), (1.0,))
"""(0, 1, 3, 7) moved to [-1, 1]: all pair sums differ."""
PLANE = ((0.104, 0.656), (-1.0, 1.0), (0.716, 0.537), (-0.733, -0.957))
"""All pair means lie at different angles; smallest margin 0.0379."""
CORNERS = ((0.268, -1.0), (-0.268, 1.0), (1.0, -0.268), (-1.0, 0.268))
"""Token x has value CORNERS[x][0] in head 0, CORNERS[x][1] in head 1; smallest margin 0.1387."""
FAR = 30.0
"""How far below signal tokens the others score."""
STEP = 8.0
"""Fall of the score from one token of the order to the next (hard attention)."""
MARGIN = 5.0
"""Smallest margin of the logits that the constructions have, nats."""

CONSTRUCTIONS: dict[str, Cell] = {
    "even split, bias": Cell(1, 1, True),
    "even split": Cell(1, 2),
    "hard reversed": Cell(2, 1),
}
"""Name to the shape it needs."""
ONE_OF_TWO = "one head of two"
"""The even split in head 0 of a wider model with two heads, head 1 as it was."""


def points(name: str) -> Float[Tensor, "s d"]:
    """What the heads read for each pair."""
    values = torch.tensor({"even split, bias": LINE, "hard reversed": CORNERS}.get(name, PLANE))
    pairs = truth(PairsConfig()).multisets
    if name == "hard reversed":  # the largest token in head 0, the smallest in head 1
        return torch.stack([torch.stack([values[b - 1, 0], values[a - 1, 1]]) for a, b in pairs])
    return torch.stack([(values[a - 1] + values[b - 1]) / 2 for a, b in pairs])


def construct(name: str, model: ToyAttention, phi: Int[Tensor, " s"]) -> None:
    """Overwrite the weights of `model` with the solution for completions `phi`.

    Raises:
        PolyheadError: the model has other signal tokens, or too few heads, dimensions or biases.
    """
    need = CONSTRUCTIONS.get(name, CONSTRUCTIONS["even split"])
    toy = model.toy
    if phi.shape[0] != 10:
        raise PolyheadError(f"the constructions are for 10 pairs of 4 tokens; received {phi.shape[0]} completions")
    if toy.n_heads < need.n_heads or toy.d_head < need.d_head or (need.bias and not toy.output_bias):
        raise PolyheadError(f"{name!r} needs {need}; the model has {toy.n_heads} heads, d_head {toy.d_head}")
    w = {k: p.detach() for k, p in model.attn.named_parameters()}
    heads = range(need.n_heads)
    for p in w.values():
        if p.ndim == 3 and name == ONE_OF_TWO:
            p[0] = 0
        else:
            p.zero_()
    z = points(name)
    for h in heads:
        scores = torch.full((toy.d_vocab,), -FAR)
        order = [3, 2, 1, 0] if h == 0 else [0, 1, 2, 3]  # rank of each token
        scores[1:5] = -STEP * torch.tensor(order).float() if name == "hard reversed" else 0.0
        scores[[READ_OFF, *range(5, toy.d_vocab)]] -= 3 * STEP if name == "hard reversed" else 0.0
        size = math.sqrt(FAR)
        w["W_Q"][h, READ_OFF, 0] = size
        w["W_K"][h, : toy.d_vocab, 0] = scores / size * math.sqrt(toy.d_head)
    if name == "even split, bias":
        _line(w, z[:, 0], phi)
        return
    unit = z / z.norm(dim=1, keepdim=True)
    cosine = (unit @ unit.T).fill_diagonal_(-1).amax(1)
    gain = MARGIN / float((z.norm(dim=1) * (1 - cosine)).min())
    balance = math.sqrt(gain)
    for i in range(4):
        for d in range(2):
            value = CORNERS[i][d] if name == "hard reversed" else PLANE[i][d]
            h, k = (d, 0) if name == "hard reversed" else (0, d)
            w["W_V"][h, 1 + i, k] = balance * value
    for c, u in zip(phi.tolist(), unit, strict=True):
        for d in range(2):
            h, k = (d, 0) if name == "hard reversed" else (0, d)
            w["W_O"][h, k, c] = balance * u[d]


def _line(w: dict[str, Tensor], p: Float[Tensor, " s"], phi: Int[Tensor, " s"]) -> None:
    gap = float((p[:, None] - p).abs().fill_diagonal_(9.0).min())
    gain = MARGIN / gap**2
    balance = math.sqrt(2 * gain)
    w["W_V"][0, 1:5, 0] = balance * torch.tensor(LINE)[:, 0]
    w["W_O"][0, 0, phi] = balance * p
    w["b_O"].fill_(-2 * gain)
    w["b_O"][phi] = -gain * p.square()


def line_ceiling(world: PairsConfig, phi: Int[Tensor, "m s"]) -> Float[Tensor, " m"]:
    """The most that one head with d_head 1 and no bias can reach, for each model's completions: two pairs, and with
    them the pair whose completion is the read-off token, where there is one."""
    p = truth(world).probabilities
    bounds = []
    for row in phi:
        own = row == READ_OFF
        bounds.append(p[own].sum() + p[~own].sort(descending=True).values[:2].sum())
    return torch.stack(bounds)


def shaken(model: ToyAttention, level: float, generator: torch.Generator) -> None:
    """Add noise to each weight matrix: `level` times its root mean square."""
    for p in model.attn.parameters():
        p.data.add_(level * p.square().mean().sqrt().detach() * torch.randn(p.shape, generator=generator))
