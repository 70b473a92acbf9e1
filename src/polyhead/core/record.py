"""Base of all records: frozen, checked when read, written as JSON."""

import json
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict

from polyhead.core.data_files import read_model
from polyhead.core.files import write_json
from polyhead.core.not_finite import json_text
from polyhead.core.shown import Shown


class Record(Shown, BaseModel):
    """Base of all records."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, ser_json_inf_nan="constants")

    def save(self, path: Path) -> None:
        """Write as JSON, atomically."""
        write_json(path, self.model_dump(mode="json"))

    def json_line(self) -> str:
        """JSON in one line; for NaN and infinities see core/not_finite.py."""
        text = self.model_dump_json()
        return json_text(json.loads(text), separators=(",", ":")) if "NaN" in text or "Infinity" in text else text

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read back.

        Raises:
            ArtifactError: missing, damaged, or of another version.
        """
        return read_model(path, cls, constants=True)
