"""The config of an experiment, and of each dictionary in it.

A run folder holds `experiment.json` (this config; it reproduces the run), `members/<name>/` (one training run each,
with checkpoints and the finished `dictionary/`), `records/` (what evaluation and analysis wrote) and `report/`.
"""

import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, field_validator, model_serializer, model_validator

from polyhead.core.config import Config
from polyhead.core.earlier_names import current_member_settings
from polyhead.core.errors import PolyheadError, nearest
from polyhead.dictionaries import METHODS
from polyhead.dictionaries.activation import JumpReLU, ReLU, TopK
from polyhead.dictionaries.method import Method
from polyhead.ops.schedules import Schedule

_IN_NAME = ("activation", "n_latents", "loadings", "input_site", "target_site")
"""Settings that a member's name says in its own way, or not at all."""


class Member(Config):
    """One dictionary of the experiment."""

    method: str = "mtc"
    """Name of a method (`polyhead train --help`)."""
    settings: dict[str, Any] = Field(default_factory=dict)
    """What is chosen of it; the rest is filled in with its defaults."""
    seed: int = 0
    control: Literal["other_sequence"] | None = None
    """`other_sequence`: trained with the patterns of another sequence."""

    @model_validator(mode="before")
    @classmethod
    def _filled_in(cls, plain: Any) -> Any:
        """Settings with the defaults of their method, so that a saved config says everything."""
        if not isinstance(plain, dict):
            return plain
        name = plain.get("method", "mtc")
        if name not in METHODS:
            raise ValueError(f"unknown method {name!r}; {nearest(str(name), METHODS)}")
        try:
            received = plain.get("settings", {})
            received = current_member_settings(name, received) if isinstance(received, Mapping) else received
            settings = METHODS[name].settings.parse(received, where=f"settings of {name}")
        except PolyheadError as error:
            raise ValueError(str(error)) from None
        return {**plain, "settings": json.loads(settings.model_dump_json())}

    @property
    def of(self) -> Method:
        """The method."""
        return METHODS[self.method]

    @property
    def parsed(self) -> Any:
        """The settings as the method's own config."""
        return self.of.settings.parse(self.settings)

    @property
    def variant(self) -> str:
        """What the member is compared as: the value of its method's `variant` setting, `shuffled` for its control."""
        setting = self.of.variant
        if setting is None:
            return self.method if self.control is None else f"{self.method} shuffled"
        return str(self.settings[setting]) if self.control is None else "shuffled"

    @property
    def init(self) -> str | None:
        """How loadings began, where that is a choice."""
        return self.settings.get("init")

    @property
    def n_latents(self) -> int | None:
        """Width, where that is a setting."""
        return self.settings.get("n_latents")

    @property
    def sparsity(self) -> str:
        """The sparsity setting in words."""
        match getattr(self.parsed, "activation", None):
            case ReLU(l1=l1):
                return f"l1={l1:g}"
            case JumpReLU(sparsity=weight):
                return f"tanh={weight:g}"
            case None:
                return ""
            case activation:
                return f"k={activation.k:g}" if type(activation) is TopK else _words(activation)

    @property
    def name(self) -> str:
        """Unique in the experiment; a folder's name."""
        default = json.loads(self.of.settings().model_dump_json())
        changed = {k: v for k, v in self.settings.items() if k not in _IN_NAME and v != default[k]}
        if changed.get("bos") == "untrained":
            changed.pop("bos")  # folders were named before there was a choice
        parts = [self.variant.replace(" ", "-"), self.sparsity.replace("=", "").replace(" ", "-")]
        parts += [f"n{self.n_latents}"] if self.n_latents is not None else []
        parts += [str(changed.pop("init"))] if "init" in changed else []
        parts += [f"{key}{_plain(value)}" for key, value in changed.items()]
        return "-".join(part for part in [*parts, f"s{self.seed}"] if part)


class Training(Config):
    """How every member is trained."""

    lr: float | None = Field(default=None, gt=0)
    """Adam's rate; each method's own where None. Parameters that learn at another rate keep their ratio to it."""
    sequences_per_batch: int = Field(default=8, ge=1)
    schedule: Schedule = Schedule(warmup_steps=30, decay_fraction=0.3)
    clip: float | None = 1.0
    """Largest gradient norm, or None."""
    checkpoint_every: int = Field(default=200, ge=1)


class ExperimentConfig(Config):
    """Everything that decides the numbers of a run."""

    model: str = "bundled"
    text: str = "bundled"
    """`bundled` (held-out text that ships with the bundled model), or a file or folder of text."""
    split: Literal["by_document", "in_order"] = "by_document"
    """How held-out text is chosen: by the hash of each document (activations/split.py), or, in runs of earlier
    versions, as the sequences that follow the training sequences. Saved configs without this field are `in_order`."""
    layers: tuple[int, ...] = (3,)
    """The layers explained: one, or several for methods that span layers."""
    seq_len: int = Field(default=128, ge=2)
    """Tokens a sequence, BOS included."""
    n_train_tokens: int = Field(default=262_144, ge=1)
    n_eval_tokens: int = Field(default=24_576, ge=1)
    members: tuple[Member, ...] = (Member(),)
    training: Training = Training()
    baseline_ranks: tuple[int, ...] = (16, 32, 64)
    """Ranks of the output PCA; per-head baselines take rank / n_heads per head."""
    pages: tuple[str, ...] = ()
    """Names of the members that get latent pages; none named means the first of every variant but controls."""

    @field_validator("layers")
    @classmethod
    def _ordered(cls, layers: tuple[int, ...]) -> tuple[int, ...]:
        if not layers or min(layers) < 0 or list(layers) != sorted(set(layers)):
            raise ValueError(f"layers are named once each, counted from 0, in ascending order; received {list(layers)}")
        return layers

    @model_validator(mode="after")
    def _check(self) -> "ExperimentConfig":
        names = [m.name for m in self.members]
        if len(set(names)) < len(names):
            twice = sorted(n for n in names if names.count(n) > 1)[0]
            raise ValueError(f"two members have the same settings, as far as names of folders say them: {twice}")
        unknown = [p for p in self.pages if p not in names]
        if unknown:
            raise ValueError(f"pages asks for {unknown[0]!r}, which is no member; {nearest(unknown[0], names)}")
        return self

    @model_serializer(mode="wrap", when_used="json")
    def _as_earlier(self, plain: Any) -> dict[str, Any]:
        """A config of an earlier version is written as it was, so that its folder is known again."""
        found = plain(self)
        return found if self.split == "by_document" else {k: v for k, v in found.items() if k != "split"}

    @classmethod
    def parse_saved(cls, values: Mapping[str, Any], *, where: str | None = None) -> "ExperimentConfig":
        """What was saved, by this or an earlier version.

        Raises:
            PolyheadError: unknown keys or values, as `parse`.
        """
        return cls.parse({"split": "in_order", **values}, where=where)

    @property
    def layer(self) -> int:
        """The first layer explained."""
        return self.layers[0]

    @property
    def page_names(self) -> tuple[str, ...]:
        """Members that get latent pages."""
        if self.pages:
            return self.pages
        first = {m.variant: m.name for m in reversed(self.members) if m.control is None}
        named = dict.fromkeys(m.variant for m in self.members if m.control is None)
        ordered = sorted(named, key=lambda v: (v != "free", v != "top1"))  # stable: the rest as they are named
        return tuple(first[v] for v in ordered) or (self.members[0].name,)

    def member(self, name: str) -> Member:
        """The member of that name.

        Raises:
            PolyheadError: there is none (nearest named).
        """
        found = {m.name: m for m in self.members}
        if name not in found:
            raise PolyheadError(f"unknown member {name!r}; {nearest(name, found)}")
        return found[name]


def _words(activation: Any) -> str:
    plain = activation.model_dump()
    size = next((f"{k}={plain[k]:g}" for k in ("k", "l0", "sparsity", "l1") if k in plain), "")
    return f"{plain['kind']} {size}".strip() if plain["kind"] != "batchtopk" else f"batch k={plain['k']:g}"


def _plain(value: Any) -> str:
    text = json.dumps(value) if not isinstance(value, str) else value
    return "".join(c if c.isalnum() or c in ".-" else "_" for c in text).strip("_")
