"""Sites: the places in a model where a tensor can be read or replaced, with TransformerLens' names.

Axis legend: b batch, p position, h head, q query position (destination), k key position (source).

| site | shape |
| --- | --- |
| hook_embed, hook_pos_embed | b p d_model |
| blocks.L.hook_resid_pre, hook_resid_mid, hook_resid_post, hook_attn_out, hook_mlp_out | b p d_model |
| blocks.L.ln1.hook_normalized, blocks.L.ln2.hook_normalized, ln_final.hook_normalized | b p d_model |
| blocks.L.ln1_post.hook_normalized, blocks.L.ln2_post.hook_normalized (norms on outputs: Gemma, OLMo2) | b p d_model |
| blocks.L.{ln1,ln2,ln1_post,ln2_post}.hook_pre_gain, ln_final.hook_pre_gain | b p d_model |
| blocks.L.attn.hook_q, hook_k, hook_v, hook_rot_q, hook_rot_k, hook_z | b p h d_head |
| blocks.L.attn.hook_attn_scores, hook_pattern | b h q k |
| blocks.L.attn.hook_result | b p h d_model |
| blocks.L.mlp.hook_pre, hook_post | b p d_mlp |

Two places carry another name here than in TransformerLens (the translation is interop/hook_names.py):
- `lnX.hook_normalized` is the whole norm, gain and bias included: what attention or the MLP reads. TransformerLens'
  tensor of that name, normalized but before the gain, is `lnX.hook_pre_gain` here.
- `hook_attn_out` and `hook_mlp_out` are what attention and the MLP give, before a norm on that output. What such a norm
  makes of it, and the stream receives, is `ln1_post.hook_normalized` or `ln2_post.hook_normalized`.
"""

import re
from dataclasses import dataclass

from polyhead.core.errors import PolyheadError, nearest

BLOCK_SITES = (
    "hook_resid_pre",
    "ln1.hook_pre_gain",
    "ln1.hook_normalized",
    "attn.hook_q",
    "attn.hook_k",
    "attn.hook_v",
    "attn.hook_rot_q",
    "attn.hook_rot_k",
    "attn.hook_attn_scores",
    "attn.hook_pattern",
    "attn.hook_z",
    "attn.hook_result",
    "hook_attn_out",
    "ln1_post.hook_pre_gain",
    "ln1_post.hook_normalized",
    "hook_resid_mid",
    "ln2.hook_pre_gain",
    "ln2.hook_normalized",
    "mlp.hook_pre",
    "mlp.hook_post",
    "hook_mlp_out",
    "ln2_post.hook_pre_gain",
    "ln2_post.hook_normalized",
    "hook_resid_post",
)
"""In the order of a sequential block."""

GLOBAL_SITES = ("hook_embed", "hook_pos_embed", "ln_final.hook_pre_gain", "ln_final.hook_normalized")

_AFTER_ATTENTION = frozenset(BLOCK_SITES[BLOCK_SITES.index("hook_attn_out") + 1 :])

PATTERN_SITES = ("attn.hook_attn_scores", "attn.hook_pattern")
"""The sites that cost a `[batch, head, query_pos, key_pos]` tensor; attention stays fused where none is asked for."""

_BLOCK = re.compile(r"blocks\.(\d+)\.(.+)")


@dataclass(frozen=True)
class Site:
    """A parsed site: `layer` is None for the sites outside the blocks."""

    layer: int | None
    name: str

    def __str__(self) -> str:
        return self.name if self.layer is None else f"blocks.{self.layer}.{self.name}"


def site(layer: int, name: str) -> str:
    """The full name of a block site: `site(3, "attn.hook_z")` is `blocks.3.attn.hook_z`."""
    return f"blocks.{layer}.{name}"


def is_after_attention(name: str) -> bool:
    """Whether a full name is of a block, after what its attention gives: what is put there leaves that as it was."""
    at = parse_site(name)
    return at.layer is not None and at.name in _AFTER_ATTENTION


def parse_site(name: str, *, n_layers: int | None = None) -> Site:
    """Parse a site's name.

    Raises:
        PolyheadError: unknown name (with the nearest known ones) or a layer the model does not have.
    """
    if name in GLOBAL_SITES:
        return Site(None, name)
    match = _BLOCK.fullmatch(name)
    if match is None:
        example = [site(0, s) for s in BLOCK_SITES]
        raise PolyheadError(f"unknown site {name!r}; {nearest(name, [*GLOBAL_SITES, *example])}")
    layer, local = int(match[1]), match[2]
    if n_layers is not None and layer >= n_layers:
        raise PolyheadError(f"site {name!r} asks for layer {layer}; the model has layers 0 to {n_layers - 1}")
    if local not in BLOCK_SITES:
        options = [site(layer, s) for s in BLOCK_SITES]
        raise PolyheadError(f"unknown site {name!r}; {nearest(name, options)}")
    return Site(layer, local)
