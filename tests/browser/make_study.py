"""A study record by hand with every kind of claim and figure, and a small second one."""

import math

import numpy as np

from polyhead.core.study_records import (
    Bars,
    Claim,
    Distribution,
    Figure,
    Findings,
    HeatMap,
    Lines,
    Reference,
    Scatter,
    Series,
    StudyRecord,
    Verdict,
)

NASTY = "<script>alert(1)</script> & \"quotes\", 'single', ↵ \u2028 \\"
N_FRAMES = 9


def make_study(name: str = "made-by-hand") -> StudyRecord:
    """Claims of every verdict, figures of every kind; numbers are drawn from a fixed seed."""
    rng = np.random.default_rng(0)
    return StudyRecord(
        name=name,
        title="Two heads that learn reversed orders of preference",
        question="Does a one-layer model with two heads split attention so that each head prefers what the other "
        "suppresses, and how much of that is left when the heads are wide enough to do it alone?",
        sources=["A post of 2023 on attention head superposition, https://example.org/post/1", "A paper of 2022"],
        preset="quick",
        settings={
            "n_seeds": 64,
            "n_steps": 2000,
            "d_heads": [1, 2, 3, 4, 5, 6],
            "training": {"lr": 0.01},
            "bias": True,
        },
        command=f"polyhead study run {name} --preset quick",
        created="2025-02-03T10:20:30+00:00",
        machine="A processor @ 2.50GHz, 2 cores, 1 thread used",
        versions={"polyhead": "0.1.0", "python": "3.11.9", "torch": "2.6.0"},
        seconds=83.2,
        findings=Findings(
            claims=_claims(rng),
            figures=_figures(rng),
            notes=[
                "The published text reads the second head as the reverse of the first. Over 64 seeds this holds for 9 "
                "in 10 models only; in the others one head carries everything and the second one is close to zero.",
                "Contradiction: with a bias, one head of width 1 is enough, as an explicit construction shows.",
                NASTY,
            ],
            n_models=1536,
            n_diverged=3,
        ),
    )


def small_study(name: str = "another", verdict: Verdict = "reproduced") -> StudyRecord:
    """One claim, one figure."""
    record = make_study(name)
    claims = [Claim(**record.findings.claims[0].model_dump(exclude={"held", "verdict"}), verdict=verdict)]
    findings = record.findings.model_copy(
        update={"claims": claims, "figures": record.findings.figures[:1], "notes": [], "n_models": 8, "n_diverged": 0}
    )
    return record.model_copy(update={"title": "A smaller study", "settings": {"widths": [1, 2]}, "findings": findings})


def _dist(label: str, values: object, unit: str = "", n_diverged: int = 0) -> Distribution:
    return Distribution(
        label=label,
        values=[float(f"{v:.4g}") for v in np.asarray(values, dtype=float).ravel()],
        unit=unit,
        n_diverged=n_diverged,
    )


def _claims(rng: np.random.Generator) -> list[Claim]:
    def claim(key: str, statement: str, published: str, ours, control, verdict: Verdict, source="the post, section 2"):
        return Claim(
            key=key,
            statement=statement,
            source=source,
            published=published,
            ours=ours,
            control=control,
            control_note="The same models before training: whatever the data alone put there is seen here as well.",
            verdict=verdict,
            reason="holds for 60 of 64 models (94 %) against 3 of 64 control models (p = 1e-27)",
        )

    def holds(n: int, k: int) -> list[float]:
        return [1.0] * k + [0.0] * (n - k)

    return [
        claim(
            "reversed-orders",
            "Two heads of width 5 learn orders of preference that are exact reverses of each other.",
            "every model shown",
            [_dist("2 heads, d_head 5", holds(64, 60), n_diverged=1)],
            [_dist("untrained", holds(64, 3)), _dist("chance of a random pair of orders", [1 / 24])],
            "reproduced",
        ),
        claim(
            "accuracy",
            "Accuracy is 100 % at width 5 with two heads, and falls below it with one head.",
            "100 %",
            [
                _dist("2 heads, d_head 5", 1 - rng.exponential(0.004, 64).clip(0, 0.3)),
                _dist("1 head, d_head 5", 0.93 - rng.exponential(0.03, 64), n_diverged=2),
            ],
            [_dist("attention held uniform", 0.42 + 0.03 * rng.normal(size=64))],
            "partly",
        ),
        claim(
            "loss",
            "The final loss lies at the entropy floor.",
            "0.693 nats",
            [_dist("trained", 0.693 + rng.exponential(0.01, 24), "nats")],
            [_dist("one head", 0.9 + 0.05 * rng.normal(size=24), "nats"), _dist("entropy floor", [0.6931], "nats")],
            "not reproduced",
        ),
        claim(
            "dimensions",
            "Gated blocks need orders of magnitude more weight than the heads they remove, a statement with no number.",
            "unknown",
            [
                _dist(f"d_head {d}, with a long label that says much", 10 ** (d + 0.3 * rng.normal(size=12)))
                for d in range(6)
            ],
            [_dist(f"shuffled {d}", 10 ** (d + 1 + 0.3 * rng.normal(size=12))) for d in range(4)],
            "published number unknown",
            source="ours",
        ),
        claim("nasty", NASTY, "1.24e-3", [_dist("all diverged", [], n_diverged=8)], [], "not reproduced", source=NASTY),
    ]


def _figure(key: str, title: str, caption: str, panels: list | None = None, **options) -> Figure:
    return Figure(key=key, title=title, caption=caption, panels=panels or [], **options)


def _map(rng: np.random.Generator, title: str, ny: int, nx: int, **options) -> HeatMap:
    values = [[float(f"{v:.3g}") for v in row] for row in rng.uniform(0, 1, (ny, nx))]
    names = {"x": [str(i) for i in range(nx)], "y": [str(i) for i in range(ny)], "x_label": "b", "y_label": "a"}
    return HeatMap(title=title, values=values, **{**names, **options})


def _figures(rng: np.random.Generator) -> list[Figure]:
    return [*_matrices(rng), *_plots(rng), *_planes(rng), *_moving(rng)]


def _matrices(rng: np.random.Generator) -> list[Figure]:
    sweep = _map(
        rng,
        "Accuracy",
        4,
        6,
        x=[str(d) for d in range(1, 7)],
        y=["1 head", "2 heads", "3 heads", "4 heads"],
        x_label="d_head",
        y_label="heads",
        annotate=True,
        limits=(0, 1),
    )
    with_gap = [*sweep.values[:3], [*sweep.values[3][:5], None]]
    sweep = sweep.model_copy(update={"values": with_gap})
    signed = _map(
        rng,
        "Conditional OV",
        5,
        10,
        x=[f"pair ({i}, {j})" for i in range(5) for j in range(i)],
        y=[f"token {i}" for i in range(5)],
        x_label="pair of signal tokens in the context",
        y_label="attended token",
        diverging=True,
    )
    signed = signed.model_copy(update={"values": [[round(4 * (v - 0.4), 3) for v in row] for row in signed.values]})
    phases = HeatMap(
        title="Phase of the second feature",
        x_label="sparsity 1 − S",
        y_label="relative importance",
        x=[f"{s:.2g}" for s in np.geomspace(0.01, 1, 12)],
        y=[f"{s:.2g}" for s in np.geomspace(10, 0.1, 9)],
        values=[[None if c == 11 and r > 6 else float(min(2, (r + c) // 6)) for c in range(12)] for r in range(9)],
        categories=["not represented", "antipodal pair", "dimension of its own"],
    )
    many = [_map(rng, f"head {h}", 10, 10) for h in range(8)]
    wide = _map(rng, "", 32, 100, x_label="circuit", y_label="head")
    return [
        _figure(
            "sweep",
            "Accuracy over heads and width",
            "Median over 64 seeds; the published table has two of these cells.",
            [sweep],
        ),
        _figure(
            "signed",
            "What each head writes, given the pair",
            "Mean over models; blue is negative. Redraws the fourth published figure.",
            [signed],
        ),
        _figure(
            "phases",
            "Phase diagram",
            "The most common solution over seeds at each point. Redraws a published figure of 2022.",
            [phases],
        ),
        _figure(
            "all-but-one",
            "All heads but one removed",
            "Accuracy by the two digits when only one head is left.",
            many,
            columns=4,
        ),
        _figure(
            "contributions",
            "Heads by circuits",
            "Share of each circuit that a head carries.",
            [wide],
        ),
    ]


def _plots(rng: np.random.Generator) -> list[Figure]:
    kinds = ["zero ablation", "mean ablation", "resample ablation"]
    y = rng.uniform(0.2, 0.9, (3, 5))
    grouped = Bars(
        title="",
        x_label="head",
        y_label="accuracy after ablation",
        categories=[f"head {h}" for h in range(5)],
        series=[
            Series(
                name=kind,
                y=[None if (k, i) == (1, 2) else float(v) for i, v in enumerate(y[k])],
                low=[float(v) - 0.08 for v in y[k]],
                high=[float(v) + 0.06 for v in y[k]],
            )
            for k, kind in enumerate(kinds)
        ],
        references=[
            Reference(axis="y", value=0.98, label="published: 98 %"),
            Reference(axis="y", value=0.1, label="chance"),
        ],
    )
    stacks = rng.dirichlet(np.ones(4), 6)
    stacked = Bars(
        title="",
        x_label="width of a head",
        y_label="share of models",
        categories=[f"d_head {d} with two heads" for d in range(1, 7)],
        series=[
            Series(name=n, y=[float(v) for v in stacks[:, k]])
            for k, n in enumerate(["reversed", "split", "one head only", "other"])
        ],
        stacked=True,
    )
    x = np.geomspace(1, 2000, 30).round()
    curves = [0.7 + 3 * np.exp(-x / s) + 1e-3 * (k + 1) for k, s in enumerate((60, 200, 700))]
    lines = Lines(
        title="",
        x_label="training step",
        y_label="loss above the floor, nats",
        series=[
            Series(
                name=f"{k + 1} heads", x=list(x), y=list(c - 0.7), low=list((c - 0.7) * 0.7), high=list((c - 0.7) * 1.4)
            )
            for k, c in enumerate(curves)
        ],
        log_x=True,
        log_y=True,
        references=[
            Reference(axis="y", value=0.01, label="threshold"),
            Reference(axis="x", value=200, label="end of warm-up"),
        ],
    )
    gaps = Lines(
        title="Dimensions per feature",
        x_label="dropout",
        y_label="m / ‖W‖²",
        series=[Series(name="measured", x=[0, 0.1, 0.3, 0.5, 0.7, 0.9], y=[0.5, 0.52, None, 0.7, 0.95, 1.0])],
    )
    several = [
        Lines(
            title=f"{name}, hidden bias {bias}",
            x_label="hidden units",
            y_label="loss",
            series=[
                Series(name=f"seed {s}", x=[2, 4, 8, 16], y=list(rng.uniform(0.1, 1, 4) / (k + 1))) for s in range(3)
            ],
        )
        for k, (name, bias) in enumerate([("ReLU", "on"), ("ReLU", "off"), ("GELU", "on"), ("GELU", "off")])
    ]
    return [
        _figure(
            "ablation",
            "Ablation of each head",
            "Bars: median over seeds; whiskers: 10th and 90th percentile.",
            [grouped],
        ),
        _figure("shares", "Which solution is found", "Shares of 64 seeds.", [stacked]),
        _figure(
            "curves",
            "Loss over training",
            "Bands: 10th to 90th percentile over seeds. Both axes are logarithmic.",
            [lines],
        ),
        _figure("gap", "One point is missing", "The model diverged there.", [gaps]),
        _figure(
            "multiples",
            "Small multiples with a shared scale",
            "One panel for each activation and bias.",
            several,
            columns=2,
        ),
    ]


def _ring(radius: float, turn: float) -> tuple[list[float], list[float]]:
    angles = [2 * math.pi * i / 10 + turn for i in range(10)]
    return [radius * math.cos(a) for a in angles], [radius * math.sin(a) for a in angles]


def _planes(rng: np.random.Generator) -> list[Figure]:
    def plane(title: str, radius: float) -> Scatter:
        x, y = _ring(radius, radius)
        noise = rng.normal(scale=0.06, size=(2, 10))
        return Scatter(
            title=title,
            x_label="first dimension",
            y_label="second dimension",
            square=True,
            series=[
                Series(
                    name="digits",
                    x=list(np.add(x, noise[0])),
                    y=list(np.add(y, noise[1])),
                    labels=[str(i) for i in range(10)],
                    joined="ring",
                )
            ],
        )

    cloud = Scatter(
        title="",
        x_label="participation ratio of heads",
        y_label="Fourier energy",
        series=[
            Series(name=name, x=list(rng.normal(2 + k, 0.5, 80)), y=list(rng.normal(0.5 + 0.2 * k, 0.08, 80)))
            for k, name in enumerate(["trained", "untrained", "shuffled"])
        ],
        references=[Reference(axis="y", value=0.8, label="published example")],
    )
    arrows = Scatter(
        title="",
        x_label="W₁",
        y_label="W₂",
        square=True,
        series=[
            Series(
                name=f"feature {k}",
                x=[0.0, math.cos(2.5 * k)],
                y=[0.0, math.sin(2.5 * k)],
                joined="line",
                labels=["", f"f{k}"],
            )
            for k in range(5)
        ],
    )
    return [
        _figure(
            "planes",
            "Planes of two-dimensional heads",
            "The digits as each head reads them.",
            [plane(f"head {h}", 0.5 + 0.4 * h) for h in range(3)],
            columns=3,
        ),
        _figure("cloud", "Circularity of heads", "One point for each head of each model.", [cloud]),
        _figure("arrows", "Directions of features", "A pentagon, as published.", [arrows]),
    ]


def _moving(rng: np.random.Generator) -> list[Figure]:
    frames = []
    for f in range(N_FRAMES):
        x, y = _ring(0.2 + f / 10, 0.1 * f)
        frames.append(
            [
                Scatter(
                    title="Rows of W",
                    x_label="first dimension",
                    y_label="second dimension",
                    square=True,
                    series=[Series(name="features", x=x, y=y, labels=[str(i) for i in range(10)], joined="ring")],
                ),
                _map(rng, "WᵀW", 10, 10, x_label="feature", y_label="feature", diverging=True),
            ]
        )
    labels = [f"step {200 * f}" for f in range(N_FRAMES)]
    return [
        _figure(
            "training",
            "Features over training",
            "Each frame is one checkpoint of the same model.",
            frames=frames,
            frame_labels=labels,
            columns=2,
        )
    ]
