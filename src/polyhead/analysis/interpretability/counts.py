"""J1, the judge that counts: exact, deterministic, and offline. It measures what local tokens describe.

From m true texts, with mu = 8 and background rates p_o of the values of slot o,
    score(text) = sum_o log [ (n_o(w_o) + mu p_o(w_o)) / ((m + mu) p_o(w_o)) ]
and the bag of the window counts as one more slot: the mean of the same over its tokens, among all tokens of the m bags.
Leave-one-out learns from the other four texts of the item, the fitted form from the latent's 32 examples.
Axis legend: i item or latent, c text that is scored, m text that is learned from, s slot, w token of a bag.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from polyhead.analysis.interpretability.items import Detection, Examples, Items, Texts
from polyhead.analysis.interpretability.text_features import OFFSETS, Features, SlotRates, TextFeatures

MU = 8.0
_AT_ONCE = 2**24


@dataclass(frozen=True)
class CountsJudge:
    """Scores texts by how often their local tokens stand at the same place of the texts it learned from."""

    features: TextFeatures
    only_marked: bool = False
    """Control: the token at the mark alone (at both marks of a pair) is looked at."""

    @property
    def name(self) -> str:
        """In records."""
        return "marked token" if self.only_marked else "counts"

    def scores(self, items: Items) -> Float[np.ndarray, "i 5"]:
        """Leave-one-out: each text against the other four."""
        found = self.features.of(items.texts)
        apart = ~np.eye(found.slots.shape[1], dtype=bool)
        return self._against(found, found, self._rates(items.texts), apart)

    def fitted_scores(self, items: Items, examples: Examples) -> Float[np.ndarray, "i 5"]:
        """Each text against the latent's examples."""
        of = _rows_of(items.row, examples.row)
        scores = np.full((*items.false.shape, 5), np.nan)
        known = of >= 0
        if known.any():
            learned = self.features.of(examples.texts[of[known]])
            rates = self._rates(examples.texts)
            scores[known] = self._against(self.features.of(items.texts[known]), learned, rates, None)
        return scores

    def detect(
        self, detection: Detection, examples: Examples
    ) -> tuple[Float[np.ndarray, "i m"], Float[np.ndarray, "i m"]]:
        """Each text of the sets against the latent's examples; NaN for latents without any."""
        of, found = _rows_of(detection.row, examples.row), []
        known = of >= 0
        for texts in (detection.positive, detection.negative):
            scores = np.full(texts.places.shape[:2], np.nan)
            if known.any():
                learned = self.features.of(examples.texts[of[known]])
                rates = self._rates(examples.texts)
                scores[known] = self._against(self.features.of(texts[known]), learned, rates, None)
            found.append(scores)
        return found[0], found[1]

    def _rates(self, texts: Texts) -> SlotRates:
        distances = None if texts.distance is None else texts.distance.ravel()
        return self.features.rates(texts.paired, distances)

    def _against(
        self,
        scored: Features,
        learned: Features,
        rates: SlotRates,
        mask: Bool[np.ndarray, "c m"] | None,
    ) -> Float[np.ndarray, "i c"]:
        """Scores of texts against others; `mask` says which of these each may learn from."""
        per = scored.bag[0].size * learned.bag.shape[-1] * learned.slots.shape[1] if len(scored.bag) else 1
        step = max(1, _AT_ONCE // max(1, per))
        parts = [
            self._some(scored, learned, rates, mask, slice(i, i + step)) for i in range(0, len(scored.slots), step)
        ]
        return np.concatenate(parts) if parts else np.zeros(scored.slots.shape[:2])

    def _some(
        self,
        scored: Features,
        learned: Features,
        rates: SlotRates,
        mask: Bool[np.ndarray, "c m"] | None,
        rows: slice,
    ) -> Float[np.ndarray, "i c"]:
        w, of = scored.slots[rows], learned.slots[rows]
        weight = np.ones((w.shape[1], of.shape[1])) if mask is None else mask.astype(float)
        m = weight.sum(1)[None, :, None]
        slots = self._looked_at(w.shape[-1])
        p = np.stack([rates[s][w[..., s]] for s in slots], -1)
        same = w[:, :, None, slots] == of[:, None, :, slots]
        n = np.einsum("icms,cm->ics", same.astype(np.float32), weight.astype(np.float32))
        total = np.log((n + MU * p) / ((m + MU) * p)).sum(-1)
        return total if self.only_marked else total + self._bags(scored.bag[rows], learned.bag[rows], weight)

    def _bags(
        self, scored: Int[np.ndarray, "i c w"], learned: Int[np.ndarray, "i m w"], weight: Float[np.ndarray, "c m"]
    ) -> Float[np.ndarray, "i c"]:
        p = self.features.token_rate[scored]
        held = (scored[:, :, None, :, None] == learned[:, None, :, None, :]).sum(-1)  # [i, c, m, w]
        n = np.einsum("icmw,cm->icw", held.astype(np.float32), weight.astype(np.float32))
        m = (weight.sum(1) * learned.shape[-1])[None, :, None]
        return np.log((n + MU * p) / ((m + MU) * p)).mean(-1)

    def _looked_at(self, n_slots: int) -> list[int]:
        if not self.only_marked:
            return list(range(n_slots))
        at = OFFSETS.index(0)
        return [at] if n_slots == len(OFFSETS) + 1 else [at, at + len(OFFSETS) + 1]


@dataclass(frozen=True)
class BestToken:
    """Of each latent: the token that separates best on the texts that are learned from, as a detector of its own."""

    features: TextFeatures

    def detect(
        self, detection: Detection, examples: Examples
    ) -> tuple[Float[np.ndarray, "i m"], Float[np.ndarray, "i m"]]:
        """1 where a text has the latent's best token at its mark, else 0; NaN for latents without examples."""
        of, at = _rows_of(detection.row, examples.row), OFFSETS.index(0)
        if not (of >= 0).any():
            return np.full((len(of), 1), np.nan), np.full((len(of), 1), np.nan)
        best = self.tokens(examples)
        found = []
        for texts in (detection.positive, detection.negative):
            hit = (self.features.of(texts).slots[..., at] == best[of][:, None]).astype(float)
            found.append(np.where((of >= 0)[:, None], hit, np.nan))
        return found[0], found[1]

    def tokens(self, examples: Examples) -> Int[np.ndarray, " i"]:
        """The best token of each latent: most above its background rate."""
        marked = self.features.of(examples.texts).slots[..., OFFSETS.index(0)]
        return np.array([self._best(tokens) for tokens in marked])

    def _best(self, tokens: Int[np.ndarray, " m"]) -> int:
        values, counts = np.unique(tokens, return_counts=True)
        return int(values[np.argmax(counts / len(tokens) - self.features.token_rate[values])])


def _rows_of(wanted: Int[np.ndarray, " i"], known: Int[np.ndarray, " k"]) -> Int[np.ndarray, " i"]:
    """Where each row stands among the known ones; -1 where it does not."""
    if not len(known):
        return np.full(len(wanted), -1)
    at = np.searchsorted(known, wanted).clip(max=len(known) - 1)
    return np.where(known[at] == wanted, at, -1)
