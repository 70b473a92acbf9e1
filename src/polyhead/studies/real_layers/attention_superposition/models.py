"""Models and measures of the study `attention-superposition`."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch

from polyhead.core.config import Config
from polyhead.core.records import Evaluation
from polyhead.dictionaries.bos import MovedBosRule
from polyhead.dictionaries.dynamic_head import DynamicHead
from polyhead.experiments.config import Member
from polyhead.metrics.evaluate import Subject
from polyhead.studies.layer_members import LayerSetup, OneLayer, remembered, score, topk, train_layer
from polyhead.studies.real_layers.attention_superposition.heads_needed import (
    ENOUGH,
    explained_by_one,
    head_grams,
    heads_needed,
)

TOP1 = ("top1", "top1_argmax", "top1_anneal", "top1_choice")
KINDS = {
    "free": "free",
    "top1": "Top-1, equal split",
    "top1_argmax": "Top-1, straight-through",
    "top1_anneal": "Top-1, annealed",
    "top1_choice": "Top-1, chosen by trying",
    "dynamic_head": "dynamic head",
    "all heads": "SAE through all heads",
    "shuffled": "free, heads of another prompt",
}


class SuperpositionConfig(Config):
    """Where, and how long."""

    places: tuple[LayerSetup, ...] = (LayerSetup(layers=(0, 1, 2, 3), n_train_tokens=49_152, n_eval_tokens=6144),)
    bos: MovedBosRule = "train"
    """What every method compared does about BOS (dictionaries/bos.py)."""
    bind_share: float = 0.6
    """Share of the run after which the heads of annealed and chosen latents are final."""


class HeadCounts(NamedTuple):
    """How many heads the latents of one dictionary need; see `heads_needed`."""

    share: float
    """Of latents that moved anything: share needing more than one head."""
    weighted: float
    """The same, weighted by energy."""
    needed: list[float]
    """Energy by number of heads needed, from 1 on; sums to 1."""


class LayerResult(NamedTuple):
    """Everything measured on one layer."""

    name: str
    place: LayerSetup
    evaluations: list[Evaluation]
    heads: dict[str, HeadCounts]
    """By name of the member."""

    def get(self, variant: str, k: int, seed: int, init: str | None = "one_hot") -> Evaluation | None:
        """The evaluation of one member, or None where it was not trained."""
        for e in self.evaluations:
            plain = e.init in (None, init)
            if e.variant == variant and e.sparsity == f"k={k}" and e.seed == seed and plain:
                return e
        return None

    def cases(self) -> list[tuple[int, int]]:
        """(k, seed) of the place."""
        return [(k, s) for k in self.place.ks for s in self.place.seeds]


def members(place: LayerSetup, cfg: SuperpositionConfig) -> list[Member]:
    """Free, fixed and chosen Top-1 at every k, and with every seed at the first k; the rest with the first of each."""
    steps = max(3, round(place.n_steps * cfg.bind_share))
    made = []
    for k in place.ks:
        base = {"activation": topk(k), "n_latents": place.n_latents, "bos": cfg.bos}
        seed = place.seeds[0]
        for s in place.seeds if k == place.ks[0] else (seed,):
            made += [
                Member(settings=base, seed=s),
                Member(settings={**base, "loadings": "top1"}, seed=s),
                Member(settings={**base, "loadings": "top1_choice", "bind_steps": steps}, seed=s),
            ]
        if k != place.ks[0]:
            continue
        made += [
            Member(settings={**base, "init": "spread"}, seed=seed),
            Member(settings={**base, "loadings": "top1_argmax"}, seed=seed),
            Member(settings={**base, "loadings": "top1_anneal", "bind_steps": steps, "init": "spread"}, seed=seed),
            Member(settings=base, seed=seed, control="other_sequence"),
            Member(method="dynamic_head", settings=base, seed=seed),
        ]
    return made


def measure_layer(place: LayerSetup, layer: int, cfg: SuperpositionConfig, folder: Path) -> LayerResult:
    """Train, score, and count heads."""
    trained = train_layer(place, layer, members(place, cfg), folder)
    dynamic = [m for m in trained.members if m.method == "dynamic_head"]
    evaluations = score(trained, more=[_through_all_heads(trained, m) for m in dynamic])
    counted = [m for m in trained.members if m.method == "mtc" and m.variant in ("free", "shuffled")]
    plain = remembered(trained.folder / "heads.json", lambda: {m.name: _count(trained, m) for m in counted})
    heads = {name: HeadCounts(**counts) for name, counts in plain.items()}
    return LayerResult(trained.name, place, evaluations, heads)


def _through_all_heads(layer: OneLayer, member: Member) -> Subject:
    """The same SAE with every feature moved by every head."""
    one = layer.dictionary(member)
    whole = DynamicHead(one.cfg.replace(heads="all"))
    whole.load_state_dict(one.state_dict())
    return Subject(
        name=f"all-{member.name}",
        variant="all heads",
        method="dynamic_head",
        reconstruction=whole.requires_grad_(False),
        sparsity=member.sparsity,
        seed=member.seed,
        n_latents=member.n_latents,
    )


def _count(layer: OneLayer, member: Member) -> dict[str, object]:
    dictionary = layer.dictionary(member)
    batches = layer.held_out(layer.data.reading(member))
    grams, L = head_grams(dictionary, batches, n_heads=dictionary.cfg.n_heads), dictionary.head_loadings()
    energy = torch.einsum("ih,ihg,ig->i", L.double(), grams, L.double())
    energy = energy * dictionary.W_dec.square().sum(-1).double()
    one, needed = explained_by_one(grams, L), heads_needed(grams, L)
    moved = ~one.isnan()
    more = (one < ENOUGH) & moved
    by_number = [float(energy[needed == n].sum() / energy.sum()) for n in range(1, grams.shape[1] + 1)]
    return {
        "share": float(more[moved].double().mean()),
        "weighted": float(energy[more].sum() / energy[moved].sum()),
        "needed": by_number,
    }


@dataclass(frozen=True)
class Measured:
    """Every layer."""

    cfg: SuperpositionConfig
    found: list[LayerResult]
    n_diverged: int = 0

    @property
    def n_models(self) -> int:
        return sum(len(r.evaluations) for r in self.found)


def measure(cfg: SuperpositionConfig, folder: Path) -> Measured:
    """Train and measure every layer."""
    return Measured(cfg, [measure_layer(place, layer, cfg, folder) for place in cfg.places for layer in place.layers])
