"""Objects in a notebook: escaped, self-contained, with the numbers of the object."""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import polyhead as ph
from polyhead.core.errors import PolyheadError
from polyhead.core.head_records import HeadRow, HeadTable
from polyhead.core.records import TokenPolicy
from polyhead.core.study_records import StudyRecord
from polyhead.display import frame, html, plot

HOSTILE = "<script>alert(1)</script>&\"'\n"


class Tags(HTMLParser):
    """Names of elements and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]


def checked(text: str) -> Tags:
    """Parsed, without scripts, handlers or addresses."""
    found = Tags()
    found.feed(text)
    assert "script" not in found.tags
    assert not [a for a in found.attributes if a.startswith("on") or a in ("src", "href")]
    assert "http" not in text.replace("http://www.w3.org", "")
    return found


@pytest.fixture(scope="module")
def graph() -> Any:
    model = ph.load_model("bundled")
    tokens = ph.to_tokens(model, "for a, b in c:\n    f(a, b)\nfor a, b in c:\n    f(a,")
    return ph.graphs.prune(ph.graphs.build(model, list(ph.bundled_folders("mtc").values()), tokens[0]))


def table(model: str = "m") -> HeadTable:
    rows = [
        HeadRow(
            layer=i // 3, head=i % 3, previous_token=i / 10, induction_unigram=0.5, induction_natural=0.1,
            duplicate_token=0.2, bos=None if i else 0.25, newline_indent=None, newline_indent_base=None, entropy=1.0,
        )
        for i in range(6)
    ]  # fmt: skip
    policy = TokenPolicy(bos="excluded", padding="none", n_sequences=1, n_positions=7)
    return HeadTable(model=model, policy=policy, n_repeats=1, period=(2, 3), rows=rows)


def test_a_head_table_in_three_forms() -> None:
    rows = table().to_dataframe()
    assert rows.loc["L1H2", "previous_token"] == pytest.approx(0.5)
    text = table(HOSTILE)._repr_html_()
    assert "tr" in checked(text).tags
    assert "&lt;script&gt;" in text
    axes = [a for a in table().plot().axes if a.get_images()]
    drawn = axes[0].get_images()[0].get_array()
    assert drawn[1, 2] == pytest.approx(0.5)


def test_a_graph_draws_itself(graph: Any) -> None:
    text = html(graph)
    tags = checked(text).tags
    assert tags.count("circle") == 30
    assert "path" in tags
    rows = frame(graph)
    assert len(rows) == len(graph)
    assert rows.influence.is_monotonic_decreasing
    bars = graph.plot(n_nodes=5).axes[0].patches
    expected = rows[rows.kind != "logit"].influence.head(5)
    assert [b.get_width() for b in bars] == pytest.approx(expected.tolist())
    node = graph.nodes[int(rows.index[-1])].model_copy(update={"label": HOSTILE, "influence": 1.0})
    graph.nodes[int(rows.index[-1])] = node
    checked(html(graph))


@pytest.mark.parametrize("name", ["ov-coherent", "tms", "computation", "induction-graph"])
def test_every_figure_of_a_study_is_drawn(name: str) -> None:
    record = ph.studies.load(name)
    checked(html(record))
    assert list(frame(record).index) == [c.key for c in record.findings.claims]
    for figure in record.findings.figures:
        drawn = record.plot(figure.key)
        panels = figure.panels or figure.frames[-1]
        assert len([a for a in drawn.axes if a.get_xlabel() or a.get_title() or a.has_data()]) >= len(panels)


def test_a_figure_is_found_by_a_word_of_its_title() -> None:
    record: StudyRecord = ph.studies.load("ov-coherent")
    assert "staircase" in record.plot("staircase").get_suptitle().lower()
    with pytest.raises(PolyheadError, match="no figure of ov-coherent shows 'nothing-like-it'; it has "):
        record.plot("nothing-like-it")


def test_a_dictionary_says_what_it_is() -> None:
    mtc = ph.bundled_dictionaries()[3]
    assert repr(mtc) == "MTC(layer 3 of bundled, 2,048 latents, batchtopk k=24, 8 heads + identity)"
    rows = mtc.to_dataframe()
    assert rows.shape == (2048, 11)
    assert rows["main head"][0] == f"L3H{int(mtc.head_loadings()[0].abs().argmax())}"
    checked(html(mtc))
    assert len(mtc.plot().axes) == 3


def test_show_escapes_tokens_and_checks_shapes(tmp_path: Path) -> None:
    pattern = torch.rand(1, 3, 5, 5).tril()
    cell = ph.show(pattern, ["a", HOSTILE, "b", "\u2028", "</script>"], layer=2)
    outer = Tags()
    outer.feed(cell._repr_html_())
    assert outer.tags == ["iframe"]
    assert cell.page.count("</script>") == 1  # its own
    assert '"L2H2"' in cell.page
    cell.save(tmp_path / "view.html")
    assert (tmp_path / "view.html").read_text(encoding="utf-8") == cell.page
    with pytest.raises(PolyheadError, match=r"received \[3, 5, 5\] and 4 tokens"):
        ph.show(pattern, ["a"] * 4)
    with pytest.raises(PolyheadError, match="3 heads and 2 names"):
        ph.show(np.zeros((3, 5, 5)), ["a"] * 5, names=["x", "y"])


def test_figures_without_matplotlib_are_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in sys.modules if re.match(r"matplotlib(\.|$)", n)]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(PolyheadError, match=r"pip install polyhead\[plot\]"):
        plot(table())


def test_what_has_no_figure_says_so() -> None:
    with pytest.raises(PolyheadError, match="a TokenPolicy has no figure"):
        table().policy.plot()
    assert table().policy.to_dataframe().loc["n_positions", "value"] == 7
