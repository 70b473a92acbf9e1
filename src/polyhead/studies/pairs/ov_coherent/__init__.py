"""The study `ov-coherent`."""
