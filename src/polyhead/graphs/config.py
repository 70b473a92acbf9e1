"""What bounds a graph."""

from pydantic import Field

from polyhead.core.config import Config


class GraphConfig(Config):
    """Which nodes and edges a graph keeps; what it does not keep stays in its sums (error nodes, `cut`)."""

    max_query_nodes: int = Field(default=64, ge=1)
    """Latents kept per layer, position and side, those that write most; what the others write is in the error node."""
    n_logits: int = Field(default=10, ge=1)
    """Most logits a position."""
    logit_mass: float = Field(default=0.95, gt=0, le=1)
    """Probability at which no more logits of a position are taken; the runner-up always is, if `n_logits` allows."""
    logit_positions: tuple[int, ...] = (-1,)
    """Where the next token's logits are explained; negative ones count from the end."""
    logit_tokens: tuple[int, ...] | None = None
    """These tokens' logits instead of the most probable ones (answers of a question)."""
    edge_share: float = Field(default=1e-4, ge=0, lt=1)
    """Edges below this share of all that goes into their target, by absolute value, are cut; 0 keeps all."""
    max_incoming: int = Field(default=500, ge=1)
    """Most edges into one node, the largest."""
    head_terms: bool = True
    """Whether edges that cross attention keep a term per head."""
    budget_bytes: int = Field(default=2 * 1024**3, ge=1)
    """Memory that nodes' writes, edges and one block of work may take together; a graph that needs more is refused."""
