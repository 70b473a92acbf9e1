"""One line on standard error, where stopping would be too much and silence too little."""

from rich.console import Console


def notice(text: str) -> None:
    """Print `note: text` on standard error."""
    Console(stderr=True, highlight=False, soft_wrap=True, markup=False).print(f"note: {text}")
