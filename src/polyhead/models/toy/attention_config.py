"""The architecture of a toy attention model: its sizes and its switches."""

from pydantic import Field, model_validator

from polyhead.core.config import Config


class ToyAttentionConfig(Config):
    """Architecture of a toy attention model."""

    n_heads: int = Field(ge=1)
    d_head: int = Field(ge=1)
    d_vocab: int = Field(ge=2)
    n_ctx: int = Field(ge=1)
    d_vocab_out: int | None = None
    """Classes at the output; the input vocabulary where None."""
    d_model: int | None = Field(default=None, ge=1)
    """Width of a learned embedding; one-hot where None (width max(d_vocab, d_vocab_out))."""
    direct: bool = True
    """The residual path from the embedding to the logits."""
    qkv_bias: bool = False
    output_bias: bool = False
    """b_O."""
    unembed_bias: bool = False
    positions: bool = False
    """Learned positions, added to the stream."""
    norm: bool = False
    """LayerNorm without a gain before the heads."""
    init_qk: float = Field(default=0.3, gt=0)
    """Standard deviation of W_Q and W_K at the start."""
    init_ov: float = Field(default=0.3, gt=0)
    """Of W_V and W_O."""

    @property
    def n_out(self) -> int:
        return self.d_vocab if self.d_vocab_out is None else self.d_vocab_out

    @property
    def width(self) -> int:
        """Width of the stream."""
        return max(self.d_vocab, self.n_out) if self.d_model is None else self.d_model

    @model_validator(mode="after")
    def _check(self) -> "ToyAttentionConfig":
        if self.d_model is None and self.unembed_bias:
            raise ValueError("unembed_bias needs a learned embedding (d_model); with one-hot use output_bias")
        return self
