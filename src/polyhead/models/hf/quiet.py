"""transformers' own progress bars and tables, off while polyhead loads: polyhead says in one line what matters."""

from collections.abc import Iterator
from contextlib import contextmanager

from transformers.utils import logging


@contextmanager
def without_reports() -> Iterator[None]:
    """Within this block transformers shows no progress bars and logs errors only; then as before."""
    enabled, level = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity(logging.CRITICAL)
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if enabled:
            logging.enable_progress_bar()
