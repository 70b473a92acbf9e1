"""The scripts that the package ships are built from the sources under viewer/."""

import shutil
import subprocess
from importlib import resources
from pathlib import Path

import pytest

from polyhead.reports.shell import STYLES

VIEWER = Path(__file__).parents[3] / "viewer"


def shipped(name: str) -> str:
    return (resources.files("polyhead.reports") / "assets" / name).read_text(encoding="utf-8")


def test_what_is_shipped_is_what_pages_load():
    assets = resources.files("polyhead.reports") / "assets"
    loaded = {name for styles in STYLES.values() for name in styles} | {f"{kind}.js" for kind in STYLES}
    assert {entry.name for entry in assets.iterdir()} == {"page.html", *loaded}


@pytest.mark.parametrize("kind", STYLES)
def test_a_bundle_is_one_classic_script(kind: str):
    text = shipped(f"{kind}.js")
    assert text.startswith(f"/*! polyhead, {kind} pages.")
    body = text.split("*/\n", 1)[1]
    assert body.startswith('"use strict";\n(() => {')
    assert "import(" not in body
    assert "\nimport " not in body
    assert "\nexport " not in body


def test_bundles_are_built_from_their_sources(tmp_path: Path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node on this machine")
    if not (VIEWER / "node_modules" / "esbuild").is_dir():
        pytest.skip("the packages of viewer/ are not installed (npm ci in viewer/, or make check)")
    subprocess.run([node, "build.mjs", str(tmp_path)], cwd=VIEWER, check=True, timeout=120)
    stale = [kind for kind in STYLES if (tmp_path / f"{kind}.js").read_text("utf-8") != shipped(f"{kind}.js")]
    assert stale == [], "build them with `make viewer`"
