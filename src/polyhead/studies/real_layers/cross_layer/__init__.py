"""The study `cross-layer`."""
