"""BOS and end of document as the user asks for them: options of `load_model`, or after a model's name.

`pythia-70m:bos=none` is a name like any other, so every command takes it and every record keeps it.
"""

import re

from polyhead.core.errors import PolyheadError
from polyhead.core.special_tokens import SpecialTokens
from polyhead.models.hooked import HookedModel

_SUFFIX = re.compile(r":(bos|eos)=([^:]*)\Z")

Asked = dict[str, str | int]
"""`bos` or `eos` to `none`, an id, or the token's text."""


def split_asked(name: str) -> tuple[str, Asked]:
    """A model's name and what is asked after it: `gpt2:bos=none` is gpt2 with `{"bos": "none"}`."""
    asked: Asked = {}
    while (match := _SUFFIX.search(name)) is not None:
        asked.setdefault(match[1], match[2])
        name = name[: match.start()]
    return name, asked


def apply_asked(model: HookedModel, asked: Asked) -> None:
    """Decide BOS and end of document as asked; the name in records says so.

    Raises:
        PolyheadError: a token that the model's tokenizer does not have, or an id that the model does not have.
    """
    if not asked:
        return
    special = model.cfg.special.model_dump()
    for which, value in asked.items():
        special |= {f"{which}_token_id": _id(model, which, value), f"{which}_from": f"asked for ({which}={value})"}
    model.set_special(SpecialTokens.parse(special))
    model.cfg = model.cfg.replace(name=model.cfg.name + "".join(f":{which}={value}" for which, value in asked.items()))


def _id(model: HookedModel, which: str, value: str | int) -> int | None:
    if value == "none":
        return None
    if isinstance(value, int) or value.isdecimal():
        return int(value)
    backend = getattr(model.tokenizer, "backend", None)
    found = None if backend is None else backend.token_to_id(value)
    if found is None:
        raise PolyheadError(
            f"{which}={value}: {model.cfg.name} has no such token; give `none`, an id, or the text of a token"
        )
    return found
