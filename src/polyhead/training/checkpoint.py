"""Checkpoints: one safetensors file with everything a run needs to go on as if it had never stopped.

`checkpoints/step-00000100.safetensors` holds tensors; its header holds the rest as JSON. `checkpoints/latest.json`
names the newest whole one and the one before it, each with its sha256, and is replaced last, so a kill at any moment
leaves a readable pair. A damaged newest checkpoint costs the steps since the one before it and nothing else: a run is
a function of its config, so resuming from further back ends in the same weights.
"""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from polyhead.core.data_files import parse_json, read_json
from polyhead.core.earlier_names import current_tensors
from polyhead.core.errors import ArtifactError
from polyhead.core.files import sha256_file, write_atomic, write_json
from polyhead.core.notice import notice


def save_checkpoint(folder: Path, step: int, state: dict[str, Any], *, keep: int = 2) -> Path:
    """Write `state` (nested dicts and lists of tensors and plain values) and point `latest.json` at it.

    The `keep` newest up to `step` stay; later ones, left by a run that was started over, go.

    Raises:
        ArtifactError: the disk is full or not writable; earlier checkpoints are untouched.
    """
    tensors: dict[str, Tensor] = {}
    tree = json.dumps(_flatten(state, "", tensors))
    path = folder / f"step-{step:08d}.safetensors"

    def write(aside: Path) -> None:
        try:
            save_file(tensors, aside, metadata={"tree": tree})
        except SafetensorError as error:  # the Rust library wraps the operating system's error
            raise OSError(str(error)) from None

    previous = _pointers(folder / "latest.json") if (folder / "latest.json").exists() else []
    previous = [p for p in previous if p["step"] < step][: keep - 1]
    write_atomic(path, write)
    newest = {"file": path.name, "step": step, "sha256": sha256_file(path)}
    write_json(folder / "latest.json", {**newest, "previous": previous})
    kept = {path.name, *(p["file"] for p in previous)}
    for old in folder.glob("step-*.safetensors"):
        if old.name not in kept:
            old.unlink()
    return path


def latest_checkpoint(folder: Path) -> dict[str, Any] | None:
    """The state of the newest whole checkpoint, or None where there is none.

    Where the newest is damaged and the one before it is whole, that one is taken and a notice says so.

    Raises:
        ArtifactError: none of the recorded files is whole; what to do about it is said.
    """
    pointer = folder / "latest.json"
    if not pointer.exists():
        return None
    records = _pointers(pointer)
    for record in records:
        path = folder / record["file"]
        if path.exists() and sha256_file(path) == record["sha256"]:
            if record is not records[0]:
                notice(
                    f"{folder / records[0]['file']} is missing or damaged (its checksum is not the one recorded); "
                    f"resuming from {path.name}, which is whole: the steps since then are done again"
                )
            return load_state(path)
    names = ", ".join(record["file"] for record in records)
    others = sorted({p.name for p in folder.glob("step-*.safetensors")} - {r["file"] for r in records})
    hint = f"also here, without a recorded checksum: {', '.join(others)}; " if others else ""
    raise ArtifactError(
        f"no whole checkpoint in {folder}: {names} missing or damaged (checksum); {hint}"
        f"put back a copy and run the same command again, or delete {pointer} to start over"
    )


def load_state(path: Path) -> dict[str, Any]:
    """Read one checkpoint file back into nested values."""
    try:
        with safe_open(path, framework="pt") as handle:
            tree = parse_json(handle.metadata()["tree"], str(path), root=dict, constants=True)
            state = _unflatten(tree, handle.get_tensor)
    except (SafetensorError, OSError, KeyError, TypeError) as error:
        raise ArtifactError(f"{path} is not a readable checkpoint: {error}") from None
    if isinstance(state, dict) and isinstance(state.get("module"), dict):
        state["module"] = current_tensors(state["module"])
    return state


def _pointers(pointer: Path) -> list[dict[str, Any]]:
    """What `latest.json` names, newest first."""
    record = read_json(pointer)
    try:
        found = [record, *record.get("previous", [])]
        kinds = {"file": str, "step": int, "sha256": str}
        if not all(isinstance(r[key], kind) for r in found for key, kind in kinds.items()):
            raise TypeError
        return [{key: r[key] for key in kinds} for r in found]
    except (AttributeError, KeyError, TypeError):
        raise ArtifactError(f"{pointer} is not a pointer to a checkpoint; delete it to start over") from None


def _flatten(value: Any, name: str, tensors: dict[str, Tensor]) -> Any:
    if isinstance(value, Tensor):
        key = name or "value"
        while key in tensors:  # {"a/b": t} next to {"a": {"b": t}}, or the keys 1 and "1"
            key += "'"
        tensors[key] = value.detach().clone(memory_format=torch.contiguous_format)
        return {"tensor": key}
    if isinstance(value, dict):
        return {"dict": [[k, _flatten(v, f"{name}/{k}", tensors)] for k, v in value.items()]}
    if isinstance(value, list | tuple):
        kind = "list" if isinstance(value, list) else "tuple"
        return {kind: [_flatten(v, f"{name}/{i}", tensors) for i, v in enumerate(value)]}
    return {"value": value}


def _unflatten(tree: dict[str, Any], tensor: Any) -> Any:
    ((kind, content),) = tree.items()
    if kind == "tensor":
        return tensor(content)
    if kind == "dict":
        return {k: _unflatten(v, tensor) for k, v in content}
    if kind in ("list", "tuple"):
        items = [_unflatten(v, tensor) for v in content]
        return items if kind == "list" else tuple(items)
    return content
