"""Pages of methods that are not multitoken transcoders: pairs, units in groups, latents that span layers."""

from types import SimpleNamespace

import pytest
import torch

from polyhead.analysis.highlights import describe, highlights
from polyhead.analysis.latent_examples import PageConfig
from polyhead.analysis.latent_sides import Sides, short_site
from polyhead.analysis.latents import LatentAnalysis, analyse_latents
from polyhead.core.protocols import Codes, LatentView
from polyhead.core.rng import generator
from polyhead.models.base_layer import base_layer

B, P, N, H, VOCAB, D = 8, 11, 5, 3, 13, 6
CFG = PageConfig(n_top=5, quantiles=(0.5,), n_sample=8, n_arcs=8, before=4, after=2, n_promoted=2, n_neighbours=2)


def packed(dense):
    return Codes(dense, torch.arange(dense.shape[-1]).expand(dense.shape), dense.shape[-1])


class Fake:
    """Codes are in the batch: u at queries, w at keys."""

    cfg = SimpleNamespace(heads=None)
    n_heads = H

    def codes(self, batch):
        return packed(batch["u"])

    def view(self, batch, latents, layers):
        u, w = batch["u"][..., latents], batch["w"][..., latents]
        scale = torch.arange(1.0, self.n_heads + 1)
        arcs = torch.einsum("bqm,bkm,h->bmhqk", u, w, scale).tril()
        return LatentView(w, u, arcs)


class Pairs(Fake):
    def key_codes(self, batch):
        return packed(batch["w"])

    def head_loadings(self):
        return torch.eye(N, H)


class Units(Fake):
    n_heads = 1

    def latent_groups(self):
        return ["group 0", "group 1"], torch.arange(N) // 3

    def output_rows(self, layers):
        return torch.eye(N, D)


class Spanning(Fake):
    def layer_loadings(self):
        return torch.ones(N, 2) / 2**0.5

    def latent_groups(self):
        return ["blocks.2.hook_attn_out"], torch.zeros(N, dtype=torch.long)

    def view(self, batch, latents, layers):
        return LatentView(None, batch["u"][..., latents], None)


@pytest.fixture
def batch():
    g = generator(0, "sides")
    u, w = (torch.rand(B, P, N, generator=g) * (torch.rand(B, P, N, generator=g) < 0.3) for _ in range(2))
    tokens = torch.randint(1, VOCAB, (B, P), generator=g)
    return {"tokens": tokens, "u": u, "w": w, "valid": torch.ones(B, P, dtype=torch.bool)}


class Letters:
    def tokens(self, ids):
        return [f"<{i}>" for i in ids]


def analysed(dictionary, batch, side) -> LatentAnalysis:
    W_U = torch.randn(D, VOCAB, generator=generator(1, "W_U"))
    sides = Sides(dictionary, side=side)
    return analyse_latents(
        dictionary, [batch], tokenizer=Letters(), W_U=W_U, bos_token_id=None, sides=sides, cfg=CFG, n_clusters=2
    )


def test_a_pair_has_examples_of_both_sides_and_tokens_of_both(batch):
    analysis = analysed(Pairs(), batch, "both")
    for latent in range(N):
        on_keys = [e for e in analysis.examples[latent] if e.wanted.side == "key"]
        strongest = batch["w"][..., latent].amax(-1).sort(descending=True).values[:5]
        assert [e.f[e.peak] for e in on_keys] == pytest.approx(strongest.tolist())
        assert all(e.order > 0 for e in (one.wanted for one in on_keys))
        mass = torch.zeros(VOCAB).index_add_(0, batch["tokens"].flatten(), batch["w"][..., latent].flatten())
        assert analysis.rows[latent].top_key_tokens == [f"<{t}>" for t in mass.argsort(descending=True)[:5].tolist()]
    record = analysis.page(0)
    assert {e.side for e in record.examples} == {"query", "key"}
    assert [e.side for e in record.examples] == sorted((e.side for e in record.examples), reverse=True)


def test_arcs_of_a_key_side_example_leave_its_peak_first(batch):
    analysis = analysed(Pairs(), batch, "both")
    shown = 0
    for latent in range(N):
        for e in analysis.examples[latent]:
            if e.wanted.side != "key" or not e.arcs:
                continue
            leaving = [key == e.peak for _, key in e.arcs[: CFG.n_arcs // 2]]
            assert sorted(leaving, reverse=True) == leaving
            shown += leaving[0]
            query, key = e.arcs[0]
            expected = e.z[query] * e.f[key] * torch.arange(1.0, H + 1)
            assert e.arc_heads[0, :H] == pytest.approx(expected.numpy(), rel=1e-4)
    assert shown > 0


def test_a_pair_promotes_nothing_and_says_which_query_met_which_key(batch):
    analysis = analysed(Pairs(), batch, "both")
    line = describe(analysis, 0, head_names=["L3H0", "L3H1", "L3H2"])
    assert line.startswith("latent 0 (L3H0): the query ")
    assert " meets the key " in line
    assert "promotes" not in line


def test_units_have_a_group_and_no_heads(batch):
    analysis = analysed(Units(), batch, "query")
    assert (analysis.loadings, analysis.group_names) == ("none", ("group 0", "group 1"))
    assert [row.group for row in analysis.rows] == [0, 0, 0, 1, 1]
    assert all(row.top_promoted for row in analysis.rows)
    line = describe(analysis, 4, head_names=["own"], noun="unit")
    assert line.startswith("unit 4 (group 1): from ")
    assert "own" not in line


def test_shares_of_heads_are_measured_where_none_were_trained(batch):
    analysis = analysed(Fake(), batch, "query")
    assert analysis.loadings == "measured"
    expected = torch.tensor([1.0, 2.0, 3.0, 0.0]) / 14**0.5
    for row in analysis.rows:
        assert row.loadings == pytest.approx(expected.tolist(), abs=1e-3)


def test_what_spans_layers_has_norms_by_layer_and_no_arcs(batch):
    analysis = analysed(Spanning(), batch, "query")
    assert analysis.loadings == "layers"
    assert not any(e.arcs for some in analysis.examples.values() for e in some)
    assert describe(analysis, 1).startswith('latent 1 (reads 2 attn_out): at "<')
    assert all("promotes" not in line for line in highlights(analysis))


def test_only_the_explained_heads_have_loadings(batch):
    pairs = Pairs()
    pairs.cfg = SimpleNamespace(heads=(1,))
    pairs.n_heads = 1
    analysis = analysed(pairs, batch, "both")
    assert analysis.loadings == "none"
    assert len(analysis.rows[0].loadings) == 2


def test_values_are_written_through_every_head(tiny_model):
    layer = base_layer(tiny_model, 0)
    width = layer.n_heads * layer.d_head
    rows = torch.randn(3, width, generator=generator(3, "rows"))
    values = SimpleNamespace(
        cfg=SimpleNamespace(), W_dec=rows, query_head_loadings=lambda: None, scale=torch.full((width,), 2.0)
    )
    written = Sides(values, [layer]).output_rows(3)
    assert written is not None
    assert torch.allclose(written, 2 * rows @ layer.W_O.reshape(width, -1), atol=1e-5)


def test_sites_are_named_in_few_words():
    assert short_site("blocks.2.hook_attn_out") == "2 attn_out"
    assert short_site("blocks.3.ln1.hook_normalized") == "3 ln1.normalized"
    assert short_site("group 4") == "group 4"
