"""Studies: a package per family, a subpackage per study. `STUDIES` has their cards, `find_study(name)` gives one."""

from importlib import import_module
from typing import TYPE_CHECKING

from polyhead.core.errors import PolyheadError, nearest
from polyhead.core.lazy import lazy_names
from polyhead.studies.catalogue import STUDIES

if TYPE_CHECKING:
    from polyhead.studies.study import Study

__all__ = ["STUDIES", "find_study"]


def find_study(name: str) -> "Study":
    """The study of that name; what it needs is imported now.

    Raises:
        PolyheadError: unknown (nearest names given).
    """
    if name not in STUDIES:
        raise PolyheadError(f"unknown study {name!r}; {nearest(name, STUDIES)}")
    return import_module(f"polyhead.studies.{STUDIES[name].package}.study").STUDY


_get, _names = lazy_names(
    "polyhead.studies",
    {
        "list": "polyhead.runs.study_report:studies_frame",
        "load": "polyhead.runs.study_report:load_study",
        "run": "polyhead.runs.study:run_study",
    },
)
__getattr__ = _get


def __dir__() -> list[str]:
    return sorted([*__all__, *_names()])
