"""Calibration against hand counts, a fine grid of temperatures and known lowest points."""

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.evaluation.calibration import (
    expected_calibration_error,
    fit_temperature,
    lowest_point,
    reliability,
)
from tagger.records import Reliability, ReliabilityBin


def test_the_bins_by_hand() -> None:
    """Four bins: 0.1 and 0.2 wrong and right; 0.5 stands on an edge, in the third; 0.9 right, 1.0 wrong."""
    found = reliability([0.1, 0.2, 0.5, 0.9, 1.0], [False, True, True, True, False], bins=4)
    assert found.bins == (
        ReliabilityBin(2, pytest.approx(0.15), 0.5),
        ReliabilityBin(0, 0.0, 0.0),
        ReliabilityBin(1, 0.5, 1.0),
        ReliabilityBin(2, pytest.approx(0.95), 0.5),
    )
    assert (found.count, found.probability, found.accuracy) == (5, pytest.approx(2.7 / 5), pytest.approx(0.6))


def test_the_expected_calibration_error_by_hand() -> None:
    """Bins of 2, 1 and 2 choices that are 0.35, 0.5 and 0.45 off."""
    error = expected_calibration_error([0.1, 0.2, 0.5, 0.9, 1.0], [0, 1, 1, 1, 0], bins=4)
    assert error == pytest.approx((2 * 0.35 + 0.5 + 2 * 0.45) / 5)


def test_sure_and_right_is_calibrated_sure_and_wrong_is_not() -> None:
    assert expected_calibration_error([1.0, 1.0], [True, True]) == 0
    assert expected_calibration_error([1.0, 1.0], [False, False]) == 1


def test_nothing_has_no_error() -> None:
    found = reliability([], [])
    assert (found.count, found.probability, found.accuracy, found.error) == (0, 0, 0, 0)
    assert len(found.bins) == 15
    assert Reliability(()).error == 0


def softmax_losses(scores: np.ndarray, gold: np.ndarray):
    """temperature -> minus the log probability of each gold tag, written out."""

    def losses(temperature: float) -> np.ndarray:
        weights = np.exp(scores / temperature)
        return -np.log(weights[np.arange(len(gold)), gold] / weights.sum(axis=1))

    return losses


def drawn(seed: int, temperature: float, tokens: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Random scores, and gold tags drawn with softmax(scores / temperature)."""
    random = np.random.default_rng(seed)
    scores = random.normal(0, 3, (tokens, 4))
    weights = np.exp(scores / temperature)
    return scores, (random.random((tokens, 1)) > np.cumsum(weights, 1) / weights.sum(1, keepdims=True)).sum(1)


@pytest.mark.parametrize("temperature", [0.3, 0.8, 1.0, 1.7, 4.0])
@pytest.mark.parametrize("seed", range(3))
def test_the_fitted_temperature_is_the_best_of_a_fine_grid(seed: int, temperature: float) -> None:
    losses = softmax_losses(*drawn(seed, temperature))
    grid = np.exp(np.linspace(math.log(0.05), math.log(20), 6001))
    best = min(grid, key=lambda t: losses(t).sum() + math.log(t) ** 2 / 2)
    assert fit_temperature(losses) == pytest.approx(best, rel=3e-3)


def test_the_sum_falls_below_the_fitted_temperature_and_rises_above_it() -> None:
    losses = softmax_losses(*drawn(5, 1.5))

    def slope(temperature: float) -> float:
        """Central difference."""
        total = [losses(t).sum() + math.log(t) ** 2 / 2 for t in (temperature - 1e-5, temperature + 1e-5)]
        return (total[1] - total[0]) / 2e-5

    fitted = fit_temperature(losses)
    assert slope(0.97 * fitted) < 0 < slope(1.03 * fitted)


def test_tags_drawn_with_a_temperature_give_it_back() -> None:
    assert fit_temperature(softmax_losses(*drawn(1, 2.0, tokens=20_000))) == pytest.approx(2.0, rel=0.03)


@pytest.mark.parametrize("tokens", [1, 10])
def test_without_a_mistake_probabilities_do_not_become_one(tokens: int) -> None:
    scores = np.tile([2.0, 0.0], (tokens, 1))
    fitted = fit_temperature(softmax_losses(scores, np.zeros(tokens, int)))
    assert 0.1 < fitted < 1
    assert 1 / (1 + math.exp(-2 / fitted)) < 1


def test_a_single_mistake_does_not_make_probabilities_even() -> None:
    assert 1 < fit_temperature(softmax_losses(np.array([[4.0, 0.0]]), np.array([1]))) < 6


@settings(max_examples=200, deadline=None)
@given(
    lowest=st.floats(-2.9, 2.9), steep=st.floats(0.1, 50), power=st.sampled_from([1.0, 1.5, 2.0]), tilt=st.floats(0, 1)
)  # fmt: skip
def test_the_lowest_point_of_functions_that_fall_and_rise(
    lowest: float, steep: float, power: float, tilt: float
) -> None:
    calls = []

    def function(x: float) -> float:
        calls.append(x)
        side = 1 + tilt if x > lowest else 1.0
        return steep * side * abs(x - lowest) ** power

    assert lowest_point(function, -3, 3, precision=1e-3) == pytest.approx(lowest, abs=2e-3)
    assert all(-3 < x < 3 for x in calls)
    assert len(calls) < 60


def test_it_is_imported_without_torch() -> None:
    code = (
        "import sys, tagger.evaluation.calibration, tagger.recipes.calibrate; print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
