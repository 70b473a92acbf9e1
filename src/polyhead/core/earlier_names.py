"""Names that earlier versions wrote for what has another name now; no other place knows them.

Readers call these functions, so that runs, dictionaries, checkpoints and records of earlier versions stay readable.
"""

from collections.abc import Mapping
from typing import Any

_KEYS = {
    "silent_k": "k_aux",
    "silent_weight": "aux_weight",
    "start": "init",
    "reasons": "qk_features",
    "reasons_rest": "qk_features_rest",
    "reasons_of": "qk_features_of",
}
_VALUES = {"init": {"headone": "one_hot"}}
_TENSORS = {"silent": "dead"}
"""Last parts of tensor names, after the point."""
_BOS = {
    "mtc": ("train", ("activation", "n_latents")),
    "mtc_rank": ("train", ("activation", "n_latents")),
    "joint_sae_mtc": ("untrained", ("activation", "n_latents", "loadings", "bind_steps", "input_site", "target_site")),
    "dynamic_head": ("untrained", ("activation", "n_latents", "heads")),
}
"""Method -> the rule about BOS before there was a choice, and the settings that a whole saved config then had."""


def current_fields(cls: Any, values: Any) -> Any:
    """The fields of one model (before pydantic validates them) under their names of today.

    Args:
        cls: the pydantic model; only names that it has are given.
        values: what was read; anything but a mapping is returned as it is.
    """
    if not isinstance(values, Mapping):
        return values
    fields = cls.model_fields
    found = {}
    for key, value in values.items():
        name: str = _KEYS.get(key, key) or key
        name = name if key not in fields and name in fields and name not in values else key
        found[name] = _current_value(name, value) if name in fields else value
    return found


def current_settings(plain: Any) -> Any:
    """Nested plain settings, as JSON gives them, under their names of today.

    A `start` that is no string is a position, not the way in which a dictionary was initialized.
    """
    if isinstance(plain, list):
        return [current_settings(item) for item in plain]
    if not isinstance(plain, Mapping):
        return plain
    found = {}
    for key, value in plain.items():
        name = key if key == "start" and not isinstance(value, str) else _KEYS.get(key, key)
        found[name] = _current_value(name, current_settings(value))
    settings = found.get("settings")
    if isinstance(settings, Mapping) and isinstance(found.get("method"), str):
        found["settings"] = current_member_settings(found["method"], settings)
    return found


def current_member_settings(method: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a dictionary to be trained, with the rule about BOS that they were written under.

    A saved config says everything; one that says everything else was written before there was a choice of the rule.
    """
    rule, rest = _BOS.get(method, ("", ()))
    whole = bool(rest) and "bos" not in settings and all(key in settings for key in rest)
    return {**settings, "bos": rule} if whole else dict(settings)


def current_tensors(tensors: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters and buffers of a module by their names of today."""
    found = {}
    for name, tensor in tensors.items():
        path, point, last = name.rpartition(".")
        found[f"{path}{point}{_TENSORS.get(last, last)}"] = tensor
    return found


def _current_value(name: str, value: Any) -> Any:
    return _VALUES[name].get(value, value) if name in _VALUES and isinstance(value, str) else value
