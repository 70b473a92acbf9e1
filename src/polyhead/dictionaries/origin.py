"""Where a dictionary comes from: its folder, what it reads, and the model that it was trained on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from polyhead.core.artifact import MANIFEST
from polyhead.core.errors import PolyheadError
from polyhead.core.reading import Reading


@dataclass(frozen=True)
class Origin:
    """What the manifest of a loaded dictionary says of it (`dictionary.origin`)."""

    folder: Path
    layers: tuple[int, ...] = ()
    """Layers that it explains; empty where the manifest does not say."""
    reading: Reading | None = None
    """Which sites fill its batches; None where the manifest does not say."""
    model: Mapping[str, Any] = field(default_factory=dict)
    """Configuration of the model that it was trained on; empty where the manifest does not say."""

    @classmethod
    def of(cls, folder: Path, provenance: Mapping[str, Any]) -> "Origin":
        """From the provenance of an artifact, whatever it lacks."""
        reading = provenance.get("reading")
        layers = provenance.get("layers")
        model = provenance.get("model")
        return cls(
            folder,
            tuple(x for x in layers if isinstance(x, int)) if isinstance(layers, list) else (),
            None if reading is None else Reading.parse(reading, where=str(folder / MANIFEST)),
            dict(model) if isinstance(model, Mapping) else {},
        )


def reading_of_dictionary(dictionary: Any) -> Reading:
    """Which sites fill the batches of a dictionary that was loaded from a folder.

    Raises:
        PolyheadError: it does not say.
    """
    origin = getattr(dictionary, "origin", None)
    if not isinstance(origin, Origin) or origin.reading is None:
        raise PolyheadError(
            f"this {type(dictionary).__name__} does not say which sites of a model it reads; load it from its folder "
            "with ph.load_dictionary, or pass reading=..."
        )
    return origin.reading
