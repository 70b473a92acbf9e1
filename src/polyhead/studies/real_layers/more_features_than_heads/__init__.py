"""The study `more-features-than-heads`."""
