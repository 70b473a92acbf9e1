"""A plausible run folder made without any model: two small dictionaries, or one of 16,384 latents.

`python tests/browser/make_run.py FOLDER [--latents N] [--pages N]` writes one to look at.
"""

import argparse
import math
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from polyhead.core.files import write_json
from polyhead.core.records import (
    PAGE_SHARD,
    Arc,
    DictionaryCard,
    Evaluation,
    LatentExample,
    LatentPage,
    LatentRow,
    LoadingMap,
    Overview,
    TokenPolicy,
    save_lines,
)

NASTY = [
    "<script>alert(1)</script>",
    "\n    ",
    "\u202eabc",
    "\x00",
    "\U0001f469\u200d\U0001f52c",
    "\u0301",
    '"quoted"',
    "",
    "\ufffd",
    "<|bos|>",
    "</script><b>",
    "\u2028",
    "\t\r",
    "שלום",
    "'; alert(2); '",
    "\\u0041",
]
TEXT = '''def merge_intervals(intervals, tolerance=0.5):
    """Join the intervals that overlap, or nearly."""
    merged = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1] + tolerance:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


class IntervalTree:
    """Holds intervals and answers which of them contain a point."""

    def __init__(self, intervals):
        self.intervals = merge_intervals(intervals)
        self.starts = [start for start, end in self.intervals]

    def find(self, point):
        for start, end in self.intervals:
            if start <= point <= end:
                return start, end
        raise KeyError(point)
'''
TOKENS = re.findall(r"\n *| ?[A-Za-z]+| ?[0-9.]+| ?[^\sA-Za-z0-9]|\s+", TEXT)


def _policy() -> TokenPolicy:
    return TokenPolicy(bos="excluded", padding="none", n_sequences=96, n_positions=12_192)


def make_evaluation(name: str, variant: str, sparsity: str, **values: float | str | int | None) -> Evaluation:
    """An evaluation on the attention output of layer 3, with these values."""
    absent = ["seed", "init", "l0_source", "l0_dest", "dead_share", "effective_heads", "identity_share"]
    numbers = {"fvu": 0.2, "nmse": 0.14, "shrinkage": 0.97, "kl": 0.03}
    losses = {"ce_clean": 3.907, "ce_spliced": 3.95, "ce_mean": 4.518, "ce_zero": 4.691}
    base = {"name": name, "variant": variant, "sparsity": sparsity, "layer": 3, "target": "blocks.3.hook_attn_out"}
    sizes = {"n_latents": 2048, "n_train_tokens": 393_216, "policy": _policy()}
    return Evaluation.model_validate({**base, **sizes, **numbers, **losses, **dict.fromkeys(absent), **values})


def _evaluations(rng: np.random.Generator) -> list[Evaluation]:
    out = []
    for variant, level, dest, heads in [
        ("free", 0.171, 1.13, 3.3),
        ("top1", 0.193, 0.74, 1.0),
        ("shuffled", 0.554, 0.64, 3.7),
    ]:
        for start in ("one_hot", "spread") if variant == "free" else ("one_hot",):
            for k in (8, 16, 32, 64):
                for seed in range(3):
                    fvu = level * (16 / k) ** (0.55 if variant != "shuffled" else 0.18) * math.exp(rng.normal(0, 0.02))
                    out.append(
                        make_evaluation(
                            f"{variant}-k{k}-{start}-s{seed}", variant, f"k={k}", seed=seed, init=start, fvu=fvu,
                            nmse=fvu * 0.7, l0_source=k * 0.99,
                            l0_dest=k**0.93 * dest * 1.2 * math.exp(rng.normal(0, 0.015)),
                            dead_share=0.45, ce_spliced=3.907 + 0.61 * (fvu * 0.29) ** 1.0, kl=fvu * 0.2,
                            effective_heads=heads * (1.2 if start == "spread" else 1) if heads > 1 else 1.0,
                            identity_share=0.75 if variant == "shuffled" else 0.002,
                        )
                    )  # fmt: skip
    for variant, ranks in {
        "pca": {16: 0.367, 32: 0.172, 64: 0.055},
        "head_data_svd": {2: 0.687, 4: 0.521, 8: 0.321, 16: 0.12},
    }.items():
        for rank, fvu in ranks.items():
            out.append(
                make_evaluation(
                    f"{variant}-{rank}", variant, f"rank {rank}", n_latents=rank, n_train_tokens=None, fvu=fvu
                )
            )
    out.append(make_evaluation("mean", "mean", "–", n_latents=None, n_train_tokens=None, fvu=1.0, ce_spliced=4.518))
    return out


FAMILIES = ("induction", "previous", "", "identity")


def _loadings(rng: np.random.Generator, n: int, n_heads: int, one_hot: bool) -> tuple[np.ndarray, np.ndarray]:
    cluster = rng.integers(0, n_heads + 1, n)
    groups = np.eye(n_heads + 1) * 0.95
    groups[-1] = 0
    groups[-1, [3, 6, 7]] = [0.78, 0.51, 0.34]
    loadings = groups[cluster] + (0 if one_hot else rng.normal(0, 0.16, (n, n_heads + 1)))
    if one_hot:
        loadings = np.eye(n_heads + 1)[np.abs(loadings).argmax(1)]
    else:
        loadings[:, -1] *= 0.2
    return loadings / np.linalg.norm(loadings, axis=1, keepdims=True), cluster


def _rows(rng: np.random.Generator, n: int, n_heads: int, one_hot: bool) -> list[LatentRow]:
    loadings, cluster = _loadings(rng, n, n_heads, one_hot)
    centred = loadings - loadings.mean(0)
    place = centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T
    density = np.exp(rng.normal(-5, 1.2, n)).clip(0, 0.6)
    dead = rng.random(n) < 0.2
    density[dead] = 0
    energy = np.where(dead, 0, np.exp(rng.normal(0, 1.5, n)))
    energy /= energy.sum()
    rows = []
    for i in range(n):
        words = [TOKENS[j] for j in rng.integers(0, len(TOKENS), 6)]
        if i % 9 == 0:
            words[0] = NASTY[(i // 9) % len(NASTY)]
        rows.append(
            LatentRow(
                latent=i, density=density[i], energy_share=energy[i],
                max_activation=0.0 if dead[i] else float(rng.gamma(6, 1)),
                effective_heads=1 / (loadings[i] ** 4).sum(), identity_share=loadings[i, -1] ** 2,
                main_head=int(np.abs(loadings[i]).argmax()), loadings=loadings[i].tolist(), map_x=place[i, 0],
                map_y=place[i, 1], cluster=int(cluster[i]), top_source_tokens=words[:5],
                top_promoted=[TOKENS[j] for j in rng.integers(0, len(TOKENS), 6)],
                family="" if dead[i] else FAMILIES[i % len(FAMILIES)], family_share=0.3 + 0.001 * i,
                distance=None if i % len(FAMILIES) == 3 else 1.5 * i,
            )
        )  # fmt: skip
    return rows


def _example(rng: np.random.Generator, row: LatentRow, kind: str, quantile: float | None) -> LatentExample:
    width = 40
    start = int(rng.integers(0, len(TOKENS) - width))
    tokens = TOKENS[start : start + width]
    positions = list(range(start, start + width))
    if kind == "quantile":
        tokens[5], positions = "…", [*range(start - 30, start - 25), -1, *positions[6:]]
    if row.latent % 5 == 0:
        for at, nasty in zip(rng.choice(width, len(NASTY), replace=False), NASTY):
            tokens[at] = nasty
    loadings = np.array(row.loadings)
    n_heads = len(loadings) - 1
    strength = row.max_activation * (1 if quantile is None else quantile)
    peak = int(rng.integers(22, width - 4))
    sources = sorted({int(s) for s in rng.integers(2, peak + 1, 3)} | {max(0, peak - 9)})
    f = np.zeros(width)
    f[sources] = rng.random(len(sources)) * strength
    arcs = []
    for query in [peak, *(int(q) for q in rng.integers(10, width, 4))]:
        for key in sources:
            pattern = rng.dirichlet(np.full(6, 0.3), n_heads)[:, 0] if key <= query else np.zeros(n_heads)
            by_head = np.append(loadings[:-1] * pattern, loadings[-1] * (key == query)) * f[key]
            if abs(by_head.sum()) > 0.05 * strength * (1 if query == peak else 2):
                arcs.append(Arc(query=query, key=key, weight=by_head.sum(), heads=by_head.tolist()))
    z = rng.normal(0, 0.03, width) * strength
    for arc in arcs:
        z[arc.query] += arc.weight
    return LatentExample(
        kind=kind, quantile=quantile, sequence=int(rng.integers(0, 96)), start=start, tokens=tokens,
        key_side=f.tolist(), query_side=z.tolist(), peak=peak, arcs=arcs, positions=positions,
    )  # fmt: skip


def _page(rng: np.random.Generator, row: LatentRow, n: int) -> LatentPage:
    edges = np.geomspace(0.01, max(row.max_activation, 0.02), 25)
    counts = (rng.gamma(2, 1, 24) * row.density * 8000 * np.exp(-(np.linspace(-2, 2, 24) ** 2))).astype(int)
    words = [TOKENS[j] for j in rng.integers(0, len(TOKENS), 20)]
    examples = [_example(rng, row, "top", None) for _ in range(8)]
    examples += [_example(rng, row, "quantile", q) for q in (0.9, 0.5) for _ in range(3)]
    alive = row.density > 0
    return LatentPage(
        row=row,
        examples=examples if alive else [],
        promoted=[(w, 4.0 * 0.9**i) for i, w in enumerate(words[:10])],
        demoted=[(w, -3.0 * 0.92**i) for i, w in enumerate([NASTY[row.latent % len(NASTY)], *words[11:]])],
        histogram=[(edges[i], edges[i + 1], int(counts[i])) for i in range(24)] if alive else [],
        neighbours=[(int(j), 0.9 * 0.93**i) for i, j in enumerate(rng.integers(0, n, 8))],
    )


def make_dictionary(
    folder: Path, rng: np.random.Generator, name: str, n: int, n_heads: int, n_pages: int
) -> DictionaryCard:
    """Write rows and pages of one dictionary, and return its card."""
    one_hot = name.startswith("top1")
    rows = _rows(rng, n, n_heads, one_hot)
    (folder / name).mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist([r.model_dump() for r in rows]), folder / name / "latents.parquet")
    for shard in range(math.ceil(n_pages / PAGE_SHARD)):
        pages = [
            _page(rng, row, n).model_dump(mode="json") for row in rows[shard * PAGE_SHARD : (shard + 1) * PAGE_SHARD]
        ]
        write_json(folder / name / "pages" / f"{shard:04d}.json", pages)
    clusters = [[r.loadings for r in rows if r.cluster == c] for c in range(n_heads + 1)]
    best = max(rows, key=lambda r: r.energy_share)
    return DictionaryCard(
        name=name, variant="top1" if one_hot else "free", n_latents=n, n_heads=n_heads,
        head_names=[*(f"head {h}" for h in range(n_heads)), "identity"],
        n_live=sum(r.density > 0 for r in rows),
        config={"n_latents": n, "sparsity": "topk", "k": 16, "init": "one_hot", "optim": {"betas": [0.9, 0.99]}},
        loading_map=LoadingMap(
            method="PCA of unit loadings", n_clusters=n_heads + 1, cluster_sizes=[len(c) for c in clusters],
            cluster_loadings=[np.mean(c, 0).tolist() if c else [0.0] * (n_heads + 1) for c in clusters],
        ),
        highlights=[
            f"latent {best.latent} (heads 3, 6, 7; {best.energy_share:.1%} of the energy): "
            "` elif` takes ` method` from after the earlier ` elif`",
            "latent 7 (head 4): a line's tokens take the newline and indent that begin it",
            "latent 12 (head 0): brackets and commas take themselves",
        ],
    )  # fmt: skip


def make_run(
    run_dir: Path, *, n_latents: int = 300, n_heads: int = 8, n_pages: int | None = None, dictionaries: int = 2
) -> Path:
    """Write the records of a synthetic run and return its folder."""
    rng = np.random.default_rng(7)
    folder = run_dir / "records"
    names = ["free-k16-s0", "top1-k16-s0"][:dictionaries]
    cards = [
        make_dictionary(folder, rng, name, n_latents, n_heads, n_latents if n_pages is None else n_pages)
        for name in names
    ]
    rename = {"free-k16-one_hot-s0": "free-k16-s0", "top1-k16-one_hot-s0": "top1-k16-s0"}
    evaluations = [e.model_copy(update={"name": rename.get(e.name, e.name)}) for e in _evaluations(rng)]
    save_lines(folder / "evaluations.jsonl", evaluations)
    Overview(
        title="Multitoken transcoders of layer 3, bundled model",
        command="polyhead demo --layer 3 --n-latents 2048 --k 16 --seed 0",
        created="2025-01-01 12:00",
        versions={"polyhead": "0.1.0", "torch": "2.13.0", "python": "3.11.7"},
        model={
            "name": "bundled", "family": "native", "n_layers": 4, "d_model": 256, "n_heads": n_heads, "d_head": 32,
            "d_vocab": 4096, "n_ctx": 128, "attn_only": True, "positions": "rotary",
            "bos_token_id": 0, "sha256": "5f" * 32,
        },
        text={
            "origin": "Python standard library, held out", "licence": "PSF", "n_sequences": 96, "n_tokens": 12_288,
            "sha256": "a7" * 32,
        },
        layer=3,
        input_site="blocks.3.ln1.hook_normalized",
        target_site="blocks.3.hook_attn_out",
        dictionaries=cards,
        verdict=[
            "At equal source L0 (16), free loadings leave 17.1 % of the variance and Top-1 19.3 %, over 3 seeds.",
            "At equal destination L0 (17.8) the order flips: Top-1 leaves 15.6 %, free 17.1 %.",
            "The shuffled control leaves 55 %, 75 % of its loading on the identity: the patterns matter.",
            "PCA of the output at rank 32 leaves 17.2 %: by variance alone, 16 active latents are no better.",
        ],
        seconds={"harvest": 33.0, "train": 72.5, "evaluate": 14.2, "analyse": 21.0},
    ).save(folder / "overview.json")  # fmt: skip
    return run_dir


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--latents", type=int, default=300)
    parser.add_argument("--heads", type=int, default=8)
    parser.add_argument("--pages", type=int)
    given = parser.parse_args()
    print(make_run(given.folder, n_latents=given.latents, n_heads=given.heads, n_pages=given.pages))
