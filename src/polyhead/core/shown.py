"""What researchers expect of an object in a notebook: a table, a figure, a data frame (made by `polyhead.display`)."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


class Shown:
    """Three ways to look at an object; which it has, and how they look, is said in `polyhead.display`."""

    def _repr_html_(self) -> str:
        """A static table or drawing for notebooks: escaped, self-contained, readable on light and on dark ground."""
        return import_module("polyhead.display").html(self)

    def plot(self, *args: Any, **options: Any) -> Any:
        """A matplotlib figure.

        Raises:
            PolyheadError: matplotlib is not installed, or this object has no figure.
        """
        return import_module("polyhead.display").plot(self, *args, **options)

    def to_dataframe(self, *args: Any, **options: Any) -> "pd.DataFrame":
        """A pandas data frame."""
        return import_module("polyhead.display").frame(self, *args, **options)
