"""The study `ov-dimension`."""
