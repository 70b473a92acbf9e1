"""Dictionaries that ship: trained on the bundled model by `python -m polyhead.runs.bundled_dictionaries`.

`bundled/` holds one artifact a folder (`mtc-layer-0` ... `mtc-layer-3`, `qk-layer-2`, `qk-layer-3`), `card.json`
(recipe and scores of each) and `MODEL_CARD.md` (the same in words). Encoders and decoders are stored in half precision.
"""

from pathlib import Path
from typing import Any

from polyhead.core.artifact import MANIFEST
from polyhead.core.data_files import read_object
from polyhead.core.errors import ArtifactError
from polyhead.dictionaries import load_dictionary

FOLDER = Path(__file__).parent / "bundled"
CARD = "card.json"
KINDS = {"mtc": "mtc-", "qk_diagonal": "qk-"}


def bundled_folders(kind: str | None = None) -> dict[str, Path]:
    """Name -> folder of the artifacts that ship, by layer; of one kind (`mtc`, `qk_diagonal`), or all of them.

    Raises:
        ArtifactError: this installation carries none.
    """
    found = {path.name: path for path in sorted(FOLDER.glob("*-layer-*")) if (path / MANIFEST).is_file()}
    if not found:
        raise ArtifactError(
            f"this installation carries no dictionaries of the bundled model ({FOLDER} is empty); install a released "
            "wheel, or train them with: python -m polyhead.runs.bundled_dictionaries runs/bundled-dictionaries"
        )
    return {name: path for name, path in found.items() if kind is None or name.startswith(KINDS[kind])}


def bundled_dictionaries(kind: str = "mtc") -> list[Any]:
    """The dictionaries of the bundled model that ship, ready to use, in the order of their layers.

    Args:
        kind: `mtc` (one per layer) or `qk_diagonal` (QK features of the heads that make induction: layers 2 and 3).

    Raises:
        ArtifactError: this installation carries none, or a file is damaged.
    """
    return [load_dictionary(folder).requires_grad_(False) for folder in bundled_folders(kind).values()]


def bundled_card() -> dict[str, Any]:
    """Recipe and scores of every dictionary that ships, by name.

    Raises:
        ArtifactError: this installation carries none.
    """
    bundled_folders()
    return read_object(FOLDER / CARD)
