"""Load an SAE of ours with SAELens itself, and one of SAELens with us: both must give the same output.

    sh benchmarks/install_peers.sh saelens
    python benchmarks/check_saelens.py

For each activation: we write a folder, the peer's interpreter loads it with `SAE.load_from_disk`, encodes and decodes
tokens, and saves its own copy, which we read back. Prints the largest differences; exits with 1 above 1e-4.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

PEER = Path(__file__).resolve().parents[1] / ".venv-peers-saelens" / "bin" / "python"
D, N, TOKENS, TOLERANCE = 24, 96, 64, 1e-4
THERE = """
import sys
from pathlib import Path
import sae_lens
from safetensors.torch import load_file, save_file
from sae_lens import SAE
folder = Path(sys.argv[1])
sae = SAE.load_from_disk(folder / "ours")
x = load_file(folder / "x.safetensors")["x"]
f = sae.encode(x)
save_file({"f": f.detach().contiguous(), "y": sae.decode(f).detach().contiguous()}, folder / "theirs.safetensors")
sae.save_model(folder / "saved")
print(type(sae).__name__, sae_lens.__version__)
"""


def check(name: str, folder: Path) -> float:
    """The largest difference of code, output and tensors."""
    from polyhead.core.rng import generator
    from polyhead.dictionaries.activation import BatchTopK, JumpReLU, ReLU, TopK
    from polyhead.dictionaries.attn_out_sae import AttnOutSAE, AttnOutSAEConfig
    from polyhead.dictionaries.encoder import unpack
    from polyhead.dictionaries.sae_init import initialize
    from polyhead.interop.saelens import read_saelens
    from polyhead.interop.saelens_export import write_saelens

    activation = {"relu": ReLU(), "topk": TopK(k=5), "jumprelu": JumpReLU(), "batchtopk": BatchTopK(k=5)}[name]
    x, first = (3 * torch.randn(1, TOKENS, D, generator=generator(0, name)) + 1 for name in ("x", "start"))
    batch = {"x": x, "target": x}
    sae = AttnOutSAE(AttnOutSAEConfig(d_in=D, n_latents=N, activation=activation))
    initialize(sae, [{"x": first, "target": first}], init="subspace", generator=generator(0, "start"))
    write_saelens(sae, folder / "ours", layer=2, metadata={"model_name": "bundled"})
    save_file({"x": x[0].clone()}, folder / "x.safetensors")
    run = subprocess.run([PEER, "-c", THERE, folder], check=True, capture_output=True, text=True)
    theirs, back = load_file(folder / "theirs.safetensors"), read_saelens(folder / "saved").dictionary
    code, output = unpack(sae.codes(batch))[0], sae.reconstruct(batch)[0]
    tensors = [load_file(folder / f / "sae_weights.safetensors") for f in ("ours", "saved")]
    differences = {
        "code": (code - theirs["f"]).abs().max(),
        "output": (output - theirs["y"]).abs().max(),
        "output of what they saved": (back.reconstruct(batch)[0] - theirs["y"]).abs().max(),
        "tensors they saved": max((tensors[0][k] - tensors[1][k]).abs().max() for k in tensors[0]),
    }
    words = ", ".join(f"{what} {float(size):.1e}" for what, size in differences.items())
    print(
        f"{name} as {run.stdout.strip().splitlines()[-1]}: {words} (L0 {float((code > 0).sum(-1).float().mean()):.1f})"
    )
    return max(map(float, differences.values()))


def main() -> None:
    if not PEER.exists():
        sys.exit("the peer is not installed: sh benchmarks/install_peers.sh saelens")
    worst = 0.0
    for name in ("relu", "topk", "jumprelu", "batchtopk"):
        with tempfile.TemporaryDirectory() as folder, torch.no_grad():
            worst = max(worst, check(name, Path(folder)))
    sys.exit(worst > TOLERANCE)


if __name__ == "__main__":
    main()
