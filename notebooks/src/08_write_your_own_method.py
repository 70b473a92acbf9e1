# %% [markdown]
# # Write your own method
#
# A method of training dictionaries is one file. It says what it reads, where training starts and how it encodes and
# decodes; training, resuming, scoring, reports, graphs and the benchmark come for free. Here is a whole one.
#
# **The question:** how much of an attention layer's output is *one direction per head*? Every head is a latent. It reads
# one direction of its own output $z_h$, writes one direction of the residual stream, and at each token the $k$ heads
# that write most are kept: $y_t = \sum_{h \in \mathrm{top}\,k} (z_{th} \cdot e_h)\, d_h + b$.

# %%
import subprocess
import sys

if "google.colab" in sys.modules:
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "polyhead[plot]"], check=True)

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from jaxtyping import Float, Int
from pydantic import Field
from torch import Tensor, nn

from polyhead.core.base_layer import BaseLayer
from polyhead.core.config import Config
from polyhead.core.protocols import Batch, Codes, LatentDirections
from polyhead.core.reading import Reading, one_site
from polyhead.core.sites import site
from polyhead.dictionaries import register
from polyhead.dictionaries.encoder import position_weights
from polyhead.dictionaries.method import Method, LearningRates
from polyhead.dictionaries.init import valid_rows

import polyhead as ph

plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
pd.set_option("display.float_format", "{:.3f}".format, "display.max_colwidth", None)

# %% [markdown]
# ## Settings
#
# What a user may choose, and what is saved with the weights (settings and widths).


# %%
class RankOneSettings(Config):
    """What may be chosen."""

    k: int = Field(default=3, ge=1)
    """Heads per token."""


class RankOneConfig(RankOneSettings):
    """Settings and widths."""

    n_heads: int
    d_head: int
    d_out: int


# %% [markdown]
# ## The module
#
# `codes` says which latents fire where; `reconstruct` gives the target in its own units; `loss` names its terms. The
# last five methods are optional: they are what attribution graphs need.


# %%
class RankOneHeads(nn.Module):
    """One direction read and one written by each head."""

    def __init__(self, cfg: RankOneConfig) -> None:
        super().__init__()
        self.cfg = cfg
        self.reader = nn.Parameter(torch.zeros(cfg.n_heads, cfg.d_head))
        self.writer = nn.Parameter(torch.zeros(cfg.n_heads, cfg.d_out))
        self.b_dec = nn.Parameter(torch.zeros(cfg.d_out))
        self.register_buffer("target_scale", torch.ones(()))
        self.target_scale: Tensor

    def pre_activations(self, x: Float[Tensor, "b p d_in"]) -> Float[Tensor, "b p h"]:
        """What each head's output has along its direction."""
        return torch.einsum("bphc,hc->bph", x.unflatten(-1, tuple(self.reader.shape)), self.reader)

    def codes(self, batch: Batch) -> Codes:
        """The heads kept."""
        f = self.pre_activations(batch["x"])
        indices = (f.abs() * self.writer.norm(dim=-1)).topk(min(self.cfg.k, self.cfg.n_heads), dim=-1).indices
        return Codes(f.gather(-1, indices), indices, self.cfg.n_heads)

    def reconstruct(self, batch: Batch) -> Float[Tensor, "b p d_out"]:
        """The target, in its own units."""
        values, indices, _ = self.codes(batch)
        return torch.einsum("bpk,bpkd->bpd", values, self.writer[indices]) + self.b_dec

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """mse in units of the target's variance."""
        error = (self.reconstruct(batch) - batch["target"]) / self.target_scale
        return {"mse": (error.square().mean(-1) * position_weights(batch)).sum()}

    def project(self) -> None:
        """Directions are free."""

    # What graphs need (core/protocols.py: ReadsHeads).

    def head_readers(self, latents: Int[Tensor, " m"], layer: BaseLayer) -> Float[Tensor, "m h c"]:
        """Each head reads itself only."""
        return torch.diag_embed(self.reader.T).permute(1, 2, 0)[latents]

    def attribution_bias(
        self, latents: Int[Tensor, " m"], layers: Sequence[BaseLayer]
    ) -> Float[Tensor, " m"]:
        """None."""
        return torch.zeros(len(latents))

    def written_rows(self, layer: BaseLayer) -> Float[Tensor, "h d"]:
        """What each head writes."""
        return self.writer

    def written_bias(self, layer: BaseLayer) -> Float[Tensor, " d"]:
        """What is there always."""
        return self.b_dec


# %% [markdown]
# ## What it reads, and where training starts
#
# A `Reading` names sites. `make` receives the layer as plain tensors and a few batches. Each head begins with the
# direction of its $W_O$ that writes most.


# %%
def reading(settings: RankOneSettings, layers: Sequence[BaseLayer]) -> Reading:
    """z of all heads, and the attention output."""
    names = {"x": "attn.hook_z", "target": "hook_attn_out"}
    return Reading(roles={role: one_site(site(layers[0].layer, name)) for role, name in names.items()})


def make(
    settings: RankOneSettings,
    layers: Sequence[BaseLayer],
    batches: Sequence[Batch],
    generator: torch.Generator,
) -> RankOneHeads:
    """Each head's direction of most output, and the bias that is best without any."""
    (layer,) = layers
    shape = {"n_heads": layer.n_heads, "d_head": layer.d_head, "d_out": layer.d_model}
    heads = RankOneHeads(RankOneConfig.parse({**settings.model_dump(), **shape}))
    target = valid_rows(batches, "target")
    U, S, Vh = torch.linalg.svd(layer.W_O, full_matrices=False)
    with torch.no_grad():
        heads.reader.copy_(U[:, :, 0] + 0.01 * torch.randn(heads.reader.shape, generator=generator))
        heads.writer.copy_(S[:, :1] * Vh[:, 0])
        heads.b_dec.copy_(target.mean(0))
        heads.target_scale.copy_((target - target.mean(0)).square().mean().sqrt())
    return heads


# %% [markdown]
# ## What latents claim
#
# With this the benchmark can compare latents with planted attention features.


# %%
def directions(
    heads: Any, reading: Reading, layers: Mapping[int, BaseLayer], batches: Sequence[Batch]
) -> LatentDirections:
    """What each head reads of the stream, what it writes, and that it moves by itself."""
    (layer,) = layers.values()
    source = torch.einsum("hdc,hc->hd", layer.W_V, heads.reader)
    return LatentDirections(source=source, output=heads.writer, loading=torch.eye(layer.n_heads))


# %% [markdown]
# ## Register
#
# From now on `rank_one_heads` is a method like any other.

# %%
METHOD = register(
    Method(
        kind="rank_one_heads",
        title="Rank-one heads",
        settings=RankOneSettings,
        config=RankOneConfig,
        module=RankOneHeads,
        reading=reading,
        make=make,
        rates=LearningRates(1e-2),
        side="query",
        noun="head",
        about="One row is a head: one direction of its output, and what it writes along it.",
        graph="written",
        directions=directions,
    )
)

# %% [markdown]
# ## Train and score it
#
# Two values of $k$, next to a multitoken transcoder on the same layer and text.

# %%
run = Path(tempfile.mkdtemp())
small = {"layers": (3,), "n_train_tokens": 16_384, "n_eval_tokens": 4096}
ph.train(ph.recipe("quick", "rank_one_heads", set=["k=2,8"], **small), run / "ours")
ph.train(ph.recipe("quick", "mtc", k=[16], n_latents=1024, **small), run / "mtc")
found = [e for part in ("ours", "mtc") for e in ph.evaluate(run / part)[0]]
scores = pd.DataFrame([e.model_dump() for e in found]).drop_duplicates("name").set_index("name")
chosen = scores[["method", "fvu", "ce_spliced", "ce_clean"]].sort_values("fvu")
chosen

# %%
shown = chosen[chosen["fvu"] <= 1.01]
fig, ax = plt.subplots(figsize=(6, 3.2))
colours = {"rank_one_heads": "#c43d3d", "mtc": "#4269d0"}
ax.barh(shown.index, shown["fvu"], color=[colours.get(m, "#bbbbbb") for m in shown["method"]])
ax.invert_yaxis()
ax.set(xlabel="fraction of variance unexplained (lower is better)")
ax.tick_params(axis="y", labelsize=8)
fig.tight_layout()

# %% [markdown]
# One direction per head leaves most of the layer unexplained, even with all eight heads. A head is not one feature; the
# grey bars are linear baselines with more directions.
#
# ## Use it
#
# The saved dictionary loads like every other one.

# %%
saved = next((run / "ours" / "members").iterdir()) / "dictionary"
heads = ph.load_dictionary(saved).requires_grad_(False)
model = ph.load_model("bundled")
rows = {f"L3H{h}": model.tokenizer.tokens((heads.writer[h] @ model.W_U).topk(6).indices) for h in range(8)}
pd.DataFrame(rows, index=[f"promotes {i}" for i in range(1, 7)]).T

# %% [markdown]
# To keep a method, put it in a file of `polyhead.dictionaries` and in `METHODS`, or import your module before you use
# it. `docs/adding-a-method.md` says what each field of `Method` is for and how the conformance suite tests a method;
# `polyhead benchmark --methods rank_one_heads` scores it on planted features.
