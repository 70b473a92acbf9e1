"""The study `edge-heads`."""
