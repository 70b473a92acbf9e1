"""QK attribution of every family: the terms of a score sum to the score that transformers' own model computed."""

import pytest
import tiny_hf
import torch

from polyhead.core.errors import PolyheadError
from polyhead.core.sites import site
from polyhead.graphs.frozen import freeze
from polyhead.graphs.qk import split_score
from polyhead.graphs.score_map import score_map

CAPPED = {"gemma2"}


@torch.no_grad()
@pytest.mark.parametrize("name", sorted(tiny_hf.TINY))
def test_terms_sum_to_the_score(name: str) -> None:
    model = tiny_hf.make(name)
    tokens = tiny_hf.tokens(tiny_hf.LONG)[0]
    frozen = freeze(model, [], tokens)
    if name in CAPPED:
        with pytest.raises(PolyheadError, match="capped"):
            score_map(frozen, 1)
        return
    if name == "cohere2":  # neighbouring dimensions are the pairs that turn
        with pytest.raises(PolyheadError, match="neither projections nor RMS norms of projections, rotated or not"):
            score_map(frozen, 0)
        return
    for layer in range(model.cfg.n_layers):
        at = site(layer, "attn.hook_attn_scores")
        own = model.run_with_cache(tokens[None], [at])[1][at][0]
        scores = score_map(frozen, layer)
        for head in (0, model.cfg.n_heads - 1):
            for query, key in ((0, 0), (7, 5), (10, 10)):
                terms = split_score(frozen, scores, head, query, key).terms
                size = float(terms.abs().sum())
                torch.testing.assert_close(float(terms.sum()), float(own[head, query, key]), rtol=0, atol=2e-5 * size)
