"""`polyhead latents find`: latents of a run or of one dictionary, by what they do and by what they are called."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from polyhead.analysis.latent_families import find
from polyhead.core.errors import PolyheadError
from polyhead.core.label_records import Labels, load_labels
from polyhead.dictionaries import load_dictionary
from polyhead.runs.interpret import Place, places


def run_find(
    run_or_dictionary: Path | str,
    *,
    family: str | None = None,
    label: str | None = None,
    members: Sequence[str] | None = None,
    least: float = 0.3,
    n_tokens: int = 8192,
    text: str = "bundled",
) -> list[dict[str, Any]]:
    """Latents of a family, the largest share first, or those whose label holds some words, or both.

    Args:
        run_or_dictionary: A run folder, the folder of a dictionary, or the name of one that ships.
        family: Such as induction (`analysis.family_sums.ALL_FAMILIES`).
        label: Words that the label must hold.
        members: Of a run: these; those with pages by default.
        least: Smallest share of what a latent moves.
        n_tokens: Tokens of text on which shares are measured.
        text: `bundled`, a file, or a folder of files.

    Returns:
        Rows: dictionary, latent, then of a family share, lift and tokens at which it fires, then the label.

    Raises:
        PolyheadError: neither is asked for, no such family, labels that were not made yet.
    """
    if family is None and label is None:
        raise PolyheadError("say which latents: --family induction, or --label WORDS, or both")
    rows: list[dict[str, Any]] = []
    for place in places(run_or_dictionary, None, members):
        labels = load_labels(place.labels)
        if label is not None and not labels.labels:
            raise PolyheadError(
                f"{place.name} has no labels yet; make them with: polyhead interpret {run_or_dictionary}"
            )
        named = labels if label is None else Labels(labels=labels.find(label))
        if family is None:
            rows += [_row(place, latent, {}, named) for latent in named.labels]
            continue
        dictionary: Any = load_dictionary(place.dictionary).requires_grad_(False)
        sizes = {"n_sequences": -(-n_tokens // 128), "seq_len": 128, "text": text}
        table = find(dictionary, family, least=least, **sizes)
        for latent, found in zip(table.index, table.to_dict("records"), strict=True):
            if label is None or latent in named.labels:
                numbers = {"share": found[family], "lift": found["lift"] if found["family"] == family else None}
                rows.append(_row(place, int(str(latent)), {**numbers, "tokens": int(found["tokens"])}, labels))
    return rows


def _row(place: Place, latent: int, numbers: dict[str, Any], labels: Labels) -> dict[str, Any]:
    numbers = {k: round(float(v), 4) if isinstance(v, float) else v for k, v in numbers.items()}
    label = labels.labels.get(latent)
    return {"dictionary": place.name, "latent": latent, **numbers, "label": "" if label is None else label.label}
