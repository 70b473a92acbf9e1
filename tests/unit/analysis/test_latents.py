"""Rows, pages and highlights of latents: equal to dense references, honest about what is dead, same however cut."""

import numpy as np
import pytest
import torch

from polyhead.activations.harvest import harvest_batch
from polyhead.activations.store import StoredLayer
from polyhead.analysis.family_sums import relations
from polyhead.analysis.highlights import describe, highlights
from polyhead.analysis.latent_examples import ELLIPSIS, PageConfig, rounded
from polyhead.analysis.latent_sums import Best, TokenMass
from polyhead.analysis.latents import analyse_latents, logit_effects, nearest_rows
from polyhead.analysis.token_families import TOKEN_FAMILIES
from polyhead.core.errors import PolyheadError
from polyhead.core.rng import generator
from polyhead.dictionaries.activation import TopK
from polyhead.dictionaries.encoder import unpack
from polyhead.dictionaries.mtc import MTC, MTCConfig

N, P, N_LATENTS, DEAD = 20, 17, 23, 4
CFG = PageConfig(n_top=3, quantiles=(0.5,), n_sample=8, n_arcs=6, before=4, after=2, n_promoted=5, n_neighbours=3)


class Letters:
    """Token i is `<i>`."""

    def tokens(self, ids):
        return [f"<{i}>" for i in ids]


@pytest.fixture
def mtc() -> MTC:
    cfg = MTCConfig(d_in=13, d_out=13, n_heads=5, n_latents=N_LATENTS, activation=TopK(k=3))
    mtc = MTC(cfg, generator=generator(0, "mtc")).requires_grad_(False)
    mtc.b_enc[DEAD] = -100.0
    return mtc


def cut(model, sizes=(N,)):
    ids = torch.randint(1, 31, (N, P), generator=generator(0, "latents"))
    ids[:, 0] = 0
    valid = torch.ones(N, P, dtype=torch.bool)
    valid[3, 12:] = False
    spec = StoredLayer(layer=2)
    return [
        harvest_batch(model, t, spec.reading, valid=v)
        for t, v in zip(ids.split(sizes), valid.split(sizes), strict=True)
    ]


def analysed(model, mtc, sizes=(N,), cfg=CFG, only=None):
    about = {"tokenizer": Letters(), "W_U": model.W_U.detach(), "bos_token_id": 0, "n_clusters": 4}
    return analyse_latents(mtc, cut(model, sizes), **about, cfg=cfg, only=only)


def dense(model, mtc):
    """f and z [b, p, i] written out, and the counted positions."""
    (batch,) = cut(model)
    counted = batch["valid"].clone()
    counted[:, 0] = False
    codes = mtc.encode(batch["x"])
    return batch, unpack(codes), mtc.moved(codes, batch["pattern"]), counted


def test_rows_equal_a_dense_reference(tiny_model, mtc):
    _, f, z, counted = dense(tiny_model, mtc)
    analysis = analysed(tiny_model, mtc)
    energy = (z[counted].square() * mtc.W_dec.square().sum(-1)).sum(0)
    for i, row in enumerate(analysis.rows):
        assert row.latent == i
        assert row.density == pytest.approx(float((f[counted][:, i] != 0).float().mean()), rel=1e-6)
        assert row.energy_share == pytest.approx(float(energy[i] / energy.sum()), rel=1e-4, abs=1e-9)
        assert row.max_activation == pytest.approx(float(f[counted][:, i].max()), rel=1e-5)
        assert row.main_head == int(mtc.loadings[i].abs().argmax())
    assert analysis.policy.n_positions == int(counted.sum())


def test_top_examples_are_the_largest_peaks_one_a_sequence(tiny_model, mtc):
    _, f, z, counted = dense(tiny_model, mtc)
    peaks = z.abs().masked_fill(~counted[..., None], -1.0).max(1).values  # [b, i]
    analysis = analysed(tiny_model, mtc)
    for i in range(N_LATENTS):
        top = [e for e in analysis.examples.get(i, []) if e.wanted.kind == "top"]
        reached = int((peaks[:, i] > 0).sum()) if (f[counted][:, i] != 0).any() else 0
        assert len(top) == min(3, reached)
        highest = peaks[:, i].sort(descending=True).values[: len(top)]
        assert [float(abs(e.z[e.peak])) for e in top] == pytest.approx(highest.tolist(), rel=1e-4)
        assert len({e.sequence for e in top}) == len(top)
        for e in top:
            assert abs(e.z[e.peak]) == pytest.approx(float(peaks[e.sequence, i]), rel=1e-4)


def test_both_sides_and_arcs_are_those_of_the_text(tiny_model, mtc):
    batch, f, z, _ = dense(tiny_model, mtc)
    analysis = analysed(tiny_model, mtc)
    n_arcs = 0
    for i, examples in analysis.examples.items():
        for e in examples:
            here = e.positions >= 0
            at = e.positions[here]
            np.testing.assert_allclose(e.f[here], f[e.sequence, at, i], rtol=1e-4, atol=1e-6)
            np.testing.assert_allclose(e.z[here], z[e.sequence, at, i], rtol=1e-4, atol=1e-5)
            assert (e.tokens[here] == batch["tokens"][e.sequence, at].numpy()).all()
            for (q, k), heads in zip(e.arcs, e.arc_heads, strict=True):
                n_arcs += 1
                t, s = e.positions[q], e.positions[k]
                sent = [*(batch["pattern"][e.sequence, :, t, s] * mtc.loadings[i, :-1]), mtc.loadings[i, -1] * (t == s)]
                np.testing.assert_allclose(heads, np.array(sent) * float(f[e.sequence, s, i]), rtol=1e-4, atol=1e-6)
    assert n_arcs > 50


def test_all_arcs_into_the_peak_add_up_to_it(tiny_model, mtc):
    whole = CFG.replace(n_arcs=10_000, before=40, after=40)
    for examples in analysed(tiny_model, mtc, cfg=whole).examples.values():
        for e in examples:
            into = sum(e.arc_heads[j].sum() for j, (q, _) in enumerate(e.arcs) if q == e.peak)
            assert into == pytest.approx(float(e.z[e.peak]), rel=0.15, abs=1e-4)  # arcs under 2 % are left out


def test_a_far_source_is_shown_behind_an_ellipsis(tiny_model, mtc):
    analysis = analysed(tiny_model, mtc)
    cut_windows = [e for some in analysis.examples.values() for e in some if (e.positions < 0).any()]
    assert cut_windows
    for e in cut_windows:
        record = e.record(analysis.texts)
        gap = record.positions.index(-1)
        assert record.tokens[gap] == ELLIPSIS
        assert (record.key_side[gap], record.query_side[gap]) == (0.0, 0.0)
        assert record.positions[gap + 1] > record.positions[gap - 1] + 1
        assert all(record.positions[a.key] >= 0 and record.positions[a.query] >= 0 for a in record.arcs)


def test_padding_is_never_shown(tiny_model, mtc):
    examples = [e for some in analysed(tiny_model, mtc).examples.values() for e in some if e.sequence == 3]
    assert examples
    assert max(int(e.positions.max()) for e in examples) < 12


def test_quantile_examples_are_of_other_sequences(tiny_model, mtc):
    for examples in analysed(tiny_model, mtc).examples.values():
        sequences = [e.sequence for e in examples]
        assert len(set(sequences)) == len(sequences)
        assert [e.wanted.kind for e in examples] == sorted((e.wanted.kind for e in examples), reverse=True)


def test_a_dead_latent_has_an_empty_page(tiny_model, mtc):
    analysis = analysed(tiny_model, mtc)
    page = analysis.page(DEAD)
    assert (page.examples, page.promoted, page.demoted, page.histogram, page.neighbours) == ([], [], [], [], [])
    assert page.row.top_source_tokens == page.row.top_promoted == []
    assert (page.row.density, page.row.energy_share) == (0.0, 0.0)
    assert analysis.n_live < N_LATENTS


def test_pages_hold_what_the_records_ask_for(tiny_model, mtc):
    analysis = analysed(tiny_model, mtc)
    pages = list(analysis.pages())
    assert [p.row.latent for p in pages] == list(range(N_LATENTS))
    _, f, _, counted = dense(tiny_model, mtc)
    for page in pages:
        i = page.row.latent
        assert sum(count for *_, count in page.histogram) == int((f[counted][:, i] != 0).sum())
        for low, high, _ in page.histogram:
            assert high == pytest.approx(low * 2**0.5)
        assert type(page).model_validate_json(page.model_dump_json()) == page


def test_top_source_tokens_are_by_activation_mass(tiny_model, mtc):
    batch, f, _, counted = dense(tiny_model, mtc)
    mass = torch.zeros(N_LATENTS, 31).index_add_(1, batch["tokens"][counted], f[counted].T.contiguous())
    for row in analysed(tiny_model, mtc).rows:
        if row.density > 0:
            first = [f"<{t}>" for t in mass[row.latent].argsort(descending=True).tolist()][: len(row.top_source_tokens)]
            assert row.top_source_tokens == first


def test_families_are_those_of_the_movement_written_out(tiny_model, mtc):
    (batch,) = cut(tiny_model)
    valid, strength = batch["valid"].double(), mtc.loadings.abs().double()
    f = unpack(mtc.codes(batch)).double() * valid[..., None]
    pattern = batch["pattern"].double() * valid[:, None, :, None]
    arcs = torch.einsum("bhts,bsi,ih->ibts", pattern, f, strength[:, :-1])
    own = f.sum((0, 1)) * strength[:, -1]
    total = (arcs.sum((1, 2, 3)) + own).clamp_min(1e-12)
    shares = {name: (arcs * mask).sum((1, 2, 3)) / total for name, mask in relations(batch["tokens"]).items()}
    shares["identity"] = own / total
    t = torch.arange(P)
    far = (arcs * (t[:, None] - t).clamp_min(0)).sum((1, 2, 3))
    named = 0
    for row in analysed(tiny_model, mtc, sizes=(7, 13)).rows:
        narrow = {name: float(share[row.latent]) for name, share in shares.items() if name != "recent"}
        best = max(narrow, key=lambda name: narrow[name])
        if narrow[best] >= 0.3:
            assert (row.family, row.family_share) == (best, pytest.approx(narrow[best], rel=1e-4))
            named += 1
        else:
            assert row.family in ("", "recent", *TOKEN_FAMILIES)
        moved = total[row.latent] - own[row.latent]
        if moved > 1e-9:
            assert row.distance == pytest.approx(float(far[row.latent] / moved), rel=1e-4)
        else:
            assert row.distance is None
    assert named > 5
    assert (analysed(tiny_model, mtc).rows[DEAD].family, total[DEAD].item()) == ("", 1e-12)


def test_some_latents_alone_are_as_among_all(tiny_model, mtc):
    only = torch.tensor([2, 7, 15])
    all_of_them = analysed(tiny_model, mtc)
    some = analysed(tiny_model, mtc, only=only)
    for i in only.tolist():
        one, other = all_of_them.page(i), some.page(i)
        assert one.examples
        assert one.examples == other.examples
        assert (one.row.density, one.row.top_source_tokens) == (other.row.density, other.row.top_source_tokens)
        assert one.promoted == other.promoted
    assert some.n_live == len(only)


def test_how_text_is_cut_changes_nothing(tiny_model, mtc):
    one, two = analysed(tiny_model, mtc), analysed(tiny_model, mtc, sizes=(7, 1, 12))
    for a, b in zip(one.pages(), two.pages(), strict=True):
        assert [(e.sequence, e.peak, e.tokens) for e in a.examples] == [
            (e.sequence, e.peak, e.tokens) for e in b.examples
        ]
        assert a.histogram == b.histogram
        assert a.row.energy_share == pytest.approx(b.row.energy_share, rel=1e-4, abs=1e-9)


def test_promoted_tokens_and_neighbours(rng):
    W_dec, W_U = torch.randn(6, 4, generator=rng), torch.randn(4, 9, generator=rng)
    living = torch.tensor([0, 2, 3, 5])
    (up, up_ids), (down, down_ids) = logit_effects(W_dec, W_U, living, 3)
    logits = W_dec @ W_U
    logits = logits - logits.mean(-1, keepdim=True)
    for i in living.tolist():
        assert up_ids[i].tolist() == logits[i].argsort(descending=True)[:3].tolist()
        assert down_ids[i].tolist() == logits[i].argsort()[:3].tolist()
        assert up[i].tolist() == pytest.approx(logits[i].sort(descending=True).values[:3].tolist(), rel=1e-4)
        assert down[i][0] == pytest.approx(float(logits[i].min()), rel=1e-4)
    cosine, ids = nearest_rows(W_dec, living, 8)
    unit = W_dec / W_dec.norm(dim=-1, keepdim=True)
    for i in living.tolist():
        others = sorted((j for j in living.tolist() if j != i), key=lambda j: -float(unit[i] @ unit[j]))
        assert ids[i].tolist() == others
        assert cosine[i][0] == pytest.approx(float(unit[i] @ unit[others[0]]), rel=1e-5)
    with pytest.raises(PolyheadError, match="unembedding reads 4"):
        logit_effects(torch.randn(6, 5), W_U, living, 3)


def test_best_keeps_the_highest_scores(rng):
    best, scores = Best(4, 3), torch.rand(50, 4, generator=rng)
    for sequence, row in enumerate(scores):
        best.update(torch.arange(4), row, row * 2, torch.full((4,), sequence % 7), sequence)
    for latent in range(4):
        order = scores[:, latent].argsort(descending=True)[:3].tolist()
        assert [(s, p) for _, s, p in best.of(latent)] == [(s, s % 7) for s in order]


def test_token_mass_stays_small_and_keeps_the_heaviest(rng):
    small, exact = TokenMass(50, most_pairs=300), TokenMass(50)
    for _ in range(6):
        latents, tokens = (torch.randint(n, (2**19,), generator=rng) for n in (8, 50))
        values = 1.0 + (tokens < 3) * 50.0
        for mass in (small, exact):
            mass.add(latents, tokens, values)
    assert {k: sorted(v) for k, v in small.top(3).items()} == {k: [0, 1, 2] for k in range(8)}
    assert small.top(3) == exact.top(3)
    pruned = TokenMass(50, most_pairs=0)
    pruned.add(torch.zeros(200, dtype=torch.int64), torch.arange(200) % 50, torch.ones(200))
    assert len(pruned.top(64)[0]) == 50


def test_numbers_are_rounded_relative_to_the_largest():
    assert rounded(np.array([12345.678, 0.1])) == [12345.7 // 1 + 1, 0.0]
    assert rounded(np.array([0.00123456, 0.0])) == [0.0012346, 0.0]
    assert rounded(np.zeros(2)) == [0.0, 0.0]


def test_batches_that_can_be_read_only_once_are_refused(tiny_model, mtc):
    with pytest.raises(PolyheadError, match="two passes"):
        analyse_latents(mtc, iter([]), tokenizer=Letters(), W_U=tiny_model.W_U.detach(), bos_token_id=0)
    with pytest.raises(PolyheadError, match="no position was counted"):
        analyse_latents(mtc, [], tokenizer=Letters(), W_U=tiny_model.W_U.detach(), bos_token_id=0)


def test_a_highlight_says_what_its_example_shows(tiny_model, mtc):
    analysis = analysed(tiny_model, mtc)
    latent = max(analysis.examples, key=lambda i: analysis.rows[i].energy_share)
    line = describe(analysis, latent, head_names=[f"L2H{h}" for h in range(5)])
    assert line.startswith(f"latent {latent} (L2H")
    assert 'from "<' in line
    assert "then promotes" in line


def test_highlights_differ_from_each_other_and_are_made_from_five_examples(tiny_model, mtc):
    analysis = analysed(tiny_model, mtc, cfg=CFG.replace(n_top=5))
    lines = highlights(analysis, n=3)
    assert len({line.split(":")[0] for line in lines}) == len(lines) <= 3
    assert highlights(analysed(tiny_model, mtc, cfg=CFG.replace(n_top=2)), n=3) == []
