"""Records of studies as Markdown: an index of all, and a document of each with its claim table, reasons and notes.

`make docs` writes the files; a test holds them equal to the shipped records.
"""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from polyhead.core.story_records import Story
from polyhead.core.study_records import Claim, Distribution, Figure, StudyRecord

SHOWN = 4
"""Distributions of one claim that are written out; the page has all."""
HELD = {"yes": "held", "partly": "held in part", "no": "did not hold", None: "only measured"}


def studies_index(records: Sequence[StudyRecord], stories: Mapping[str, Story]) -> str:
    """docs/studies.md: per study a sentence, its verdicts and a figure, and where the rest is.

    Args:
        records: in the order of the list.
        stories: by name; each has the key of the figure shown (docs/images/study-<name>.png).
    """
    claims = [claim for record in records for claim in record.findings.claims]
    published = [claim for claim in claims if claim.published is not None and claim.held is not None]
    agree = sum(claim.agreement == "agrees" for claim in published)
    head = (
        "# Studies\n\nMade from the records that ship with the package, by `make docs`; do not edit.\n\n"
        "Each study is one command: `polyhead study run NAME --preset quick` measures in under two minutes, and "
        "`polyhead study report --all` builds pages of the shipped records, with every figure and its data. "
        "[metrics.md](metrics.md) says how claims are judged.\n\n"
        f"{len(records)} studies, {len(claims)} claims: {_held(claims)}. Of the {len(published)} claims that somebody "
        f"published, {agree} agree with what we found."
    )
    return "\n\n".join([head, *(_entry(record, stories[record.name]) for record in records)]) + "\n"


def study_document(record: StudyRecord, story: Story) -> str:
    """docs/studies/<name>.md: the story of one study, its claims, why each was judged as it was, and notes."""
    findings = record.findings
    lines = [f"# {record.title}", "", f"**{story.question}**", ""]
    lines += [story.set_up.text, ""] if story.set_up else []
    shown = _figure(record, story)
    if shown is not None:
        lines += [f"![{shown.title}](../images/study-{record.name}.png)", "", f"*{shown.title}.* {shown.caption}", ""]
    lines += [story.takeaway, "", _badges(findings.claims), "", "## Claims", ""]
    lines += ["| claim | published | ours | control | held | agreement |", "| --- | --- | --- | --- | --- | --- |"]
    lines += [_claim(claim) for claim in findings.claims]
    lines += ["", "## Why", "", *(f"- **{c.key}**: {c.reason.rstrip('.')}." for c in findings.claims)]
    lines += ["", "## Negative results and limits", "", *(f"- {note}" for note in findings.notes)]
    diverged = f", {findings.n_diverged} diverged" if findings.n_diverged else ""
    seeds = f"{story.rerun.seeds} seeds, " if story.rerun.seeds else ""
    lines += ["", "## Run it again", "", f"```\n{story.rerun.command}\n```", ""]
    lines += [
        f"{seeds}{findings.n_models:,} models{diverged}; {record.seconds / 60:.1f} minutes on one thread "
        f"({record.machine}). A first look in under two minutes: `{story.rerun.quick}`.",
        "",
    ]
    lines += ["Sources: " + "; ".join(record.sources) + "."]
    return "\n".join(lines) + "\n"


def _entry(record: StudyRecord, story: Story) -> str:
    first = re.split(r"(?<=[.])\s", story.takeaway, maxsplit=1)[0]
    title = f"**[{record.title}](studies/{record.name}.md)** {_badges(record.findings.claims)}"
    shown = _figure(record, story)
    picture = "" if shown is None else f"\n\n![{shown.title}](images/study-{record.name}.png)"
    return f"{title}\n\n{first}{picture}"


def _figure(record: StudyRecord, story: Story) -> Figure | None:
    return next((figure for figure in record.findings.figures if figure.key == story.key_figure), None)


def _badges(claims: Sequence[Claim]) -> str:
    """How many claims have each verdict, and how many published ones agree."""
    found = [claim.held for claim in claims]
    published = [c.agreement for c in claims if c.agreement != "nothing published"]
    agree = [f"{published.count('agrees')} of {len(published)} published agree"] if published else []
    return " ".join(
        f"`{words}`" for words in [*(f"{found.count(h)} {w}" for h, w in HELD.items() if h in found), *agree]
    )


def _held(claims: Sequence[Claim]) -> str:
    found = [claim.held for claim in claims]
    return ", ".join(f"{found.count(held)} {words}" for held, words in HELD.items() if held in found)


def _claim(claim: Claim) -> str:
    published = f"{claim.published or 'nothing'} ({claim.source})"
    judged = [f"**{claim.held or 'measured'}**", claim.agreement]
    cells = [claim.statement, published, _many(claim.ours), _many(claim.control), *judged]
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _many(distributions: Sequence[Distribution]) -> str:
    words = [_one(d) for d in distributions[:SHOWN]]
    rest = len(distributions) - SHOWN
    return "; ".join(words) + (f"; {rest} more" if rest > 0 else "") if words else "none"


def _one(distribution: Distribution) -> str:
    """A share for zeros and ones, else the median with the 10th and 90th percentile."""
    values = np.asarray(distribution.values, dtype=float)
    if not len(values):
        return f"{distribution.label}: none left"
    unit = f" {distribution.unit}" if distribution.unit else ""
    if len(values) > 1 and set(values) <= {0.0, 1.0}:
        return f"{distribution.label}: {int(values.sum())} of {len(values)}"
    low, median, high = np.percentile(values, [10, 50, 90])
    spread = f" ({low:.3g} to {high:.3g})" if len(values) > 1 else ""
    return f"{distribution.label}: {median:.3g}{spread}{unit}"
