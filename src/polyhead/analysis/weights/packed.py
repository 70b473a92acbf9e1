"""An ordered matrix small enough for a page: what lies near the diagonal cell by cell, the whole of it in tiles.

A byte b stands for |cosine| = b / 255, so its squared cosine is (b / 255)^2, off by at most |cosine| / 255: small
squared cosines, which are most, keep more of their digits than in even steps. Axis legend: n row, w distance, m tile.
"""

import base64

import torch
from jaxtyping import Float, Int
from torch import Tensor

from polyhead.analysis.weights.blocks import picture
from polyhead.core.weight_records import OrderPicture

BAND = 48
"""Places to each side of the diagonal that are kept."""
TILES = 192


def order_picture(
    similar: Float[Tensor, "n n"], order: Int[Tensor, " n"], *, band: int = BAND, tiles: int = TILES
) -> OrderPicture:
    """The band along the diagonal and the pooled whole of an ordered matrix, as bytes in base64.

    Args:
        band: distances kept, from 1; at most n - 1.
        tiles: tiles a side; a row each where there are no more rows.
    """
    n = len(order)
    width = min(band, n - 1)
    near = torch.zeros(n, width)
    for k in range(1, width + 1):
        near[: n - k, k - 1] = similar[order[:-k], order[k:]]
    pooled = picture(similar, order, tiles=tiles)
    return OrderPicture(band=width, near=_pack(near), tiles=len(pooled), pooled=_pack(pooled))


def unpack_near(kept: OrderPicture) -> Float[Tensor, "n w"]:
    """Squared cosines of place i with places i + 1 to i + w; 0 after the end."""
    return _unpack(kept.near).unflatten(0, (-1, kept.band))


def unpack_pooled(kept: OrderPicture) -> Float[Tensor, "m m"]:
    """Mean squared cosine of every tile."""
    return _unpack(kept.pooled).unflatten(0, (kept.tiles, kept.tiles))


def _pack(squared: Tensor) -> str:
    steps = (squared.clamp(0.0, 1.0).sqrt() * 255.0).round().to(torch.uint8)
    return base64.b64encode(steps.numpy().tobytes()).decode("ascii")


def _unpack(text: str) -> Tensor:
    steps = torch.frombuffer(bytearray(base64.b64decode(text)), dtype=torch.uint8)
    return (steps.float() / 255.0).square()
