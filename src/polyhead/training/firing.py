"""Dead-latent accounting: for each latent, how long ago it last fired and how often it has."""

from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Bool, Int64
from torch import Tensor

from polyhead.core.protocols import Batch, Codes, CodesSomeInvalid, MarksDead
from polyhead.training.loop import Metrics


def fired_in(codes: Codes, valid: Bool[Tensor, "b p"] | None = None) -> Bool[Tensor, " i"]:
    """Which latents are active anywhere among the valid positions."""
    active = codes.values != 0
    if valid is not None:
        active = active & valid[..., None]
    fired = torch.zeros(codes.n_latents, dtype=torch.bool, device=codes.values.device)
    fired[codes.indices[active]] = True
    return fired


class FiringCounts:
    """A callback that looks at every `every`-th step; its counts are kept in checkpoints.

    By default it asks the module for the `codes` of the batch once more, without gradient: about a third of a step, so
    `every` spreads it out. A module that knows already may be asked with `read` instead. A module that has
    `mark_dead` is told which latents are dead, so that it can revive them.
    """

    def __init__(
        self,
        n_latents: int,
        *,
        every: int = 10,
        dead_after: int = 500,
        read: Callable[[Any, Batch], Bool[Tensor, " i"]] | None = None,
    ) -> None:
        self.every, self.dead_after, self._read = every, dead_after, read
        self.last_fired: Int64[Tensor, " i"] = torch.zeros(n_latents, dtype=torch.int64)
        """Number of finished steps at the last look that saw the latent fire; 0 for never."""
        self.n_fired: Int64[Tensor, " i"] = torch.zeros(n_latents, dtype=torch.int64)
        """Looks that saw it fire."""
        self.step = 0
        """Number of finished steps at the last look."""

    @property
    def steps_since_fired(self) -> Int64[Tensor, " i"]:
        """Training steps between the last look and the last one at which each latent fired."""
        return self.step - self.last_fired

    def dead(self) -> Bool[Tensor, " i"]:
        """Latents that have not fired for at least `dead_after` steps."""
        return self.steps_since_fired >= self.dead_after

    @torch.no_grad()
    def __call__(self, done: int, module: Any, batch: Batch) -> Metrics | None:
        """Look, if it is time; the share of dead latents and of those that fired."""
        if done % self.every:
            return None
        read = self._read
        fired = fired_in(module.codes(batch), _counted(module, batch)) if read is None else read(module, batch)
        fired = fired.cpu()
        self.step = done
        self.last_fired[fired] = done
        self.n_fired += fired
        if isinstance(module, MarksDead):
            module.mark_dead(self.dead())
        return {"dead_share": self.dead().float().mean().item(), "fired_share": fired.float().mean().item()}

    def state_dict(self) -> dict[str, Any]:
        """The counts."""
        return {"last_fired": self.last_fired, "n_fired": self.n_fired, "step": self.step}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take the counts back.

        Raises:
            ValueError: they are of another number of latents.
        """
        if state["last_fired"].shape != self.last_fired.shape:
            raise ValueError(f"counts of {len(state['last_fired'])} latents, expected {len(self.last_fired)}")
        self.last_fired, self.n_fired, self.step = state["last_fired"], state["n_fired"], state["step"]


def _counted(module: Any, batch: Batch) -> Bool[Tensor, "b p"] | None:
    """Where firing counts: the positions that the encoder is trained at."""
    return module.coded_positions(batch) if isinstance(module, CodesSomeInvalid) else batch.get("valid")
