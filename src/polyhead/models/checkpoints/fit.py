"""Whether the tensors of a file are those that a model needs."""

from collections.abc import Mapping

import torch
from torch import Tensor

from polyhead.core.errors import ArtifactError

_SHOWN = 3


def check_fit(state: Mapping[str, Tensor], expected: Mapping[str, torch.Size], *, origin: str) -> None:
    """Compare names and shapes.

    Raises:
        ArtifactError: tensors are missing, left over or of another shape; names the first few.
    """
    found = {key: value.shape for key, value in state.items()}
    wrong = [key for key in sorted(expected.keys() | found.keys()) if found.get(key) != expected.get(key)]
    if wrong:
        shown = [
            f"{key} (expected {_text(expected.get(key))}, received {_text(found.get(key))})" for key in wrong[:_SHOWN]
        ]
        more = [f"and {len(wrong) - _SHOWN} more"] if len(wrong) > _SHOWN else []
        raise ArtifactError(f"{origin}: tensors that do not fit its configuration: {', '.join(shown + more)}")


def _text(shape: torch.Size | None) -> str:
    return "none" if shape is None else str(list(shape))
