"""`polyhead live`: a page on this machine that runs a model on what is typed."""

import webbrowser
from pathlib import Path
from typing import Annotated

from polyhead.cli.numbers import Count
from polyhead.cli.show import Many
from polyhead.core.errors import PolyheadError
from polyhead.core.threads import cpu_threads


def live(
    model: str = "bundled",
    /,
    *,
    dictionaries: Annotated[list[str] | None, Many] = None,
    out: Path = Path("runs/live"),
    port: int = 0,
    open_browser: bool = True,
    threads: Count | None = None,
) -> None:
    """Type a prompt in the browser: attention of every head, latents with arcs, graphs, and what edits change.

    The page is served on this machine only, under an address that holds a random token.

    Args:
        model: Alias, hub repository or local folder.
        dictionaries: Run folders, single dictionaries, or `bundled` (what the bundled model gets if none are given).
        out: Folder of the static pages that "freeze" writes.
        port: Port; any free one if not given.
        open_browser: Open the default browser.
        threads: CPU threads.
    """
    try:
        from polyhead.live.server import serve_live
    except ImportError as error:
        if error.name not in ("starlette", "uvicorn"):
            raise
        raise PolyheadError(
            f"the live page needs {error.name}, which is not installed: pip install 'polyhead[live]'"
        ) from None
    from polyhead.live.session import Session
    from polyhead.models.load import load_model
    from polyhead.runs.graph import find_dictionaries

    names = dictionaries if dictionaries is not None else ["bundled"] if model == "bundled" else []

    def ready(address: str) -> None:
        print(f"{address}  (Ctrl-C stops)", flush=True)  # noqa: T201
        if open_browser:
            webbrowser.open(address)

    with cpu_threads(threads):
        found, qk = find_dictionaries(names, model)
        serve_live(Session(load_model(model), found, qk), out=out, port=port, ready=ready)
