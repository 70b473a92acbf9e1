"""Neuroscope: a model and a text to a folder of unit tables and pages. Killed and run again, it ends the same.

OUT/neurons.json                    NeuronsConfig and the hash of the tokens: what the folder belongs to
OUT/checkpoints/                    state of the pass every so many tokens; removed at the end
OUT/records/seconds.json            wall time of the pass and of writing
OUT/records/summary.json            what was scanned and how fast; written last
OUT/records/NAME/card.json          UnitCard;  units.parquet: rows;  pages/NNNN.json: pages
"""

import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from pydantic import Field

from polyhead.activations.model_text import model_sequences
from polyhead.activations.tokens import TokenSequences
from polyhead.analysis.neuroscope.pages import FamilyPages
from polyhead.analysis.neuroscope.running import UnitConfig
from polyhead.analysis.neuroscope.scan import UnitFamily, UnitScan, scan_bytes, unit_families
from polyhead.core.artifact import MANIFEST, load_artifact
from polyhead.core.config import Config
from polyhead.core.data_files import read_object
from polyhead.core.errors import PolyheadError
from polyhead.core.files import write_atomic, write_json
from polyhead.core.norm_facts import NormFacts
from polyhead.core.progress import progress
from polyhead.core.reading import Reading
from polyhead.core.records import PAGE_SHARD
from polyhead.core.run_folder import claim, open_run, stage
from polyhead.core.sites import parse_site, site
from polyhead.core.stopping import stop_signals
from polyhead.core.unit_records import UnitCard
from polyhead.dictionaries import load_dictionary
from polyhead.models.hooked import HookedModel
from polyhead.models.load import load_model
from polyhead.models.unembedding import folded_unembedding
from polyhead.training.checkpoint import latest_checkpoint, save_checkpoint

CONFIG_FILE, SUMMARY_FILE = "neurons.json", "summary.json"


class NeuronsConfig(Config):
    """What is scanned."""

    model: str
    text: str = "bundled"
    layers: tuple[int, ...] | None = None
    """All of them if None."""
    units: tuple[str, ...] = ("neurons", "heads")
    dictionary: str | None = None
    """A dictionary's folder whose latents are scanned too."""
    dictionary_layer: int | None = None
    dictionary_site: str = "ln1.hook_normalized"
    """Local name of what the dictionary reads."""
    n_tokens: int = Field(default=262_144, ge=1)
    seq_len: int = Field(default=256, ge=2)
    sequences_per_batch: int = Field(default=8, ge=1)
    keep: UnitConfig = UnitConfig()


def run_neurons(cfg: NeuronsConfig, out: Path, *, checkpoint_tokens: int = 32_768) -> dict[str, Any]:
    """Scan, write records, and return a summary.

    Raises:
        PolyheadError: model or text not found, too little text, neurons of a model without MLPs, a folder that holds
            another scan.
    """
    model = load_model(cfg.model)
    families = _families(model, cfg)
    text = _sequences(model, cfg)
    identity = {"config": cfg.model_dump(mode="json"), "tokens_sha256": text.tokens_sha256}
    with open_run(out):
        claim(out, identity, file=CONFIG_FILE, what="a scan")
        done = out / "records" / SUMMARY_FILE
        if not done.exists():
            write_json(done, _scan(model, families, text, cfg, out, checkpoint_tokens))
        shutil.rmtree(out / "checkpoints", ignore_errors=True)
        return read_object(done, constants=True)


def _scan(
    model: HookedModel,
    families: list[UnitFamily],
    text: TokenSequences,
    cfg: NeuronsConfig,
    out: Path,
    checkpoint_tokens: int,
) -> dict[str, Any]:
    """The pass over the text from where it stopped, and the records; the summary."""
    scan = UnitScan(model, families, cfg.keep)
    start, before = time.monotonic(), _resume(scan, out)
    if before < len(text):
        with stage(out, "scan"):
            _pass(scan, text, cfg, out, checkpoint_tokens)
    seconds = time.monotonic() - start
    with stage(out, "write"):
        cards = write_units(scan, text.tokens, out)
    n = text.tokens.size - before * text.tokens.shape[1]
    return {
        "model": model.cfg.name,
        "tokens": int(text.tokens.size),
        "tokens_per_second": round(n / seconds, 1) if n else 0.0,
        "state_mib": round(scan_bytes([f.n for f in families], cfg.keep) / 2**20, 1),
        "families": [{"name": c.name, "units": c.n_units, "positions": c.policy.n_positions} for c in cards],
    }


def _families(model: HookedModel, cfg: NeuronsConfig) -> list[UnitFamily]:
    layers = range(model.cfg.n_layers) if cfg.layers is None else cfg.layers
    families = unit_families(model, list(layers), cfg.units)
    if cfg.dictionary is not None:
        if cfg.dictionary_layer is None:
            raise PolyheadError("--dictionary needs --dictionary-layer: the layer whose input the dictionary reads")
        families.append(_latents(model, Path(cfg.dictionary), cfg.dictionary_layer, cfg.dictionary_site))
    return families


def _latents(model: HookedModel, folder: Path, layer: int, input_site: str) -> UnitFamily:
    d = load_dictionary(folder)
    W_enc = getattr(d, "W_enc", None)
    if not isinstance(W_enc, torch.Tensor) or not hasattr(d, "encode"):
        raise PolyheadError(f"{folder} holds a {type(d).__name__}, whose code needs more than one site of one layer")
    d_in, n = W_enc.shape
    if d_in != model.cfg.d_model or not 0 <= layer < model.cfg.n_layers:
        raise PolyheadError(
            f"{folder} reads {d_in} numbers at layer {layer}; {model.cfg.name} has width "
            f"{model.cfg.d_model} and layers 0 to {model.cfg.n_layers - 1}"
        )
    provenance = load_artifact(folder).provenance
    trained = provenance.get("layers", [layer])
    if layer not in trained:
        raise PolyheadError(
            f"{folder} was trained on layer {', '.join(map(str, trained))}; layer {layer} was asked for"
        )
    name = str(parse_site(site(layer, input_site), n_layers=model.cfg.n_layers))
    if "reading" in provenance:
        reads = Reading.parse(provenance["reading"], where=str(folder / MANIFEST)).roles.get("x", ())
        if reads and name not in [read.site for read in reads]:
            raise PolyheadError(
                f"{folder} reads {', '.join(read.site for read in reads)}; {name} is another tensor: give "
                f"--dictionary-site {parse_site(reads[0].site).name}"
            )
    assumed = NormFacts.parse(provenance.get("assumes") or {}, where=str(folder / MANIFEST))
    assumed.check(model.norm_facts, dictionary=str(folder), name=model.cfg.name)
    return UnitFamily(f"L{layer}-latents", "latent", layer, n, d, input_site)


def _sequences(model: HookedModel, cfg: NeuronsConfig) -> TokenSequences:
    return model_sequences(model, cfg.text, n_sequences=-(-cfg.n_tokens // cfg.seq_len), seq_len=cfg.seq_len)


def _resume(scan: UnitScan, out: Path) -> int:
    folder = out / "checkpoints"
    state = latest_checkpoint(folder) if (folder / "latest.json").exists() else None
    if state is not None:
        scan.load_state(state)
    return scan.n_sequences


def _pass(scan: UnitScan, text: TokenSequences, cfg: NeuronsConfig, out: Path, checkpoint_tokens: int) -> None:
    every = max(1, checkpoint_tokens // (cfg.sequences_per_batch * cfg.seq_len))
    starts = range(scan.n_sequences, len(text), cfg.sequences_per_batch)
    with (
        stop_signals() as stop,
        progress("scanning units", total=len(text), done=scan.n_sequences, unit="tokens", scale=cfg.seq_len) as bar,
    ):
        for number, first in enumerate(starts, start=1):
            rows = torch.arange(first, min(first + cfg.sequences_per_batch, len(text)))
            tokens, valid = text.rows(rows)
            scan.add(tokens.to(scan.model.device), valid.to(scan.model.device))
            bar.advance(len(rows))
            asked = stop.name  # read once: a signal may come at any moment
            if asked or number % every == 0 or scan.n_sequences == len(text):
                save_checkpoint(out / "checkpoints", scan.n_sequences, scan.state(), keep=1)
            if asked:
                raise stop.stopped(f"after {scan.n_sequences} of {len(text)} sequences ({out} holds them)")


def write_units(scan: UnitScan, tokens: np.ndarray, out: Path) -> list[UnitCard]:
    """Write the records of every family."""
    model = scan.model
    unembed = folded_unembedding(model)
    texts = model.tokenizer.tokens(range(model.cfg.d_vocab))
    cards = []
    with progress("writing units", total=sum(f.n for f in scan.families), unit="units") as bar:
        for family in scan.families:
            made = FamilyPages(scan, family, tokens, texts, unembed)
            folder = out / "records" / family.name
            rows = [made.row(i) for i in range(family.n)]
            columns = pa.Table.from_pylist([row.model_dump() for row in rows])
            write_atomic(folder / "units.parquet", lambda a, c=columns: pq.write_table(c, a, compression="zstd"))
            for start in range(0, family.n, PAGE_SHARD):
                pages = [made.page(i, rows[i]) for i in range(start, min(start + PAGE_SHARD, family.n))]
                text = "[" + ",\n".join(page.json_line() for page in pages) + "]\n"
                path = folder / "pages" / f"{start // PAGE_SHARD:04d}.json"
                write_atomic(path, lambda aside, text=text: aside.write_text(text, encoding="utf-8"))
                bar.advance(len(pages))
            made.card.save(folder / "card.json")
            cards.append(made.card)
    return cards
