"""A second device without a GPU: tensors with real numbers that say they are elsewhere, and refuse to meet CPU tensors.

`with another_device():` and `moved(module)` let any code run as it would with a model on a GPU: factories and `.to`
with the model's device give tensors of it, `.cpu()` brings numbers back, and an operation on tensors of both devices
raises, as CUDA does. Two exceptions are CUDA's too: scalars (0-dim CPU tensors), and indices on the CPU.
The device is called `meta`, since that is the one name that torch takes without a driver.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map

NAME = "meta"
_MIXED = ("copy_", "_to_copy", "index", "index_put_", "index_put", "_index_put_impl_")
"""Operations that take tensors of both devices."""


class Elsewhere(Tensor):
    """Numbers on the CPU that pass for being on the other device."""

    inner: Tensor

    @staticmethod
    def __new__(cls, inner: Tensor) -> "Elsewhere":
        made = Tensor._make_wrapper_subclass(
            cls,
            inner.size(),
            strides=inner.stride(),
            storage_offset=inner.storage_offset(),
            dtype=inner.dtype,
            device=NAME,
        )
        made.inner = inner
        return made

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _run(func, args, kwargs or {})

    def __getitem__(self, key: Any) -> Any:
        return Tensor.__getitem__(self, _indices(key))

    def __setitem__(self, key: Any, value: Any) -> None:
        Tensor.__setitem__(self, _indices(key), value)

    def tolist(self) -> Any:
        """Numbers, as from a GPU."""
        return self.inner.tolist()

    def item(self) -> Any:
        """The one number, as from a GPU."""
        return self.inner.item()

    def __bool__(self) -> bool:
        return bool(self.inner)

    def __int__(self) -> int:
        return int(self.inner)

    def __float__(self) -> float:
        return float(self.inner)

    def __deepcopy__(self, memo: Any) -> "Elsewhere":
        made = Elsewhere(self.inner.detach().clone())
        return nn.Parameter(made, self.requires_grad) if isinstance(self, nn.Parameter) else made  # pyright: ignore

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        return f"Elsewhere({self.inner})"


def _indices(key: Any) -> Any:
    """Lists as tensors: torch would make them by the device's name, where there are no numbers."""
    if isinstance(key, list):
        return torch.tensor(key)
    return tuple(map(_indices, key)) if isinstance(key, tuple) else key


class _Mode(TorchDispatchMode):
    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _run(func, args, kwargs or {})


def _run(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    tensors = [t for t in tree_flatten((args, kwargs))[0] if isinstance(t, Tensor)]
    there = any(isinstance(t, Elsewhere) for t in tensors)
    name = func.overloadpacket.__name__
    assert all(isinstance(t, Elsewhere) or not t.is_meta for t in tensors), f"{name}: a tensor without numbers"
    if there and name not in _MIXED:
        _refuse([t for t in tensors if not isinstance(t, Elsewhere)], name)
    if name.startswith("index") and tensors and not isinstance(tensors[0], Elsewhere):
        _refuse([t for t in tensors[1:] if isinstance(t, Elsewhere)], name)
    device = kwargs.get("device")
    asked = None if device is None else torch.device(device).type == NAME
    plain = {k: "cpu" if k == "device" and asked else v for k, v in kwargs.items()}
    inner_args, inner_kwargs = tree_map(lambda t: t.inner if isinstance(t, Elsewhere) else t, (args, plain))
    out = func(*inner_args, **inner_kwargs)
    if name.endswith("_") and not name.startswith("_") and args and isinstance(args[0], Tensor):
        return args[0]
    first = tensors and isinstance(tensors[0], Elsewhere)
    if not (asked if asked is not None else (first if name in _MIXED else there)):
        return out
    return tree_map(lambda t: Elsewhere(t) if isinstance(t, Tensor) and not isinstance(t, Elsewhere) else t, out)


def _refuse(strangers: list[Tensor], name: str) -> None:
    strangers = [t for t in strangers if t.ndim]
    if strangers:
        raise RuntimeError(f"{name}: tensors on two devices ({list(strangers[0].shape)} is on the other one)")


@contextmanager
def another_device() -> Iterator[None]:
    """Inside, `meta` is a device like a GPU."""
    plain = torch.tensor

    def tensor(*args: Any, device: Any = None, **kwargs: Any) -> Tensor:  # skips the dispatcher where a device is named
        made = plain(*args, **kwargs)
        return made if device is None or torch.device(device).type != NAME else Elsewhere(made)

    torch.tensor = tensor
    try:
        with _Mode():
            yield
    finally:
        torch.tensor = plain


def moved(module: Any) -> Any:
    """The module with parameters and buffers on the other device, in place."""
    for part in module.modules():
        for name, p in part._parameters.items():
            if p is not None:
                part._parameters[name] = nn.Parameter(Elsewhere(p.detach()), requires_grad=p.requires_grad)
        for name, b in part._buffers.items():
            if b is not None:
                part._buffers[name] = Elsewhere(b)
    return module
