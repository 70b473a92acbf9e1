"""What a study is: a recipe under several presets, what it measures, and what follows from that.

`measure` trains the models with `fit_ensemble(..., run_dir=folder / "<part>")`, so an interrupted study resumes from
its checkpoints and ends with the same record; what is cheap is computed again. Claims, figures and notes are functions
of what was measured. A study never prints and never plots.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from polyhead.core.config import Config
from polyhead.core.study_records import Figure, Findings
from polyhead.studies.catalogue import STUDIES
from polyhead.studies.claim import claim, declared
from polyhead.studies.panels import figure

__all__ = ["Study", "claim", "figure"]


@dataclass(frozen=True, kw_only=True)
class Study:
    """One published result and how it is tested; title, question and sources are on its card."""

    name: str
    """As on the command line: `ov-coherent`."""
    presets: Mapping[str, Config]
    """At least `quick` (under 90 s of one core) and `full`."""
    measure: Callable[[Any, Path], Any]
    """`measure(config, folder)`: one core, resumable, deterministic given the config. Its result has `n_models`
    (trained in all) and `n_diverged`."""
    claims: Sequence[ModuleType]
    """Modules whose functions under `@study.claim` are the claims, in the order of the page."""
    figures: Sequence[Callable[[Any], Figure | Iterable[Figure]]]
    notes: Callable[[Any], list[str]]

    @property
    def title(self) -> str:
        """From the catalogue."""
        return STUDIES[self.name].title

    @property
    def question(self) -> str:
        """From the catalogue."""
        return STUDIES[self.name].question

    @property
    def sources(self) -> tuple[str, ...]:
        """From the catalogue."""
        return STUDIES[self.name].sources

    def run(self, cfg: Any, folder: Path) -> Findings:
        """Measure, judge, draw."""
        m = self.measure(cfg, folder)
        drawn = [draw(m) for draw in self.figures]
        return Findings(
            claims=[judged for module in self.claims for one in declared(module) for judged in one.judge(m)],
            figures=[one for some in drawn for one in ([some] if isinstance(some, Figure) else some)],
            notes=self.notes(m),
            n_models=m.n_models,
            n_diverged=m.n_diverged,
        )
