"""The study `attention-features`."""
