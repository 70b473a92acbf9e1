"""One small specimen of everything that polyhead reads, with what reading it means."""

import hashlib
import importlib.util
import json
import shutil
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch

import polyhead as ph
from polyhead.activations.store import Store, StoreConfig, StoredLayer, harvest_to_disk
from polyhead.activations.texts import read_texts
from polyhead.activations.tokens import TokenSequences
from polyhead.analysis.heads.prompts import read_templates, shipped_sets
from polyhead.analysis.heads.rule_file import read_rules
from polyhead.core.graph_folder import load_folder
from polyhead.core.rng import generator
from polyhead.experiments.train import load_config
from polyhead.interop import read_headvis
from polyhead.interop.circuit_tracer import load_circuit_tracer
from polyhead.interop.dictionary_learning import read_dictionary_learning
from polyhead.interop.graph_json.reading import read_graph_json
from polyhead.interop.llamascopium import read_llamascopium
from polyhead.interop.saelens import read_saelens
from polyhead.interop.sparsify import read_sparsify
from polyhead.metrics.benchmark.cases import read_case
from polyhead.models.checkpoints.native_folder import save_native
from polyhead.models.native import NativeConfig, NativeTransformer
from polyhead.reports import write_report
from polyhead.reports.heads import write_heads_pages
from polyhead.training.checkpoint import latest_checkpoint

TESTS = Path(__file__).parents[1]


@cache
def writers(path: str) -> Any:
    """Another test module, for the foreign files that it can write."""
    if str(TESTS) not in sys.path:
        sys.path.insert(0, str(TESTS))
    name = "specimens_" + path.replace("/", "_")
    spec = importlib.util.spec_from_file_location(name, TESTS / f"{path}.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True)
class Specimen:
    """A folder of files and how it is read."""

    make: Callable[[Path], object]
    read: Callable[[Path], Any]
    checked: tuple[str, ...] = ()
    """Globs of files under a checksum of ours: any change of theirs is refused or means nothing."""
    ignored: tuple[str, ...] = field(default=())
    """Globs of files that reading leaves alone, or that may go without a word (a cost, a time)."""
    free: tuple[str, ...] = ()
    """Globs of files of free text: what is in them is content, whatever it is."""
    content: tuple[str, ...] = ()
    """Kinds of JSON damage that are content here: NaN in records, which earlier versions wrote; another type in a
    HeadVis tree, whose unknown keys are carried along."""


def digest(value: Any) -> str:
    """One hash over all that a reading gave."""
    sha = hashlib.sha256()

    def take(item: Any) -> None:
        if isinstance(item, torch.Tensor):
            item = item.detach().float().numpy() if item.is_floating_point() else item.numpy()
        if isinstance(item, np.ndarray):
            sha.update(f"{item.dtype}{item.shape}".encode())
            sha.update(np.ascontiguousarray(item).tobytes())
        elif isinstance(item, dict):
            for key in sorted(item, key=repr):
                sha.update(repr(key).encode("utf-8", "backslashreplace"))
                take(item[key])
        elif isinstance(item, list | tuple):
            sha.update(f"[{len(item)}".encode())
            for one in item:
                take(one)
        elif hasattr(item, "model_dump"):
            take(item.model_dump())
        else:
            sha.update(repr(item).encode("utf-8", "backslashreplace"))

    take(value)
    return sha.hexdigest()


@torch.no_grad()
def model_outcome(path: Path) -> Any:
    model = ph.load_model(path)
    tokens = torch.tensor([[1, 5, 2, 9, 7, 3]])
    text = None if model.tokenizer is None else model.tokenizer.encode("def f(x):\n    return x")
    return model(tokens), text, model.cfg.bos_token_id


def dictionary_outcome(found: Any) -> Any:
    module = getattr(found, "dictionary", getattr(found, "transcoder", found))
    return module.state_dict(), module.cfg, getattr(found, "layer", None)


def files_of(folder: Path) -> Any:
    """All files of a folder of pages, without the time of writing."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def fresh(folder: Path) -> Path:
    out = folder.with_name(folder.name + "-out")
    shutil.rmtree(out, ignore_errors=True)
    return out


def native(folder: Path) -> None:
    cfg = NativeConfig(n_layers=2, d_model=12, n_heads=2, d_head=6, d_vocab=31, n_ctx=17)
    save_native(NativeTransformer(cfg, name="tiny", bos_token_id=0, generator=generator(0, "damage")), folder)


def transformers_folder(kind: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        writers("conformance/tiny_hf").make(kind).hf.save_pretrained(folder)

    return make


def gguf_file(folder: Path) -> None:
    module = writers("unit/models/test_gguf")
    module.write_gguf(module.make_hf(), folder / "model.gguf", describe=module.describe_bytes)


def llama2c_file(folder: Path) -> None:
    module = writers("unit/models/test_llama2c")
    module.write_llama2c(module.make_llama(tied=True), folder / "model.bin", tied=True)


def tl_native(folder: Path) -> None:
    module = writers("unit/models/test_tl_native")
    cfg = NativeConfig(
        n_layers=3, d_model=13, n_heads=5, d_head=6, d_vocab=31, n_ctx=17, **module.KINDS["attn-only"][0]
    )
    module.written(NativeTransformer(cfg, name="tiny"), folder, module.KINDS["attn-only"][1])


def store(folder: Path) -> None:
    cfg = NativeConfig(n_layers=2, d_model=12, n_heads=2, d_head=6, d_vocab=31, n_ctx=17)
    model = NativeTransformer(cfg, name="tiny", bos_token_id=0, generator=generator(0, "damage"))
    tokens = np.random.default_rng(0).integers(1, 31, (7, 9)).astype(np.int32)
    sequences = TokenSequences(tokens, np.ones((7, 9), bool), "0" * 64, 0, "included", 0)
    harvest_to_disk(
        model, sequences, StoredLayer(layer=0), folder, StoreConfig(sequences_per_shard=4, sequences_per_run=4)
    )


def store_outcome(folder: Path) -> Any:
    found = Store(folder)
    found.verify()
    return found.tokens, found.valid, {role: found.read(role, torch.arange(len(found))) for role in found.sites}


def earlier(name: str) -> Callable[[Path], object]:
    return lambda folder: shutil.copytree(
        Path(__file__).with_name("written_earlier") / name, folder, dirs_exist_ok=True
    )


def run_outcome(folder: Path) -> Any:
    cfg = load_config(folder)
    member = cfg.members[0]
    return cfg, ph.load_dictionary(folder / "members" / member.name / "dictionary").state_dict()


def report_run(folder: Path) -> None:
    module = writers("unit/reports/conftest")
    made = (
        module.run_dir.__wrapped__ if hasattr(module.run_dir, "__wrapped__") else module.run_dir.__pytest_wrapped__.obj
    )
    shutil.copytree(made(folder.with_name(folder.name + "-made")), folder, dirs_exist_ok=True)


def report_outcome(folder: Path) -> Any:
    return files_of(write_report(folder, fresh(folder)))


def heads_outcome(folder: Path) -> Any:
    return files_of(write_heads_pages(folder, fresh(folder)).parent)


def graph_json(folder: Path) -> None:
    from polyhead.interop.graph_json import write_graph_json

    made = writers("make_graph").small_graph(folder.with_name(folder.name + "-made"))
    graph = load_folder(made)
    write_graph_json(ph.interop.graph_json.Held(graph.record, graph.edges, graph.qk), folder / "vernon.json")


def graph_json_outcome(folder: Path) -> Any:
    held = read_graph_json(folder / "vernon.json")
    return held.record, held.edges, held.qk


def headvis_outcome(folder: Path) -> Any:
    out = fresh(folder)
    read_headvis(folder, out)
    return files_of(out)


def corpus(folder: Path) -> None:
    (folder / "a.txt").write_text("def f(x):\n    return x\n")
    (folder / "b.jsonl").write_text(
        "".join(json.dumps({"text": f"text {i}", "name": f"n{i}"}) + "\n" for i in range(4))
    )
    table = pa.table({"text": [f"text {i}" * 9 for i in range(6)], "name": [f"p{i}" for i in range(6)]})
    pq.write_table(table, folder / "c.parquet")


def lines(values: Iterable[Any]) -> list[Any]:
    return list(values)


def one_file(name: str, source: Path | str) -> Callable[[Path], object]:
    def make(folder: Path) -> None:
        text = source if isinstance(source, str) else source.read_text("utf-8")
        (folder / name).write_text(text, encoding="utf-8")

    return make


RULES = {"rules": [{"name": "bracket", "key": "[(\\[{]", "offset": [1, 40]}], "previous_width": 5}
CASES = Path(ph.__file__).parent / "metrics" / "benchmark" / "cases"
SAES = "unit/interop/test_foreign_saes"

SPECIMENS: dict[str, Specimen] = {
    "native model": Specimen(native, model_outcome),
    "gpt2 folder": Specimen(transformers_folder("gpt2"), model_outcome, ignored=("generation_config.json",)),
    "llama folder": Specimen(transformers_folder("llama"), model_outcome, ignored=("generation_config.json",)),
    "gguf": Specimen(gguf_file, lambda f: model_outcome(f / "model.gguf")),
    "llama2.c": Specimen(llama2c_file, lambda f: model_outcome(f / "model.bin")),
    "transformerlens": Specimen(tl_native, model_outcome),
    "artifact": Specimen(
        earlier("mtc/members/free-k4-n16-s0"),
        lambda f: dictionary_outcome(ph.load_dictionary(f / "dictionary")),
        checked=("dictionary/weights.safetensors", "dictionary/config.json"),
        ignored=("cost.json", "metrics.jsonl", "checkpoints/*"),
    ),
    "checkpoint": Specimen(
        earlier("mtc/members/free-k4-n16-s0"),
        lambda f: latest_checkpoint(f / "checkpoints"),
        checked=("checkpoints/*.safetensors",),
        ignored=("cost.json", "metrics.jsonl", "dictionary/*"),
    ),
    "store": Specimen(store, store_outcome, checked=("*.npy",)),
    "run": Specimen(
        earlier("attn_out_sae"),
        run_outcome,
        checked=("members/*/dictionary/weights.safetensors", "members/*/dictionary/config.json"),
        ignored=("records/*", "members/*/cost.json", "members/*/metrics.jsonl"),
    ),
    "records of a run": Specimen(report_run, report_outcome, content=("not a number",)),
    "records of heads": Specimen(
        lambda f: writers("make_heads").make_heads(f, n_units=8), heads_outcome, content=("not a number",)
    ),
    "graph": Specimen(lambda f: writers("make_graph").small_graph(f), load_folder, content=("not a number",)),
    "graph json": Specimen(graph_json, graph_json_outcome),
    "headvis": Specimen(
        lambda f: writers("unit/interop/test_headvis").write_tree(f), headvis_outcome, content=("another type",)
    ),
    "saelens": Specimen(
        lambda f: writers(SAES).saelens_folder(f, "jumprelu"), lambda f: dictionary_outcome(read_saelens(f))
    ),
    "sparsify": Specimen(
        lambda f: writers(SAES).sparsify_folder(f / "layers.0"),
        lambda f: dictionary_outcome(read_sparsify(f / "layers.0")),
    ),
    "dictionary_learning": Specimen(
        lambda f: writers(SAES).dictionary_learning_folder(
            f, "AutoEncoder", writers(SAES).linear(bias=writers(SAES).rand(12))
        ),
        lambda f: dictionary_outcome(read_dictionary_learning(f)),
    ),
    "llamascopium": Specimen(
        lambda f: writers("unit/interop/test_llamascopium").write_folder(f, "sae"),
        lambda f: dictionary_outcome(read_llamascopium(f)),
    ),
    "circuit-tracer": Specimen(
        lambda f: writers("unit/interop/test_circuit_tracer").write_clt(f),
        lambda f: dictionary_outcome(load_circuit_tracer(f)),
    ),
    "benchmark case": Specimen(one_file("case.json", CASES / "crowded.json"), lambda f: read_case(f / "case.json")),
    "rules": Specimen(
        one_file("rules.json", json.dumps(RULES)), lambda f: [b.origin for b in read_rules(f / "rules.json").behaviours]
    ),
    "templates": Specimen(one_file("own.json", shipped_sets()["induction"]), lambda f: read_templates(f / "own.json")),
    "corpus": Specimen(corpus, lambda f: [lines(read_texts(p)) for p in sorted(f.iterdir())], free=("a.txt",)),
}
