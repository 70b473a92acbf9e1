"""Scores of the benchmark: exact for the truth, at chance for noise, one matched latent a feature; the leaderboard."""

from pathlib import Path

import pytest
import torch

from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Codes
from polyhead.core.rng import generator
from polyhead.dictionaries import METHODS
from polyhead.metrics.benchmark import leaderboard
from polyhead.metrics.benchmark.adapters import Adapted
from polyhead.metrics.benchmark.cases import build, cases, find_case
from polyhead.metrics.benchmark.controls import CONTROLS, Oracle
from polyhead.metrics.benchmark.members import BenchTraining, settings_for, train, true_l0
from polyhead.metrics.benchmark.protocol import AttentionDictionary, Silent
from polyhead.metrics.benchmark.scores import affinity, chance_affinity, matched, score
from polyhead.metrics.benchmark.world import STANDARD, World
from polyhead.runs.benchmark import run_benchmark

SHORT = BenchTraining(n_steps=8, n_sequences=32, n_scored=8)
EXACT = [n for n, c in cases().items() if c.world.kind == "planted" and n != "narrow-noisy"]


def world(name: str = "superposed", seed: int = 0) -> World:
    return build(find_case(name), seed)


def control(name: str, w: World, n: int = 64):
    return CONTROLS[name](w, w.sample(128, generator(0, "train")), 2, n, generator(0, "control"))


@pytest.mark.parametrize("name", EXACT)
def test_the_planted_parameters_score_one_everywhere(name: str):
    w = world(name)
    found = score(Oracle(w), w.sample(16, generator(0, "scored")))
    for part in ("source", "output", "loading", "uniqueness", "precision", "recall", "qk"):
        assert getattr(found, part) == pytest.approx(1.0, abs=1e-5), part
    assert found.n_recovered == found.n_said == found.n_features
    assert found.pattern == 0
    assert found.pattern_off_sink in (0, None)
    assert found.fvu is None or found.fvu < (1e-3 if name == "idle-values" else 1e-8)
    assert found.l0 == pytest.approx(found.l0_true)


def test_chance_is_what_random_directions_have():
    for n, d in ((16, 64), (64, 64), (256, 112)):
        lines = torch.nn.functional.normalize(torch.randn(200, n, d, generator=generator(n, "lines")), dim=-1)
        assert lines[..., 0].abs().amax(1).mean() == pytest.approx(chance_affinity(n, d), rel=0.05)


def test_random_is_at_chance_and_pca_between_it_and_the_truth():
    found = {name: [] for name in ("random", "pca")}
    for seed in range(4):
        w = world(seed=seed)
        sample = w.sample(16, generator(seed, "scored"))
        for name, scores in found.items():
            scores.append(score(control(name, w), sample))
    source = {name: sum(s.source or 0 for s in scores) / 4 for name, scores in found.items()}
    assert 0.6 * chance_affinity(64, 64) < source["random"] < 1.05 * chance_affinity(64, 64)
    assert source["random"] < source["pca"] < 0.9
    assert all(s.n_said == 0 for scores in found.values() for s in scores)


def test_affinity_of_subspaces():
    e = torch.eye(4)
    line, other, plane = e[:1][None], (e[:1] + e[1:2])[None], e[:2][None]
    assert affinity(line, line).item() == pytest.approx(1)
    assert affinity(-3 * line, line).item() == pytest.approx(1)
    assert affinity(other, line).item() == pytest.approx(0.5**0.5)
    assert affinity(line, plane).item() == pytest.approx(0.5**0.5)
    assert affinity(plane, line).item() == pytest.approx(0.5**0.5)
    assert affinity(plane @ torch.diag(torch.tensor([2.0, 3, 1, 1])), plane).item() == pytest.approx(1)
    assert affinity(torch.zeros(1, 4), line).item() == 0


def test_one_latent_cannot_stand_for_two_features():
    similarity = torch.tensor([[0.9, 0.1, 0.0], [0.95, 0.2, 0.3]])
    match = matched(similarity)
    assert match.latents.tolist() == [0, 2]
    assert match.uniqueness == 0.5


def test_a_missing_part_is_not_recovered_and_a_wrong_width_is_named():
    w = world()
    sample = w.sample(8, generator(0, "scored"))

    class Outputs(Silent):
        def output_directions(self):
            return w.truth.output

    found = score(Outputs(), sample)
    assert (found.n_recovered, found.n_said) == (0, 16)
    assert found.source is found.loading is found.precision is found.fvu is None

    class Narrow(Silent):
        def source_directions(self):
            return torch.ones(3, 5)

    with pytest.raises(PolyheadError, match=r"\[n, 64\].*\[3, 5\]"):
        score(Narrow(), sample)


def test_firing_counts_sources_or_destinations():
    w = world()
    sample = w.sample(8, generator(0, "scored"))

    class Always(Silent):
        _side = "key"

        def codes(self, batch):
            b, p = batch["x"].shape[:2]
            return Codes(torch.ones(b, p, 16), torch.arange(16).expand(b, p, 16), 16)

        def source_directions(self):
            return w.truth.source

    found = score(Always(), sample)
    active = (sample.activity.norm(dim=-1) > 0)[sample.valid].float()
    assert found.recall == 1
    assert found.precision == pytest.approx(float(active.mean()), rel=1e-4)
    Always._side = "query"
    there = score(Always(), sample)
    assert there.l0_true == pytest.approx(true_l0(sample, "query"))
    assert there.precision != found.precision


def test_arrivals_are_what_the_loadings_bring():
    w = world()
    sample = w.sample(4, generator(0, "scored"))
    assert w.truth.loading is not None
    size, A = sample.activity.norm(dim=-1), sample.batch()["attention"]
    plain = torch.einsum("ih,bhts,bsi->bti", w.truth.loading, A, size)
    torch.testing.assert_close(sample.arrivals(), plain, atol=1e-5, rtol=1e-4)


def test_planted_layers_answer_as_models_do():
    w = world("two-layers")
    sample = w.sample(4, generator(0, "scored"))
    batch = sample.batch(STANDARD)
    assert batch["v"].shape == (4, 32, w.n_heads * w.layers[0].d_head)
    z = batch["z"].unflatten(-1, (w.n_heads, -1))
    torch.testing.assert_close(torch.einsum("bphk,hkd->bpd", z, w.layers[0].W_O), batch["target"])
    with pytest.raises(PolyheadError, match="attention layers only"):
        sample.model.run_with_cache(sample.stream, ["blocks.0.hook_mlp_out"])


@pytest.mark.parametrize("kind", METHODS)
def test_every_registered_method_takes_part(kind: str):
    method = METHODS[kind]
    name = "two-layers" if method.layers == "many" else "roomy"
    row = leaderboard.run_row(name, find_case(name), leaderboard.find_entry(kind), 0, SHORT)
    if method.from_mlp:
        assert row.scores is None
        assert "MLP" in row.reason
        return
    assert row.scores is not None, row.reason
    s = row.scores
    said = [s.source, s.output, s.loading, s.qk, s.pattern, s.fvu]
    assert (s.l0_key is None) == (s.densest is None) == (method.side != "both" and kind != "combined_layer")
    assert any(part is not None for part in said), f"{kind} says nothing that is scored: add a family to adapters.py"


def test_a_trained_transcoder_recovers_what_is_planted():
    w = world("roomy")
    training = BenchTraining(n_steps=120, n_sequences=512)
    sample = w.sample(32, generator(0, "scored"))
    settings = settings_for(METHODS["mtc"], w, true_l0(sample, "key"), training)
    trained = train(METHODS["mtc"], w, settings, 0, training)
    assert isinstance(trained, Adapted)
    assert isinstance(trained, AttentionDictionary)
    found = score(trained, sample)
    assert found.n_recovered == 4
    assert found.fvu is not None
    assert found.fvu < 0.2


def test_toy_worlds_are_trained_layers_with_sources():
    for name in ("toy-features", "toy-pairs"):
        case = find_case(name)
        w = build(case.replace(world={**case.world.model_dump(), "n_steps": 20}), 0)
        found = score(Oracle(w), w.sample(16, generator(0, "scored")))
        assert found.source == pytest.approx(1)
        assert found.precision == found.recall == pytest.approx(1)


def test_a_run_is_resumed_row_by_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    calls = []
    original = leaderboard.run_row

    def counted(*args, **kwargs):
        calls.append(args[2].name)
        return original(*args, **kwargs)

    monkeypatch.setattr("polyhead.runs.benchmark.run_row", counted)
    choice = {"case_names": ["roomy"], "methods": ["oracle", "random"], "n_seeds": 2}
    first = run_benchmark(tmp_path, **choice)
    assert len(calls) == len(first.rows) == 4
    again = run_benchmark(tmp_path, **{**choice, "n_seeds": 3})
    assert len(calls) == 6
    assert again.seeds == [0, 1, 2]
    assert again.rows[0] == first.rows[0]
    lines = leaderboard.table(again.rows)
    assert [line["method"] for line in lines] == ["oracle", "random"]
    assert lines[0]["recovered"] == "1.00±0.00"
    assert "| oracle | 1.00 |" in leaderboard.markdown(leaderboard.summary(again))
    assert leaderboard.Benchmark.load(tmp_path / "record.json") == again


def test_unknown_names_are_refused_with_the_nearest(tmp_path: Path):
    with pytest.raises(PolyheadError, match="superposed"):
        run_benchmark(tmp_path, case_names=["superposd"])
    with pytest.raises(PolyheadError, match="oracle"):
        run_benchmark(tmp_path, methods=["oracel"])


def test_intervals_are_student():
    mean, half = leaderboard.interval([1.0, 2.0, 3.0])
    assert mean == 2
    assert half == pytest.approx(4.303 / 3**0.5, rel=1e-3)
