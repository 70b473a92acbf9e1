"""Pages of studies: one per study, and the list of all, as a folder of static files. Layout: docs/formats.md."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.story_records import Story, plain_story
from polyhead.core.study_records import Drawing, StudyRecord, held_counts
from polyhead.reports.folder import replace_folder
from polyhead.reports.scripts import write_script
from polyhead.reports.shell import write_assets, write_page

MARK = "data/studies.js"
"""The file by which a folder is known to hold study pages, and may be replaced."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


def write_study_pages(
    records: Sequence[StudyRecord],
    out: Path,
    *,
    missing: Mapping[str, str] | None = None,
    stories: Mapping[str, Story] | None = None,
) -> Path:
    """Write the page of each record and their list to the folder `out`; returns its index.html.

    Args:
        records: in the order of the list.
        out: replaced whole if it holds such pages already.
        missing: studies without a record, with the command that makes one.
        stories: by name, what a page tells first; made from the record alone where none is given.

    Raises:
        ArtifactError: a name that cannot be a file's, one key twice in a study, or the disk refuses.
        PolyheadError: `out` holds something else, or one study twice.
    """
    _check(records)
    told = {record.name: (stories or {}).get(record.name) or plain_story(record) for record in records}
    summaries = [_summary(record, told[record.name]) for record in records]

    def fill(folder: Path) -> None:
        write_assets(folder, "studies")
        for name, title in [("index", "Studies"), *((r.name, r.title) for r in records)]:
            study = "" if name == "index" else name
            write_page(folder / f"{name}.html", "studies", f"{title} · polyhead", study=study)
        listed = [{"name": name, "command": command} for name, command in (missing or {}).items()]
        write_script(folder / "data", "studies", {"studies": summaries, "missing": listed})
        for record in records:
            story = told[record.name].model_dump(mode="json")
            write_script(folder / "data", f"study-{record.name}", {**record.model_dump(mode="json"), "story": story})

    replace_folder(out, fill, mark=MARK, what="folder of study pages")
    return out / "index.html"


def _summary(record: StudyRecord, story: Story) -> dict[str, Any]:
    """What the list shows of a study."""
    found = record.findings
    picture = _thumbnail(record, story)
    return {
        **record.model_dump(mode="json", include={"name", "title", "preset", "seconds", "created"}),
        **story.model_dump(mode="json", include={"question", "takeaway", "key_figure", "set_up"}),
        "thumbnail": picture and picture.model_dump(mode="json"),
        "held": held_counts([claim.held for claim in found.claims]),
        "n_models": found.n_models,
        "n_diverged": found.n_diverged,
        "n_seeds": record.settings.get("n_seeds"),
        "n_figures": len(found.figures),
        "claims": [c.model_dump(mode="json", include={"key", "statement", "held", "agreement"}) for c in found.claims],
    }


def _thumbnail(record: StudyRecord, story: Story) -> Drawing | None:
    """The first drawing of the key figure, or that of its last frame."""
    for figure in record.findings.figures:
        if figure.key == story.key_figure:
            return (figure.panels or figure.frames[-1])[0]
    return None


def _check(records: Sequence[StudyRecord]) -> None:
    names = [record.name for record in records]
    for record in records:
        if not _NAME.fullmatch(record.name) or record.name == "index":
            raise ArtifactError(f"{record.name!r} cannot name the page of a study (letters, digits and - are expected)")
        if names.count(record.name) > 1:
            raise PolyheadError(f"the study {record.name} was given twice; one record per study is expected")
        for kind, keys in (
            ("claim", [c.key for c in record.findings.claims]),
            ("figure", [f.key for f in record.findings.figures]),
        ):
            twice = [key for key in keys if keys.count(key) > 1]
            if twice:
                raise ArtifactError(f"the study {record.name} has two {kind}s with the key {twice[0]!r}")
