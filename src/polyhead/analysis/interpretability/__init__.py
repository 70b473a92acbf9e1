"""How well the latents of an attention dictionary can be told apart by what they read: items, judges, scores, labels.

documents -> firing (both sides of every latent) -> marks -> items -> a judge -> scores and labels.
docs/interpretability.md defines every item and score; `runs/interpret.py` puts the stages together.
"""
