# %% [markdown]
# # Induction heads, and what one head does
#
# An **induction head** finds the earlier copy of the current token and attends to what followed it. This notebook
# finds such heads by scores, looks at them on repeated random tokens, asks what they do on ordinary text, and removes
# them to see what breaks.

# %%
import subprocess
import sys

if "google.colab" in sys.modules:
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "polyhead[plot]"], check=True)

# %%
import matplotlib.pyplot as plt
import pandas as pd
import torch

import polyhead as ph

plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
pd.set_option("display.float_format", "{:.3f}".format, "display.max_colwidth", None)
torch.set_grad_enabled(False)  # nothing is trained here

model = ph.load_model("bundled")  # or "gpt2", "pythia-70m", a local folder ...

# %% [markdown]
# ## Scores of every head
#
# `ph.heads.scores` runs the model over ordinary text and over repeated random tokens. Each score is a mean attention:
# on the token before, on what followed the earlier copy (repeats), on an earlier copy of the token, on BOS.

# %%
scores = ph.heads.scores(model, n_tokens=4096)
scores.sort_values("induction", ascending=False).head(6)

# %%
kinds = ["previous", "induction", "duplicate", "bos"]
fig, axes = plt.subplots(1, 4, figsize=(8, 2.3), sharey=True, layout="constrained")
for ax, kind in zip(axes, kinds):
    grid = scores.pivot(index="layer", columns="head", values=kind)
    image = ax.imshow(grid, cmap="Blues", vmin=0, vmax=1)
    ax.set(title=kind, xlabel="head", xticks=range(0, 8, 2), yticks=range(4))
axes[0].set_ylabel("layer")
fig.colorbar(image, ax=axes, label="mean attention")
plt.show()

# %% [markdown]
# There is one clear previous-token head, L2H7, and four heads of layer 3 that score as induction heads: L3H0, L3H3,
# L3H5 and L3H7.
#
# ## On repeated random tokens
#
# Twenty random tokens, repeated. There is nothing to predict from but the repetition, so an induction head has to draw
# a diagonal: 19 tokens back.

# %%
generator = torch.Generator().manual_seed(0)
period = 20
segment = torch.randint(300, model.cfg.d_vocab, (1, period), generator=generator)
repeated = torch.cat([torch.tensor([[model.cfg.bos_token_id]]), segment, segment], dim=1)
logits, cache = model.run_with_cache(repeated, [f"blocks.{n}.attn.hook_pattern" for n in (2, 3)])
heads = ["L2H7", "L3H0", "L3H3", "L3H5", "L3H7"]
fig, axes = plt.subplots(1, 5, figsize=(8.5, 2.1), sharey=True, layout="constrained")
for ax, name in zip(axes, heads):
    ax.imshow(cache[f"blocks.{name[1]}.attn.hook_pattern"][0, int(name[3])], cmap="Blues", vmin=0, vmax=1)
    ax.set(title=name, xlabel="key")
axes[0].set_ylabel("query")
plt.show()

# %%
log_p = logits[0, :-1].log_softmax(-1).gather(-1, repeated[0, 1:, None])[:, 0]
print(
    f"loss in the first copy: {-log_p[:period].mean():.2f} nats; in the second: {-log_p[period:].mean():.2f} nats"
)

# %% [markdown]
# ## What the heads do on ordinary text
#
# Scores say how much a head does *one* thing. `ph.heads.classify` says where its attention goes: every key is given to
# the first rule that claims it, so the columns add to 1.

# %%
record = ph.heads.classify(model, heads=heads, n_tokens=8192, seq_len=128)
index = [*(b.name for b in record.behaviours), "no behaviour"]
mass = pd.DataFrame({h.name: h.mass for h in record.heads}, index=index)
mass.style.background_gradient(cmap="Blues", vmin=0, vmax=1).format("{:.2f}")

# %% [markdown]
# A head that rests on BOS most of the time still matters where it does not. To see how much, split it into parts.
#
# ## One head as a sum of parts
#
# `ph.heads.split` writes a head's output as a sum: one part per behaviour of its attention. Each part is removed alone,
# and the rise of the loss is compared with removing a random part of the same size.

# %%
by_rules, by_clusters = ph.heads.split(model, "L3H7", n_sequences=8)
parts = pd.DataFrame([p.model_dump() for p in by_rules.parts]).set_index("name")
parts = parts.rename(columns={"ce_delta": "loss rise", "ce_delta_control": "loss rise, control"})
print(f"removing all of L3H7 raises the loss by {by_rules.ce_delta:.3f} nats")
parts[["mass", "norm_share", "loss rise", "loss rise, control"]].sort_values("loss rise", ascending=False)

# %%
fig, ax = plt.subplots(figsize=(6, 2.8), layout="constrained")
shown = parts.sort_values("norm_share", ascending=False)
y = range(len(shown))
ax.barh([i - 0.2 for i in y], shown["mass"], height=0.4, color="#bbbbbb", label="share of attention")
ax.barh([i + 0.2 for i in y], shown["norm_share"], height=0.4, color="#4269d0", label="share of output")
ax.set_yticks(y, shown.index)
ax.invert_yaxis()
ax.set_title("parts of L3H7", fontsize=10)
ax.legend(frameon=False)
plt.show()

# %% [markdown]
# Attention and output are different things: the part on BOS takes a quarter of the attention and writes almost nothing,
# and induction writes most of the output. Still, part of what L3H7 writes belongs to other behaviours.
#
# ## Remove a head
#
# `ph.heads.ablate` puts a head out of action on a set of prompts whose answer is known, in several ways: zero or mean
# output, attention redirected to BOS, and so on.

# %%
ablation = ph.heads.ablate(model, "L2H7", "induction", n_prompts=48)
prompt, answer = ablation.examples[0]
print(ablation.about)
print("example:", repr(prompt), "->", repr(answer))
effects = [ablation.clean, *ablation.effects]
pd.DataFrame(
    {
        "accuracy": [sum(e.top1) / len(e.top1) for e in effects],
        "mean probability of the answer": [sum(e.probability) / len(e.probability) for e in effects],
    },
    index=[e.label for e in effects],
)

# %% [markdown]
# ## Redundant heads
#
# The same prompts with each induction head removed, and with all four.

# %%
tokens = [(ph.to_tokens(model, p), model.tokenizer.encode(a)[-1]) for p, a in ablation.examples]


def mean_probability():
    return sum(float(model(t)[0, -1].softmax(-1)[a]) for t, a in tokens) / len(tokens)


rows = {"nothing": mean_probability()}
for chosen in [[h] for h in heads[1:]] + [heads[1:]]:
    with ph.ablate(model, heads=chosen):
        rows[" ".join(chosen)] = mean_probability()
pd.Series(rows, name="mean probability of the answer").rename_axis("ablated").to_frame()

# %% [markdown]
# Removing one head lowers the probability by a part; only removing all four ends the behaviour. It belongs to a group. A dictionary gives the group's
# features names of their own; see `03_train_and_read_an_mtc.ipynb`. Why these heads look where they look is the topic
# of `05_a_graph.ipynb`.
#
# On the command line: `polyhead heads report bundled` does all of this for every head and writes pages.
