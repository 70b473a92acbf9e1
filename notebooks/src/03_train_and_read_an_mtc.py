# %% [markdown]
# # Train a multitoken transcoder and read it
#
# A **multitoken transcoder (MTC)** replaces an attention layer by sparse latents that may move through several heads:
#
# $$f_{ti} = \mathrm{TopK}(W_{enc}^\top x_t + b)_i, \qquad
# z_{qi} = \sum_h L_{ih} \sum_t A^h_{qt} f_{ti} + L_{i,\mathrm{id}} f_{qi}, \qquad
# \hat y_q = W_{dec}^\top z_q + b_{dec}$$
#
# $A^h$ is the model's own attention pattern; $L_{ih}$ is the *head loading*: how strongly latent $i$ moves through head
# $h$. The extra entry "identity" is for what needs no attention. The question that an MTC answers is how many heads a
# latent wants when it may choose.

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
import numpy as np
import pandas as pd
import torch

import polyhead as ph

plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
pd.set_option("display.float_format", "{:.3f}".format, "display.max_colwidth", None)

# %% [markdown]
# ## Train
#
# `ph.recipe` fills in everything that is not said. We train two dictionaries on layer 3 of the bundled model: one with
# `free` loadings, and one whose latents are bound to a single head each (`top1`). The text ships with polyhead. A run
# this short is enough to see how things work; it is not enough for conclusions.

# %%
run = Path(tempfile.mkdtemp()) / "mtc"
config = ph.recipe(
    "quick",
    layers=(3,),
    k=[16],
    variants=["free", "top1"],
    n_latents=1024,
    n_train_tokens=32_768,
    n_eval_tokens=4096,
)
trained = ph.train(config, run)  # a second call resumes, or returns at once when everything is done
pd.DataFrame(trained["members"])

# %%
history = {}
for member in config.members:
    lines = (run / "members" / member.name / "metrics.jsonl").read_text().splitlines()
    history[member.variant] = pd.DataFrame([json.loads(line) for line in lines])
fig, ax = plt.subplots(figsize=(5.5, 2.4))
for (name, log), colour in zip(history.items(), ("#4269d0", "#efb118")):
    ax.plot(log["step"], log["mse"], color=colour, label=name)
ax.set(xlabel="step", ylabel="mse / variance", ylim=(0, None))
ax.legend(frameon=False)
fig.tight_layout()

# %% [markdown]
# ## Score
#
# `ph.evaluate` measures on held-out text: the share of variance unexplained (FVU), the next-token loss when the
# dictionary's output replaces the layer's, and linear baselines next to them.

# %%
evaluations, verdict = ph.evaluate(run)
columns = [
    "name",
    "fvu",
    "ce_clean",
    "ce_spliced",
    "ce_mean",
    "l0_source",
    "l0_dest",
    "effective_heads",
    "dead_share",
]
scores = pd.DataFrame([e.model_dump() for e in evaluations])[columns].set_index("name")
scores

# %%
for sentence in verdict[:4]:
    print("-", sentence)

# %% [markdown]
# ## Read the loadings
#
# `ph.load_dictionary` gives a torch module. Its rows are latents.

# %%
model = ph.load_model("bundled")
folder = run / "members"
mtc = ph.load_dictionary(folder / config.members[0].name / "dictionary").requires_grad_(False)
print(
    "W_enc",
    tuple(mtc.W_enc.shape),
    "W_dec",
    tuple(mtc.W_dec.shape),
    "loadings",
    tuple(mtc.head_loadings().shape),
)

# %%
bundled = ph.load_dictionary(ph.bundled_folders()["mtc-layer-3"]).requires_grad_(False)
fig, ax = plt.subplots(figsize=(5.5, 2.4))
bins = np.arange(1, 9.01, 0.25)
for name, dictionary, colour in (
    ("this run", mtc, "#4269d0"),
    ("bundled: 24 times the training", bundled, "#efb118"),
):
    ax.hist(
        dictionary.effective_heads(),
        bins=bins,
        density=True,
        histtype="step",
        lw=1.6,
        color=colour,
        label=name,
    )
ax.set(xlabel="effective heads per latent", ylabel="density of latents")
ax.legend(frameon=False)
fig.tight_layout()

# %% [markdown]
# Loadings start on one head, so a latent has to learn to use others. With more training latents spread further.
#
# ## Read one latent, on both sides
#
# From here on we read the bundled dictionary, which was trained for longer. A latent of an MTC has two sides: where it
# **fires** (the source, or *key side*) and where it **arrives** (the destination, or *query side*).

# %%
prompt = "for name, value in items:\n    print(name, value)\nfor name, value in items:\n    print(name,"
tokens = ph.to_tokens(model, prompt)
words = [w.replace("\n", "\\n") for w in model.tokenizer.tokens(tokens[0])]
names = {role: reads[0].site for role, reads in bundled.origin.reading.roles.items()}
names

# %%
with torch.no_grad():
    _, cache = model.run_with_cache(tokens, list(names.values()))
    batch = {role: cache[site] for role, site in names.items()}
    codes = bundled.codes(batch)  # sparse: values and indices of the active latents
    view = bundled.view(batch, torch.arange(bundled.cfg.n_latents), [])
print("active latents per source token:", codes.values.shape[-1], "at most")
top = view.query_side[0, -1].topk(8)
pd.DataFrame(
    {
        "arrives at the last token (z)": top.values.tolist(),
        "promotes": [
            " ".join(model.tokenizer.tokens((bundled.W_dec[i] @ model.W_U).topk(5).indices))
            for i in top.indices
        ],
        "effective heads": bundled.effective_heads()[top.indices].tolist(),
    },
    index=pd.Index(top.indices.tolist(), name="latent"),
)

# %% [markdown]
# Latent 227 promotes ` value`. Its arcs say which source token sends how much through which head.

# %%
latent = 227
arcs = view.arcs[0, latent, :, -1]  # [head, key_pos] to the last token
limit = float(arcs.abs().max())
fig, (above, below) = plt.subplots(
    2, 1, figsize=(8, 3.6), sharex=True, height_ratios=(1, 2), layout="constrained"
)
above.bar(range(len(words)), view.key_side[0, :, latent], color="#3ca951")
above.set(ylabel="fires (f)", title=f"latent {latent} on both sides")
image = below.imshow(arcs, cmap="RdBu_r", vmin=-limit, vmax=limit, aspect="auto")
below.set_yticks(range(9), [f"L3H{h}" for h in range(8)] + ["identity"], fontsize=8)
below.set_xticks(range(len(words)), words, rotation=90, fontsize=8)
fig.colorbar(image, ax=below, label="sent to the last token", pad=0.01)
plt.show()

# %% [markdown]
# The latent fires on the three ` value` tokens of the prompt and on nothing else, and several induction heads carry it to the
# place where ` value` comes next. No single head of the layer is "the head that copies `value`".
#
# ## Find latents by what they do
#
# `find` looks over text for latents that move information along one relation of positions, here from the token after
# an earlier copy of the current one. Families are simple rules over positions; they say nothing about meaning, and latent 227 has none, because no single relation dominates what it moves.

# %%
found = bundled.find("induction", model, n_sequences=16)
print(f"{len(found)} latents move mostly along induction")
found[["tokens", "induction", "family"]].head(6)

# %%
print(bundled.label(227, model, n_sequences=16))
bundled.top_examples(227, model, n=5, n_sequences=16)

# %% [markdown]
# ## Check that it matters
#
# Removing the latent should lower the prediction of ` value`, and it does; the other latents share the work.

# %%
value = model.tokenizer.encode(" value")[-1]
for chosen in ([227], top.indices[:8].tolist()):
    with torch.no_grad():
        effect = ph.effect(model, prompt, ph.ablate(model, bundled, latents=chosen))
    change = float((effect.after - effect.before)[-1, value])
    print(
        f"without {len(chosen)} latent(s): logit of ' value' changes by {change:+.2f}, KL {effect.kl:.3f} nats"
    )

# %% [markdown]
# A report with a page per latent: `ph.report(run)`, or `polyhead report RUN && polyhead view RUN` on the command line.
#
# **Next:** `06_sae_and_mtc.ipynb` compares with sparse autoencoders; `07_steer_and_ablate.ipynb` turns latents up.
