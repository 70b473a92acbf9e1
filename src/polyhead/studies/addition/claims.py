"""The claims about 32 heads of width 2 that add, each with its control. Axis legend as in `models`."""

import torch
from scipy.stats import spearmanr
from torch import Tensor

from polyhead.core.rng import generator
from polyhead.core.study_records import Claim, Distribution
from polyhead.ops.participation import cancellation, participation_ratio
from polyhead.studies.addition.all_but_one import antidiagonal_share, pair_maps
from polyhead.studies.addition.carry_chains import ChainAccuracy, places_proven
from polyhead.studies.addition.circuit_matrix import circuit_matrix, rank_of, set_overlap, shuffled_rows
from polyhead.studies.addition.digit_fourier import fourier_energy
from polyhead.studies.addition.head_shapley import head_worth
from polyhead.studies.addition.models import Geometry, Measured, Pairs
from polyhead.studies.judge import judge_number, judge_share
from polyhead.tasks.addition import window_ceiling

REPORT = "Thaman et al., Experiments in Superposition (project 1)"
RING = 0.9
"""Ring score from which we call digits a ring (random points: 2/9 on average)."""
SAME = 0.1
"""Distance ratio under which the same place of a and b is near-identical."""


def claims(m: Measured) -> list[Claim]:
    """All claims, in the order of the page."""
    return [
        *_accuracy(m),
        _grokking(m),
        *_window(m),
        _ring(m),
        _same_place(m),
        *_circuits(m),
        _worth(m),
        _baseline(m),
        _artefact(m),
        *_code(m),
    ]


def dist(
    label: str, values: Tensor | list[float] | list[bool], m: Measured | None = None, unit: str = ""
) -> Distribution:
    """A distribution with rounded values; with `m`, its diverged models are counted."""
    numbers = values.tolist() if isinstance(values, Tensor) else values
    diverged = 0 if m is None else m.cfg.n_seeds - len(m.healthy)
    return Distribution(label=label, values=[round(float(v), 5) for v in numbers], unit=unit, n_diverged=diverged)


def _accuracy(m: Measured) -> list[Claim]:
    world = m.cfg.world
    one = window_ceiling(world, 1).per_digit
    out = []
    for key, what, values, published, stored in (
        ("test-accuracy", "test", m.test_accuracy, 0.98, "0.97991, 0.97951, 0.98135"),
        ("train-accuracy", "training", m.train_accuracy, 0.985, "0.98683, 0.98454, 0.98770"),
    ):
        verdict, reason = judge_number(values.tolist(), published, tolerance=0.005, digits=4)
        extra = [dist("whole answers right, test", m.test_whole, m)] if key == "test-accuracy" else []
        out.append(
            Claim(
                key=key,
                statement=f"{m.cfg.n_heads} heads of width 2 add: about {published:.1%} of the digits of the sum are "
                f"right on {what} strings (per digit, all digits at once).",
                source=REPORT,
                published=f"{published:.1%} ({stored} in three runs; 1,000 epochs at lr 1e-3)",
                ours=[dist(f"per digit, {what}, {m.cfg.epochs:.0f} epochs", values, m), *extra],
                control=[
                    dist("untrained, per digit", m.untrained_chains.per_digit),
                    dist("exact: the best rule that sees one lower place", [one]),
                ],
                control_note="An untrained model guesses; a rule that knows the digit sums and looks for the carry "
                "in the one place below reaches exactly the number given.",
                verdict=verdict,
                reason=reason + ". Per digit, not per answer.",
            )
        )
    return out


def _grokking(m: Measured) -> Claim:
    gap = (m.curves.train - m.curves.test).amax(0)
    verdict, reason = judge_share((gap > 0.2).tolist(), [False] * len(m.healthy))
    return Claim(
        key="grokking",
        statement="The learning curve looks like grokking: training strings are learned well before test strings.",
        source=REPORT,
        published="a curve, no number",
        ours=[dist("largest gap between training and test accuracy at any moment", gap, m)],
        control=[dist("untrained: gap", (m.curves.train - m.curves.test)[0])],
        control_note="A gap above 0.2 at any of the moments kept counts; at the start there is none.",
        verdict=verdict,
        reason=reason + " with a gap above 0.2. Our runs are shorter than the published ones and decay to rate 0.",
    )


def _window(m: Measured) -> list[Claim]:
    low, high = (window_ceiling(m.cfg.world, w).per_digit for w in (1, 2))
    between = [(low < a < high) for a in m.test_accuracy.tolist()]
    untrained = [(low < a < high) for a in m.untrained_chains.per_digit.tolist()]
    verdict, reason = judge_share(between, untrained, published=False)
    proven, blank = (places_proven(c) for c in (m.chains, m.untrained_chains))
    first = Claim(
        key="between-ceilings",
        statement="Accuracy lies between what the best rules reach that look for the carry in one and in two lower "
        f"places ({low:.2%} and {high:.2%}).",
        source="ours; the three published test accuracies lie there (97.95 to 98.14 %)",
        published="unknown",
        ours=[dist("per digit, test", m.test_accuracy, m), dist("per digit, fresh strings", m.chains.per_digit, m)],
        control=[dist("untrained, per digit", m.untrained_chains.per_digit)],
        control_note="Ceilings are exact; so accuracy above the first proves that more than one lower place is used.",
        verdict=verdict,
        reason=reason + f"; above the one-place ceiling: {sum(a > low for a in m.test_accuracy.tolist())}",
    )
    verdict, reason = judge_share((proven == 1).tolist(), (blank == 1).tolist())
    second = Claim(
        key="one-lower-place",
        statement="To find the carry, the model looks at the one place below and no further.",
        source=REPORT + ", description of the mechanism",
        published="one previous place, in words",
        ours=[
            dist("lower places provably used", proven.double(), m),
            *_chains(m.chains, "", m),
        ],
        control=[
            dist("untrained: lower places provably used", blank.double()),
            *_chains(m.untrained_chains, "untrained: ", None),
        ],
        control_note="With c nines below a digit, whoever sees c places and no more is right in exactly half of the "
        "cases, whatever the rule; accuracy above that (binomial test, p < 0.01) proves that more are used.",
        verdict=verdict,
        reason=f"{reason}; lower places provably used: {sorted(proven.tolist())}",
    )
    return [first, second]


def _chains(chains: ChainAccuracy, prefix: str, m: Measured | None) -> list[Distribution]:
    rows = (("accuracy, 1 nine below", chains.by_chain[:, 1]), ("accuracy, 2 nines below", chains.by_chain[:, 2]))
    with_carry = ("accuracy, 1 nine below and a carry comes", chains.by_chain_with_carry[:, 1])
    return [dist(prefix + label, values, m) for label, values in (*rows, with_carry)]


def _best_ring(g: Geometry) -> tuple[Tensor, Tensor, Tensor]:
    """Best raw score of a head, best whitened score, number of heads that are rings whitened (K or V)."""
    raw, whitened = (torch.stack([getattr(g.rings[x], w)[..., 0] for x in "KV"]) for w in ("raw", "whitened"))
    return raw.amax((0, 2)), whitened.amax((0, 2)), (whitened.amax(0) >= RING).double().sum(1)


def _ring(m: Measured) -> Claim:
    ours, null = _best_ring(m.geometry), _best_ring(m.untrained_geometry)
    verdict, reason = judge_share((ours[0] >= RING).tolist(), (null[0] >= RING).tolist())
    labels = (
        "best head, as drawn (K or V)",
        "best head, in the roundest frame",
        f"heads with a ring in the roundest frame, of {m.cfg.n_heads}",
    )
    share = torch.stack([m.geometry.rings[x].whitened[..., 0] for x in "KVO"]).mean(2)
    return Claim(
        key="ring-of-digits",
        statement="A head maps the digits in their order close to a circle (published: head 19).",
        source=REPORT,
        published="one head of 32, by eye",
        ours=[dist(label, v, m) for label, v in zip(labels, ours, strict=True)]
        + [dist(f"mean over heads, {x}, roundest frame", v, m) for x, v in zip("KVO", share, strict=True)],
        control=[dist("untrained: " + label, v) for label, v in zip(labels, null, strict=True)],
        control_note="The same best-of-all-heads statistic at the random weights of the start: picking the best of "
        f"many must be paid for. Ring score at least {RING} counts; random points average 2/9.",
        verdict=verdict,
        reason=reason + f" with a raw ring score of at least {RING} for the best of {m.cfg.n_heads} heads",
    )


def _same_place(m: Measured) -> Claim:
    ours, null = ((g.places < SAME).double().mean(1) for g in (m.geometry, m.untrained_geometry))
    verdict, reason = judge_share((ours > 0.5).tolist(), (null > 0.5).tolist())
    return Claim(
        key="same-place",
        statement="Keys of the same place of a and of b are nearly identical points.",
        source=REPORT,
        published="head 19, by eye",
        ours=[
            dist(f"share of heads with a distance ratio under {SAME}", ours, m),
            dist("median ratio over heads", m.geometry.places.median(1).values, m),
            dist("smallest ratio of a head", m.geometry.places.amin(1), m),
            dist("median ratio, roundest frame", m.geometry.places_whitened.median(1).values, m),
        ],
        control=[
            dist("untrained: share of heads", null),
            dist("untrained: median ratio", m.untrained_geometry.places.median(1).values),
            dist("untrained: smallest ratio of a head", m.untrained_geometry.places.amin(1)),
        ],
        control_note="Distance between the places of one rank over that between different ranks; 1 means nothing. A "
        "model has the property where it holds for more than half of its heads.",
        verdict=verdict,
        reason=reason,
    )


def _matrices(contexts: list[Pairs]) -> Tensor:
    """Circuit matrices `[m, x, h, n]`."""
    return torch.stack([circuit_matrix(p.heads, p.right) for p in contexts], 1)


def _circuits(m: Measured) -> list[Claim]:
    ours, null = _matrices(m.contexts), _matrices(m.untrained_contexts)
    g = generator(0, "addition circuits")
    carried = participation_ratio(ours.transpose(-1, -2)).flatten(1)  # [m, x * n]
    k = max(1, round(float(carried.median())))
    overlap = torch.tensor([set_overlap(one, k) for one in ours])
    blank = torch.tensor([set_overlap(one, k) for one in null])
    mixed = torch.tensor([set_overlap(_relabelled(one, g), k) for one in ours])
    apart, apart_null = overlap[:, 1] - overlap[:, 0], mixed[:, 1] - mixed[:, 0]
    verdict, reason = judge_share((apart > 0.1).tolist(), (apart_null > 0.1).tolist())
    vary = Claim(
        key="heads-by-circuit",
        statement="Which heads work together depends on the digit pair (circuit).",
        source=REPORT,
        published="in words, from pictures",
        ours=[
            dist(f"overlap of the {k} leading heads, same circuit in two contexts", overlap[:, 1], m),
            dist("overlap, two circuits in one context", overlap[:, 0], m),
        ],
        control=[
            dist("circuits relabelled in each context: same minus different", apart_null),
            dist("untrained: same circuit", blank[:, 1]),
            dist("untrained: two circuits", blank[:, 0]),
        ],
        control_note="A context is a draw of all other digits. Relabelling the circuits must bring both overlaps "
        "together. Untrained heads differ by circuit too, since each adds a fixed logit for each class.",
        verdict=verdict,
        reason=reason + " with a difference of overlaps (Jaccard) above 0.1",
    )
    cancelled = cancellation(ours[:, 0].transpose(-1, -2))
    ranks = [rank_of(one[0]) for one in ours]
    shuffled = [rank_of(shuffled_rows(one[0], g)) for one in ours]
    per_pair = carried.median(1).values
    verdict, reason = judge_number(per_pair.tolist(), None, tolerance=1.0)
    n = m.cfg.world.base**2
    share = Claim(
        key="circuits-share-heads",
        statement=f"{n} digit-pair circuits share {m.cfg.n_heads} heads: each is carried by several, and each head "
        "carries many.",
        source=REPORT,
        published=f"{n} circuits against {m.cfg.n_heads} heads (45 pairs with a + b <= 9 in the text; there are 55)",
        ours=[
            dist("effective number of heads of a circuit (median)", per_pair, m),
            dist(
                "effective number of circuits of a head (median)", participation_ratio(ours[:, 0]).median(1).values, m
            ),
            dist("share that cancels between heads (median over circuits)", cancelled.median(1).values, m),
            dist("singular values that hold 99 % of the matrix", [r.singular_99 for r in ranks], m),
            dist("effective rank", [r.effective for r in ranks], m),
        ],
        control=[
            dist("rows shuffled: singular values for 99 %", [r.singular_99 for r in shuffled]),
            dist("rows shuffled: effective rank", [r.effective for r in shuffled]),
            dist(
                "untrained: effective heads of a circuit",
                participation_ratio(null.transpose(-1, -2)).flatten(1).median(1).values,
            ),
        ],
        control_note="Shuffling each head's row keeps what it does and destroys how heads go together: a lower rank "
        "than the shuffled one means a common code.",
        verdict=verdict,
        reason=f"{reason}; rank (99 %) {sorted(r.singular_99 for r in ranks)} against "
        f"{sorted(r.singular_99 for r in shuffled)} with rows shuffled",
    )
    return [vary, share]


def _relabelled(matrix: Tensor, g: torch.Generator) -> Tensor:
    return torch.stack([one[:, torch.randperm(one.shape[1], generator=g)] for one in matrix])


def _worth(m: Measured) -> Claim:
    alone, fair, sums = [], [], []
    for i in range(len(m.healthy)):
        parts = [(p.heads[i], p.rest[i], p.right) for p in m.contexts]
        heads, rest = torch.cat([p[0] for p in parts], 1), torch.cat([p[1] for p in parts])
        g = generator(0, "addition orders", i)
        worth = head_worth(heads, rest, torch.cat([p[2] for p in parts]), n_pairs=m.cfg.n_orders, generator=g)
        alone.append(_rank_correlation(worth.only_one, worth.leave_one_out))
        fair.append(_rank_correlation(worth.shapley, worth.leave_one_out))
        sums.append(float(worth.leave_one_out.sum()) / worth.whole)
    verdict, reason = judge_number(alone, None, tolerance=1.0)
    return Claim(
        key="alone-or-together",
        statement="What a head does alone (all-but-one) says what it is worth to the whole model (leave-one-out).",
        source="ours; the published reading of the all-but-one maps takes it for granted",
        published="unknown",
        ours=[
            dist("rank correlation over heads: alone against left out", alone, m),
            dist("rank correlation: Shapley value against left out", fair, m),
            dist("sum of what leaving each head out costs, over the whole gain", sums, m),
        ],
        control=[dist("the same on logits, where heads add up (identity)", [1.0])],
        control_note="On logits alone = left out = Shapley; on log-probabilities they part where heads work together.",
        verdict=verdict,
        reason=reason,
    )


def _rank_correlation(a: Tensor, b: Tensor) -> float:
    return float(spearmanr(a.numpy(), b.numpy()).statistic)  # pyright: ignore[reportAttributeAccessIssue]


def _baseline(m: Measured) -> Claim:
    base = m.cfg.world.base
    shares = {r: antidiagonal_share(pair_maps(p.rest, base)) for r, p in m.pairs.items()}
    null = {r: antidiagonal_share(pair_maps(p.rest, base)) for r, p in m.untrained_pairs.items()}
    size = m.pairs["published"].rest.abs().amax((1, 2))
    verdict, reason = judge_number(shares["published"].tolist(), 1.0, tolerance=1e-6)
    return Claim(
        key="baseline",
        statement="With all heads ablated, the map of the right digit's logit is a function of (a + b) mod 10 alone.",
        source=REPORT,
        published="constant along anti-diagonals; drawn at +-5 and +-10",
        ours=[dist(f"share of variance that (a + b) mod {base} explains, {r} readout", v, m) for r, v in shares.items()]
        + [dist("largest logit of the baseline, published readout", size, m)],
        control=[dist(f"untrained, {r} readout", v) for r, v in null.items()],
        control_note="Without heads the logits depend on nothing but the token and position read out, which are the "
        "same for all 100 prompts; the map only looks the class up.",
        verdict=verdict,
        reason=reason + ". True of any weights, as the untrained control shows: it says nothing about the model",
    )


def _artefact(m: Measured) -> Claim:
    def largest(pairs: dict[str, Pairs], readout: str) -> Tensor:
        p = pairs[readout]
        return (p.heads + p.rest[:, None]).abs().amax((1, 2, 3))

    ours = {r: largest(m.pairs, r) for r in m.pairs}
    null = {r: largest(m.untrained_pairs, r) for r in m.pairs}
    ratio, blank = (x["published"] / x["corrected"] for x in (ours, null))
    verdict, reason = judge_share((ratio > 2).tolist(), (blank > 2).tolist(), published=False)
    return Claim(
        key="index-11",
        statement="The published all-but-one logits (up to +-256) are an artefact of reading out at index 11, which "
        "is never trained: they are at least twice those at the trained index 12.",
        source="ours, about figures of " + REPORT,
        published="unknown (figures drawn at +-256 at index 11)",
        ours=[dist(f"largest logit of one head alone, {r} readout", v, m) for r, v in ours.items()]
        + [dist("ratio", ratio, m)],
        control=[dist("untrained: ratio", blank)],
        control_note="Before training the two positions are alike.",
        verdict=verdict,
        reason=reason + " with a ratio above 2",
    )


def _code(m: Measured) -> list[Claim]:
    base = m.cfg.world.base
    ours, null = (fourier_energy(p["corrected"].heads, base) for p in (m.pairs, m.untrained_pairs))
    together, whole_null = (fourier_energy(p["corrected"].heads.sum(1), base) for p in (m.pairs, m.untrained_pairs))
    shares, blank = together.kind_shares(), whole_null.kind_shares()
    single = (ours.kind_shares() * ours.total[..., None]).sum(1) / ours.total.sum(1, keepdim=True)
    kinds = ("one digit alone", "(a + b) mod 10", "mixed")
    alone_null = (null.kind_shares() * null.total[..., None]).sum(1) / null.total.sum(1, keepdim=True)
    verdict, reason = judge_share(
        ((single[:, 1] < 0.5) & (shares[:, 1] > 0.5)).tolist(),
        ((alone_null[:, 1] < 0.5) & (blank[:, 1] > 0.5)).tolist(),
        published=False,
    )
    by_kind = Claim(
        key="code-of-heads",
        statement="Only together do heads answer a + b: most energy of single heads depends on one digit alone and "
        "cancels in their sum.",
        source="ours; the report leaves the compression code open",
        published="unknown",
        ours=[dist(f"share of energy of single heads: {k}", single[:, i], m) for i, k in enumerate(kinds)]
        + [dist(f"share of energy of their sum: {k}", shares[:, i], m) for i, k in enumerate(kinds)],
        control=[dist(f"untrained, sum of heads: {k}", blank[:, i]) for i, k in enumerate(kinds)],
        control_note="Energy of logits over the 100 pairs in exp(2 pi i (k a + l b) / 10), by kind of (k, l).",
        verdict=verdict,
        reason=reason + " with a share of a + b under one half in single heads and above it in their sum",
    )
    leading, leading_null = ((e.alone + e.sum + e.mixed).argmax(-1) for e in (ours, null))
    counts = [(leading == f).double().sum(1) for f in range(base // 2)]
    counts_null = [(leading_null == f).double().sum(1) for f in range(base // 2)]
    verdict, reason = judge_number(counts[0].tolist(), None, tolerance=1.0)
    by_frequency = Claim(
        key="heads-per-frequency",
        statement="Heads share out frequencies of the digits among them.",
        source="ours; the report leaves the compression code open",
        published="unknown",
        ours=[dist(f"heads led by frequency {f + 1}", v, m) for f, v in enumerate(counts)],
        control=[dist(f"untrained: led by frequency {f + 1}", v) for f, v in enumerate(counts_null)],
        control_note="A head is led by the frequency with most energy. Frequency 1 is the ring of digits in their "
        "order, 5 tells even from odd.",
        verdict=verdict,
        reason="heads led by frequency 1: " + reason,
    )
    return [by_kind, by_frequency]
