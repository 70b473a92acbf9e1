"""Continuing a text. Every step runs the whole sequence again: short, exact, and the same for every kind of model."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.models.hooked import HookedModel


@torch.no_grad()
def generate(
    model: HookedModel,
    tokens: Int[Tensor, "b p"],
    n_tokens: int,
    *,
    temperature: float = 0.0,
    top_k: int | None = None,
    generator: torch.Generator | None = None,
    stop_token: int | None = None,
) -> Int[Tensor, "b p_longer"]:
    """The tokens given, then up to `n_tokens` more.

    Args:
        model: any hooked model.
        tokens: prompts of equal length, with BOS where the model expects one.
        n_tokens: how many to add at most; prompt and these must fit the model's context.
        temperature: 0 takes the likeliest token; above 0 samples from softmax(logits / temperature).
        top_k: sample among the k likeliest only.
        generator: the source of randomness, needed for sampling.
        stop_token: a row that has produced it resumes with it alone; all rows there, and the result ends.

    Raises:
        PolyheadError: too long for the model, or settings that make no sense.
    """
    _check(model, tokens, n_tokens, temperature=temperature, top_k=top_k, generator=generator)
    done = torch.zeros(tokens.shape[0], 1, dtype=torch.bool, device=tokens.device)
    for _ in range(n_tokens):
        logits = model(tokens)[:, -1]
        new = _choose(logits, temperature=temperature, top_k=top_k, generator=generator).to(tokens)
        if stop_token is not None:
            new = new.masked_fill(done, stop_token)
            done = new == stop_token
        tokens = torch.cat([tokens, new], dim=1)
        if done.all():
            break
    return tokens


def _choose(
    logits: Float[Tensor, "b d_vocab"], *, temperature: float, top_k: int | None, generator: torch.Generator | None
) -> Int[Tensor, "b 1"]:
    if temperature == 0:
        return logits.argmax(-1, keepdim=True)
    assert generator is not None
    scaled = logits.float() / temperature
    if top_k is not None:
        kept = scaled.topk(min(top_k, scaled.shape[-1]))
        scaled = torch.full_like(scaled, -torch.inf).scatter(-1, kept.indices, kept.values)
    return torch.multinomial(scaled.softmax(-1).to(generator.device), 1, generator=generator)


def _check(
    model: HookedModel,
    tokens: Tensor,
    n_tokens: int,
    *,
    temperature: float,
    top_k: int | None,
    generator: torch.Generator | None,
) -> None:
    length = tokens.shape[1] + n_tokens
    if n_tokens < 0 or length > model.cfg.n_ctx:
        raise PolyheadError(
            f"{tokens.shape[1]} tokens and {n_tokens} more; {model.cfg.name} takes at most {model.cfg.n_ctx} in all"
        )
    if not 0 <= temperature < float("inf"):
        raise PolyheadError(f"temperature {temperature}; expected 0 (the likeliest token) or a positive number")
    if top_k is not None and top_k < 1:
        raise PolyheadError(f"top_k {top_k}; expected at least 1, or None for no limit")
    if temperature > 0 and generator is None:
        raise PolyheadError(f"temperature {temperature} samples, which needs a generator: pass a torch.Generator")
