# %% [markdown]
# # Steer and ablate
#
# An *intervention* edits a model while it runs. With polyhead you edit either **heads** or **latents of a
# dictionary**: scale them, add to them, hold them at a value, or remove them. Interventions are `with` blocks: inside
# the block every pass of the model is edited, and afterwards the model is as it was.
#
# Everything here uses the model and the dictionaries that ship with polyhead; no download is needed.

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
pd.set_option("display.float_format", "{:.3f}".format)

torch.set_grad_enabled(False)  # nothing is trained here
model = ph.load_model("bundled")
prompt = "for name, value in items:\n    print(name, value)\nfor name, value in items:\n    print(name,"
tokens = ph.to_tokens(model, prompt)
words = model.tokenizer.tokens(tokens[0])
print(f"{model.cfg.n_layers} layers, {model.cfg.n_heads} heads per layer; the prompt has {len(words)} tokens")

# %% [markdown]
# ## Ablate a head
#
# `ph.effect` runs a prompt twice, without and with an intervention, and compares the next token. The model predicts
# ` value`, because the pair `name, value` occurred before. L2H7 attends to the previous token, which induction heads
# of layer 3 need. Without it the prediction is gone.

# %%
without_previous = ph.effect(model, prompt, ph.ablate(model, heads="L2H7"))
print(without_previous.about[0], f"| KL {without_previous.kl:.2f} nats")
without_previous.to_dataframe(6)

# %% [markdown]
# ## One induction head hardly matters, all of them do
#
# Four heads of layer 3 attend to the token that followed the earlier copy. Removing any one of them changes little,
# because the others carry the same feature. That is what *attention superposition* means in practice: the feature
# "what followed last time" belongs to no single head.

# %%
induction = ["L3H0", "L3H3", "L3H5", "L3H7"]
value = model.tokenizer.encode(" value")[-1]
rows = {}
for heads in [*([head] for head in induction), induction]:
    after = ph.effect(model, prompt, ph.ablate(model, heads=heads))
    rows[" + ".join(heads)] = {
        "p( value) before": float(after.before[-1].softmax(-1)[value]),
        "p( value) after": float(after.after[-1].softmax(-1)[value]),
    }
ablated = pd.DataFrame(rows).T
ablated

# %%
fig, ax = plt.subplots(figsize=(6, 2.4))
ax.barh(ablated.index, ablated["p( value) after"], color="#4269d0")
ax.axvline(ablated["p( value) before"].iloc[0], color="black", lw=1, ls="--", label="no head ablated")
ax.invert_yaxis()
ax.set(xlabel="probability of ' value'", xlim=(0, 1))
ax.legend(frameon=False, loc="lower right")
fig.tight_layout()

# %% [markdown]
# ## Steer a latent
#
# A multitoken transcoder (MTC) writes the output of a whole attention layer as a sum of latents, each moved by a
# mixture of heads. Latent 227 of the layer-3 MTC fires on tokens such as ` value` and raises the logit of ` value`
# wherever heads carry it. Scaling its code by 3 makes the model surer; scaling by 0 removes it.

# %%
mtc = ph.load_dictionary(ph.bundled_folders()["mtc-layer-3"])
promoted = (mtc.W_dec[227] @ model.W_U).topk(6).indices
print("tokens that latent 227 promotes:", model.tokenizer.tokens(promoted))

# %%
scales = [0.0, 1.0, 2.0, 4.0, 8.0]
effects = {s: ph.effect(model, prompt, ph.steer(model, mtc, latent=227, scale=s)) for s in scales}
pd.DataFrame(
    {
        "logit of ' value'": {s: float(e.after[-1, value]) for s, e in effects.items()},
        "probability": {s: float(e.after[-1].softmax(-1)[value]) for s, e in effects.items()},
        "KL (nats)": {s: e.kl for s, e in effects.items()},
    }
).rename_axis("scale")

# %% [markdown]
# A scale of 1 changes nothing, exactly. The intervention adds to the layer's output what the dictionary writes of the
# *changed* code minus what it writes of the original one, so the dictionary's reconstruction error stays in the model.
#
# ## The same edit by hand
#
# An MTC latent fires at the source token, each head carries it along its attention pattern, weighted by the latent's
# loading on that head, and the decoder row is written at the destination. Written as hooks:

# %%
names = ["blocks.3.ln1.hook_normalized", "blocks.3.attn.hook_pattern"]
_, cache = model.run_with_cache(tokens, names)
f = mtc.activations(cache[names[0]])[..., 227]  # [1, key_pos]
loading = mtc.head_loadings()[227]  # one number per head, the identity last
pattern = cache[names[1]]  # [1, head, query_pos, key_pos]
arrives = torch.einsum("bhqk,bk,h->bq", pattern, f, loading[:-1]) + f * loading[-1]
more = (3.0 - 1.0) * arrives[..., None] * mtc.W_dec[227] * mtc.target_scale
by_hand = model.run_with_hooks(tokens, {"blocks.3.hook_attn_out": lambda out: out + more})
with ph.steer(model, mtc, latent=227, scale=3.0):
    steered = model(tokens)
print("largest difference between the two:", f"{(by_hand - steered).abs().max():.1e}")
assert torch.allclose(by_hand, steered, atol=1e-4)

# %% [markdown]
# ## Through some heads only
#
# Because a latent is spread over heads, you can change only the part that some of them carry.

# %%
shares = mtc.head_loadings()[227].tolist()
through = {}
for h in range(model.cfg.n_heads):
    one = ph.effect(model, prompt, ph.steer(model, mtc, latent=227, scale=8.0, heads=f"L3H{h}"))
    through[f"L3H{h}"] = {
        "loading": shares[h],
        "change of the logit": float((one.after - one.before)[-1, value]),
    }
through = pd.DataFrame(through).T
through

# %% [markdown]
# The columns are related but not proportional: a head also has to look at a token on which the latent fires.
#
# ## Combine, clamp and generate
#
# Blocks nest. `ph.clamp` holds a code at a value, here at the destination's earlier ` value` token (position 13).

# %%
clamped = ph.clamp(model, mtc, latent=227, value=20.0, positions=[13])
both = ph.effect(model, prompt, [ph.ablate(model, heads="L2H7"), clamped], n_tokens=8)
print("interventions:", "; ".join(both.about))
print("before:", repr(both.text_before))
print("after: ", repr(both.text_after))

# %%
with ph.ablate(model, heads="L2H7"):
    with clamped:
        nested = model(tokens)[0]
print("nesting equals passing a list:", torch.equal(nested, both.after))

# %% [markdown]
# ## Inside other work
#
# Everything that runs the model inside the block sees the edited one. Attribution graphs are no exception: this graph
# is of the model without its previous-token head.

# %%
folders = list(ph.bundled_folders("mtc").values())
whole = ph.graphs.build(model, folders, tokens[0])
with ph.ablate(model, heads="L2H7"):
    cut = ph.graphs.build(model, folders, tokens[0])
for name, graph in {"whole model": whole, "without L2H7": cut}.items():
    best = max((n for n in graph.nodes if n.kind == "logit"), key=lambda n: n.probability)
    print(f"{name}: likeliest next token {best.label!r} with probability {best.probability:.2f}")

# %% [markdown]
# On the command line: `polyhead steer bundled DICTIONARY --latent 227 --scale 3 "PROMPT"`.
#
# **Next:** `05_a_graph.ipynb` finds out which latents are worth an intervention.
