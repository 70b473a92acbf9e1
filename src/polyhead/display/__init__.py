"""How objects look in a notebook: `frame` (pandas), `html` (a static table or drawing), `plot` (matplotlib), `show`.

Each is one function with a case for every kind of object that has something of its own to show; `core/shown.py` gives
objects the methods `to_dataframe`, `_repr_html_` and `plot`, which call these.
"""

from polyhead.display.cells import show
from polyhead.display.figures import plot
from polyhead.display.frames import frame
from polyhead.display.tables import html

__all__ = ["frame", "html", "plot", "show"]
