"""Curves of text against means and blocks worked out by hand."""

import pytest

from tagger.reports.sparklines import Curve, buckets, sparkline


@pytest.mark.parametrize(
    ("values", "count", "means"),
    [
        ([1.0, 2.0], 3, [1.0, 2.0]),
        ([1.0, 3.0, 5.0, 7.0], 2, [2.0, 6.0]),
        ([1.0, 2.0, 3.0, 4.0, 5.0], 2, [1.5, 4.0]),
        ([], 4, []),
    ],
)
def test_buckets_are_means_of_neighbours(values: list[float], count: int, means: list[float]) -> None:
    assert buckets(values, count) == means


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ([0, 1, 2, 3, 4, 5, 6, 7], "▁▂▃▄▅▆▇█"),
        ([3, 3, 3], "▅▅▅"),
        ([1, 0], "█▁"),
        ([], ""),
    ],
)
def test_sparkline(values: list[float], line: str) -> None:
    assert sparkline(values, 8) == line


def test_sparklines_of_one_scale_can_be_compared() -> None:
    assert sparkline([0, 7], 8, among=[0, 14]) == "▁▅"


def test_a_curve_keeps_its_shape_in_bounded_space() -> None:
    curve = Curve(size=8)
    for value in range(1000):
        curve.add(float(value))
    assert len(curve.points) < 8
    assert curve.points == sorted(curve.points)
    assert curve.last == 999.0
    each = 128  # values a point after seven halvings
    assert curve.points == [each * n + (each - 1) / 2 for n in range(1000 // each)]


def test_a_curve_leaves_out_what_is_no_number() -> None:
    curve = Curve()
    for value in (1.0, None, float("nan"), float("inf"), 2.0):
        curve.add(value)
    assert curve.points == [1.0, 2.0]
