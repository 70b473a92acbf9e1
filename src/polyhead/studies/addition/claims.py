"""The claims about 32 heads of width 2 that add, each with its control. Axis legend as in `models`."""

from collections.abc import Mapping, Sequence

import torch
from scipy.stats import spearmanr
from torch import Tensor

from polyhead.core.rng import generator
from polyhead.core.study_records import Distribution
from polyhead.ops.participation import cancellation, participation_ratio
from polyhead.studies import study
from polyhead.studies.addition.all_but_one import antidiagonal_share, pair_maps
from polyhead.studies.addition.carry_chains import ChainAccuracy, places_proven
from polyhead.studies.addition.circuit_matrix import Rank, circuit_matrix, rank_of, set_overlap, shuffled_rows
from polyhead.studies.addition.digit_fourier import fourier_energy
from polyhead.studies.addition.head_shapley import head_worth
from polyhead.studies.addition.models import Geometry, Measured, Pairs
from polyhead.studies.claim import Number, Share, Values, distribution
from polyhead.tasks.addition import window_ceiling

REPORT = "Thaman et al., Experiments in Superposition (project 1)"
RING = 0.9
"""Ring score from which we call digits a ring (random points: 2/9 on average)."""
SAME = 0.1
"""Distance ratio under which the same place of a and b is near-identical."""


def dist(label: str, values: Values, m: Measured | None = None) -> Distribution:
    """A distribution with rounded values; with `m`, its diverged models are counted."""
    return distribution(label, [round(float(v), 5) for v in values], n_diverged=0 if m is None else m.n_diverged)


def _accuracy(m: Measured, what: str, values: Tensor, published: float, extra: Sequence[Distribution] = ()) -> Number:
    one = window_ceiling(m.cfg.world, 1).per_digit
    return Number(
        values=values,
        expected=published,
        tolerance=0.005,
        digits=4,
        ours=[dist(f"per digit, {what}, {m.cfg.epochs:.0f} epochs", values, m), *extra],
        control=[
            dist("untrained, per digit", m.untrained_chains.per_digit),
            dist("exact: the best rule that sees one lower place", [one]),
        ],
        note="An untrained model guesses; a rule that knows the digit sums and looks for the carry in the one place "
        "below reaches exactly the number given.",
        tail=". Per digit, not per answer.",
        words={"n": m.cfg.n_heads},
    )


@study.claim(
    "test-accuracy", source=REPORT, published="98.0% (0.97991, 0.97951, 0.98135 in three runs; 1,000 epochs at lr 1e-3)"
)
def test_accuracy(m: Measured) -> Number:
    """{n} heads of width 2 add: about 98.0% of the digits of the sum are right on test strings (per digit, all
    digits at once)."""
    return _accuracy(m, "test", m.test_accuracy, 0.98, [dist("whole answers right, test", m.test_whole, m)])


@study.claim(
    "train-accuracy",
    source=REPORT,
    published="98.5% (0.98683, 0.98454, 0.98770 in three runs; 1,000 epochs at lr 1e-3)",
)
def train_accuracy(m: Measured) -> Number:
    """{n} heads of width 2 add: about 98.5% of the digits of the sum are right on training strings (per digit, all
    digits at once)."""
    return _accuracy(m, "training", m.train_accuracy, 0.985)


@study.claim("grokking", source=REPORT, published="a curve, no number")
def grokking(m: Measured) -> Share:
    """The learning curve looks like grokking: training strings are learned well before test strings."""
    gap = (m.curves.train - m.curves.test).amax(0)
    return Share(
        holds=gap > 0.2,
        against=[False] * len(m.healthy),
        ours=[dist("largest gap between training and test accuracy at any moment", gap, m)],
        control=[dist("untrained: gap", (m.curves.train - m.curves.test)[0])],
        note="A gap above 0.2 at any of the moments kept counts; before training there is none.",
        tail=" with a gap above 0.2. Our runs are shorter than the published ones and decay to rate 0.",
    )


@study.claim("between-ceilings", source="ours; the three published test accuracies lie there (97.95 to 98.14 %)")
def between_ceilings(m: Measured) -> Share:
    """Accuracy lies between what the best rules reach that look for the carry in one and in two lower places ({low:.2%}
    and {high:.2%})."""
    low, high = (window_ceiling(m.cfg.world, w).per_digit for w in (1, 2))
    return Share(
        holds=[(low < a < high) for a in m.test_accuracy.tolist()],
        against=[(low < a < high) for a in m.untrained_chains.per_digit.tolist()],
        ours=[dist("per digit, test", m.test_accuracy, m), dist("per digit, fresh strings", m.chains.per_digit, m)],
        control=[dist("untrained, per digit", m.untrained_chains.per_digit)],
        note="Ceilings are exact; so accuracy above the first proves that more than one lower place is used.",
        tail=f"; above the one-place ceiling: {sum(a > low for a in m.test_accuracy.tolist())}",
        words={"low": low, "high": high},
    )


@study.claim(
    "one-lower-place", source=REPORT + ", description of the mechanism", published="one previous place, in words"
)
def one_lower_place(m: Measured) -> Share:
    """To find the carry, the model looks at the one place below and no further."""
    proven, blank = (places_proven(c) for c in (m.chains, m.untrained_chains))
    return Share(
        holds=proven == 1,
        against=blank == 1,
        ours=[dist("lower places provably used", proven, m), *_chains(m.chains, "", m)],
        control=[
            dist("untrained: lower places provably used", blank),
            *_chains(m.untrained_chains, "untrained: ", None),
        ],
        note="With c nines below a digit, a model that sees c places and no more is right in exactly half of the "
        "cases, whatever the rule; accuracy above that (binomial test, p < 0.01) proves that more are used.",
        tail=f"; lower places provably used: {sorted(proven.tolist())}",
    )


def _chains(chains: ChainAccuracy, prefix: str, m: Measured | None) -> list[Distribution]:
    rows = (("accuracy, 1 nine below", chains.by_chain[:, 1]), ("accuracy, 2 nines below", chains.by_chain[:, 2]))
    with_carry = ("accuracy, 1 nine below and a carry comes", chains.by_chain_with_carry[:, 1])
    return [dist(prefix + label, values, m) for label, values in (*rows, with_carry)]


def _best_ring(g: Geometry) -> tuple[Tensor, Tensor, Tensor]:
    """Best raw score of a head, best whitened score, number of heads that are rings whitened (K or V)."""
    raw, whitened = (torch.stack([getattr(g.rings[x], w)[..., 0] for x in "KV"]) for w in ("raw", "whitened"))
    return raw.amax((0, 2)), whitened.amax((0, 2)), (whitened.amax(0) >= RING).double().sum(1)


@study.claim("ring-of-digits", source=REPORT, published="one head of 32, by eye")
def ring_of_digits(m: Measured) -> Share:
    """A head maps the digits in their order close to a circle (published: head 19)."""
    ours, null = (_best_ring(m.geometry), _best_ring(m.untrained_geometry))
    labels = (
        "best head, as drawn (K or V)",
        "best head, in the roundest frame",
        f"heads with a ring in the roundest frame, of {m.cfg.n_heads}",
    )
    share = torch.stack([m.geometry.rings[x].whitened[..., 0] for x in "KVO"]).mean(2)
    return Share(
        holds=ours[0] >= RING,
        against=null[0] >= RING,
        ours=[dist(label, v, m) for label, v in zip(labels, ours, strict=True)]
        + [dist(f"mean over heads, {x}, roundest frame", v, m) for x, v in zip("KVO", share, strict=True)],
        control=[dist("untrained: " + label, v) for label, v in zip(labels, null, strict=True)],
        note="The same best-of-all-heads statistic at the random weights of the init: picking the best of many must "
        f"be paid for. Ring score at least {RING} counts; random points average 2/9.",
        tail=f" with a raw ring score of at least {RING} for the best of {m.cfg.n_heads} heads",
    )


@study.claim("same-place", source=REPORT, published="head 19, by eye")
def same_place(m: Measured) -> Share:
    """Keys of the same place of a and of b are nearly identical points."""
    ours, null = ((g.places < SAME).double().mean(1) for g in (m.geometry, m.untrained_geometry))
    return Share(
        holds=ours > 0.5,
        against=null > 0.5,
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
        note="Distance between the places of one rank over that between different ranks; 1 means nothing. A model "
        "has the property where it holds for more than half of its heads.",
    )


def _matrices(contexts: list[Pairs]) -> Tensor:
    """Circuit matrices `[m, x, h, n]`."""
    return torch.stack([circuit_matrix(p.heads, p.right) for p in contexts], 1)


def _by_circuit(m: Measured) -> tuple[int, Tensor, Tensor, Tensor, list[Rank], list[Rank]]:
    """Number of leading heads, their overlaps (different, same circuit) for trained, untrained and relabelled models,
    and the ranks of the circuit matrix as it is and with rows shuffled."""
    ours, null = _matrices(m.contexts), _matrices(m.untrained_contexts)
    g = generator(0, "addition circuits")
    k = max(1, round(float(_carried(ours).median())))
    overlap = torch.tensor([set_overlap(one, k) for one in ours])
    blank = torch.tensor([set_overlap(one, k) for one in null])
    mixed = torch.tensor([set_overlap(_relabelled(one, g), k) for one in ours])
    ranks = [rank_of(one[0]) for one in ours]
    return k, overlap, blank, mixed, ranks, [rank_of(shuffled_rows(one[0], g)) for one in ours]


def _carried(matrices: Tensor) -> Tensor:
    """Effective number of heads of each circuit, `[m, x * n]`."""
    return participation_ratio(matrices.transpose(-1, -2)).flatten(1)


@study.claim("heads-by-circuit", source=REPORT, published="in words, from pictures")
def heads_by_circuit(m: Measured) -> Share:
    """Which heads work together depends on the digit pair (circuit)."""
    k, overlap, blank, mixed, _, _ = _by_circuit(m)
    apart_null = mixed[:, 1] - mixed[:, 0]
    return Share(
        holds=overlap[:, 1] - overlap[:, 0] > 0.1,
        against=apart_null > 0.1,
        ours=[
            dist(f"overlap of the {k} leading heads, same circuit in two contexts", overlap[:, 1], m),
            dist("overlap, two circuits in one context", overlap[:, 0], m),
        ],
        control=[
            dist("circuits relabelled in each context: same minus different", apart_null),
            dist("untrained: same circuit", blank[:, 1]),
            dist("untrained: two circuits", blank[:, 0]),
        ],
        note="A context is a draw of all other digits. Relabelling the circuits must bring both overlaps together. "
        "Untrained heads differ by circuit too, since each adds a fixed logit for each class.",
        tail=" with a difference of overlaps (Jaccard) above 0.1",
    )


@study.claim(
    "circuits-share-heads",
    source=f"{REPORT} (100 circuits against 32 heads (45 pairs with a + b <= 9 in the text; there are 55))",
)
def circuits_share_heads(m: Measured) -> Number:
    """{n} digit-pair circuits share {n_heads} heads: each is carried by several, and each head carries many."""
    ours, null = _matrices(m.contexts), _matrices(m.untrained_contexts)
    *_, ranks, shuffled = _by_circuit(m)
    cancelled = cancellation(ours[:, 0].transpose(-1, -2))
    per_pair = _carried(ours).median(1).values
    return Number(
        values=per_pair,
        expected=None,
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
            dist("untrained: effective heads of a circuit", _carried(null).median(1).values),
        ],
        note="Shuffling each head's row keeps what it does and destroys how heads go together: a lower rank than the "
        "shuffled one means a common code.",
        tail=f"; rank (99 %) {sorted(r.singular_99 for r in ranks)} against "
        f"{sorted(r.singular_99 for r in shuffled)} with rows shuffled",
        words={"n": m.cfg.world.base**2, "n_heads": m.cfg.n_heads},
    )


def _relabelled(matrix: Tensor, g: torch.Generator) -> Tensor:
    return torch.stack([one[:, torch.randperm(one.shape[1], generator=g)] for one in matrix])


@study.claim("alone-or-together", source="ours; the published reading of the all-but-one maps takes it for granted")
def alone_or_together(m: Measured) -> Number:
    """What a head does alone (all-but-one) predicts what it is worth to the whole model (leave-one-out)."""
    alone, fair, sums = ([], [], [])
    for i in range(len(m.healthy)):
        parts = [(p.heads[i], p.rest[i], p.right) for p in m.contexts]
        heads, rest = (torch.cat([p[0] for p in parts], 1), torch.cat([p[1] for p in parts]))
        g = generator(0, "addition orders", i)
        worth = head_worth(heads, rest, torch.cat([p[2] for p in parts]), n_pairs=m.cfg.n_orders, generator=g)
        alone.append(_rank_correlation(worth.only_one, worth.leave_one_out))
        fair.append(_rank_correlation(worth.shapley, worth.leave_one_out))
        sums.append(float(worth.leave_one_out.sum()) / worth.whole)
    return Number(
        values=alone,
        expected=None,
        ours=[
            dist("rank correlation over heads: alone against left out", alone, m),
            dist("rank correlation: Shapley value against left out", fair, m),
            dist("sum of what leaving each head out costs, over the whole gain", sums, m),
        ],
        control=[dist("the same on logits, where heads add up (identity)", [1.0])],
        note="On logits alone = left out = Shapley; on log-probabilities they part where heads work together.",
    )


def _rank_correlation(a: Tensor, b: Tensor) -> float:
    return float(spearmanr(a.numpy(), b.numpy()).statistic)  # pyright: ignore[reportAttributeAccessIssue]


@study.claim("baseline", source=REPORT, published="constant along anti-diagonals; drawn at +-5 and +-10")
def baseline(m: Measured) -> Number:
    """With all heads ablated, the map of the right digit's logit is a function of (a + b) mod 10 alone."""
    base = m.cfg.world.base
    shares = {r: antidiagonal_share(pair_maps(p.rest, base)) for r, p in m.pairs.items()}
    null = {r: antidiagonal_share(pair_maps(p.rest, base)) for r, p in m.untrained_pairs.items()}
    size = m.pairs["published"].rest.abs().amax((1, 2))
    return Number(
        values=shares["published"],
        expected=1.0,
        tolerance=1e-06,
        ours=[dist(f"share of variance that (a + b) mod {base} explains, {r} readout", v, m) for r, v in shares.items()]
        + [dist("largest logit of the baseline, published readout", size, m)],
        control=[dist(f"untrained, {r} readout", v) for r, v in null.items()],
        note="Without heads the logits depend on nothing but the token and position read out, which are the same for "
        "all 100 prompts; the map only looks the class up.",
        tail=". True of any weights, as the untrained control shows: it says nothing about the model",
    )


@study.claim("index-11", source=f"{'ours, about figures of ' + REPORT} (figures drawn at +-256 at index 11)")
def index_11(m: Measured) -> Share:
    """The published all-but-one logits (up to +-256) are an artefact of reading out at index 11, which is never
    trained: they are at least twice those at the trained index 12."""

    def largest(pairs: dict[str, Pairs], readout: str) -> Tensor:
        p = pairs[readout]
        return (p.heads + p.rest[:, None]).abs().amax((1, 2, 3))

    ours = {r: largest(m.pairs, r) for r in m.pairs}
    null = {r: largest(m.untrained_pairs, r) for r in m.pairs}
    ratio, blank = (x["published"] / x["corrected"] for x in (ours, null))
    return Share(
        holds=ratio > 2,
        against=blank > 2,
        ours=[dist(f"largest logit of one head alone, {r} readout", v, m) for r, v in ours.items()]
        + [dist("ratio", ratio, m)],
        control=[dist("untrained: ratio", blank)],
        note="Before training the two positions are alike.",
        tail=" with a ratio above 2",
    )


KINDS = ("one digit alone", "(a + b) mod 10", "mixed")
_CODE = "ours; the report leaves the compression code open"


def _energies(pairs: Mapping[str, Pairs], base: int) -> tuple[Tensor, Tensor]:
    """Shares of energy by kind, of single heads and of their sum, `[m, 3]`."""
    heads = pairs["corrected"].heads
    each, together = fourier_energy(heads, base), fourier_energy(heads.sum(1), base)
    single = (each.kind_shares() * each.total[..., None]).sum(1) / each.total.sum(1, keepdim=True)
    return single, together.kind_shares()


@study.claim("code-of-heads", source=_CODE)
def code_of_heads(m: Measured) -> Share:
    """Only together do heads answer a + b: most energy of single heads depends on one digit alone and cancels in their
    sum."""
    (single, shares), (blank_single, blank) = (_energies(p, m.cfg.world.base) for p in (m.pairs, m.untrained_pairs))
    return Share(
        holds=(single[:, 1] < 0.5) & (shares[:, 1] > 0.5),
        against=(blank_single[:, 1] < 0.5) & (blank[:, 1] > 0.5),
        ours=[dist(f"share of energy of single heads: {k}", single[:, i], m) for i, k in enumerate(KINDS)]
        + [dist(f"share of energy of their sum: {k}", shares[:, i], m) for i, k in enumerate(KINDS)],
        control=[dist(f"untrained, sum of heads: {k}", blank[:, i]) for i, k in enumerate(KINDS)],
        note="Energy of logits over the 100 pairs in exp(2 pi i (k a + l b) / 10), by kind of (k, l).",
        tail=" with a share of a + b under one half in single heads and above it in their sum",
    )


@study.claim("heads-per-frequency", source=_CODE)
def heads_per_frequency(m: Measured) -> Number:
    """Heads divide the frequencies of the digits among themselves."""
    base = m.cfg.world.base
    energies = [fourier_energy(p["corrected"].heads, base) for p in (m.pairs, m.untrained_pairs)]
    leading = [(e.alone + e.sum + e.mixed).argmax(-1) for e in energies]
    counts, null = ([(one == f).sum(1) for f in range(base // 2)] for one in leading)
    return Number(
        values=counts[0],
        expected=None,
        ours=[dist(f"heads led by frequency {f + 1}", v, m) for f, v in enumerate(counts)],
        control=[dist(f"untrained: led by frequency {f + 1}", v) for f, v in enumerate(null)],
        note="A head is led by the frequency with most energy. Frequency 1 is the ring of digits in their order, 5 "
        "separates even from odd.",
        lead="heads led by frequency 1:",
    )
