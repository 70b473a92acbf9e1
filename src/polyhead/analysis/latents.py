"""Every latent of a dictionary on held-out text: a table row each, and a page each.

Two passes over the batches: numbers and places of examples, then the examples themselves. Nothing kept grows with the
text. Pages come one by one, so that a large dictionary's are never all in memory as records.
Axis legend: i latent, b sequence, p position, d width of the target, v vocabulary.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from polyhead.analysis.family_sums import FamilySums
from polyhead.analysis.latent_examples import Example, PageConfig, SequenceView, Wanted
from polyhead.analysis.latent_sides import LoadingsKind, Sides
from polyhead.analysis.latent_sums import LatentSums
from polyhead.analysis.loading_map import MappedLoadings, map_loadings
from polyhead.analysis.token_families import N_PROMOTED
from polyhead.core.errors import PolyheadError
from polyhead.core.progress import progress
from polyhead.core.protocols import Batch, Codes
from polyhead.core.records import LatentPage, LatentRow, LoadingMap, TokenPolicy
from polyhead.metrics.movement import Moved, move_sequence
from polyhead.metrics.positions import PolicyCount, Positions
from polyhead.ops.participation import participation_ratio

_CHUNK = 256
"""Latents whose products with the unembedding or the other decoder rows are formed at one time."""


@runtime_checkable
class TokenTexts(Protocol):
    """What is needed of a tokenizer."""

    def tokens(self, ids: Sequence[int]) -> list[str]:
        """One piece of text per id."""
        ...


@dataclass(frozen=True)
class LatentAnalysis:
    """Rows are records; pages are made when asked for."""

    rows: list[LatentRow]
    policy: TokenPolicy
    loading_map: LoadingMap
    examples: dict[int, list[Example]]
    """Of every latent that has any, in the order of its page: top ones first."""
    texts: list[str]
    promoted: tuple[Tensor, Tensor]
    """Logits `[i, n]` and token ids of the most promoted, highest first."""
    demoted: tuple[Tensor, Tensor]
    neighbours: tuple[Tensor, Tensor]
    sums: LatentSums
    loadings: LoadingsKind = "trained"
    """What `rows[i].loadings` are."""
    group_names: tuple[str, ...] = ()
    """What `rows[i].group` points into."""
    paired: bool = False
    """Whether a latent is a pair of conditions, one on the query and one on the key."""

    @property
    def n_live(self) -> int:
        """Latents that are active somewhere in the text."""
        return int((self.sums.active > 0).sum())

    def page(self, latent: int) -> LatentPage:
        """Everything about one latent; the lists of a dead one are empty."""
        alive = bool(self.sums.active[latent] > 0)
        return LatentPage(
            row=self.rows[latent],
            examples=[e.record(self.texts) for e in self.examples.get(latent, [])],
            promoted=self.tokens_of(latent, self.promoted) if alive else [],
            demoted=self.tokens_of(latent, self.demoted) if alive else [],
            histogram=self.sums.bins_of(latent),
            neighbours=_pairs(self.neighbours, latent) if alive else [],
        )

    def pages(self) -> Iterator[LatentPage]:
        """All pages in the order of the latents."""
        for latent in range(len(self.rows)):
            yield self.page(latent)

    def tokens_of(self, latent: int, table: tuple[Tensor, Tensor]) -> list[tuple[str, float]]:
        """Text and logit of one latent's promoted or demoted tokens."""
        return [(self.texts[token], value) for token, value in _pairs(table, latent)]


@torch.no_grad()
def analyse_latents(
    dictionary: Any,
    batches: Iterable[Batch],
    *,
    tokenizer: TokenTexts,
    W_U: Float[Tensor, "d v"],
    bos_token_id: int | None,
    sides: Sides | None = None,
    cfg: PageConfig | None = None,
    include_bos: bool = False,
    n_clusters: int = 12,
    seed: int = 0,
    only: Int[Tensor, " m"] | None = None,
) -> LatentAnalysis:
    """Rows, pages, loading map. The batches are gone through twice (`metrics.evaluate.Repeatable` makes them so).

    Args:
        sides: how the dictionary's latents are read; as a multitoken transcoder's where None.
        only: latents that are looked at, which is faster; all others count as never active.

    Raises:
        PolyheadError: the batches can be read only once, or hold no counted position.
    """
    cfg = cfg or PageConfig()
    if iter(batches) is batches:
        raise PolyheadError(
            "latents are analysed in two passes; received an iterator; give Repeatable(source.in_order)"
        )
    texts = tokenizer.tokens(range(W_U.shape[1]))
    passes = _Passes(sides or Sides(dictionary), batches, Positions(bos_token_id, include_bos), cfg, only)
    families = passes.families(W_U, texts)
    sums, policy = passes.first(W_U.shape[1], seed, families)
    if sums.n == 0:
        raise PolyheadError("no position was counted: every one was padding or BOS; give longer held-out text")
    living = (sums.active > 0).nonzero()[:, 0]
    examples = passes.second(_wanted(sums, living.tolist(), cfg), policy.n_sequences)
    rows, (kind, loadings) = passes.output_rows(sums.n_latents), passes.any_loadings(sums.n_latents, examples)
    group_names, groups = passes.sides.groups(sums.n_latents)
    promoted, demoted = logit_effects(rows, W_U.float().cpu(), living, cfg.n_promoted)
    mapped = map_loadings(loadings, sums.active > 0, n_clusters=n_clusters, seed=seed)
    return LatentAnalysis(
        rows=_rows(sums, loadings, mapped, groups.tolist(), texts, promoted, families),
        policy=policy,
        loading_map=mapped.record,
        examples=examples,
        texts=texts,
        promoted=promoted,
        demoted=demoted,
        neighbours=nearest_rows(rows, living, cfg.n_neighbours),
        sums=sums,
        loadings=kind,
        group_names=tuple(group_names),
        paired=passes.sides.paired,
    )


class _Passes:
    """The two readings of the text."""

    def __init__(
        self, sides: Sides, batches: Iterable[Batch], positions: Positions, cfg: PageConfig, only: Tensor | None
    ) -> None:
        self.sides, self.batches, self.positions, self.cfg, self.only = sides, batches, positions, cfg, only
        self.loadings = sides.loadings()
        self._rows: Tensor | None = None

    def output_rows(self, n_latents: int) -> Float[Tensor, "i d"]:
        """What each latent writes into the stream; zeros, of width 0, where it writes nothing there."""
        if self._rows is None:
            rows = self.sides.output_rows(n_latents)
            self._rows = torch.zeros(n_latents, 0) if rows is None else rows
        return self._rows

    def families(self, W_U: Float[Tensor, "d v"], texts: list[str]) -> FamilySums | None:
        """Empty sums of families; None where patterns do not move the latents by loadings."""
        if not self.sides.identity or self.loadings is None:
            return None
        n = len(self.loadings)
        rows = self.output_rows(n)
        looked_at = torch.arange(n) if self.only is None else self.only
        promoted = logit_effects(rows, W_U.float().cpu(), looked_at, N_PROMOTED)[0][1] if rows.shape[1] else None
        return FamilySums(self.loadings, texts, promoted)

    def first(self, d_vocab: int, seed: int, families: FamilySums | None) -> tuple[LatentSums, TokenPolicy]:
        """Numbers, and the places of examples."""
        sums, weight = None, torch.zeros(0)
        count = PolicyCount(self.positions)
        for batch, codes in self._coded():
            if sums is None:
                sums = LatentSums(codes.n_latents, d_vocab, self.cfg.n_top, self.cfg.n_sample, seed)
                rows = self.output_rows(codes.n_latents)
                weight = rows.double().square().sum(-1) if rows.shape[1] else torch.ones(len(rows)).double()
            counted = self.positions.counted(batch)
            count.update(batch)
            sums.add_codes(codes, batch["tokens"], counted)
            if families is not None and (pattern := self.sides.movement(batch)) is not None:
                families.add(codes.values, codes.indices, pattern, batch["tokens"], batch["valid"])
            keys = self._chosen(self.sides.on_keys(batch)) if self.sides.paired else None
            for b in range(len(counted)):
                sequence = count.n_sequences - len(counted) + b
                sums.add_moved(self._moved(batch, codes, b), weight, counted[b], sequence)
                if keys is not None:
                    sums.add_keys(placed(keys.values[b], keys.indices[b]), batch["tokens"][b], counted[b], sequence)
        if sums is None:
            raise PolyheadError("no position was counted: there was no batch; give longer held-out text")
        return sums, count.policy()

    def _moved(self, batch: Batch, codes: Codes, b: int) -> Moved:
        """What arrives at every destination; of a method that does not move by loadings, its code where it fires."""
        pattern = self.sides.movement(batch)
        if pattern is not None and self.loadings is not None:
            return move_sequence(codes.values[b], codes.indices[b], pattern[b], self.loadings)
        return placed(codes.values[b].float(), codes.indices[b])

    def second(self, wanted: dict[int, list[Wanted]], n_sequences: int) -> dict[int, list[Example]]:
        """The examples, by latent."""
        found: dict[int, list[Example]] = {}
        index = 0
        with progress("looking for examples", total=n_sequences, unit="sequences") as bar:
            for batch, codes in self._coded():
                present = self.positions.present(batch).sum(-1)
                for b in range(len(present)):
                    here = wanted.get(index, [])
                    if here:
                        view = self._view(batch, codes, b, index, int(present[b]), here)
                        for one in here:
                            found.setdefault(one.latent, []).append(view.example(one, self.cfg))
                    index += 1
                bar.advance(len(present))
        for examples in found.values():
            examples.sort(key=lambda e: e.wanted.order)
        return found

    def _coded(self) -> Iterator[tuple[Batch, Codes]]:
        for batch in self.batches:
            codes = self.sides.dictionary.codes(batch)
            codes = codes._replace(values=codes.values.cpu(), indices=codes.indices.cpu())
            yield {k: v.cpu() for k, v in batch.items()}, self._chosen(codes)

    def _chosen(self, codes: Codes) -> Codes:
        if self.only is None:
            return codes
        return codes._replace(values=codes.values * torch.isin(codes.indices, self.only))

    def _view(self, batch: Batch, codes: Codes, b: int, index: int, n_present: int, here: list[Wanted]) -> SequenceView:
        pattern = self.sides.movement(batch)
        about = {"index": index, "tokens": batch["tokens"][b].numpy(), "n_present": n_present}
        if pattern is None or self.loadings is None:
            latents = torch.tensor(sorted({one.latent for one in here}))
            seen = self.sides.seen(batch, b, latents)
            arcs = None if seen.arcs is None else seen.arcs.numpy()
            f, z = seen.key_side.numpy(), seen.query_side.numpy()
            return SequenceView(**about, latents=latents.numpy(), f=f, z=z, arcs=arcs)
        values, indices = codes.values[b].float(), codes.indices[b]
        moved = move_sequence(values, indices, pattern[b].float(), self.loadings)
        f = placed(values, indices).z
        loadings = self.loadings[moved.latents].numpy()
        return SequenceView(
            **about,
            latents=moved.latents.numpy(),
            f=f.numpy(),
            z=moved.z.numpy(),
            pattern=pattern[b].float().numpy(),
            loadings=loadings,
        )

    def any_loadings(
        self, n_latents: int, examples: dict[int, list[Example]]
    ) -> tuple[LoadingsKind, Float[Tensor, "i h"]]:
        """The loadings; where a method has none, each head's share of what its examples' arcs bring, identity last."""
        if self.loadings is not None:
            return self.sides.loadings_kind(self.loadings.shape[1]), self.loadings
        widths = {e.arc_heads.shape[1] for some in examples.values() for e in some if len(e.arcs)}
        shares = torch.zeros(n_latents, max(widths, default=1))
        for latent, some in examples.items():
            for example in some:
                if len(example.arcs):
                    shares[latent] += torch.from_numpy(np.abs(example.arc_heads).sum(0))
        kind = "measured" if shares.shape[1] > 2 else "none"  # one attention of its own, and the identity
        return kind, shares / shares.norm(dim=-1, keepdim=True).clamp_min(1e-12)


def placed(values: Float[Tensor, "p k"], indices: Int[Tensor, "p k"]) -> Moved:
    """A sparse code of one sequence as `[n, p]`, for the latents active in it; nothing is moved."""
    active = values != 0
    latents, row = torch.unique(indices[active], return_inverse=True)
    position = torch.arange(len(values))[:, None].expand_as(indices)[active]
    z = values.new_zeros(len(latents), len(values))
    z[row, position] = values[active]
    return Moved(latents, z)


def _wanted(sums: LatentSums, living: list[int], cfg: PageConfig) -> dict[int, list[Wanted]]:
    """Which examples to make in which sequence."""
    wanted: dict[int, list[Wanted]] = {}
    for latent in living:
        top = sums.top.of(latent)
        for order, (_, sequence, position) in enumerate(top):
            wanted.setdefault(sequence, []).append(Wanted(latent, position, "top", None, order))
        shown = {sequence for _, sequence, _ in top}
        sample = sorted(sums.sample.of(latent))
        order = len(top)
        for quantile in cfg.quantiles:
            if not sample:
                break
            _, sequence, position = sample[round(quantile * (len(sample) - 1))]
            if sequence not in shown:
                shown.add(sequence)
                wanted.setdefault(sequence, []).append(Wanted(latent, position, "quantile", quantile, order))
                order += 1
        for later, (_, sequence, position) in enumerate(sums.key_top.of(latent)):
            wanted.setdefault(sequence, []).append(Wanted(latent, position, "top", None, order + later, "key"))
    return wanted


def _rows(
    sums: LatentSums,
    loadings: Tensor,
    mapped: MappedLoadings,
    groups: list[int],
    texts: list[str],
    promoted: tuple[Tensor, Tensor],
    families: FamilySums | None,
) -> list[LatentRow]:
    n_top = 5
    named = [("", 0.0, None)] * sums.n_latents if families is None else families.named()
    density = (sums.active.double() / max(1, sums.n)).tolist()
    share = (sums.energy / sums.energy.sum().clamp_min(1e-300)).tolist()
    heads = participation_ratio(loadings.double()).nan_to_num(0.0).tolist()
    identity = (loadings[:, -1].square() / loadings.square().sum(-1).clamp_min(1e-30)).tolist()
    main, sources = loadings.abs().argmax(-1).tolist(), sums.token_mass.top(n_top)
    keys = sums.key_mass.top(n_top)
    plain, highest = np.round(loadings.numpy().astype(np.float64), 4).tolist(), sums.highest.tolist()
    xy, cluster = mapped.xy.double().numpy().round(4).tolist(), mapped.cluster.tolist()
    ids, alive = promoted[1][:, :n_top].tolist(), (sums.active > 0).tolist()
    return [
        LatentRow(
            latent=i,
            density=density[i],
            energy_share=share[i],
            max_activation=highest[i],
            effective_heads=heads[i],
            identity_share=identity[i],
            main_head=main[i],
            loadings=plain[i],
            map_x=xy[i][0],
            map_y=xy[i][1],
            cluster=cluster[i],
            top_source_tokens=[texts[t] for t in sources.get(i, [])],
            top_promoted=[texts[t] for t in ids[i]] if alive[i] else [],
            top_key_tokens=[texts[t] for t in keys.get(i, [])],
            group=groups[i],
            family=named[i][0],
            family_share=named[i][1],
            distance=named[i][2],
        )
        for i in range(sums.n_latents)
    ]


def logit_effects(
    W_dec: Float[Tensor, "i d_out"], W_U: Float[Tensor, "d_model v"], living: Int[Tensor, " m"], n: int
) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Logits and ids of the `n` tokens that each living latent's decoder row raises and lowers most, `[i, n]` each.

    Logits are about their mean over the vocabulary, which the softmax does not see.
    """
    if W_dec.shape[1] == 0:
        none = torch.zeros(len(W_dec), 0), torch.zeros(len(W_dec), 0, dtype=torch.int64)
        return none, none
    if W_dec.shape[1] != W_U.shape[0]:
        raise PolyheadError(f"the dictionary writes {W_dec.shape[1]} numbers; the unembedding reads {W_U.shape[0]}")
    n = min(n, W_U.shape[1])
    W_U = W_U - W_U.mean(-1, keepdim=True)
    up = torch.zeros(len(W_dec), n), torch.zeros(len(W_dec), n, dtype=torch.int64)
    down = torch.zeros(len(W_dec), n), torch.zeros(len(W_dec), n, dtype=torch.int64)
    for rows in living.split(_CHUNK):
        logits = W_dec[rows] @ W_U
        for table, largest in ((up, True), (down, False)):
            table[0][rows], table[1][rows] = logits.topk(n, largest=largest)
    return up, down


def nearest_rows(W_dec: Float[Tensor, "i d"], living: Int[Tensor, " m"], n: int) -> tuple[Tensor, Tensor]:
    """Cosines and ids of the living latents nearest to each living one by decoder row, `[i, n]`; never itself."""
    unit = W_dec / W_dec.norm(dim=-1, keepdim=True).clamp_min(1e-12)
    n = 0 if W_dec.shape[1] == 0 else n
    n = max(0, min(n, len(living) - 1))
    cosine, ids = torch.zeros(len(W_dec), n), torch.zeros(len(W_dec), n, dtype=torch.int64)
    among = unit[living]
    for start in range(0, len(living), _CHUNK):
        rows = living[start : start + _CHUNK]
        near = unit[rows] @ among.T
        near[torch.arange(len(rows)), start + torch.arange(len(rows))] = -2.0
        value, place = near.topk(n)
        cosine[rows], ids[rows] = value, living[place]
    return cosine, ids


def _pairs(table: tuple[Tensor, Tensor], latent: int) -> list[tuple[int, float]]:
    values, ids = table
    return [(t, round(v, 4)) for t, v in zip(ids[latent].tolist(), values[latent].tolist(), strict=True)]
