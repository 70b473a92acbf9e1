"""From a transformers config and a dict of tensors to a hooked model, for layouts that are not transformers' own."""

from typing import Any

import torch
from torch import Tensor
from transformers import AutoModelForCausalLM, PretrainedConfig

from polyhead.core.errors import ArtifactError
from polyhead.core.finite import check_finite
from polyhead.models.checkpoints.fit import check_fit
from polyhead.models.checkpoints.hf_config import one_line
from polyhead.models.hf import HFModel
from polyhead.models.hf.quiet import without_reports


def assemble(config: PretrainedConfig, state: dict[str, Tensor], *, name: str, tokenizer: Any, origin: str) -> HFModel:
    """Build the model of `config` with exactly the tensors of `state` (a tied output matrix may be absent).

    Raises:
        ArtifactError: a tensor is missing, left over, of another shape or not finite; names the first few.
    """
    try:
        with torch.device("meta"):
            hf = AutoModelForCausalLM.from_config(config)
    except Exception as error:  # sizes that only the modules trip over
        raise ArtifactError(f"{origin}: no model can be built from its settings: {one_line(error)}") from None
    expected = {k: v.shape for k, v in hf.state_dict().items()}
    output = "lm_head.weight"
    if output not in state and config.tie_word_embeddings:
        expected.pop(output)
    check_fit(state, expected, origin=origin)
    check_finite(state, origin=origin)
    with without_reports():
        loaded = type(hf).from_pretrained(None, config=config, state_dict=state, dtype=torch.float32)
    check_runs(loaded, origin)
    return HFModel(loaded, name=name, tokenizer=tokenizer)


@torch.no_grad()
def check_runs(hf: Any, origin: object) -> None:
    """Run one token: settings that only a pass trips over are found here, not in the midst of work.

    Raises:
        ArtifactError: it does not run; says why.
    """
    try:
        logits = hf.eval()(input_ids=torch.zeros(1, 1, dtype=torch.long), use_cache=False, return_dict=True).logits
    except Exception as error:  # any kind, from any line of the model
        raise ArtifactError(
            f"the model of {origin} does not run: {one_line(error)}; is a setting of another type?"
        ) from None
    if not logits.isfinite().all():
        raise ArtifactError(
            f"the model of {origin} gives logits that are not finite in {str(logits.dtype).removeprefix('torch.')}; "
            "is a setting out of its range, or the type too narrow for these weights?"
        )


def split_half_order(rows: Tensor, n_heads: int) -> Tensor:
    """Reorder the rows of a q or k matrix from neighbouring rotation pairs (2i, 2i+1) to split halves (i, i + d/2)."""
    return rows.unflatten(0, (n_heads, -1, 2)).transpose(1, 2).flatten(0, 2)
