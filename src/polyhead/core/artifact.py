"""Artifacts: a folder with `config.json`, `weights.safetensors` and `manifest.json`, and nothing that runs code.

config.json    {"kind": "mtc", ...config}
weights        every parameter and buffer by its name in the module
manifest.json  format, sha256 of the two other files, package versions, provenance as the caller gave it

The manifest is written last, so a folder with one is whole.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import safetensors
import torch
from safetensors.torch import save_file
from torch import Tensor

import polyhead
from polyhead.core.data_files import read_json, read_object, shown
from polyhead.core.earlier_names import current_tensors
from polyhead.core.errors import ArtifactError
from polyhead.core.files import sha256_file, write_atomic, write_json
from polyhead.core.tensor_files import check_finite, read_safetensors

FORMAT = 1
_MINUS_INFINITY = ("log_threshold", "log_thresholds")
"""Names, after the last point, in which -inf has a meaning: a threshold of 0."""
CONFIG, WEIGHTS, MANIFEST = "config.json", "weights.safetensors", "manifest.json"


class Artifact(NamedTuple):
    """What a folder held."""

    kind: str
    config: dict[str, Any]
    """Without `kind`."""
    tensors: dict[str, Tensor]
    manifest: dict[str, Any]

    @property
    def provenance(self) -> dict[str, Any]:
        """Where it comes from, as the caller of `save_artifact` gave it."""
        return self.manifest["provenance"]


def save_artifact(
    folder: Path, kind: str, config: Mapping[str, Any], tensors: Mapping[str, Tensor], provenance: Mapping[str, Any]
) -> None:
    """Write the three files, each atomically, the manifest last."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    plain = {k: v.detach().cpu().clone(memory_format=torch.contiguous_format) for k, v in tensors.items()}
    write_atomic(folder / WEIGHTS, lambda aside: save_file(plain, aside))
    write_json(folder / CONFIG, {"kind": kind, **config})
    manifest = {
        "format": FORMAT,
        "sha256": {name: sha256_file(folder / name) for name in (CONFIG, WEIGHTS)},
        "versions": {
            "polyhead": polyhead.__version__,
            "torch": torch.__version__,
            "safetensors": safetensors.__version__,  # pyright: ignore[reportAttributeAccessIssue]
        },
        "provenance": dict(provenance),
    }
    write_json(folder / MANIFEST, manifest)


def load_artifact(folder: Path) -> Artifact:
    """Read a folder back, checking every byte against the manifest and every number for being finite.

    Raises:
        ArtifactError: a file is missing, damaged, or of another format, or a tensor holds NaN or infinite numbers.
    """
    for name in (MANIFEST, CONFIG, WEIGHTS):
        if not (folder / name).is_file():
            found = ", ".join(sorted(p.name for p in folder.iterdir())) if folder.is_dir() else "no such folder"
            raise ArtifactError(
                f"{folder} is not a whole artifact: {name} is missing (found: {found or 'nothing'}); "
                f"expected {CONFIG}, {WEIGHTS} and {MANIFEST}, as save_dictionary writes them"
            )
    manifest = _manifest(folder / MANIFEST)
    for name in (CONFIG, WEIGHTS):
        actual, recorded = sha256_file(folder / name), manifest["sha256"].get(name)
        if recorded != actual:
            raise ArtifactError(
                f"{folder / name} is damaged or was changed: its sha256 is {actual[:12]}..., the manifest says "
                f"{shown(recorded)[:14]}...; copy the folder again or train again"
            )
    config = read_object(folder / CONFIG)
    tensors = current_tensors(read_safetensors(folder / WEIGHTS))
    check_weights(folder / WEIGHTS, tensors)
    kind = config.pop("kind", "")
    if not isinstance(kind, str):
        raise ArtifactError(f"{folder / CONFIG}: kind must be a word, received {shown(kind)}")
    return Artifact(kind, config, tensors, manifest)


def check_weights(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Refuse weights of a dictionary that are not finite, but for the logarithms of thresholds of 0.

    Raises:
        ArtifactError: the first tensor at fault.
    """
    allowed = [name for name in tensors if name.rsplit(".", 1)[-1] in _MINUS_INFINITY]
    check_finite(path, tensors, minus_infinity=allowed)


def _manifest(path: Path) -> dict[str, Any]:
    """A manifest whose parts are objects."""
    manifest = read_json(path, constants=True)  # provenance of earlier versions may hold NaN
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        received = manifest.get("format") if isinstance(manifest, dict) else type(manifest).__name__
        raise ArtifactError(f"{path}: format {FORMAT} was expected; received {shown(received)}")
    for part in ("sha256", "provenance"):
        if not isinstance(manifest.setdefault(part, {}), dict):
            raise ArtifactError(f"{path}: {part} must be an object, received {shown(manifest[part])}")
    return manifest
