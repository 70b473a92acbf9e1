"""Dictionaries for attention: one method a file, one line each in the registry below."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from polyhead.core.artifact import load_artifact, save_artifact
from polyhead.core.errors import ArtifactError, PolyheadError, nearest
from polyhead.dictionaries import (
    attention_features,
    attn_out_crosscoder,
    attn_out_sae,
    attn_value_sae,
    combined_layer,
    cross_layer_transcoder,
    dynamic_head,
    gated_attention_init,
    joint_sae_mtc,
    lorsa_init,
    mtc_init,
    mtc_rank,
    qk_diagonal_init,
    qk_mask,
    replacement_init,
)
from polyhead.dictionaries.activation import JumpReLU, ReLU, TopK
from polyhead.dictionaries.method import Method
from polyhead.dictionaries.mtc import MTC, MTCConfig, MTCOutput
from polyhead.dictionaries.origin import Origin

__all__ = [
    "ALIASES",
    "METHODS",
    "MTC",
    "JumpReLU",
    "MTCConfig",
    "MTCOutput",
    "Method",
    "ReLU",
    "TopK",
    "find_method",
    "load_dictionary",
    "method_of",
    "register",
    "save_dictionary",
]

METHODS: dict[str, Method] = {
    method.kind: method
    for method in (
        mtc_init.METHOD,
        attn_out_sae.METHOD,
        attn_value_sae.METHOD,
        mtc_rank.METHOD,
        joint_sae_mtc.METHOD,
        dynamic_head.METHOD,
        lorsa_init.METHOD,
        gated_attention_init.METHOD,
        replacement_init.METHOD,
        cross_layer_transcoder.METHOD,
        attention_features.METHOD,
        attn_out_crosscoder.METHOD,
        qk_diagonal_init.METHOD,
        qk_mask.METHOD,
        combined_layer.METHOD,
    )
}
"""Every way of training a dictionary, by name. A new one is a file and a line here, or, from outside the package, one
call of `register` (docs/adding-a-method.md)."""

ALIASES = {"sae": "attn_out_sae", "transcoder": "mtc", "clt": "cross_layer_transcoder"}
"""Short names that `find_method` also takes; records and folders hold the whole name."""


def register(method: Method) -> Method:
    """Add a method from outside the package: training, evaluation, pages, graphs and the benchmark then know it.

    Args:
        method: any; its `kind` names it everywhere.

    Returns:
        The same method, so that a module can end with `METHOD = register(Method(...))`.

    Raises:
        PolyheadError: the name is taken, is no name of a folder, or its module is another method's.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", method.kind):
        raise PolyheadError(f"a method is named in lower-case letters, digits and _; got {method.kind!r}")
    if method.kind in ALIASES or METHODS.get(method.kind, method) is not method:
        raise PolyheadError(f"a method is already called {method.kind!r}; give yours another name")
    other = next((m.kind for m in METHODS.values() if m.module is method.module and m is not method), None)
    if other is not None:
        raise PolyheadError(
            f"{method.module.__name__} is the module of {other!r}; make a subclass of it for {method.kind!r}"
        )
    METHODS[method.kind] = method
    return method


def method_of(dictionary: Any) -> Method:
    """The method that a dictionary is of.

    Raises:
        PolyheadError: its class is no method's.
    """
    found = next((method for method in METHODS.values() if method.module is type(dictionary)), None)
    if found is None:
        raise PolyheadError(f"{type(dictionary).__name__} is of no method; registered are {', '.join(METHODS)}")
    return found


def find_method(kind: str) -> Method:
    """The method of that name.

    Args:
        kind: a key of `METHODS` or of `ALIASES`.

    Raises:
        PolyheadError: there is none (nearest names given).
    """
    whole = ALIASES.get(kind, kind)
    if whole not in METHODS:
        raise PolyheadError(f"unknown method {kind!r}; {nearest(kind, [*METHODS, *ALIASES])}")
    return METHODS[whole]


def save_dictionary(dictionary: Any, folder: Path | str, provenance: Mapping[str, Any] | None = None) -> None:
    """Write a dictionary as an artifact: config, weights with their scales, manifest."""
    method = method_of(dictionary)
    config = dictionary.cfg.model_dump(mode="json")
    save_artifact(Path(folder), method.kind, config, dictionary.state_dict(), provenance or {})


def load_dictionary(folder: Path | str) -> Any:
    """Read a dictionary back.

    Raises:
        ArtifactError: missing, damaged, or of an unknown kind.
    """
    artifact = load_artifact(Path(folder))
    if artifact.kind not in METHODS:
        raise ArtifactError(
            f"{folder}: unknown kind of dictionary {artifact.kind!r}; {nearest(artifact.kind, METHODS)}"
        )
    method = METHODS[artifact.kind]
    config = method.config.parse(artifact.config, where=f"{folder}/config.json")
    expected = _shapes(method, config, artifact.tensors, Path(folder))
    received = {name: tuple(t.shape) for name, t in artifact.tensors.items()}
    if expected != received:
        odd = sorted(name for name in expected.keys() | received.keys() if expected.get(name) != received.get(name))
        raise ArtifactError(
            f"{folder}: the weights do not fit the config at {', '.join(odd)}; "
            f"expected {[expected.get(n) for n in odd]}, received {[received.get(n) for n in odd]}"
        )
    dictionary: Any = method.module(config)  # type: ignore[call-arg]
    dictionary.load_state_dict(artifact.tensors)
    dictionary.origin = Origin.of(Path(folder), artifact.provenance)
    return dictionary


def _shapes(
    method: Method, config: Any, tensors: Mapping[str, torch.Tensor], folder: Path
) -> dict[str, tuple[int, ...]]:
    """Shapes of the tensors that a config asks for, found without taking memory for them: it may claim any size.

    Raises:
        ArtifactError: a size that no tensor has.
    """
    try:
        with torch.device("meta"):
            module = method.module(config)  # type: ignore[call-arg]
    except (RuntimeError, NotImplementedError):  # a module that looks at its first values
        largest = max((n for t in tensors.values() for n in t.shape), default=0)
        for key, value in config.model_dump().items():
            if key.startswith(("n_", "d_")) and isinstance(value, int) and value > largest + 1:
                raise ArtifactError(
                    f"{folder}: {key} is {value:,}, but the largest size of a tensor is {largest:,}; copy it again"
                ) from None
        module = method.module(config)  # type: ignore[call-arg]
    return {name: tuple(t.shape) for name, t in module.state_dict().items()}
