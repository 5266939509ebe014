"""The course notes' argument for the log-likelihood, as scripts/measure_saturated_start.py shows it."""

import importlib.util
import math
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "measure_saturated_start.py"
ORDINARY, SATURATED = (0.6, 0.9), (2.0, 2.0)  # weight and bias of the neuron


def load_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("measure_saturated_start", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


script = load_script()


def outputs_by_hand(objective: str, weight: float, bias: float, epochs: int) -> list[float]:
    """Gradient descent at rate 0.15 by the delta rule: a - 0 for the log-likelihood, times a (1 - a) for squared error."""
    outputs = []
    for _ in range(epochs):
        a = 1 / (1 + math.exp(-(weight + bias)))
        outputs.append(a)
        delta = a * (a * (1 - a) if objective == "squared-error" else 1.0)
        weight, bias = weight - 0.15 * delta, bias - 0.15 * delta
    return outputs


@pytest.mark.parametrize("start", [ORDINARY, SATURATED])
@pytest.mark.parametrize("objective", ["squared-error", "word"])
def test_one_neuron_learns_as_the_delta_rule_says(objective: str, start: tuple[float, float]) -> None:
    outputs = script.learn_one_neuron(objective, *start)
    assert outputs == pytest.approx(outputs_by_hand(objective, *start, len(outputs)), abs=1e-9)


def test_one_neuron_started_badly_wrong_loses_time_with_the_squared_error_alone() -> None:
    epochs = {
        (objective, start): script.epochs_to_target(script.learn_one_neuron(objective, *start))
        for objective in ("squared-error", "word")
        for start in (ORDINARY, SATURATED)
    }
    lost = {objective: epochs[objective, SATURATED] - epochs[objective, ORDINARY] for objective, _ in epochs}
    assert epochs["word", SATURATED] < epochs["word", ORDINARY] * 1.5
    assert epochs["squared-error", SATURATED] > epochs["squared-error", ORDINARY] * 1.5
    assert lost["squared-error"] > 10 * lost["word"]


def test_a_network_started_with_saturated_wrong_outputs_stands_still_with_the_squared_error_alone() -> None:
    after = {
        objective: script.learn_corpus(objective, bias=8.0, rate=0.2, seed=1, epochs=(0, 2))
        for objective in ("squared-error", "word")
    }
    assert all(line["accuracy"] < 0.01 for line in after["squared-error"])
    assert after["squared-error"][1]["loss"] > 0.99 * after["squared-error"][0]["loss"]
    assert after["word"][0]["accuracy"] < 0.01
    assert after["word"][1]["accuracy"] > 0.4
