"""Records of a heads report by hand: 2 layers x 3 heads, two template sets, a split head, pairs, units, weights."""

from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch

from polyhead.analysis.weights.order import squared_cosines
from polyhead.analysis.weights.packed import order_picture
from polyhead.core.files import write_json
from polyhead.core.head_records import (
    AblationRecord,
    BehaviourCard,
    DictionaryLink,
    Effect,
    HeadPair,
    HeadRank,
    HeadRows,
    HeadsOverview,
    PreferencePair,
    PreferenceSearch,
    Proposal,
    RowExample,
    RowsRecord,
    Score,
    SplitHead,
    SubHead,
    SweepPoint,
    rank_by,
)
from polyhead.core.records import TokenPolicy, save_lines
from polyhead.core.unit_records import UnitCard, UnitExample, UnitKind, UnitNeighbours, UnitPage, UnitRow
from polyhead.core.weight_records import Block, WeightOrder
from polyhead.core.window_records import HeadWindows, Histogram, Window

NASTY = "<img src=x onerror=alert(1)>"
TOKENS = ["<|bos|>", "def", " run", "(", NASTY, "):", "\n    ", " 水", "\u202e", "‑"]
HEADS = [(layer, head) for layer in range(2) for head in range(3)]
BEHAVIOURS = ["inactive", "self", "previous", "mine"]
CLASSES = [*BEHAVIOURS, "inactive + previous", "unknown"]
POLICY = TokenPolicy(bos="excluded", padding="none", n_sequences=4, n_positions=36)
N_UNITS = 5


def make_heads(records: Path, *, n_units: int = N_UNITS, bare: bool = False) -> Path:
    """Write the records; `bare`: what an imported tree has, scores and windows without rules."""
    rng = np.random.default_rng(0)
    rows = _rows(rng)
    _overview(rows, bare).save(records / "overview.json")
    for layer, head in HEADS:
        _windows(layer, head, bare).save(records / "windows" / f"L{layer}H{head}.json")
    if bare:
        return records
    rows.save(records / "rows.json")
    ranks = [
        HeadRank(
            layer=la,
            head=h,
            top1_rate=0.5,
            mean_probability=0.4,
            drop=0.5 - 0.1 * i,
            drops={"bos-row": 0.5 - 0.1 * i, "mean-row": 0.01 * i, "zero-output": 0.02 if i == 1 else 0.1},
        )
        for i, (la, h) in enumerate(HEADS)
    ]
    old = [r.model_copy(update={"drops": {}}) for r in ranks]  # as records of one way of ablation were
    for name in ("indent", "mine"):
        _ablation(name, old if name == "mine" else ranks).save(records / "ablations" / name / "L0H1.json")
    _split("rules", BEHAVIOURS).save(records / "splits" / "split-L0H1-rules.json")
    _split("clusters of q, k and output", ["cluster 0", "cluster 1"]).save(
        records / "splits" / "split-L0H1-clusters.json"
    )
    save_lines(records / "between" / "pairs.jsonl", _pairs(rng))
    _preferences().save(records / "between" / "preferences.json")
    _units(records / "units" / "records", rng, n_units)
    _weights(n_units).save(records / "weights" / "L0-W_out.json")
    return records


def _rows(rng: np.random.Generator) -> RowsRecord:
    heads = []
    for layer, head in HEADS:
        counts = rng.integers(0, 9, (3, len(CLASSES)))
        shares = counts.sum(0) / counts.sum()
        mass = rng.dirichlet(np.ones(len(BEHAVIOURS) + 1))
        curve = np.repeat(shares[:, None], 20, 1)
        heads.append(
            HeadRows(
                layer=layer,
                head=head,
                counts=counts.tolist(),
                shares=shares.tolist(),
                mass=mass.tolist(),
                mass_with_overlaps=mass[:-1].tolist(),
                curve=curve.tolist(),
                class_entropy=1.0 + head,
                mass_entropy=0.5 + 0.1 * layer + 0.01 * head,
            )
        )
    example = RowExample(
        layer=0, head=1, sequence=3, query=9, start=2, tokens=TOKENS[2:], keys=[(4, NASTY, 0.6), (0, "<|bos|>", 0.3)]
    )
    proposal = Proposal(
        n_rows=7,
        share=0.7,
        words="numbers (60%, 3.0x)",
        heads=[("L0H1", 5), ("L1H2", 2)],
        centre={},
        examples=[example],
    )
    return RowsRecord(
        model="made",
        policy=POLICY,
        text={},
        threshold=0.95,
        behaviours=[BehaviourCard(name=b, words=f"what {b} looks at", uniform_mass=0.1) for b in BEHAVIOURS],
        classes=CLASSES,
        destinations=[NASTY, "\n    "],
        thresholds=[round(0.8 + 0.01 * i, 2) for i in range(20)],
        n_rows=36,
        heads=heads,
        proposals=[proposal],
        seconds=1.0,
    )


def _overview(rows: RowsRecord, bare: bool) -> HeadsOverview:
    score = [float(i) for i in range(len(HEADS))]
    some = Score(
        key="mass_entropy",
        title="Mix (entropy of mass)",
        definition="How mixed.",
        group="rows",
        values=[h.mass_entropy for h in rows.heads],
    )
    other = Score(
        key="induction_score",
        title="Induction, natural text",
        definition="Behind copies.",
        group="windows",
        values=[*score[:-1], None],
    )
    return HeadsOverview(
        title="made: what its heads do",
        command="polyhead heads report made",
        created="2026-01-02T03:04:05+00:00",
        model={"name": "made", "n_layers": 2, "n_heads": 3, "d_head": 4},
        text={"origin": "a test", "tokens": 40},
        versions={},
        seconds={"rows": 1.0, "ablated: indent, L0H1": 2.0, "ablated: indent, all heads": 3.0},
        heads=HEADS,
        scores=[some, other],
        findings=[] if bare else [f"L0H1 does many things, such as `{NASTY}`."],
        notes=["Something was left out."],
        dictionaries=[]
        if bare
        else [
            DictionaryLink(
                name="free",
                layer=0,
                n_latents=8,
                latents_by_head=[3, 2, 1, 2],
                loading_share=[0.4, 0.3, 0.2, 0.1],
                energy_of_pure=0.6,
            )
        ],
        report=None if bare else "../../run/report",
    )


def _windows(layer: int, head: int, bare: bool) -> HeadWindows:
    n = len(TOKENS)
    flat = [q * n + k for q in range(n) for k in ({0, q} if q else {0})]
    values = [0.25 if f % n == f // n and f else 0.7 for f in flat]
    windows = [
        Window(
            sequence=s,
            interval=5 - s,
            max_activation=0.9 - 0.1 * s,
            tokens=TOKENS,
            flat=flat,
            values=values,
            codes=[] if bare else [1 if f % n == 0 else 0b1010 for f in flat],
            classes=[] if bare else [-1, *([4] * (n - 1))],
            mass=[] if bare else [[0.7, 0.2, 0.0, 0.05, 0.05]] * n,
        )
        for s in range(2)
    ]
    return HeadWindows(
        layer=layer,
        head=head,
        behaviours=[] if bare else BEHAVIOURS,
        classes=[] if bare else CLASSES,
        windows=windows,
        distances=Histogram(edges=[0, 1, 2, 4, 8, 16], values=[2.0, 1.0, 0.5, 0.2, 0.0]),
        maxima=Histogram(edges=[0, 0.5, 1], values=[1, 3]),
        top_query_tokens=[(NASTY, 3.0), ("def", 1.0)],
        top_key_tokens=[("<|bos|>", 5.0)],
        mean_max_activation=0.8,
    )


def _ablation(name: str, ranks: list[HeadRank]) -> AblationRecord:
    def effect(label: str, p: float) -> Effect:
        return Effect(label=label, top1=[p > 0.5, True], probability=[p, p], logit=[9 * p, 8 * p])

    return AblationRecord(
        model="made",
        layer=0,
        head=1,
        templates=name,
        about=f"What {name} tests.",
        n_prompts=2,
        dropped={},
        examples=[(f"class A:{NASTY}", "\n    ")],
        position=0,
        clean=effect("clean", 0.9),
        effects=[effect("bos-row, last position", 0.4), effect("zero-output, last position", 0.3)],
        sweep=[SweepPoint(back=i, token=TOKENS[-1 - i], drop=[0.1 * i, 0.2]) for i in range(5)],
        ranks=ranks,
        rank=2,
        rank_by={} if name == "mine" else rank_by(ranks, 0, 1),
        notes=["A note."],
        seconds=1.0,
    )


def _split(kind: str, names: list[str]) -> SplitHead:
    parts = [
        SubHead(
            name=n,
            mass=1 / len(names),
            norm_share=1 / len(names),
            ce_delta=0.01 * i,
            ce_delta_control=0.005,
            effective_keys=2.0,
        )
        for i, n in enumerate(names)
    ]
    return SplitHead(
        layer=0,
        head=1,
        split=kind,
        parts=parts,
        error=1e-7,
        ce_clean=2.0,
        ce_delta=0.05,
        behaviour_entropy=1.1,
        silhouette=None if kind == "rules" else 0.3,
        policy=POLICY,
    )


def _pairs(rng: np.random.Generator) -> list[HeadPair]:
    out = []
    for i, (la, h) in enumerate(HEADS):
        for lb, g in HEADS[i + 1 :]:
            a, b, c, d, e = rng.uniform(0, 1, 5).tolist()
            same = la == lb
            out.append(
                HeadPair(
                    layer=la,
                    head=h,
                    other_layer=lb,
                    other_head=g,
                    pattern_overlap=a if same else None,
                    query_overlap=b,
                    key_overlap=c,
                    read_overlap=d,
                    write_overlap=e,
                    q_composition=None if same else a,
                    k_composition=None if same else b,
                    v_composition=None if same else c,
                )
            )
    return out


def _preferences() -> PreferenceSearch:
    def pair(
        layer: int, a: int, b: int, verdict: Literal["inverted", "aligned", "neither"], r: float
    ) -> PreferencePair:
        return PreferencePair(
            layer=layer,
            head=a,
            other_head=b,
            shared_keys=False,
            correlation=r,
            static=r,
            specific=0.0,
            likes=["def", NASTY],
            other_likes=["("],
            p_inverted=0.001,
            p_aligned=0.9,
            information=0.1,
            p_information=0.2,
            opposite=0.5,
            verdict=verdict,
        )

    pairs = [pair(0, 0, 1, "inverted", -0.7), pair(0, 0, 2, "neither", 0.0), pair(0, 1, 2, "aligned", 0.6)]
    return PreferenceSearch(
        model="made",
        n_queries=16,
        keys=["def", "("],
        rate=0.05,
        n_inverted=1,
        n_aligned=1,
        null_correlation={"0": (-0.3, 0.3)},
        pairs=pairs,
        policy=POLICY,
    )


def _units(folder: Path, rng: np.random.Generator, n_units: int) -> None:
    families: list[tuple[str, UnitKind, int]] = [("L0-neurons", "neuron", n_units), ("L0-heads", "head", 3)]
    for name, kind, n in families:
        rows = [
            UnitRow(
                unit=i,
                density=float(v),
                mean=0.1,
                std=1.0,
                max=2.0,
                min=-1.0,
                kurtosis=float(10 * v),
                top_tokens=[NASTY, f"word{i}"],
                top_promoted=["a_token_of_many_letters"] * 5 if i == 1 else [" 水"],
            )
            for i, v in enumerate(rng.uniform(0, 1, n))
        ]
        (folder / name).mkdir(parents=True)
        pq.write_table(pa.Table.from_pylist([r.model_dump() for r in rows]), folder / name / "units.parquet")
        UnitCard(
            name=name,
            kind=kind,
            layer=0,
            n_units=n,
            model="made",
            value="what it is",
            policy=POLICY,
            n_correlated=36,
            effect="through the unembedding",
        ).save(folder / name / "card.json")
        examples = [
            UnitExample(
                kind="top",
                quantile=None,
                sequence=1,
                start=0,
                tokens=TOKENS,
                values=[0.1 * i - 0.3 for i in range(len(TOKENS))],
                peak=9,
            )
        ]
        near = [UnitNeighbours(by="output weights", nearest=[(1, 0.9)], farthest=[(2, -0.8)])]
        pages = [
            UnitPage(
                row=r,
                examples=examples,
                promoted=[(NASTY, 1.0)],
                demoted=[("(", -1.0)],
                histogram=[(-1.0, 0.0, 3), (0.0, 0.0, 2), (0.0, 2.0, 9)],
                neighbours=near,
            )
            for r in rows[:64]
        ]
        write_json(folder / name / "pages" / "0000.json", [p.model_dump(mode="json") for p in pages])


def _weights(n: int) -> WeightOrder:
    n = min(n, 64)
    rows = torch.linspace(-1, 1, 8)[None].sub(torch.linspace(-1, 1, n)[:, None]).square().mul(-9).exp()
    return WeightOrder(
        model="made",
        matrix=f"L0 W_out [{n}, 8]",
        layer=0,
        method="two_opt",
        order=list(range(n)),
        neighbour=0.5,
        excess=0.2,
        width=2,
        null_neighbour={"gaussian": [0.1, 0.2], "spectrum": [0.3, 0.35]},
        null_excess={"gaussian": [0.01, 0.02], "spectrum": [0.1, 0.12]},
        level=0.4,
        blocks=[Block(rows=[3, 1], place=2, mean_similarity=0.6)],
        seconds=1.0,
        picture=order_picture(squared_cosines(rows), torch.arange(n), band=20, tiles=16),
    )
