"""The study `tms`."""
