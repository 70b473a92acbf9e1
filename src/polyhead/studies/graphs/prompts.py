"""Models, dictionaries and prompts of the studies on attribution graphs.

A repeat prompt is BOS, a piece of held-out text, and its beginning again: `a b c d e f ... a b c`, and d comes next.
The key of the pattern that should arise is the place of d, the source of what makes it so is c, before it.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from jaxtyping import Float, Int
from pydantic import Field
from torch import Tensor

from polyhead.activations.model_text import model_sequences
from polyhead.core.config import Config
from polyhead.core.errors import PolyheadError
from polyhead.core.rng import generator
from polyhead.core.sites import site
from polyhead.dictionaries.bundled import bundled_folders
from polyhead.experiments.config import Member
from polyhead.graphs.loaded import LoadedDictionary, load_dictionaries
from polyhead.models.hooked import HookedModel
from polyhead.models.load import load_model
from polyhead.studies.layer_members import LayerSetup, train_layer

_TRIES = 60
"""Candidates looked at for each prompt wanted."""


class GraphPlace(Config):
    """A model, prompts for it, and how long dictionaries are trained for them."""

    model: str = "bundled"
    text: str = "bundled"
    layers: tuple[int, ...] = (0, 1, 2, 3)
    """Layers for which dictionaries are trained here."""
    n_trained: int = Field(default=1, ge=0)
    """Sets of dictionaries that are trained here, each from its own seed."""
    n_latents: int = Field(default=2048, ge=1)
    k: int = Field(default=24, ge=1)
    n_train_tokens: int = Field(default=98_304, ge=1)
    n_prompts: int = Field(default=24, ge=1)
    period: int = Field(default=20, ge=4)
    """Tokens that are repeated."""
    least_probability: float = Field(default=0.3, ge=0, le=1)
    """Of the token that should come next; prompts below are passed over."""

    @property
    def name(self) -> str:
        """As in tables: the last part of the model's path."""
        return Path(self.model).name


class ExplainedSetup(GraphPlace):
    """The same with the dictionaries of one study: multitoken transcoders, given and trained."""

    dictionaries: tuple[str, ...] = ("bundled",)
    """`bundled`, run folders or single dictionaries; none: only those that are trained here."""
    mlps: bool = False
    """Also a transcoder for the MLP of each of the layers."""


class Repeat(NamedTuple):
    """A prompt whose next token stood there before."""

    tokens: Int[Tensor, " p"]
    key: int
    """Where the next token stood."""
    answer: int
    probability: float


class Heads(NamedTuple):
    """Heads that make induction, found on the prompts."""

    induction: list[tuple[int, int]]
    """(layer, head), the strongest first."""
    previous: tuple[int, int]


def dictionary_sets(place: ExplainedSetup, folder: Path) -> Iterator[tuple[str, list[LoadedDictionary]]]:
    """Name and dictionaries of every set: the given one, then those trained here."""
    methods: dict[str, dict[str, Any]] = {"mtc": {"activation": batch_topk(place.k)}}
    if place.mlps:
        methods["cross_layer_transcoder"] = {"activation": batch_topk(place.k), "reach": "own"}
    if place.dictionaries:
        paths = [
            p for d in place.dictionaries for p in (bundled_folders("mtc").values() if d == "bundled" else [Path(d)])
        ]
        yield f"{place.name} given", [one for path in paths for one in load_dictionaries(path)]
    for seed in range(place.n_trained):
        yield f"{place.name} seed {seed}", trained(place, methods, seed, folder)


def batch_topk(k: int) -> dict[str, Any]:
    """The activation of the dictionaries that ship."""
    return {"kind": "batchtopk", "k": k, "k_aux": 32}


def trained(place: GraphPlace, methods: dict[str, dict[str, Any]], seed: int, folder: Path) -> list[LoadedDictionary]:
    """One dictionary per layer and method, trained here or read back.

    Args:
        place: model, text and layers.
        methods: settings by method.
        seed: of every dictionary.
        folder: runs are kept below it.
    """
    found: list[LoadedDictionary] = []
    for layer in place.layers:
        where = LayerSetup(
            model=place.model, text=place.text, layers=(layer,), n_train_tokens=place.n_train_tokens, n_eval_tokens=2048
        )
        members = [
            Member(method=method, settings={**settings, "n_latents": place.n_latents}, seed=seed)
            for method, settings in methods.items()
        ]
        here = train_layer(where, layer, members, folder / f"{'-'.join(methods)}-{seed}")
        found += load_dictionaries(here.folder)
    return found


@torch.no_grad()
def repeats(model: HookedModel, place: GraphPlace, seed: int) -> list[Repeat]:
    """Prompts whose next token the model gives enough probability, drawn from held-out text.

    Raises:
        PolyheadError: fewer than half of the prompts wanted were found.
    """
    assert model.tokenizer is not None
    length = place.period + 1
    n = _TRIES * place.n_prompts
    texts = model_sequences(model, place.text, n_sequences=n, seq_len=length)
    order = torch.randperm(len(texts), generator=generator(seed, "prompts")).tolist()
    offsets = torch.randint(2, place.period - 1, (len(texts),), generator=generator(seed, "offsets")).tolist()
    found: list[Repeat] = []
    for i in order:
        ids = torch.from_numpy(texts.tokens[i]).long()
        first, piece = ids[:1], ids[1:]
        again = offsets[i]
        if model.cfg.bos_token_id is None:
            first, piece = ids[:0], ids[:-1]
        if int((piece == piece[again - 1]).sum()) > 1:
            continue  # the token to match must stand there once
        tokens = torch.cat([first, piece, piece[:again]])
        logits = model.run_with_hooks(tokens[None].to(model.device), {})[0, -1]
        answer = int(piece[again])
        probability = float(logits.softmax(-1)[answer])
        if probability >= place.least_probability:
            found.append(Repeat(tokens, len(first) + again, answer, probability))
        if len(found) == place.n_prompts:
            return found
    if 2 * len(found) < place.n_prompts:
        raise PolyheadError(
            f"{len(found)} of {place.n_prompts} prompts give their next token a probability of "
            f"{place.least_probability:g}; take a lower least_probability or more text"
        )
    return found


@torch.no_grad()
def find_heads(model: HookedModel, prompts: Sequence[Repeat], *, most: int = 4) -> Heads:
    """Heads that look from the end at the key, and the head before them that looks from the key one back."""
    names = [site(layer, "attn.hook_pattern") for layer in range(model.cfg.n_layers)]
    at_key = torch.zeros(model.cfg.n_layers, model.cfg.n_heads)
    back = torch.zeros_like(at_key)
    for prompt in prompts:
        _, cache = model.run_with_cache(prompt.tokens[None].to(model.device), names)
        for layer, name in enumerate(names):
            pattern = cache[name][0].float().cpu()
            at_key[layer] += pattern[:, -1, prompt.key] / len(prompts)
            back[layer] += pattern[:, prompt.key, prompt.key - 1] / len(prompts)
    order = at_key.flatten().argsort(descending=True).tolist()
    n = model.cfg.n_heads
    strongest = [(i // n, i % n) for i in order[:most]]
    last = max(1, strongest[0][0])
    best = int(back[:last].flatten().argmax())
    return Heads([h for h in strongest if h[0] > best // n] or strongest[:1], (best // n, best % n))


def open_place(place: GraphPlace, seed: int) -> tuple[HookedModel, list[Repeat], Heads]:
    """The model, its prompts, and the heads found on them."""
    model = load_model(place.model)
    prompts = repeats(model, place, seed)
    return model, prompts, find_heads(model, prompts)


def pattern_and_logits(
    model: HookedModel, tokens: Int[Tensor, " p"], layer: int, hooks: dict[str, Any] | None = None
) -> tuple[Float[Tensor, "h q k"], Float[Tensor, " v"]]:
    """A layer's pattern and the last position's log-probabilities, with changes made on the way."""
    seen: dict[str, Tensor] = {}

    def keep(pattern: Tensor) -> None:
        seen["pattern"] = pattern[0].float().cpu()

    with torch.no_grad():
        logits = model.run_with_hooks(
            tokens[None].to(model.device), {**(hooks or {}), site(layer, "attn.hook_pattern"): keep}
        )
    return seen["pattern"], logits[0, -1].float().log_softmax(-1).cpu()
