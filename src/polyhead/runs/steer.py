"""One prompt before and after latents of a dictionary are changed, for the command line."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from polyhead.core.errors import PolyheadError
from polyhead.dictionaries import load_dictionary
from polyhead.dictionaries.bundled import bundled_folders
from polyhead.interventions.effect import effect
from polyhead.interventions.steer import clamp as clamped
from polyhead.interventions.steer import steer
from polyhead.models.load import load_model


def run_steer(
    model: str,
    dictionary: str,
    prompt: str,
    *,
    latents: Sequence[int],
    scale: float | None = None,
    add: float | None = None,
    clamp: float | None = None,
    ablate: bool = False,
    heads: Sequence[str] | None = None,
    positions: Sequence[int] | None = None,
    top: int = 10,
    n_tokens: int = 20,
    temperature: float = 0.0,
    seed: int = 0,
) -> dict[str, Any]:
    """Change latents and compare.

    Args:
        model: Alias, hub repository or local folder.
        dictionary: Folder of a dictionary, or the name of one that ships.
        prompt: Text.
        latents: Which to change, by exactly one of the next four.
        scale: Factor of their code.
        add: What is added to it.
        clamp: What it is held at.
        ablate: Set it to 0.
        heads: Change only what these heads carry.
        positions: Change these positions alone.
        top: Number of next tokens.
        n_tokens: Length of the continuations.
        temperature: Of the continuations.
        seed: Of sampled continuations.

    Returns:
        The intervention in words, next tokens with probabilities, KL in nats, and both continuations.

    Raises:
        PolyheadError: none or several kinds of change, or what `steer` refuses.
    """
    _one_change({"--scale": scale, "--add": add, "--clamp": clamp, "--ablate": ablate or None})
    loaded, folder = load_model(model), Path(dictionary)
    if not folder.exists():
        folder = bundled_folders().get(dictionary, folder)
    d: Any = load_dictionary(folder)
    where: dict[str, Any] = {"heads": heads, "positions": positions}
    if clamp is not None:
        made = clamped(loaded, d, latent=latents, value=clamp, **where)
    else:
        made = steer(loaded, d, latent=latents, scale=0.0 if ablate else scale, add=add, **where)
    found = effect(loaded, prompt, made, n_tokens=n_tokens, temperature=temperature, seed=seed)
    return {
        "prompt": prompt,
        "intervention": made.about,
        "kl": found.kl,
        "next": [{"token": repr(row.pop("token")), **row} for row in found.next_tokens(top).to_dict("records")],
        "text_before": found.text_before,
        "text_after": found.text_after,
    }


def _one_change(options: Mapping[str, Any]) -> None:
    given = [name for name, value in options.items() if value is not None]
    if len(given) != 1:
        *others, last = options
        received = " and ".join(given) or "none"
        raise PolyheadError(f"give one of {', '.join(others)} and {last}; received {received}")
