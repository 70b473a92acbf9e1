# %% [markdown]
# # Compare a public SAE with a multitoken transcoder
#
# Most published dictionaries for attention are **sparse autoencoders (SAEs)** of the layer's output. An SAE latent says
# *what* is written at a destination. A multitoken transcoder (MTC) latent also says *where it was read* and *through
# which heads it moved*. This notebook reads an SAE in the layout of SAELens and compares it with an MTC of the same
# layer.
#
# To stay offline we first write such an SAE ourselves. With a downloaded one, start at "Read it back".

# %%
import subprocess
import sys

if "google.colab" in sys.modules:
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "polyhead[plot]"], check=True)

# %%
import json
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import torch

import polyhead as ph
from polyhead.interop.saelens_export import write_saelens
from polyhead.runs.dictionaries import run_import
from polyhead.runs.score import run_score

plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
pd.set_option("display.float_format", "{:.3f}".format, "display.max_colwidth", None)
folder = Path(tempfile.mkdtemp())

# %% [markdown]
# ## Train both on the same layer and the same text

# %%
config = ph.recipe(
    "quick",
    ["mtc", "attn_out_sae"],
    layers=(3,),
    k=[16],
    n_latents=1024,
    n_train_tokens=32_768,
    n_eval_tokens=4096,
)
trained = ph.train(config, folder / "run")
pd.DataFrame(trained["members"])

# %%
members = {m.method: folder / "run" / "members" / m.name / "dictionary" for m in config.members}
own_sae = ph.load_dictionary(members["attn_out_sae"]).requires_grad_(False)
mtc = ph.load_dictionary(members["mtc"]).requires_grad_(False)

# %% [markdown]
# ## Write the SAE as SAELens would

# %%
theirs = write_saelens(
    own_sae, folder / "their-sae", layer=3, metadata={"model_name": "bundled", "prepend_bos": True}
)
print(sorted(p.name for p in theirs.iterdir()))
print(json.dumps(json.loads((theirs / "cfg.json").read_text()), indent=1)[:600])

# %% [markdown]
# ## Read it back
#
# `run_import` finds the format by the files, translates site names and norms, and writes a polyhead dictionary. On the
# command line this is `polyhead dictionary import THEIR_FOLDER --out OURS`.

# %%
imported = run_import(theirs, folder / "ours")
sae = ph.load_dictionary(folder / "ours").requires_grad_(False)
x = torch.randn(1, 50, sae.cfg.d_in, generator=torch.Generator().manual_seed(0))
difference = (sae.reconstruct({"x": x}) - own_sae.reconstruct({"x": x})).abs().max()
print(f"largest difference between the SAE before and after the round trip: {difference:.1e}")

# %% [markdown]
# ## Score both on the same text

# %%
scored = {
    name: run_score(path, model="bundled", n_tokens=4096)
    for name, path in {"SAE (imported)": folder / "ours", "MTC": members["mtc"]}.items()
}
rows = {
    name: {
        "FVU": e.fvu,
        "loss, clean": e.ce_clean,
        "loss, spliced in": e.ce_spliced,
        "active at the source": e.l0_source,
        "active at the destination": e.l0_dest,
    }
    for name, e in scored.items()
}
pd.DataFrame(rows).T

# %% [markdown]
# Compare with care. The SAE reads the layer's *output* and writes it again; the MTC reads the layer's *input* and has to
# move information between tokens, by the model's own attention patterns. Its L0 is counted at sources, and several
# sources arrive at each destination.
#
# ## Do they find the same directions?
#
# For each SAE latent, the MTC latent whose decoder row is most similar. Only latents that fired in training count, and
# random directions show what 1,024 rows give by chance.

# %%
model = ph.load_model("bundled")
text = "def load(path, mode='r'):\n    with open(path, mode) as file:\n        return file.read()\n\n\nclass Reader:\n"
tokens = ph.to_tokens(model, text * 3)
names = ["blocks.3.ln1.hook_normalized", "blocks.3.attn.hook_pattern", "blocks.3.hook_attn_out"]
with torch.no_grad():
    _, cache = model.run_with_cache(tokens, names)
    on_sae = sae.codes({"x": cache[names[2]]})
    on_mtc = mtc.codes({"x": cache[names[0]]})


def active(codes):
    return codes.indices[codes.values > 0].unique()


def unit(rows):
    return rows / rows.norm(dim=-1, keepdim=True)


rows_sae, rows_mtc = unit(sae.W_dec[active(on_sae)]), unit(mtc.W_dec[active(on_mtc)])
chance = unit(torch.randn(rows_mtc.shape, generator=torch.Generator().manual_seed(0)))
best, random = (rows_sae @ rows_mtc.T).amax(1), (rows_sae @ chance.T).amax(1)
fig, ax = plt.subplots(figsize=(5.5, 2.4))
bins = torch.linspace(0, 1, 41).tolist()
ax.hist(best, bins=bins, color="#4269d0", alpha=0.8, label="nearest MTC latent")
ax.hist(random, bins=bins, color="#bbbbbb", alpha=0.8, label="nearest random direction")
ax.set(xlabel="cosine of decoder rows", ylabel="SAE latents")
ax.legend(frameon=False)
fig.tight_layout()
print(f"{len(rows_sae)} SAE latents and {len(rows_mtc)} MTC latents fired on this text")
print(f"median best cosine {best.median():.2f}; against random directions {random.median():.2f}")

# %% [markdown]
# ## What the MTC adds: heads and sources
#
# Take the best-matched pair and ask both what they know.

# %%
i, j = active(on_sae)[best.argmax()], active(on_mtc)[(rows_sae @ rows_mtc.T)[best.argmax()].argmax()]
for kind, dictionary, latent in (("SAE", sae, int(i)), ("MTC", mtc, int(j))):
    promoted = model.tokenizer.tokens((dictionary.W_dec[latent] @ model.W_U).topk(6).indices)
    print(f"{kind} latent {latent} promotes {promoted}")
print("head loadings of the SAE latent:", None if sae.head_loadings() is None else sae.head_loadings()[i])
loading = mtc.head_loadings()[j]
pd.DataFrame(
    [loading.tolist()], columns=[f"L3H{h}" for h in range(8)] + ["identity"], index=[f"MTC latent {int(j)}"]
)

# %% [markdown]
# An SAE of the output has no head loadings: the heads were summed before it looked. `polyhead train all --layers 3`
# trains every method on the same layer; the study `ph.studies.load("methods-compared")` does so at full size, and
# `polyhead benchmark` scores methods on features that are known.
#
# **Next:** `08_write_your_own_method.ipynb` adds a method to these comparisons.
