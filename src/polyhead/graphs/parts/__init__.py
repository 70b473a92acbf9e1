"""How each kind of dictionary becomes nodes: what its latents read, what they write, what they leave out."""

from collections.abc import Callable

from polyhead.core.errors import PolyheadError
from polyhead.dictionaries import METHODS, find_method
from polyhead.graphs.config import GraphConfig
from polyhead.graphs.loaded import LoadedDictionary
from polyhead.graphs.parts.attn_out import attn_out_part
from polyhead.graphs.parts.block import Part
from polyhead.graphs.parts.lorsa import lorsa_part
from polyhead.graphs.parts.moved import moved_part
from polyhead.graphs.parts.spanning import spanning_part
from polyhead.graphs.recorded import Recorded

WAYS: dict[str, Callable[[Recorded, LoadedDictionary, int, GraphConfig], Part]] = {
    "moved": moved_part,
    "written": attn_out_part,
    "lorsa": lorsa_part,
    "spanning": spanning_part,
}
"""Name in `Method.graph` -> how dictionaries become nodes: moved by the layer's heads, read from attention's output,
with an attention of their own, or read from sites that nothing moves."""


def make_part(recorded: Recorded, one: LoadedDictionary, index: int, cfg: GraphConfig) -> Part:
    """The nodes of one dictionary.

    Raises:
        PolyheadError: its method has no nodes, or it does not fit the model.
    """
    way = find_method(one.kind).graph
    if way is None or (isinstance(way, str) and way not in WAYS):
        able = ", ".join(method.kind for method in METHODS.values() if method.graph is not None)
        raise PolyheadError(f"{one.name} is a {one.kind}, which no graph can hold; it can hold {able}")
    make = WAYS[way] if isinstance(way, str) else way
    return make(recorded, one, index, cfg)
