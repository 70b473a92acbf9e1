"""What latents do with positions, by rule: how much of what a latent moves goes along which relation of two tokens.

For latents that patterns move by loadings, the mass of latent i along relation R (source s, destination t) is
    mass_R[i] = sum over t, s in R of  sum_h |L[i, h]| A_h[t, s] f[s, i]
(`family_sums`) and its share is mass_R / mass_all. A share of attention that rests on a relation by chance is the same
sum with f = 1, so `lift` = share / base says what the latent adds to its heads. The relations overlap (a previous token
may repeat), and describe positions alone: what a latent *means* is not asked here.
Axis legend: b sequence, t destination (query), s source (key), h head, i latent.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
import torch
from jaxtyping import Float, Int
from torch import Tensor

from polyhead.activations.harvest import harvest_batch
from polyhead.activations.model_text import model_sequences
from polyhead.analysis.family_sums import ALL_FAMILIES, FamilySums
from polyhead.analysis.latent_sides import Sides
from polyhead.analysis.token_families import N_PROMOTED
from polyhead.core.errors import PolyheadError, nearest
from polyhead.core.head_names import head_name
from polyhead.core.protocols import Batch, Moves
from polyhead.dictionaries.encoder import unpack
from polyhead.dictionaries.origin import reading_of_dictionary
from polyhead.models.base_layer import base_layer
from polyhead.models.hooked import HookedModel
from polyhead.models.load import load_model
from polyhead.models.unembedding import folded_unembedding


@torch.no_grad()
def families(
    dictionary: Any,
    model: HookedModel | None = None,
    *,
    latents: Sequence[int] | None = None,
    text: str = "bundled",
    n_sequences: int = 64,
    seq_len: int = 128,
) -> pd.DataFrame:
    """Shares of what each latent moves, by relation of source and destination.

    Args:
        dictionary: Of one layer, whose latents patterns move by loadings; loaded from a folder.
        model: The model it was trained on; loaded by its name if not given.
        latents: Which; all of them by default.
        text: `bundled`, a file, or a folder of files.
        n_sequences: Sequences of text.
        seq_len: Tokens per sequence.

    Returns:
        One row per latent: tokens (at which it fires), a share per family, family (the relation of the largest share
        among those of at least .3, the narrowest first; without one, the kind of source of the largest share of at
        least .5), lift of a relation over its heads' own attention, distance (tokens from destination back to
        source, mean over what patterns move).

    Raises:
        PolyheadError: a dictionary that moves nothing by loadings, or says neither model nor sites; text as in
            `model_sequences`.
    """
    model, sides = _prepared(dictionary, model)
    loadings = _loadings(sides)
    chosen = _checked(range(len(loadings)) if latents is None else latents, len(loadings))
    promoted = None
    if (out := sides.output_rows(len(loadings))) is not None:
        promoted = torch.zeros(len(loadings), N_PROMOTED, dtype=torch.int64)
        promoted[chosen] = _promoted(out[chosen], model, N_PROMOTED)
    sums = FamilySums(loadings, _vocabulary(model), promoted)
    for batch in _batches(dictionary, model, text, n_sequences, seq_len):
        codes, pattern = dictionary.codes(batch), _movement(sides, batch)
        seen = (codes.values, codes.indices, pattern, batch["tokens"], batch["valid"])
        sums.add(*(tensor.cpu() for tensor in seen))
    return sums.table().loc[chosen.tolist()].rename_axis("latent")


def find(
    dictionary: Any,
    family: str,
    model: HookedModel | None = None,
    *,
    least: float = 0.3,
    min_tokens: int = 8,
    **options: Any,
) -> pd.DataFrame:
    """Latents of a family, the largest share first.

    Args:
        dictionary: As in `families`.
        family: One of `ALL_FAMILIES`, such as induction.
        model: As in `families`.
        least: Smallest share of what a latent moves along this relation.
        min_tokens: Fewest tokens at which it fires.
        options: What `families` takes: text, n_sequences, seq_len.

    Returns:
        Rows of `families`.

    Raises:
        PolyheadError: as `families`; no such family.
    """
    if family not in ALL_FAMILIES:
        raise PolyheadError(f"unknown family {family!r}; {nearest(family, ALL_FAMILIES)}")
    found = families(dictionary, model, **options)
    chosen = found.loc[(found[family] >= least) & (found["tokens"] >= min_tokens)]
    return chosen.sort_values(by=family, ascending=False)


@torch.no_grad()
def top_examples(
    dictionary: Any,
    latent: int,
    model: HookedModel | None = None,
    *,
    n: int = 10,
    text: str = "bundled",
    n_sequences: int = 64,
    seq_len: int = 128,
    context: int = 8,
) -> pd.DataFrame:
    """Where a latent carries most, at most once per sequence.

    Args:
        dictionary: As in `families`.
        latent: Which.
        model: As in `families`.
        n: How many examples.
        text: As in `families`.
        n_sequences: As in `families`.
        seq_len: As in `families`.
        context: Tokens shown before the destination.

    Returns:
        Columns carried (what arrives, signed), head (through which most arrives), source, destination (tokens),
        distance, context; the largest first.

    Raises:
        PolyheadError: as `families`; no such latent.
    """
    model, sides = _prepared(dictionary, model)
    loadings, rows = _loadings(sides), []
    own = loadings[int(_checked([latent], len(loadings)))].double()
    for batch in _batches(dictionary, model, text, n_sequences, seq_len):
        f = unpack(dictionary.codes(batch))[..., latent].double().cpu() * batch["valid"].cpu()
        by_head = torch.einsum("bhts,bs,h->bhts", _pattern(sides, batch), f, own[:-1])
        arcs = torch.cat([by_head, torch.diag_embed(f * own[-1])[:, None]], dim=1)
        for tokens, through in zip(batch["tokens"].tolist(), arcs, strict=True):
            if (found := _largest(through)) is not None:
                rows.append(_example(*found, model.tokenizer.tokens(tokens), _names(dictionary, len(own)), context))
    rows.sort(key=lambda row: -abs(row["carried"]))
    columns = ["carried", "head", "source", "destination", "distance", "context"]
    return pd.DataFrame(rows[:n], columns=pd.Index(columns))


def _largest(arcs: Float[Tensor, "h t s"]) -> tuple[float, int, int, int] | None:
    """What arrives along the strongest arc, its main head, destination and source; None where nothing moves."""
    total = arcs.sum(0)
    t, s = divmod(int(total.abs().argmax()), total.shape[1])
    value = float(total[t, s])
    return (value, int(arcs[:, t, s].abs().argmax()), t, s) if value else None


def _example(
    value: float, head: int, t: int, s: int, words: list[str], names: list[str], context: int
) -> dict[str, Any]:
    """One row of `top_examples`."""
    return {
        "carried": value,
        "head": names[head],
        "source": words[s],
        "destination": words[t],
        "distance": t - s,
        "context": "".join(words[max(1, t - context) : t + 1]),
    }


def label(dictionary: Any, latent: int, model: HookedModel | None = None, **options: Any) -> str:
    """One line about a latent: what it moves along which relation, through which heads, and which tokens it raises.

    It is made by rule from counts on text; docs/metrics.md says what it does not show.

    Args:
        dictionary: As in `families`.
        latent: Which.
        model: As in `families`.
        options: What `families` takes: text, n_sequences, seq_len.

    Returns:
        Such as "induction: 71 % of what it moves is from the token after an earlier copy of the current token; mostly
        through L3H5 and L3H7; raises ' self', ' x', ...".

    Raises:
        PolyheadError: as `families`; no such latent.
    """
    model, sides = _prepared(dictionary, model)
    row, loadings = families(dictionary, model, latents=[latent], **options).loc[latent], _loadings(sides)
    if not row.tokens:
        return f"latent {latent} fires nowhere in this text"
    said = [
        f"{row.family}: {row[row.family]:.0%} of what it moves is {_words(row.family)}" if row.family else "no family"
    ]
    strength, names = loadings[latent].square(), _names(dictionary, loadings.shape[1])
    main = [names[i] for i in strength.argsort(descending=True)[:2].tolist() if strength[i] >= 0.2 * strength.sum()]
    said.append(f"mostly through {' and '.join(main)}" if main else "through many heads")
    out = sides.output_rows(len(loadings))
    if out is not None:
        raised = _promoted(out[[latent]], model, 3)[0].tolist()
        said.append(f"raises {', '.join(repr(model.tokenizer.decode([i])) for i in raised)}")
    return "; ".join(said)


def _names(dictionary: Any, n: int) -> list[str]:
    """Of the entries of a latent's loadings: the heads of its layer, the identity last."""
    return [*(head_name(dictionary.layers[0], h) for h in range(n - 1)), "identity"]


def _vocabulary(model: HookedModel) -> list[str]:
    if model.tokenizer is None:
        raise PolyheadError(f"{model.cfg.name} has no tokenizer, so no text can be read for it")
    return model.tokenizer.tokens(range(model.cfg.d_vocab))


def _promoted(rows: Float[Tensor, "m d"], model: HookedModel, n: int) -> Int[Tensor, "m n"]:
    """Ids of the tokens whose logits the rows raise most."""
    return (rows @ folded_unembedding(model).float().cpu()).topk(n).indices


def _loadings(sides: Sides) -> Float[Tensor, "i h"]:
    found = sides.loadings()
    assert found is not None, "latents that move have loadings"
    return found


def _checked(latents: Sequence[int], n: int) -> Int[Tensor, " m"]:
    """The latents, all of which must be there."""
    wrong = [i for i in latents if not 0 <= i < n]
    if wrong:
        raise PolyheadError(f"there is no latent {wrong[0]}; the dictionary has 0 to {n - 1}")
    return torch.tensor(list(latents))


def _words(family: str) -> str:
    return "kept where it is" if family == "identity" else ALL_FAMILIES[family]


def _prepared(dictionary: Any, model: HookedModel | None) -> tuple[HookedModel, Sides]:
    """The model, and a dictionary's sides on it.

    Raises:
        PolyheadError: latents that no loading moves, several layers, a dictionary that does not say what it reads.
    """
    if not _moves(dictionary) or len(dictionary.layers) != 1:
        raise PolyheadError(
            f"{dictionary!r}: families are told for dictionaries of one layer whose latents patterns move by loadings, "
            "such as mtc, loaded from a folder"
        )
    reading_of_dictionary(dictionary)
    if model is None:
        name = dictionary.origin.model.get("name")
        if not name:
            raise PolyheadError("the dictionary does not say which model it was trained on; pass model=...")
        model = load_model(name)
    return model, Sides(dictionary, [base_layer(model, dictionary.layers[0])])


def _moves(dictionary: Any) -> bool:
    return isinstance(dictionary, Moves)


def _batches(dictionary: Any, model: HookedModel, text: str, n_sequences: int, seq_len: int) -> Iterator[Batch]:
    sequences = model_sequences(model, text, n_sequences=n_sequences, seq_len=min(seq_len, model.cfg.n_ctx))
    for rows in torch.arange(len(sequences)).split(8):
        tokens, valid = sequences.rows(rows)
        yield harvest_batch(model, tokens, reading_of_dictionary(dictionary), valid=valid)


def _movement(sides: Sides, batch: Batch) -> Float[Tensor, "b h t s"]:
    """The patterns that move the code."""
    pattern = sides.movement(batch)
    assert pattern is not None, "latents that move have patterns"
    return pattern


def _pattern(sides: Sides, batch: Batch) -> Float[Tensor, "b h t s"]:
    """The patterns that move the code, at counted destinations."""
    return _movement(sides, batch).double().cpu() * batch["valid"].cpu()[:, None, :, None]
