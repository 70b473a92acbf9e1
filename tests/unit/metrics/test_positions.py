"""Which positions count."""

import torch

from polyhead.metrics.positions import PolicyCount, Positions

BOS = 0
TOKENS = torch.tensor([[BOS, 5, 6, 7], [BOS, 8, 0, 0]])
NO_PADDING = torch.tensor([[True, True, True, True], [True, True, False, False]])
WITHOUT_BOS = NO_PADDING & torch.tensor([False, True, True, True])


def test_bos_is_left_out_by_default_and_padding_always():
    for valid in (NO_PADDING, WITHOUT_BOS):  # whether or not the batch left BOS out already
        batch = {"tokens": TOKENS, "valid": valid}
        assert Positions(BOS).counted(batch).tolist() == [[False, True, True, True], [False, True, False, False]]
        assert Positions(BOS, include_bos=True).counted(batch).tolist() == NO_PADDING.tolist()


def test_a_prediction_is_scored_where_the_next_token_is_not_padding():
    batch = {"tokens": TOKENS, "valid": WITHOUT_BOS}
    assert Positions(BOS).scored(batch).tolist() == [[False, True, True], [False, False, False]]
    assert Positions(BOS, include_bos=True).scored(batch).tolist() == [[True, True, True], [True, False, False]]


def test_only_position_0_can_be_bos():
    batch = {"tokens": torch.tensor([[3, BOS, 4]]), "valid": torch.ones(1, 3, dtype=torch.bool)}
    assert Positions(BOS).counted(batch).all()


def test_the_policy_states_what_was_met():
    def policy(batch, **options):
        count = PolicyCount(Positions(**options))
        count.update(batch)
        count.update(batch)
        return count.policy()

    batch = {"tokens": TOKENS, "valid": NO_PADDING}
    got = policy(batch, bos_token_id=BOS)
    assert (got.bos, got.padding, got.n_sequences, got.n_positions) == ("excluded", "excluded", 4, 8)
    assert policy(batch, bos_token_id=BOS, include_bos=True).bos == "included"
    plain = {"tokens": TOKENS, "valid": torch.ones_like(NO_PADDING)}
    assert policy(plain, bos_token_id=None).model_dump() == {
        "bos": "none",
        "padding": "none",
        "n_documents": None,
        "tokens_per_document": None,
        "largest_document_share": None,
        "split": None,
        "n_sequences": 4,
        "n_positions": 16,
        "special": None,
    }
