"""Hugging Face causal language models after polyhead's sites."""

from polyhead.models.hf.model import HFModel

__all__ = ["HFModel"]
