"""The study `qk-ov-coupling`."""
