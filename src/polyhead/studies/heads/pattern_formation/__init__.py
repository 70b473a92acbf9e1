"""The study `pattern-formation`."""
