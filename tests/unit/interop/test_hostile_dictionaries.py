"""Damaged and hostile folders of every format: one line of refusal, or exactly what the undamaged folder gives.

Each folder is changed in one place, over and over: keys that are missing, doubled, renamed or of another type, values
that are huge, negative, not finite or strings, nesting, bytes flipped, inserted, cut off, tensors with NaN, other
shapes, types and names.
"""

import json
import math
import os
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from polyhead.core.artifact import load_artifact
from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.tensor_files import read_safetensors, read_torch
from polyhead.dictionaries import load_dictionary
from polyhead.runs.dictionaries import run_import

sys.path.insert(0, str(Path(__file__).parent))
import test_circuit_tracer
import test_foreign_saes
import test_llamascopium

N = int(os.environ.get("POLYHEAD_HOSTILE", "60"))
"""Changes of each folder."""


def sparsify(folder: Path) -> None:
    test_foreign_saes.sparsify_folder(folder)


def pickled(folder: Path) -> None:
    D, rand = test_foreign_saes.D, test_foreign_saes.rand
    tensors = test_foreign_saes.linear(b_dec=rand(D), k=torch.tensor(3), threshold=torch.tensor(0.5))
    test_foreign_saes.dictionary_learning_folder(folder, "BatchTopKSAE", tensors)


FORMATS: dict[str, tuple[str, Callable[[Path], Any]]] = {
    "saelens": ("sae", lambda f: test_foreign_saes.saelens_folder(f, "topk")),
    "sparsify": ("layers.5.self_attn", sparsify),
    "dictionary_learning": ("ae", pickled),
    "llamascopium sae": ("sae", lambda f: test_llamascopium.write_folder(f, "sae")),
    "llamascopium lorsa": ("lorsa", lambda f: test_llamascopium.write_folder(f, "lorsa")),
    "llamascopium transcoder": ("tc", lambda f: test_llamascopium.write_folder(f, "transcoder")),
    "circuit-tracer clt": ("clt", test_circuit_tracer.write_clt),
    "circuit-tracer set": ("set", lambda f: test_circuit_tracer.write_set(f, kind="topk")),
}
VALUES: list[Any] = [
    None,
    True,
    False,
    "false",
    "12",
    "x",
    "",
    -1,
    0,
    1,
    3,
    7,
    10**6,
    10**12,
    10**25,
    0.5,
    1e300,
    [],
    {},
    [1],
    {"a": 1},
]
VALUES += ["../../etc/passwd", "a\nb", "\0", "blocks.3.hook_resid_post", "{layer}", "é" * 300]


def meaning(out: Path) -> tuple[Any, dict[str, Tensor]]:
    """What an imported dictionary computes."""
    artifact = load_artifact(out)
    return (artifact.kind, artifact.config), artifact.tensors


def one_line(call: Callable[[], Any]) -> bool:
    """Whether the call went through; a refusal in one line is the only other way out."""
    said = None
    try:
        call()
    except PolyheadError as error:
        said = str(error)
    assert said is None or ("\n" not in said and 0 < len(said) < 2000)
    return said is None


def changed_plain(value: Any, random: Random) -> Any:
    """An object with one change somewhere in it."""
    value = json.loads(json.dumps(value))
    here: Any = value
    while isinstance(here, dict):
        key = random.choice(sorted(here))
        if isinstance(here[key], dict) and here[key] and random.random() < 0.7:
            here = here[key]
            continue
        match random.randrange(4):
            case 0:
                del here[key]
            case 1:
                here[key + random.choice(["_", "x", "2"])] = here.pop(key)
            case 2:
                here[f"unheard_of_{random.randrange(9)}"] = random.choice(VALUES)
            case _:
                here[key] = random.choice(VALUES)
        break
    return value


def changed_bytes(data: bytes, random: Random) -> bytes:
    at, some = random.randrange(len(data)), bytes(random.randrange(256) for _ in range(random.randrange(1, 9)))
    match random.randrange(4):
        case 0:
            return data[:at]
        case 1:
            return data[:at] + some + data[at:]
        case 2:
            return data[:at] + data[at + len(some) :]
        case _:
            return data[:at] + some + data[at + len(some) :]


def changed_tensors(tensors: dict[str, Tensor], random: Random) -> dict[str, Tensor]:
    tensors = dict(tensors)
    name = random.choice(sorted(tensors))
    t = tensors[name].clone()
    match random.randrange(7):
        case 0:
            del tensors[name]
        case 1:
            tensors[name + "_"] = tensors.pop(name)
        case 2 if t.is_floating_point() and t.numel():
            t.view(-1)[random.randrange(t.numel())] = random.choice([math.nan, math.inf, -math.inf])
            tensors[name] = t
        case 3:
            tensors[name] = t[None].contiguous()
        case 4:
            tensors[name] = torch.zeros([0, *t.shape[1:]])
        case 5:
            tensors[name] = t.to(random.choice([torch.int64, torch.bool, torch.uint8]))
        case _:
            tensors["more"] = torch.zeros(3)
    return tensors


def change(folder: Path, random: Random) -> bool:
    """Change one file of a folder; returns whether bytes of weights were changed, which no format notices."""
    path = random.choice(sorted(p for p in folder.iterdir() if p.is_file()))
    weights = path.suffix in (".safetensors", ".pt")
    if weights and random.random() < 0.5:
        if path.suffix == ".pt":
            torch.save(changed_tensors(torch.load(path), random), path)
        else:
            save_file(changed_tensors(load_file(path), random), path)
        return False
    if path.suffix == ".json" and random.random() < 0.7:
        plain = changed_plain(json.loads(path.read_text()), random)
        path.write_text(json.dumps(plain) if random.random() < 0.9 else "[" * 5000 + json.dumps(plain))
        return False
    if path.suffix == ".yaml" and random.random() < 0.7:
        import yaml

        path.write_text(yaml.safe_dump(changed_plain(yaml.safe_load(path.read_text()), random)))
        return False
    path.write_bytes(changed_bytes(path.read_bytes(), random))
    return weights


@pytest.mark.parametrize("name", FORMATS)
def test_a_changed_folder_is_refused_or_means_what_it_says(name: str, tmp_path: Path) -> None:
    folder_name, write = FORMATS[name]
    whole = tmp_path / "whole" / folder_name
    whole.parent.mkdir()
    write(whole)
    assert one_line(lambda: run_import(whole, tmp_path / "out"))
    random, refused = Random(name), 0
    for i in range(N):
        folder, out = tmp_path / str(i) / folder_name, tmp_path / str(i) / "out"
        shutil.copytree(whole, folder)
        change(folder, random)
        if not one_line(lambda folder=folder, out=out: run_import(folder, out)):
            refused += 1
            assert not (out / "manifest.json").exists()
        else:  # it reads back, and all of its numbers are numbers
            assert one_line(lambda out=out: load_dictionary(out))
        shutil.rmtree(tmp_path / str(i))
    assert refused > N / 3


@pytest.mark.parametrize("name", ["saelens", "llamascopium lorsa", "circuit-tracer clt"])
def test_a_changed_artifact_is_refused(name: str, tmp_path: Path) -> None:
    folder_name, write = FORMATS[name]
    whole = tmp_path / folder_name
    write(whole)
    run_import(whole, tmp_path / "whole")
    expected, random = meaning(tmp_path / "whole"), Random(name)
    for i in range(N):
        folder = tmp_path / str(i)
        shutil.copytree(tmp_path / "whole", folder)
        change(folder, random)

        def read(folder: Path = folder) -> None:
            load_dictionary(folder)
            kind, tensors = meaning(folder)
            assert kind == expected[0]
            assert all(torch.equal(t, expected[1][key]) for key, t in tensors.items())

        one_line(read)
        shutil.rmtree(folder)


def test_every_flipped_byte_of_a_pt_file_is_noticed(tmp_path: Path) -> None:
    """All entries have a checksum; what lies between them means nothing."""
    tensors = {"a": torch.randn(3, 4), "b": torch.randn(5)}
    torch.save(tensors, tmp_path / "whole.pt")
    data, random = (tmp_path / "whole.pt").read_bytes(), Random(0)
    path = tmp_path / "changed.pt"
    for _ in range(10 * N):
        at = random.randrange(len(data))
        path.write_bytes(data[:at] + bytes([data[at] ^ (1 << random.randrange(8))]) + data[at + 1 :])
        found: dict[str, Tensor] = {}
        if one_line(lambda found=found: found.update(read_torch(path))):
            assert found.keys() == tensors.keys()
            assert all(torch.equal(t, found[name]) for name, t in tensors.items())


def test_claims_are_compared_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"

    def write(header: str, data: bytes = b"\0" * 16) -> None:
        raw = header.encode()
        path.write_bytes(len(raw).to_bytes(8, "little") + raw + data)

    def entry(shape: str, offsets: str, kind: str = "F32") -> str:
        return f'{{"a": {{"dtype": "{kind}", "shape": {shape}, "data_offsets": {offsets}}}}}'

    write(entry("[2, 2]", "[0, 16]"))
    assert read_safetensors(path)["a"].shape == (2, 2)
    for header in (
        entry("[1000000, 1000000]", "[0, 4000000000000]"),
        entry("[2, 2]", "[0, 12]"),
        entry("[2, 2]", "[4, 20]"),
        entry("[-2, -2]", "[0, 16]"),
        entry("[true, 4]", "[0, 16]"),
        entry("[2, 2]", "[16, 0]"),
        entry("[2, 2]", "[0, 16]", "F99"),
        '{"a": 1}',
        "[1]",
        entry("[4]", "[0, 16]")[:-1] + ", " + entry("[2, 2]", "[0, 16]")[1:],
        '{"a":' * 3000,
    ):
        write(header)
        with pytest.raises(ArtifactError) as error:
            read_safetensors(path)
        assert "\n" not in str(error.value)
    path.write_bytes((10**15).to_bytes(8, "little") + b"{}")
    with pytest.raises(ArtifactError, match="its header claims"):
        read_safetensors(path)


def test_a_pickle_that_claims_more_than_it_stores_is_refused(tmp_path: Path) -> None:
    torch.save({"a": torch.zeros(4)}, tmp_path / "whole.pt")
    torch.save({"a": torch.zeros(1).expand(10_000, 10_000)}, tmp_path / "wide.pt")
    with pytest.raises(ArtifactError, match="a claims 100,000,000 numbers, but only 1 are stored"):
        read_torch(tmp_path / "wide.pt")
    with zipfile.ZipFile(tmp_path / "whole.pt") as old, zipfile.ZipFile(tmp_path / "short.pt", "w") as new:
        for item in old.infolist():
            data = old.read(item.filename)
            new.writestr(item.filename, data[:8] if item.filename.endswith("/data/0") else data)
    with pytest.raises(ArtifactError, match="claims 16 bytes of the entry 0, which holds 8"):
        read_torch(tmp_path / "short.pt")
    with zipfile.ZipFile(tmp_path / "whole.pt") as old, zipfile.ZipFile(tmp_path / "bomb.pt", "w") as new:
        for item in old.infolist():
            new.writestr(item.filename, old.read(item.filename), compress_type=zipfile.ZIP_DEFLATED)
    with pytest.raises(ArtifactError, match=r"entries of a .pt file are stored as they are"):
        read_torch(tmp_path / "bomb.pt")


@pytest.mark.parametrize("name", ["../w.safetensors", "{}/w.safetensors", "link.safetensors"])
def test_files_outside_of_a_folder_are_read_only_where_the_user_allows_it(name: str, tmp_path: Path) -> None:
    import yaml

    folder = tmp_path / "set"
    test_circuit_tracer.write_set(folder)
    shutil.move(folder / "layer_0.safetensors", tmp_path / "w.safetensors")
    (folder / "link.safetensors").symlink_to(tmp_path / "w.safetensors")
    config = yaml.safe_load((folder / "config.yaml").read_text())
    names = [name.replace("{}", str(tmp_path)), "layer_1.safetensors", "layer_2.safetensors"]
    (folder / "config.yaml").write_text(yaml.safe_dump({**config, "transcoders": names}))
    with pytest.raises(PolyheadError, match=r"leads out of .*--outside"):
        run_import(folder, tmp_path / "out")
    assert run_import(folder, tmp_path / "out", outside=True)["kind"] == "cross_layer_transcoder"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"apply_b_dec_to_input": "false"}, "apply_b_dec_to_input: .*valid boolean"),
        ({"d_in": "12"}, "d_in: .*valid integer"),
        ({"d_sae": 0}, "d_sae: .*greater than or equal to 1"),
        ({"k": 41}, "k 41 is not supported; expected at most the 40 latents"),
        ({"k": 2.5}, "k: .*valid integer"),
        ({"attention_temperature": 2}, "unknown key 'attention_temperature'"),
        ({"metadata": {"hook_name": "blocks.5.attn.hook_z", "hook_head_index": 3}}, "hook_head_index 3 .*single head"),
        (
            {"metadata": {"hook_name": "blocks.5.hook_attn_out", "hook_name_out": "blocks.5.hook_mlp_out"}},
            "hook_name_out",
        ),
        ({"metadata": {"hook_name": "blocks.5.hook_attn_out", "model_class_name": "HookedMamba"}}, "HookedMamba"),
        (
            {"metadata": {"hook_name": "blocks.5.hook_z", "model_from_pretrained_kwargs": {"rotate": True}}},
            "unknown key 'rotate'",
        ),
        ({"normalize_activations": "expected_average"}, "normalize_activations 'expected_average' is not supported"),
        ({"reshape_activations": "hook_q"}, "reshape_activations 'hook_q' is not supported"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(changes: dict[str, Any], words: str, tmp_path: Path) -> None:
    folder = test_foreign_saes.saelens_folder(tmp_path / "sae", "topk", **changes)
    if "metadata" in changes:
        plain = json.loads((folder / "cfg.json").read_text())
        plain["metadata"] = {"sae_lens_version": "6.54.12", **plain["metadata"]}
        (folder / "cfg.json").write_text(json.dumps(plain))
    with pytest.raises(PolyheadError, match=words) as error:
        run_import(folder, tmp_path / "out")
    assert "\n" not in str(error.value)
