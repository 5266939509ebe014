"""Numbers to inline SVG: bars, intervals, a reliability diagram, curves; the style sheet's classes give the colours.

Bars and intervals stretch with the cell that they stand in; diagrams with axes keep their shape and shrink with the
page.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tagger.evaluation.course import Curve
from tagger.records import Estimate, Reliability
from tagger.reports.page_elements import text

_WIDTH, _HEIGHT = 340.0, 220.0  # of a chart of curves
_LEFT, _RIGHT, _TOP, _BOTTOM = 44.0, 10.0, 12.0, 34.0  # margins of charts and diagrams
_SQUARE = 250.0  # the sides of a reliability diagram's axes
FEW = 10
"""Choices of a bin below which its dot is hollow and no line goes through it: chance alone moves it far."""
_SMALLEST, _LARGEST = 2.5, 9.0  # radius of a bin's dot
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_NEARLY = 1e-9
_ALIKE = 1e-6  # values that differ by less than this share of them are one
_DIGITS = 6  # behind the point at most


class Line(NamedTuple):
    """One curve of a chart; `kind` is its style class, `mark` the epoch to be ringed."""

    curve: Curve
    kind: str
    mark: int | None = None


def bar(share: float, kind: str = "plain") -> str:
    """A bar of that share of its cell's width."""
    return stacked([(kind, share)])


def stacked(parts: Iterable[tuple[str, float]]) -> str:
    """Bars of those shares of the cell's width, side by side, each with its style class; empty ones are left out."""
    rectangles, start = [], 0.0
    for kind, share in parts:
        if share > 0:
            place = f'x="{100 * start:.2f}%" width="{100 * share:.2f}%"'
            rectangles.append(f'<rect class="{kind}" {place} height="100%"/>')
        start += share
    return f'<svg class="bar" aria-hidden="true">{"".join(rectangles)}</svg>'


def whisker(estimate: Estimate, low: float, high: float, kind: str = "plain") -> str:
    """A dot for the value on a line for the interval; the cell's width stands for `low` to `high`."""

    def place(value: float) -> str:
        return f"{4 + 92 * (value - low) / (high - low or 1):.2f}%"

    line = f'<line x1="{place(estimate.low)}" x2="{place(estimate.high)}" y1="50%" y2="50%"/>'
    dot = f'<circle cx="{place(estimate.value)}" cy="50%" r="4"/>'
    return f'<svg class="whisker {kind}" aria-hidden="true">{line}{dot}</svg>'


def ticks(low: float, high: float, most: int = 5, *, whole: bool = False) -> list[float]:
    """At most `most` + 1 round numbers at equal distances, the first at most `low`, the last at least `high`."""
    size = max(abs(low), abs(high))
    size = size if size > _NEARLY else 1.0
    rough = (high - low) / most if high - low > _ALIKE * size else size
    rough = max(rough, 1.0) if whole else rough
    power = 10.0 ** math.floor(math.log10(rough))
    for step in (scale * step for scale in (power, 10 * power) for step in _STEPS):
        if whole and not step.is_integer():
            continue
        first, last = math.floor(low / step + _NEARLY), math.ceil(high / step - _NEARLY)
        if step >= rough * (1 - _NEARLY) and last - first <= most:
            break
    return [number * step for number in range(first, max(last, first + 1) + 1)]


def tick_numbers(values: Sequence[float]) -> list[str]:
    """The numbers at ticks, all with as many digits as the longest needs."""
    digits = next(
        d for d in range(_DIGITS + 1) if d == _DIGITS or all(abs(round(v, d) - v) < _NEARLY for v in values)
    )
    return [f"{value:.{digits}f}" for value in values]


def curves_chart(label: str, lines: Sequence[Line]) -> str:
    """Curves over epochs. label: what the picture shows, for those who cannot see it."""
    points = [point for line in lines for point in line.curve]
    across = ticks(min(x for x, _ in points), max(x for x, _ in points), 6, whole=True)
    up = ticks(min(y for _, y in points), max(y for _, y in points), 4)
    axes = _Axes(across, up, _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM)
    parts = [*axes.drawn("epoch")]
    for line in lines:
        path = " ".join(f"{axes.x(x):.1f},{axes.y(y):.1f}" for x, y in line.curve)
        parts.append(f'<polyline class="{line.kind}" points="{path}"/>')
        dots = [(x, y) for x, y in line.curve if x == line.mark or len(line.curve) == 1]
        parts += [
            f'<circle class="{line.kind}" cx="{axes.x(x):.1f}" cy="{axes.y(y):.1f}" r="4"/>' for x, y in dots
        ]
    return _picture(label, _WIDTH, _HEIGHT, parts)


def reliability_diagram(label: str, found: Reliability) -> str:
    """A dot for each bin that has choices: mean probability to the right, share that is right upwards.

    The area of a dot grows with the number of choices. Where probabilities can be believed, dots lie on the diagonal.
    """
    fifths = [number / 5 for number in range(6)]
    axes = _Axes(fifths, fifths, _SQUARE, _SQUARE)
    parts = [*axes.drawn("probability", "share that is right")]
    corners = f'x1="{axes.x(0):.1f}" y1="{axes.y(0):.1f}" x2="{axes.x(1):.1f}" y2="{axes.y(1):.1f}"'
    parts.append(f'<line class="diagonal" {corners}/>')
    bins = [part for part in found.bins if part.count]
    joined = [part for part in bins if part.count >= FEW]
    path = " ".join(f"{axes.x(part.probability):.1f},{axes.y(part.accuracy):.1f}" for part in joined)
    parts.append(f'<polyline class="dev" points="{path}"/>')
    most = max((part.count for part in bins), default=1)
    for part in bins:
        radius = max(_SMALLEST, _LARGEST * math.sqrt(part.count / most))
        kind = "bin" if part.count >= FEW else "few"
        centre = f'cx="{axes.x(part.probability):.1f}" cy="{axes.y(part.accuracy):.1f}"'
        parts.append(f'<circle class="{kind}" {centre} r="{radius:.1f}"/>')
    return _picture(label, _SQUARE + _LEFT + _RIGHT, _SQUARE + _TOP + _BOTTOM, parts, "chart square")


class _Axes:
    """Where values lie in a picture, and the lines and numbers that say so."""

    def __init__(self, across: Sequence[float], up: Sequence[float], width: float, height: float) -> None:
        self._across, self._up, self._width, self._height = across, up, width, height

    def x(self, value: float) -> float:
        low, high = self._across[0], self._across[-1]
        return _LEFT + self._width * (value - low) / (high - low)

    def y(self, value: float) -> float:
        low, high = self._up[0], self._up[-1]
        return _TOP + self._height * (high - value) / (high - low)

    def drawn(self, below: str, beside: str = "") -> Iterator[str]:
        """Grid and numbers; `below` names the axis to the right, `beside` the one upwards."""
        right, bottom = _LEFT + self._width, _TOP + self._height
        for value, shown in zip(self._up, tick_numbers(self._up), strict=True):
            y = self.y(value)
            yield f'<line class="grid" x1="{_LEFT:g}" x2="{right:g}" y1="{y:.1f}" y2="{y:.1f}"/>'
            yield f'<text class="up" x="{_LEFT - 6:g}" y="{y + 4:.1f}">{shown}</text>'
        for value, shown in zip(self._across, tick_numbers(self._across), strict=True):
            yield f'<text x="{self.x(value):.1f}" y="{bottom + 16:g}">{shown}</text>'
        yield f'<text x="{_LEFT + self._width / 2:g}" y="{bottom + 31:g}">{text(below)}</text>'
        if beside:
            middle = _TOP + self._height / 2
            yield f'<text transform="translate(11 {middle:g}) rotate(-90)">{text(beside)}</text>'


def _picture(label: str, width: float, height: float, parts: Iterable[str], kind: str = "chart") -> str:
    size = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    return f'<svg class="{kind}" role="img" aria-label="{text(label)}" {size}>\n{"".join(parts)}\n</svg>\n'
