"""What heads do: rows of real text classified, and one head ablated on prompts. A folder each.

OUT/rows.npz        state of the scan; a killed scan resumes from it
OUT/rows.json       RowsRecord, written when the scan is through
OUT/ablation.json   AblationRecord
"""

import time
from collections.abc import Sequence
from pathlib import Path

from pydantic import Field

from polyhead.activations.model_text import model_sequences
from polyhead.analysis.heads.ablation import HeadAblator, Where
from polyhead.analysis.heads.prompts import Prompts, make_prompts, read_templates
from polyhead.analysis.heads.row_record import rows_record
from polyhead.analysis.heads.rows import RowsConfig, check_heads, scan_rows
from polyhead.analysis.heads.rule_file import read_rules
from polyhead.analysis.heads.rules import Vocabulary, rule_book
from polyhead.core.config import Config
from polyhead.core.errors import PolyheadError
from polyhead.core.head_names import Head
from polyhead.core.head_records import AblationRecord, Effect, RowsRecord, rank_by
from polyhead.interventions.rows import KINDS, HeadAblation
from polyhead.models.hooked import HookedModel
from polyhead.models.load import load_model

ROWS, STATE, ABLATION = "rows.json", "rows.npz", "ablation.json"


class ClassifyConfig(Config):
    """What is scanned."""

    model: str
    text: str = "bundled"
    heads: tuple[Head, ...] | None = None
    """All of them if None."""
    rules: Path | None = None
    """A rule file; the built-in rules if None."""
    n_tokens: int = Field(default=262_144, ge=1)
    seq_len: int = Field(default=256, ge=2)
    destinations: tuple[str, ...] = ()
    """Texts of destination tokens that get a distribution of their own besides the commonest."""
    rows: RowsConfig = RowsConfig()


def run_classify(cfg: ClassifyConfig, out: Path | None = None, *, model: HookedModel | None = None) -> RowsRecord:
    """Classify rows; with `out`, resumable and saved there; `model` is `cfg.model` where it is loaded already.

    Raises:
        PolyheadError: model, text or rules not found or not usable, a head or destination token there is none of.
    """
    model = load_model(cfg.model) if model is None else model
    vocabulary = Vocabulary.of(model)
    book = rule_book() if cfg.rules is None else read_rules(cfg.rules)
    heads = None if cfg.heads is None else check_heads(model, cfg.heads)
    n = -(-cfg.n_tokens // cfg.seq_len)
    text = model_sequences(model, cfg.text, n_sequences=n, seq_len=cfg.seq_len, whole=True)
    wanted = tuple(_token(vocabulary, t) for t in cfg.destinations)
    rows = cfg.rows.replace(destinations=(*cfg.rows.destinations, *wanted))
    start = time.monotonic()
    state = None if out is None else out / STATE
    scan = scan_rows(model, text, book, rows, heads=heads, state=state, vocabulary=vocabulary)
    record = rows_record(
        scan,
        text,
        book,
        model=model.cfg.name,
        texts=vocabulary.texts,
        text={"origin": cfg.text, "sha256": text.sha256, "seq_len": text.tokens.shape[1]},
        threshold=rows.threshold,
        seconds=round(time.monotonic() - start, 1),
    )
    if out is not None:
        record.save(out / ROWS)
    return record


def _token(vocabulary: Vocabulary, text: str) -> int:
    if text not in vocabulary.texts:
        raise PolyheadError(f"destination {text!r} is not a token of this model; leading spaces count")
    return vocabulary.texts.index(text)


class AblateConfig(Config):
    """Which head is ablated on what."""

    model: str
    head: Head
    templates: str = "induction"
    """A shipped set, or a file."""
    text: str = "bundled"
    """Reference text of means and resampling."""
    n_prompts: int | None = Field(default=None, ge=1)
    position: int | None = Field(default=0, ge=0)
    """Tokens after the position that is ablated; None: where the sweep falls most."""
    ranks: bool = True
    sweep: bool = True
    seed: int = 0


def run_ablate(cfg: AblateConfig, out: Path | None = None, *, model: HookedModel | None = None) -> AblationRecord:
    """Ablate one head on one template set, every way there is; save with `out`; `model` is `cfg.model`, if loaded.

    Raises:
        PolyheadError: model, head or templates not found, a template whose answer is not one token, a model
            without BOS, reference text shorter than a prompt, a position that no prompt has.
    """
    start = time.monotonic()
    model = load_model(cfg.model) if model is None else model
    ((layer, head),) = check_heads(model, [cfg.head])
    templates = read_templates(cfg.templates)
    prompts = make_prompts(model, templates, n=cfg.n_prompts, seed=cfg.seed)
    width = prompts.tokens.shape[1]
    if (cfg.position or 0) > width - 2:
        raise PolyheadError(f"--position {cfg.position}; the longest prompt has 0 to {width - 2} after its BOS")
    reference = model_sequences(model, cfg.text, n_sequences=64, seq_len=width, whole=True)
    ablator = HeadAblator(model, prompts, reference, seed=cfg.seed)
    clean = ablator.clean()
    sweep = ablator.sweep(layer, head, clean) if cfg.sweep or cfg.position is None else []
    position = cfg.position
    if position is None:
        position = max(sweep, key=lambda p: sum(p.drop) / max(1, len(p.drop))).back
    ranks = ablator.ranks(clean, position) if cfg.ranks else []
    record = AblationRecord(
        model=model.cfg.name,
        layer=layer,
        head=head,
        templates=templates.name,
        about=templates.about,
        n_prompts=len(prompts),
        dropped=prompts.dropped,
        examples=list(zip(prompts.texts[:6], prompts.answer_texts[:6], strict=True)),
        position=position,
        clean=clean,
        effects=ablated_effects(ablator, layer, head, position),
        sweep=sweep,
        ranks=ranks,
        rank=next((i for i, r in enumerate(ranks, start=1) if (r.layer, r.head) == (layer, head)), 0),
        rank_by=rank_by(ranks, layer, head),
        notes=ablation_notes(model, prompts, clean, layer),
        seconds=round(time.monotonic() - start, 1),
    )
    if out is not None:
        record.save(out / ABLATION)
    return record


def ablated_effects(ablator: HeadAblator, layer: int, head: int, position: int) -> list[Effect]:
    """The head ablated in every way, all heads of its layer, and the hydra check."""
    everywhere: Sequence[Where] = (position, "all")
    out = [ablator.effect(HeadAblation(layer, (head,), kind), w) for w in everywhere for kind in KINDS]  # pyright: ignore
    cfg = ablator.model.cfg
    heads = tuple(range(cfg.n_heads))
    out.append(ablator.effect(HeadAblation(layer, heads), position, label=f"bos-row, all heads of layer {layer}"))
    every = [HeadAblation(i, heads) for i in range(cfg.n_layers)]
    out.append(ablator.effect(every, position, label="bos-row, all heads of all layers"))
    if layer < cfg.n_layers - 1:
        for where in everywhere:
            label = f"bos-row, {'all positions' if where == 'all' else 'this position'}, later patterns frozen"
            out.append(ablator.effect(HeadAblation(layer, (head,)), where, frozen=True, label=label))
    return out


def ablation_notes(model: HookedModel, prompts: Prompts, clean: Effect, layer: int) -> list[str]:
    """What limits the numbers of this head on these prompts."""
    notes = []
    if clean.top1_rate < 0.9:
        notes.append(
            f"The clean model answers {clean.top1_rate:.0%} of the prompts; below 90 % they test little of a head."
        )
    if prompts.dropped:
        notes.append("Left out: " + "; ".join(f"{n} prompts ({reason})" for reason, n in prompts.dropped.items()) + ".")
    if layer == model.cfg.n_layers - 1:
        notes.append("The head is in the last layer: no later pattern can react, and only the last position matters.")
    return notes
