"""Documents of random tokens, and latents that fire where a rule says."""

import numpy as np

from polyhead.analysis.interpretability.documents import Documents
from polyhead.analysis.interpretability.firing import SideFirings

VOCABULARY = [f" w{i}" for i in range(50)]


def documents(*, n_documents: int = 40, n_positions: int = 64, n_tokens: int = 50, seed: int = 0) -> Documents:
    """One sequence per document, BOS (0) first; tokens 1 to 49 in any order."""
    rng = np.random.default_rng(seed)
    tokens = rng.integers(1, n_tokens, size=(n_documents, n_positions)).astype(np.int32)
    tokens[:, 0] = 0
    valid = np.ones(tokens.shape, dtype=bool)
    valid[:, 0] = False
    names = tuple(f"d{i}" for i in range(n_documents))
    return Documents(tokens, valid, np.arange(n_documents, dtype=np.int32), names)


def side(found: list[np.ndarray], values: list[np.ndarray] | None = None, source: list[np.ndarray] | None = None):
    """Firings from one bool array [n, p] per latent; values 1 to 2 at random where none are given."""
    rng, parts, start = np.random.default_rng(3), [], [0]
    for i, mask in enumerate(found):
        at = np.argwhere(mask)
        value = rng.uniform(1, 2, len(at)) if values is None else values[i][mask]
        sent = np.full(len(at), -1) if source is None else source[i][mask]
        parts.append((at[:, 0], at[:, 1], value, sent))
        start.append(start[-1] + len(at))
    sequence, position, value, sent = map(np.concatenate, zip(*parts, strict=True))
    return SideFirings(np.array(start), sequence, position, value, sent)
