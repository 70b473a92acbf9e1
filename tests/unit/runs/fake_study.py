"""A study that takes no time, for tests: what it does is in its config."""

from pathlib import Path
from types import ModuleType

import torch
from pydantic import Field

from polyhead.core.config import Config
from polyhead.core.errors import PolyheadError
from polyhead.core.study_records import Bars, Claim, Distribution, Figure, Findings, Series
from polyhead.studies import STUDIES
from polyhead.studies.catalogue import Card
from polyhead.studies.study import Study


class Inner(Config):
    """Nested settings."""

    lr: float = 0.1
    decay: float = 0.0


class FakeConfig(Config):
    """Knobs."""

    n_seeds: int = Field(default=3, ge=1)
    widths: tuple[int, ...] = (1, 2)
    training: Inner = Inner()
    fail: str | None = None
    """`user`, `bug` or `stop`: how the study ends."""


class FakeStudy(Study):
    """Finds the same whatever it measures."""

    def run(self, cfg: FakeConfig, folder: Path) -> Findings:
        return run_fake(cfg, folder)


def run_fake(cfg: FakeConfig, folder: Path) -> Findings:
    """Count its runs in `folder/runs.txt`, then find something."""
    counter = folder / "runs.txt"
    counter.write_text(counter.read_text() + "x" if counter.exists() else "x")
    if cfg.fail == "user":
        raise PolyheadError("d_head is at least 1; received: 0")
    if cfg.fail == "bug":
        raise RuntimeError("two\nlines")
    if cfg.fail == "stop" and len(counter.read_text()) == 1:
        raise KeyboardInterrupt
    values = [1 / 3 + seed for seed in range(cfg.n_seeds)]
    threads = Distribution(label="threads", values=[float(torch.get_num_threads())])
    claim = Claim(
        key="a-claim",
        statement="Something holds.",
        source="ours",
        published=None,
        ours=[Distribution(label="trained", values=values, unit="nats", n_diverged=1), threads],
        control=[Distribution(label="all diverged", values=[], n_diverged=cfg.n_seeds)],
        control_note="none",
        held="yes",
        reason="nothing was published",
    )
    bars = Bars(title="", categories=["a", "b"], series=[Series(name="s", y=[1.23456789, None])])
    figure = Figure(key="fig", title="A figure", caption="Bars.", panels=[bars])
    return Findings(claims=[claim], figures=[figure], notes=["A note."], n_models=cfg.n_seeds, n_diverged=1)


def fake_module(name: str = "fake", **quick: object) -> ModuleType:
    """A module with a STUDY; `quick` changes its preset."""
    module = ModuleType(f"polyhead.studies.{name}.study")
    presets = {"quick": FakeConfig(**quick), "full": FakeConfig(n_seeds=5)}  # pyright: ignore[reportArgumentType]
    module.STUDY = FakeStudy(  # pyright: ignore
        name=name, presets=presets, measure=lambda cfg, folder: None, claims=(), figures=(), notes=lambda m: []
    )
    return module


def install(monkeypatch: object, **studies: dict[str, object]) -> None:
    """Make these the only studies: name to what its quick preset changes."""
    import sys

    for name in reversed(list(STUDIES)):  # undone in reverse, so that the order comes back too
        monkeypatch.delitem(STUDIES, name)  # pyright: ignore[reportAttributeAccessIssue]
    for name, quick in studies.items():
        card = Card(name, f"Title of {name}", "Is it so?", ("nobody",))
        monkeypatch.setitem(STUDIES, name, card)  # pyright: ignore[reportAttributeAccessIssue]
        module = fake_module(name, **quick)
        monkeypatch.setitem(sys.modules, f"polyhead.studies.{name}.study", module)  # pyright: ignore
