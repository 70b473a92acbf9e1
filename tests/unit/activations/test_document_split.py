"""Text is shared out by document: no text in two parts, one order whatever the order of files, and enough said."""

import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyhead.activations.split import PARTS, SplitConfig, part_of, split_texts
from polyhead.activations.texts import Document
from polyhead.core.errors import PolyheadError

MANY = dict.fromkeys(PARTS, 10_000)


class Letters:
    """One token a letter."""

    bos_token_id, eos_token_id = 0, 1

    def encode(self, text: str) -> list[int]:
        return [ord(c) for c in text]


def documents(n: int, *, length: int = 40) -> list[Document]:
    rng = random.Random(5)
    return [Document(f"d{i}", "".join(rng.choices("abcdefgh", k=length + 7 * (i % 5)))) for i in range(n)]


def drawn(texts: list[Document], part: str = "held_out", *, n: int = 12, cfg: SplitConfig | None = None):
    shared = split_texts(texts, cfg or SplitConfig(), n_tokens=MANY)
    return shared.draw(part, Letters(), n_sequences=n, sequence_length=11)  # type: ignore[arg-type]


@given(st.lists(st.text("ab", min_size=1, max_size=5), min_size=2, max_size=40), st.integers(0, 5))
def test_no_text_lies_in_two_parts_however_often_it_occurs(texts: list[str], salt: int) -> None:
    many = [Document(f"{i}", text) for i, text in enumerate(texts)]
    if len(set(texts)) < 2:
        return
    shared = split_texts(many, SplitConfig(salt=salt), n_tokens=MANY)
    found = [d.text for part in PARTS for d in shared.documents[part]]
    assert sorted(found) == sorted(set(texts))  # every text once: in one part, and once in it
    assert shared.documents["train"]
    assert shared.documents["held_out"]
    if not shared.notes:
        assert all(part_of(d.text, shared.cfg) == part for part in PARTS for d in shared.documents[part])


def test_the_shares_are_those_stated() -> None:
    count = Counter(part_of(f"text {i}", SplitConfig(validation_share=0.1, held_out_share=0.3)) for i in range(20_000))
    assert count["held_out"] / 20_000 == pytest.approx(0.3, abs=0.01)
    assert count["validation"] / 20_000 == pytest.approx(0.1, abs=0.01)


def test_a_planted_copy_of_held_out_text_is_held_out_too() -> None:
    texts = documents(60)
    held = next(d for d in texts if part_of(d.text, SplitConfig()) == "held_out")
    copies = [Document(f"copy {i}", held.text) for i in range(9)]
    shared = split_texts([*copies, *texts], SplitConfig(), n_tokens=MANY)
    assert held.text not in {d.text for part in ("train", "validation") for d in shared.documents[part]}
    assert [d.text for d in shared.documents["held_out"]].count(held.text) == 1


def test_sequences_do_not_depend_on_the_order_or_the_names_of_documents() -> None:
    texts = documents(80)
    other = [Document(f"renamed {d.name}", d.text) for d in texts]
    random.Random(1).shuffle(other)
    for part in PARTS:
        a, b = drawn(texts, part), drawn(other, part)
        assert a.tokens_sha256 == b.tokens_sha256
        assert a.sha256 == b.sha256
        assert [f"renamed {n}" for n in a.document_names] == list(b.document_names)
    assert drawn(texts, cfg=SplitConfig(salt=1)).tokens_sha256 != drawn(texts).tokens_sha256


def test_every_position_names_its_document_and_only_documents_of_its_part() -> None:
    texts = documents(80)
    by_name = {d.name: d for d in texts}
    for part in PARTS:
        found = drawn(texts, part, n=30)
        assert found.documents is not None
        assert ((found.documents >= 0) | ~found.valid).all()
        for row, owner in zip(found.tokens[:, 1:], found.documents[:, 1:], strict=True):
            for number in set(owner[owner >= 0].tolist()):
                document = by_name[found.document_names[number]]
                assert part_of(document.text, SplitConfig()) == part
                piece = "".join(map(chr, row[(owner == number) & (row > 1)]))
                assert piece in document.text
        assert (found.documents[:, 0] == found.documents[:, 1]).all()  # BOS is of the text after it


def test_each_document_gives_one_sequence_before_any_gives_two() -> None:
    long = Document("long", "xyz" * 2000)
    texts = [*documents(80, length=60), long]
    train = split_texts(texts, SplitConfig(), n_tokens=MANY)
    part = part_of(long.text, SplitConfig())
    found = train.draw(part, Letters(), n_sequences=40, sequence_length=11)
    counts = Counter(found.documents[:, 0].tolist())  # type: ignore[index]
    assert max(counts.values()) - min(counts.values()) <= 1
    assert found.n_documents == found.policy.n_documents
    assert found.policy.largest_document_share is not None
    assert found.policy.largest_document_share < 0.1


def test_a_part_does_not_depend_on_what_is_drawn_from_another() -> None:
    texts = documents(900)
    few = split_texts(texts, SplitConfig(), n_tokens={"train": 60})
    many = split_texts(texts, SplitConfig(), n_tokens={"train": 60, "held_out": 600})
    a, b = (s.draw("train", Letters(), n_sequences=5, sequence_length=12) for s in (few, many))
    assert a.tokens_sha256 == b.tokens_sha256
    assert len(few.documents["train"]) == 256  # only what may be drawn is kept
    assert len(many.documents["held_out"]) < 256  # all there are


def test_few_sequences_are_of_many_documents_and_from_all_over_them() -> None:
    words = " ".join(f"w{i}" for i in range(3000))
    texts = [Document(f"d{i}", f"{i} {words}") for i in range(100)]
    found = drawn(texts, "train", n=32)
    assert found.n_documents >= 32  # BOS aside, a sequence may end in a second one
    first = ["".join(map(chr, row[1:])) for row in found.tokens]
    assert len({text.strip().split(" ")[0] for text in first}) > 20


def test_text_of_a_few_long_documents_among_short_ones_is_used() -> None:
    texts = [*documents(300, length=3), *documents(4, length=4000)]
    found = drawn(texts, "train", n=100)
    assert len(found) == 100


def test_one_document_is_cut_in_three_and_it_is_said() -> None:
    text = "".join(random.Random(2).choices("abcdefgh", k=1000))
    shared = split_texts([Document("only", text), Document("copy", text)], SplitConfig(), n_tokens=MANY)
    pieces = [shared.documents[part][0].text for part in PARTS]
    assert "".join(pieces) == text
    assert [len(piece) for piece in pieces] == [800, 50, 150]
    policy = shared.draw("held_out", Letters(), n_sequences=99, sequence_length=11).policy
    assert policy.n_documents == 1
    assert policy.split is not None
    assert policy.split.by == "within_document"
    assert "one document (only)" in str(policy.split.note)


@pytest.mark.parametrize("salt", range(12))
def test_two_documents_are_one_on_each_side_and_a_moved_one_is_named(salt: int) -> None:
    texts = [Document("a", "abc" * 30), Document("b", "defg" * 30)]
    shared = split_texts(texts, SplitConfig(salt=salt), n_tokens=MANY)
    assert [len(shared.documents[part]) for part in PARTS] == [1, 0, 1]
    hashed = {d.name: part_of(d.text, shared.cfg) for d in texts}
    moved = [d.name for part in PARTS for d in shared.documents[part] if hashed[d.name] != part]
    assert all(any(name in note for note in shared.notes.values()) for name in moved)
    assert len(moved) == len(shared.notes)


def test_no_text_is_refused() -> None:
    with pytest.raises(PolyheadError, match="hold no token"):
        split_texts([Document("a", "")], SplitConfig(), n_tokens=MANY)
    with pytest.raises(PolyheadError, match="leave nothing to train on"):
        SplitConfig.parse({"validation_share": 0.5, "held_out_share": 0.5})


def test_select_keeps_documents_with_their_sequences() -> None:
    found = drawn(documents(80), "train", n=8)
    some = found.select(np.array([5, 2]))
    assert some.documents is not None
    assert found.documents is not None
    assert some.documents.tolist() == found.documents[[5, 2]].tolist()
