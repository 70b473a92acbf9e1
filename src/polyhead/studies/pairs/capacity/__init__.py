"""The study `ov-coherent-capacity`."""
