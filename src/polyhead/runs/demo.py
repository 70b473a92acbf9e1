"""The demo: from nothing to pages about the bundled model's attention, in a few minutes on a laptop."""

import time
from pathlib import Path

from polyhead.core.records import Evaluation, Overview, Record
from polyhead.experiments.evaluate import run_evaluate
from polyhead.experiments.train import run_experiment
from polyhead.runs.analyse import run_analyse
from polyhead.runs.recipe import PRESETS
from polyhead.runs.report import run_report


class DemoResult(Record):
    """What the demo prints."""

    overview: Overview
    evaluations: list[Evaluation]
    report: str
    """Path of the report's index.html."""
    seconds: float


def run_demo(out: Path, *, layer: int) -> DemoResult:
    """Train, evaluate, analyse, report; resuming where an earlier demo was stopped."""
    start = time.monotonic()
    run_experiment(PRESETS["demo"].replace(layers=(layer,)), out)
    evaluations, _ = run_evaluate(out)
    overview = run_analyse(out)
    index = run_report(out)
    return DemoResult(
        overview=overview, evaluations=evaluations, report=str(index), seconds=round(time.monotonic() - start, 1)
    )
