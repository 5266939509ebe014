"""Where values lie in pictures, worked out by hand."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.records import Estimate, Reliability, ReliabilityBin
from tagger.reports.page_charts import (
    Line,
    bar,
    curves_chart,
    reliability_diagram,
    stacked,
    tick_numbers,
    ticks,
    whisker,
)
from tests.reports.parsed_page import Page

VALUES = st.floats(-1e6, 1e6)


@given(VALUES, VALUES, st.integers(2, 8), st.booleans())
def test_ticks_enclose_the_values_at_equal_distances(
    one: float, other: float, most: int, whole: bool
) -> None:
    low, high = sorted((one, other))
    found = ticks(low, high, most, whole=whole)
    slack = 1e-6 * max(1.0, abs(low), abs(high))
    assert found[0] <= low + slack and found[-1] >= high - slack
    assert 2 <= len(found) <= most + 1
    steps = [b - a for a, b in pairwise(found)]
    assert all(step > 0 and step == pytest.approx(steps[0], rel=1e-6, abs=slack) for step in steps)
    assert not whole or all(value.is_integer() for value in found)


@pytest.mark.parametrize(
    ("low", "high", "most", "found"),
    [
        (0.02, 0.19, 4, ["0.00", "0.05", "0.10", "0.15", "0.20"]),
        (93.1, 98.9, 4, ["92", "94", "96", "98", "100"]),
        (0.0, 0.0, 4, ["0", "1"]),
        (50.0, 50.0, 4, ["50", "100"]),
        (-3.0, -3.0, 4, ["-5", "0"]),
    ],
)
def test_numbers_at_ticks(low: float, high: float, most: int, found: list[str]) -> None:
    assert tick_numbers(ticks(low, high, most)) == found


def test_epochs_have_whole_numbers() -> None:
    assert tick_numbers(ticks(1, 7, 6, whole=True)) == ["1", "2", "3", "4", "5", "6", "7"]
    assert tick_numbers(ticks(1, 1, 6, whole=True)) == ["1", "2"]
    assert tick_numbers(ticks(1, 12, 6, whole=True)) == ["0", "2", "4", "6", "8", "10", "12"]


def test_bars_follow_one_another_and_empty_ones_are_left_out() -> None:
    content = stacked([("a", 0.25), ("b", 0.0), ("c", 0.5)])
    assert re.findall(r'class="(\w)" x="(.*?)" width="(.*?)"', content) == [
        ("a", "0.00%", "25.00%"),
        ("c", "25.00%", "50.00%"),
    ]
    assert "rect" not in bar(0.0)


def test_an_interval_lies_between_the_ends_of_its_cell() -> None:
    """4% of margin on both sides: 0.5 between 0 and 1 lies at 50%, 0.25 at 27%."""
    content = whisker(Estimate(0.5, 0.25, 1.0), 0.0, 1.0)
    assert re.findall(r'(x1|x2|cx)="(.*?)"', content) == [
        ("x1", "27.00%"),
        ("x2", "96.00%"),
        ("cx", "50.00%"),
    ]
    assert 'cx="4.00%"' in whisker(Estimate(0.5, 0.5, 0.5), 0.5, 0.5)


def test_a_bin_has_its_dot_where_probability_and_share_meet() -> None:
    """Axes of 250 from 44 and 12: (0.8, 0.6) lies at 44 + 200, 12 + 100; a quarter of the choices is half the radius.

    A bin of few choices is hollow and not joined, an empty one is not there.
    """
    bins = (
        ReliabilityBin(9, 0.2, 1.0),
        ReliabilityBin(0, 0.0, 0.0),
        ReliabilityBin(250, 0.8, 0.6),
        ReliabilityBin(1000, 1.0, 1.0),
    )
    content = reliability_diagram("d", Reliability(bins))
    assert re.findall(r'<circle class="(\w+)" cx="(.*?)" cy="(.*?)" r="(.*?)"', content) == [
        ("few", "94.0", "12.0", "2.5"),
        ("bin", "244.0", "112.0", "4.5"),
        ("bin", "294.0", "12.0", "9.0"),
    ]
    assert 'points="244.0,112.0 294.0,12.0"' in content


def test_curves_go_through_their_points_and_the_marked_epoch_is_ringed() -> None:
    """Axes of 286 by 174 from 44 and 12, epochs 1 to 3, values 0 to 1."""
    curve = [(1, 0.0), (2, 0.5), (3, 1.0)]
    content = curves_chart("c", [Line(curve, "dev", 2), Line([(2, 1.0)], "train")])
    assert 'class="dev" points="44.0,186.0 187.0,99.0 330.0,12.0"' in content
    assert re.findall(r'<circle class="(\w+)" cx="(.*?)" cy="(.*?)"', content) == [
        ("dev", "187.0", "99.0"),
        ("train", "187.0", "12.0"),  # one point makes no line
    ]
    assert "svg" in Page(content).tags
