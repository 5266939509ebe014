"""Numbers to small curves of text, one line high."""

import math
from collections.abc import Sequence
from itertools import pairwise

BLOCKS, ASCII_BLOCKS = "▁▂▃▄▅▆▇█", "_.-:=+*#"


class Curve:
    """Means of neighbouring values, at most `size` of them however many were added: a full curve halves its detail."""

    def __init__(self, size: int = 128) -> None:
        self.size = size  # an even number
        self.points: list[float] = []
        self.last: float | None = None
        self._each = 1  # values a point
        self._sum, self._count = 0.0, 0

    def add(self, value: float | None) -> None:
        """Take note of a value; of none where it is None or no finite number."""
        if value is None or not math.isfinite(value):
            return
        self.last = value
        self._sum, self._count = self._sum + value, self._count + 1
        if self._count < self._each:
            return
        self.points.append(self._sum / self._each)
        self._sum, self._count = 0.0, 0
        if len(self.points) == self.size:
            self.points = buckets(self.points, self.size // 2)
            self._each *= 2


def buckets(values: Sequence[float], count: int) -> list[float]:
    """The means of `count` stretches of `values` of about equal length; of few values, they themselves."""
    if len(values) <= count:
        return list(values)
    ends = [len(values) * place // count for place in range(count + 1)]
    return [sum(values[a:b]) / (b - a) for a, b in pairwise(ends)]


def sparkline(
    values: Sequence[float], width: int, *, among: Sequence[float] = (), blocks: str = BLOCKS
) -> str:
    """The values as a row of at most `width` blocks, the lowest to the highest of them and of those `among`."""
    shown = buckets(values, width)
    low, high = min([*shown, *among], default=0.0), max([*shown, *among], default=0.0)
    if high == low:
        return blocks[len(blocks) // 2] * len(shown)
    steps = len(blocks) - 1
    return "".join(blocks[round(steps * (value - low) / (high - low))] for value in shown)
