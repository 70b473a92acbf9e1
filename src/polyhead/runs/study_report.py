"""Records of studies, run here or shipped with the package, and the pages made of them."""

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from polyhead.core.errors import PolyheadError, nearest
from polyhead.core.study_records import StudyRecord, held_counts, read_held
from polyhead.runs.study_folder import RECORD, ROOT
from polyhead.studies import STUDIES
from polyhead.studies.story import in_current_words, tell

if TYPE_CHECKING:
    import pandas as pd


def shipped_record(name: str) -> StudyRecord | None:
    """The record of the `full` preset that comes with the package, if there is one."""
    if name not in STUDIES:
        return None
    with resources.as_file(_shipped(name)) as path:
        return StudyRecord.load(path) if path.exists() else None


def _shipped(name: str) -> Traversable:
    return resources.files("polyhead.studies") / STUDIES[name].family / "records" / f"{name}.json"


def find_record(name: str, preset: str | None = None, root: Path = ROOT) -> StudyRecord | None:
    """The record of a study: of a run under `root` where there is one (`full` before others), else the shipped one.

    Raises:
        PolyheadError: unknown study; a damaged record.
    """
    if name not in STUDIES:
        raise PolyheadError(f"unknown study {name!r}; {nearest(name, STUDIES)}")
    presets = [preset] if preset else ["full", "quick"]
    for path in (root / f"{name}-{p}" / RECORD for p in presets):
        if path.exists():
            return StudyRecord.load(path)
    shipped = shipped_record(name)
    return shipped if shipped is not None and preset in (None, shipped.preset) else None


def load_study(name: str | Path) -> StudyRecord:
    """The record of a study, by name (a run under `runs/studies` before the shipped one) or by folder or file.

    Raises:
        PolyheadError: unknown study, or one without a record.
        ArtifactError: a damaged record.
    """
    path = Path(name)
    if str(name) not in STUDIES and path.exists():
        return StudyRecord.load(path / RECORD if path.is_dir() else path)
    record = find_record(str(name))
    if record is None:
        raise PolyheadError(f"{name} has no record yet; make one with: polyhead study run {name} --preset quick")
    return record


def report_studies(
    names: list[str] | None, out: Path | None = None, *, preset: str | None = None, root: Path = ROOT
) -> Path:
    """Write the pages of some studies (all where None) and their list; returns its index.html.

    A name may also be a study folder that holds a record.

    Raises:
        PolyheadError: unknown study; none has a record; `out` is something else than such pages.
    """
    records, missing = [], []
    for name in names or STUDIES:
        folder = Path(name)
        if name not in STUDIES and (folder / RECORD).exists():
            records.append(StudyRecord.load(folder / RECORD))
            continue
        record = find_record(name, preset, root)
        if record is None:
            missing.append(name)
        else:
            records.append(record)
    wanted = f" --preset {preset or 'quick'}"
    if not records:
        what = f"study run {missing[0]}" if len(missing) == 1 else "study run --all"
        raise PolyheadError(
            f"no record of {', '.join(missing[:3])}{' ...' if len(missing) > 3 else ''}"
            f"{f' with the preset {preset}' if preset else ''}; make one with: polyhead {what}{wanted}"
        )
    from polyhead.reports.studies import write_study_pages  # brings Arrow, which listing does without

    records = [in_current_words(record) for record in records]
    if out is None:
        out = root / ("report" if names is None else f"report-{records[0].name}")
    commands = {name: f"polyhead study run {name}{wanted}" for name in missing}
    return write_study_pages(records, out, missing=commands, stories={r.name: tell(r) for r in records})


def studies_frame() -> "pd.DataFrame":
    """`list_studies` as a data frame, one row per study."""
    import pandas as pd

    return pd.DataFrame(list_studies()).set_index("name")


def list_studies() -> list[dict[str, Any]]:
    """Name, title, presets and how many claims held in the shipped record of every study."""
    rows = []
    for name, card in STUDIES.items():
        with resources.as_file(_shipped(name)) as path:
            held = held_counts(read_held(path)) if path.exists() else None
        rows.append(
            {
                "name": name,
                "title": card.title,
                "question": card.question,
                "presets": list(card.presets),
                "held": held,
            }
        )
    return rows
