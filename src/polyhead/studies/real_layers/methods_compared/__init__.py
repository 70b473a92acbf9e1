"""The study `methods-compared`."""
