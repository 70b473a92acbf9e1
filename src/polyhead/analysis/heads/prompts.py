"""Prompts from template sets: texts with slots, and the one token that should come next.

A set is data (templates/*.json, or a file of the user's):

    {"name": "...", "about": "...", "n_prompts": 50,
     "templates": [{"prompt": "\\nclass <name>(<parent>):", "answer": "\\n    "}],
     "slots": {"name": ["Reader", "Table"], "parent": ["Base"]}}

`<name>` is replaced by a word of the slot `name`, `<name 2>` by another of the same slot, and so on; which, is decided
by seed, set and prompt number alone. An answer must be one token after its prompt, with the prompt's own tokens left
as they are. Axis legend: b prompt, p position.
"""

import re
from collections import Counter
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Int
from pydantic import Field, model_validator
from torch import Tensor

from polyhead.core.config import Config
from polyhead.core.data_files import read_object
from polyhead.core.errors import PolyheadError, nearest
from polyhead.core.rng import generator
from polyhead.models.hooked import HookedModel
from polyhead.models.text import before

_TRIES = 30
"""Draws for each prompt that is wanted, before giving up."""
_NOT_ONE = "the answer is not one token"


class Template(Config):
    """One text and what comes next."""

    prompt: str
    answer: str

    @model_validator(mode="after")
    def _says_both(self) -> "Template":
        if not self.prompt or not self.answer:
            raise ValueError("a template needs a prompt and an answer, neither empty")
        return self


class TemplateSet(Config):
    """Prompts that one behaviour should answer."""

    name: str
    about: str = ""
    templates: tuple[Template, ...]
    slots: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    n_prompts: int = 50
    strict: bool = True
    """Refuse a template none of whose answers is one token; the sets that ship drop it and say so."""

    @model_validator(mode="after")
    def _usable(self) -> "TemplateSet":
        if not self.templates:
            raise ValueError("a template set needs at least one template")
        if self.n_prompts < 1:
            raise ValueError(f"n_prompts {self.n_prompts}; at least 1")
        for template in self.templates:
            for slot, number in _slots(template, self.slots):
                if number > len(self.slots[slot]):
                    raise ValueError(
                        f"<{slot} {number}> asks for {number} words; slot {slot!r} has {len(self.slots[slot])}"
                    )
        return self


def shipped_sets() -> dict[str, Path]:
    """The template sets that come with the package, by name."""
    folder = Path(str(files("polyhead.analysis.heads") / "templates"))
    return {p.stem: p for p in sorted(folder.glob("*.json"))}


def read_templates(name_or_path: str | Path) -> TemplateSet:
    """A shipped set by name, or a file of the user's.

    Raises:
        PolyheadError: no such set or file, or not a template set.
    """
    shipped = shipped_sets()
    if str(name_or_path) in shipped:
        path = shipped[str(name_or_path)]
        return TemplateSet.parse({**read_object(path), "strict": False}, where=str(name_or_path))
    path = Path(name_or_path)
    if not path.exists():
        raise PolyheadError(f"no template set or file {str(name_or_path)!r}; {nearest(str(name_or_path), shipped)}")
    return TemplateSet.parse({"name": path.stem, **read_object(path)}, where=str(path))


@dataclass(frozen=True)
class Prompts:
    """Prompts as tokens, padded on the right."""

    tokens: Int[Tensor, "b p"]
    last: Int[Tensor, " b"]
    """Position of each prompt's last token: where the answer is predicted."""
    answers: Int[Tensor, " b"]
    texts: list[str]
    answer_texts: list[str]
    template: list[int]
    dropped: dict[str, int]

    def __len__(self) -> int:
        return len(self.tokens)

    def select(self, rows: Int[Tensor, " n"]) -> "Prompts":
        """Some of them, in the order asked for."""
        some = rows.tolist()
        last = self.last[rows]
        return Prompts(
            self.tokens[rows][:, : int(last.max()) + 1],
            last,
            self.answers[rows],
            [self.texts[i] for i in some],
            [self.answer_texts[i] for i in some],
            [self.template[i] for i in some],
            self.dropped,
        )


def make_prompts(model: HookedModel, templates: TemplateSet, *, n: int | None = None, seed: int = 0) -> Prompts:
    """Fill the templates in turn until there are `n` different prompts (the set's own number by default).

    Raises:
        PolyheadError: no tokenizer; a template whose answer is never one token (of a user's set), or none of whose
            prompts fits the model; no prompt at all.
    """
    if model.tokenizer is None:
        raise PolyheadError(f"{model.cfg.name} has no tokenizer; templates are text")
    wanted, dropped = n or templates.n_prompts, Counter[str]()
    rows: list[tuple[list[int], int, str, str, int]] = []
    seen: set[str] = set()
    used = [0] * len(templates.templates)
    bad: dict[int, str] = {}
    for attempt in range(wanted * _TRIES):
        if len(rows) == wanted:
            break
        which = attempt % len(templates.templates)
        text, answer = fill(templates, which, seed=seed, number=attempt)
        if text + answer in seen:
            dropped["the same as another"] += 1
            continue
        seen.add(text + answer)
        ids, reason = _tokens(model, text, answer)
        if reason:
            dropped[_NOT_ONE] += 1
            bad[which] = reason
            continue
        rows.append((ids[:-1], ids[-1], text, answer, which))
        used[which] += 1
    for which, reason in bad.items():
        if not used[which] and (templates.strict or not rows):
            raise PolyheadError(f"template {which + 1} of {templates.name}: {reason}; an answer must be one token")
    if not rows:
        raise PolyheadError(f"{templates.name} gives no prompt for {model.cfg.name}")
    return _stack(model, rows, dict(dropped))


def fill(templates: TemplateSet, which: int, *, seed: int, number: int) -> tuple[str, str]:
    """Prompt and answer of one template with words drawn for its slots."""
    g = generator(seed, "prompt", templates.name, number)
    words = {s: [w[i] for i in torch.randperm(len(w), generator=g).tolist()] for s, w in templates.slots.items()}

    def word(match: re.Match[str]) -> str:
        return words[match[1]][int(match[2] or 1) - 1] if match[1] in words else match[0]

    template = templates.templates[which]
    return _SLOT.sub(word, template.prompt), _SLOT.sub(word, template.answer)


_SLOT = re.compile(r"<([a-z_]+)(?: (\d+))?>")


def _slots(template: Template, slots: dict[str, tuple[str, ...]]) -> list[tuple[str, int]]:
    found = _SLOT.findall(template.prompt + template.answer)
    return [(name, int(number or 1)) for name, number in found if name in slots]


def _tokens(model: HookedModel, text: str, answer: str) -> tuple[list[int], str | None]:
    tokenizer: Any = model.tokenizer
    prompt, both = tokenizer.encode(text), tokenizer.encode(text + answer)
    if len(both) == len(prompt) + 1 and both[:-1] == prompt:
        return both, None
    alone = tokenizer.tokens(both[len(prompt) :] if both[: len(prompt)] == prompt else tokenizer.encode(answer))
    if len(alone) == 1:
        return both, f"the answer {answer!r} joins the token before it"
    return both, f"the answer {answer!r} is {len(alone)} tokens for {model.cfg.name} ({', '.join(map(repr, alone))})"


def _stack(model: HookedModel, rows: list[tuple[list[int], int, str, str, int]], dropped: dict[str, int]) -> Prompts:
    first = before(model)
    width = max(len(r[0]) for r in rows) + len(first)
    if width > model.cfg.n_ctx:
        raise PolyheadError(f"a prompt of {width} tokens; {model.cfg.name} takes at most {model.cfg.n_ctx}")
    tokens = torch.zeros(len(rows), width, dtype=torch.int64)
    last = torch.zeros(len(rows), dtype=torch.int64)
    for i, row in enumerate(rows):
        ids = [*first, *row[0]]
        tokens[i, : len(ids)] = torch.tensor(ids)
        last[i] = len(ids) - 1
    return Prompts(
        tokens.to(model.device),
        last.to(model.device),
        torch.tensor([r[1] for r in rows], device=model.device),
        [r[2] for r in rows],
        [r[3] for r in rows],
        [r[4] for r in rows],
        dropped,
    )
