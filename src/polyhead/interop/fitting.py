"""Where a dictionary from elsewhere belongs in a model of ours, and whether it fits there."""

from pathlib import Path
from typing import Any

from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.norm_facts import NormFacts
from polyhead.core.reading import Reading, one_site
from polyhead.core.sites import BLOCK_SITES, PATTERN_SITES, parse_site
from polyhead.core.sites import site as full_name
from polyhead.dictionaries.attn_out_sae import AttnOutSAE
from polyhead.dictionaries.lorsa import Lorsa
from polyhead.dictionaries.spanning import side_by_side
from polyhead.interop.foreign_sae import Foreign, shifted
from polyhead.interop.hook_names import VALUES, Place
from polyhead.models.hooked import HookedModel

_KEY_SITES = ("attn.hook_k", "attn.hook_v", "attn.hook_rot_k")
"""Sites whose heads query heads share under GQA; other programs have one per key head there."""


def site_option(site: str | None, layer: int | None) -> tuple[str | None, int | None]:
    """Local site and layer that were given, either or none.

    Raises:
        PolyheadError: no such site, one with a value per pair of positions, or two layers.
    """
    if layer is not None and layer < 0:
        raise PolyheadError(f"--layers {layer}; layers start at 0")
    if site is None:
        return None, layer
    at = parse_site(site if site.startswith("blocks.") else full_name(0, site))
    if at.name in PATTERN_SITES or at.layer is None:
        raise PolyheadError(f"--site {site}: a site of a layer with one vector per position is expected")
    own = at.layer if site.startswith("blocks.") else None
    if own is not None and layer is not None and own != layer:
        raise PolyheadError(f"--site {site} is of layer {own}, --layers is {layer}")
    return at.name, layer if own is None else own


def reading_of(foreign: Foreign, layer: int | None, folder: Path, *, spanning_options: bool) -> Reading:
    dictionary, places = foreign.dictionary, foreign.places
    cfg = dictionary.cfg
    if hasattr(cfg, "sources"):  # spans layers, and names its own sites
        if spanning_options:
            raise PolyheadError(f"{folder} holds a transcoder, which names its own sites: no --layers, no --site")
        for name in (*cfg.sources, *cfg.targets):
            if parse_site(name).layer is None:
                raise PolyheadError(f"{folder} reads or writes {name}, which is in no layer")
        return side_by_side(cfg.sources, cfg.targets)
    if layer is None:
        raise PolyheadError(f"{folder} does not say which layer it explains; give --layers")
    if not isinstance(dictionary, AttnOutSAE | Lorsa):
        raise PolyheadError(f"{folder} holds a {type(dictionary).__name__}, whose sites are not known")
    for place in places:
        if place.site in PATTERN_SITES or place.site not in BLOCK_SITES:
            raise PolyheadError(f"{folder} reads {place.site}; a site with one vector per position is expected")
    x, target = places[0], places[-1]
    return Reading(roles={"x": one_site(full_name(layer, x.site)), "target": one_site(full_name(layer, target.site))})


def assumed(places: tuple[Place, ...]) -> NormFacts:
    """What all of them take for granted together."""
    facts: dict[str, Any] = {}
    for place in places:
        facts |= place.assumed.model_dump(exclude_none=True)
    return NormFacts(**facts)


def fitted(foreign: Foreign, reading: Reading, model: HookedModel, folder: Path) -> Reading:
    """The reading on the model at hand, with the heads that are read under GQA and value biases where they belong.

    Raises:
        PolyheadError: another number of layers or another width, or biases of which nobody says where they were.
    """
    for read in (*reading.roles["x"], *reading.targets):
        parse_site(read.site, n_layers=model.cfg.n_layers)
    if not isinstance(foreign.dictionary, AttnOutSAE):
        _check_width(folder, foreign.dictionary.cfg, reading, model)
        return reading
    place, (read,) = foreign.places[0], reading.targets
    at, cfg = parse_site(read.site), model.cfg
    group = cfg.n_heads // cfg.n_kv_heads
    heads = tuple(range(0, cfg.n_heads, group)) if at.name in _KEY_SITES and group > 1 else None
    reads = one_site(read.site, heads)
    reading = Reading(roles={"x": reads, "target": reads})
    _check_width(folder, foreign.dictionary.cfg, reading, model)
    if at.name == "attn.hook_z":
        foreign.dictionary.cfg = foreign.dictionary.cfg.model_copy(update={"n_heads": cfg.n_heads})
    if at.name in VALUES and place.minus_b_V is not False:
        assert at.layer is not None
        bias: Tensor = model.b_V[at.layer].detach().float().cpu()
        bias = (bias if heads is None else bias[list(heads)]).flatten()
        if place.minus_b_V is None and bool((bias != 0).any()):
            raise PolyheadError(
                f"{folder} reads {read.site}, and does not say whether the value biases of {cfg.name} were folded away "
                f"in its training; if they were not, give --site {at.name}"
            )
        shifted(foreign.dictionary, bias)
    return reading


def _check_width(folder: Path, dictionary: Any, reading: Reading, model: HookedModel) -> None:
    expected = getattr(dictionary, "d_in", None) or getattr(dictionary, "d_model", None)
    (read, *_), cfg = reading.roles["x"], model.cfg
    local = parse_site(read.site).name
    heads = cfg.n_heads if read.heads is None else len(read.heads)
    if local.startswith("mlp.") or local == "attn.hook_result":
        return
    width = heads * cfg.d_head if local.startswith("attn.") else cfg.d_model
    if expected != width:
        raise PolyheadError(
            f"{folder} reads {expected} numbers per token; {read.site} of {cfg.name} is {width} wide: is it another "
            "model's?"
        )
