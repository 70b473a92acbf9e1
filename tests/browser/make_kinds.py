"""A plausible run with dictionaries of several kinds on one layer: what each adds to the two of make_run.

`python tests/browser/make_kinds.py FOLDER` writes one to look at.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from make_run import TOKENS, make_dictionary, make_evaluation, make_run

from polyhead.core.data_files import read_json
from polyhead.core.files import write_json
from polyhead.core.records import DictionaryCard, Evaluation, Overview, load_lines, save_lines

LATENTS, HEADS = 40, 8
Plain = dict[str, Any]


def make_kinds(run_dir: Path) -> Path:
    """A free MTC, an attention output SAE, QK pairs and units with an attention of their own."""
    make_run(run_dir, n_latents=LATENTS, dictionaries=1)
    folder, rng = run_dir / "records", np.random.default_rng(3)
    cards = [
        _kind(
            folder, rng, "attn_out_sae-k16-s0", _at_destinations, method="attn_out_sae",
            title="Attention output SAE", side="query", loadings="measured", identity=False,
            highlights=['latent 3 (head 4): from "def" to "(", then promotes ")"'],
        ),
        _kind(
            folder, rng, "qk_diagonal-n40-s0", _paired, method="qk_diagonal", title="QK diagonalisation", side="both",
            identity=False, highlights=['latent 5 (head 6): the query "in" meets the key "for"'],
        ),
        _kind(
            folder, rng, "lorsa-k16-s0", _units, method="lorsa", title="Low-rank sparse attention", side="query",
            loadings="none", identity=False, noun="unit", n_heads=1, head_names=["own", "identity"],
            group_names=[f"group {g}" for g in range(4)], highlights=['unit 7 (group 3): from "a" to "b"'],
        ),
    ]  # fmt: skip
    _add_evaluations(folder, cards)
    overview = Overview.load(folder / "overview.json")
    overview.model_copy(update={"dictionaries": [*overview.dictionaries, *cards]}).save(folder / "overview.json")
    return run_dir


def _kind(
    folder: Path, rng: np.random.Generator, name: str, change: Callable[[Plain, list[Plain]], None], **card: Any
) -> DictionaryCard:
    """A dictionary as make_run writes it, with rows and pages changed to what the kind has."""
    made = make_dictionary(folder, rng, name, LATENTS, HEADS, LATENTS)
    rows = []
    for path in sorted((folder / name / "pages").glob("*.json")):
        pages = read_json(path)
        for page in pages:
            change(page["row"], page["examples"])
            if card["side"] == "both":
                page["promoted"] = page["demoted"] = page["neighbours"] = []
            rows.append(page["row"])
        write_json(path, pages)
    pq.write_table(pa.Table.from_pylist(rows), folder / name / "latents.parquet")
    return made.model_copy(update={"variant": card["method"], **card})


def _at_destinations(row: Plain, examples: list[Plain]) -> None:
    row["identity_share"] = row["loadings"][-1] = 0.0
    row["main_head"] = int(np.abs(row["loadings"]).argmax())
    for example in examples:
        example["key_side"] = [0.0] * len(example["tokens"])


def _paired(row: Plain, examples: list[Plain]) -> None:
    row["identity_share"] = row["loadings"][-1] = 0.0
    row["main_head"], row["top_promoted"] = int(np.abs(row["loadings"]).argmax()), []
    row["top_key_tokens"] = TOKENS[row["latent"] : row["latent"] + 5]
    for example in examples[4:8]:
        example["side"], example["peak"] = "key", int(np.argmax(example["key_side"]))


def _units(row: Plain, examples: list[Plain]) -> None:
    row.update(loadings=[1.0, 0.0], main_head=0, effective_heads=1.0, identity_share=0.0, group=row["latent"] % 4)
    for example in examples:
        for arc in example["arcs"]:
            arc["heads"] = [arc["weight"], 0.0]


def _add_evaluations(folder: Path, cards: list[DictionaryCard]) -> None:
    path = folder / "evaluations.jsonl"
    known: dict[str, Plain] = {
        "attn_out_sae": {"l0_dest": 16.0, "fvu": 0.18, "dense_share": 0.1},
        "qk_diagonal": {
            "l0_dest": 12.0, "fvu": 0.4, "fvu_attn_out": 0.3, "target": "blocks.3.attn.hook_pattern",
            "pattern_nmse": 0.4, "pattern_kl": 0.2,
        },
        "lorsa": {"l0_dest": 16.0, "fvu": 0.25},
    }  # fmt: skip
    more: list[Evaluation] = [
        make_evaluation(
            card.name, card.variant, "k=16", method=card.method, seed=0, dead_share=0.2, train_seconds=12.5,
            train_memory=36_000_000, **known[card.method],
        )
        for card in cards
    ]  # fmt: skip
    save_lines(path, [*load_lines(path, Evaluation), *more])


if __name__ == "__main__":
    print(make_kinds(Path(sys.argv[1])))
