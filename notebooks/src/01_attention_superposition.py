# %% [markdown]
# # Attention superposition in ten minutes
#
# An attention layer has a handful of heads, but it computes many *attention features*: "copy what followed this token
# last time", "bring the name of the variable that is being indexed", "close the bracket that is open". When there are
# more features than heads, a head has to take part in several features, and a feature is spread over several heads.
# This is **attention superposition**. A head is then the wrong unit to read.
#
# This notebook shows both halves of that statement on a small real model, and then the dictionary that undoes it.

# %%
import subprocess
import sys

if "google.colab" in sys.modules:
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "polyhead[plot]"], check=True)

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch

import polyhead as ph

plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
pd.set_option("display.float_format", "{:.3f}".format)

torch.set_grad_enabled(False)  # nothing is trained here
model = ph.load_model("bundled")  # 4 layers of 8 heads, attention only, trained on Python code
prompt = "for name, value in items:\n    print(name, value)\nfor name, value in items:\n    print(name,"
tokens = ph.to_tokens(model, prompt)
words = model.tokenizer.tokens(tokens[0])
logits, cache = model.run_with_cache(tokens, ["blocks.3.attn.hook_pattern"])
print("next token:", model.tokenizer.tokens(logits[0, -1].topk(3).indices))

# %% [markdown]
# ## One feature, several heads
#
# The prompt ends with the second `name,`. Where do the heads of layer 3 look from there?

# %%
pattern = cache["blocks.3.attn.hook_pattern"][0, :, -1]  # [head, key_pos]
shown = [w.replace("\n", "\\n") for w in words]
fig, ax = plt.subplots(figsize=(8, 2.9))
image = ax.imshow(pattern, cmap="Blues", vmin=0, vmax=1, aspect="auto")
ax.set_xticks(range(len(words)), shown, rotation=90, fontsize=8)
ax.set_yticks(range(8), [f"L3H{h}" for h in range(8)], fontsize=8)
ax.set_title("attention from the last ',' (layer 3)", fontsize=10)
fig.colorbar(image, label="attention", pad=0.01)
fig.tight_layout()

# %% [markdown]
# The same patterns as an interactive view: point at a token to see where each head looks from it (in a notebook that
# runs; hosted previews may not show it).

# %%
ph.show(cache["blocks.3.attn.hook_pattern"], words, layer=3)

# %% [markdown]
# L3H0, L3H3 and L3H7 look at the ` value` that followed the earlier `name,`. Which of them is *the* induction
# head? Ablate them one at a time, and then together with L3H5, the fourth head that scores as an induction head.

# %%
value = model.tokenizer.encode(" value")[-1]
groups = ["L3H0", "L3H3", "L3H5", "L3H7", ["L3H0", "L3H3", "L3H5", "L3H7"], ["L3H1", "L3H2", "L3H4", "L3H6"]]
chance = {"nothing": float(logits[0, -1].softmax(-1)[value])}
for heads in groups:
    name = heads if isinstance(heads, str) else " ".join(h[2:] for h in heads) + " (all four)"
    with ph.ablate(model, heads=heads):
        chance[name] = float(model(tokens)[0, -1].softmax(-1)[value])
fig, ax = plt.subplots(figsize=(6.5, 2.6))
ax.barh(list(chance), list(chance.values()), color=["#888888"] + ["#4269d0"] * 4 + ["#c43d3d", "#efb118"])
ax.invert_yaxis()
ax.set(xlabel="probability of ' value'", ylabel="ablated", xlim=(0, 1))
for y, p in enumerate(chance.values()):
    ax.text(p + 0.01, y, f"{p:.2f}", va="center", fontsize=8)
fig.tight_layout()

# %% [markdown]
# No single head is needed, but the four together are. The feature is carried by all of them.
#
# ## One head, several features
#
# The other half: what does one of these heads do on ordinary text? polyhead classifies every row of its pattern by
# what it mostly looks at.

# %%
record = ph.heads.classify(model, heads=["L2H7", "L3H0", "L3H3", "L3H7"], n_tokens=8192, seq_len=128)
mass = pd.DataFrame(
    {h.name: h.mass for h in record.heads}, index=[*(b.name for b in record.behaviours), "no behaviour"]
)
mass.style.background_gradient(cmap="Blues", vmin=0, vmax=1).format("{:.2f}")

# %% [markdown]
# L2H7 is what one hopes for: nearly all of its attention is on the few tokens before. The induction heads
# split theirs over resting on BOS, induction, nearby tokens, punctuation, and a large part that no rule explains.
#
# ## Latents instead of heads
#
# A **multitoken transcoder (MTC)** explains the layer by thousands of sparse *latents*. Each latent is read at source
# tokens, carried by its own mixture of heads (its *head loadings*), and written at destinations.

# %%
mtc = ph.load_dictionary(ph.bundled_folders()["mtc-layer-3"])
names = ["blocks.3.ln1.hook_normalized", "blocks.3.attn.hook_pattern", "blocks.3.hook_attn_out"]
_, cache = model.run_with_cache(tokens, names)
batch = {"x": cache[names[0]], "pattern": cache[names[1]]}
error = mtc.reconstruct(batch) - cache[names[2]]
view = mtc.view(batch, torch.arange(mtc.cfg.n_latents), [])
share = (
    1 - error[0, 1:].square().sum() / (cache[names[2]][0, 1:] - cache[names[2]][0, 1:].mean(0)).square().sum()
)
print(f"{mtc.cfg.n_latents:,} latents for 8 heads explain {share:.1%} of the layer's output on this prompt")

# %% [markdown]
# Which latents arrive at the last token and raise the logit of ` value`?

# %%
direct = view.query_side[0, -1] * (mtc.W_dec @ (model.W_U[:, value] - model.W_U.mean(1))) * mtc.target_scale
top = direct.topk(6).indices
rows = []
for i in top.tolist():
    head, key = divmod(int(view.arcs[0, i, :, -1].argmax()), len(words))
    promotes = (mtc.W_dec[i] @ model.W_U).topk(4).indices
    by = f"L3H{head}" if head < 8 else "identity"
    rows.append(
        {
            "latent": i,
            "effective heads": float(mtc.effective_heads()[i]),
            "strongest arc": f"{shown[key]!r} at {key}, through {by}",
            "promotes": " ".join(model.tokenizer.tokens(promotes)),
        }
    )
pd.DataFrame(rows).set_index("latent")

# %%
loadings = mtc.head_loadings()[top]
fig, ax = plt.subplots(figsize=(6, 2.6))
limit = float(loadings.abs().max())
image = ax.imshow(loadings, cmap="RdBu_r", vmin=-limit, vmax=limit, aspect="auto")
ax.set_xticks(range(9), [f"L3H{h}" for h in range(8)] + ["identity"], fontsize=8)
ax.set_yticks(range(len(top)), top.tolist(), fontsize=8)
ax.set(ylabel="latent", title="head loadings of the latents that write ' value'")
ax.title.set_fontsize(10)
fig.colorbar(image, label="loading", pad=0.01)
fig.tight_layout()

# %% [markdown]
# Four of these latents use several induction heads, each in its own proportions; the other two sit mostly on one head
# that no score names. Over all latents of the dictionary, this is how many heads one uses:

# %%
alive = np.asarray(mtc.effective_heads())
fig, ax = plt.subplots(figsize=(5, 2.2))
ax.hist(alive, bins=np.arange(1, 9.01, 0.25), color="#4269d0")
ax.set(xlabel="effective heads per latent (participation ratio)", ylabel="latents")
fig.tight_layout()

# %% [markdown]
# A latent that one head carries alone would stand at 1. How far a latent is spread depends on how the dictionary was
# initialized, so this picture alone proves nothing; `ph.studies.load("attention-superposition")` compares
# dictionaries with free loadings, bound loadings and shuffled patterns.
#
# ## Where it is certain
#
# In toy models we know the features. polyhead reproduces published toys over hundreds of seeds. In *OV-coherent
# attention head superposition* two heads solve a task that needs both: each prefers the tokens in reversed order.

# %%
study = ph.studies.load("ov-coherent")
pd.set_option("display.max_colwidth", None)
pd.DataFrame(
    [(c.key, c.held, c.agreement, c.statement) for c in study.findings.claims[:7]],
    columns=["claim", "held", "published result", "statement"],
).set_index("claim")

# %% [markdown]
# **Next:** `02_ov_coherent_toy.ipynb` trains these toy models in a few seconds, `03_train_and_read_an_mtc.ipynb` trains
# a dictionary, `04_induction_heads.ipynb` looks closer at the heads of this notebook.
