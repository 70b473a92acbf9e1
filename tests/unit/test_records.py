"""Records survive the disk whatever their text holds."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyhead.core.errors import ArtifactError
from polyhead.core.records import Evaluation, Record, TokenPolicy, load_lines, save_lines


class Word(Record):
    """One field of text."""

    text: str


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
def test_lines_come_back_with_any_text(tmp_path_factory: pytest.TempPathFactory, texts: list[str]):
    path = tmp_path_factory.mktemp("lines") / "words.jsonl"
    save_lines(path, [Word(text=t) for t in [*texts, "a\u2028b\u0085c\nd"]])
    assert [w.text for w in load_lines(path, Word)] == [*texts, "a\u2028b\u0085c\nd"]


def test_a_line_of_another_kind_is_named(tmp_path: Path):
    path = tmp_path / "words.jsonl"
    path.write_text('{"text": "a"}\n{"txt": "b"}\n')
    with pytest.raises(ArtifactError, match=r"words\.jsonl:2 is not a Word"):
        list(load_lines(path, Word))


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(ArtifactError, match="does not exist"):
        list(load_lines(tmp_path / "none.jsonl", Word))


def test_no_record_is_a_file_without_lines(tmp_path: Path) -> None:
    save_lines(tmp_path / "none.jsonl", [])
    assert list(load_lines(tmp_path / "none.jsonl", Word)) == []


def _evaluation(target: str, after: float | None) -> Evaluation:
    numbers = dict.fromkeys(("ce_clean", "ce_spliced", "ce_mean", "ce_zero", "kl", "shrinkage", "nmse"), 1.0)
    none = dict.fromkeys(
        ("seed", "n_latents", "n_train_tokens", "l0_source", "l0_dest", "dead_share", "effective_heads"), None
    )
    return Evaluation(
        name="one",
        variant="free",
        layer=3,
        target=target,
        sparsity="k=4",
        policy=TokenPolicy(bos="excluded", padding="none", n_sequences=1, n_positions=10),
        fvu=0.25,
        fvu_attn_out=after,
        identity_share=None,
        **numbers,
        **none,
    )


@pytest.mark.parametrize(
    ("target", "recorded", "expected"),
    [
        ("blocks.3.hook_attn_out", None, 0.25),
        ("blocks.3.attn.hook_v", 0.5, 0.5),
        ("blocks.3.attn.hook_pattern", 0.5, 0.5),
        ("blocks.3.hook_resid_pre", 0.5, 0.5),
        ("blocks.3.hook_attn_out + blocks.4.hook_attn_out", None, None),
        # what earlier versions recorded: the attention output is before these and stays as it was
        ("blocks.3.hook_mlp_out", 0.0, None),
        ("blocks.3.hook_resid_mid", 0.0, None),
        ("blocks.3.ln1_post.hook_normalized", 0.0, None),
        ("blocks.3.hook_resid_post", 0.0, None),
    ],
)
def test_the_attention_output_has_no_score_where_it_cannot_change(
    target: str, recorded: float | None, expected: float | None
) -> None:
    assert _evaluation(target, recorded).attn_out_fvu == expected
