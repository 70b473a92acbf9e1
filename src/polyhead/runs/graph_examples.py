"""What a graph's latents do on other text: examples of every latent that is a node, for its pages and feature files.

    FOLDER/latents/NUMBER/records/    as a run's, of one dictionary (its number in the graph), its nodes' latents alone
    FOLDER/latents/qk-NAME/records/   the same of a QK dictionary, the QK features of explained pattern entries alone

A dictionary whose run was analysed (`polyhead report`) has its pages there already and is passed over.
"""

import datetime
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch

from polyhead.activations.model_text import model_sequences, text_path
from polyhead.activations.store import weights_sha256
from polyhead.activations.streaming import HarvestedText, MemoryBatches, harvest_in_memory
from polyhead.activations.tokens import TokenSequences
from polyhead.analysis.latent_examples import PageConfig
from polyhead.analysis.latent_sides import Sides
from polyhead.analysis.latents import analyse_latents
from polyhead.core.errors import PolyheadError
from polyhead.core.graph_records import GraphRecord, QKRecord
from polyhead.core.reading import Reading, read_key
from polyhead.core.records import LatentPage, Overview, save_lines
from polyhead.dictionaries import METHODS
from polyhead.graphs.loaded import LoadedDictionary
from polyhead.metrics.evaluate import Repeatable
from polyhead.models.base_layer import base_layer
from polyhead.models.hooked import HookedModel
from polyhead.reports.graph_latents import LatentPages, own_name
from polyhead.runs.analyse import card_of, on_cpu, versions, write_latents

LATENTS = "latents"
SEQ_LEN = 128
_PAGE = PageConfig(n_top=6, quantiles=(0.5,), n_sample=16, n_neighbours=0)
_SPREAD = 8
"""How much more text is gone through than is read, so that examples come from many documents."""
_AT_ONCE = 6
"""Dictionaries whose sites are harvested in one pass over the text: a bound on memory."""


def run_examples(
    model: HookedModel,
    dictionaries: Sequence[LoadedDictionary],
    record: GraphRecord,
    out: Path,
    *,
    qk: QKRecord | None = None,
    qk_dictionaries: Sequence[LoadedDictionary] = (),
    text: str = "bundled",
    n_tokens: int = 8192,
) -> list[Path]:
    """Write the examples of every dictionary of a graph that has none yet.

    Args:
        model: the base model.
        dictionaries: the graph's dictionaries, in any order.
        record: the graph.
        out: its folder.
        qk: pattern entries that were explained.
        qk_dictionaries: QK dictionaries that named QK features.
        text: where examples come from; `bundled` is the Python source that ships.
        n_tokens: how much of it, BOS included.

    Returns:
        The folders of examples, as `LatentPages` takes them.

    Raises:
        PolyheadError: no such text, or it is shorter than a sequence.
    """
    known = LatentPages(example_folders(out), [record], out)
    todo = [one for one in _asked(dictionaries, record) if known.find(record.dictionaries[int(one.folder)]) is None]
    todo += [
        one
        for one in _qk_features(qk_dictionaries, qk)
        if known.qk_features(one.loaded.name, one.loaded.layers[0]) is None
    ]
    if todo and n_tokens:
        sequences = _sequences(model, text, n_tokens)
        facts = {
            "model": {**model.cfg.model_dump(), "sha256": weights_sha256(model)},
            "text": {"origin": text, "sha256": sequences.sha256, "tokens": int(sequences.tokens.size)},
        }
        for start in range(0, len(todo), _AT_ONCE):
            some = [_Reader(model, one, sequences.tokens.shape[1]) for one in todo[start : start + _AT_ONCE]]
            wanted = {read_key(reads): reads for reader in some for reads in reader.reading.roles.values()}
            harvested = harvest_in_memory(model, sequences, Reading(roles=wanted))
            for reader in some:
                reader.write(harvested, out / LATENTS / reader.asked.folder, facts)
    return example_folders(out)


def check_text(text: str) -> None:
    """Refuse a text that is not there, before a graph is made.

    Raises:
        PolyheadError: there is no file or folder of that name.
    """
    path = text_path(text)
    if not path.exists():
        raise PolyheadError(f"there is no text at {path}; without examples: --example-tokens 0")


def example_folders(folder: Path) -> list[Path]:
    """What `run_examples` wrote for a graph."""
    return sorted(path.parent.parent for path in (folder / LATENTS).glob("*/records/overview.json"))


def latent_pages(record: GraphRecord, folder: Path) -> dict[int, list[LatentPage]]:
    """By number of the dictionary, pages of its latents that are nodes, where a run or `run_examples` has some."""
    pages, found = LatentPages(example_folders(folder), [record], folder), {}
    for number, dictionary in enumerate(record.dictionaries):
        asked = {node.latent for node in record.nodes if node.dictionary == number}
        own = [page for page in pages.pages_of(dictionary) or () if page.row.latent in asked]
        if own:
            found[number] = own
    return found


class _Asked(NamedTuple):
    folder: str
    loaded: LoadedDictionary
    latents: list[int]
    """Ascending."""


def _asked(dictionaries: Sequence[LoadedDictionary], record: GraphRecord) -> Iterator[_Asked]:
    by_name = {one.name: one for one in dictionaries}
    for number, dictionary in enumerate(record.dictionaries):
        latents = {n.latent for n in record.nodes if n.dictionary == number and n.latent is not None}
        if latents and dictionary.name in by_name:
            yield _Asked(str(number), by_name[dictionary.name], sorted(latents))


def _qk_features(qk_dictionaries: Sequence[LoadedDictionary], qk: QKRecord | None) -> Iterator[_Asked]:
    for one in qk_dictionaries:
        entries = [entry for entry in qk.entries if entry.qk_features_of == one.name] if qk else []
        if entries:
            yield _Asked(
                f"qk-{one.name}", one, sorted({latent for entry in entries for latent, _ in entry.qk_features})
            )


def _sequences(model: HookedModel, text: str, n_tokens: int) -> TokenSequences:
    width = min(SEQ_LEN, model.cfg.n_ctx)
    n = max(1, n_tokens // width)
    try:
        found = model_sequences(model, text, n_sequences=_SPREAD * n, seq_len=width)
    except PolyheadError as error:
        raise PolyheadError(f"{error}; without examples: --example-tokens 0") from None
    return found.select(slice(None, None, max(1, len(found) // n)))


class _Reader:
    """One dictionary, and what is read to look at its latents."""

    def __init__(self, model: HookedModel, asked: _Asked, seq_len: int) -> None:
        self.model, self.asked = model, asked
        one = asked.loaded
        self.layers = one.layers
        layers = [base_layer(model, n, n_positions=seq_len) for n in self.layers]
        self.sides = Sides(one.dictionary, layers, METHODS[one.kind].side)
        self.reading = self.sides.reading(one.reading)

    @torch.no_grad()
    def write(self, harvested: HarvestedText, out: Path, facts: dict[str, Any]) -> None:
        """Analyse the latents asked for, and write their records."""
        one, model = self.asked.loaded, self.model
        roles = {role: read_key(reads) for role, reads in self.reading.roles.items()}
        batches = MemoryBatches(harvested, sequences_per_batch=min(8, len(harvested)), seed=0, roles=roles)
        assert model.tokenizer is not None
        analysis = analyse_latents(
            one.dictionary,
            Repeatable(lambda: on_cpu(batches.in_order())),
            tokenizer=model.tokenizer,
            W_U=model.W_U.detach(),
            bos_token_id=model.cfg.bos_token_id,
            sides=self.sides,
            cfg=_PAGE,
            only=torch.tensor(self.asked.latents),
        )
        name = own_name(one.name)
        write_latents(analysis, out / "records" / name, self.asked.latents)
        save_lines(out / "records" / "evaluations.jsonl", [])
        about = {"name": name, "method": one.kind, "variant": one.kind, "layers": self.layers}
        card = card_of(analysis, self.sides, **about, n_heads=model.cfg.n_heads)
        Overview(
            title=f"{one.name}: the latents of one graph",
            command="polyhead graph examples",
            created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            versions=versions(),
            **facts,
            layer=self.layers[0],
            input_site=", ".join(read.site for read in one.reading.roles.get("x", ())),
            target_site=", ".join(read.site for read in one.reading.targets),
            dictionaries=[card],
            verdict=[],
            seconds={},
        ).save(out / "records" / "overview.json")
