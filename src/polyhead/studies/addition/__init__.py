"""The study `addition-32x2`."""
