"""Llamascopium folders (OpenMOSS; formerly lm-saes) as ours: `config.json` and `sae_weights.safetensors`.

sae     W_E [d_model, d_sae], b_E, W_D [d_sae, d_model], b_D; with two hook points it is a transcoder
lorsa   W_Q, W_K [n_qk, d_model, d_qk], b_Q, b_K [n_qk, d_qk], W_V, W_O [n_ov, d_model], b_V, b_D; with use_post_qk_ln
        ln_q.w, ln_k.w [n_qk, d_qk] (RMS); saved next to them mask, IGNORE, rotary_sin, rotary_cos [n_ctx, rotary_dim]
jumprelu adds activation_function.log_jumprelu_threshold; norm_activation `dataset-wise` multiplies x and the target by
sqrt(d_model) / dataset_average_activation_norm.<hook point>, which are our scales; `inference` by nothing.
A latent is chosen by pre |decoder row| where sparsity_include_decoder_norm says so: then norms go to the encoder here,
unless they are 1. Rotation of adjacent pairs is ours after a permutation of the columns of W_Q and W_K; queries and
keys meet in products only, so scores are the same. Read in version 2.0.0b34 (April 2026); written by
llamascopium_export.py.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

import torch
from pydantic import Field
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.norm_facts import NormFacts
from polyhead.core.sites import site
from polyhead.dictionaries.activation import JumpReLU, ReLU, TopK
from polyhead.dictionaries.attn_out_sae import AttnOutSAE, AttnOutSAEConfig
from polyhead.dictionaries.cross_layer_transcoder import CrossLayerTranscoder
from polyhead.dictionaries.lorsa import Lorsa, LorsaConfig
from polyhead.dictionaries.spanning import SpanningConfig
from polyhead.interop.foreign_sae import build, check_tensors, folded, read_safetensors
from polyhead.interop.hook_names import Loading, Place, facts_of_name, from_transformer_lens
from polyhead.interop.settings import ForeignSettings, checked, read_config, refuse

CONFIG, WEIGHTS = "config.json", "sae_weights.safetensors"
NORM, THRESHOLD = "dataset_average_activation_norm.", "activation_function.log_jumprelu_threshold"
_SAVED = ("mask", "IGNORE", "rotary_sin", "rotary_cos")
"""Buffers that follow from the config; rotations are taken as saved where they are."""
_LOADING = Loading(fold_ln=True, center_writing_weights=None, fold_value_biases=None)
"""Their models have folded norms; whether weights are centred and value biases folded changed between versions."""
_HARMLESS = (
    "sae_pretrained_name_or_path",
    "strict_loading",
    "use_triton_kernel",
    "sparsity_threshold_for_triton_spmm_kernel",
    "sparsity_threshold_for_csr",
    "jumprelu_threshold_window",
    "promote_act_fn_dtype",
    "force_unit_decoder_norm",
    "dtype",
    "device",
    "use_auxk",
    "k_aux",
)
"""Of training and of their kernels."""
_LONGEST = 2**20
"""Positions of a Lorsa's rotary tables that memory is taken for."""


class LlamascopiumSettings(ForeignSettings):
    """What of a `config.json` decides what a dictionary computes."""

    sae_type: Literal["sae", "transcoder", "lorsa"]
    hook_point_in: str
    hook_point_out: str
    d_model: int = Field(ge=1)
    expansion_factor: float = Field(gt=0)
    use_decoder_bias: bool = True
    act_fn: str = "relu"
    norm_activation: str = "dataset-wise"
    sparsity_include_decoder_norm: bool = True
    top_k: int = Field(default=50, ge=1)
    jump_relu_threshold: float = 0.0
    apply_decoder_bias_to_pre_encoder: bool = False
    use_glu_encoder: bool = False
    model_name: str | None = None

    @property
    def n_latents(self) -> int:
        return int(self.d_model * self.expansion_factor)


class LorsaSettings(LlamascopiumSettings):
    """Those of a Lorsa."""

    n_qk_heads: int = Field(ge=1)
    d_qk_head: int = Field(ge=1)
    n_ctx: int = Field(ge=1)
    rotary_dim: int = Field(ge=0)
    positional_embedding_type: Literal["rotary", "none"] = "rotary"
    rotary_base: int = Field(default=10_000, ge=1)
    rotary_base_local: int | None = None
    rotary_adjacent_pairs: bool = True
    rotary_scale: int | float = 1
    use_NTK_by_parts_rope: bool = False
    NTK_by_parts_factor: float = Field(default=1.0, gt=0)
    NTK_by_parts_low_freq_factor: float = 1.0
    NTK_by_parts_high_freq_factor: float = 1.0
    old_context_len: int = Field(default=2048, ge=1)
    attn_type: str = "global"
    window_size: int | None = None
    attn_scale: float | None = None
    use_post_qk_ln: bool = False
    normalization_type: str | None = None
    eps: float = Field(default=1e-6, gt=0)


class ForeignDictionary(NamedTuple):
    """What a Llamascopium folder held."""

    dictionary: AttnOutSAE | CrossLayerTranscoder | Lorsa
    layer: int | None
    """Of the model it explains, where its hook points say so."""
    config: dict[str, Any]
    """Its own config."""
    places: tuple[Place, Place]
    """Where it reads and what it reconstructs."""


class _Folder(NamedTuple):
    """A folder's config, its tensors without buffers, and what x and target are multiplied by."""

    path: Path
    config: LlamascopiumSettings
    places: tuple[Place, Place]
    tensors: dict[str, Tensor]
    saved: dict[str, Tensor]
    activation: TopK | ReLU | JumpReLU
    input_factor: float
    target_factor: float


def read_llamascopium(
    folder: Path | str, *, model: NormFacts | None = None, site: str | None = None
) -> ForeignDictionary:
    """An SAE, transcoder or Lorsa of Llamascopium as ours, with the output of its own formula.

    Args:
        folder: Their folder.
        model: Norms of the base model; told by a name in the config if not given.
        site: Local name of the site that an SAE reads; translated from its hook points if not given.

    Raises:
        ArtifactError: a file is missing or damaged, or its tensors are not those of its config.
        PolyheadError: a variant that is not supported, said in one line.
    """
    folder = Path(folder)
    path = folder / CONFIG
    plain = read_config(path)
    kind = plain.get("sae_type")
    if kind not in ("sae", "transcoder", "lorsa"):
        raise refuse(path, "sae_type", "sae, transcoder or lorsa", kind)
    needed = ["d_model", "expansion_factor", "hook_point_in", "hook_point_out"]
    needed += ["n_qk_heads", "d_qk_head", "rotary_dim", "n_ctx"] if kind == "lorsa" else []
    missing = [key for key in needed if plain.get(key) is None]
    if missing:
        raise PolyheadError(f"{path}: {', '.join(missing)} missing; is it the config of a Llamascopium {kind}?")
    config = checked(LorsaSettings if kind == "lorsa" else LlamascopiumSettings, plain, path, harmless=_HARMLESS)
    for key, expected in {"use_glu_encoder": False, "apply_decoder_bias_to_pre_encoder": False}.items():
        if getattr(config, key) != expected:
            raise refuse(path, key, str(expected).lower(), getattr(config, key))
    if config.n_latents < 1:
        raise refuse(path, "expansion_factor", "at least one latent", config.expansion_factor)
    same = config.hook_point_in == config.hook_point_out
    read = _read(folder, config, _places(path, config, model, site))
    layer = read.places[0].layer
    if kind == "lorsa":
        return ForeignDictionary(_lorsa(read), layer, plain, read.places)
    return ForeignDictionary(_sae(read) if same else _transcoder(read), layer, plain, read.places)


def _places(path: Path, config: LlamascopiumSettings, model: NormFacts | None, site: str | None) -> tuple[Place, Place]:
    """Where a dictionary reads and what it reconstructs.

    Raises:
        PolyheadError: hooks that are no sites, or of two layers for a Lorsa.
    """
    if site is not None:
        if config.hook_point_in != config.hook_point_out:
            raise PolyheadError(f"{path}: --site names one site, and this dictionary reads another than it writes")
        return Place(site, None), Place(site, None)
    facts = facts_of_name(config.model_name) if model is None else model
    first, second = (
        from_transformer_lens(getattr(config, key), facts, _LOADING, f"{path}: {key}")
        for key in ("hook_point_in", "hook_point_out")
    )
    if config.sae_type == "lorsa" and first.layer != second.layer:
        raise PolyheadError(f"{path}: a Lorsa of two layers, {config.hook_point_in} and {config.hook_point_out}")
    if first.centred or second.centred:
        raise PolyheadError(f"{path}: {config.hook_point_in} or {config.hook_point_out} of a centred model is not read")
    return first, second


def _read(folder: Path, config: LlamascopiumSettings, places: tuple[Place, Place]) -> _Folder:
    path = folder / WEIGHTS
    others = [name for name in ("sae_weights.pt", "sae_weights.dcp", "checkpoints") if (folder / name).exists()]
    if not path.is_file() and others:
        raise PolyheadError(f"{folder} holds {', '.join(others)}; only {WEIGHTS} is read: save it undistributed there")
    act = config.act_fn
    if act not in ("relu", "topk", "jumprelu"):
        raise refuse(folder / CONFIG, "act_fn", "relu, topk or jumprelu", act)
    if act == "topk" and config.top_k > config.n_latents:
        raise refuse(folder / CONFIG, "top_k", f"at most the {config.n_latents} latents", config.top_k)
    tensors = read_safetensors(path, minus_infinity=("IGNORE", THRESHOLD))
    norms: dict[str, float] = {}
    for name in [name for name in tensors if name.startswith(NORM)]:
        if tensors[name].numel() != 1:
            raise PolyheadError(f"{path}: {name} must be one number, received {list(tensors[name].shape)}")
        norms[name.removeprefix(NORM)] = float(tensors.pop(name))
    saved = {name: tensors.pop(name) for name in _SAVED if name in tensors}
    if not config.use_decoder_bias:
        if "b_D" in tensors:
            raise PolyheadError(f"{path} holds b_D, but use_decoder_bias is false")
        decoder = tensors.get("W_D", tensors.get("W_O"))
        if decoder is None or decoder.shape[-1] != config.d_model:
            raise PolyheadError(f"{path}: no decoder of width d_model {config.d_model} (W_D or W_O)")
        tensors["b_D"] = torch.zeros(config.d_model)
    activation = {"relu": ReLU(), "topk": TopK(k=config.top_k), "jumprelu": JumpReLU()}[act]
    hooks = config.hook_point_in, config.hook_point_out
    factors = _factors(folder / CONFIG, config, norms, hooks)
    return _Folder(folder, config, places, tensors, saved, activation, *factors)


def _factors(
    path: Path, config: LlamascopiumSettings, norms: Mapping[str, float], hooks: tuple[str, str]
) -> tuple[float, float]:
    kind = config.norm_activation
    one_site = config.sae_type != "lorsa" and hooks[0] == hooks[1]
    if kind == "inference" or (kind == "token-wise" and one_site):
        return 1.0, 1.0
    if kind != "dataset-wise":
        raise refuse(path, "norm_activation", "dataset-wise or inference (token-wise too for an SAE)", kind)
    wrong = [hook for hook in hooks if not (0 < norms.get(hook, 0.0) < math.inf)]
    if wrong:
        raise PolyheadError(f"{path}: norm_activation is dataset-wise, but {NORM}{wrong[0]} is not in {WEIGHTS}")
    first, second = (math.sqrt(config.d_model) / norms[hook] for hook in hooks)
    return first, second


def _checked(read: _Folder, shapes: dict[str, tuple[int, ...]]) -> dict[str, Tensor]:
    if isinstance(read.activation, JumpReLU):
        shapes[THRESHOLD] = (read.config.n_latents,)
    check_tensors(read.path / WEIGHTS, read.tensors, shapes)
    return read.tensors


def _encoder(read: _Folder, W: Tensor, b: Tensor, rows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """W_enc `[d, i]`, b_enc and decoder rows, with norms moved where latents are chosen by them."""
    norm = rows.norm(dim=-1)
    chosen_by = read.config.sparsity_include_decoder_norm and not isinstance(read.activation, ReLU)
    if not chosen_by or torch.allclose(norm, torch.ones_like(norm), atol=1e-5):
        return W, b, rows
    return folded(W, b, rows)[:3]


def _sae_tensors(read: _Folder) -> tuple[dict[str, Tensor], int, int]:
    d, n = read.config.d_model, read.config.n_latents
    return _checked(read, {"W_E": (d, n), "b_E": (n,), "W_D": (n, d), "b_D": (d,)}), d, n


def _sae(read: _Folder) -> AttnOutSAE:
    t, d, n = _sae_tensors(read)
    W, b, rows = _encoder(read, t["W_E"], t["b_E"], t["W_D"])
    config = AttnOutSAEConfig(
        d_in=d,
        n_latents=n,
        activation=read.activation,
        token_norm="constant_norm" if read.config.norm_activation == "token-wise" else "none",
        site=read.places[0].site,
    )
    theta = t[THRESHOLD].exp() if THRESHOLD in t else None
    scale = 1 / read.input_factor
    return build(config, W_enc=W, b_enc=b, W_dec=rows, b_dec=t["b_D"], threshold=theta, scale=scale)


@torch.no_grad()
def _transcoder(read: _Folder) -> CrossLayerTranscoder:
    t, d, n = _sae_tensors(read)
    W, b, rows = _encoder(read, t["W_E"], t["b_E"], t["W_D"])
    hooks = tuple((place.site if place.layer is None else site(place.layer, place.site),) for place in read.places)
    module = CrossLayerTranscoder(
        SpanningConfig(
            d_model=d, n_latents=n, activation=read.activation, sources=hooks[0], targets=hooks[1], writes=((0,),)
        )
    )
    module.W_enc[0].copy_(W)
    module.W_dec[0].copy_(rows[:, None])
    module.b_enc.copy_(b[None])
    module.b_dec.copy_(t["b_D"][None])
    if THRESHOLD in t:
        module.log_threshold.copy_(t[THRESHOLD][None])
    module.input_scale.fill_(1 / read.input_factor)
    module.target_scale.fill_(1 / read.target_factor)
    return module


@torch.no_grad()
def _lorsa(read: _Folder) -> Lorsa:
    c, path = read.config, read.path / CONFIG
    assert isinstance(c, LorsaSettings)
    d, g, k, n = c.d_model, c.n_qk_heads, c.d_qk_head, c.n_latents
    rotary_dim = 0 if c.positional_embedding_type == "none" else c.rotary_dim
    normed = c.use_post_qk_ln
    expected = {"rotary_scale": 1, "attn_type": "global", "rotary_base_local": None}
    expected |= {"normalization_type": "RMS"} if normed else {}
    for key, value in expected.items():
        if getattr(c, key) != value:
            raise refuse(path, key, str(value), getattr(c, key))
    if rotary_dim % 2 or rotary_dim > k:
        raise refuse(path, "rotary_dim", f"an even number up to d_qk_head {k}", rotary_dim)
    if n % g:
        raise refuse(path, "n_qk_heads", f"a divisor of the {n} latents", g)
    if c.n_ctx > _LONGEST:
        raise refuse(path, "n_ctx", f"at most {_LONGEST:,}", c.n_ctx)
    shapes: dict[str, tuple[int, ...]] = {"W_V": (n, d), "W_O": (n, d), "b_V": (n,), "b_D": (d,)}
    shapes |= {"W_Q": (g, d, k), "W_K": (g, d, k), "b_Q": (g, k), "b_K": (g, k)}
    shapes |= {"ln_q.w": (g, k), "ln_k.w": (g, k)} if normed else {}
    t = _checked(read, shapes)
    lorsa = Lorsa(
        LorsaConfig(
            d_in=d,
            d_out=d,
            n_latents=n,
            n_groups=g,
            d_qk=k,
            n_ctx=c.n_ctx,
            d_rotary=rotary_dim,
            activation=read.activation,
            qk_norm_eps=c.eps if normed else 0.0,
        )
    )
    W, b, rows = _encoder(read, t["W_V"].T, t["b_V"], t["W_O"])
    lorsa.W_V.copy_(W.T)
    lorsa.b_V.copy_(b)
    lorsa.W_O.copy_(rows)
    lorsa.b_O.copy_(t["b_D"])
    adjacent = c.rotary_adjacent_pairs
    columns = _half_split(k, rotary_dim) if adjacent else torch.arange(k)
    for name in ("W_Q", "W_K", "b_Q", "b_K"):
        getattr(lorsa, name).copy_(t[name][..., columns])
    if normed:
        lorsa.w_Q.copy_(t["ln_q.w"][:, columns])
        lorsa.w_K.copy_(t["ln_k.w"][:, columns])
    if THRESHOLD in t:
        lorsa.log_threshold.copy_(t[THRESHOLD])
    if rotary_dim:
        lorsa.rotary.copy_(_rotary(read, c, lorsa.rotary.shape, adjacent=adjacent))
    lorsa.score_scale.fill_(1 / (c.attn_scale or k**0.5))
    lorsa.input_scale.fill_(1 / read.input_factor)
    lorsa.target_scale.fill_(1 / read.target_factor)
    return lorsa


def _half_split(k: int, rotary_dim: int) -> Tensor:
    """Where our columns are in a rotation of adjacent pairs."""
    pairs = torch.arange(rotary_dim).view(-1, 2)
    return torch.cat([pairs[:, 0], pairs[:, 1], torch.arange(rotary_dim, k)])


def _rotary(read: _Folder, config: LorsaSettings, shape: torch.Size, *, adjacent: bool) -> Tensor:
    """Cosines and sines of every pair: as saved, or by the formula of the config."""
    _, n_ctx, half = shape
    if {"rotary_cos", "rotary_sin"} <= read.saved.keys():
        tables = [read.saved["rotary_cos"], read.saved["rotary_sin"]]
        if any(tuple(table.shape) != (n_ctx, 2 * half) for table in tables):
            found = [list(table.shape) for table in tables]
            raise PolyheadError(f"{read.path / WEIGHTS}: rotary tables must be {[n_ctx, 2 * half]}; received {found}")
        return torch.stack([table[:, ::2] if adjacent else table[:, :half] for table in tables])
    angle = torch.arange(n_ctx)[:, None].double() * _frequencies(config, half)
    return torch.stack([angle.cos(), angle.sin()]).float()


def _frequencies(config: LorsaSettings, half: int) -> Tensor:
    """Radians a position of every pair; slow ones stretched under NTK-by-parts, as Llama 3.1 does."""
    plain = float(config.rotary_base) ** (-torch.arange(half, dtype=torch.float64) / half)
    if not config.use_NTK_by_parts_rope:
        return plain
    factor, length = config.NTK_by_parts_factor, config.old_context_len
    low, high = config.NTK_by_parts_low_freq_factor, config.NTK_by_parts_high_freq_factor
    turns = length * plain / (2 * math.pi)  # within the old context
    if high == low:
        return torch.where(turns < low, plain / factor, plain)
    keep = ((turns - low) / (high - low)).clamp(0, 1)
    return keep * plain + (1 - keep) * plain / factor
