"""Other programs' formats, in and out: dictionaries, graphs, heads. What is named here reads records (no torch)."""

from polyhead.interop.headvis import read_headvis, write_headvis

__all__ = ["read_headvis", "write_headvis"]
