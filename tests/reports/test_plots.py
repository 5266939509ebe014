"""Pictures: whole files of the right kind, the same each time, with everything that the page names."""

import struct
from dataclasses import replace
from xml.etree import ElementTree

import matplotlib as mpl
import pytest

from tagger.reports.curves import build_page
from tagger.reports.plots import DPI, PANEL_WIDTH, draw
from tests.evaluation.courses import GOOD, HEALTHY, course, layers

PAGES = {
    "one": build_page([GOOD]),
    "two runs": build_page([GOOD, replace(GOOD, name="other")]),
    "one epoch": build_page([course([1.0], dev=[0.5], layers=[HEALTHY])]),
    "old": build_page([course([1.0, 0.5], dev=[0.5, 0.6])]),
    "layers only": build_page([GOOD], ["gradients"]),
    "scores only": build_page([GOOD], ["score"]),
    "no gradients": build_page(
        [course([1.0, 1.0], layers=[layers(**{n: {"gradient_norm": 0.0} for n in ("trunk_0",)})] * 2)]
    ),
    "thrown off": build_page([course([1.0, 1e6, 1e-6])]),
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_any_page_becomes_a_png(page: object) -> None:
    picture = draw(page, "png")  # type: ignore[arg-type]
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", picture[16:24])
    assert width > 5 * DPI and height > 2 * DPI


def test_panels_keep_their_size_however_many_there_are() -> None:
    widths = [struct.unpack(">I", draw(PAGES[name], "png")[16:20])[0] for name in ("one", "scores only")]
    assert widths[0] == pytest.approx(4 * PANEL_WIDTH * DPI, abs=1)
    assert widths[1] < widths[0]


def svg_text(name: str) -> list[str]:
    with mpl.rc_context({"svg.fonttype": "none"}):
        root = ElementTree.fromstring(draw(PAGES[name], "svg"))
    return [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]


def test_a_picture_names_runs_strokes_layers_titles_and_units() -> None:
    found = svg_text("two runs")
    expected = [
        "run",
        "other",
        "development",
        "training",
        "best epoch",
        "lookup.word",
        "trunk.0",
        "heads.ner",
    ]
    expected += ["usual ratio", "ner: loss", "ner: F1", "run: learning rate", "other: dead units"]
    expected += ["nats a word", "%", "epoch", "step / weights"]
    assert not [text for text in expected if text not in found]


def test_what_is_not_drawn_is_not_in_the_legend() -> None:
    found = svg_text("old")
    assert "training" in found and "trunk.0" not in found and "usual ratio" not in found


def test_epochs_are_whole_numbers() -> None:
    assert not [text for text in svg_text("old") if text in ("1.5", "1.25")]


def test_the_same_page_gives_the_same_svg() -> None:
    first = draw(PAGES["one"], "svg")
    assert first == draw(PAGES["one"], "svg")
    assert b"<dc:date>" not in first


def test_drawing_leaves_the_settings_of_matplotlib_alone() -> None:
    before = dict(mpl.rcParams)
    draw(PAGES["one"], "png")
    assert dict(mpl.rcParams) == before
