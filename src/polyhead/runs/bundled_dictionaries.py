"""The recipe of the dictionaries that ship: `python -m polyhead.runs.bundled_dictionaries RUN [OUT]`.

RUN/<name>/ is an ordinary run folder (`polyhead evaluate` and `polyhead report` read it), OUT (the package itself if
not given) gets the artifacts, their card and its words. A stopped run resumes where it was. About 15 minutes of a core.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from polyhead.core.artifact import load_artifact, save_artifact
from polyhead.core.files import write_atomic, write_json
from polyhead.core.records import Evaluation, load_lines, save_lines
from polyhead.core.sites import site
from polyhead.dictionaries import METHODS, load_dictionary
from polyhead.dictionaries.bundled import CARD, FOLDER
from polyhead.experiments.config import ExperimentConfig, Member, Training
from polyhead.experiments.data import ExperimentData, load_data
from polyhead.experiments.evaluate import evaluate_members
from polyhead.experiments.train import member_dir, run_experiment
from polyhead.models.hooked import HookedModel

N_TRAIN_TOKENS, QK_TRAIN_TOKENS, N_EVAL_TOKENS = 786_432, 262_144, 16_384
MTC = {"n_latents": 2048, "activation": {"kind": "batchtopk", "k": 24, "k_aux": 32}}
QK = {"n_latents": 512, "rank": 1, "k": 16, "max_density": 0.1}
QK_HEADS = {2: (7,), 3: (0, 3, 5, 7)}
"""The previous-token head and the induction heads (MODEL_CARD.md of the model)."""
HALF = ("W_enc", "W_dec", "query.W", "key.W")
"""Stored in half precision; everything else is small."""


def recipes() -> dict[str, ExperimentConfig]:
    """Name of each dictionary that ships -> the experiment that makes it."""
    shared: dict[str, Any] = {"n_train_tokens": N_TRAIN_TOKENS, "n_eval_tokens": N_EVAL_TOKENS, "training": Training()}
    shared["split"] = "in_order"  # as the weights that ship were trained; their held-out text stays held out
    mtcs = {
        f"mtc-layer-{layer}": ExperimentConfig(layers=(layer,), members=(Member(settings=MTC),), **shared)
        for layer in range(4)
    }
    shared["n_train_tokens"] = QK_TRAIN_TOKENS
    qks = {
        f"qk-layer-{layer}": ExperimentConfig(
            layers=(layer,), members=(Member(method="qk_diagonal", settings={**QK, "heads": heads}),), **shared
        )
        for layer, heads in QK_HEADS.items()
    }
    return mtcs | qks


def make(run: Path, out: Path = FOLDER) -> dict[str, Any]:
    """Train, score and write what ships; returns the card.

    Raises:
        PolyheadError: what training and evaluation may raise.
    """
    scores: dict[str, Any] = {}
    for name, cfg in recipes().items():
        folder = run / name
        run_experiment(cfg, folder, threads=1)
        store_half(member_dir(folder, cfg.members[0]) / "dictionary", out / name)
        scores[name] = _entry(cfg, _evaluation(cfg, folder))
    data = load_data(next(iter(recipes().values())))
    stored = {name: load_dictionary(out / name) for name in scores if name.startswith("mtc")}
    trained = {name: load_dictionary(_trained(run, name)) for name in stored}
    card = {
        "model": "bundled",
        "command": "python -m polyhead.runs.bundled_dictionaries RUN",
        "half_precision": {
            "tensors": list(HALF),
            "loss_all_layers_replaced": replaced_loss(data, list(stored.values())),
            "the_same_in_single_precision": replaced_loss(data, list(trained.values())),
        },
        "loss_of_the_model": scores["mtc-layer-0"]["scores"]["ce_clean"],
        "bytes": sum(path.stat().st_size for path in out.rglob("*") if path.suffix in (".safetensors", ".json")),
        "dictionaries": scores,
    }
    write_json(out / CARD, card)
    write_atomic(out / "MODEL_CARD.md", lambda aside: aside.write_text(card_words(card), encoding="utf-8"))
    return card


def store_half(trained: Path, out: Path) -> None:
    """An artifact again, its large tensors in half precision."""
    artifact = load_artifact(trained)
    tensors = {name: t.half() if name in HALF else t for name, t in artifact.tensors.items()}
    provenance = {**artifact.manifest["provenance"], "half_precision": [n for n in tensors if n in HALF]}
    save_artifact(out, artifact.kind, artifact.config, tensors, provenance)


def _trained(run: Path, name: str) -> Path:
    return member_dir(run / name, recipes()[name].members[0]) / "dictionary"


@torch.no_grad()
def replaced_loss(data: ExperimentData, mtcs: list[Any]) -> float:
    """Next-token loss (nats) on held-out text with every layer's attention output replaced by its MTC's at once."""
    total, n = 0.0, 0
    tokens = torch.from_numpy(data.held_out.tokens).long()
    for start in range(0, len(tokens), 8):
        part = tokens[start : start + 8]
        logits = data.model.run_with_hooks(part, _hooks(data.model, mtcs))
        scores = logits[:, 1:-1].log_softmax(-1).gather(-1, part[:, 2:, None])  # BOS predicts nothing that counts
        total, n = total - float(scores.sum()), n + scores.numel()
    return total / n


def _hooks(model: HookedModel, mtcs: list[Any]) -> Mapping[str, Any]:
    """Each layer's input and pattern, as they are in the changed stream, give its output."""
    del model
    hooks: dict[str, Any] = {}
    for layer, mtc in enumerate(mtcs):
        seen: dict[str, Tensor] = {}

        def keep_x(x: Tensor, seen: dict[str, Tensor] = seen) -> None:
            seen["x"] = x

        def keep_pattern(pattern: Tensor, seen: dict[str, Tensor] = seen) -> None:
            seen["pattern"] = pattern

        def put(_: Tensor, seen: dict[str, Tensor] = seen, mtc: Any = mtc) -> Tensor:
            return mtc.reconstruct(seen)

        hooks[site(layer, "ln1.hook_normalized")] = keep_x
        hooks[site(layer, "attn.hook_pattern")] = keep_pattern
        hooks[site(layer, "hook_attn_out")] = put
    return hooks


def _evaluation(cfg: ExperimentConfig, folder: Path) -> Evaluation:
    path = folder / "records" / "scores.jsonl"
    if not path.exists():
        data = load_data(cfg)
        save_lines(path, evaluate_members(data, data.reading(cfg.members[0]), list(cfg.members), folder))
    return next(iter(load_lines(path, Evaluation)))


def _entry(cfg: ExperimentConfig, mine: Evaluation) -> dict[str, Any]:
    member = cfg.members[0]
    kept = ("fvu", "l0_source", "l0_dest", "dead_share", "ce_clean", "ce_spliced", "ce_mean", "kl", "effective_heads")
    kept = (*kept, "pattern_nmse", "pattern_kl", "pattern_nmse_off_sink", "l0_key", "densest", "train_seconds")
    scores = {name: round(value, 5) for name in kept if (value := getattr(mine, name)) is not None}
    return {
        "method": member.method,
        "layer": cfg.layer,
        "settings": member.settings,
        "n_train_tokens": cfg.n_train_tokens,
        "n_eval_positions": mine.policy.n_positions,
        "scores": {**scores, "ce_recovered_mean": round(mine.ce_recovered_mean, 5)},
    }


def card_words(card: Mapping[str, Any]) -> str:
    """The card as Markdown."""
    rows = [
        "| dictionary | latents | L0 source | FVU | loss spliced | loss recovered | dead | effective heads |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    qk_entries = [
        "| dictionary | heads | latents | pattern nMSE | pattern KL (nats) |",
        "| --- | --- | ---: | ---: | ---: |",
    ]
    for name, entry in card["dictionaries"].items():
        s, settings = entry["scores"], entry["settings"]
        if METHODS[entry["method"]].side == "key":
            rows.append(
                f"| {name} | {settings['n_latents']} | {s['l0_source']:.1f} | {s['fvu']:.3f} | {s['ce_spliced']:.3f} | "
                f"{s['ce_recovered_mean']:.3f} | {s['dead_share']:.1%} | {s['effective_heads']:.2f} |"
            )
        else:
            heads = ", ".join(f"L{entry['layer']}H{h}" for h in settings["heads"])
            qk_entries.append(
                f"| {name} | {heads} | {settings['n_latents']} | {s['pattern_nmse']:.3f} | {s['pattern_kl']:.3f} |"
            )
    first = next(iter(card["dictionaries"].values()))
    half = card["half_precision"]
    return "\n".join(
        [
            "# Dictionaries of the bundled model",
            "",
            f"Made by `{card['command']}`: {first['n_train_tokens']:,} training tokens of the held-out text that ships "
            f"(several passes), scored on {first['n_eval_positions']:,} positions of files that were not trained on. "
            "Definitions: docs/metrics.md.",
            "",
            f"Loss of the model {card['loss_of_the_model']:.3f} nats per token; with all four attention outputs "
            f"replaced at once {half['loss_all_layers_replaced']:.3f}. Large tensors are stored in half "
            f"precision; in single precision that loss is {half['the_same_in_single_precision']:.3f}. "
            f"{card['bytes'] / 1e6:.1f} MB in all.",
            "",
            *rows,
            "",
            "QK dictionaries, which say why heads look where they look:",
            "",
            *qk_entries,
            "",
        ]
    )


def main() -> None:
    """Train and write them."""
    parser = argparse.ArgumentParser(description="Train the dictionaries that ship with the bundled model.")
    parser.add_argument("run", type=Path, help="run folder; the same command resumes where it stopped")
    parser.add_argument(
        "out", type=Path, nargs="?", default=FOLDER, help="where artifacts go; the package if not given"
    )
    given = parser.parse_args()
    print(json.dumps(make(given.run, given.out)["half_precision"], indent=1))  # noqa: T201


if __name__ == "__main__":
    main()
