"""The judge itself: functions of one number whose derivatives are known by hand."""

import math
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tagger.training.finite_differences import LIMIT, STEP, check_slope, roundoff

Along = Callable[[float], float]

SMOOTH: list[tuple[Along, float]] = [
    (lambda x: 3.0 * x + 7.0, 3.0),
    (lambda x: math.sin(2.0 + x), math.cos(2.0)),
    (lambda x: math.exp(5.0 * (x + 0.3)), 5.0 * math.exp(1.5)),
    (lambda x: 1000.0 * x * x, 0.0),  # curved, and at its lowest point
    (lambda x: (0.01 + x) ** 3, 3e-4),
    (lambda x: (x + 1e-7) ** 2, 2e-7),  # a small gradient beside a large second derivative
]


@pytest.mark.parametrize(("along", "slope"), SMOOTH)
def test_a_right_gradient_is_right(along: Along, slope: float) -> None:
    found = check_slope(along, along(0.0), slope)
    assert found.verdict == "right"
    assert found.error <= LIMIT
    assert found.difference == pytest.approx(slope, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize(("along", "slope"), [case for case in SMOOTH if case[1] > 1e-6])
@pytest.mark.parametrize("factor", [0.0, -1.0, 1.0001, 2.0])
def test_a_wrong_factor_is_wrong(along: Along, slope: float, factor: float) -> None:
    assert check_slope(along, along(0.0), factor * slope).verdict == "wrong"


@pytest.mark.parametrize("gradient", [0.019, -0.019, 1e-6])
def test_curvature_is_no_excuse(gradient: float) -> None:
    """1000 x^2 has one-sided differences of +-0.01 at step 1e-5; its derivative at 0 is 0 all the same."""
    assert check_slope(lambda x: 1000.0 * x * x, 0.0, gradient).verdict == "wrong"


@pytest.mark.parametrize(
    ("gradient", "verdict"),
    [(-0.6, "wrong"), (-0.5, "kink"), (0.0, "kink"), (1.0, "kink"), (1.1, "wrong"), (1.0001, "wrong")],
)
def test_on_a_corner_the_gradient_lies_between_the_slopes(gradient: float, verdict: str) -> None:
    """x for x > 0, else -x / 2."""
    found = check_slope(lambda x: max(x, -0.5 * x), 0.0, gradient)
    assert found.verdict == verdict
    assert found.sides is None or found.sides == pytest.approx((-0.5, 1.0))


def test_a_gradient_that_is_the_mean_of_both_slopes_is_at_a_kink_too() -> None:
    assert check_slope(abs, 0.0, 0.0) == (0.0, 0.0, "kink", (-1.0, 1.0))
    assert check_slope(lambda x: max(x, -0.5 * x), 0.0, 0.25).verdict == "kink"


@example(place=3.847884127670853e-07, side=-1.0, bend=1.0)
@given(place=st.floats(STEP / 50, 2 * STEP), side=st.sampled_from([-1.0, 1.0]), bend=st.floats(0.01, 10))
def test_a_corner_nearby_neither_condemns_nor_excuses(place: float, side: float, bend: float) -> None:
    """A curve that bends at +-`place`: its derivative at 0 is 0.7, and not that beyond the corner."""

    def along(x: float) -> float:
        return 0.7 * x + x * x + bend * max(side * x - place, 0.0)

    assert check_slope(along, 0.0, 0.7).verdict == "right"
    assert check_slope(along, 0.0, 0.7 + side * bend).verdict == "wrong"
    assert check_slope(along, 0.0, 0.7 + side * bend / 2).verdict == "wrong"


@pytest.mark.parametrize("shift", [0.0, 1e-6, 1e-5])
def test_a_jump_of_the_second_derivative_is_no_kink(shift: float) -> None:
    """Soft sign: at 0 the error of the central difference falls with e only."""
    slope = 1 / (1 + shift) ** 2
    found = check_slope(lambda x: (shift + x) / (1 + abs(shift + x)), shift / (1 + shift), slope)
    assert found.verdict == "right"


@pytest.mark.parametrize("value", [0.0, 3.0, 1e4])
def test_gaps_beyond_round_off_are_seen(value: float) -> None:
    known = roundoff(value)
    assert known == pytest.approx(32 * 2.0**-52 * max(1.0, value) / 1e-5)
    assert check_slope(lambda x: value, value, 0.9 * known).verdict == "right"
    assert check_slope(lambda x: value, value, 1.1 * known).verdict == "wrong"


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_what_is_not_finite_is_wrong(number: float) -> None:
    assert check_slope(lambda x: x, 0.0, number)[1:3] == (math.inf, "wrong")
    assert check_slope(lambda x: number, number, 1.0)[1:3] == (math.inf, "wrong")


def test_corners_that_cancel_do_not_excuse() -> None:
    """relu(x) - relu(-x) is x; the 0 that autograd puts together at 0 is not its derivative."""
    assert check_slope(lambda x: max(x, 0.0) - max(-x, 0.0), 0.0, 0.0).verdict == "wrong"


def test_step_and_limit_are_those_asked_for() -> None:
    asked: list[float] = []

    def along(x: float) -> float:
        asked.append(x)
        return x + x**3

    assert check_slope(along, 0.0, 1.0, step=0.1, limit=0.02).verdict == "right"
    assert asked == [-0.1, 0.1]
    assert check_slope(along, 0.0, 1.03, step=0.001, limit=0.02).verdict == "wrong"
