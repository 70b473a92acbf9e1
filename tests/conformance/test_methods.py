"""What every registered method must do. A new one gets the whole suite by a list of settings in EXAMPLES."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from tiny_layers import VOCAB, B, D, H, P, TinySource, gradients, tiny_batch, tiny_layers, tiny_model
from torch import Tensor

from polyhead.analysis.latent_sides import Sides
from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import HasHeadLoadings, HasView, HasViewRoles, MakesPatterns
from polyhead.core.rng import generator
from polyhead.dictionaries import METHODS, load_dictionary, save_dictionary
from polyhead.dictionaries.encoder import unpack
from polyhead.dictionaries.method import Method
from polyhead.graphs.building import build_graph
from polyhead.graphs.loaded import LoadedDictionary
from polyhead.metrics.benchmark.adapters import directions_of
from polyhead.ops.schedules import Schedule
from polyhead.training.adam import AdamConfig, build_adam
from polyhead.training.loop import fit

TOPK = {"kind": "topk", "k": 3, "k_aux": 4}
RELU = {"kind": "relu", "l1": 0.1, "negative": 0.01}
JUMPRELU = {"kind": "jumprelu", "sparsity": 0.1, "negative": 0.01, "threshold": 0.3, "width": 0.5}
BATCHTOPK = {"kind": "batchtopk", "k": 3, "k_aux": 4}
ACTIVATIONS = {"topk": TOPK, "relu": RELU, "jumprelu": JUMPRELU}
BATCHED = {"batchtopk": {"n_latents": 17, "activation": BATCHTOPK}}

EXAMPLES: dict[str, dict[str, dict[str, Any]]] = {
    "attn_out_sae": {
        **{name: {"n_latents": 17, "activation": a} for name, a in ACTIVATIONS.items()},
        **BATCHED,
        "z": {"n_latents": 17, "activation": TOPK, "site": "attn.hook_z"},
        "random": {"n_latents": 17, "activation": TOPK, "init": "random"},
    },
    "attn_value_sae": {
        **{name: {"n_latents": 17, "activation": a} for name, a in ACTIVATIONS.items()},
        **BATCHED,
    },
    "mtc": {
        **BATCHED,
        **{name: {"n_latents": 17, "activation": a} for name, a in ACTIVATIONS.items()},
        "top1": {"n_latents": 17, "activation": TOPK, "loadings": "top1"},
        **{
            name: {"n_latents": 17, "activation": TOPK, "loadings": name, "bind_steps": 9}
            for name in ("top1_argmax", "top1_anneal", "top1_choice")
        },
        "frozen": {"n_latents": 17, "activation": TOPK, "loadings": "frozen", "init": "spread"},
        "nonnegative": {"n_latents": 17, "activation": RELU, "sign": "nonnegative", "init": "spread"},
        "resid": {
            "n_latents": 17,
            "activation": TOPK,
            "input_site": "hook_resid_pre",
            "target_site": "hook_resid_post",
        },
    },
    "gated_attention": {"two": {"alpha": 0.1}, "three": {"copies": 3, "p": 1.0}},
    "replacement": {
        "group": {"n_heads": 7, "rank": 2, "norm_penalty": 0.01},
        "entropy": {"n_heads": 7, "rank": 2, "group_power": 2.0, "pattern": "entropy"},
        "half": {"n_heads": 7, "rank": 2, "pattern": "half"},
    },
    "lorsa": {
        **{name: {"n_latents": 18, "activation": a} for name, a in ACTIVATIONS.items()},
        "random": {"n_latents": 18, "activation": TOPK, "init": "random", "groups_per_head": 3},
    },
    "cross_layer_transcoder": {
        **{name: {"n_latents": 11, "activation": a} for name, a in ACTIVATIONS.items()},
        "own": {"n_latents": 11, "activation": TOPK, "reach": "own", "input_site": "hook_resid_mid"},
    },
    "two_type_features": {
        **{name: {"n_latents": 11, "activation": a} for name, a in ACTIVATIONS.items()},
        "attention": {"n_latents": 11, "activation": TOPK, "with_mlps": False},
        "uncrossed": {"n_latents": 11, "activation": TOPK, "cross": [], "reads": "resid"},
    },
    "attn_out_crosscoder": {
        **{name: {"n_latents": 11, "activation": a} for name, a in ACTIVATIONS.items()},
        "own": {"n_latents": 11, "activation": TOPK, "reach": "own"},
    },
    "mtc_rank": {
        "batchtopk": {"n_latents": 17, "activation": BATCHTOPK, "rank": 2},
        "rank3": {"n_latents": 17, "activation": TOPK, "rank": 3},
        "rank2-jumprelu": {"n_latents": 17, "activation": JUMPRELU, "rank": 2},
        "rank2-top1": {"n_latents": 17, "activation": TOPK, "rank": 2, "loadings": "top1"},
        "rank1": {"n_latents": 17, "activation": TOPK, "rank": 1},
    },
    "joint_sae_mtc": {
        **BATCHED,
        **{
            name: {"n_latents": 17, "activation": TOPK, "loadings": name, "bind_steps": 9}
            for name in ("top1", "top1_argmax", "top1_anneal", "top1_choice")
        },
        "relu": {"n_latents": 17, "activation": RELU},
    },
    "dynamic_head": {
        **BATCHED,
        **{name: {"n_latents": 17, "activation": a} for name, a in ACTIVATIONS.items()},
        "all": {"n_latents": 17, "activation": TOPK, "heads": "all"},
    },
    "qk_mask": {
        "one_head": {"n_latents": 13, "k": 5, "key_k": 5, "max_density": 0.6, "heads": [1]},
        "layer": {"n_latents": 13, "k": 5, "key_k": 5, "max_density": 0.6, "key_bias": False},
    },
    "combined_layer": {
        "topk": {"n_latents": 17, "activation": TOPK, "qk_latents": 14, "qk_k": 5, "max_density": 0.5},
        "jumprelu": {"n_latents": 17, "activation": JUMPRELU, "qk_latents": 9, "qk_k": 4, "max_density": 0.5},
    },
    "qk_diagonal": {
        "one_head": {"n_latents": 17, "k": 3, "max_density": 0.4, "heads": [1]},
        "layer": {"n_latents": 17, "k": 5, "key_k": 5, "max_density": 0.5},
        "blocks": {"n_latents": 9, "k": 3, "max_density": 0.5, "rank": 2, "heads": [0, 2], "key_bias": False},
        "before_rotation": {"n_latents": 17, "k": 5, "max_density": 0.5, "rotary": False},
    },
}
"""kind -> name of a case -> settings, small enough for the tiny model."""


class Case(NamedTuple):
    method: Method
    settings: Any

    def make(self, seed: int = 0) -> Any:
        layers = tiny_layers(self.method)
        batches = [tiny_batch(self.method, self.settings, layers, seed=100 + i) for i in range(3)]
        return self.method.make(self.settings, layers, batches, generator(seed, "dictionary"))

    def batch(self, seed: int = 0) -> Any:
        return tiny_batch(self.method, self.settings, tiny_layers(self.method), seed)

    def fit(self, dictionary: Any, folder: Path, n_steps: int, callbacks: Any = ()) -> None:
        adam = build_adam(dictionary, AdamConfig(lr=self.method.rates.lr), lr_factors=self.method.rates.factors)
        source = TinySource(self.method, self.settings, tiny_layers(self.method))
        fit(
            dictionary,
            source,
            [adam],
            n_steps=n_steps,
            schedule=Schedule(warmup_steps=2),
            run_dir=folder,
            checkpoint_every=3,
            callbacks=callbacks,
        )


def _cases() -> list[Any]:
    return [
        pytest.param(Case(METHODS[kind], METHODS[kind].settings.parse(plain)), id=f"{kind}-{name}")
        for kind, examples in EXAMPLES.items()
        for name, plain in examples.items()
    ]


every = pytest.mark.parametrize("case", _cases())


def test_every_registered_method_has_examples():
    assert EXAMPLES.keys() == METHODS.keys()


@pytest.mark.parametrize("kind", METHODS)
def test_settings_have_defaults_and_few_fields(kind: str):
    assert METHODS[kind].settings()
    assert len(METHODS[kind].settings.model_fields) <= 10


@every
def test_shapes(case: Case):
    dictionary, batch = case.make(), case.batch()
    codes = dictionary.codes(batch)
    assert dictionary.reconstruct(batch).shape == batch["target"].shape
    assert codes.values.shape == codes.indices.shape
    assert codes.values.shape[:2] == (B, P)
    assert codes.indices.dtype == torch.int64
    assert int(codes.indices.max()) < codes.n_latents
    assert all(term.shape == () for term in dictionary.loss(batch).values())


@every
def test_the_same_seed_gives_the_same_start_and_another_seed_another(case: Case):
    first, again, other = (case.make(seed).state_dict() for seed in (0, 0, 1))
    assert all(torch.equal(t, again[name]) for name, t in first.items())
    assert any(not torch.equal(t, other[name]) for name, t in first.items())


@every
def test_every_active_latent_has_its_value_once_a_token(case: Case):
    dictionary, batch = case.make(), case.batch()
    codes = dictionary.codes(batch)
    for values, indices in zip(codes.values.flatten(0, 1), codes.indices.flatten(0, 1)):
        active = indices[values != 0]
        assert len(active.unique()) == len(active)


@every
def test_positions_that_are_not_valid_do_not_count(case: Case):
    dictionary, batch = case.make(), case.batch()
    pairs = batch["target"].ndim == 4
    hidden = ~batch["valid"][:, None, :, None] if pairs else ~batch["valid"][..., None]
    changed = {**batch, "target": batch["target"] + 0.3 * hidden}
    for name, term in dictionary.loss(batch).items():
        torch.testing.assert_close(term, dictionary.loss(changed)[name], msg=name)


@every
def test_a_gradient_reaches_every_parameter(case: Case):
    dictionary = case.make()
    reached = {name: torch.zeros(()) for name, _ in dictionary.named_parameters()}
    for seed in range(3):
        for name, gradient in gradients(dictionary, dictionary.loss(case.batch(seed))).items():
            assert gradient is not None, f"{name} takes no part in the loss"
            assert gradient.isfinite().all(), name
            reached[name] = reached[name] + gradient.abs().max()
    assert all(size > 0 for size in reached.values()), {n: float(s) for n, s in reached.items() if s == 0}


@every
def test_projecting_twice_is_projecting_once(case: Case):
    dictionary = case.make()
    with torch.no_grad():
        for p in dictionary.parameters():
            p.add_(torch.randn(p.shape, generator=generator(5, "noise")), alpha=0.1)
    dictionary.project()
    once = {name: p.detach().clone() for name, p in dictionary.named_parameters()}
    dictionary.project()
    for name, p in dictionary.named_parameters():
        torch.testing.assert_close(p.detach(), once[name], msg=name)


@every
def test_training_lowers_the_loss(case: Case, tmp_path: Path):
    dictionary = case.make()

    def loss() -> float:
        with torch.no_grad():
            return sum(float(torch.stack(list(dictionary.loss(case.batch(i)).values())).sum()) for i in range(4))

    before = loss()
    case.fit(dictionary, tmp_path / "run", n_steps=40)
    assert loss() < before


@every
def test_a_saved_dictionary_loads_to_the_same_output(case: Case, tmp_path: Path):
    dictionary, batch = case.make(), case.batch()
    save_dictionary(dictionary, tmp_path / "saved", {"layer": 3})
    loaded = load_dictionary(tmp_path / "saved")
    assert loaded.cfg == dictionary.cfg
    assert torch.equal(loaded.reconstruct(batch), dictionary.reconstruct(batch))
    assert all(torch.equal(t, loaded.state_dict()[name]) for name, t in dictionary.state_dict().items())


@every
def test_a_resumed_run_ends_in_the_same_bits(case: Case, tmp_path: Path):
    def run(folder: Path, stop_at: int | None) -> dict[str, Tensor]:
        def stop(step: int, *_: Any) -> None:
            if step == stop_at:
                raise KeyboardInterrupt

        dictionary = case.make()
        case.fit(dictionary, folder, n_steps=9, callbacks=[stop])
        return dictionary.state_dict()

    whole = run(tmp_path / "whole", None)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "cut", 5)
    resumed = run(tmp_path / "cut", None)
    assert all(torch.equal(t, resumed[name]) for name, t in whole.items())


@every
def test_head_loadings_are_one_row_a_latent(case: Case):
    dictionary = case.make()
    loadings = dictionary.head_loadings() if isinstance(dictionary, HasHeadLoadings) else None
    if loadings is None:
        pytest.skip(f"{case.method.kind} has no head loadings")
    assert loadings.shape[0] == dictionary.codes(case.batch()).n_latents
    assert loadings.shape[1] in (H, H + 1, len(tiny_layers(case.method)) * H)
    assert loadings.isfinite().all()


@every
def test_patterns_of_its_own_are_attention(case: Case):
    dictionary = case.make()
    if not isinstance(dictionary, MakesPatterns):
        pytest.skip(f"{case.method.kind} makes no patterns")
    patterns = dictionary.patterns(case.batch())
    assert patterns.shape[0] == B
    assert patterns.shape[2:] == (P, P)
    torch.testing.assert_close(patterns.sum(-1), torch.ones(patterns.shape[:3]))
    assert (patterns.triu(1) == 0).all()


@every
def test_both_sides_of_a_latent_and_its_arcs_agree(case: Case):
    dictionary, batch = case.make(), case.batch()
    if not isinstance(dictionary, HasView):
        pytest.skip(f"{case.method.kind} has no view")
    chosen = torch.tensor([5, 0, 3])
    if isinstance(dictionary, HasViewRoles):
        batch = tiny_batch(case.method, case.settings, tiny_layers(case.method), more=dictionary.view_roles)
    view, f = dictionary.view(batch, chosen, tiny_layers(case.method)), unpack(dictionary.codes(batch))[..., chosen]
    sides = {"key": [view.key_side], "query": [view.query_side], "both": [view.key_side, view.query_side]}
    active = f != 0
    assert any(s is not None and torch.allclose(s[active], f[active], rtol=1e-4) for s in sides[case.method.side])
    if view.arcs is not None and case.method.side == "key":
        torch.testing.assert_close(view.arcs.sum((2, 4)).mT, view.query_side, rtol=1e-4, atol=1e-4)


@every
def test_its_pages_show_every_latent(case: Case):
    """Whatever it has besides a code: the sides that pages show are there and finite."""
    dictionary, layers = case.make(), tiny_layers(case.method)
    sides = Sides(dictionary, layers, case.method.side)
    more = dictionary.view_roles if isinstance(dictionary, HasViewRoles) else None
    batch = tiny_batch(case.method, case.settings, layers, more=more)
    seen = sides.seen(batch, 0, torch.tensor([0, 2]))
    assert seen.key_side.shape == seen.query_side.shape == (2, P)
    assert seen.key_side.isfinite().all()
    assert seen.query_side.isfinite().all()
    n = dictionary.codes(batch).n_latents
    for rows in (sides.loadings(), sides.output_rows(n), sides.groups(n)[1]):
        assert rows is None or len(rows) == n
    assert case.method.noun
    assert "\n" not in case.method.about


@every
def test_a_graph_holds_it_and_sums_close(case: Case):
    dictionary, layers = case.make(), tiny_layers(case.method)
    reading = case.method.reading(case.settings, layers)
    one = LoadedDictionary("one", case.method.kind, dictionary.requires_grad_(False), reading)
    tokens = torch.randint(VOCAB, (P,), generator=generator(0, "prompt"))
    if case.method.graph is None:
        with pytest.raises(PolyheadError):
            build_graph(tiny_model(), [one], tokens)
        return
    try:
        graph = build_graph(tiny_model(), [one], tokens)
    except PolyheadError as error:
        pytest.skip(f"not with these settings: {error}")
    assert any(node.kind == "latent" for node in graph.nodes)
    total = np.bincount(graph.edges.target, graph.edges.weight, minlength=len(graph))
    size = np.bincount(graph.edges.target, np.abs(graph.edges.weight), minlength=len(graph))
    for i, node in enumerate(graph.nodes):
        if node.pre is not None:
            assert abs(total[i] + node.cut - node.pre) < 1e-4 * max(size[i], abs(node.pre))


@every
def test_directions_are_one_row_a_latent(case: Case):
    dictionary, layers = case.make(), {layer.layer: layer for layer in tiny_layers(case.method)}
    reading = case.method.reading(case.settings, list(layers.values()))
    found = directions_of(case.method, dictionary, reading, layers)
    assert (case.method.directions is None) == all(part is None for part in found)
    for sides in ((found.source, found.output, found.loading), (found.query, found.key)):
        assert len({len(part) for part in sides if part is not None}) <= 1
    for name in ("source", "output", "query", "key"):
        part = getattr(found, name)
        assert part is None or (part.shape[-1] == D and part.isfinite().all())
    assert found.loading is None or found.loading.shape[-1] == H * len(layers)
