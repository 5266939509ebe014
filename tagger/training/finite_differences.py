"""A derivative against finite differences of its function: right, wrong, or at a kink where there is none.

f'(x) = (J(x + e) - J(x - e)) / 2e, as the course notes have it in their formulas and in 001's code; the code printed in
000 is the one-sided difference, whose error falls with e and not with e^2.

Relative error: |g - d| / max(|g|, |d|, floor), g the gradient and d the difference. The floor is where round-off takes
over: J is known to some units in its last place, so d is known to `roundoff` = ROUNDING * 2^-52 * max(1, |J|) / e. Only
a gap larger than that, and larger than `limit` of the gradient, is an error; the floor is roundoff / limit, so that one
number says both. With J = 3 and e = 1e-5 gaps from 2e-9 on are seen, whatever the limit.

Kinks (ReLU, hard tanh, maxout, the largest over characters, hinges, |w|): a corner within reach of e moves d. So where
d fails, the slopes to the left and to the right are taken from three points each (error of order e^2: no trace of the
curvature). If they and d lie closer together than g and d, no corner can explain the gap: the gradient is wrong. Else e
is made smaller, by 8 and by 64, until the corner is out of reach. If it never is, the point lies on the corner: a kink,
where g must still lie between the two slopes, or it is wrong.
Where several corners meet in one point, what autograd puts together need not lie between them (relu(x) - relu(-x) is x,
and gets the gradient 0 at 0): that counts as wrong, and is.
"""

import sys
from collections.abc import Callable
from math import inf, isfinite
from typing import Literal, NamedTuple

STEP = 1e-5
"""e, as in the notes."""

LIMIT = 1e-5
"""Relative error. In float64, right gradients of this program's networks stay below 1e-6 at nearly all entries."""

SHRINKING = (1.0, 1 / 8, 1 / 64)

ROUNDING = 32.0
"""Units in the last place of J: differences over 2e of small networks were off by 2 such units / e at most."""

BEND = 1e-3
"""A difference between one-sided slopes, as a share of the slope, that is worth asking whether it is a corner's."""

Verdict = Literal["right", "kink", "wrong"]


class Slope(NamedTuple):
    """What finite differences say of a gradient."""

    difference: float  # central, at the last step that was tried
    error: float  # relative; says nothing at a kink
    verdict: Verdict
    sides: tuple[float, float] | None = None  # slopes to the left and to the right, where there is a corner


def check_slope(
    along: Callable[[float], float],
    middle: float,
    gradient: float,
    *,
    step: float = STEP,
    limit: float = LIMIT,
) -> Slope:
    """Whether `gradient` is the derivative at 0 of `along`, whose value there is `middle`."""
    difference = error = inf
    left = right = tolerance = 0.0  # of the last step
    for share in SHRINKING:
        h = step * share
        before, after = along(-h), along(h)
        difference = (after - before) / (2 * h)
        gap, known = abs(gradient - difference), roundoff(middle, h)
        error = gap / max(abs(gradient), abs(difference), known / limit)
        if not isfinite(error):
            return Slope(difference, inf, "wrong")
        bend = abs(after - 2 * middle + before) / h
        if error <= limit and bend <= BEND * max(abs(difference), known / limit):
            return Slope(difference, error, "right")
        left = (3 * middle - 4 * along(-h / 2) + before) / h
        right = (-3 * middle + 4 * along(h / 2) - after) / h
        if error <= limit:  # at a kink by chance, as sign(0) = 0 is the mean of the slopes of |w|
            at_kink = abs(right - left) > bend / 2
            return (
                Slope(difference, error, "kink", (left, right))
                if at_kink
                else Slope(difference, error, "right")
            )
        tolerance = max(limit * max(abs(left), abs(right)), known)
        if (
            max(left, right, difference) - min(left, right, difference) + known < gap
        ):  # equal but for rounding: go on
            return Slope(difference, error, "wrong")
    between = min(left, right) - tolerance <= gradient <= max(left, right) + tolerance
    return Slope(difference, error, "kink" if between else "wrong", (left, right))


def roundoff(value: float, step: float = STEP) -> float:
    """By how much a central difference of a function of that value may be off, for rounding alone."""
    return ROUNDING * sys.float_info.epsilon * max(1.0, abs(value)) / step
