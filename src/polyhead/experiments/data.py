"""Model, text and harvest of an experiment: what every stage starts from."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from polyhead.activations.batches import SequenceBatches
from polyhead.activations.model_text import model_parts, model_sequences
from polyhead.activations.planner import plan_harvest
from polyhead.activations.split import Part
from polyhead.activations.store import Store, StoredBatches
from polyhead.activations.streaming import HarvestedText, MemoryBatches, StreamingBatches, harvest_in_memory
from polyhead.activations.tokens import TokenSequences
from polyhead.core.base_layer import BaseLayer
from polyhead.core.errors import PolyheadError
from polyhead.core.progress import say
from polyhead.core.reading import Reading, read_key
from polyhead.experiments.config import ExperimentConfig, Member
from polyhead.models.base_layer import base_layer
from polyhead.models.hooked import HookedModel
from polyhead.models.load import load_model

_VALIDATION_SEQUENCES = 64


@dataclass
class ExperimentData:
    """A model and its token sequences, training and held out; the harvest is made once for all members."""

    cfg: ExperimentConfig
    model: HookedModel
    train: TokenSequences
    held_out: TokenSequences
    validation: TokenSequences | None = None
    """For looks during training; None where the text has none to spare."""
    store: Store | None = None
    """Where the training activations lie on disk; None: they are harvested into memory."""
    _harvests: dict[frozenset[str], HarvestedText] = field(default_factory=dict)

    @property
    def n_steps(self) -> int:
        """Optimizer steps of every member."""
        return -(-self.cfg.n_train_tokens // (self.cfg.training.sequences_per_batch * self.cfg.seq_len))

    @cached_property
    def layers(self) -> tuple[BaseLayer, ...]:
        """The layers explained."""
        return tuple(base_layer(self.model, layer, n_positions=self.cfg.seq_len) for layer in self.cfg.layers)

    def reading(self, member: Member) -> Reading:
        """What the member reads.

        Raises:
            PolyheadError: a wrong number of layers, or MLPs of a model that has none.
        """
        member.of.check(self.layers)
        if member.of.from_mlp and self.model.cfg.attn_only:
            raise PolyheadError(
                f"{member.method} explains MLPs, and {self.model.cfg.name} is attention-only: it has none"
            )
        return member.of.reading(member.parsed, self.layers)

    def with_store(self, folder: Path) -> "ExperimentData":
        """Read training activations from a store instead.

        Raises:
            PolyheadError: the store holds another layer, other sites, or other sequences than are trained on here.
        """
        store = Store(folder)
        if store.identity["tokens_sha256"] != self.train.tokens_sha256:
            raise PolyheadError(
                f"{folder} holds {len(store)} sequences that are not the {len(self.train)} this experiment trains on; "
                f"harvest with the same text, --seq-len {self.cfg.seq_len} and --tokens {self.train.tokens.size}"
            )
        for member in self.cfg.members:
            if self.reading(member) != store.spec.reading:
                here = _words(self.reading(member))
                raise PolyheadError(f"{folder} holds {_words(store.spec.reading)}; {member.name} needs {here}")
        self.store = store
        return self

    def harvest_for(self, members: Iterable[Member]) -> HarvestedText:
        """One pass over the model for everything that any of the members reads."""
        wanted = {read_key(reads): reads for m in members for reads in self.reading(m).roles.values()}
        for keys, harvested in self._harvests.items():
            if wanted.keys() <= keys:
                return harvested
        spec = Reading(roles=wanted)
        plan_harvest(self.model, self.train, spec, keep="memory").show().check()
        self._harvests.clear()  # never two at a time
        self._harvests[frozenset(wanted)] = harvest_in_memory(self.model, self.train, spec)
        return self._harvests[frozenset(wanted)]

    def training_batches(self, member: Member) -> SequenceBatches:
        """The training data of one member, from a store or from the harvest that members share."""
        size = self.cfg.training.sequences_per_batch
        if self.store is not None:
            return StoredBatches(
                self.store, sequences_per_batch=size, seed=member.seed, control=member.control, model=self.model
            )
        roles = {role: read_key(reads) for role, reads in self.reading(member).roles.items()}
        return MemoryBatches(
            self.harvest_for([member]), sequences_per_batch=size, seed=member.seed, control=member.control, roles=roles
        )

    def held_out_batches(self, reading: Reading, *, sequences_per_batch: int = 8) -> StreamingBatches:
        """The held-out text with its own patterns, whatever a member was trained with."""
        return self._streamed(self.held_out, reading, sequences_per_batch)

    def validation_batches(self, reading: Reading, *, sequences_per_batch: int = 8) -> StreamingBatches:
        """Text to look at during training: the validation part, or held-out text where there is none."""
        return self._streamed(self.validation or self.held_out, reading, sequences_per_batch)

    def _streamed(self, sequences: TokenSequences, reading: Reading, size: int) -> StreamingBatches:
        size = min(size, len(sequences))
        return StreamingBatches(self.model, sequences, reading, sequences_per_batch=size, seed=0)

    def fit_batches(self, reading: Reading, n_sequences: int) -> StreamingBatches:
        """The first training sequences, for means and linear baselines."""
        sequences = self.train.select(slice(0, n_sequences))
        return StreamingBatches(self.model, sequences, reading, sequences_per_batch=min(8, len(sequences)), seed=0)


def load_data(cfg: ExperimentConfig) -> ExperimentData:
    """Load the model and tokenize the text of an experiment.

    Raises:
        PolyheadError: model or text not found, a layer the model does not have, too little text, too long sequences.
    """
    model = load_model(cfg.model)
    if cfg.layers[-1] >= model.cfg.n_layers:
        raise PolyheadError(f"layer {cfg.layers[-1]}; {model.cfg.name} has layers 0 to {model.cfg.n_layers - 1}")
    n_train, n_eval = (-(-n // cfg.seq_len) for n in (cfg.n_train_tokens, cfg.n_eval_tokens))
    n_train = max(n_train, cfg.training.sequences_per_batch)  # a step takes a whole batch
    if cfg.split == "in_order":
        return _in_order(cfg, model, n_train, n_eval)
    wanted: dict[Part, int] = {"train": n_train, "validation": min(n_eval, _VALIDATION_SEQUENCES), "held_out": n_eval}
    parts = model_parts(model, cfg.text, n_sequences=wanted, seq_len=cfg.seq_len)
    train, held_out = parts["train"], parts["held_out"]
    if len(train) < cfg.training.sequences_per_batch:
        raise PolyheadError(
            f"{cfg.text} gives {len(train)} training sequences of {cfg.seq_len} tokens, next to {len(held_out)} that "
            f"are held out; one batch needs {cfg.training.sequences_per_batch}: give more text"
        )
    for part, sequences in parts.items():
        say(described(sequences, wanted=wanted[part]))
    return ExperimentData(cfg, model, train, held_out, parts.get("validation"))


def described(sequences: TokenSequences, *, wanted: int) -> str:
    """One line about a part of a text: `held out: 192 sequences of 128 tokens, from 17 documents`.

    Args:
        sequences: The part.
        wanted: Sequences that were asked for.
    """
    n, width = sequences.tokens.shape
    split = sequences.split
    part = "text" if split is None else split.part.replace("_", " ")
    short = "" if n >= wanted else f" ({wanted:,} were asked for; there is no more text)"
    note = "" if split is None or split.note is None else f"; {split.note}"
    return f"{part}: {n:,} sequences of {width} tokens, from {sequences.n_documents} documents{short}{note}"


def _in_order(cfg: ExperimentConfig, model: HookedModel, n_train: int, n_eval: int) -> ExperimentData:
    """As earlier versions had it: the last sequences that are read are held out."""
    sequences = model_sequences(model, cfg.text, n_sequences=n_train + n_eval, seq_len=cfg.seq_len)
    if len(sequences) < n_eval + cfg.training.sequences_per_batch:
        raise PolyheadError(
            f"{cfg.text} gives {len(sequences)} sequences of {cfg.seq_len} tokens; {n_eval} are held out and one "
            f"batch needs {cfg.training.sequences_per_batch}: give more text, or fewer --eval-tokens"
        )
    train, held_out = sequences.hold_out_last(n_eval)
    return ExperimentData(cfg, model, train, held_out)


def _words(reading: Reading) -> str:
    return ", ".join(f"{role} = {' + '.join(r.site for r in reads)}" for role, reads in reading.roles.items())
