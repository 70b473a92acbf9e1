"""Models of the study `qk-ov-coupling`: the joint baseline's frontier, and transcoders whose loadings are frozen."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from polyhead.core.config import Config
from polyhead.core.records import Evaluation
from polyhead.core.rng import generator
from polyhead.dictionaries import find_method
from polyhead.dictionaries.bos import MovedBosRule
from polyhead.dictionaries.mtc import MTC
from polyhead.dictionaries.mtc_init import bind_to_strongest
from polyhead.experiments.config import Member
from polyhead.experiments.evaluate import reference_for
from polyhead.metrics.evaluate import Subject, evaluate_all
from polyhead.ops.schedules import Schedule
from polyhead.studies.layer_members import LayerSetup, OneLayer, remembered, score, topk, train_layer
from polyhead.studies.real_layers.loading_clusters import cluster, null_points, oriented
from polyhead.training.adam import AdamConfig, build_adam
from polyhead.training.loop import fit


class CouplingConfig(Config):
    """Where, and how the loadings are frozen."""

    places: tuple[LayerSetup, ...] = (
        LayerSetup(layers=(0, 1, 2, 3), ks=(8, 32), seeds=(0,), n_train_tokens=49_152, n_eval_tokens=6144),
    )
    frozen_k: int = 8
    """The k of the transcoders that are trained on with frozen loadings; one of `ks`."""
    n_centroids: tuple[int, ...] = (5, 30)
    bos: MovedBosRule = "train"
    """What every method compared does about BOS (dictionaries/bos.py)."""
    bind_share: float = 0.6
    """Share of the run after which heads of chosen latents are final."""
    rate_share: float = 0.5
    """Learning rate of the second half of training, against the first."""


class LayerResult(NamedTuple):
    """Everything measured on one layer."""

    name: str
    place: LayerSetup
    evaluations: list[Evaluation]
    frozen: dict[int, dict[str, float]]
    """By seed: FVU after training on, by what became of the loadings: `free`, `own`, `top1`, `centroids K`,
    `random K`, `shuffled K`."""

    def get(self, variant: str, k: int, seed: int) -> Evaluation | None:
        """The evaluation of one member, or None where it was not trained."""
        for e in self.evaluations:
            if e.variant == variant and e.sparsity == f"k={k}" and e.seed == seed:
                return e
        return None


def members(place: LayerSetup, cfg: CouplingConfig) -> list[Member]:
    """Free, Top-1 by choice, and the joint baseline, at every k and seed."""
    steps = max(3, round(place.n_steps * cfg.bind_share))
    made = []
    for k in place.ks:
        base = {"activation": topk(k), "n_latents": place.n_latents, "bos": cfg.bos}
        for seed in place.seeds:
            made += [
                Member(settings=base, seed=seed),
                Member(settings={**base, "loadings": "top1_choice", "bind_steps": steps}, seed=seed),
                Member(method="joint_sae_mtc", settings={**base, "bind_steps": steps}, seed=seed),
            ]
    return made


def measure_layer(place: LayerSetup, layer: int, cfg: CouplingConfig, folder: Path) -> LayerResult:
    """Train and score every member; train the free ones on, with their loadings frozen in several ways."""
    trained = train_layer(place, layer, members(place, cfg), folder)
    frozen = {
        m.seed: remembered(trained.folder / f"frozen-{m.seed}.json", lambda m=m: _train_on_all(trained, m, cfg))
        for m in trained.members
        if m.variant == "free" and m.settings["activation"]["k"] == cfg.frozen_k
    }
    return LayerResult(trained.name, place, score(trained), frozen)


def freeze(free: MTC, loadings: torch.Tensor) -> MTC:
    """A copy whose latents have the given loadings for good."""
    frozen = MTC(free.cfg.replace(loadings="frozen"))
    frozen.load_state_dict({**free.state_dict(), "anchor": loadings})
    with torch.no_grad():
        frozen.anchor /= frozen.anchor.norm(dim=-1, keepdim=True).clamp_min(1e-12)
        frozen.loadings.copy_(frozen.anchor)
    return frozen


def _train_on_all(layer: OneLayer, member: Member, cfg: CouplingConfig) -> dict[str, float]:
    free: MTC = layer.dictionary(member)
    made = {"free": free, "own": freeze(free, free.head_loadings()), "top1": bind_to_strongest(free)}
    for k in cfg.n_centroids:
        for name, loadings in frozen_loadings(free, k, seed=member.seed).items():
            made[f"{name} {k}"] = freeze(free, loadings)
    for name, dictionary in made.items():
        _train_on(layer, member, dictionary, cfg, layer.folder / "on" / f"s{member.seed}-{name.replace(' ', '-')}")
    reference, batches = reference_for(layer.data, layer.data.reading(member))
    subjects = [Subject(name=n, variant=n, reconstruction=d.requires_grad_(False)) for n, d in made.items()]
    found: dict[str, float] = {}
    for start in range(0, len(subjects), 6):
        found |= {
            e.name: e.fvu for e in evaluate_all(layer.data.model, subjects[start : start + 6], batches, reference)
        }
    return found


def frozen_loadings(free: MTC, k: int, *, seed: int) -> dict[str, torch.Tensor]:
    """Loadings replaced by the nearest of k centroids; of k random directions; by the centroid of another latent."""
    points = oriented(free.head_loadings().double().numpy())
    sign = np.where((points * free.head_loadings().numpy()).sum(1) < 0, -1.0, 1.0)[:, None]
    found, rng = cluster(points, k, "spherical", seed=seed), np.random.default_rng(seed)
    near = found.centroids[found.labels]
    random = null_points(rng.standard_normal((k, points.shape[1])), "isotropic", rng)
    to_random = random[(points @ random.T).argmax(1)]
    return {
        name: torch.from_numpy((sign * rows).astype(np.float32))
        for name, rows in (("centroids", near), ("random", to_random), ("shuffled", near[rng.permutation(len(near))]))
    }


def _train_on(layer: OneLayer, member: Member, dictionary: MTC, cfg: CouplingConfig, folder: Path) -> None:
    """As many tokens again, in another order, at a lower rate."""
    rates = find_method("mtc").rates
    adam = AdamConfig(lr=rates.lr * cfg.rate_share)
    again = member.replace(seed=member.seed + 1000)
    fit(
        dictionary.requires_grad_(True),
        layer.data.training_batches(again),
        [build_adam(dictionary, adam, lr_factors=rates.factors)],
        n_steps=layer.data.n_steps,
        schedule=Schedule(warmup_steps=10),
        run_dir=folder,
        checkpoint_every=layer.data.n_steps,
        config={"of": member.name},
        generator=generator(member.seed, "on"),
        label=folder.name,
    )


def survival(frozen: dict[str, float], name: str) -> float:
    """Share of what free loadings gain over one head per latent that is left: 1 all, 0 none."""
    gain: Any = frozen["top1"] - frozen["free"]
    return float((frozen["top1"] - frozen[name]) / gain) if gain > 0 else float("nan")


@dataclass(frozen=True)
class Measured:
    """Every layer."""

    cfg: CouplingConfig
    found: list[LayerResult]
    n_diverged: int = 0

    @property
    def n_models(self) -> int:
        return sum(len(r.evaluations) + sum(map(len, r.frozen.values())) for r in self.found)


def measure(cfg: CouplingConfig, folder: Path) -> Measured:
    """Train and measure every layer."""
    return Measured(cfg, [measure_layer(place, layer, cfg, folder) for place in cfg.places for layer in place.layers])
