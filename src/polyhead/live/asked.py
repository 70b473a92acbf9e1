"""What the live page asks: a prompt, and edits of heads and latents."""

from typing import Any, Literal

from pydantic import Field, field_validator

from polyhead.core.config import Config

MOST_EDITS = 64
MOST_CHARACTERS = 100_000


class Edit(Config):
    """One change of the model: of a head's output, or of a latent's code."""

    head: str | None = Field(default=None, max_length=32)
    """`L3H4`; None where a latent is changed."""
    dictionary: str | None = Field(default=None, max_length=300)
    """Name of the latent's dictionary."""
    latent: int | None = None
    do: Literal["scale", "add", "clamp"] = "scale"
    """Scale the output or code by `value` (0 ablates), add `value` to the code, or hold it there."""
    value: float = 0.0


class Ask(Config):
    """One question to the model."""

    prompt: str = Field(max_length=MOST_CHARACTERS)
    edits: tuple[Edit, ...] = Field(default=(), max_length=MOST_EDITS)
    n_tokens: int = Field(default=20, ge=0, le=200)
    """Length of the continuations, where the context has room for them."""
    n_latents: int = Field(default=8, ge=0, le=64)
    """Latents shown per dictionary, besides those that are edited."""

    @field_validator("prompt", mode="before")
    @classmethod
    def _is_unicode(cls, prompt: Any) -> Any:
        if isinstance(prompt, str) and any("\ud800" <= c <= "\udfff" for c in prompt):
            raise ValueError("the prompt holds half of a surrogate pair, which no encoding can write")
        return prompt
