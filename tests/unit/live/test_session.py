"""Answers of the live page equal what the library computes of the same prompt and edits."""

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch

from polyhead.core.errors import PolyheadError
from polyhead.core.graph_folder import load_graph
from polyhead.core.head_names import head_name
from polyhead.interventions.effect import effect
from polyhead.interventions.steer import ablate, steer
from polyhead.live.asked import Ask, Edit
from polyhead.live.session import MOST_ENTRIES, Cancelled, Session
from polyhead.models.load import load_model
from polyhead.models.text import to_tokens
from polyhead.runs.graph import find_dictionaries

pytestmark = pytest.mark.usefixtures("no_gradients")
PROMPT = "def head(x):\n    return x\n\ndef he"


@pytest.fixture
def no_gradients() -> Iterator[None]:
    with torch.no_grad():
        yield


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(load_model("bundled"), *find_dictionaries(["bundled"], "bundled"))


def levels(answer: dict, layer: int, head: int) -> np.ndarray:
    p = len(answer["tokens"])
    return np.frombuffer(base64.b64decode(answer["patterns"][layer][head]), np.uint8).reshape(p, p)


def test_patterns_next_tokens_and_text_are_the_models(session: Session):
    model = session.model
    answer = session.answer(Ask(prompt=PROMPT))
    tokens = to_tokens(model, PROMPT)
    sites = [f"blocks.{layer}.attn.hook_pattern" for layer in range(model.cfg.n_layers)]
    logits, cache = model.run_with_cache(tokens, sites)
    assert logits is not None
    for layer, name in enumerate(sites):
        for head in range(model.cfg.n_heads):
            expected = (cache[name][0, head].sqrt() * 255).round().numpy()
            assert (levels(answer, layer, head) == expected).all()
    assert "".join(answer["tokens"][1:]) == PROMPT
    row = answer["next"][0]
    assert row["p_before"] == pytest.approx(float(logits[0, -1].softmax(-1).max()), abs=1e-6)
    assert row["p_before"] == row["p_after"]
    assert answer["kl"] == 0
    assert answer["text_before"] == answer["text_after"] == effect(model, PROMPT, [], n_tokens=20).text_before


def test_edits_change_what_the_library_says_they_change(session: Session):
    model, d = session.model, session.dictionaries["mtc-layer-3"].dictionary
    latent = session.answer(Ask(prompt=PROMPT))["latents"]["mtc-layer-3"][0]["latent"]
    edits = (
        Edit(head="L2H3", value=0.0),
        Edit(dictionary="mtc-layer-3", latent=latent, value=3.0),
    )
    answer = session.answer(Ask(prompt=PROMPT, edits=edits, n_tokens=5))
    expected = effect(
        model, PROMPT, [ablate(model, heads="L2H3"), steer(model, d, latent=latent, scale=3.0)], n_tokens=5
    )
    assert answer["kl"] == pytest.approx(expected.kl)
    assert answer["kl"] > 0
    assert answer["text_after"] == expected.text_after
    found = {row["token"]: row["p_after"] for row in answer["next"]}
    assert found == pytest.approx(
        {r["token"]: r["p_after"] for r in expected.to_dataframe(12).to_dict("records")}, abs=1e-6
    )
    assert len(answer["edits"]) == 2


def test_an_answer_is_a_look_and_then_the_texts(session: Session):
    ask = Ask(prompt=PROMPT, edits=(Edit(head="L2H3"),), n_tokens=4)
    look, texts, whole = session.look(ask), session.texts(ask), session.answer(ask)
    assert (look["text_before"], look["text_after"]) == (None, None)
    del look["milliseconds"], whole["milliseconds"]
    assert {**look, **texts} == whole
    plain = session.texts(Ask(prompt=PROMPT, n_tokens=4))
    assert plain["text_after"] == plain["text_before"] == texts["text_before"]


def test_a_look_runs_the_model_once_and_edits_once_more(monkeypatch: pytest.MonkeyPatch):
    model = load_model("bundled")
    session, passes = Session(model, *find_dictionaries(["bundled"], "bundled")), []
    real = type(model)._run
    monkeypatch.setattr(type(model), "_run", lambda *a, **k: (passes.append(1), real(*a, **k))[1])
    for edits, n in (((), 1), ((Edit(head="L1H1"),), 1), ((Edit(head="L1H2"),), 1)):
        passes.clear()
        session.look(Ask(prompt=PROMPT, edits=edits))
        assert len(passes) == n  # the unchanged logits are known from the first
    passes.clear()
    session.look(Ask(prompt=PROMPT + "ad", edits=(Edit(head="L1H1"),)))
    assert len(passes) == 2


def test_a_graph_is_of_the_model_with_the_edits(session: Session, tmp_path: Path):
    ask = Ask(
        prompt="def f(x):", edits=(Edit(head="L1H3"), Edit(dictionary="mtc-layer-3", latent=7, do="add", value=2))
    )
    session.graph(ask, tmp_path / "g")
    record, edges = load_graph(tmp_path / "g" / "full")[:2]
    with ablate(session.model, heads="L1H3"), session.intervention(ask.edits[1]):
        logits = session.model(session.tokens(ask.prompt))[0, -1].double()
    found = {node.token: node.value for node in record.nodes if node.kind == "logit"}
    assert found
    assert found == pytest.approx({t: float(logits[t] - logits.mean()) for t in found}, abs=1e-3)
    into = np.zeros(len(record.nodes))
    np.add.at(into, edges.target, edges.weight)
    for i in set(edges.target.tolist()):
        assert into[i] + (record.nodes[i].cut or 0) == pytest.approx(record.nodes[i].pre, abs=1e-3)
    assert any("L1H3" in note and "latent 7" in note for note in record.notes)


def test_an_edited_latent_is_shown_even_where_it_is_not_active(session: Session):
    shown = {one["latent"] for one in session.answer(Ask(prompt=PROMPT))["latents"]["mtc-layer-0"]}
    other = next(i for i in range(2048) if i not in shown)
    edits = (Edit(dictionary="mtc-layer-0", latent=other, do="add", value=1.0),)
    answer = session.answer(Ask(prompt=PROMPT, edits=edits))
    assert other in {one["latent"] for one in answer["latents"]["mtc-layer-0"]}


def test_arcs_are_loading_times_pattern_times_code(session: Session):
    one = session.dictionaries["mtc-layer-3"]
    answer = session.answer(Ask(prompt=PROMPT))
    tokens = to_tokens(session.model, PROMPT)
    name = "blocks.3.attn.hook_pattern"
    _, cache = session.model.run_with_cache(tokens, [name])
    loadings = one.dictionary.head_loadings()
    n_arcs = 0
    for seen in answer["latents"]["mtc-layer-3"]:
        e = seen["example"]
        assert e["positions"] == list(range(len(answer["tokens"])))
        for query, key, weight, heads in e["arcs"]:
            own = loadings[seen["latent"]]
            parts = own[:-1] * cache[name][0, :, query, key] * e["key"][key]
            assert heads[:-1] == pytest.approx(parts.tolist(), abs=2e-3)
            assert weight == pytest.approx(float(parts.sum() + own[-1] * e["key"][key] * (query == key)), abs=2e-3)
            n_arcs += 1
    assert n_arcs > 0


def test_every_bundled_dictionary_is_seen(session: Session):
    answer = session.answer(Ask(prompt=PROMPT))
    assert list(answer["latents"]) == [card["name"] for card in session.about()["dictionaries"]]
    assert all(answer["latents"].values())
    cards = {card["name"]: card for card in session.about()["dictionaries"]}
    assert cards["mtc-layer-3"]["head_names"] == [*(head_name(3, h) for h in range(8)), "identity"]


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (Edit(head="L9H0"), "there is no head L9H0"),
        (Edit(head="all"), "is not a head"),
        (Edit(head="L0H0", do="clamp"), "a head can be scaled"),
        (Edit(), "names a head, or a dictionary and a latent"),
        (Edit(dictionary="mtc", latent=1), "unknown dictionary 'mtc'"),
        (Edit(dictionary="mtc-layer-0", latent=9999), "the dictionary has 0 to"),
    ],
)
def test_edits_of_what_is_not_there_are_refused(session: Session, edit: Edit, words: str):
    with pytest.raises(PolyheadError, match=words):
        session.answer(Ask(prompt=PROMPT, edits=(edit,)))


@pytest.mark.parametrize(
    ("prompt", "words"),
    [("", "empty"), ("a\ud800b", "surrogate"), ("x " * 400, "at most 256")],
)
def test_prompts_that_cannot_be_read_are_refused(session: Session, prompt: str, words: str):
    with pytest.raises(PolyheadError, match=words):
        session.answer(Ask.parse({"prompt": prompt}))


def test_patterns_that_no_page_can_take_are_refused(session: Session, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("polyhead.live.session.MOST_ENTRIES", 32 * 10 * 10)
    assert MOST_ENTRIES == 2**24
    with pytest.raises(PolyheadError, match="at most 10 tokens"):
        session.answer(Ask(prompt=PROMPT))


@pytest.mark.parametrize("prompt", ["<script>alert(1)</script>", "\u202eevil\u0000\x1b[31m", "🧑‍🚀é\u0301 中文", " "])
def test_any_text_is_answered(session: Session, prompt: str):
    answer = session.answer(Ask(prompt=prompt, n_tokens=2))
    assert answer["prompt"] == prompt


def test_the_context_bounds_the_continuation(session: Session):
    n_ctx = session.model.cfg.n_ctx
    tokenizer = session.model.tokenizer
    ids = tokenizer.encode("def head(x):\n    for i in range(10):\n        return x + i\n\n" * 40)
    text = tokenizer.decode(ids[: n_ctx - 1])
    n = len(session.tokens(text)[0])
    answer = session.answer(Ask(prompt=text, n_tokens=20, n_latents=1))
    assert n == n_ctx
    assert answer["text_before"] == ""


@pytest.mark.parametrize("n_passes", [0, 1, 7])
def test_a_cancelled_question_ends_between_passes(session: Session, n_passes: int):
    left = n_passes

    def check() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Cancelled

    with pytest.raises(Cancelled):
        session.answer(Ask(prompt=f"{PROMPT}{n_passes}"), check)  # of a prompt that is not known yet
    assert session.answer(Ask(prompt=PROMPT))["kl"] == 0


def test_two_questions_at_once_do_not_see_each_others_edits(session: Session):
    asks = [Ask(prompt=PROMPT, edits=(Edit(head=f"L3H{h}"),), n_tokens=3) for h in range(4)] * 2
    alone = [session.answer(ask)["kl"] for ask in asks[:4]] * 2
    with ThreadPoolExecutor(4) as pool:
        together = [answer["kl"] for answer in pool.map(session.answer, asks)]
    assert together == pytest.approx(alone, rel=1e-4, abs=1e-9)
    assert torch.equal(session.model(to_tokens(session.model, "a")), session.model(to_tokens(session.model, "a")))
