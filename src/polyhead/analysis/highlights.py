"""Latents worth opening first, described by their own examples and nothing else.

A latent ranks high that carries much of the energy, uses several heads, is not on everywhere, and in its best examples
moves something clear (most of what arrives comes from one kind of token, which is neither the destination itself nor at
the front of the sequence) and promotes the token that the text really goes on with.
"""

import json

import numpy as np

from polyhead.analysis.latent_examples import Example
from polyhead.analysis.latents import LatentAnalysis

_EXAMPLES = 5


def highlights(
    analysis: LatentAnalysis, *, n: int = 3, head_names: list[str] | None = None, noun: str = "latent"
) -> list[str]:
    """One line each for `n` latents, unlike in heads and in what they move."""
    scores = {i: _interest(analysis, i, whole_heads=noun == "head") for i in analysis.examples}
    lines: list[str] = []
    seen: set[str] = set()
    for latent in sorted(scores, key=lambda i: (-scores[i], i)):
        if scores[latent] <= 0 or len(lines) == n:
            break
        example = _shown(analysis, latent)
        signs = {f"from {_arc_tokens(example)[0]}"}
        if analysis.loadings in ("trained", "measured"):
            signs.add(f"heads {_heads(analysis, latent)}")
        if not signs & seen:
            seen |= signs
            lines.append(describe(analysis, latent, head_names=head_names, noun=noun))
    return lines


def describe(
    analysis: LatentAnalysis, latent: int, *, head_names: list[str] | None = None, noun: str = "latent"
) -> str:
    """`latent 812 (L3H3, L3H6, L3H7): from " method" to "elif", then promotes "s", ")"`, from a best example.

    A pair of conditions says which query met which key; a latent that nothing is moved for, where it fires; one that
    writes no single direction promotes nothing.
    """
    example, texts = _shown(analysis, latent), analysis.texts
    source, destination = (_quoted(texts[t]) for t in _arc_tokens(example))
    if analysis.paired:
        what = f"the query {destination} meets the key {source}"
    else:
        what = f"at {destination}" if not example.arcs else f"from {source} to {destination}"
    words = ", ".join(_quoted(texts[t]) for t in _raised(analysis, example)[:3])
    following = _following(example)
    then = f", then promotes {words}" if words else ""
    then += f"; next in the text: {_quoted(texts[following])}" if words and following is not None else ""
    return f"{noun} {latent}{_place(analysis, latent, head_names)}: {what}{then}"


def _place(analysis: LatentAnalysis, latent: int, head_names: list[str] | None) -> str:
    """Through which heads it moves, or which group it is of; empty where neither says anything."""
    group = analysis.rows[latent].group
    if 0 <= group < len(analysis.group_names):
        reads = "reads " if analysis.loadings == "layers" else ""
        return f" ({reads}{analysis.group_names[group]})"
    if analysis.loadings not in ("trained", "measured"):
        return ""
    n_heads = len(analysis.rows[latent].loadings) - 1
    names = [
        "identity" if h == n_heads else f"head {h}" if head_names is None else head_names[h]
        for h in _heads(analysis, latent)
    ]
    return f" ({', '.join(names)})"


def _heads(analysis: LatentAnalysis, latent: int) -> list[int]:
    """Heads with at least three tenths of the loading's length, in order; never empty."""
    size = np.abs(np.array(analysis.rows[latent].loadings))
    return np.flatnonzero(size >= min(0.3 * np.linalg.norm(size), size.max())).tolist()


def _arc_tokens(example: Example) -> tuple[int, int]:
    """Source and destination token of the strongest arc into the peak."""
    strongest = example.strongest
    key = example.peak if strongest is None else example.arcs[strongest][1]
    return int(example.tokens[key]), int(example.tokens[example.peak])


def _raised(analysis: LatentAnalysis, example: Example) -> list[int]:
    """Tokens raised at the peak, most first: a negative z turns the decoder row around."""
    table = analysis.promoted if example.z[example.peak] > 0 else analysis.demoted
    return table[1][example.wanted.latent].tolist()


def _following(example: Example) -> int | None:
    """The token that really comes after the peak, where the window shows it."""
    after = example.tokens[example.peak + 1 : example.peak + 2].tolist()
    return after[0] if after and after[0] >= 0 else None


def _shown(analysis: LatentAnalysis, latent: int) -> Example:
    """The first of the best examples in which the promotion came true, or else the first."""
    best = analysis.examples[latent][:_EXAMPLES]
    true = (e for e in best if _clarity(analysis, e) > 0.5 and _following(e) in _raised(analysis, e))
    return next(true, best[0])


def _interest(analysis: LatentAnalysis, latent: int, *, whole_heads: bool) -> float:
    examples = [e for e in analysis.examples[latent] if e.wanted.kind == "top" and e.wanted.side == "query"][:_EXAMPLES]
    row = analysis.rows[latent]
    if len(examples) < _EXAMPLES or (row.density > 0.1 and not whole_heads):
        return 0.0
    clear = np.mean([_clarity(analysis, e) for e in examples])
    true = np.mean([_following(e) in _raised(analysis, e) for e in examples])
    heads = min(row.effective_heads, 4.0) if analysis.loadings in ("trained", "measured") else 1.0
    return float(row.energy_share * clear**2 * (0.2 + true) * heads)


def _clarity(analysis: LatentAnalysis, example: Example) -> float:
    """Share of the peak that comes from tokens like that of its strongest arc; 0 from itself or from the front.

    Where nothing is moved, so that no example has arcs, it is 1.
    """
    if analysis.loadings == "layers":
        return 1.0
    strongest = example.strongest
    if strongest is None:
        return 0.0
    query, key = example.arcs[strongest]
    if query == key or example.positions[key] == 0:
        return 0.0
    alike = [q == query and example.tokens[k] == example.tokens[key] for q, k in example.arcs]
    into = [q == query for q, _ in example.arcs]
    whole = abs(example.arc_heads[into].sum()) if analysis.paired else abs(example.z[example.peak])
    return float(min(1.0, abs(example.arc_heads[alike].sum()) / max(whole, 1e-12)))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
