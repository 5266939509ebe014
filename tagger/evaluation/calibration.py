"""Probabilities and what was right to how far they can be believed, and to the temperature that makes them so.

A probability is calibrated where of all choices made with p a share of p is right.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tagger.records import Reliability, ReliabilityBin

BINS = 15
"""Of Guo et al. 2017."""
LOWEST, HIGHEST = 0.05, 20.0
"""Temperatures that are looked at."""
PRECISION = 1e-3
"""Of a temperature, relative."""

_GOLDEN = (3 - math.sqrt(5)) / 2


def reliability(probabilities: ArrayLike, correct: ArrayLike, bins: int = BINS) -> Reliability:
    """How often choices were right, by their probability: bins of equal width, from 0 to 1.

    A bin holds its lower edge, the last one 1 too. Shapes: probabilities and correct [N].
    """
    chances, right = np.asarray(probabilities, np.float64), np.asarray(correct, np.float64)
    places = np.minimum((chances * bins).astype(np.intp), bins - 1)
    counts = np.bincount(places, minlength=bins)
    sums = (
        np.bincount(places, values, minlength=bins) / np.maximum(counts, 1) for values in (chances, right)
    )
    columns = (counts.tolist(), *(means.tolist() for means in sums))
    return Reliability(tuple(ReliabilityBin(*row) for row in zip(*columns, strict=True)))


def expected_calibration_error(probabilities: ArrayLike, correct: ArrayLike, bins: int = BINS) -> float:
    """The mean over choices of |share that is right - mean probability| of their bin; 0 without any.

    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", eq. 3; bins as in `reliability`.
    """
    return reliability(probabilities, correct, bins).error


def fit_temperature(losses: Callable[[float], NDArray[Any]]) -> float:
    """The temperature T under which gold tags are likeliest, between LOWEST and HIGHEST.

    losses: T -> minus the log probability of each gold tag, nats. Their sum, plus (ln T)^2 / 2, is minimised over ln T;
    it should have one minimum, as softmax has (convex in 1 / T). The second term is a normal prior of ln T with
    deviation 1. Guo et al. 2017 have none: without a mistake in the data the likeliest T is then 0, and all
    probabilities 1. Among thousands of tokens it counts for nothing.
    """

    def objective(log: float) -> float:
        return float(losses(math.exp(log)).sum()) + log * log / 2

    return math.exp(lowest_point(objective, math.log(LOWEST), math.log(HIGHEST), precision=PRECISION))


def lowest_point(function: Callable[[float], float], low: float, high: float, *, precision: float) -> float:
    """Where `function`, which falls and then rises between `low` and `high`, is lowest, within about `precision`.

    Source: Brent 1973, "Algorithms for Minimization without Derivatives", chapter 5: the lowest point of the parabola
    through the three best points so far, or a golden section where that steps too far.
    """
    best = second = third = low + _GOLDEN * (high - low)
    at_best = at_second = at_third = function(best)
    step = before = 0.0
    while True:
        middle = (low + high) / 2
        if max(high - best, best - low) <= 2 * precision:
            return best
        wanted = _parabola((best, at_best), (second, at_second), (third, at_third))
        if abs(wanted) < abs(before) / 2 and low < best + wanted < high:
            before, step = step, wanted
        else:
            before = (high if best < middle else low) - best
            step = _GOLDEN * before
        if abs(step) < precision:
            step = math.copysign(precision, middle - best)
        point = best + step
        at_point = function(point)
        if at_point <= at_best:
            low, high = (best, high) if step > 0 else (low, best)
            second, third, best = best, second, point
            at_second, at_third, at_best = at_best, at_second, at_point
            continue
        low, high = (low, point) if step > 0 else (point, high)
        if at_point <= at_second or second == best:
            third, second, at_third, at_second = second, point, at_second, at_point
        elif at_point <= at_third or third in (best, second):
            third, at_third = point, at_point


def _parabola(best: tuple[float, float], second: tuple[float, float], third: tuple[float, float]) -> float:
    """The step from the best of three points to the lowest point of the parabola through them; inf without one."""
    left, right = best[0] - second[0], best[0] - third[0]
    up, down = left * (best[1] - third[1]), right * (best[1] - second[1])
    bottom = 2 * (up - down)
    if not bottom:
        return math.inf
    return -(left * up - right * down) / bottom
