"""Figures of single sentences, against NumPy and by hand."""

import math

import numpy as np
import pytest

from tagger.reading.words import Words
from tagger.recipes.bench_runs import latency, spread


def by_hand(values: list[float], share: float) -> float:
    """The value at `share` of the way from the smallest to the largest, between its neighbours."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
    return low + (high - low) * (place - math.floor(place))


@pytest.mark.parametrize("count", [1, 2, 10, 101, 1000])
def test_latency_has_the_percentiles(count: int) -> None:
    seconds = np.random.default_rng(count).exponential(0.001, count).tolist()
    found = latency(seconds)
    assert found.samples == count
    assert found.half == pytest.approx(by_hand(seconds, 0.5))
    assert found.most == pytest.approx(by_hand(seconds, 0.99))


def test_samples_are_spread_over_the_text() -> None:
    sentences = [Words([str(number)]) for number in range(10)]
    assert [words.tokens[0] for words in spread(sentences, 4)] == ["0", "2", "5", "7"]
    assert [words.tokens[0] for words in spread(sentences[:2], 4)] == ["0", "0", "1", "1"]
