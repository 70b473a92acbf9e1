"""What latents carry, by the token at the source: delimiters, indentation, tokens that they promote, or the next ones.

Masses are those of latent_families.py, m[s, i] = f[s, i] (sum_h |L[i, h]| sum_t A_h[t, s] + |L[i, H]|), summed over the
sources of a kind. `position` is another share: of the variance of f that the position alone explains (adjusted R^2).
Axis legend: s source, t destination, i latent, a active latents per token, h head, k promoted tokens, v vocabulary.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

TOKEN_FAMILIES = {
    "copying": "from tokens that it promotes",
    "succession": "from numbers, letters, days and months of which it promotes the next",
    "delimiters": "from brackets, commas, colons, semicolons and quotes",
    "indentation": "from indentation and line breaks",
    "position": "from fixed positions, whatever token is there",
}
N_PROMOTED = 10
"""Most promoted tokens of a latent among which its source token, or the next one, must be."""
_DELIMITERS = frozenset("()[]{}<>,:;.'\"`|")
_ORDERS = (
    tuple("0123456789"),
    tuple(str(n) for n in range(100)),
    tuple("abcdefghijklmnopqrstuvwxyz"),
    tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"),
    ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    (
        *("january", "february", "march", "april", "may", "june"),
        *("july", "august", "september", "october", "november", "december"),
    ),
)


def is_delimiter(text: str) -> bool:
    """Whether a token is made of delimiters."""
    bare = text.strip()
    return bool(bare) and all(c in _DELIMITERS for c in bare)


def is_indentation(text: str) -> bool:
    """Whether a token is a line break, or blanks that only indentation has."""
    return bool(text) and not text.strip() and (len(text) > 1 or text in "\n\t")


def successors(vocabulary: Sequence[str]) -> Int[Tensor, " v"]:
    """For each token the id of the next one in its order, with the same leading space and capital; -1 without one."""
    ids: dict[str, int] = {}
    for i, text in enumerate(vocabulary):
        ids.setdefault(text, i)
    found = torch.full((len(vocabulary),), -1)
    for text, i in ids.items():
        bare = text.lstrip(" ")
        lead = text[: len(text) - len(bare)]
        for order in _ORDERS:
            styled = [word.capitalize() for word in order] if bare[:1].isupper() and len(bare) > 1 else order
            if bare in styled[:-1]:
                found[i] = ids.get(lead + styled[styled.index(bare) + 1], -1)
                break
    return found


class TokenMasses:
    """Sums over batches."""

    def __init__(self, vocabulary: Sequence[str], promoted: Int[Tensor, "i k"] | None, n_latents: int) -> None:
        """`promoted`: the most promoted tokens of each latent; None where it writes nothing into the stream."""
        self.kinds = {
            "delimiters": torch.tensor([is_delimiter(text) for text in vocabulary]),
            "indentation": torch.tensor([is_indentation(text) for text in vocabulary]),
        }
        self.next, self.promoted = successors(vocabulary), promoted
        self.mass = {name: torch.zeros(n_latents, dtype=torch.float64) for name in TOKEN_FAMILIES if name != "position"}
        self._square = torch.zeros(n_latents, dtype=torch.float64)
        self._by_position = torch.zeros(0, n_latents, dtype=torch.float64)
        self._n = torch.zeros(0, dtype=torch.float64)

    def add(
        self,
        tokens: Int[Tensor, " s"],
        valid: Bool[Tensor, " s"],
        f: Float[Tensor, "s a"],
        indices: Int[Tensor, "s a"],
        carried: Float[Tensor, "s a"],
    ) -> None:
        """One sequence: the code (latents `indices`, 0 for what is not active) and what each source sends in all."""

        def sums(amounts: Tensor) -> Tensor:
            return torch.bincount(indices.flatten(), amounts.double().flatten(), len(self._square))

        for name, kind in self.kinds.items():
            self.mass[name] += sums(carried * kind[tokens][:, None])
        if self.promoted is not None:
            for name, wanted in (("copying", tokens), ("succession", self.next[tokens])):
                hit = (self.promoted[indices] == wanted[:, None, None]).any(-1)
                self.mass[name] += sums(carried * hit)
        n_latents, longer = len(self._square), len(tokens) - len(self._n)
        if longer > 0:
            self._by_position = torch.cat([self._by_position, self._by_position.new_zeros(longer, n_latents)])
            self._n = torch.cat([self._n, self._n.new_zeros(longer)])
        self._by_position[: len(tokens)].scatter_add_(1, indices, f.double())
        self._square += sums(f.square())
        self._n[: len(tokens)] += valid

    def position_share(self) -> Float[Tensor, " i"]:
        """Adjusted R^2 of the code on the position; 0 where that is below 0, or nothing fires."""
        if not len(self._n):
            return torch.zeros_like(self._square)
        there = self._n > 0
        total, n = self._by_position[there], self._n[there]
        mean_square = total.sum(0).square() / n.sum()
        between, all_ = (total.square() / n[:, None]).sum(0) - mean_square, self._square - mean_square
        left, degrees = (all_ - between).clamp_min(0), (n.sum() - len(n)).clamp_min(1)
        share = 1 - left / degrees / (all_ / (n.sum() - 1).clamp_min(1)).clamp_min(1e-300)
        return torch.where(all_ > 1e-12, share, 0.0).clamp_min(0)
