"""A folder with pages of every kind, as commands leave it."""

from pathlib import Path

from make_run import make_run
from make_study import make_study, small_study

from make_graph import small_graph
from make_heads import make_heads
from polyhead.reports import write_report, write_study_pages
from polyhead.reports.graphs import write_graph_pages
from polyhead.reports.heads import write_heads_pages


def make_home(folder: Path) -> Path:
    """Pages of two studies, a run, heads and two graphs, and a run without pages."""
    write_study_pages([make_study(), small_study()], folder / "studies" / "report")
    write_report(make_run(folder / "demo"))
    write_heads_pages(make_heads(folder / "heads-tiny" / "records"), folder / "heads-tiny" / "pages")
    graphs = [small_graph(folder / "graphs" / name, slug=name) for name in ("vernon", "a b")]
    write_graph_pages(graphs, folder / "graphs" / "pages")
    (folder / "bare").mkdir()
    (folder / "bare" / "experiment.json").write_text("{}")
    return folder
