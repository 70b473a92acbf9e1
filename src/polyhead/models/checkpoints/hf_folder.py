"""Folders in transformers' layout: config.json with a `model_type`, safetensors (or .bin, weights-only), tokenizer.

Code that comes with a checkpoint is never run. Everything is compared before transformers is asked to load: the config
(hf_config.py), then the list of tensors (hf_weights.py).
"""

from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from transformers import AutoModelForCausalLM, PretrainedConfig

from polyhead.core.data_files import read_json
from polyhead.core.errors import ArtifactError
from polyhead.core.finite import check_finite
from polyhead.core.notice import notice
from polyhead.models.checkpoints.assemble import check_runs
from polyhead.models.checkpoints.hf_config import one_line, read_hf_config
from polyhead.models.checkpoints.hf_weights import PICKLED, SAFE, check_claims, few, list_tensors, sort_left_over
from polyhead.models.checkpoints.pickled import explain_unreadable
from polyhead.models.checkpoints.tokenizer_files import read_tokenizer
from polyhead.models.hf import HFModel
from polyhead.models.hf.quiet import without_reports

__all__ = ["PICKLED", "SAFE", "read_hf_folder"]


def read_hf_folder(folder: Path, *, name: str, dtype: torch.dtype = torch.float32) -> HFModel:
    """Load a folder with transformers; safetensors where there are both kinds of weights.

    Tensors outside the language model (a second head, say) are named in one line on standard error and in
    `cfg.unused_tensors`.

    Args:
        folder: the folder.
        name: what the model is called in records.
        dtype: of the weights and of all that is computed.

    Raises:
        ArtifactError: damaged weights; weights that leave a part of the model without values, do not fit config.json,
            have more layers or biases than it, or are not finite.
        PolyheadError: a family that is not supported, or quantised weights.
    """
    config = read_hf_config(folder)
    check_claims(config, list_tensors(folder), folder)
    hf, report = _load(folder, config, dtype)
    # transformers 4 leaves tensors of a shard that lacks them without values and does not report them
    if missing := sorted({*report["missing_keys"], *(n for n, t in hf.state_dict().items() if t.is_meta)}):
        raise ArtifactError(f"the weights in {folder} leave {len(missing)} tensors without values: {few(missing)}")
    if wrong := [str(found) for found in sorted(report["mismatched_keys"], key=str)]:
        raise ArtifactError(f"the weights in {folder} do not fit config.json: {few(wrong)}")
    inside, outside = sort_left_over(report["unexpected_keys"], config)
    if inside:
        raise ArtifactError(
            f"{folder}: the weights hold tensors of its blocks that config.json has no place for, so the model would "
            f"not be the one that was trained: {few(inside)}; set the layers and biases in config.json to what was "
            "trained, or delete these tensors"
        )
    check_finite(hf.state_dict(), origin=folder)
    check_runs(hf, folder)
    if outside:
        notice(f"{folder}: {len(outside)} tensors are not part of the language model and are not used: {few(outside)}")
    return HFModel(
        hf, name=name, tokenizer=read_tokenizer(folder, read_json(folder / "config.json")), unused_tensors=outside
    )


def _load(folder: Path, config: PretrainedConfig, dtype: torch.dtype) -> tuple[Any, dict[str, Any]]:
    """transformers' model, and its report on names that are missing, left over or of another shape."""
    safe = any((folder / file).exists() for file in SAFE)
    try:
        with without_reports():
            return AutoModelForCausalLM.from_pretrained(  # pyright: ignore[reportReturnType]
                folder,
                config=config,
                dtype=dtype,
                local_files_only=True,
                trust_remote_code=False,
                use_safetensors=safe,
                weights_only=True,
                ignore_mismatched_sizes=True,
                output_loading_info=True,
                attn_implementation="eager",
            )
    except MemoryError:
        raise
    except Exception as error:  # transformers raises many kinds, at any value it trips over
        raise ArtifactError(_unreadable(folder, error)) from None


def _unreadable(folder: Path, error: BaseException) -> str:
    """One line on weights that did not load; transformers 4 wraps what the unpickler said in errors of its own."""
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, UnpicklingError):
            return f"the weights in {folder} are not readable: {explain_unreadable(inner)}"
        inner = inner.__context__
    return f"the weights in {folder} are damaged or do not fit config.json: {one_line(error)}"
