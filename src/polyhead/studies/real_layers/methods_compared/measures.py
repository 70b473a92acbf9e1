"""What the study `methods-compared` trains and measures."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import Field

from polyhead.core.config import Config
from polyhead.core.records import Evaluation
from polyhead.dictionaries import METHODS
from polyhead.dictionaries.bos import MovedBosRule
from polyhead.experiments.config import ExperimentConfig, Member
from polyhead.experiments.evaluate import run_evaluate
from polyhead.experiments.train import run_experiment
from polyhead.studies.layer_members import LayerSetup

CLAIMED = ("lorsa", "attn_out_sae")
OTHER_FORMS: dict[str, tuple[dict[str, str], ...]] = {
    "mtc": ({"loadings": "top1"},),
    "attn_out_sae": ({"init": "random"},),
}
"""Settings in which a method is trained besides its own."""


Found = dict[str, list[Evaluation]]
"""Name of a layer -> evaluations of what was trained on it, and of its linear baselines."""


class ComparedSetup(LayerSetup):
    """Layers, each explained by itself; ks are active latents per token, where a method has that setting."""

    n_claim_seeds: int = Field(default=8, ge=1)
    """Of the methods that a published claim is about, if more: Lorsa, and the output SAE with both starts."""

    def seeds_of(self, kind: str) -> tuple[int, ...]:
        """Seeds that a method is trained with."""
        more = self.n_claim_seeds if kind in CLAIMED else 0
        return self.seeds if len(self.seeds) >= more else tuple(range(more))


class MethodsComparedConfig(Config):
    """Everything that decides the record."""

    places: tuple[ComparedSetup, ...] = (ComparedSetup(layers=(3,), ks=(16,), seeds=(0, 1)),)
    methods: tuple[str, ...] = ()
    """All that explain one layer without MLPs if empty."""
    bos: MovedBosRule = "train"
    """What every method that moves a code does about BOS (dictionaries/bos.py)."""


@dataclass(frozen=True)
class Measured:
    """Evaluations of every layer."""

    cfg: MethodsComparedConfig
    found: Found

    @property
    def trained(self) -> list[Evaluation]:
        """All but the linear baselines."""
        return [e for rows in self.found.values() for e in rows if e.method is not None]

    @property
    def n_models(self) -> int:
        return len(self.trained)

    @property
    def n_diverged(self) -> int:
        return sum(not np.isfinite(out(e)) for e in self.trained)


def measure(cfg: MethodsComparedConfig, folder: Path) -> Measured:
    """Train and evaluate every method on every layer."""
    found: Found = {}
    for place in cfg.places:
        for layer in place.layers:
            experiment = ExperimentConfig(
                model=place.model,
                text=place.text,
                layers=(layer,),
                seq_len=place.seq_len,
                n_train_tokens=place.n_train_tokens,
                n_eval_tokens=place.n_eval_tokens,
                members=_members(cfg, place),
            )
            name = f"{Path(place.model).name} layer {layer}"
            run_experiment(experiment, folder / name.replace(" ", "-"))
            found[name] = run_evaluate(folder / name.replace(" ", "-"))[0]
    return Measured(cfg, found)


def out(e: Evaluation) -> float:
    """FVU of the attention output."""
    return e.fvu if e.fvu_attn_out is None else e.fvu_attn_out


def _members(cfg: MethodsComparedConfig, place: ComparedSetup) -> tuple[Member, ...]:
    kinds = cfg.methods or tuple(m.kind for m in METHODS.values() if m.layers in ("one", "any") and not m.from_mlp)
    members = []
    for kind in kinds:
        default = METHODS[kind].settings().model_dump()
        activation = default.get("activation")
        has_k = isinstance(activation, dict) and "k" in activation
        for k in place.ks if has_k else place.ks[:1]:
            settings = {"bos": cfg.bos} if "bos" in default else {}
            settings |= {"activation": {**activation, "k": k}} if has_k else {}  # pyright: ignore[reportGeneralTypeIssues]
            for more in ({}, *OTHER_FORMS.get(kind, ())):
                members += [
                    Member(method=kind, settings={**settings, **more}, seed=seed) for seed in place.seeds_of(kind)
                ]
    return tuple(members)
