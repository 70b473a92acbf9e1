"""Where studies are run, and how their records are called there; light, so that listing records takes no torch."""

from pathlib import Path

ROOT = Path("runs/studies")
"""Where studies are run if nothing else is said: `runs/studies/<name>-<preset>`."""
RECORD = "record.json"
"""Written last, whole or absent."""
