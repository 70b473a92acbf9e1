"""The study `computation`."""
