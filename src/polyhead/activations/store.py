"""A harvest on disk: memory-mapped shards and a manifest, written so that a kill at any moment costs seconds.

    manifest.json     what is stored (identity), how far it got, the sha256 of every finished shard
    tokens.npy valid.npy          [n, p]
    documents.npy                 [n, p]: index into `documents` of the manifest's identity; absent in older stores
    x-00000.npy target-00000.npy  [rows, p, d], `sequences_per_shard` sequences per file; also resid (where patterns are
                                  computed from it) and pattern (where asked for)

Rows are appended, made durable, and only then counted in the manifest; a resumed harvest starts at the count and writes
the same bytes, since runs of the model always hold the same sequences. It first compares every finished shard with its
checksum and starts further back where one is damaged, so "done" means whole. Shards are not read before their checksum
agrees.
"""

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Int
from pydantic import Field, field_validator, model_validator
from torch import Tensor

from polyhead.activations.batches import Control, SequenceBatches
from polyhead.activations.harvest import NORMED, PATTERN, pattern_source, read_sites, recompute_pattern
from polyhead.activations.shards import ShardWriter, shard_name
from polyhead.activations.tokens import TokenSequences, hash_tokens
from polyhead.core.arrays import read_npy
from polyhead.core.config import Config
from polyhead.core.data_files import read_object, shown, validated
from polyhead.core.errors import ArtifactError, PolyheadError, nearest
from polyhead.core.files import sha256_file, write_atomic, write_json
from polyhead.core.progress import progress
from polyhead.core.protocols import Batch
from polyhead.core.reading import Reading, one_site
from polyhead.core.records import TextSplit
from polyhead.core.run_folder import differences, open_run, refusal
from polyhead.core.sites import BLOCK_SITES, PATTERN_SITES, site
from polyhead.core.stopping import stop_signals
from polyhead.models.hooked import HookedModel

FORMAT = 1


_TOKEN_SITES = tuple(s for s in BLOCK_SITES if s not in PATTERN_SITES)


class StoredLayer(Config):
    """What a store holds of a model: two sites of one layer, and whether its pattern."""

    layer: int
    """0-based."""
    input_site: str = NORMED
    """Local name of what the encoder reads: role `x`."""
    target_site: str = "hook_attn_out"
    """Local name of what is reconstructed: role `target`."""
    with_patterns: bool = True
    """Whether batches carry the layer's attention: role `pattern`."""

    @field_validator("input_site", "target_site")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in _TOKEN_SITES:
            raise ValueError(
                f"unknown site {name!r} of a layer with one vector per token; {nearest(name, _TOKEN_SITES)}"
            )
        return name

    @property
    def reading(self) -> Reading:
        """The same as roles and full site names."""
        local = {"x": self.input_site, "target": self.target_site}
        if self.with_patterns:
            local["pattern"] = PATTERN
        return Reading(roles={role: one_site(site(self.layer, name)) for role, name in local.items()})


class StoreConfig(Config):
    """How a harvest is laid out on disk."""

    dtype: Literal["float32", "float16"] = "float32"
    """Of every stored site; float16 halves the disk and keeps about three digits."""
    store_patterns: bool = False
    """Keep patterns instead of computing them again; `n_heads * p` numbers per token."""
    sequences_per_shard: int = Field(default=256, ge=1)
    sequences_per_run: int = Field(default=16, ge=1)
    """Sequences in one run of the model; part of the identity, because it decides the last bits."""

    @model_validator(mode="after")
    def _whole_runs(self) -> "StoreConfig":
        if self.sequences_per_shard % self.sequences_per_run:
            raise ValueError(
                f"sequences_per_shard {self.sequences_per_shard} is not a multiple of "
                f"sequences_per_run {self.sequences_per_run}"
            )
        return self


def weights_sha256(model: HookedModel) -> str:
    """Of every parameter and persistent buffer: name, type, shape, bytes."""
    digest = hashlib.sha256()
    for name, value in sorted(model.state_dict().items()):
        digest.update(f"{name} {value.dtype} {list(value.shape)}\n".encode())
        digest.update(value.detach().cpu().contiguous().flatten().view(torch.uint8).numpy())
    return digest.hexdigest()


def stored_sites(model: HookedModel, spec: StoredLayer, cfg: StoreConfig) -> dict[str, str]:
    """Local site name of every stored role."""
    local = {"x": spec.input_site, "target": spec.target_site}
    if spec.with_patterns and cfg.store_patterns:
        local["pattern"] = PATTERN
    elif spec.with_patterns:
        source = pattern_source(model, (spec.input_site, spec.target_site))
        if source is not None and source not in local.values():
            local["resid"] = source
    return local


def harvest_to_disk(
    model: HookedModel, sequences: TokenSequences, spec: StoredLayer, folder: Path, cfg: StoreConfig | None = None
) -> "Store":
    """Harvest into `folder`, resuming where an earlier run of the same command was cut off or files were damaged.

    Raises:
        FolderBusyError: another process harvests there.
        PolyheadError: `folder` holds a harvest of something else (differing fields named).
        ArtifactError: the disk is full (nothing counted is lost), or the folder is damaged.
        Stopped: SIGTERM or Ctrl-C was received; what is done was counted first.
    """
    cfg = cfg or StoreConfig()
    identity = _identity(model, sequences, spec, cfg)
    with open_run(folder):
        manifest = _begin(folder, identity, sequences)
        _append(model, sequences, spec, folder, cfg, manifest)
    return Store(folder)


def _append(
    model: HookedModel,
    sequences: TokenSequences,
    spec: StoredLayer,
    folder: Path,
    cfg: StoreConfig,
    manifest: dict[str, Any],
) -> None:
    """Run the model over the sequences that `manifest` does not count yet."""
    (n, width), identity = sequences.tokens.shape, manifest["identity"]
    sites = {role: site(spec.layer, name) for role, name in identity["sites"].items()}
    writer = ShardWriter(folder, manifest, row_shapes=identity["row_shapes"], dtype=np.dtype(cfg.dtype), n_rows=n)
    done = writer.done
    with (
        stop_signals() as stop,
        progress("harvesting to disk", total=n * width, done=done * width, unit="tokens") as bar,
        writer,
    ):
        for start in range(done, n, cfg.sequences_per_run):
            rows = torch.arange(start, min(n, start + cfg.sequences_per_run))
            tokens = sequences.rows(rows)[0].to(model.device)
            values = read_sites(model, tokens, sites)
            writer.append({role: value.cpu().float().numpy() for role, value in values.items()})
            bar.advance(tokens.numel())
            if stop.name and writer.done < n:
                writer.flush()
                raise stop.stopped(f"after {writer.done} of {n} sequences ({folder} holds them)")


class Store:
    """A finished harvest on disk, opened for reading."""

    def __init__(self, folder: Path) -> None:
        """Open `folder`.

        Raises:
            ArtifactError: not a store, not finished, or its size or tokens are not what the manifest says.
        """
        self.folder = folder
        manifest = _read_manifest(folder)
        self.identity: dict[str, Any] = manifest["identity"]
        self._sha256: list[dict[str, str]] = manifest["shards"]
        n = self.identity["n_sequences"]
        if manifest["done"] < n:
            raise ArtifactError(
                f"{folder} holds {manifest['done']} of {n} sequences; run the same harvest again to finish it"
            )
        n_shards = -(-n // self.identity["sequences_per_shard"])
        if len(self._sha256) != n_shards or any(set(self.sites) - set(found) for found in self._sha256):
            raise ArtifactError(
                f"{folder / 'manifest.json'} has checksums of {len(self._sha256)} of {n_shards} shards; "
                "run the same harvest again: it mends the store"
            )
        shape = (n, self.identity["sequence_length"])
        self.spec = StoredLayer.parse(self.identity["spec"], where=str(folder / "manifest.json"))
        self.tokens = read_npy(folder / "tokens.npy", kind="iu", shape=shape, advice=_MEND)
        self.valid = read_npy(folder / "valid.npy", kind="b", shape=shape, advice=_MEND)
        if hash_tokens(self.tokens, self.valid) != self.identity["tokens_sha256"]:
            raise ArtifactError(f"tokens.npy or valid.npy in {folder} is damaged (checksum); {_MEND}")
        self.document_names: tuple[str, ...] = tuple(self.identity.get("documents", ()))
        self.documents = self._read_documents(shape) if "documents" in self.identity else None
        self._open: dict[tuple[str, int], np.ndarray] = {}

    def _read_documents(self, shape: tuple[int, ...]) -> np.ndarray:
        """Index into `document_names` of every position; -1 for padding."""
        found = read_npy(self.folder / "documents.npy", kind="i", shape=shape, advice=_MEND)
        if hashlib.sha256(found.tobytes()).hexdigest() != self.identity.get("documents_sha256"):
            raise ArtifactError(f"documents.npy in {self.folder} is damaged (checksum); {_MEND}")
        return found

    @property
    def split(self) -> TextSplit | None:
        """Which part of its text is stored; None in older stores, which hold the first sequences of theirs."""
        plain = self.identity.get("split")
        return None if plain is None else validated(TextSplit, plain, f"{self.folder / 'manifest.json'}: split")

    def __len__(self) -> int:
        return self.identity["n_sequences"]

    @property
    def sites(self) -> dict[str, str]:
        """Local site name of every stored role."""
        return self.identity["sites"]

    def check_model(self, model: HookedModel) -> None:
        """Refuse a model whose weights are not those that were harvested.

        Raises:
            PolyheadError: names both.
        """
        here, there = weights_sha256(model), self.identity["model_sha256"]
        if here != there:
            raise PolyheadError(
                f"{self.folder} was harvested from {self.identity['model']} with weights {there[:12]}; "
                f"{model.cfg.name} here has weights {here[:12]}: load that model, or harvest again into another folder"
            )

    def read(self, role: str, indices: Int[Tensor, " b"]) -> Tensor:
        """`[b, ...]` fp32: one role of some sequences."""
        per_shard = self.identity["sequences_per_shard"]
        rows = [self._shard(role, i // per_shard)[i % per_shard] for i in indices.tolist()]
        return torch.from_numpy(np.stack(rows).astype(np.float32, copy=False))

    def verify(self) -> None:
        """Check every shard now instead of when it is first read."""
        for role in self.sites:
            for number in range(len(self._sha256)):
                self._shard(role, number)

    def _shard(self, role: str, number: int) -> np.ndarray:
        if (role, number) not in self._open:
            path = self.folder / shard_name(role, number)
            if not path.exists():
                raise ArtifactError(f"{path} is missing; run the same harvest again")
            if sha256_file(path) != self._sha256[number][role]:
                raise ArtifactError(
                    f"{path} is damaged (its checksum is not the one recorded); put back a copy, "
                    "or run the same harvest again: it mends the store"
                )
            self._open[role, number] = read_npy(path, kind="f", mapped=True, advice=_MEND)
        return self._open[role, number]


class StoredBatches(SequenceBatches):
    """Batches from a store; patterns not stored are computed again, which needs the model."""

    def __init__(
        self,
        store: Store,
        *,
        sequences_per_batch: int,
        seed: int,
        control: Control = None,
        model: HookedModel | None = None,
    ) -> None:
        """Open batches.

        Raises:
            PolyheadError: patterns have to be computed and the model is not given, or is not the one harvested.
        """
        super().__init__(*store.tokens.shape, sequences_per_batch=sequences_per_batch, seed=seed, control=control)
        self.store, self.model = store, model
        if model is not None:
            store.check_model(model)
        elif store.spec.with_patterns and "pattern" not in store.sites:
            raise PolyheadError(
                f"{store.folder} keeps no patterns; give the model ({store.identity['model']}) so that they can be "
                "computed, or harvest with store_patterns=True"
            )

    def rows(self, indices: Int[Tensor, " b"]) -> Batch:
        """The sequences `indices`, on the model's device if there is one."""
        store = self.store
        chosen = indices.numpy()
        tokens = torch.from_numpy(store.tokens[chosen].astype(np.int64))
        batch = {"tokens": tokens, "valid": torch.from_numpy(store.valid[chosen])}
        if store.documents is not None:
            batch["documents"] = torch.from_numpy(store.documents[chosen].astype(np.int64))
        batch |= {role: store.read(role, indices) for role in ("x", "target", "pattern") if role in store.sites}
        if self.model is not None:
            batch = {role: value.to(self.model.device) for role, value in batch.items()}
            if store.spec.with_patterns and "pattern" not in batch:
                batch["pattern"] = self._pattern(indices, batch)
        return batch

    def _pattern(self, indices: Tensor, batch: Mapping[str, Tensor]) -> Tensor:
        assert self.model is not None
        spec = self.store.spec
        layer, source = spec.layer, pattern_source(self.model, (spec.input_site, spec.target_site))
        if source is None:
            return recompute_pattern(self.model, layer, batch["tokens"], None)
        role = next(r for r, name in self.store.sites.items() if name == source)
        value = batch[role] if role in batch else self.store.read(role, indices)
        return recompute_pattern(self.model, layer, batch["tokens"], source, value)


_MEND = "put back a copy, or delete the folder and harvest again"


def _identity(model: HookedModel, sequences: TokenSequences, spec: StoredLayer, cfg: StoreConfig) -> dict[str, Any]:
    """Everything that decides the bytes; two harvests agree in all of it or are not mixed."""
    sites = stored_sites(model, spec, cfg)
    probe = torch.from_numpy(sequences.tokens[:1].astype(np.int64)).to(model.device)
    found = read_sites(model, probe, {role: site(spec.layer, name) for role, name in sites.items()})
    return {
        "format": FORMAT,
        "model": model.cfg.name,
        "model_sha256": weights_sha256(model),
        "model_dtype": str(model.dtype).removeprefix("torch."),
        "text_sha256": sequences.sha256,
        "tokens_sha256": hash_tokens(sequences.tokens, sequences.valid),
        "n_sequences": len(sequences),
        "sequence_length": sequences.tokens.shape[1],
        "spec": spec.model_dump(mode="json"),
        "sites": sites,
        "row_shapes": {role: list(value.shape[1:]) for role, value in found.items()},
        "dtype": cfg.dtype,
        "sequences_per_shard": cfg.sequences_per_shard,
        "sequences_per_run": cfg.sequences_per_run,
        **_document_identity(sequences),
    }


def _document_identity(sequences: TokenSequences) -> dict[str, Any]:
    """What says of which documents the sequences are; nothing for text that was not split by document."""
    if sequences.split is None or sequences.documents is None:
        return {}
    return {
        "split": sequences.split.model_dump(mode="json", exclude_none=True),
        "documents": list(sequences.document_names),
        "documents_sha256": hashlib.sha256(np.ascontiguousarray(sequences.documents).tobytes()).hexdigest(),
    }


def begun_in_order(folder: Path) -> bool:
    """Whether `folder` holds a harvest, whole or not, that an earlier version began on the first sequences of a text.

    Raises:
        ArtifactError: the manifest is damaged.
    """
    return (folder / "manifest.json").exists() and "split" not in _read_manifest(folder)["identity"]


def _begin(folder: Path, identity: dict[str, Any], sequences: TokenSequences) -> dict[str, Any]:
    """The manifest to resume from: the one here if it is of the same harvest, else a new one in an empty place."""
    if (folder / "manifest.json").exists():
        manifest = _read_manifest(folder)
        _refuse_other(manifest["identity"], identity, folder)
        _save_tokens(folder, sequences)
        return manifest
    if folder.exists() and any(folder.glob("*-[0-9]*.npy")):
        raise ArtifactError(f"{folder} holds shards without a manifest; delete it or choose another folder")
    _save_tokens(folder, sequences)
    manifest = {"identity": identity, "done": 0, "shards": []}
    write_json(folder / "manifest.json", manifest)
    return manifest


def _save_tokens(folder: Path, sequences: TokenSequences) -> None:
    """Write the files of tokens and documents, unless they are there and whole."""
    files = {"tokens.npy": sequences.tokens, "valid.npy": sequences.valid}
    if sequences.split is not None and sequences.documents is not None:
        files["documents.npy"] = sequences.documents
    for name, value in files.items():
        buffer, path = io.BytesIO(), folder / name
        np.save(buffer, value, allow_pickle=False)
        if not path.is_file() or path.read_bytes() != buffer.getbuffer():
            write_atomic(path, lambda aside, data=buffer: aside.write_bytes(data.getbuffer()))


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / "manifest.json"
    if not path.exists():
        raise ArtifactError(f"{folder} is not a store of activations: it has no manifest.json")
    manifest = read_object(path, {"identity": dict, "done": int, "shards": list}, advice=_MEND)
    identity = manifest["identity"]
    if identity.get("format") != FORMAT:
        raise ArtifactError(f"{path} has format {shown(identity.get('format'))}; this version reads {FORMAT}")
    _check_identity(path, manifest)
    return manifest


_COUNTS = ("n_sequences", "sequence_length", "sequences_per_shard")
_IDENTITY = {**dict.fromkeys(_COUNTS, int), "spec": dict, "sites": dict}


def _check_identity(path: Path, manifest: dict[str, Any]) -> None:
    """What reading a store takes from its manifest, with the types and sizes that it must have."""
    identity = manifest["identity"]
    odd = [key for key, kind in _IDENTITY.items() if not isinstance(identity.get(key), kind)]
    odd = odd or [key for key in _COUNTS if identity[key] < 1]
    if odd:
        raise ArtifactError(f"{path} is damaged: {odd[0]} is {shown(identity.get(odd[0]))}; {_MEND}")
    names = identity.get("documents", [])
    if not (isinstance(names, list) and all(isinstance(name, str) for name in names)):
        raise ArtifactError(f"{path} is damaged: documents is {shown(names)}; {_MEND}")
    if not all(isinstance(shard, dict) for shard in manifest["shards"]):
        raise ArtifactError(f"{path} is damaged: the checksums of a shard are an object; {_MEND}")


def _refuse_other(there: dict[str, Any], here: dict[str, Any], folder: Path) -> None:
    """Name what differs; the sites and shapes that follow from it only where nothing else does."""
    derived = ("sites", "row_shapes")
    cut = [{key: value for key, value in one.items() if key not in derived} for one in (there, here)]
    causes = cut if differences(*cut) else [there, here]
    if differences(*causes):
        raise PolyheadError(refusal(folder, "a harvest", *causes))
