"""What reading somebody else's sparse autoencoder takes, whoever wrote it: tensors checked, names and shapes said.

Every reader gives our own module with the foreign formula's output: what differs (where a bias is taken off, norms of
decoder rows, transposes, scalings) is either a field of the config or folded into the weights, exactly.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from polyhead.core import tensor_files
from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.norm_facts import NormFacts
from polyhead.dictionaries.activation import AnyActivation, JumpReLU
from polyhead.dictionaries.attn_out_sae import AttnOutSAE, AttnOutSAEConfig
from polyhead.interop.hook_names import Place
from polyhead.models.hooked import HookedModel


@dataclass(frozen=True)
class ImportOptions:
    """What is said of a dictionary from outside of its files."""

    model: HookedModel | None = None
    """The model that it explains."""
    site: str | None = None
    """Local name of the site that an SAE reads, in place of what the files say."""
    outside: bool = False
    """Also read files outside of the folder, where its config names them."""
    norm_scaling_factor: float | None = None
    """What SAELens multiplied activations by under `expected_average_only_in`."""
    address: str = ""
    """Repository and path on a hub, where it was fetched from one: some formats say only there what a file holds."""
    k: int | None = None
    """Active latents per token, where the files of a TopK dictionary do not say it."""

    @property
    def facts(self) -> NormFacts | None:
        """Of the model, where it is given."""
        return None if self.model is None else self.model.norm_facts

    def told_by(self, path: Path) -> str:
        """The names that say where a dictionary belongs: its address, else its own path."""
        return self.address or path.resolve().as_posix()


class Foreign(NamedTuple):
    """What the files of another program held."""

    dictionary: Any
    layer: int | None
    says: dict[str, Any]
    """What else the files say."""
    places: tuple[Place, ...]
    """Where it reads and what it reconstructs."""


class ForeignSAE(NamedTuple):
    """An SAE from elsewhere."""

    dictionary: AttnOutSAE
    layer: int | None
    """Of the model it explains, where its folder says so."""
    metadata: dict[str, Any]
    """What else its folder says: model, site, context, ..."""
    place: Place
    """Where it reads, and what was taken for granted of the model to find that."""


def read_safetensors(path: Path, *, minus_infinity: tuple[str, ...] = ()) -> dict[str, Tensor]:
    """All tensors, floats as float32, all of them finite but for the names in which -inf has a meaning.

    Raises:
        ArtifactError: missing, damaged, or with numbers that are not finite.
    """
    return finite_floats(path, tensor_files.read_safetensors(path), minus_infinity)


def read_torch(path: Path) -> dict[str, Tensor]:
    """The same of a state dict saved by torch, without running anything that is in the file.

    Raises:
        ArtifactError: missing, damaged, more than tensors, or with numbers that are not finite.
    """
    return finite_floats(path, tensor_files.read_torch(path), ())


def finite_floats(path: Path, tensors: Mapping[str, Tensor], minus_infinity: tuple[str, ...] = ()) -> dict[str, Tensor]:
    """Floats as float32, all of them finite but for the names in which -inf has a meaning.

    Raises:
        ArtifactError: a number is not finite.
    """
    single = {name: t.float() if t.is_floating_point() else t for name, t in tensors.items()}
    tensor_files.check_finite(path, single, minus_infinity=minus_infinity)
    return single


def check_tensors(path: Path, tensors: Mapping[str, Tensor], shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Exactly these names with exactly these shapes, all of them with a fraction but single numbers.

    Raises:
        ArtifactError: a name is missing, unknown, of another shape, or holds whole numbers.
    """
    received = {name: tuple(t.shape) for name, t in tensors.items()}
    odd = sorted(name for name in shapes.keys() | received.keys() if shapes.get(name) != received.get(name))
    if odd:
        more = f" and {len(odd) - 8} more" if len(odd) > 8 else ""
        raise ArtifactError(
            f"{path}: the tensors are not those of its config at {', '.join(n[:80] for n in odd[:8])}{more}; "
            f"expected {[shapes.get(n) for n in odd[:8]]}, received {[received.get(n) for n in odd[:8]]}"
        )
    for name, t in tensors.items():
        if t.ndim and not t.is_floating_point():
            raise ArtifactError(f"{path}: {name} must hold floating point numbers, received {t.dtype}")


def sae_of(
    path: Path,
    tensors: Mapping[str, Tensor],
    place: Place,
    activation: AnyActivation,
    *,
    subtract_b_dec: bool = False,
    scale: float = 1.0,
) -> AttnOutSAE:
    """Our module of checked tensors W_enc `[d, n]`, W_dec `[n, d]`, b_enc, b_dec, and threshold where it has one.

    Raises:
        ArtifactError: a name is missing, unknown, or of another shape.
    """
    W_enc = tensors.get("W_enc")
    if W_enc is None or W_enc.ndim != 2 or 0 in W_enc.shape:
        raise ArtifactError(f"{path}: W_enc [d_in, n_latents] was expected; received {_shapes(tensors)}")
    d, n = W_enc.shape
    shapes: dict[str, tuple[int, ...]] = {"W_enc": (d, n), "b_enc": (n,), "W_dec": (n, d), "b_dec": (d,)}
    if isinstance(activation, JumpReLU):
        shapes["threshold"] = (n,)
    check_tensors(path, tensors, shapes)
    config = AttnOutSAEConfig(
        d_in=d, n_latents=n, activation=activation, subtract_b_dec=subtract_b_dec, site=place.site
    )
    return build(config, **tensors, scale=scale)


def _shapes(tensors: Mapping[str, Tensor]) -> str:
    return ", ".join(f"{name[:40]} {list(t.shape)}" for name, t in sorted(tensors.items())[:8]) or "nothing"


def ungated(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A gated SAE (W_enc, b_gate, r_mag, b_mag) as a jumprelu one with the same code, exactly.

    The gate is open where x W + b_gate > 0. Multiplied by exp(r_mag) that is x W exp(r_mag) + b_mag > b_mag - b_gate
    exp(r_mag): the pre-activation of the magnitude above a threshold, below 0 of which relu decides alone.
    """
    gain = tensors["r_mag"].exp()
    return {
        "W_enc": tensors["W_enc"] * gain,
        "b_enc": tensors["b_mag"],
        "threshold": (tensors["b_mag"] - tensors["b_gate"] * gain).relu(),
        "W_dec": tensors["W_dec"],
        "b_dec": tensors["b_dec"],
    }


@torch.no_grad()
def build(
    config: AttnOutSAEConfig,
    *,
    W_enc: Tensor,
    b_enc: Tensor,
    W_dec: Tensor,
    b_dec: Tensor,
    threshold: Tensor | None = None,
    scale: float = 1.0,
) -> AttnOutSAE:
    """Our module with these weights, `W_enc` as `[d_in, n_latents]` and `W_dec` as `[n_latents, d_in]`."""
    sae = AttnOutSAE(config)
    sae.encoder_rows.copy_(W_enc.T)
    sae.b_enc.copy_(b_enc)
    sae.W_dec.copy_(W_dec)
    sae.b_dec.copy_(b_dec)
    if threshold is not None:
        sae.threshold.copy_(threshold)
    sae.scales.fill_(scale)
    return sae


@torch.no_grad()
def shifted(sae: AttnOutSAE, constant: Tensor) -> None:
    """Make an SAE of x - constant one of x, exactly and in place: the same code, and constant more on its output.

    Raises:
        PolyheadError: tokens are normalized first, so that no constant can be moved into the biases.
    """
    if sae.cfg.token_norm != "none":
        raise PolyheadError(f"a constant cannot be moved past the token norm {sae.cfg.token_norm!r}")
    inside = constant.to(sae.b_dec) / sae.scale
    if not sae.cfg.subtract_b_dec:
        sae.b_enc.sub_(inside @ sae.W_enc)
    sae.b_dec.add_(inside)


def folded(W_enc: Tensor, b_enc: Tensor, W_dec: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Norms of decoder rows moved to the encoder: W_enc, b_enc, W_dec with unit rows, and the norms."""
    norm = W_dec.norm(dim=-1).clamp_min(1e-8)
    return W_enc * norm, b_enc * norm, W_dec / norm[:, None], norm
