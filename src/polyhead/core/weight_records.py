"""Records of orders of weights: which rows of a matrix lie together."""

from polyhead.core.records import Record


class Block(Record):
    """A cluster of rows of a weight matrix."""

    rows: list[int]
    """Neurons, in the order of the picture."""
    place: int
    """Median place in the order."""
    mean_similarity: float
    """Mean squared cosine of its pairs."""


class OrderPicture(Record):
    """An ordered matrix to look at. Bytes in base64; byte b stands for the squared cosine (b / 255)^2."""

    band: int
    """Distances from the diagonal that are kept, from 1."""
    near: str
    """`band` bytes a place: place i with places i + 1 to i + band, 0 after the end."""
    tiles: int
    """Of a side; tile t holds the places from t * n / tiles (rounded up) on."""
    pooled: str
    """`tiles` x `tiles` bytes, row after row: the mean of each tile, pairs of a row with itself left out."""


class WeightOrder(Record):
    """One matrix, ordered, measured against nulls. Definitions: analysis/weights."""

    model: str
    matrix: str
    """`L3 W_out [1536, 576]`."""
    layer: int
    method: str
    order: list[int]
    neighbour: float
    excess: float
    width: int
    null_neighbour: dict[str, list[float]]
    """By null, one value a draw."""
    null_excess: dict[str, list[float]]
    level: float
    """Mean squared cosine above which a cluster counts: none of the null's draws reaches it."""
    blocks: list[Block]
    seconds: float
    picture: OrderPicture | None = None
    """None in older records."""
