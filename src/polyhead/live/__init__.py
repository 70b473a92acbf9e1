"""The live page: a model and its dictionaries answer prompts, and edits of heads and latents, on this machine only.

`session` computes answers, `server` hands them to a browser, `frozen` writes one as a static page.
"""
