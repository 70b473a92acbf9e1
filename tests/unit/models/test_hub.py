"""Names, the repositories they mean, and what is said where the hub is out of reach."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from transformers import GPT2Config, GPT2LMHeadModel

import polyhead as ph
from polyhead.core.errors import PolyheadError
from polyhead.models import hub
from polyhead.models.aliases import ALIASES, HubModel, resolve
from polyhead.models.native import NativeTransformer

Make = Callable[..., NativeTransformer]


@pytest.mark.parametrize("alias", ALIASES)
def test_every_alias_resolves(alias: str) -> None:
    found = resolve(alias)
    assert found is resolve(alias.upper()) is ALIASES[alias]
    assert resolve(found.repo) in [h for h in ALIASES.values() if h.repo == found.repo]
    owner, _, name = found.repo.partition("/")
    assert owner
    assert name
    assert "/" not in name
    assert found.weight_patterns


@pytest.mark.parametrize(
    ("name", "repo"),
    [
        ("gpt2", "openai-community/gpt2"),
        ("gpt2-small", "openai-community/gpt2"),
        ("distilgpt2", "distilbert/distilgpt2"),
        ("pythia-70m-deduped", "EleutherAI/pythia-70m-deduped"),
        ("attn-only-2l", "NeelNanda/Attn_Only_2L512W_C4_Code"),
        ("attn-only-2l-demo", "NeelNanda/Attn-Only-2L512W-Shortformer-6B-big-lr"),
        ("gelu-4l", "NeelNanda/GELU_4L512W_C4_Code"),
        ("redwood_attn_2l", "ArthurConmy/redwood_attn_2l"),
        ("tiny-stories-33M", "roneneldan/TinyStories-33M"),
        ("tiny-stories-instruct-1L-21M", "roneneldan/TinyStories-Instuct-1Layer-21M"),
        ("SmolLM2-135m", "HuggingFaceTB/SmolLM2-135M"),
        ("somebody/their-model", "somebody/their-model"),
        ("NeelNanda/Another_2L", "NeelNanda/Another_2L"),
    ],
)
def test_well_known_names(name: str, repo: str) -> None:
    assert resolve(name).repo == repo


def test_layouts() -> None:
    assert resolve("attn-only-1l").weight_patterns == (("*final.pth",),)
    assert resolve("NeelNanda/Another_2L").layout == "transformerlens"
    assert resolve("attn_only_2L_half").weight_patterns == (("attn_only_2L_half.pth",),)
    assert "*.safetensors" in resolve("gpt2").weight_patterns[0][0].replace("model*", "*")


@pytest.mark.parametrize(
    ("name", "near"), [("gpt2-smal", "gpt2-small"), ("attn-only-5l", "attn-only-"), ("bundle", "bundled")]
)
def test_unknown_names_suggest_the_nearest(name: str, near: str) -> None:
    with pytest.raises(PolyheadError, match=rf"unknown model '{name}'.*did you mean .*{near}") as info:
        ph.load_model(name)
    assert "\n" not in str(info.value)


@pytest.mark.parametrize("name", ["./gone/folder", "~/gone", "/gone/model", "gone/a/b", ""])
def test_paths_that_are_absent_are_no_repositories(name: str) -> None:
    with pytest.raises(PolyheadError, match=r"no such folder or file"):
        ph.load_model(name)


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> list[dict[str, Any]]:
    calls: list[dict[str, Any]] = []

    def snapshot_download(repo: str, **settings: Any) -> str:
        calls.append({"repo": repo, **settings})
        if settings["local_files_only"]:
            raise LocalEntryNotFoundError("not cached\nand more lines")
        raise error

    monkeypatch.setattr(hub, "snapshot_download", snapshot_download)
    return calls


def http(kind: type[HfHubHTTPError]) -> HfHubHTTPError:
    response: Any = SimpleNamespace(headers={}, request=None)
    return kind("no\nmore", response=response)


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (LocalEntryNotFoundError("offline\nmode"), "the hub could not be reached"),
        (OSError("unreachable"), "the hub could not be reached"),
        (HfHubHTTPError.__bases__[0]("no route"), "the hub could not be reached"),
        (http(HfHubHTTPError), "the hub could not be reached"),
        (http(RepositoryNotFoundError), "knows no such repository"),
        (http(RevisionNotFoundError), "has no such revision"),
        (http(GatedRepoError), "asks for a licence.*hf auth login"),
    ],
)
def test_out_of_reach_names_repository_and_files(error: Exception, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, error)
    with pytest.raises(PolyheadError, match=why) as info:
        ph.load_model("pythia-70m@step1000")
    text = str(info.value)
    assert "\n" not in text
    for wanted in (
        "'pythia-70m@step1000'", "EleutherAI/pythia-70m at revision step1000", "config.json", "model*.safetensors",
        "pytorch_model*.bin", "tokenizer.json", "hf download EleutherAI/pythia-70m --revision step1000",
    ):  # fmt: skip
        assert wanted in text


def test_names_that_no_repository_can_have() -> None:
    with pytest.raises(PolyheadError, match=r"some body/x!; no repository can have this name") as info:
        ph.load_model("some body/x!")
    assert "\n" not in str(info.value)


def test_out_of_reach_for_transformerlens_models(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = failing(monkeypatch, OSError("unreachable"))
    with pytest.raises(PolyheadError) as info:
        ph.load_model("attn-only-2l")
    assert "*final.pth; tokenizer.json of NeelNanda/gpt-neox-tokenizer-digits" in str(info.value)
    assert [c["local_files_only"] for c in calls] == [True, False], "the cache comes first"


def test_the_offline_switch_of_the_hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The real client with HF_HUB_OFFLINE=1 and an empty cache."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(PolyheadError, match=r"repository openai-community/gpt2; .*not in the cache") as info:
        ph.load_model("gpt2")
    assert "\n" not in str(info.value)
    assert str(tmp_path) in str(info.value)


def serving(monkeypatch: pytest.MonkeyPatch, folders: dict[str, Path]) -> list[str]:
    """A cache that holds `folders` (repository to folder)."""
    asked: list[str] = []

    def snapshot_download(repo: str, **settings: Any) -> str:
        asked.append(repo)
        if repo not in folders:
            raise LocalEntryNotFoundError("not there")
        return str(folders[repo])

    monkeypatch.setattr(hub, "snapshot_download", snapshot_download)
    return asked


def test_a_cached_model_is_loaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hf = GPT2LMHeadModel(GPT2Config(n_layer=1, n_embd=8, n_head=2, vocab_size=30, n_positions=8)).eval()
    hf.save_pretrained(tmp_path)
    asked = serving(monkeypatch, {"openai-community/gpt2": tmp_path})
    model = ph.load_model("GPT2")
    ids = torch.arange(8)[None]
    with torch.no_grad():
        torch.testing.assert_close(model(ids), hf(ids).logits)
    assert model.cfg.name == "GPT2"
    assert asked == ["openai-community/gpt2"]


def test_a_cached_transformerlens_model_with_the_tokenizer_of_another_repository(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, make_tiny_model: Make
) -> None:
    from polyhead.models.tokenizer import train_tokenizer

    weights, words = tmp_path / "weights", tmp_path / "words"
    weights.mkdir()
    words.mkdir()
    tiny = make_tiny_model(positions="learned", normalization="LN", has_bias=True, d_vocab=300)
    torch.save(tiny.state_dict(), weights / "x_final.pth")
    (weights / "config.json").write_text(json.dumps({"d_model": 13, "normalization": "LN"}))
    train_tokenizer(["words"], d_vocab=300).backend.save(str(words / "tokenizer.json"))
    (words / "tokenizer_config.json").write_text('{"bos_token": "<|bos|>"}')
    repo = resolve("attn-only-1l")
    serving(monkeypatch, {repo.repo: weights, str(repo.tokenizer): words})
    model = ph.load_model("attn-only-1l")
    assert ph.to_tokens(model, "word")[0, 0] == 0
    assert model.cfg.bos_token_id == 0
    assert model.cfg.name == "attn-only-1l"
    serving(monkeypatch, {repo.repo: weights})
    assert ph.load_model("attn-only-1l").tokenizer is None, "a model without its tokenizer is still a model"


def test_settings_that_a_repository_does_not_state(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, make_tiny_model: Make
) -> None:
    tiny = make_tiny_model(positions="shortformer", normalization="none", has_bias=True)
    torch.save(tiny.state_dict(), tmp_path / "attn_only_2L_half.pth")
    serving(monkeypatch, {"callummcdougall/attn_only_2L_half": tmp_path})
    model = ph.load_model("attn_only_2L_half")
    tokens = torch.arange(9)[None]
    assert torch.equal(model(tokens), tiny(tokens))
    assert model.cfg.positions == "shortformer"


def test_a_repository_without_weights_that_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    serving(monkeypatch, {"somebody/empty": tmp_path})
    with pytest.raises(PolyheadError, match=r"somebody/empty holds no weights in a layout that is read"):
        ph.load_model("somebody/empty")


def test_wanted_files() -> None:
    wanted = HubModel("a/b").wanted
    assert {"config.json", "tokenizer.json", "vocab.json", "merges.txt"} <= set(wanted)
