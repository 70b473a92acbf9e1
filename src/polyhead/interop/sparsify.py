"""sparsify folders, in: one per hookpoint, `cfg.json` and `sae.safetensors` (eai-sparsify).

    encoder.weight [n, d_in], encoder.bias, W_dec [n, d_in], b_dec
    f = the k largest of relu((x - b_dec) encoder.weight^T + encoder.bias);   y = f W_dec + b_dec
    transcode: nothing is taken off x, which is the input of the module that the folder is called after; y is its output
    skip_connection: y + x W_skip^T
    signed: the k largest absolute values, with their signs: latent n + i is then the negative side of latent i here
Lookup tables add what no latent says, and groupmax chooses otherwise: refused, each in one line.
"""

from pathlib import Path
from typing import Any

import torch
from pydantic import Field

from polyhead.core.errors import PolyheadError
from polyhead.dictionaries.activation import TopK
from polyhead.dictionaries.attn_out_sae import AttnOutSAEConfig
from polyhead.interop.foreign_sae import Foreign, ForeignSAE, ImportOptions, build, check_tensors, read_safetensors
from polyhead.interop.hook_names import Place, from_module
from polyhead.interop.settings import ForeignSettings, checked, read_config, refuse
from polyhead.interop.transcoders import layer_transcoder

CONFIG, WEIGHTS = "cfg.json", "sae.safetensors"
_REFUSED = ("embed_skip", "gram_lookup")
_INPUTS = {"hook_mlp_out": "ln2.hook_normalized", "hook_attn_out": "ln1.hook_normalized"}
"""What a module reads whose output is a site."""
_HARMLESS = ("normalize_decoder", "multi_topk")
"""Of training; the decoder's rows are as they were saved."""


class SparsifySettings(ForeignSettings):
    """What of a `cfg.json` decides what an autoencoder computes."""

    d_in: int = Field(ge=1)
    k: int = Field(ge=1)
    num_latents: int = Field(default=0, ge=0)
    """`expansion_factor` times `d_in` where 0."""
    expansion_factor: int = Field(default=32, ge=1)
    activation: str = "topk"
    transcode: bool = False
    skip_connection: bool = False
    embed_skip: bool = False
    gram_lookup: bool = False
    signed: bool = False

    @property
    def n(self) -> int:
        """Latents."""
        return self.num_latents or self.d_in * self.expansion_factor


def read_sparsify_any(folder: Path, options: ImportOptions) -> Foreign:
    """A sparsify autoencoder or transcoder as ours; the folder's name is its hookpoint.

    Args:
        folder: Of one hookpoint.
        options: What is said of it from outside.

    Raises:
        ArtifactError: as `read_sparsify`.
        PolyheadError: as `read_sparsify`, or a transcoder of a module whose input is no site.
    """
    path, file = folder / CONFIG, folder / WEIGHTS
    plain, cfg = _settings(path)
    if not cfg.transcode and not cfg.skip_connection:
        found = read_sparsify(folder, site=options.site)
        return Foreign(found.dictionary, found.layer, found.metadata, (found.place,))
    if not cfg.transcode:
        raise refuse(path, "skip_connection", "false for an autoencoder, which then need not use its latents", True)
    if cfg.signed:
        raise refuse(path, "signed", "false for a transcoder", True)
    target = from_module(folder.name, f"{folder} (its name)")
    if target.site not in _INPUTS:
        raise PolyheadError(
            f"{folder}: a transcoder of {folder.name}, whose input is no site of ours; read are MLPs and attentions"
        )
    source = target._replace(site=_INPUTS[target.site])
    tensors = read_safetensors(file)
    d, n = cfg.d_in, cfg.n
    shapes: dict[str, tuple[int, ...]] = dict(_shapes(n, d))
    shapes |= {"W_skip": (d, d)} if cfg.skip_connection else {}
    check_tensors(file, tensors, shapes)
    names = {"encoder.weight": "W_enc", "encoder.bias": "b_enc"}
    tensors = {names.get(name, name): t for name, t in tensors.items()}
    tensors["W_enc"] = tensors["W_enc"].T
    transcoder = layer_transcoder(file, tensors, source, target, TopK(k=cfg.k))
    return Foreign(transcoder, source.layer, {"hookpoint": folder.name, **plain}, (source, target))


def _shapes(n: int, d: int) -> dict[str, tuple[int, ...]]:
    return {"encoder.weight": (n, d), "encoder.bias": (n,), "W_dec": (n, d), "b_dec": (d,)}


def _settings(path: Path) -> tuple[dict[str, Any], SparsifySettings]:
    plain = read_config(path)
    missing = [key for key in ("d_in", "k") if plain.get(key) is None]
    if missing:
        raise PolyheadError(f"{path}: {', '.join(missing)} missing; is it the config of a sparsify autoencoder?")
    cfg = checked(SparsifySettings, plain, path, harmless=_HARMLESS)
    for flag in _REFUSED:
        if getattr(cfg, flag):
            raise refuse(path, flag, "a plain autoencoder", True)
    if cfg.activation != "topk":
        raise refuse(path, "activation", "topk", cfg.activation)
    if cfg.k > cfg.n:
        raise refuse(path, "k", f"at most the {cfg.n} latents", cfg.k)
    return plain, cfg


def read_sparsify(folder: Path | str, *, site: str | None = None) -> ForeignSAE:
    """A sparsify autoencoder as ours; the folder's name is its hookpoint (`layers.5.self_attn`, `h.3.mlp`).

    Args:
        folder: Of one hookpoint.
        site: Local name of the site that it reads; told by the folder's name if not given.

    Raises:
        ArtifactError: a file is missing or damaged, or its tensors are not those of its config.
        PolyheadError: a variant that is not supported, said in one line.
    """
    folder = Path(folder)
    path = folder / CONFIG
    plain, cfg = _settings(path)
    for flag in ("transcode", "skip_connection"):
        if getattr(cfg, flag):
            raise refuse(path, flag, "an autoencoder; ph.load_dictionary reads transcoders too", True)
    d, n = cfg.d_in, cfg.n
    place = from_module(folder.name, f"{folder} (its name)") if site is None else Place(site, None)
    tensors = read_safetensors(folder / WEIGHTS)
    check_tensors(folder / WEIGHTS, tensors, _shapes(n, d))
    rows, bias, W_dec = tensors["encoder.weight"], tensors["encoder.bias"], tensors["W_dec"]
    if cfg.signed:
        rows, bias, W_dec = (torch.cat([t, -t]) for t in (rows, bias, W_dec))
    config = AttnOutSAEConfig(
        d_in=d, n_latents=len(rows), activation=TopK(k=cfg.k), subtract_b_dec=True, site=place.site
    )
    sae = build(config, W_enc=rows.T, b_enc=bias, W_dec=W_dec, b_dec=tensors["b_dec"])
    return ForeignSAE(sae, place.layer, {"hookpoint": folder.name, **plain}, place)
