"""Which tokens stand before a sequence and after a document: decided once per model, stated wherever tokens are."""

from polyhead.core.config import Config

NO_TOKENIZER = "no tokenizer"
"""Where a decision comes from that nothing has made yet."""


class SpecialTokens(Config):
    """BOS and end of document of one model, and where each was read.

    Prompts, packed text, templates and position masks of a model all follow this record. A prompt never ends with the
    end-of-document token, whatever a tokenizer's `add_eos_token` says: the question is what comes next.
    """

    bos_token_id: int | None = None
    """The id that stands before every sequence, or None where nothing does."""
    bos_from: str = NO_TOKENIZER
    """What decided it."""
    eos_token_id: int | None = None
    """The id that ends every document in packed text, or None where documents are cut one by one."""
    eos_from: str = NO_TOKENIZER
    """What decided it."""

    @property
    def special(self) -> "SpecialTokens":
        """This record alone, where more is stated next to it."""
        return SpecialTokens(**{name: getattr(self, name) for name in SpecialTokens.model_fields})
