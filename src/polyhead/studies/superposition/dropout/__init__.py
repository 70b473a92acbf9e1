"""The study `tms-dropout`."""
