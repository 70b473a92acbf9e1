"""The study `weight-structure`."""
