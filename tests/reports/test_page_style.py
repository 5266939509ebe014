"""Colours of the page of an evaluation: contrast by the formula of WCAG 2, and what colour-blind eyes make of them."""

import itertools
import math
import re

import pytest

from tagger.reports.page_style import style

SHEET = style(12)
LIGHT, DARK = SHEET.split("@media screen and (prefers-color-scheme: dark)")
ERRORS = ("missed", "spurious", "type", "span", "both")

EYES = {  # Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "without red cones": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "without green cones": ((0.367, 0.861, -0.228), (0.28, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "without blue cones": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
}


def linear(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]


def contrast(one, other):
    low, high = sorted(0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in map(linear, (one, other)))
    return (high + 0.05) / (low + 0.05)


def lab(rgb):
    """CIE 1976 L*a*b* of linear RGB, white point D65."""
    r, g, b = (min(max(part, 0), 1) for part in rgb)
    xyz = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
    )
    x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def root(mode):
    return dict(re.findall(r"--(\w+): (#\w{6});", re.search(r":root \{(.*?)\}", mode, re.DOTALL)[1]))


modes = pytest.mark.parametrize("mode", [LIGHT, DARK], ids=["light", "dark"])


@modes
def test_letters_can_be_told_from_what_is_behind_them(mode: str) -> None:
    own = root(mode)
    for behind in ("page", "panel"):
        assert contrast(own["ink"], own[behind]) >= 7
        for letters in ("dim", "accent"):
            assert contrast(own[letters], own[behind]) >= 4.5
    assert contrast(own["dim"], own["soft"]) >= 4.5
    heats = re.findall(r"\.heat(\d) \{ background: (#\w{6}); color: (#\w{6}); \}", mode)
    assert [number for number, *_ in heats] == list("123456")
    assert all(contrast(behind, letters) >= 4.5 for _, behind, letters in heats)


@modes
def test_shades_of_the_matrix_grow_away_from_the_page(mode: str) -> None:
    shades = [root(mode)["page"], *re.findall(r"\.heat\d \{ background: (#\w{6})", mode)]
    from_page = [contrast(shades[0], shade) for shade in shades]
    assert all(b > 1.1 * a for a, b in itertools.pairwise(from_page))


@modes
def test_bars_and_lines_can_be_told_from_the_page(mode: str) -> None:
    own = root(mode)
    assert all(contrast(own[name], own["page"]) >= 3 for name in (*ERRORS, "train", "dev", "accent"))


@modes
@pytest.mark.parametrize("eyes", EYES)
def test_kinds_of_errors_can_be_told_apart_by_all_eyes(mode: str, eyes: str) -> None:
    """A distance of 2.3 is just noticeable; these are ten times as far apart."""
    own = root(mode)
    seen = [
        lab([sum(a * b for a, b in zip(row, linear(own[name]), strict=True)) for row in EYES[eyes]])
        for name in ERRORS
    ]
    assert min(math.dist(a, b) for a, b in itertools.combinations(seen, 2)) > 23


def test_every_colour_of_marked_words_is_there() -> None:
    for mode in (LIGHT, DARK):
        assert re.findall(r"\.(k\d+) \{", mode) == [f"k{number}" for number in range(12)]


def test_nothing_is_asked_for_from_elsewhere() -> None:
    assert not re.search(r"url\(|@import|@font-face|http", SHEET)
