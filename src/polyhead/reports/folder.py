"""Folders of pages: built aside and put in place whole, so a failed report leaves the former one untouched."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from polyhead.core.errors import DiskError, PolyheadError


def replace_folder(out: Path, fill: Callable[[Path], None], *, mark: str, what: str) -> None:
    """Let `fill` write a folder aside, then put it at `out`; `mark` is the file by which an older one is known.

    Raises:
        DiskError: the disk refuses.
        PolyheadError: `out` holds something else.
    """
    if out.exists() and not (out.is_dir() and ((out / mark).exists() or not any(out.iterdir()))):
        raise PolyheadError(f"{out} exists and is not a {what}; choose another folder, or remove it")
    aside, former = (out.with_name(f".{out.name}.{kind}.tmp") for kind in ("new", "old"))
    try:
        shutil.rmtree(aside, ignore_errors=True)
        shutil.rmtree(former, ignore_errors=True)
        aside.mkdir(parents=True)
        fill(aside)
        if out.exists():
            os.replace(out, former)
        os.replace(aside, out)
        shutil.rmtree(former, ignore_errors=True)
    except OSError as error:
        raise DiskError(f"could not write {out}: {error.strerror or error}; an earlier {what} is kept") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
