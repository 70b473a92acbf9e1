"""How one token is written where a reader has to tell tokens apart.

Whole characters are shown as they are. Bytes that are a part of a character are shown by their value, `<0xE2>`, as
SentencePiece names them, so that different parts never look alike.
"""

import re

import tokenizers

SPACE = "\u2581"
"""How SentencePiece writes a space."""
BYTE = re.compile(r"<0x([0-9A-F]{2})>")
"""A byte that is no character by itself, as it is shown."""


def _byte_alphabet() -> dict[str, int]:
    """The character that byte-level BPE writes for each byte: printable Latin-1 as it is, the others from U+0100 on."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [b for b in range(256) if b not in printable]
    return {chr(b): b for b in printable} | {chr(0x100 + i): b for i, b in enumerate(others)}


_BYTES = _byte_alphabet()


def show_bytes(raw: bytes) -> str:
    """Text of bytes, those that are no whole character by their value."""
    text = raw.decode("utf-8", "surrogateescape")  # a byte that is not UTF-8 becomes U+DC00 plus its value
    return re.sub("[\udc80-\udcff]", lambda m: f"<0x{ord(m[0]) - 0xDC00:02X}>", text)


class TokenTexts:
    """The text of each id of a tokenizer."""

    def __init__(self, backend: tokenizers.Tokenizer) -> None:
        self.backend = backend
        self._added = dict(backend.get_added_tokens_decoder().items())
        self._byte_level = _has_byte_level(backend)

    def __call__(self, i: int) -> str:
        """What `i` is shown as; ids that the vocabulary lacks (it is padded in many models) as `<i>`."""
        raw = self.backend.id_to_token(i) if 0 <= i < 1 << 31 else None
        if raw is None:
            return f"<{i}>"
        if i in self._added:
            return raw
        if self._byte_level and all(c in _BYTES for c in raw):
            return show_bytes(bytes(_BYTES[c] for c in raw))
        if (match := BYTE.fullmatch(raw)) is not None:
            return self._byte_token(raw, int(match[1], 16))
        # SentencePiece decoders drop the space of the first piece, and here every piece is the first.
        if raw.startswith(SPACE):
            return raw.replace(SPACE, " ")
        text = self.backend.decode([i])
        return raw if "\ufffd" in text else text

    def _byte_token(self, raw: str, byte: int) -> str:
        """A byte-fallback token: its character where that is whole and no other token is shown so."""
        character = chr(byte)
        taken = self.backend.token_to_id(SPACE if character == " " else character) is not None
        return raw if byte >= 0x80 or taken else character


def _has_byte_level(backend: tokenizers.Tokenizer) -> bool:
    return "ByteLevel" in repr(backend.decoder)
