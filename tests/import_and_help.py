"""Import every module of the package and ask every command for its help; the exit code says whether all went well."""

import contextlib
import importlib
import io
import pkgutil
import sys

import polyhead

OPTIONAL = ("ray",)
"""Packages that a plain install leaves out."""


def import_all() -> list[str]:
    """What went wrong, one line per module."""
    wrong = []
    for module in pkgutil.walk_packages(polyhead.__path__, "polyhead."):
        if module.name.endswith("__main__"):
            continue
        try:
            importlib.import_module(module.name)
        except ModuleNotFoundError as error:
            if error.name not in OPTIONAL:
                wrong.append(f"{module.name}: {error}")
        except Exception as error:
            wrong.append(f"{module.name}: {type(error).__name__}: {error}")
    return wrong


def help_of_all() -> list[str]:
    """What went wrong, one line per command."""
    from polyhead.cli.app import app

    wrong, todo = [], [[]]
    while todo:
        path = todo.pop()
        found = io.StringIO()
        try:
            with contextlib.redirect_stdout(found):
                app([*path, "--help"], exit_on_error=False, result_action="return_value")
        except Exception as error:
            wrong.append(f"polyhead {' '.join(path)} --help: {type(error).__name__}: {error}")
            continue
        if "Usage" not in found.getvalue():
            wrong.append(f"polyhead {' '.join(path)} --help printed no usage")
        here = app
        for name in path:
            here = here[name]
        todo += [[*path, name] for name in here if not name.startswith("-")]
    return wrong


if __name__ == "__main__":
    faults = import_all() + help_of_all()
    for fault in faults:
        print(fault)
    sys.exit(bool(faults))
