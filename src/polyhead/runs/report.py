"""From a run folder to pages: what is missing is computed first."""

import webbrowser
from pathlib import Path

from polyhead.core.errors import PolyheadError
from polyhead.core.run_folder import open_run
from polyhead.experiments.evaluate import EVALUATIONS, run_evaluate
from polyhead.experiments.train import load_config
from polyhead.reports import serve, write_report
from polyhead.runs.analyse import run_analyse


def run_report(run_dir: Path, out: Path | None = None) -> Path:
    """Evaluate and analyse where that was not done yet, then write the report; returns its index.html."""
    load_config(run_dir)  # refuse what is no run folder before anything is written there
    records = run_dir / "records"
    with open_run(run_dir):
        if not (records / EVALUATIONS).exists():
            run_evaluate(run_dir)
        if not (records / "overview.json").exists():
            run_analyse(run_dir)
        return write_report(run_dir, out) / "index.html"


def run_view(run: Path, *, port: int, open_browser: bool) -> None:
    """Serve a report on the loopback address until interrupted."""
    folder = run if (run / "index.html").exists() else run / "report"
    if not (folder / "index.html").exists():
        raise PolyheadError(f"{run} has no report; write one with: polyhead report {run}")

    def ready(url: str) -> None:
        print(f"{url}  (Ctrl-C stops)", flush=True)  # noqa: T201
        if open_browser:
            webbrowser.open(url)

    serve(folder, port, ready=ready)
