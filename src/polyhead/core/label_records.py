"""Labels of latents: a JSON file beside a dictionary, which programs write and people may edit."""

from pathlib import Path

from pydantic import Field

from polyhead.core.records import Record

LABELS = "labels.json"
"""Name of the file in the folder of a dictionary."""


class Label(Record):
    """What a latent is called."""

    label: str
    """In words. Edit it freely: what differs from `made` is kept when labels are made again."""
    made: str = ""
    """What the program said last."""
    judge: str = "counts"
    """Who made `made`."""
    score: float | None = None
    """How well `made` tells where the latent fires: mean AUROC of its two sides on held-out marks."""

    @property
    def edited(self) -> bool:
        """Whether a person changed it."""
        return self.label != self.made


class Labels(Record):
    """The labels of one dictionary."""

    labels: dict[int, Label] = Field(default_factory=dict)
    """By latent."""

    def merged(self, made: dict[int, Label]) -> "Labels":
        """With new labels; those that people edited keep their words."""
        found = dict(self.labels)
        for latent, new in made.items():
            old = found.get(latent)
            kept = old is not None and old.edited
            found[latent] = new.model_copy(update={"label": old.label}) if kept and old is not None else new
        return Labels(labels=dict(sorted(found.items())))

    def find(self, words: str) -> dict[int, Label]:
        """Those whose label holds all of the words, whatever their case."""
        wanted = words.lower().split()
        return {i: one for i, one in self.labels.items() if all(word in one.label.lower() for word in wanted)}


def load_labels(folder: Path) -> Labels:
    """The labels beside a dictionary; none where there is no file.

    Raises:
        ArtifactError: a file that is damaged.
    """
    path = folder / LABELS
    return Labels.load(path) if path.exists() else Labels()
