"""Dictionaries on real layers, for studies: trained layer by layer, resumable, scored on the same held-out text."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from jaxtyping import Bool
from torch import Tensor

from polyhead.core.config import Config
from polyhead.core.data_files import read_json
from polyhead.core.files import write_json
from polyhead.core.protocols import Batch
from polyhead.core.reading import Reading
from polyhead.core.records import Evaluation, load_lines, save_lines
from polyhead.experiments.config import ExperimentConfig, Member
from polyhead.experiments.data import ExperimentData, load_data
from polyhead.experiments.evaluate import member_subject, reference_for
from polyhead.experiments.train import as_begun, is_finished, load_member, member_dir, save_config, train_member
from polyhead.metrics.evaluate import Subject, evaluate_all
from polyhead.metrics.positions import Positions

EVALUATIONS = "evaluations.jsonl"
_AT_ONCE = 8


class LayerSetup(Config):
    """Layers of one model on one text, and how long is trained there."""

    model: str = "bundled"
    text: str = "bundled"
    layers: tuple[int, ...] = (3,)
    ks: tuple[int, ...] = (16, 32)
    """Active latents per token (TopK)."""
    seeds: tuple[int, ...] = (0, 1)
    n_latents: int = 2048
    n_train_tokens: int = 65_536
    n_eval_tokens: int = 8_192
    seq_len: int = 128

    @property
    def n_steps(self) -> int:
        """Training steps of a member."""
        return -(-self.n_train_tokens // (8 * self.seq_len))


class OneLayer(NamedTuple):
    """A layer whose members are trained."""

    name: str
    """`bundled 3`."""
    place: LayerSetup
    data: ExperimentData
    folder: Path

    @property
    def members(self) -> tuple[Member, ...]:
        """All that were trained."""
        return self.data.cfg.members

    def dictionary(self, member: Member) -> Any:
        """A trained member."""
        return load_member(self.folder, member)

    def held_out(self, reading: Reading) -> Iterator[tuple[Batch, Bool[Tensor, "b p"]]]:
        """Held-out batches with the positions that count."""
        positions = Positions.of(self.data.model)
        for batch in self.data.held_out_batches(reading).in_order():
            yield batch, positions.counted(batch)


def topk(k: int) -> dict[str, Any]:
    """The activation of every member: k latents per token, dead ones revived."""
    return {"kind": "topk", "k": k, "k_aux": 32}


def train_layer(place: LayerSetup, layer: int, members: Sequence[Member], folder: Path) -> OneLayer:
    """Train what is not trained yet; the model runs over the text once for all members."""
    return train_layers(place.replace(layers=(layer,)), members, folder)


def train_layers(place: LayerSetup, members: Sequence[Member], folder: Path) -> OneLayer:
    """The same for members that explain all layers of the place at once."""
    name = f"{Path(place.model).name} {' '.join(map(str, place.layers))}"
    folder = folder / name.replace(" ", "-")
    cfg = ExperimentConfig(
        model=place.model,
        text=place.text,
        layers=place.layers,
        seq_len=place.seq_len,
        n_train_tokens=place.n_train_tokens,
        n_eval_tokens=place.n_eval_tokens,
        members=tuple(members),
    )
    cfg = as_begun(cfg, folder)
    save_config(cfg, folder)
    data = load_data(cfg)
    todo = [m for m in cfg.members if not is_finished(folder, m)]
    if todo:
        data.harvest_for(todo)
    for member in todo:
        train_member(data, member, folder)
        shutil.rmtree(member_dir(folder, member) / "checkpoints", ignore_errors=True)
    return OneLayer(name, place, data, folder)


def score(layer: OneLayer, *, more: Sequence[Subject] = ()) -> list[Evaluation]:
    """Every member, and further subjects that read the same, in a few passes; written once and read back later."""
    path = layer.folder / EVALUATIONS
    if path.exists():
        return list(load_lines(path, Evaluation))
    data, found = layer.data, []
    reference, batches = reference_for(data, data.reading(layer.members[0]))
    subjects = [member_subject(data, m, layer.folder) for m in layer.members] + list(more)
    for start in range(0, len(subjects), _AT_ONCE):
        found += evaluate_all(data.model, subjects[start : start + _AT_ONCE], batches, reference)
    save_lines(path, found)
    return found


def remembered(path: Path, measure: Any) -> Any:
    """Plain values that `measure()` gives, kept in a file."""
    if not path.exists():
        write_json(path, measure())
    return read_json(path, constants=True)
