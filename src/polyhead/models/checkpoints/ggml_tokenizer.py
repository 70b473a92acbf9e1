"""Tokenizers stored as pieces with scores (SentencePiece, llama2.c) or with merges (GPT-2's kind, in GGUF).

Merging by score, the SentencePiece rule, is: while a neighbouring pair joins to a known piece, join the pair whose
piece has the highest score. As a list of merges, that is every split of every piece into two pieces, best score first.
Control tokens, the unknown token and bytes never come out of a merge.
"""

from collections.abc import Sequence
from typing import Any

import tokenizers
from tokenizers import AddedToken, decoders, models, normalizers

from polyhead.core.errors import ArtifactError
from polyhead.core.special_tokens import SpecialTokens
from polyhead.models.checkpoints.splitting import LLAMA3, splitter, with_prefix_space
from polyhead.models.token_texts import SPACE
from polyhead.models.tokenizer import Tokenizer, one_line

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = range(1, 7)
"""Kinds of tokens, as GGUF numbers them."""


def tokenizer_from_scores(
    pieces: Sequence[str],
    scores: Sequence[float],
    types: Sequence[int],
    *,
    special: SpecialTokens,
    unknown: int = 0,
    space_prefix: bool = True,
) -> Tokenizer:
    """A byte-fallback BPE from pieces (spaces as U+2581), their scores and kinds.

    Args:
        pieces: Text of every id.
        scores: The higher, the earlier a piece is made.
        types: `NORMAL`, `CONTROL` and so on. User-defined tokens are one token wherever text spells them.
        special: BOS and end of document.
        unknown: The id of the unknown token.
        space_prefix: Whether a space is put before a text.

    Raises:
        ArtifactError: the lists do not make a tokenizer.
    """
    ids = {piece: i for i, piece in reversed(list(enumerate(pieces)))}
    ranked: list[tuple[float, int, str, str]] = []
    for piece, i in ids.items():
        if types[i] in (NORMAL, USER_DEFINED, UNUSED):
            for cut in range(1, len(piece)):
                if piece[:cut] in ids and piece[cut:] in ids:
                    ranked.append((-scores[i], i, piece[:cut], piece[cut:]))
    ranked.sort()
    backend = _bpe(
        vocab=ids,
        merges=[(a, b) for _, _, a, b in ranked],
        unk_token=pieces[unknown],
        fuse_unk=True,
        byte_fallback=True,
    )
    spaces = normalizers.Replace(" ", SPACE)
    backend.normalizer = (  # pyright: ignore[reportAttributeAccessIssue]
        normalizers.Sequence([normalizers.Prepend(SPACE), spaces]) if space_prefix else spaces
    )
    strip = [decoders.Strip(" ", 1, 0)] if space_prefix else []
    backend.decoder = decoders.Sequence(  # pyright: ignore[reportAttributeAccessIssue]
        [decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse(), *strip]
    )
    _add(backend, pieces, types, (unknown, special.bos_token_id, special.eos_token_id))
    return Tokenizer(backend, special)


def tokenizer_from_merges(
    pieces: Sequence[str],
    merges: Sequence[str],
    types: Sequence[int],
    *,
    split: str,
    special: SpecialTokens,
    space_prefix: bool = False,
) -> Tokenizer:
    """A byte-level BPE from pieces, merges written `left right`, and kinds of tokens.

    Args:
        pieces: Text of every id, bytes written as GPT-2 does.
        merges: In order.
        types: `NORMAL`, `CONTROL` and so on.
        split: GGUF's name of the splitting rule.
        special: BOS and end of document.
        space_prefix: Whether a space is put before a text that has none.

    Raises:
        ArtifactError: the lists do not make a tokenizer.
        PolyheadError: a splitting rule polyhead does not know.
    """
    ids = {piece: i for i, piece in reversed(list(enumerate(pieces)))}
    pairs = [tuple(m.split(" ")) for m in merges]
    if bad := next((m for m, pair in zip(merges, pairs, strict=True) if len(pair) != 2), None):
        raise ArtifactError(f"the merge {bad[:60]!r} is not two pieces with a space between them")
    backend = _bpe(vocab=ids, merges=pairs, ignore_merges=split in LLAMA3)
    backend.pre_tokenizer = splitter(split)
    if space_prefix:
        backend = with_prefix_space(backend, True)
    backend.decoder = decoders.ByteLevel()  # pyright: ignore[reportAttributeAccessIssue]
    _add(backend, pieces, types, (special.bos_token_id, special.eos_token_id))
    return Tokenizer(backend, special)


def _bpe(**settings: Any) -> tokenizers.Tokenizer:
    try:
        return tokenizers.Tokenizer(models.BPE(**settings))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # the Rust library raises bare Exception, and panics that are not even that
        raise ArtifactError(f"its pieces and merges do not make a tokenizer: {one_line(error)}") from None


def _add(
    backend: tokenizers.Tokenizer, pieces: Sequence[str], types: Sequence[int], special: Sequence[int | None]
) -> None:
    """Control tokens and `special` are special; user-defined ones are single tokens in any text."""
    control = {i for i, kind in enumerate(types) if kind in (CONTROL, UNKNOWN)} | {i for i in special if i is not None}
    defined = [i for i, kind in enumerate(types) if kind == USER_DEFINED and i not in control]
    backend.add_special_tokens([AddedToken(pieces[i], normalized=False, special=True) for i in sorted(control)])
    backend.add_tokens([AddedToken(pieces[i], normalized=False, special=False) for i in defined])
