"""Names people type, and the hub repository each of them means."""

from dataclasses import dataclass, field
from typing import Any

from polyhead.core.errors import PolyheadError, nearest

TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json")
"""What a tokenizer and the names of its special tokens are read from."""


@dataclass(frozen=True)
class HubModel:
    """A repository on the hub and what polyhead needs to know to read it."""

    repo: str
    layout: str = "transformers"
    """`transformers` or `transformerlens`; only which files are wanted depends on it, not how a folder is read."""
    weights: str | None = None
    """The weights file, where the repository holds several models or its name does not tell."""
    config: dict[str, Any] = field(default_factory=dict)
    """TransformerLens settings that the repository does not state."""
    tokenizer: str | None = None
    """Another repository that holds the tokenizer."""

    @property
    def wanted(self) -> tuple[str, ...]:
        """Patterns of the files to fetch, without the weights."""
        return ("config.json", *TOKENIZER_FILES, "vocab.json", "merges.txt")

    @property
    def weight_patterns(self) -> tuple[tuple[str, ...], ...]:
        """Patterns of the weights, in order of preference."""
        if self.weights is not None:
            return ((self.weights,),)
        if self.layout == "transformerlens":
            return (("*final.pth",),)
        return (
            ("model*.safetensors", "model.safetensors.index.json"),
            ("pytorch_model*.bin", "pytorch_model.bin.index.json"),
        )


_DIGITS = "NeelNanda/gpt-neox-tokenizer-digits"
_NEOX = "EleutherAI/gpt-neox-20b"


def _neel(repo: str, tokenizer: str = _DIGITS) -> HubModel:
    return HubModel(f"NeelNanda/{repo}", layout="transformerlens", tokenizer=tokenizer)


def _build() -> dict[str, HubModel]:
    table: dict[str, HubModel] = {}
    for size in ("", "-medium", "-large", "-xl"):
        table[f"gpt2{size}"] = HubModel(f"openai-community/gpt2{size}")
    table["gpt2-small"] = table["gpt2"]
    table["distilgpt2"] = HubModel("distilbert/distilgpt2")
    for size in ("14m", "31m", "70m", "160m", "410m", "1b", "1.4b", "2.8b", "6.9b", "12b"):
        table[f"pythia-{size}"] = HubModel(f"EleutherAI/pythia-{size}")
        if size not in ("14m", "31m"):
            table[f"pythia-{size}-deduped"] = HubModel(f"EleutherAI/pythia-{size}-deduped")
    for n in (1, 2, 3, 4):
        table[f"attn-only-{n}l"] = _neel(f"Attn_Only_{n}L512W_C4_Code")
        table[f"gelu-{n}l"] = _neel(f"GELU_{n}L512W_C4_Code")
        table[f"solu-{n}l"] = _neel(f"SoLU_{n}L512W_C4_Code")
    table["attn-only-2l-demo"] = table["attn-only-demo"] = _neel("Attn-Only-2L512W-Shortformer-6B-big-lr", _NEOX)
    table["redwood_attn_2l"] = HubModel(
        "ArthurConmy/redwood_attn_2l", layout="transformerlens", tokenizer="ArthurConmy/redwood_tokenizer"
    )
    table["attn_only_2L_half"] = HubModel(
        "callummcdougall/attn_only_2L_half",
        layout="transformerlens",
        weights="attn_only_2L_half.pth",
        config={"positional_embedding_type": "shortformer"},
        tokenizer=_NEOX,
    )
    for size in ("1M", "3M", "8M", "28M", "33M"):
        table[f"tiny-stories-{size}"] = HubModel(f"roneneldan/TinyStories-{size}")
        table[f"tiny-stories-instruct-{size}"] = HubModel(f"roneneldan/TinyStories-Instruct-{size}")
    table["tiny-stories-1L-21M"] = HubModel("roneneldan/TinyStories-1Layer-21M")
    table["tiny-stories-2L-33M"] = HubModel("roneneldan/TinyStories-2Layers-33M")
    table["tiny-stories-instruct-1L-21M"] = HubModel("roneneldan/TinyStories-Instuct-1Layer-21M")  # spelt so there
    table["tiny-stories-instruct-2L-33M"] = HubModel("roneneldan/TinyStories-Instruct-2Layers-33M")
    for size in ("15M", "42M", "110M"):
        table[f"stories{size}"] = HubModel(f"Xenova/llama2.c-stories{size}")
    for size in ("135M", "360M", "1.7B"):
        table[f"smollm2-{size.lower()}"] = HubModel(f"HuggingFaceTB/SmolLM2-{size}")
        table[f"smollm2-{size.lower()}-instruct"] = HubModel(f"HuggingFaceTB/SmolLM2-{size}-Instruct")
    table["tinyllama-1.1b"] = HubModel("TinyLlama/TinyLlama-1.1B-intermediate-step-1431k-3T")
    table["tinyllama-1.1b-chat"] = HubModel("TinyLlama/TinyLlama-1.1B-Chat-v1.0")
    table["mistral-7b"] = HubModel("mistralai/Mistral-7B-v0.1")
    table["llama-3.2-1b"] = HubModel("meta-llama/Llama-3.2-1B")
    table["llama-3.2-3b"] = HubModel("meta-llama/Llama-3.2-3B")
    table["qwen2-0.5b"] = HubModel("Qwen/Qwen2-0.5B")
    for size in ("0.5b", "1.5b", "3b", "7b"):
        table[f"qwen2.5-{size}"] = HubModel(f"Qwen/Qwen2.5-{size.upper()}")
    for size in ("0.6b", "1.7b", "4b", "8b"):
        table[f"qwen3-{size}"] = HubModel(f"Qwen/Qwen3-{size.upper()}")
    table["olmo2-1b"] = HubModel("allenai/OLMo-2-0425-1B")
    table["olmo2-7b"] = HubModel("allenai/OLMo-2-1124-7B")
    table["gemma-2-2b"] = HubModel("google/gemma-2-2b")
    table["gemma-2-9b"] = HubModel("google/gemma-2-9b")
    table["gemma-3-270m"] = HubModel("google/gemma-3-270m")
    table["gemma-3-1b"] = HubModel("google/gemma-3-1b-pt")
    table["phi-3-mini"] = HubModel("microsoft/Phi-3-mini-4k-instruct")
    return table


ALIASES: dict[str, HubModel] = _build()
"""Alias to repository; case does not matter. A revision may follow any name: `pythia-70m@step1000`."""

_BY_LOWER = {alias.lower(): hub for alias, hub in ALIASES.items()}
_BY_REPO = {hub.repo.lower(): hub for hub in ALIASES.values()}


def resolve(name: str) -> HubModel:
    """The repository that a name or `owner/name` means.

    Raises:
        PolyheadError: neither an alias nor a repository's name; the nearest aliases are given.
    """
    known = _BY_LOWER.get(name.lower()) or _BY_REPO.get(name.lower())
    if known is not None:
        return known
    owner, _, rest = name.partition("/")
    if owner and rest and "/" not in rest and not name.startswith((".", "~")):
        layout = "transformerlens" if owner == "NeelNanda" else "transformers"
        return HubModel(name, layout=layout, tokenizer=_DIGITS if layout == "transformerlens" else None)
    raise PolyheadError(
        f"unknown model {name!r}, and no such folder or file (any hub repository can be given as owner/name); "
        f"{nearest(name, ['bundled', *ALIASES])}"
    )
