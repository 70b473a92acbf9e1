"""What interventions do to a prompt: the next token, and the text that follows, before and after."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

import pandas as pd
import torch
from jaxtyping import Float, Int
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.shown import Shown
from polyhead.interventions.steer import Intervention
from polyhead.models.generate import generate
from polyhead.models.hooked import HookedModel
from polyhead.models.text import to_tokens


@dataclass(frozen=True)
class Effect(Shown):
    """A prompt before and after some interventions."""

    tokens: Int[Tensor, "1 p"]
    before: Float[Tensor, "p v"]
    """Logits without the interventions."""
    after: Float[Tensor, "p v"]
    """Logits with them."""
    text_before: str
    """Continuation without them; empty where none was asked for."""
    text_after: str
    about: tuple[str, ...]
    """The interventions, in words."""
    model: HookedModel = field(repr=False)

    @property
    def kl(self) -> float:
        """KL divergence from the next-token distribution before to that after, at the last position, in nats."""
        p, q = (x[-1].double().log_softmax(-1) for x in (self.before, self.after))
        return float((p.exp() * (p - q)).sum())

    def next_tokens(self, n: int = 10) -> pd.DataFrame:
        """The `n` likeliest next tokens before and after: one row each, with probabilities and logits.

        Returns:
            Columns token, p_before, p_after, logit_before, logit_after, logit_change; the greater probability first.
        """
        before, after = self.before[-1].double(), self.after[-1].double()
        p, q = before.softmax(-1), after.softmax(-1)
        chosen = torch.maximum(p, q).topk(min(n, len(p))).indices
        tokenizer = self.model.tokenizer
        return pd.DataFrame(
            {
                "token": [str(int(i)) if tokenizer is None else tokenizer.decode([int(i)]) for i in chosen],
                "p_before": p[chosen].numpy(force=True),
                "p_after": q[chosen].numpy(force=True),
                "logit_before": before[chosen].numpy(force=True),
                "logit_after": after[chosen].numpy(force=True),
                "logit_change": (after - before)[chosen].numpy(force=True),
            }
        )


@torch.no_grad()
def effect(
    model: HookedModel,
    prompt: str | Int[Tensor, "1 p"],
    interventions: Intervention | Sequence[Intervention],
    *,
    n_tokens: int = 0,
    temperature: float = 0.0,
    seed: int = 0,
) -> Effect:
    """Run a prompt without and with interventions.

    Args:
        model: The model that runs.
        prompt: Text, or token ids `[1, p]` with BOS where the model expects one.
        interventions: One, or several that act together.
        n_tokens: How many tokens to continue the prompt by, before and after; 0 for none.
        temperature: Of the continuation; 0 takes the likeliest token.
        seed: Of sampled continuations, the same before and after.

    Returns:
        Logits of all positions and both continuations.

    Raises:
        PolyheadError: an intervention on another model, or a prompt that is too long.
    """
    chosen = [interventions] if isinstance(interventions, Intervention) else list(interventions)
    if any(one.model is not model for one in chosen):
        raise PolyheadError("an intervention was made for another model than the one that runs")
    tokens = to_tokens(model, prompt) if isinstance(prompt, str) else prompt.to(model.device)

    def run() -> tuple[Tensor, str]:
        logits = model(tokens)[0]
        if not n_tokens:
            return logits, ""
        generator = torch.Generator().manual_seed(seed)
        longer = generate(model, tokens, n_tokens, temperature=temperature, generator=generator)
        new = longer[0, tokens.shape[1] :].tolist()
        return logits, " ".join(map(str, new)) if model.tokenizer is None else model.tokenizer.decode(new)

    before, text_before = run()
    with ExitStack() as stack:
        for one in chosen:
            stack.enter_context(one)
        after, text_after = run()
    return Effect(tokens, before, after, text_before, text_after, tuple(one.about for one in chosen), model)
