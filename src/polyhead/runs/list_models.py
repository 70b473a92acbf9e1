"""What can be loaded by name."""

from pathlib import Path
from typing import Any

import torch

from polyhead.core.errors import PolyheadError
from polyhead.core.special_tokens import SpecialTokens
from polyhead.models.aliases import ALIASES, resolve
from polyhead.models.asked_special import split_asked
from polyhead.models.hf.identities import CLOSE, identities
from polyhead.models.hf.model import HFModel
from polyhead.models.load import BUNDLED, folder_tokenizer, load_model
from polyhead.models.tokenizer import Tokenizer


def list_models() -> list[dict[str, Any]]:
    """One row per alias."""
    bundled = {"name": "bundled", "repository": "ships with polyhead", "layout": "polyhead"}
    return [bundled, *({"name": k, "repository": v.repo, "layout": v.layout} for k, v in ALIASES.items())]


def describe_model(name: str, *, load: bool) -> dict[str, Any]:
    """Where a name leads, and with `load` its sizes and the tokens that stand before and after a text.

    Raises:
        PolyheadError: unknown name, or with `load` its files are not to be had.
    """
    plain, asked = (name, {}) if Path(name).exists() else split_asked(name)
    if plain == "bundled":
        row: dict[str, Any] = {"name": name, "card": str(BUNDLED / "MODEL_CARD.md")}
    elif Path(plain).exists():
        row = {"name": name, "folder": str(Path(plain).resolve())}
    else:
        hub = resolve(plain.partition("@")[0])
        row = {"name": name, "repository": hub.repo, "layout": hub.layout, "tokenizer": hub.tokenizer or hub.repo}
    if load or plain == "bundled":
        model = load_model(name)
        row |= _around(model.cfg.special, model.tokenizer)
        if load:
            row |= model.cfg.model_dump()
            row["parameters"] = sum(p.numel() for p in model.parameters())
    elif Path(plain).is_dir():
        tokenizer = folder_tokenizer(Path(plain))
        row |= {} if tokenizer is None or asked else _around(tokenizer.special, tokenizer)
    row |= {which: f"{value} (asked for)" for which, value in asked.items()}
    return row


def check_model(name: str) -> list[dict[str, Any]]:
    """Load a model and measure, on a probe, the identities that everything else relies on.

    Args:
        name: An alias, a hub repository or a local folder.

    Returns:
        One row per identity: in words, the largest relative difference over layers, and whether it holds.

    Raises:
        PolyheadError: unknown name, its files are not to be had, its family is not supported, or it is not a model of
            transformers.
    """
    model = load_model(name)
    if not isinstance(model, HFModel):
        raise PolyheadError(
            f"--check compares models of transformers with what polyhead reads of them; {name} is not one"
        )
    close = max(CLOSE, 8 * torch.finfo(model.dtype).eps)
    return [
        {"identity": words, "largest relative difference": float(f"{off:.2g}"), "holds": off <= close}
        for words, off in identities(model).items()
    ]


def _around(special: SpecialTokens, tokenizer: Any) -> dict[str, str]:
    """What stands before a sequence and after a document, with the tokens' text and what decided it."""

    def words(i: int | None, origin: str) -> str:
        if i is None:
            return origin if origin.startswith("none") else f"none: {origin}"
        text = f" {tokenizer.tokens([i])[0]!r}" if isinstance(tokenizer, Tokenizer) else ""
        return f"{i}{text} ({origin})"

    return {
        "before a sequence": words(special.bos_token_id, special.bos_from),
        "after a document": words(special.eos_token_id, special.eos_from),
    }
