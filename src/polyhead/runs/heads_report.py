"""`polyhead heads report MODEL`: everything about the heads of one model in one folder, and its pages.

Every stage is skipped when its record is there, and resumes inside where it can (rows, units), so a killed report is
finished by the same command:

OUT/heads.json                     HeadsReportConfig and the hash of the tokens: what the folder belongs to
OUT/records/rows.json              all rows classified, proposals           (runs/heads.py)
OUT/records/head_table.json        HeadTable
OUT/records/windows/L3H5.json      HeadWindows;  scores.json: scores over the windows' sequences
OUT/records/ablations/SET/         ranks.jsonl: every head ablated;  L3H5.json: AblationRecord of chosen heads
OUT/records/splits/                SplitHead, by rules and by clusters      (runs/compare_heads.py)
OUT/records/between/               pairs, preferences, copying                     (runs/compare_heads.py)
OUT/records/units/                 neurons and heads                        (runs/neurons.py)
OUT/records/weights/               ordered matrices                         (runs/weights.py)
OUT/records/overview.json          HeadsOverview, made from scratch each time
OUT/pages/index.html               the pages
"""

from pathlib import Path

import torch
from pydantic import Field

from polyhead.activations.model_text import model_sequences
from polyhead.activations.tokens import TokenSequences
from polyhead.analysis.head_table import head_table, newline_tokens
from polyhead.analysis.heads.ablation import HeadAblator
from polyhead.analysis.heads.prompts import Prompts, make_prompts, read_templates, shipped_sets
from polyhead.analysis.heads.rows import Head, RowsConfig
from polyhead.analysis.heads.rules import Vocabulary, rule_book
from polyhead.analysis.heads.windows import SCORES, WindowsConfig, head_windows, scan_windows
from polyhead.core.config import Config
from polyhead.core.errors import PolyheadError
from polyhead.core.files import write_json
from polyhead.core.head_records import AblationRecord, HeadRank, RowsRecord, rank_by
from polyhead.core.records import load_lines, save_lines
from polyhead.core.run_folder import claim, open_run, stage
from polyhead.models.hooked import HookedModel
from polyhead.models.load import load_model
from polyhead.runs.compare_heads import run_compare, run_split
from polyhead.runs.heads import ClassifyConfig, ablated_effects, ablation_notes, run_classify
from polyhead.runs.heads_overview import dictionary_links, write_overview
from polyhead.runs.neurons import NeuronsConfig, run_neurons
from polyhead.runs.weights import WeightsConfig, run_weights

CONFIG = "heads.json"
_LARGE = 100
"""Heads from which a model is large: fewer tokens and prompts by default."""
_LEAST_PROMPTS = 4
_N_SHARED = 2
_LEAST_ANSWERED = 0.3
"""Top-1 rate of the clean model under which a template set says nothing about its heads."""
_LONGEST_REPEAT = 64


class HeadsReportConfig(Config):
    """What a report holds. None: chosen by the size of the model."""

    model: str
    text: str = "bundled"
    n_tokens: int | None = Field(default=None, ge=1)
    """For rows and units: 65,536; 32,768 for models of 100 heads or more; an eighth with `quick`."""
    seq_len: int = Field(default=256, ge=16)
    n_deep: int = Field(default=4, ge=1)
    """Heads of widest mix that are ablated and split, besides those that the template sets need most."""
    n_prompts: int | None = Field(default=None, ge=1)
    """Of each template set: its own number; 12 for large models and with `quick`."""
    seed: int = 0
    quick: bool = False


class _Sizes(Config):
    n_tokens: int
    n_prompts: int | None
    n_sequences: int
    """For pairs, splits, windows and scores."""
    weights_layers: int
    large: bool


def _sizes(cfg: HeadsReportConfig, model: HookedModel) -> _Sizes:
    large = model.cfg.n_layers * model.cfg.n_heads >= _LARGE
    n_tokens = cfg.n_tokens or (32_768 if large else 65_536) // (8 if cfg.quick else 1)
    return _Sizes(
        n_tokens=n_tokens,
        n_prompts=cfg.n_prompts or (12 if large or cfg.quick else None),
        n_sequences=min(8 if cfg.quick else 32 if large else 64, max(1, n_tokens // cfg.seq_len)),
        weights_layers=1 if cfg.quick else 2,
        large=large,
    )


def run_heads_report(cfg: HeadsReportConfig, out: Path, *, run: Path | None = None) -> Path:
    """Run what is missing, write the overview and the pages; returns their index.html.

    Args:
        run: a run folder of dictionaries of the same model, whose head loadings are shown and whose pages are linked.

    Raises:
        PolyheadError: model or text not found, text shorter than a window, a folder of another report, a run that
            has no pages or is of another model.
    """
    from polyhead.reports.heads import write_heads_pages

    model = load_model(cfg.model)
    if run is not None:
        dictionary_links(run, model, out / "pages")  # refused now, not after minutes of scanning
    cfg = cfg.replace(seq_len=min(cfg.seq_len, model.cfg.n_ctx))
    sizes = _sizes(cfg, model)
    n = -(-sizes.n_tokens // cfg.seq_len)
    text = model_sequences(model, cfg.text, n_sequences=n, seq_len=cfg.seq_len, whole=True)
    identity = {"config": cfg.model_dump(mode="json"), "tokens_sha256": text.tokens_sha256}
    with open_run(out):
        claim(out, identity, file=CONFIG, what="a heads report", only_if_empty=True)
        stages = _Stages(cfg, sizes, model, text, out)
        for name in ("rows", "table", "windows", "between", "ablated", "splits", "units", "weights"):
            getattr(stages, name)()
        with stage(out, "overview"):
            write_overview(cfg.model_dump(mode="json"), model, text, out, stages.notes, run)
        with stage(out, "pages"):
            return write_heads_pages(out / "records", out / "pages")


class _Stages:
    """The stages of one report, in their order."""

    def __init__(
        self, cfg: HeadsReportConfig, sizes: _Sizes, model: HookedModel, text: TokenSequences, out: Path
    ) -> None:
        self.cfg, self.sizes, self.model, self.text, self.out = cfg, sizes, model, text, out
        self.records = out / "records"
        self.notes: list[str] = []

    def rows(self) -> None:
        """All rows of all heads."""
        if (self.records / "rows.json").exists():
            return
        with stage(self.out, "rows"):
            run_classify(
                ClassifyConfig(
                    model=self.cfg.model,
                    text=self.cfg.text,
                    n_tokens=self.sizes.n_tokens,
                    seq_len=self.cfg.seq_len,
                    rows=RowsConfig(seed=self.cfg.seed),
                ),
                self.records,
            )

    def table(self) -> None:
        """Scores on natural and repeated text."""
        path = self.records / "head_table.json"
        if path.exists():
            return
        with stage(self.out, "head table"):
            n = self.sizes.n_sequences
            longest = min(_LONGEST_REPEAT, (self.cfg.seq_len - 1) // 2)
            tokens, valid = self.text.rows(torch.arange(min(n, len(self.text))))
            head_table(
                self.model,
                tokens,
                valid=valid,
                newline=newline_tokens(self.model.tokenizer, self.model.cfg.d_vocab),
                n_repeats=n,
                period=(min(8, longest), longest),
                seed=self.cfg.seed,
            ).save(path)

    def windows(self) -> None:
        """Windows of every head; `scores.json` is written last."""
        folder = self.records / "windows"
        if (folder / "scores.json").exists():
            return
        with stage(self.out, "windows"):
            wide = WindowsConfig(
                n_sequences=max(16, self.sizes.n_sequences),
                per_interval=1 if self.sizes.large else 2,
                in_top=3 if self.sizes.large else 4,
                seed=self.cfg.seed,
            )
            scan = scan_windows(self.model, self.text, wide)
            for head in head_windows(self.model, self.text, scan, rule_book(), Vocabulary.of(self.model), wide):
                head.save(folder / f"{head.name}.json")
            write_json(folder / "scores.json", {"names": list(SCORES), "values": scan.scores.tolist()})

    def between(self) -> None:
        """All pairs of heads and the search; `copying.json` is written last."""
        folder = self.records / "between"
        if (folder / "copying.json").exists():
            return
        with stage(self.out, "between heads"):
            n = max(8, self.sizes.n_sequences // 2)
            run_compare(self.cfg.model, folder, text=self.cfg.text, n_sequences=n, seq_len=self._short)

    @property
    def _short(self) -> int:
        return min(128, self.cfg.seq_len)

    def ablated(self) -> None:
        """Every head ablated on every template set that fits, then the chosen heads ablated every way."""
        ablators: dict[str, HeadAblator] = {}
        for name in shipped_sets():
            try:
                prompts = make_prompts(self.model, read_templates(name), n=self.sizes.n_prompts, seed=self.cfg.seed)
                if len(prompts) < _LEAST_PROMPTS:
                    raise PolyheadError(f"{len(prompts)} prompts with an answer of one token")
                ablator = self._ablator(prompts)
                answered = ablator.clean().top1_rate
                if answered < _LEAST_ANSWERED:
                    raise PolyheadError(f"the model answers {answered:.0%} of {len(prompts)} prompts")
                ablators[name] = ablator
            except PolyheadError as error:
                self.notes.append(f"Template set {name} was left out: {error}.")
        folder = self.records / "ablations"
        ranks = {name: self._ranks(ablator, folder / name, name) for name, ablator in ablators.items()}
        for name, ablator in ablators.items():
            for layer, head in self._deep_heads(list(ranks.values())):
                self._ablate(ablator, folder / name, name, ranks[name], layer, head)

    def _ablator(self, prompts: Prompts) -> HeadAblator:
        width = prompts.tokens.shape[1]
        text = model_sequences(self.model, self.cfg.text, n_sequences=64, seq_len=width, whole=True)
        return HeadAblator(self.model, prompts, text, seed=self.cfg.seed)

    def _ranks(self, ablator: HeadAblator, folder: Path, name: str) -> list[HeadRank]:
        path = folder / "ranks.jsonl"
        if not path.exists():
            with stage(self.out, f"ablated: {name}, all heads"):
                save_lines(path, ablator.ranks(ablator.clean()))
        return list(load_lines(path, HeadRank))

    def _deep_heads(self, ranks: list[list[HeadRank]]) -> list[Head]:
        """Heads of widest mix, the one each template set needs most, and the two that a second set needs most."""
        rows = RowsRecord.load(self.records / "rows.json")
        order = sorted(rows.heads, key=lambda h: -h.mass_entropy)[: self.cfg.n_deep]
        chosen = {(h.layer, h.head) for h in order} | {(r[0].layer, r[0].head) for r in ranks}
        drops: dict[Head, list[float]] = {}
        for r in (x for one in ranks for x in one):
            drops.setdefault((r.layer, r.head), []).append(r.drop)
        second = sorted((-sorted(v)[-2], head) for head, v in drops.items() if len(v) > 1)
        return sorted(chosen | {head for _, head in second[:_N_SHARED]})

    def _ablate(
        self, ablator: HeadAblator, folder: Path, name: str, ranks: list[HeadRank], layer: int, head: int
    ) -> None:
        path = folder / f"L{layer}H{head}.json"
        if path.exists():
            return
        label = f"ablated: {name}, L{layer}H{head}"
        with stage(self.out, label):
            prompts, templates = ablator.prompts, read_templates(name)
            clean = ablator.clean()
            AblationRecord(
                model=self.model.cfg.name,
                layer=layer,
                head=head,
                templates=name,
                about=templates.about,
                n_prompts=len(prompts),
                dropped=prompts.dropped,
                examples=list(zip(prompts.texts[:6], prompts.answer_texts[:6], strict=True)),
                position=0,
                clean=clean,
                effects=ablated_effects(ablator, layer, head, 0),
                sweep=ablator.sweep(layer, head, clean, most=12 if self.cfg.quick else 24),
                ranks=ranks,
                rank=next(i for i, r in enumerate(ranks, start=1) if (r.layer, r.head) == (layer, head)),
                rank_by=rank_by(ranks, layer, head),
                notes=ablation_notes(self.model, prompts, clean, layer),
                seconds=0.0,
            ).save(path)

    def splits(self) -> None:
        """The chosen heads in parts."""
        folder = self.records / "splits"
        sets = sorted((self.records / "ablations").glob("*/ranks.jsonl"))
        ranks = [list(load_lines(path, HeadRank)) for path in sets]
        for layer, head in self._deep_heads(ranks):
            if (folder / f"split-L{layer}H{head}-clusters.json").exists():
                continue
            with stage(self.out, f"split L{layer}H{head}"):
                n = max(4, self.sizes.n_sequences // 4)
                run_split(
                    self.cfg.model, [(layer, head)], folder, text=self.cfg.text, n_sequences=n, seq_len=self._short
                )

    def units(self) -> None:
        """Every head, and every neuron where there are MLPs."""
        folder = self.records / "units"
        if self.model.cfg.attn_only:
            self.notes.append(f"{self.model.cfg.name} is attention-only: it has no MLPs, so there are no neurons.")
        if (folder / "records" / "summary.json").exists():
            return
        with stage(self.out, "units"):
            run_neurons(
                NeuronsConfig(
                    model=self.cfg.model,
                    text=self.cfg.text,
                    units=("heads",) if self.model.cfg.attn_only else ("neurons", "heads"),
                    n_tokens=self.sizes.n_tokens,
                    seq_len=self.cfg.seq_len,
                ),
                folder,
            )

    def weights(self) -> None:
        """Ordered matrices of a few layers: W_out where there are MLPs, W_O of the heads elsewhere."""
        matrix = "W_O" if self.model.cfg.attn_only else "W_out"
        last = self.model.cfg.n_layers - 1
        layers = sorted({0, last})[: self.sizes.weights_layers]
        for layer in layers:
            if (self.records / "weights" / f"L{layer}-{matrix}.json").exists():
                continue
            with stage(self.out, f"weights L{layer}"):
                draws = 5 if self.cfg.quick else 20
                run_weights(
                    WeightsConfig(model=self.cfg.model, matrix=matrix, layer=layer, n_draws=draws),
                    self.records / "weights",
                )
