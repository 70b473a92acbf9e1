"""CPU threads of this process, set in one place. torch is imported only where a number is given."""

from collections.abc import Iterator
from contextlib import contextmanager


def set_threads(n: int | None) -> None:
    """Let torch compute on `n` CPU threads; None leaves the number as it is."""
    if n is not None:
        import torch

        torch.set_num_threads(n)


@contextmanager
def cpu_threads(n: int | None) -> Iterator[None]:
    """Compute on `n` CPU threads inside the block (torch, BLAS and OpenMP alike), and as before after it."""
    if n is None:
        yield
        return
    import torch
    from threadpoolctl import threadpool_limits

    former = torch.get_num_threads()
    torch.set_num_threads(n)
    try:
        with threadpool_limits(n):
            yield
    finally:
        torch.set_num_threads(former)
