"""What a dictionary that moves a code from keys to queries does about BOS: one rule, the same for every method.

Heads put 15 to 75 % of their weight on BOS, whose input is like no other token's. Losses leave it out (`valid`), but
its code is moved all the same, so an encoder that is trained on inputs alone must say what happens there:
    train      BOS counts in the encoder's loss like any other position; its code is moved like any other
    exact      nothing is coded at BOS; what it sends is the layer's own, A_h[t, 0] x[0] W_V[h] W_O[h], and the
               dictionary explains the rest of the target
    untrained  the code at BOS is moved, but no loss ever asked what it says: as earlier versions did, kept for their
               dictionaries and for the comparison
BOS is position 0 where it holds `bos_token_id`, found in the first batches: the token there, if it is left out.
`train` is the default: no method is given anything that it did not code, and a transcoder's own encoder, which learns
from what arrives, follows that rule by itself. Axis legend: b sequence, p q position, h head, d width, n = b * p.
"""

from collections.abc import Sequence
from typing import Any, Literal

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from polyhead.core.base_layer import BaseLayer
from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Batch, Codes
from polyhead.dictionaries.init import valid_mask

BosRule = Literal["train", "exact", "untrained"]
MovedBosRule = Literal["train", "exact"]
"""Of an encoder that learns from what its code brings: it is trained on BOS by what arrives from there."""


def bos_token(batches: Sequence[Batch]) -> int | None:
    """The token at position 0 of every sequence, where losses leave it out.

    Args:
        batches: the first batches; without `tokens` nothing is known.

    Returns:
        Its id; None where sequences begin with an ordinary token, or with different ones.
    """
    found = {
        int(token)
        for batch in batches
        if "tokens" in batch
        for token in batch["tokens"][~valid_mask(batch, "tokens")[:, 0], 0].unique()
    }
    return found.pop() if len(found) == 1 else None


def is_bos(cfg: Any, batch: Batch) -> Bool[Tensor, " b"]:
    """Which sequences begin with the BOS that a config (`bos_token_id`) knows."""
    if cfg.bos_token_id is None or "tokens" not in batch:
        return torch.zeros(len(batch["x"]), dtype=torch.bool, device=batch["x"].device)
    return (batch["tokens"][:, 0] == cfg.bos_token_id).to(batch["x"].device)


def coded_positions(cfg: Any, batch: Batch) -> Bool[Tensor, "b p"]:
    """Where an encoder that is trained on inputs learns: `valid`, and BOS under the rule `train`."""
    counted = valid_mask(batch)
    if cfg.bos != "train":
        return counted
    counted = counted.clone()
    counted[:, 0] |= is_bos(cfg, batch)
    return counted


def without_bos(cfg: Any, codes: Codes, batch: Batch) -> Codes:
    """Under the rule `exact`, the codes with nothing at BOS; else as they are."""
    if cfg.bos != "exact":
        return codes
    kept = torch.ones(codes.values.shape[:2], dtype=torch.bool, device=codes.values.device)
    kept[:, 0] = ~is_bos(cfg, batch)
    return codes._replace(values=codes.values * kept[..., None], indices=codes.indices.masked_fill(~kept[..., None], 0))


def sent_by_bos(cfg: Any, batch: Batch, written: Float[Tensor, "b h d"]) -> Float[Tensor, "b q d"]:
    """What arrives from BOS at every destination, where each head writes `written` of what it reads there."""
    weight = batch["pattern"][..., 0].to(written.dtype) * is_bos(cfg, batch)[:, None, None]
    return torch.einsum("bhq,bhd->bqd", weight, written)


def register_bos(dictionary: Any) -> None:
    """The layer's maps from input to output, `[h, d_in, d_out]`, where the rule `exact` needs them."""
    cfg = dictionary.cfg
    if cfg.bos == "exact":
        dictionary.register_buffer("W_OV", torch.zeros(cfg.n_heads, cfg.d_in, cfg.d_out))


@torch.no_grad()
def start_bos(dictionary: Any, layer: BaseLayer, *, input_site: str) -> None:
    """Give a dictionary the maps that its rule needs.

    Raises:
        PolyheadError: what BOS sends is not linear in what the dictionary reads.
    """
    if dictionary.cfg.bos != "exact":
        return
    if not layer.is_linear or input_site != "ln1.hook_normalized":
        what = f"it reads {input_site}" if layer.is_linear else f"the output of layer {layer.layer} is not linear in it"
        raise PolyheadError(
            f"bos=exact adds what heads write of the true input at BOS, which needs a layer that is linear in "
            f"ln1.hook_normalized, read there; {what}: use bos=train"
        )
    dictionary.W_OV.copy_(layer.W_V @ layer.W_O)


def from_bos(dictionary: Any, batch: Batch) -> Float[Tensor, "b p d_out"] | None:
    """What the layer's heads bring from the true input at BOS; None but for the rule `exact`."""
    if dictionary.cfg.bos != "exact":
        return None
    written = torch.einsum("bd,hdm->bhm", batch["x"][:, 0].to(dictionary.W_OV.dtype), dictionary.W_OV)
    return sent_by_bos(dictionary.cfg, batch, written)


def explained(dictionary: Any, batch: Batch) -> Batch:
    """What is left for the dictionary to explain: under `exact` no head looks at BOS, and the target is what the other
    positions send. Twice is as good as once."""
    sent = from_bos(dictionary, batch)
    if sent is None:
        return batch
    pattern = batch["pattern"].clone()
    pattern[..., 0].masked_fill_(is_bos(dictionary.cfg, batch)[:, None, None], 0.0)
    left = {"target": batch["target"] - sent.to(batch["target"].dtype)} if "target" in batch else {}
    return {**batch, "pattern": pattern, **left}
