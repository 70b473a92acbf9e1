"""sparsify folders, in: one per hookpoint, `cfg.json` and `sae.safetensors` (eai-sparsify).

    encoder.weight [n, d_in], encoder.bias, W_dec [n, d_in], b_dec
    f = the k largest of relu((x - b_dec) encoder.weight^T + encoder.bias);   y = f W_dec + b_dec
Autoencoders with activation topk are read. A transcoder reads another site than it writes, skip connections and lookup
tables add what no latent says, and groupmax chooses otherwise: refused, each in one line.
"""

from pathlib import Path

from pydantic import Field

from polyhead.core.errors import PolyheadError
from polyhead.dictionaries.activation import TopK
from polyhead.dictionaries.attn_out_sae import AttnOutSAEConfig
from polyhead.interop.foreign_sae import ForeignSAE, build, check_tensors, read_safetensors
from polyhead.interop.hook_names import Place, from_module
from polyhead.interop.settings import ForeignSettings, checked, read_config, refuse

CONFIG, WEIGHTS = "cfg.json", "sae.safetensors"
_REFUSED = ("transcode", "skip_connection", "embed_skip", "gram_lookup", "signed")
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
    d, n = cfg.d_in, cfg.num_latents or cfg.d_in * cfg.expansion_factor
    if cfg.k > n:
        raise refuse(path, "k", f"at most the {n} latents", cfg.k)
    place = from_module(folder.name, f"{folder} (its name)") if site is None else Place(site, None)
    tensors = read_safetensors(folder / WEIGHTS)
    check_tensors(
        folder / WEIGHTS, tensors, {"encoder.weight": (n, d), "encoder.bias": (n,), "W_dec": (n, d), "b_dec": (d,)}
    )
    config = AttnOutSAEConfig(d_in=d, n_latents=n, activation=TopK(k=cfg.k), subtract_b_dec=True, site=place.site)
    sae = build(
        config,
        W_enc=tensors["encoder.weight"].T,
        b_enc=tensors["encoder.bias"],
        W_dec=tensors["W_dec"],
        b_dec=tensors["b_dec"],
    )
    return ForeignSAE(sae, place.layer, {"hookpoint": folder.name, **plain}, place)
