"""The words of the field: texts that a user reads, those of studies and their records too, hold none of the phrases on
the left."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INSTEAD = {
    r"\bcame: ": "received: ",
    r"; came\b": "; received",
    r"\bin front of\b": "before",
    r"\b(?:goes|going) on where\b": "resumes where",
    r"\banew\b": "from scratch, or again",
    r"\bless the mean\b": "minus the mean",
    r"\bdealt out\b": "permuted",
    r"\bhalf a layer\b": "a sublayer",
    r"\b[Bb]lind(?:ed|ing|er)\b": "ablated, ablation",
    r"\bhunt(?:s|ed|ing)?\b": "search, test",
    r"\b[Ee]ntrants?\b": "entry",
    r"\b(?:latents|nats|numbers|row|line|tokens) a (?:token|latent|head|layer|query|key|model|case|seed)\b": "per",
    r"\bhead-?one\b": "one_hot (init), one-hot",
    r"\bsilent_|\b[Ss]ilent (?:latents?|units?)\b|--silent-k": "dead latents, k_aux",
    r"--tanh\b": "--sparsity-coef",
    r"\b\w+_start import\b|\bdictionaries\.start\b": "*_init",
    r"\bRates\b": "LearningRates",
    r"\brungs?\b|\blet go\b": "step, unfrozen",
    r"\b[Ee]xplainers?\b": "dictionary",
    r"\bQK reasons\b|\breasons_(?:of|rest)\b": "QK features",
    r"\bbench.truth\b": "benchmark",
    r"\bno [a-z]+ is called \{|\bnearest: \{": "unknown method 'lorsaa'; did you mean 'lorsa'?",
    r"\bheads between [a-z]+ --": "heads compare",
}
_EARLIER = ("earlier_names.py", "earlier_words.py")
"""The only places that know names of earlier versions."""
TEXTS = [
    ROOT / "README.md",
    *(p for p in (ROOT / "docs").glob("*.md") if p.name not in ("LOG.md", "benchmark.md")),
    *(ROOT / "docs" / "studies").glob("*.md"),
    *(p for p in (ROOT / "src/polyhead").rglob("*.py") if p.name not in _EARLIER),
    *(ROOT / "src/polyhead/studies").rglob("records/*.json"),
    *(ROOT / "viewer" / "src").rglob("*.js"),
]


@pytest.mark.parametrize("phrase", INSTEAD)
def test_a_phrase_is_not_used(phrase: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:90]}"
        for path in TEXTS
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(phrase, line)
    ]
    assert not found, f"write {INSTEAD[phrase]!r}: " + "; ".join(found[:8])
