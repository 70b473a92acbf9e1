"""Records of a study: claims judged over seeds, figures as data, and how it was run.

`record.json` of a study folder is one StudyRecord; the pages are drawn from it and from nothing else. Figures hold
numbers, never pictures: the reader downloads what is drawn. docs/formats.md says the same.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, computed_field, model_validator

from polyhead.core.data_files import read_json, validated
from polyhead.core.records import Record

SIGNIFICANT = 0.01
"""A share is larger than the control's if chance gives as much with a smaller probability than this."""

Held = Literal["yes", "partly", "no"]
"""Whether the statement holds in our models, by the rules of `studies/judge.py`."""
Agreement = Literal["agrees", "agrees in part", "disagrees", "nothing published"]
"""How what we found compares with what was published."""
Verdict = Literal["reproduced", "partly", "not reproduced", "published number unknown"]
"""The older single word for both, derived: the last one where nothing was published."""

_AGREEMENT: dict[Held, Agreement] = {"yes": "agrees", "partly": "agrees in part", "no": "disagrees"}
_VERDICT: dict[Held, Verdict] = {"yes": "reproduced", "partly": "partly", "no": "not reproduced"}
_OLD_REASON = re.compile(r"holds for (\d+) of (\d+) .*?\(p = ([\d.e+-]+)\)")


def held_share(k: int, n: int, p: float) -> Held:
    """Whether a statement holds that is true of `k` of `n` models; `p`: that this is no more than in the control."""
    better = p < SIGNIFICANT
    return "yes" if k >= 0.9 * n and better else "no" if k < 0.1 * n or not better else "partly"


class Distribution(Record):
    """One number over independently seeded models (or over draws of a null)."""

    label: str
    """What was varied: `2 heads, d_head 5`."""
    values: list[float]
    """One for each model; shares and rates in [0, 1], never in per cent."""
    unit: str = ""
    """`nats`, `ms`; empty for shares, correlations and counts."""
    n_diverged: int = 0
    """Models that diverged; they are left out of `values`, and shown."""


class Claim(Record):
    """One published (or our own) statement, what we measured, and what was decided."""

    key: str
    """Short and unique in the study: `reversed-orders`."""
    statement: str
    source: str
    """Where it is said; `ours` for what nobody published."""
    published: str | None
    """What was published, in words; None where nothing was."""
    ours: list[Distribution]
    control: list[Distribution]
    """The same number where the claim should fail: a null, a shuffle, an untrained or bound model."""
    control_note: str
    """What the control is and why it tells."""
    held: Held | None
    """None: a number was measured, of which nothing was said that could hold or fail."""
    reason: str
    """The rule that decided, with its numbers, in one or two sentences."""

    @computed_field
    @property
    def agreement(self) -> Agreement:
        """What `held` says about the published statement."""
        return "nothing published" if self.published is None or self.held is None else _AGREEMENT[self.held]

    @computed_field
    @property
    def verdict(self) -> Verdict:
        """Both in one word, as records had it before."""
        unknown = self.published is None or self.held is None
        return "published number unknown" if unknown else _VERDICT[self.held]  # pyright: ignore[reportArgumentType]

    @model_validator(mode="before")
    @classmethod
    def _read_older(cls, data: Any) -> Any:
        """Leave out what is derived; of a record that has a verdict alone, derive what it holds."""
        if not isinstance(data, dict):
            return data
        data = {key: value for key, value in data.items() if key != "agreement"}
        verdict = data.pop("verdict", None)
        if "held" in data or verdict is None:
            return data
        held = next((held for held, name in _VERDICT.items() if name == verdict), None)
        if verdict == "published number unknown" and (found := _OLD_REASON.search(str(data.get("reason")))):
            held = held_share(int(found[1]), int(found[2]), float(found[3]))
        published = data.get("published")
        if verdict == "published number unknown" or str(published).startswith("unknown"):
            remark = str(published or "").removeprefix("unknown").strip()
            remark = f"({remark})" if remark and remark[0] != "(" else remark
            data |= {"published": None, "source": f"{data.get('source')} {remark}".strip()}
        return {**data, "held": held}


class HeatMap(Record):
    """A matrix in colours; a phase map where `categories` is given."""

    kind: Literal["heatmap"] = "heatmap"
    title: str
    x_label: str = ""
    y_label: str = ""
    x: list[str]
    """Names of the columns."""
    y: list[str]
    """Names of the rows, top first."""
    values: list[list[float | None]]
    """`[len(y)][len(x)]`; None is drawn as missing. With `categories`: indices into it."""
    diverging: bool = False
    """Zero is in the middle of the scale, and the scale is symmetric."""
    limits: tuple[float, float] | None = None
    """Ends of the colour scale; the data's own where None."""
    annotate: bool = False
    """Write the value into each cell (small maps)."""
    categories: list[str] | None = None

    @model_validator(mode="after")
    def _shape(self) -> "HeatMap":
        if len(self.values) != len(self.y) or any(len(row) != len(self.x) for row in self.values):
            raise ValueError(f"heat map {self.title!r}: {len(self.y)} rows of {len(self.x)} values expected")
        return self


class Series(Record):
    """One named line, set of bars or cloud of points."""

    name: str
    y: list[float | None]
    x: list[float] | None = None
    """None for bars: the places are the figure's `categories`."""
    low: list[float | None] | None = None
    """Lower end of the band or error bar (10th percentile over seeds, unless the caption says otherwise)."""
    high: list[float | None] | None = None
    labels: list[str] | None = None
    """Name of each point, shown next to it (few) or on hovering."""
    joined: Literal["no", "line", "ring"] = "no"
    """Scatter only: draw the points' order as a path, closed for a ring."""


class Reference(Record):
    """A straight reference line with its name: a published number, a ceiling, chance."""

    axis: Literal["x", "y"]
    value: float
    label: str


class Bars(Record):
    """Grouped or stacked bars."""

    kind: Literal["bars"] = "bars"
    title: str
    x_label: str = ""
    y_label: str = ""
    categories: list[str]
    series: list[Series]
    stacked: bool = False
    references: list[Reference] = Field(default_factory=list)


class Lines(Record):
    """Lines with bands."""

    kind: Literal["lines"] = "lines"
    title: str
    x_label: str = ""
    y_label: str = ""
    series: list[Series]
    log_x: bool = False
    log_y: bool = False
    references: list[Reference] = Field(default_factory=list)


class Scatter(Record):
    """Points in a plane, perhaps joined."""

    kind: Literal["scatter"] = "scatter"
    title: str
    x_label: str = ""
    y_label: str = ""
    series: list[Series]
    square: bool = False
    """Equal units on both axes (planes of 2-dimensional heads, geometry)."""
    log_x: bool = False
    log_y: bool = False
    references: list[Reference] = Field(default_factory=list)


Drawing = Annotated[HeatMap | Bars | Lines | Scatter, Field(discriminator="kind")]


class Figure(Record):
    """One figure of a page: a drawing, a grid of small multiples, or frames to scrub through (or both)."""

    key: str
    """Short and unique in the study; names the file that is downloaded."""
    title: str
    caption: str
    """What is seen, over what models, and which published figure it redraws, in two or three sentences."""
    panels: list[Drawing] = Field(default_factory=list)
    """The drawings, in reading order."""
    columns: int = 1
    """Panels in a row on a wide page."""
    shared_scale: bool = True
    """All heat maps use one colour scale and all planes one range."""
    frames: list[list[Drawing]] = Field(default_factory=list)
    """For an animation: `panels` at each moment. Then `panels` is empty."""
    frame_labels: list[str] = Field(default_factory=list)
    """One for each frame: `step 200`."""

    @model_validator(mode="after")
    def _one_of_two(self) -> "Figure":
        if bool(self.panels) == bool(self.frames) or len(self.frames) != len(self.frame_labels):
            raise ValueError(f"figure {self.key!r}: either panels, or frames with as many labels")
        return self


class Findings(Record):
    """What a study found: made by the study itself."""

    claims: list[Claim]
    figures: list[Figure]
    notes: list[str]
    """Negative results, contradictions of the published text with their explanation, and limits; one paragraph each."""
    n_models: int
    """Trained in all."""
    n_diverged: int


class StudyRecord(Record):
    """A study that was run: findings and circumstances."""

    name: str
    title: str
    question: str
    sources: list[str]
    preset: str
    settings: dict[str, Any]
    """The config of the preset, as plain values: it reproduces the record."""
    command: str
    created: str
    machine: str
    """Processor, cores and threads used, in words."""
    versions: dict[str, str]
    seconds: float
    findings: Findings


def held_counts(found: Sequence[Held | None]) -> dict[str, int]:
    """How many claims held, held in part, did not hold, or were only measured."""
    named = [held or "measured" for held in found]
    return {held: named.count(held) for held in (*get_args(Held), "measured")}


def read_held(path: Path) -> list[Held | None]:
    """Whether each claim of a saved record held, without reading the distributions and figures, which are most of it.

    Args:
        path: `record.json` of a study.

    Raises:
        ArtifactError: missing, damaged, or no record of a study.
    """
    record = read_json(path, constants=True)
    try:
        claims = [{**claim, "ours": [], "control": []} for claim in record["findings"]["claims"]]
    except (KeyError, TypeError):
        claims = StudyRecord.load(path).findings.claims  # says what is wrong
    return [validated(Claim, claim, str(path)).held for claim in claims]
