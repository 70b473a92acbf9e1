"""One page for all folders of pages below a folder: studies, runs, heads, graphs, live pages. Layout: docs/formats.md.

Read is what the pages themselves were given (their data files), so the home page needs no records and no run.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.reports import graphs, heads, studies, write
from polyhead.reports.folder import replace_folder
from polyhead.reports.scripts import read_script, write_script
from polyhead.reports.shell import write_assets, write_page

MARK = "data/home.js"
"""The file by which a folder is known to hold a home page, and may be replaced."""
DEEPEST = 6
"""Folders below the given one that are looked into."""
Entry = dict[str, Any]


def write_home(folder: Path, out: Path | None = None) -> Path:
    """Write the home page of all pages below `folder`; returns its index.html.

    Args:
        folder: looked through, six folders deep; hidden folders are passed over.
        out: `folder/home` if not given; replaced whole if it holds such a page already.

    Raises:
        DiskError: the disk refuses.
        PolyheadError: `folder` is none or holds no pages, or `out` holds something else.
    """
    if not folder.is_dir():
        raise PolyheadError(f"{folder} is not a folder; expected one below which reports were written, such as runs")
    out = folder / "home" if out is None else out
    entries, unreadable = [], []
    for place, kind in find_pages(folder):
        try:
            entries.append(_entry(place, kind, folder, out))
        except ArtifactError as error:
            unreadable.append(str(error))
    bare = [_name(run, folder) for run in _runs_without_pages(folder)]
    if not entries and not unreadable and not bare:
        raise PolyheadError(f"{folder} holds no pages; write some with: polyhead demo, or polyhead study report --all")

    def fill(aside: Path) -> None:
        write_assets(aside, "home")
        write_page(aside / "index.html", "home", f"{folder.resolve().name} · polyhead")
        runs = [{"path": path, "command": f"polyhead report {folder / path}"} for path in bare]
        found = {"entries": entries, "runs": runs, "unreadable": unreadable}
        write_script(aside / "data", "home", {"title": folder.resolve().name, **found})

    replace_folder(out, fill, mark=MARK, what="home page")
    return out / "index.html"


def find_pages(folder: Path) -> list[tuple[Path, str]]:
    """Folders of pages below a folder, and of which kind each is, in the order of kinds and paths."""
    found = [(place, kind) for place in _walk(folder) for kind, (mark, _) in KINDS.items() if (place / mark).exists()]
    return sorted(found, key=lambda pair: (list(KINDS).index(pair[1]), pair[0]))


def _walk(folder: Path, depth: int = DEEPEST) -> Iterator[Path]:
    """A folder and those below it, but nothing below a folder of pages."""
    yield folder
    if depth and not (folder / "index.html").exists():
        try:
            below = sorted(p for p in folder.iterdir() if p.is_dir() and not p.is_symlink() and p.name[0] != ".")
        except PermissionError:
            return
        for place in below:
            yield from _walk(place, depth - 1)


def _runs_without_pages(folder: Path) -> list[Path]:
    return [
        place for place in _walk(folder) if (place / "experiment.json").exists() and not (place / "report").exists()
    ]


def _name(place: Path, folder: Path) -> str:
    return place.relative_to(folder).as_posix()


def _entry(place: Path, kind: str, folder: Path, out: Path) -> Entry:
    mark, read = KINDS[kind]
    try:
        entry = read(read_script(place / mark))
    except (KeyError, TypeError, IndexError) as error:
        raise ArtifactError(f"{place / mark} is of another version ({error}); write the pages again") from None
    index = quote(os.path.relpath(place, out).replace(os.sep, "/")) + "/"
    items = [{**item, "href": index + item["href"]} for item in entry.pop("items")]
    return {"kind": kind, "path": _name(place, folder), "href": f"{index}index.html", **entry, "items": items}


def _studies(data: Entry) -> Entry:
    found = data["studies"]
    items = [
        {"title": s["title"], "href": f"{s['name']}.html", "text": s["question"], "held": s["held"]} for s in found
    ]
    n_claims = sum(len(s["claims"]) for s in found)
    return {
        "title": found[0]["title"] if len(found) == 1 else f"{len(found)} studies",
        "text": found[0]["takeaway"] if len(found) == 1 else "",
        "facts": [f"{n_claims:,} claims", f"{sum(s['n_models'] for s in found):,} models"],
        "created": max((s["created"] for s in found), default=None),
        "items": items,
    }


def _run(data: Entry) -> Entry:
    cards = data["dictionaries"]
    items = [
        {
            "title": card["name"],
            "href": f"index.html#/d/{quote(card['name'], safe='')}",
            "text": f"{card['n_latents']:,} {card.get('noun') or 'latent'}s, {card['n_live']:,} live",
        }
        for card in cards
    ]
    return {
        "title": data["title"],
        "text": data["verdict"][0] if data["verdict"] else "",
        "facts": [data["model"]["name"], f"layer {data['layer']}", data["target_site"]],
        "created": data["created"],
        "items": items,
    }


def _heads(data: Entry) -> Entry:
    facts = [f"{len(data['heads'])} heads", data["text"].get("origin")]
    return {
        "title": data["title"],
        "text": data["findings"][0] if data["findings"] else "",
        "facts": [fact for fact in facts if fact],
        "created": data["created"],
        "items": [
            {"title": title, "href": f"index.html#/{route}", "text": ""}
            for title, route, there in (
                ("All heads", "heads", True),
                ("Pairs of heads", "pairs", data["has_pairs"]),
                ("Neurons, heads and latents", "units", data["families"]),
                ("Weights", "weights", data["weights"]),
            )
            if there
        ],
    }


def _graphs(data: Entry) -> Entry:
    found = data["graphs"]
    items = [
        {
            "title": graph["prompt"] or graph["slug"],
            "href": f"index.html#/g/{quote(graph['slug'], safe='')}",
            "text": f"{graph['n_nodes']:,} nodes, {graph['n_edges']:,} edges",
        }
        for graph in found
    ]
    return {
        "title": "Attribution graph" if len(found) == 1 else f"{len(found)} attribution graphs",
        "text": "",
        "facts": sorted({graph["model"] for graph in found}),
        "created": None,
        "items": items,
    }


def _live(data: Entry) -> Entry:
    answer = data["answer"] or {}
    return {"title": data["title"], "text": answer.get("prompt", ""), "facts": ["frozen"], "created": None, "items": []}


KINDS: dict[str, tuple[str, Callable[[Entry], Entry]]] = {
    "studies": (studies.MARK, _studies),
    "run": (write.MARK, _run),
    "heads": (heads.MARK, _heads),
    "graphs": (graphs.MARK, _graphs),
    "live": ("data/live.js", _live),
}
"""By kind of pages: the file that says so, and what is told of it."""
