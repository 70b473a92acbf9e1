"""Names of places in models, as other programs write them, translated to ours (core/sites.py).

The rule was found by comparing activations: those that TransformerLens (1.0, 1.19, 2.0 to 2.16, 3.0 to 3.2 and its
TransformerBridge), circuit-tracer 0.5 (both of its backends) and SAELens 6.54 feed a dictionary, with ours, on small
random models of GPT-2, Llama, Qwen 2 and 3, OLMo 2, Gemma 2 and 3 (tests/unit/interop/test_hook_names.py computes the
expected tensors in plain torch).

| their name | our site |
| --- | --- |
| lnX.hook_normalized, RMSNorm, or LayerNorm folded or of TransformerLens >= 3 | lnX.hook_pre_gain |
| lnX.hook_normalized, LayerNorm not folded, of TransformerLens < 3 | lnX.hook_normalized |
| lnX.hook_normalized where norms are on outputs only (OLMo 2: their ln1 is that norm) | lnX_post.hook_pre_gain |
| lnX.hook_out, mlp.hook_in (TransformerBridge, circuit-tracer) | lnX.hook_normalized, ln2.hook_normalized |
| hook_attn_out, hook_mlp_out | the same; lnX_post.hook_normalized where norms are before and on outputs (Gemma) |
| attn.hook_out, mlp.hook_out (TransformerBridge, circuit-tracer) | hook_attn_out, hook_mlp_out |
| lnX_post.hook_normalized | lnX_post.hook_pre_gain |
| all others | the same |

Weights that a model was loaded with change more than names: `center_writing_weights` takes the mean over d_model off
the stream and all that joins it, under LayerNorm only; `fold_value_biases` takes b_V off values and head outputs.
Names of modules (`layers.5.self_attn`, `gpt_neox.layers.3`, `resid_post_layer_3`) are those of transformers: an output.
"""

import re
from typing import Any, Literal, NamedTuple

from polyhead.core.errors import PolyheadError, nearest
from polyhead.core.norm_facts import NormFacts
from polyhead.core.sites import BLOCK_SITES

STREAM = ("hook_resid_pre", "hook_resid_mid", "hook_resid_post", "hook_attn_out", "hook_mlp_out")
"""Their sites from which `center_writing_weights` takes the mean off."""
VALUES = ("attn.hook_v", "attn.hook_z")
"""Their sites from which `fold_value_biases` takes b_V off."""

_NORM = re.compile(r"(ln[12])(_post)?\.hook_(normalized|out)")
_BRIDGE = {"mlp.hook_in": "ln2.hook_normalized", "mlp.hook_out": "hook_mlp_out", "attn.hook_out": "hook_attn_out"}
_ADDED = {"hook_attn_out": "ln1_post.hook_normalized", "hook_mlp_out": "ln2_post.hook_normalized"}
_BLOCK = r"(?:[\w-]+\.)*?(?:blocks|layers|h)\.(\d+)"
_MODULES = {
    "": "hook_resid_post",
    "self_attn": "hook_attn_out",
    "attn": "hook_attn_out",
    "attention": "hook_attn_out",
    "attn.attention": "hook_attn_out",
    "self_attn.o_proj": "hook_attn_out",
    "attn.c_proj": "hook_attn_out",
    "attention.dense": "hook_attn_out",
    "self_attn.dense": "hook_attn_out",
    "attn.attention.out_proj": "hook_attn_out",
    "mlp": "hook_mlp_out",
    "mlp.down_proj": "hook_mlp_out",
    "mlp.c_proj": "hook_mlp_out",
    "mlp.dense_4h_to_h": "hook_mlp_out",
    "input_layernorm": "ln1.hook_normalized",
    "ln_1": "ln1.hook_normalized",
    "ln_2": "ln2.hook_normalized",
}
"""Modules of a transformers block whose output is a site of ours in every family."""
_SHORT = {
    "resid_pre": "hook_resid_pre",
    "resid_mid": "hook_resid_mid",
    "resid_post": "hook_resid_post",
    "resid": "hook_resid_post",
    "attn_out": "hook_attn_out",
    "attention_out": "hook_attn_out",
    "attn": "hook_attn_out",
    "mlp_out": "hook_mlp_out",
    "mlp": "hook_mlp_out",
}
"""Names of submodules as dictionary_learning's users give them, `_layer_N` after them or not."""


class Loading(NamedTuple):
    """How the program that trained a dictionary had loaded its model; None: not known."""

    before_version_3: bool | None = False
    """TransformerLens of before version 3, whose LayerNorm has its hook after the gain."""
    fold_ln: bool | None = False
    center_writing_weights: bool | None = False
    fold_value_biases: bool | None = False


class Place(NamedTuple):
    """A place in a model, as a site of ours."""

    site: str
    """Local name."""
    layer: int | None
    assumed: NormFacts = NormFacts()
    """What was taken for granted of the model to find it."""
    centred: bool = False
    """Their tensor is ours minus its mean over d_model."""
    minus_b_V: bool | None = False
    """Their tensor is ours minus the value bias of every head; None: that is not known."""


def facts_of_name(model_name: Any) -> NormFacts:
    """What a model's name tells of its norms; RMSNorm before attention and the MLP where it tells nothing."""
    name = str(model_name or "").lower()
    places = (
        "around"
        if re.search(r"gemma-?[23](?![0-9a-z])", name)
        else "after"
        if re.search(r"olmo-?[23](?![0-9a-z])", name)
        else "before"
    )
    layer_norm = re.search(
        r"gpt-?2|gpt-?neo|gpt-?j|pythia|opt-|bloom|tinystories-[0-9]|phi-?[12]\b|solu|gelu-|attn-only", name
    )
    return NormFacts(places=places, layer_norm=layer_norm is not None)


def from_transformer_lens(name: Any, model: NormFacts, loading: Loading, where: str) -> Place:
    """A site of TransformerLens: `blocks.5.hook_attn_out`, or a local name.

    Args:
        name: As their file has it.
        model: Facts of the model; those that are not known are assumed and returned in `assumed`.
        loading: How their program had loaded it.
        where: File and key, for messages.

    Raises:
        PolyheadError: no such site, or it cannot be known which tensor was meant.
    """
    if not isinstance(name, str):
        raise PolyheadError(f"{where}: the name of a hook was expected; received {name!r}")
    found = re.fullmatch(r"blocks\.(\d{1,6})\.(.+)", name)
    local, layer = (found[2], int(found[1])) if found else (name, None)
    plain = _BRIDGE.get(local, local)
    norm = _NORM.fullmatch(local)
    if norm is None and plain not in BLOCK_SITES:
        raise PolyheadError(f"{where}: {name!r} is no site that is known; {nearest(plain, BLOCK_SITES)}")
    facts = facts_of_name("")
    known = NormFacts(
        places=facts.places if model.places is None else model.places,
        layer_norm=facts.layer_norm if model.layer_norm is None else model.layer_norm,
    )
    if norm is not None:
        return _norm(name, norm, layer, known, loading, where)
    place = Place(plain, layer)
    if local in _ADDED:
        place = place._replace(
            site=_ADDED[local] if known.places == "around" else local, assumed=NormFacts(places=known.places)
        )
    if local in STREAM and loading.center_writing_weights is not False:
        assumed = NormFacts(places=place.assumed.places, layer_norm=known.layer_norm)
        if known.layer_norm and loading.center_writing_weights is None:
            raise PolyheadError(
                f"{where}: {name!r} of a model with LayerNorm is centred or not, by the version that wrote it, which "
                "is not said; name the site to read with --site"
            )
        place = place._replace(assumed=assumed, centred=bool(known.layer_norm))
    if local in VALUES:
        place = place._replace(minus_b_V=loading.fold_value_biases)
        if loading.fold_value_biases is not False:
            place = place._replace(assumed=NormFacts(value_bias=False))
    return place


def _norm(name: str, norm: re.Match[str], layer: int | None, known: NormFacts, loading: Loading, where: str) -> Place:
    which, post, what = norm.groups()
    if post and known.places != "around":
        raise PolyheadError(f"{where}: {name!r} is of a model with norms on outputs; say which one with --model")
    own = f"{which}_post" if post or known.places == "after" else which
    if what == "out":
        if loading.fold_ln and not post and known.places != "after":
            return Place(f"{own}.hook_pre_gain", layer, NormFacts(places=known.places))
        return Place(f"{own}.hook_normalized", layer, NormFacts(places=known.places))
    if known.layer_norm and not loading.fold_ln:
        if loading.before_version_3 is None or (loading.before_version_3 and loading.fold_ln is None):
            raise PolyheadError(
                f"{where}: {name!r} of a model with LayerNorm lies after the gain in TransformerLens before version 3, "
                f"before it since then, and the file does not say which wrote it; give --site {which}.hook_normalized "
                f"(after) or --site {which}.hook_pre_gain (before)"
            )
        if loading.before_version_3:
            return Place(f"{own}.hook_normalized", layer, known)
    by_kind = not loading.fold_ln and loading.before_version_3 is not False
    return Place(f"{own}.hook_pre_gain", layer, known if by_kind else NormFacts(places=known.places))


def from_module(name: Any, where: str) -> Place:
    """A module of a transformers model, whose output is meant: `layers.5.self_attn`, `gpt_neox.layers.3`, `h.0.mlp`.

    Raises:
        PolyheadError: a module whose output is no site of ours.
    """
    text = name if isinstance(name, str) else ""
    found = re.fullmatch(rf"{_BLOCK}(?:\.(.+))?", text.strip())
    if found is not None and len(found[1]) <= 6:
        local = _MODULES.get(found[2] or "")
        if local is not None:
            return Place(local, int(found[1]))
    short = re.fullmatch(r"([a-z_]+?)(?:_layer_?(\d{1,6}))?", text.strip())
    if short is not None and short[1] in _SHORT:
        return Place(_SHORT[short[1]], int(short[2]) if short[2] else None)
    known = [f"layers.N.{m}" if m else "layers.N" for m in _MODULES]
    raise PolyheadError(
        f"{where}: {name!r} is no module whose output is a site here (read: {', '.join(known[:3])}, layers.N.mlp, "
        "resid_post_layer_N, ...); name the place with --layers and --site"
    )


def from_any(name: Any, model: NormFacts, loading: Loading, where: str) -> Place:
    """A site of TransformerLens, or a module of transformers, whichever the name is of.

    Raises:
        PolyheadError: it is of neither.
    """
    if isinstance(name, str) and (re.match(r"blocks\.\d+\.(hook_|attn\.hook_|mlp\.hook_|ln)", name) or "hook_" in name):
        return from_transformer_lens(name, model, loading, where)
    return from_module(name, where)


Writer = Literal["saelens", "llamascopium", "circuit_tracer"]


def to_transformer_lens(site: str, model: NormFacts, where: str) -> str:
    """The name that TransformerLens of version 3 or later gives a local site of ours, in a model of this kind.

    Raises:
        PolyheadError: TransformerLens' HookedTransformer has no hook there.
    """
    norm = re.fullmatch(r"(ln[12])(_post)?\.hook_(pre_gain|normalized)", site)
    around = model.places == "around"
    if site in _ADDED and not around:
        return site
    if site in _ADDED.values() and around:
        return next(theirs for theirs, ours in _ADDED.items() if ours == site)
    if norm is not None and (norm[3] == "pre_gain" or model.gain is False):
        if model.places == "after":
            return f"{norm[1]}.hook_normalized"
        return f"{norm[1]}{norm[2] or ''}.hook_normalized"
    if site in _ADDED or norm is not None:
        raise PolyheadError(
            f"{where}: TransformerLens has no hook at {site} in this model (its {norm[1] if norm else 'hook'} there is "
            "another tensor), so what reads it cannot be written"
        )
    return site
