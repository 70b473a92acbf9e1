"""What reading somebody else's sparse autoencoder takes, whoever wrote it: tensors checked, names and shapes said.

Every reader gives our own module with the foreign formula's output: what differs (where a bias is taken off, norms of
decoder rows, transposes, scalings) is either a field of the config or folded into the weights, exactly.
"""

import pickle
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from polyhead.core.data_files import read_object
from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.dictionaries.attn_out_sae import AttnOutSAE, AttnOutSAEConfig


class ForeignSAE(NamedTuple):
    """An SAE that came from elsewhere."""

    dictionary: AttnOutSAE
    layer: int | None
    """Of the model it explains, where its folder says so."""
    metadata: dict[str, Any]
    """What else its folder says: model, site, context, ..."""


def read_config(path: Path) -> dict[str, Any]:
    """A JSON object.

    Raises:
        ArtifactError: missing, or not one.
    """
    if not path.is_file():
        found = ", ".join(sorted(p.name for p in path.parent.iterdir())) if path.parent.is_dir() else "no such folder"
        raise ArtifactError(f"{path} is missing (found: {found or 'nothing'})")
    return read_object(path)


def read_safetensors(path: Path) -> dict[str, Tensor]:
    """All tensors, floats as float32.

    Raises:
        ArtifactError: missing or damaged.
    """
    try:
        return _floats(load_file(path))
    except FileNotFoundError:
        raise ArtifactError(f"{path} is missing") from None
    except SafetensorError as error:
        raise ArtifactError(f"{path} is not a whole safetensors file: {error}") from None


def read_torch(path: Path) -> dict[str, Tensor]:
    """All tensors of a state dict saved by torch, without running anything that is in the file.

    Raises:
        ArtifactError: missing, damaged, or more than tensors.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch comments on the pickle's protocol; what matters is refused below
            tensors = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise ArtifactError(f"{path} is missing") from None
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ArtifactError(f"{path}: plain tensors were expected and nothing else is loaded: {reason}") from None
    if not isinstance(tensors, dict) or not all(isinstance(t, Tensor) for t in tensors.values()):
        raise ArtifactError(f"{path}: a state dict (names to tensors) was expected, {type(tensors).__name__} came")
    return _floats(dict(tensors))


def check_tensors(path: Path, tensors: Mapping[str, Tensor], shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Exactly these names with exactly these shapes.

    Raises:
        ArtifactError: a name is missing, unknown, or of another shape.
    """
    came = {name: tuple(t.shape) for name, t in tensors.items()}
    odd = sorted(name for name in shapes.keys() | came.keys() if shapes.get(name) != came.get(name))
    if odd:
        raise ArtifactError(
            f"{path}: the tensors are not those of its config at {', '.join(odd)}; "
            f"expected {[shapes.get(n) for n in odd]}, came {[came.get(n) for n in odd]}"
        )


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


def folded(W_enc: Tensor, b_enc: Tensor, W_dec: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Norms of decoder rows moved to the encoder: W_enc, b_enc, W_dec with unit rows, and the norms."""
    norm = W_dec.norm(dim=-1).clamp_min(1e-8)
    return W_enc * norm, b_enc * norm, W_dec / norm[:, None], norm


def site_and_layer(name: str | None) -> tuple[str, int | None]:
    """Local site and layer of a full site name (`blocks.5.attn.hook_z`) or of a module (`layers.5.self_attn`)."""
    found = re.fullmatch(r"(?:.*\.)?(?:blocks|layers|h)\.(\d+)\.(.+)", name or "")
    if found is None:
        return name or "unknown", None
    local = found[2]
    return "hook_attn_out" if local in ("self_attn", "attn", "attention") else local, int(found[1])


def refuse(path: Path, what: str, expected: str, came: Any) -> PolyheadError:
    """The one line about a variant that is not supported."""
    return PolyheadError(f"{path}: {what} {came!r} is not supported; expected {expected}")


def _floats(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: t.float() if t.is_floating_point() else t for name, t in tensors.items()}
