"""What is compared at the attention output: only what can change it."""

import pytest

from polyhead.experiments.config import ExperimentConfig, Member
from polyhead.experiments.data import ExperimentData, load_data
from polyhead.experiments.evaluate import reference_for


@pytest.fixture(scope="module")
def data() -> ExperimentData:
    members = (
        Member(settings={"n_latents": 16, "target_site": "hook_resid_post"}),
        Member(method="attn_value_sae", settings={"n_latents": 16}),
    )
    return load_data(ExperimentConfig(n_train_tokens=256, n_eval_tokens=256, seq_len=32, members=members))


@pytest.mark.parametrize(("number", "compared"), [(0, False), (1, True)])
def test_targets_after_attention_are_not_compared_there(data: ExperimentData, number: int, compared: bool) -> None:
    reading = data.reading(data.cfg.members[number])
    reference, _ = reference_for(data, reading)
    assert (reference.attn_out is not None) is compared
