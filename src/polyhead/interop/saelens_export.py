"""SAEs of ours as SAELens folders, whose layout saelens.py describes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from polyhead.core.errors import PolyheadError
from polyhead.core.files import write_atomic, write_json
from polyhead.core.norm_facts import NormFacts
from polyhead.dictionaries.activation import HAS_THRESHOLD, TopK
from polyhead.dictionaries.attn_out_sae import AttnOutSAE
from polyhead.dictionaries.attn_value_sae import AttnValueSAE
from polyhead.interop.hook_names import facts_of_name, to_transformer_lens
from polyhead.interop.saelens import CONFIG, NORMS, WEIGHTS

_VERSION = "6.0.0"
"""Of the layout that is written; readers choose by it."""


@torch.no_grad()
def write_saelens(
    sae: AttnOutSAE | AttnValueSAE,
    folder: Path | str,
    *,
    layer: int,
    metadata: Mapping[str, Any] | None = None,
    model: NormFacts | None = None,
) -> Path:
    """Write an SAE of one layer as SAELens would; returns the folder. Scales are folded into the weights.

    Args:
        sae: Of one layer.
        folder: Folder to write.
        layer: The layer.
        metadata: `model_name`, `context_size`, `prepend_bos`, ... as SAELens names them.
        model: Norms of the base model; told by `model_name` if not given.

    Raises:
        PolyheadError: a value SAE of several layers, a token norm on top of a scale, a site that their models do not
            have: SAELens has no form for them.
    """
    folder, cfg = Path(folder), sae.cfg
    if cfg.n_parts > 1:
        raise PolyheadError(f"SAELens SAEs read one site; this value SAE reads {cfg.n_parts} layers side by side")
    if cfg.token_norm == "centred":
        raise PolyheadError("SAELens has no token norm that only centres; this SAE has one")
    if cfg.token_norm != "none" and bool((sae.scales != 1).any()):
        raise PolyheadError(f"SAELens has no scale besides its token norm; this SAE has {cfg.token_norm} and a scale")
    site = "attn.hook_v" if isinstance(sae, AttnValueSAE) else sae.cfg.site
    facts = facts_of_name((metadata or {}).get("model_name")) if model is None else model
    if facts.layer_norm and site.endswith("hook_pre_gain"):
        raise PolyheadError(f"{site} under LayerNorm has no name that all versions of TransformerLens read alike")
    local = to_transformer_lens(site, facts, str(folder))
    plain = _settings(sae, local)
    plain["metadata"] = {"sae_lens_version": _VERSION, "hook_name": f"blocks.{layer}.{local}", **(metadata or {})}
    tensors = {
        "W_enc": sae.W_enc / sae.scale[:, None],
        "b_enc": sae.b_enc,
        "W_dec": sae.W_dec * sae.scale,
        "b_dec": sae.b_dec * sae.scale,
    }
    if plain["architecture"] == "jumprelu":
        tensors["threshold"] = sae.threshold
    tensors = {name: t.detach().float().clone(memory_format=torch.contiguous_format) for name, t in tensors.items()}
    folder.mkdir(parents=True, exist_ok=True)
    write_atomic(folder / WEIGHTS, lambda aside: save_file(tensors, aside))
    write_json(folder / CONFIG, plain)
    return folder


def _settings(sae: AttnOutSAE | AttnValueSAE, local: str) -> dict[str, Any]:
    """Their config of an SAE that reads the hook `local`, without its metadata."""
    cfg, act = sae.cfg, sae.cfg.activation
    kind = "jumprelu" if isinstance(act, HAS_THRESHOLD) else "topk" if isinstance(act, TopK) else "standard"
    plain: dict[str, Any] = {
        "architecture": kind,
        "d_in": cfg.d_in,
        "d_sae": cfg.n_latents,
        "dtype": "float32",
        "device": "cpu",
        "apply_b_dec_to_input": cfg.subtract_b_dec,
        "normalize_activations": {ours: theirs for theirs, ours in reversed(NORMS.items())}[cfg.token_norm],
        "reshape_activations": "hook_z" if local == "attn.hook_z" else "none",
    }
    return plain | ({"k": act.k, "rescale_acts_by_decoder_norm": False} if isinstance(act, TopK) else {})
