"""Gemma Scope, in: `params.npz` with W_enc [d, n], W_dec [n, d], b_enc, b_dec, threshold; SAEs and transcoders.

    f = pre [pre > threshold], pre = x W_enc + b_enc;   y = f W_dec + b_dec
Nothing but the numbers is in the file: repository and path say model, site and layer
(`google/gemma-scope-2b-pt-att/layer_12/width_16k/average_l0_41`), or `--layer` and `--site` do. Sites: `att` reads the
heads' outputs side by side, `res` the stream after the layer, `mlp` the MLP's output after its norm, as the stream
receives it; transcoders read the normalized stream before its gain and write what `mlp` reads.
"""

import re
from pathlib import Path

import torch

from polyhead.core.errors import PolyheadError
from polyhead.core.norm_facts import NormFacts
from polyhead.core.tensor_files import read_npz
from polyhead.dictionaries.activation import JumpReLU
from polyhead.interop.foreign_sae import Foreign, ImportOptions, finite_floats, sae_of
from polyhead.interop.hook_names import Loading, Place, facts_of_name, from_transformer_lens
from polyhead.interop.transcoders import layer_transcoder

WEIGHTS = "params.npz"
_HOOKS = {"att": "attn.hook_z", "res": "hook_resid_post", "mlp": "hook_mlp_out"}
_UPPER = {"w_enc": "W_enc", "w_dec": "W_dec"}


def read_gemma_scope(path: Path, options: ImportOptions) -> Foreign:
    """A jumprelu SAE or transcoder of Gemma Scope as ours.

    Args:
        path: `params.npz`, or the folder that holds it.
        options: What is said of it from outside.

    Raises:
        ArtifactError: the file is missing or damaged, or its tensors are not those of an SAE.
        PolyheadError: neither its path nor the options say which site it reads.
    """
    file = path / WEIGHTS if path.is_dir() else path
    tensors = finite_floats(file, read_npz(file))
    tensors = {_UPPER.get(name, name): t for name, t in tensors.items()}
    if "scaling_factor" in tensors:
        if not torch.equal(tensors["scaling_factor"], torch.ones_like(tensors["scaling_factor"])):
            raise PolyheadError(f"{file}: scaling_factor other than 1 is not supported; use a file without one")
        del tensors["scaling_factor"]
    told = options.told_by(path)
    model, layer = _model(told), _layer(told)
    facts = facts_of_name(model or "gemma-2") if options.facts is None else options.facts
    says = {"model_name": model, "address": told} if model else {}
    if "transcoder" in told and options.site is None:
        if layer is None:
            raise PolyheadError(f"{told} does not say which layer this transcoder is of: keep layer_N in its path")
        places = tuple(
            from_transformer_lens(f"blocks.{layer}.{hook}", facts, Loading(before_version_3=None), str(file))
            for hook in ("ln2.hook_normalized", "hook_mlp_out")
        )
        return Foreign(layer_transcoder(file, tensors, places[0], places[1], JumpReLU()), layer, says, places)
    place = Place(options.site, layer) if options.site is not None else _place(told, layer, facts, file)
    return Foreign(sae_of(file, tensors, place, JumpReLU()), layer, says, (place,))


def _model(told: str) -> str | None:
    found = re.search(r"gemma-scope-(\d+b)(-pt|-it)?(?:-|/|$)", told)
    return None if found is None else f"google/gemma-2-{found[1]}{'-it' if found[2] == '-it' else ''}"


def _layer(told: str) -> int | None:
    found = re.findall(r"(?:^|/)layer_(\d{1,6})(?=/|$)", told)
    return int(found[-1]) if found else None


def _place(told: str, layer: int | None, facts: NormFacts, file: Path) -> Place:
    found = re.search(r"gemma-scope-\d+b-(?:pt|it)-(att|res|mlp)(?:-|/|$)", told)
    if found is None:
        raise PolyheadError(
            f"{file} does not say which site it reads (its repository's name does, e.g. gemma-scope-2b-pt-att); give "
            "--site attn.hook_z, hook_resid_post or hook_mlp_out"
        )
    if "embedding" in told:
        raise PolyheadError(f"{told} reads the embedding, which is in no layer; SAEs of layers are read")
    hook = _HOOKS[found[1]]
    name = hook if layer is None else f"blocks.{layer}.{hook}"
    return from_transformer_lens(name, facts, Loading(before_version_3=None), str(file))
