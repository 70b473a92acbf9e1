"""A model of transformers that is in memory already: the same logits, not copied, and what is refused."""

import pytest
import torch
from torch import nn
from transformers import LlamaConfig, LlamaForCausalLM

import polyhead as ph
from polyhead.core.errors import PolyheadError


def llama() -> LlamaForCausalLM:
    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
    return LlamaForCausalLM(LlamaConfig(**sizes, num_key_value_heads=2, vocab_size=40)).eval()


def test_a_model_in_memory_is_used_as_it_is() -> None:
    hf = llama()
    tokens = torch.randint(40, (2, 7))
    expected = hf(input_ids=tokens).logits
    model = ph.load_model(hf)
    assert model.hf is hf
    torch.testing.assert_close(model(tokens), expected)
    assert (model.cfg.n_layers, model.cfg.n_heads, model.cfg.name) == (2, 4, "llama")
    assert ph.load_model(llama().bfloat16()).hf.dtype == torch.bfloat16
    assert ph.load_model(llama().bfloat16(), dtype="float32").hf.dtype == torch.float32


def test_its_tokenizer_may_be_given() -> None:
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from transformers import PreTrainedTokenizerFast

    plain = Tokenizer(WordLevel({"<unk>": 0, "a": 1, "b": 2}, unk_token="<unk>"))
    plain.pre_tokenizer = Whitespace()
    model = ph.load_model(llama(), tokenizer=PreTrainedTokenizerFast(tokenizer_object=plain, unk_token="<unk>"))
    assert model.tokenizer.encode("a b") == [1, 2]


def test_what_is_no_model_is_refused() -> None:
    with pytest.raises(PolyheadError, match="a causal language model of transformers was expected; received Linear"):
        ph.load_model(nn.Linear(2, 2))
    broken = llama()
    broken.lm_head.weight.data[0, 0] = float("nan")
    with pytest.raises(PolyheadError, match=r"values of lm_head\.weight are NaN"):
        ph.load_model(broken)
    with pytest.raises(PolyheadError, match="tokenizer= is for a model in memory"):
        ph.load_model("bundled", tokenizer="x")
