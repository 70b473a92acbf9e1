"""Metrics of training as they come, for programs that draw them: wandb, trackio, TensorBoard, or one of your own.

A tracker decides nothing: what is trained is the same to the last bit with and without it, and `metrics.jsonl` in the
run folder holds the same rows. The three programs are the extra `polyhead[track]`, imported when one is asked for.
"""

import importlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol, runtime_checkable

from polyhead.core.errors import PolyheadError, nearest


@runtime_checkable
class Tracker(Protocol):
    """What `fit` tells of one training run. Any object with these methods will do."""

    def begin(self, name: str, config: Mapping[str, Any]) -> None:
        """Training begins or resumes.

        Args:
            name: of the run.
            config: plain values that decide the result.
        """
        ...

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        """One row of `metrics.jsonl`.

        Args:
            step: finished steps; rows after the last checkpoint come again where a killed run resumes.
            metrics: loss, its terms, gradient norm and what callbacks measure.
        """
        ...

    def end(self) -> None:
        """Training ended: by itself, by a signal or by an error."""
        ...


class WandbTracker:
    """Runs of a project of Weights & Biases."""

    def __init__(self, project: str, folder: Path) -> None:
        self._module, self._project, self._folder = _imported("wandb", "wandb"), project, folder
        self._run: Any = None

    def begin(self, name: str, config: Mapping[str, Any]) -> None:
        """Start a run of that name; its own files go to the run folder."""
        self._folder.mkdir(parents=True, exist_ok=True)
        settings = {"project": self._project, "group": self._folder.name, "dir": str(self._folder)}
        self._run = self._module.init(name=name, config=dict(config), **settings)

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        """One row."""
        self._run.log(dict(metrics), step=step)

    def end(self) -> None:
        """Finish the run."""
        self._run.finish()


class TrackioTracker:
    """Runs of a project of trackio, which keeps them on this machine."""

    def __init__(self, project: str, folder: Path) -> None:
        self._module, self._project, self._folder = _imported("trackio", "trackio"), project, folder

    def begin(self, name: str, config: Mapping[str, Any]) -> None:
        """Start a run; names of several run folders in one project are told apart by the folder's."""
        self._module.init(project=self._project, name=f"{self._folder.name}-{name}", config=dict(config))

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        """One row."""
        self._module.log(dict(metrics), step=step)

    def end(self) -> None:
        """Finish the run."""
        self._module.finish()


class TensorBoardTracker:
    """Event files under `tensorboard/NAME` in the run folder: `tensorboard --logdir RUN/tensorboard`."""

    def __init__(self, project: str, folder: Path) -> None:
        del project  # event files lie in folders and know of no projects
        _imported("tensorboard", "TensorBoard")
        self._module, self._folder = _imported("torch.utils.tensorboard", "TensorBoard"), folder
        self._writer: Any = None

    def begin(self, name: str, config: Mapping[str, Any]) -> None:
        """Open the event file."""
        self._writer = self._module.SummaryWriter(log_dir=str(self._folder / "tensorboard" / name))
        self._writer.add_text("config", f"```\n{json.dumps(dict(config), indent=1)}\n```")

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        """One row: a scalar per metric."""
        for key, value in metrics.items():
            self._writer.add_scalar(key, value, step)

    def end(self) -> None:
        """Write what is left."""
        self._writer.close()


TRACKERS: dict[str, Callable[[str, Path], Tracker]] = {
    "wandb": WandbTracker,
    "trackio": TrackioTracker,
    "tensorboard": TensorBoardTracker,
}


def find_trackers(wanted: Sequence[str | Tracker], *, project: str, folder: Path) -> list[Tracker]:
    """Trackers by name, or as they are.

    Args:
        wanted: names of `TRACKERS`, and trackers.
        project: what runs are filed under, where a program has projects.
        folder: the run folder.

    Raises:
        PolyheadError: no such name, or its program is not installed.
    """
    found: list[Tracker] = []
    for one in dict.fromkeys(wanted):
        if not isinstance(one, str):
            found.append(one)
        elif one in TRACKERS:
            found.append(TRACKERS[one](project, folder))
        else:
            raise PolyheadError(f"unknown tracker {one!r}; {nearest(one, TRACKERS)}")
    return found


class Tracking(NamedTuple):
    """What the members of a run are tracked with; worker processes get it as it is."""

    wanted: tuple[str | Tracker, ...] = ()
    project: str = "polyhead"

    def trackers(self, folder: Path) -> list[Tracker]:
        """As `find_trackers` finds them."""
        return find_trackers(self.wanted, project=self.project, folder=folder)


@contextmanager
def tracked(trackers: Sequence[Tracker], name: str, config: Mapping[str, Any]) -> Iterator[Callable[[int, Any], None]]:
    """Tell all trackers of one run; the block calls what it is given with every row.

    Raises:
        PolyheadError: a tracker fails; what was trained is in the last checkpoint.
    """
    begun: list[Tracker] = []

    def tell(step: int, metrics: Mapping[str, float]) -> None:
        for tracker in begun:
            _guarded(tracker, "log", step, metrics)

    try:
        for tracker in trackers:
            _guarded(tracker, "begin", name, config)
            begun.append(tracker)
        yield tell
    finally:
        for tracker in begun:
            tracker.end()


def _guarded(tracker: Tracker, method: str, *arguments: Any) -> None:
    try:
        getattr(tracker, method)(*arguments)
    except PolyheadError:
        raise
    except Exception as error:  # a program of others: no network, not logged in
        reason = " ".join(str(error).split()) or type(error).__name__
        raise PolyheadError(
            f"{type(tracker).__name__} fails ({reason[:300]}); mend that, or train without it; the same command resumes"
        ) from error


def _imported(module: str, program: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError:
        raise PolyheadError(f"{program} is not installed; run: pip install 'polyhead[track]'") from None
