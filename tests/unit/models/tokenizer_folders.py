"""Small tokenizers of several kinds in transformers' layout, written by the tests."""

import json
from pathlib import Path
from typing import Any

import tokenizers
from tokenizers import decoders, models, normalizers, pre_tokenizers, processors, trainers

TEXT = "the quick brown fox jumps over the lazy dog and runs away again and again while nobody looks at it"
END = "<|endoftext|>"


def byte_level(*special: str, before: str | None = None, size: int = 300) -> tokenizers.Tokenizer:
    """A byte-level BPE; with `before`, its post-processor puts that token before a text."""
    made = tokenizers.Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)  # pyright: ignore
    made.decoder = decoders.ByteLevel()  # pyright: ignore
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=list(special),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    made.train_from_iterator([TEXT] * 4, trainer)
    return with_template(made, before)


def sentence_piece(before: str | None, *, prefix: bool, special: tuple[str, ...]) -> tokenizers.Tokenizer:
    """A BPE with byte fallback and spaces as U+2581, as Llama 2 (`prefix`) and Gemma have."""
    pieces = [*special, *(f"<0x{i:02X}>" for i in range(256)), *"▁abcdefghijklmnopqrstuvwxyz"]
    merges = [("t", "h"), ("▁", "th"), ("▁th", "e"), ("o", "x"), ("▁", "f"), ("▁f", "ox"), ("f", "ox"), ("th", "e")]
    pieces += [a + b for a, b in merges]
    vocab = {piece: i for i, piece in enumerate(dict.fromkeys(pieces))}
    made = tokenizers.Tokenizer(
        models.BPE(vocab=vocab, merges=merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    )
    spaces = normalizers.Replace(" ", "▁")
    made.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), spaces]) if prefix else spaces  # pyright: ignore
    if not prefix:
        made.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")  # pyright: ignore
    made.decoder = decoders.Sequence(  # pyright: ignore
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    made.add_special_tokens(list(special))
    return with_template(made, before)


def with_template(made: tokenizers.Tokenizer, before: str | None) -> tokenizers.Tokenizer:
    if before is not None:
        made.post_processor = processors.TemplateProcessing(  # pyright: ignore
            single=f"{before} $A", pair=f"{before} $A {before} $B", special_tokens=[(before, made.token_to_id(before))]
        )
    return made


def write_folder(
    folder: Path,
    tokenizer: tokenizers.Tokenizer | None,
    *,
    config: dict[str, Any],
    settings: Any = None,
    files: dict[str, Any] | None = None,
) -> Path:
    """config.json, tokenizer.json, tokenizer_config.json and further files, those that are given."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config))
    if tokenizer is not None:
        tokenizer.save(str(folder / "tokenizer.json"))
    if settings is not None:
        (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    for name, value in (files or {}).items():
        (folder / name).write_text(value if isinstance(value, str) else json.dumps(value))
    return folder


def older(tokenizer: tokenizers.Tokenizer) -> dict[str, Any]:
    """vocab.json and merges.txt of a byte-level BPE."""
    model = json.loads(tokenizer.to_str())["model"]
    pairs = [m if isinstance(m, str) else " ".join(m) for m in model["merges"]]
    return {"vocab.json": model["vocab"], "merges.txt": "#version: 0.2\n" + "\n".join(pairs) + "\n"}
