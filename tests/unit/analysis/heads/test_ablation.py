"""Prompts from templates, and effects of ablation on the bundled model: exact identities, known heads."""

import json
from pathlib import Path

import pytest
import torch

from polyhead.activations.texts import read_texts
from polyhead.activations.tokens import TokenSequences, tokenize
from polyhead.analysis.heads.ablation import RANKED_BY, HeadAblator, positions
from polyhead.analysis.heads.prompts import TemplateSet, fill, make_prompts, read_templates, shipped_sets
from polyhead.core.errors import PolyheadError
from polyhead.core.head_records import rank_by
from polyhead.interventions.rows import HeadAblation, reference, references
from polyhead.models.hooked import HookedModel
from polyhead.models.load import BUNDLED, load_model


@pytest.fixture(scope="module")
def model() -> HookedModel:
    return load_model("bundled")


@pytest.fixture(scope="module")
def text(model: HookedModel) -> TokenSequences:
    documents = read_texts(BUNDLED / "held_out.parquet")
    return tokenize(documents, model.tokenizer, sequence_length=64, max_sequences=12)


@pytest.fixture(scope="module")
def ablator(model: HookedModel, text: TokenSequences) -> HeadAblator:
    return HeadAblator(model, make_prompts(model, read_templates("induction"), n=11), text, prompts_per_run=5)


def test_the_shipped_sets_are_there_and_answered(model: HookedModel) -> None:
    wanted = {"induction": 120, "indent": 50, "previous": 50}
    assert {name: read_templates(name).n_prompts for name in shipped_sets()} == wanted
    for name in wanted:
        prompts = make_prompts(model, read_templates(name), n=24)
        assert HeadAblator(model, prompts).clean().top1_rate >= 0.8, name


def test_slots_are_filled_by_seed_and_number() -> None:
    cfg = TemplateSet.parse(
        {"name": "s", "templates": [{"prompt": "<a> <a 2> <a> <div>", "answer": "<b>"}],
         "slots": {"a": ["x", "y"], "b": ["z"]}}
    )  # fmt: skip
    filled = [fill(cfg, 0, seed=0, number=i) for i in range(9)]
    assert set(filled) == {("x y x <div>", "z"), ("y x y <div>", "z")}
    assert filled == [fill(cfg, 0, seed=0, number=i) for i in range(9)]


def test_prompts_end_where_the_answer_begins(model: HookedModel) -> None:
    prompts = make_prompts(model, read_templates("previous"), n=7)
    for i in range(7):
        ids = prompts.tokens[i, 1 : int(prompts.last[i]) + 1]
        assert model.tokenizer.decode(ids) == prompts.texts[i]
        assert model.tokenizer.decode([prompts.answers[i]]) == prompts.answer_texts[i] == "("
    assert len(set(prompts.texts)) == 7


def write(path: Path, **content) -> Path:
    path.write_text(json.dumps(content))
    return path


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"templates": [{"prompt": "def x", "answer": " foobarbaz"}]}, "the answer ' foobarbaz' is 5 tokens"),
        ({"templates": [{"prompt": "self.na", "answer": "me"}]}, "joins the token before it"),
        ({"templates": []}, "at least one template"),
        ({"templates": [{"prompt": "", "answer": "x"}]}, "neither empty"),
        ({"templates": [{"prompt": "<a 3>", "answer": "x"}], "slots": {"a": ["u", "v"]}}, "asks for 3 words"),
        ({"prompts": []}, "unknown key 'prompts'"),
    ],
)
def test_bad_templates_are_refused_in_one_line(content: dict, says: str, model: HookedModel, tmp_path: Path) -> None:
    with pytest.raises(PolyheadError, match=says) as error:
        make_prompts(model, read_templates(write(tmp_path / "mine.json", **content)))
    assert "\n" not in str(error.value)


def test_an_unknown_set_names_the_nearest() -> None:
    with pytest.raises(PolyheadError, match="did you mean 'induction"):
        read_templates("inductoin")


def test_frozen_and_free_agree_where_nothing_lies_behind(ablator: HeadAblator) -> None:
    head = HeadAblation(3, (7,))
    assert ablator.effect(head).probability == ablator.effect(head, frozen=True).probability
    first = HeadAblation(2, (7,))
    assert ablator.effect(first, "all").probability != ablator.effect(first, "all", frozen=True).probability


def test_one_position_is_a_part_of_all(ablator: HeadAblator) -> None:
    """In the last layer only the last position reaches the answer."""
    head = HeadAblation(3, (7,))
    assert ablator.effect(head, 0).probability == pytest.approx(ablator.effect(head, "all").probability, abs=1e-6)
    clean = ablator.clean()
    assert ablator.effect(head, 2).probability == pytest.approx(clean.probability, abs=1e-6)
    sweep = ablator.sweep(3, 7, clean)
    assert [p.back for p in sweep] == list(range(len(sweep)))
    assert sum(sweep[0].drop) > 0 == sum(map(sum, (p.drop for p in sweep[1:])))


def test_masks_leave_bos_and_padding_alone(ablator: HeadAblator) -> None:
    batch = ablator.batches[0]
    mask = positions(batch, "all")
    assert not mask[:, 0].any()
    assert mask.sum(1).tolist() == batch.last.tolist()
    assert positions(batch, 1).nonzero()[:, 1].tolist() == (batch.last - 1).tolist()


def test_ranks_put_the_previous_token_head_first_on_induction(ablator: HeadAblator) -> None:
    """An induction head is blind without the head that carries the token before: L2H7."""
    ranks = ablator.ranks(ablator.clean(), "all")
    assert (ranks[0].layer, ranks[0].head) == (2, 7)
    assert len(ranks) == 32
    assert [r.drop for r in ranks] == sorted((r.drop for r in ranks), reverse=True)


def test_ranks_by_mean_row_and_zeroed_output_are_the_effects_of_each_head(ablator: HeadAblator) -> None:
    clean = ablator.clean()
    ranks = ablator.ranks(clean)
    for r in (ranks[0], ranks[7], ranks[-1]):
        assert list(r.drops) == list(RANKED_BY)
        assert r.drop == r.drops["bos-row"]
        for kind in RANKED_BY:
            effect = ablator.effect(HeadAblation(r.layer, (r.head,), kind), 0)
            assert r.drops[kind] == pytest.approx(clean.mean_probability - effect.mean_probability, abs=1e-6)
        places = rank_by(ranks, r.layer, r.head)
        assert places["bos-row"] == ranks.index(r) + 1
        ordered = sorted((x.drops["zero-output"] for x in ranks), reverse=True)
        assert places["zero-output"] == ordered.index(r.drops["zero-output"]) + 1
    assert rank_by(ranks, 9, 9) == {}


def test_means_of_all_layers_in_one_pass_are_those_of_each(ablator: HeadAblator) -> None:
    tokens = ablator.prompts.tokens[:5, :12]
    many = references(ablator.model, tokens, [0, 3], sequences_per_run=2)
    for layer in (0, 3):
        one = reference(ablator.model, tokens, layer)
        torch.testing.assert_close(many[layer].mean_pattern, one.mean_pattern)
        torch.testing.assert_close(many[layer].mean_z, one.mean_z)


def test_reference_text_must_be_as_long_as_the_prompts(model: HookedModel, text: TokenSequences) -> None:
    prompts = make_prompts(model, read_templates("induction"), n=3)
    short = TokenSequences(text.tokens[:, :9], text.valid[:, :9], "", 0, "excluded", n_padded=0)
    with pytest.raises(PolyheadError, match="reference text has no sequence"):
        HeadAblator(model, prompts, short)


def test_resampling_needs_text(model: HookedModel) -> None:
    ablator = HeadAblator(model, make_prompts(model, read_templates("induction"), n=3))
    with pytest.raises(PolyheadError, match="need reference text"):
        ablator.effect(HeadAblation(3, (7,), "resampled-row"))


def test_output_norms_are_those_of_what_is_written(ablator: HeadAblator) -> None:
    model, batch = ablator.model, ablator.batches[0]
    with torch.no_grad():
        result = model.run_with_cache(batch.tokens, ["blocks.3.attn.hook_result"], with_logits=False)[1]
    own = result["blocks.3.attn.hook_result"][torch.arange(len(batch)), batch.last].norm(dim=-1)
    alone = HeadAblator(model, batch)
    torch.testing.assert_close(alone.output_norms(3), own.mean(0))
