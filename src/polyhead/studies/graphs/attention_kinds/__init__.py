"""The study `attention-kinds-in-graphs`."""
