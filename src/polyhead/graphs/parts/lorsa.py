"""Lorsa units as nodes: each reads its own direction at every source, through the pattern of its group.

    pre[t] = sum_s A_g[t, s] (x_s . W_V[i]) / input_scale + b_V[i];   the heads of an edge are groups
Axis legend: p position (t destination, s source), n node, g group, i unit, d d_model.
"""

from polyhead.core.errors import PolyheadError
from polyhead.core.graph_records import GraphDictionary, GraphNode
from polyhead.core.sites import site
from polyhead.dictionaries.encoder import unpack
from polyhead.graphs.config import GraphConfig
from polyhead.graphs.loaded import LoadedDictionary
from polyhead.graphs.parts.block import Block, GroupRead, Part, Write, cap_note, kept, latent_nodes
from polyhead.graphs.recorded import DTYPE, Recorded, write_depth


def lorsa_part(recorded: Recorded, one: LoadedDictionary, index: int, cfg: GraphConfig) -> Part:
    """Nodes of one Lorsa; its patterns are its own.

    Raises:
        PolyheadError: it reads something else than attention does, or is of another width.
    """
    ((layer, half),) = one.explains
    lorsa, batch = one.dictionary, recorded.batch(one.reading)
    _check(recorded, one, layer)
    f = unpack(lorsa.codes(batch))[0].to(DTYPE)
    pattern = lorsa.group_patterns(batch["x"])[0].to(DTYPE)
    rows = lorsa.W_O.to(DTYPE) * lorsa.target_scale
    keep = kept(f.abs() * rows.norm(dim=-1), cfg.max_query_nodes)
    positions, units = keep.nonzero().unbind(1)
    values, group, norm = f[positions, units], lorsa.group_of(units), recorded.norm(layer, "attn")
    if one.reading.roles["x"][0].site == site(layer, "ln1.hook_pre_gain"):
        norm = norm.before_gain()
    (after_norm,) = one.after_norm
    written = recorded.write_at(layer, half, rows[units], positions, after_norm=after_norm)
    vectors = lorsa.W_V[units].to(DTYPE) / lorsa.input_scale
    constant = lorsa.b_V[units].to(DTYPE) + (vectors @ norm.bias) * pattern.sum(-1)[group, positions]

    def node(position: int, latent: int, value: float) -> GraphNode:
        where = {"kind": "latent", "layer": layer, "part": "attn", "dictionary": index, "side": "query"}
        return GraphNode.model_construct(**where, position=position, latent=latent, value=value, pre=value)

    block = Block(
        label=f"layer {layer} attn query",
        order=2 * layer + 0.2,
        nodes=latent_nodes(node, positions, units, values),
        positions=positions,
        writes=[Write(write_depth(layer, half), values[:, None] * written)],
        read=GroupRead(2 * layer, vectors, constant, group, pattern, norm),
    )
    says = GraphDictionary(
        name=one.name,
        kind=one.kind,
        layers=[layer],
        part="attn",
        n_latents=lorsa.cfg.n_latents,
        heads=[f"group {g}" for g in range(lorsa.cfg.n_groups)],
        sha256=one.sha256,
        path=one.path,
    )
    bias = recorded.write_bias(layer, half, lorsa.b_O * lorsa.target_scale, after_norm=after_norm)
    biases = {write_depth(layer, half): bias}
    return Part([block], biases, says, cap_note(one, layer, half, keep, f), {})


def _check(recorded: Recorded, one: LoadedDictionary, layer: int) -> None:
    (read,), cfg, width = one.reading.roles["x"], one.dictionary.cfg, recorded.model.cfg.d_model
    wanted = [site(layer, f"ln1.{name}") for name in ("hook_normalized", "hook_pre_gain")]
    if read.site not in wanted:
        raise PolyheadError(f"{one.name} reads {read.site}; a graph needs a Lorsa that reads {' or '.join(wanted)}")
    if cfg.d_in != width or cfg.d_out != width:
        raise PolyheadError(f"{one.name} reads {cfg.d_in} and writes {cfg.d_out} numbers; the model is {width} wide")
    if recorded.n_positions > cfg.n_ctx:
        raise PolyheadError(
            f"the prompt has {recorded.n_positions} tokens; {one.name} was made for at most {cfg.n_ctx}: shorten it"
        )
