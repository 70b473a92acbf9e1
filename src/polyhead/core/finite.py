"""Weights that are numbers: what every reader of weights asks before it hands them on."""

from collections.abc import Mapping

import torch
from torch import Tensor

from polyhead.core.errors import ArtifactError


def check_finite(tensors: Mapping[str, Tensor], *, origin: object) -> None:
    """Refuse weights that hold NaN or infinity, as damaged files and diverged training runs do.

    Args:
        tensors: by name; tensors of whole numbers and of truth values are passed over.
        origin: the file or folder, for the message.

    Raises:
        ArtifactError: names the first such tensor, with how many of its values are not finite.
    """
    for name, tensor in tensors.items():
        if not (tensor.is_floating_point() or tensor.is_complex()) or tensor.is_meta:
            continue
        finite = torch.isfinite(tensor if tensor.element_size() > 1 else tensor.float())
        if not finite.all():
            wrong = tensor.numel() - int(finite.sum())
            raise ArtifactError(
                f"{origin}: {wrong:,} of the {tensor.numel():,} values of {name} are NaN or infinite; the file is "
                "damaged or its training diverged: fetch it again or take an earlier checkpoint"
            )
