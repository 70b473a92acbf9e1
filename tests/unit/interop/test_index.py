"""The shipped index of public dictionaries: its facts fit each other."""

import re
from collections import Counter

from polyhead.interop.index import entries


def test_widths_are_those_of_the_names() -> None:
    """Names of Gemma Scope round powers of two: 16k is 16,384, 65k 65,536, 131k 131,072, 262k 262,144, 1m 2^20."""
    exact = {"16k": 2**14, "65k": 2**16, "131k": 2**17, "262k": 2**18, "524k": 2**19, "1m": 2**20}
    seen: Counter[str] = Counter()
    for entry in entries():
        if told := re.search(r"width_(\d+[km])", entry.name):
            assert entry.width == exact[told[1]], entry.name
            seen[told[1]] += 1
    assert seen["16k"] > 1000
    assert seen["65k"] > 200


def test_names_are_unique_and_point_somewhere() -> None:
    names = [entry.name for entry in entries()]
    assert len(names) == len(set(names)) > 2000
    assert all(entry.address.startswith("hub:") and "/" in entry.repository for entry in entries())
    assert all(entry.layer >= 0 for entry in entries())
