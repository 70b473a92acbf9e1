"""Whether two folders of study records say the same: `python benchmarks/compare_studies.py BEFORE AFTER [NAME ...]`.

Before and after a change that must not touch the science, run `polyhead study run --all --out BEFORE` (and AFTER).
Every key of the findings is compared; left out are the circumstances of the run (time, machine, versions) and what is
decided from the numbers (held, agreement, verdict). Exit code 1 names the first differences of each study.
"""

import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CIRCUMSTANCES = {"created", "machine", "versions", "seconds"}
DECIDED = {"verdict", "held", "agreement"}
SHOWN = 5
"""Differences printed per study."""


def normal(value: Any) -> Any:
    """Plain values without what is left out; a remark on an unknown published number moves to the source."""
    if isinstance(value, list):
        return [normal(v) for v in value]
    if not isinstance(value, dict):
        return value
    kept = {k: normal(v) for k, v in value.items() if k not in CIRCUMSTANCES | DECIDED}
    published = str(kept.get("published") or "")
    if published and (published.startswith("unknown") or value.get("verdict") == "published number unknown"):
        remark = published.removeprefix("unknown").strip()
        remark = f"({remark})" if remark and remark[0] != "(" else remark
        kept |= {"published": None, "source": f"{kept['source']} {remark}".strip()}
    return kept


def differences(before: Any, after: Any, where: str = "") -> Iterator[str]:
    """Where two normal values differ, and how."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in {**before, **after}:
            if key in before and key in after:
                yield from differences(before[key], after[key], f"{where}.{key}")
            else:
                yield f"{where}.{key}: only {'before' if key in before else 'after'}"
    elif _keyed(before) and _keyed(after):
        yield from differences({x["key"]: x for x in before}, {x["key"]: x for x in after}, where)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for i, pair in enumerate(zip(before, after, strict=True)):
            yield from differences(*pair, f"{where}[{i}]")
    elif before != after and not (isinstance(before, float) and math.isnan(before) and math.isnan(after)):
        yield f"{where}: {str(before)[:200]!r} before, {str(after)[:200]!r} after"


def _keyed(value: Any) -> bool:
    """Whether these are claims or figures, which are compared by their keys."""
    return isinstance(value, list) and bool(value) and all(isinstance(x, dict) and "key" in x for x in value)


def main(before: str, after: str, *names: str) -> int:
    """Print what differs; returns the exit code."""
    wrong = 0
    for path in sorted(Path(before).glob("*/record.json")):
        if names and path.parent.name.rpartition("-")[0] not in names:
            continue
        other = Path(after) / path.parent.name / "record.json"
        if not other.exists():
            print(f"{path.parent.name}: no record after")
            wrong += 1
            continue
        found = list(differences(*(normal(json.loads(p.read_text("utf-8"))) for p in (path, other))))
        print(f"{path.parent.name}: {f'{len(found)} differences' if found else 'equal'}")
        print("".join(f"  {line}\n" for line in found[:SHOWN]), end="")
        wrong += bool(found)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
