"""Run studies: one, resumable and measured, or all of them over local processes.

A study folder holds `record.json` (StudyRecord: written last, whole or absent), `run.json` (what the folder is of, and
the seconds spent so far, interruptions included) and whatever the study keeps there (checkpoints of its models).
"""

import datetime
import json
import os
import platform
import shlex
import shutil
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from polyhead.core.config import Config
from polyhead.core.errors import ArtifactError, PolyheadError, nearest
from polyhead.core.files import write_atomic
from polyhead.core.locks import LOCK
from polyhead.core.records import Record
from polyhead.core.run_folder import open_run, refusal
from polyhead.core.stopping import Stopped, stop_signals
from polyhead.core.study_records import StudyRecord
from polyhead.core.threads import cpu_threads
from polyhead.runs.study_folder import RECORD, ROOT
from polyhead.runs.sweep import POLL_SECONDS, SweepCell
from polyhead.runs.sweep_local import local_pool
from polyhead.studies import STUDIES, find_study
from polyhead.studies.study import Study

STATE, FAILURE = "run.json", "failure.txt"
RECORD_BYTES = 600_000
"""A record above this is said to be large: it is committed, and a browser parses it whole."""
DIGITS = 4
"""Significant digits that findings keep."""


class StudyState(Record):
    """`run.json`: what a study folder is of."""

    name: str
    preset: str
    settings: dict[str, Any]
    seconds: float
    """Spent in this folder until now."""


def study_config(study: Study, preset: str, changes: Mapping[str, Any] | None = None) -> Config:
    """The preset's config with some fields changed; keys may reach into nested configs: `training.lr`.

    Raises:
        PolyheadError: unknown preset or key (the nearest is named), or a value of the wrong kind.
    """
    if preset not in study.presets:
        raise PolyheadError(f"{study.name} has no preset {preset!r}; {nearest(preset, study.presets)}")
    nested: dict[str, Any] = {}
    for key, value in (changes or {}).items():
        *parents, last = key.split(".")
        place = nested
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = value
    return _replaced(study.presets[preset], nested)


def parse_settings(settings: Sequence[str]) -> dict[str, Any]:
    """`["n_seeds=4", "training.lr=0.1", "widths=1,2"]` as plain values: JSON where it is JSON, else text.

    Raises:
        PolyheadError: no `=`.
    """
    parsed: dict[str, Any] = {}
    for setting in settings:
        key, equals, text = setting.partition("=")
        if not (equals and key):
            raise PolyheadError(f"--set takes key=value, for example n_seeds=4; received: {setting!r}")
        for candidate in (text, f"[{text}]" if "," in text else text, json.dumps(text)):
            try:
                parsed[key.strip()] = json.loads(candidate)
                break
            except json.JSONDecodeError:
                continue
    return parsed


def default_folder(name: str, preset: str, settings: Sequence[str] = (), root: Path = ROOT) -> Path:
    """`root/<name>-<preset>`, and the changes after it where there are any."""
    changes = "".join(f"-{s.replace('=', '').replace('/', '_').replace(' ', '')}" for s in settings)
    return root / f"{name}-{preset}{changes[:80]}"


def finished(out: Path, name: str, preset: str, cfg: Config) -> StudyRecord | None:
    """The record in `out` if it is of this study with these settings; None where there is none yet.

    Raises:
        ArtifactError: the record is damaged.
        PolyheadError: the folder is of another study or of other settings.
    """
    settings = cfg.model_dump(mode="json")
    if (out / RECORD).exists():
        try:
            record = StudyRecord.load(out / RECORD)
        except ArtifactError as error:
            raise ArtifactError(
                f"{error}; remove it (what was trained is kept), or --again starts from scratch"
            ) from None
        _check_same(out, (record.name, record.preset, record.settings), (name, preset, settings))
        return record
    if (out / STATE).exists():
        state = StudyState.load(out / STATE)
        _check_same(out, (state.name, state.preset, state.settings), (name, preset, settings))
    return None


def run_study(
    name: str, preset: str, out: Path, *, changes: Mapping[str, Any] | None = None, again: bool = False
) -> StudyRecord:
    """Run a study on one thread and write `out/record.json`; a finished one is read back instead.

    An interrupted study resumes from its checkpoints. `again` removes what an earlier run left in `out`.

    Raises:
        PolyheadError: unknown study, preset or key; `out` belongs to another run; what the study itself refuses.
    """
    study = find_study(name)
    cfg = study_config(study, preset, changes)
    with open_run(out):
        if again:
            _clear(out)
        return finished(out, name, preset, cfg) or _run(study, preset, cfg, out, command(name, preset, changes))


def _run(study: Study, preset: str, cfg: Config, out: Path, repeat: str) -> StudyRecord:
    """Run from where an earlier run stopped, and write the record; `repeat` is the command that does so."""
    name = study.name
    settings = cfg.model_dump(mode="json")
    state = StudyState.load(out / STATE) if (out / STATE).exists() else None
    before, start = (state.seconds if state else 0.0), time.monotonic()

    def spent() -> float:
        return round(before + time.monotonic() - start, 1)

    def keep_state() -> None:
        StudyState(name=name, preset=preset, settings=settings, seconds=spent()).save(out / STATE)

    keep_state()
    try:
        with cpu_threads(1):
            findings = study.run(cfg, out)
    finally:
        keep_state()
    record = StudyRecord(
        name=study.name,
        title=study.title,
        question=study.question,
        sources=list(study.sources),
        preset=preset,
        settings=settings,
        command=repeat,
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        machine=machine(),
        versions=versions(),
        seconds=spent(),
        findings=type(findings).model_validate(_rounded(findings.model_dump())),
    )
    save_record(record, out / RECORD)
    return record


def run_all(
    preset: str, root: Path = ROOT, *, jobs: int = 1, again: bool = False, say: Callable[[str], None] = lambda _: None
) -> tuple[list[StudyRecord], dict[str, str]]:
    """Every study under `root/<name>-<preset>`, over `jobs` processes; one that fails does not stop the others.

    Returns:
        The records, in the order of STUDIES, and the reason of each failure in one line (the traceback of a bug is in
        the study folder's `failure.txt`).
    """
    if jobs < 1:
        raise PolyheadError(f"--jobs must be at least 1; received: {jobs}")
    cells = [
        SweepCell(
            f"{name}-{preset}", "polyhead.runs.study:study_cell", {"name": name, "preset": preset, "again": again}
        )
        for name in STUDIES
    ]
    failures: dict[str, str] = {}
    with open_run(root):
        for name, seconds, error in _share_out(cells, root, jobs):
            folder = root / f"{name}-{preset}"
            if error is None:
                (folder / FAILURE).unlink(missing_ok=True)
            else:
                failures[name] = _one_line(folder, error)
            say(f"{name}: {failures.get(name, f'done in {seconds:.0f} s')}")
    records = [StudyRecord.load(root / f"{n}-{preset}" / RECORD) for n in STUDIES if n not in failures]
    return records, failures


def save_record(record: StudyRecord, path: Path) -> None:
    """Write a record atomically: a claim, a figure and a note each on one line."""
    plain = record.model_dump(mode="json")
    findings = plain.pop("findings")
    parts = [f"{json.dumps(k)}: {_line(v)}" for k, v in plain.items()]
    inner = [f"{json.dumps(k)}: {_lines(v) if isinstance(v, list) else _line(v)}" for k, v in findings.items()]
    text = "{\n" + ",\n".join([*parts, '"findings": {\n' + ",\n".join(inner) + "\n}"]) + "\n}\n"
    write_atomic(path, lambda aside: aside.write_text(text, encoding="utf-8"))


def command(name: str, preset: str, changes: Mapping[str, Any] | None = None) -> str:
    """What repeats the run."""
    given = {key: value if isinstance(value, str) else _line(value) for key, value in (changes or {}).items()}
    sets = "".join(f" --set {shlex.quote(f'{key}={text}')}" for key, text in given.items())
    return f"polyhead study run {name} --preset {preset}{sets}"


def machine() -> str:
    """Processor, cores and threads used, in words."""
    name = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            name = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), name)
    except OSError:
        pass
    return f"{' '.join(name.split())}, {os.cpu_count()} cores, 1 thread used"


def versions() -> dict[str, str]:
    """Of Python and the packages that numbers depend on."""
    import polyhead

    packages = {name: version(name) for name in ("torch", "numpy", "scipy", "scikit-learn")}
    return {"polyhead": polyhead.__version__, "python": platform.python_version(), **packages}


def study_cell(config: dict[str, Any], folder: Path) -> dict[str, Any]:
    """One study as a cell of a pool of processes: `{"name": ..., "preset": ..., "again": ...}`."""
    return {"seconds": run_study(config["name"], config["preset"], folder, again=config["again"]).seconds}


def _share_out(cells: list[SweepCell], root: Path, jobs: int) -> Iterator[tuple[str, float, str | None]]:
    """Name, seconds and the error of each cell, as they end; in this process where `jobs` is 1."""
    if jobs == 1:
        for cell in cells:
            try:
                yield cell.config["name"], study_cell(cell.config, root / cell.name)["seconds"], None
            except Stopped:
                raise
            except PolyheadError as error:
                yield cell.config["name"], 0.0, str(error)
            except Exception:  # a bug of one study must not end the others
                yield cell.config["name"], 0.0, traceback.format_exc()
        return
    todo, running = deque(cells), 0
    with stop_signals() as stop, local_pool(jobs) as pool:
        while todo or running:
            while todo and pool.has_room():
                pool.submit(todo[0], root / todo.popleft().name)
                running += 1
            for outcome in pool.outcomes(POLL_SECONDS):
                running -= 1
                seconds = json.loads(outcome.text)["seconds"] if outcome.text else 0.0
                yield outcome.cell.config["name"], seconds, outcome.error
            if stop.name:
                raise stop.stopped(f"after {len(cells) - len(todo) - running} of {len(cells)} studies")


def _one_line(folder: Path, error: str) -> str:
    """The reason of a failure; the traceback of a bug is kept in the study folder."""
    lines = error.rstrip().splitlines()
    if len(lines) == 1:
        return error
    write_atomic(folder / FAILURE, lambda aside: aside.write_text(error, encoding="utf-8"))
    start = next((i for i in range(len(lines) - 1, 0, -1) if lines[i - 1].startswith(" ")), 0)
    return f"{' '.join(lines[start:])[:300]} ({folder / FAILURE})"


def _replaced(cfg: Config, nested: Mapping[str, Any]) -> Config:
    changes = {}
    for key, value in nested.items():
        inner = getattr(cfg, key, None)
        changes[key] = _replaced(inner, value) if isinstance(value, dict) and isinstance(inner, Config) else value
    return cfg.replace(**changes)


def _check_same(out: Path, there: tuple[str, str, Any], asked: tuple[str, str, Any]) -> None:
    """Refuse a folder of another study, or of another preset with other settings."""
    held, wanted = ({"study": name, **settings, "preset": preset} for name, preset, settings in (there, asked))
    if there[0] != asked[0]:
        held, wanted = {"study": there[0]}, {"study": asked[0]}
    if held != wanted:
        raise PolyheadError(f"{refusal(out, 'a study', held, wanted)} (--again starts from scratch there)")


def _clear(out: Path) -> None:
    """Remove what an earlier run left, but not the lock of this one."""
    left = [path for path in out.iterdir() if path.name != LOCK]
    if left and not (out / STATE).exists() and not (out / RECORD).exists():
        raise PolyheadError(f"{out} exists and is not a study folder; choose another --out, or remove it")
    for path in left:
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {k: _rounded(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(v) for v in value]
    return value


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _lines(values: list[Any]) -> str:
    return "[\n" + ",\n".join(map(_line, values)) + "\n]" if values else "[]"
