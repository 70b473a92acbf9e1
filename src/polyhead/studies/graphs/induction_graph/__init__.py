"""The study `induction-graph`."""
