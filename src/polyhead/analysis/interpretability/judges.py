"""What a judge is: it says how sure it is of each text of an item, or of a detection set, that it is a true one."""

from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from polyhead.analysis.interpretability.items import Detection, Examples, Items

CHANCE = {"K": 0.2, "Q": 0.2, "P": 0.2, "X": 0.2, "detection": 0.5}


@runtime_checkable
class Judge(Protocol):
    """Judges items without knowing which text is false."""

    @property
    def name(self) -> str:
        """In records."""
        ...

    def scores(self, items: Items) -> Float[np.ndarray, "i 5"]:
        """How much each text looks like the other four; the lowest is called false. NaN: no answer."""
        ...


@runtime_checkable
class LearningJudge(Judge, Protocol):
    """A judge that can also learn from examples of a latent."""

    def fitted_scores(self, items: Items, examples: Examples) -> Float[np.ndarray, "i 5"]:
        """The same after learning from the latent's examples; NaN for latents without any."""
        ...

    def detect(
        self, detection: Detection, examples: Examples
    ) -> tuple[Float[np.ndarray, "i m"], Float[np.ndarray, "i m"]]:
        """Scores of true and of false texts."""
        ...


def credit(items: Items, scores: Float[np.ndarray, "i 5"]) -> Float[np.ndarray, " i"]:
    """1 where the false text alone has the lowest score, its share where several tie, 0 elsewhere; NaN: no answer."""
    lowest = scores == np.min(scores, axis=1, keepdims=True)
    found = lowest[np.arange(len(items)), items.false] / np.maximum(lowest.sum(1), 1)
    return np.where(np.isnan(scores).any(1), np.nan, found)


def auroc(positive: Float[np.ndarray, "... m"], negative: Float[np.ndarray, "... k"]) -> Float[np.ndarray, "..."]:
    """Probability that a true text scores above a false one, ties counting half."""
    apart = np.sign(positive[..., :, None] - negative[..., None, :])
    return np.asarray((apart.mean((-1, -2)) + 1) / 2)
