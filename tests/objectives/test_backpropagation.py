"""Gradients of the window network by the delta rules of backpropagation, written out in NumPy, against autograd.

output delta   squared error with sigmoid: (a - y) a (1 - a); log-likelihood with softmax: p - y;
               hinge: -1 on the gold tag, +1 on its best rival, where the margin is broken
hidden delta   W' delta * f'(z)
gradients      of a matrix delta times the layer's input as an outer product, of a bias delta,
               of the input vectors W' delta
"""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from tagger.network.heads import Head
from tagger.network.lookup import Lookup
from tagger.network.window_network import WindowNetwork, initialise
from tagger.objectives.squared_error import squared_error_loss
from tagger.objectives.tags_margin import tags_margin_loss
from tagger.objectives.word import word_loss

Wide = NDArray[np.float64]

MARGIN = 0.3


def network_of(
    *, words: int, width: int, window: int, hidden: tuple[int, ...], labels: int, activation: str
) -> WindowNetwork:
    head = Head(hidden[-1], labels, sentence_level=False)
    lookup = Lookup({"word": (words, width)}, None)
    network = WindowNetwork(lookup, {"task": head}, window=window, hidden=hidden, activation=activation)
    return network.double()


def gradients(
    network: WindowNetwork, windows: list[list[int]], loss: Callable[[Tensor], Tensor]
) -> tuple[float, dict[str, Wide]]:
    """The loss and its gradients by autograd; form number i is word i."""
    words = network.lookup.get_parameter("word.weight").shape[0]
    rows, characters = torch.arange(words)[:, None], torch.zeros(words, 1, dtype=torch.int64)
    value = loss(network(rows, characters, torch.tensor(windows))["task"])
    value.backward()
    found = {name: p.grad.numpy() for name, p in network.named_parameters() if p.grad is not None}
    return value.item(), found


def test_a_network_of_4_2_1_units_by_hand() -> None:
    """Four inputs, two tanh units, one sigmoid output with target 1, squared error: every number one at a time."""
    x = [0.5, -1.0, 0.25, 2.0]
    w1, w2, b1, b2 = [0.1, 0.2, -0.4, 0.3], [-0.3, 0.05, 0.2, 0.1], 0.1, -0.2
    u1, u2, c = 0.7, -1.2, 0.05
    network = network_of(words=2, width=4, window=1, hidden=(2,), labels=1, activation="tanh")
    parts = {
        "lookup.word.weight": [[0.0] * 4, x],
        "trunk.0.weight": [w1, w2],
        "trunk.0.bias": [b1, b2],
        "heads.task.weight": [[u1, u2]],
        "heads.task.bias": [c],
    }
    network.load_state_dict({name: torch.tensor(v, dtype=torch.float64) for name, v in parts.items()})

    z1 = 0.1 * 0.5 + 0.2 * -1.0 + -0.4 * 0.25 + 0.3 * 2.0 + 0.1  # 0.45
    z2 = -0.3 * 0.5 + 0.05 * -1.0 + 0.2 * 0.25 + 0.1 * 2.0 - 0.2  # -0.15
    h1, h2 = math.tanh(z1), math.tanh(z2)
    a = 1 / (1 + math.exp(-(0.7 * h1 - 1.2 * h2 + 0.05)))
    delta = (a - 1) * a * (1 - a)
    delta1 = 0.7 * delta * (1 - h1**2)
    delta2 = -1.2 * delta * (1 - h2**2)
    expected = {
        "heads.task.weight": [[delta * h1, delta * h2]],
        "heads.task.bias": [delta],
        "trunk.0.weight": [[delta1 * v for v in x], [delta2 * v for v in x]],
        "trunk.0.bias": [delta1, delta2],
        "lookup.word.weight": [
            [0.0] * 4,
            [
                0.1 * delta1 - 0.3 * delta2,
                0.2 * delta1 + 0.05 * delta2,
                -0.4 * delta1 + 0.2 * delta2,
                0.3 * delta1 + 0.1 * delta2,
            ],
        ],
    }
    loss, found = gradients(network, [[1]], lambda scores: squared_error_loss(scores, torch.tensor([0])))
    assert loss == pytest.approx((1 - a) ** 2 / 2, abs=1e-15)
    assert (a, delta, delta1, delta2) == pytest.approx((0.62808, -0.08688, -0.04999, 0.10194), abs=1e-5)
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-12, atol=1e-15, err_msg=name)


def sigmoid(z: Wide) -> Wide:
    return 1 / (1 + np.exp(-z))


SLOPES: dict[str, tuple[Callable[[Wide], Wide], Callable[[Wide], Wide]]] = {
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z))),
    "soft_sign": (lambda z: z / (1 + abs(z)), lambda z: 1 / (1 + abs(z)) ** 2),
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(float)),
}


def squared_error_delta(scores: Wide, gold: int) -> Wide:
    outputs = sigmoid(scores)
    return (outputs - np.eye(len(scores))[gold]) * outputs * (1 - outputs)


def word_delta(scores: Wide, gold: int) -> Wide:
    return np.exp(scores) / np.exp(scores).sum() - np.eye(len(scores))[gold]


def hinge_delta(scores: Wide, gold: int) -> Wide:
    delta = np.zeros(len(scores))
    others = [label for label in range(len(scores)) if label != gold]
    rival = max(others, key=lambda label: scores[label])
    if MARGIN + scores[rival] - scores[gold] > 0:
        delta[gold], delta[rival] = -1.0, 1.0
    return delta


OBJECTIVES: dict[str, tuple[Callable[[Tensor, Tensor], Tensor], Callable[[Wide, int], Wide]]] = {
    "word": (word_loss, word_delta),
    "squared-error": (squared_error_loss, squared_error_delta),
    "tags-margin": (lambda scores, gold: tags_margin_loss(scores, gold, MARGIN), hinge_delta),
}


def backpropagated(
    weights: dict[str, Wide],
    windows: list[list[int]],
    gold: list[int],
    delta_rule: Callable[[Wide, int], Wide],
    activation: str,
) -> dict[str, Wide]:
    """The gradients by the delta rules: word by word, layer by layer, mean over words."""
    f, slope = SLOPES[activation]
    layers = sum(name.endswith(".weight") and name.startswith("trunk") for name in weights)
    result = {name: np.zeros_like(value) for name, value in weights.items()}
    for window, label in zip(windows, gold, strict=True):
        inputs, sums = [np.concatenate([weights["lookup.word.weight"][word] for word in window])], []
        for layer in range(layers):
            sums.append(weights[f"trunk.{layer}.weight"] @ inputs[-1] + weights[f"trunk.{layer}.bias"])
            inputs.append(f(sums[-1]))
        scores = weights["heads.task.weight"] @ inputs[-1] + weights["heads.task.bias"]
        delta = delta_rule(scores, label) / len(windows)
        result["heads.task.weight"] += np.outer(delta, inputs[-1])
        result["heads.task.bias"] += delta
        error = weights["heads.task.weight"].T @ delta
        for layer in reversed(range(layers)):
            delta = error * slope(sums[layer])
            result[f"trunk.{layer}.weight"] += np.outer(delta, inputs[layer])
            result[f"trunk.{layer}.bias"] += delta
            error = weights[f"trunk.{layer}.weight"].T @ delta
        for word, part in zip(window, np.split(error, len(window)), strict=True):
            result["lookup.word.weight"][word] += part  # a word that stands twice in a window gets both
    return result


@pytest.mark.parametrize("activation", SLOPES)
@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize(("window", "hidden"), [(1, (5,)), (3, (6, 4)), (5, (4, 3, 5))])
def test_autograd_agrees_with_the_delta_rules(
    window: int, hidden: tuple[int, ...], objective: str, activation: str
) -> None:
    network = network_of(words=6, width=3, window=window, hidden=hidden, labels=4, activation=activation)
    initialise(network, "glorot", torch.Generator().manual_seed(window))
    draw = np.random.default_rng(window)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if name.endswith(".bias") or name.startswith("lookup."):
                parameter.copy_(torch.from_numpy(draw.normal(0, 0.5, tuple(parameter.shape))))
    windows = draw.integers(0, 6, (8, window)).tolist()
    gold = draw.integers(0, 4, 8).tolist()
    loss, delta_rule = OBJECTIVES[objective]
    weights = {name: p.detach().numpy().copy() for name, p in network.named_parameters()}
    _, found = gradients(network, windows, lambda scores: loss(scores, torch.tensor(gold)))
    expected = backpropagated(weights, windows, gold, delta_rule, activation)
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-9, atol=1e-12, err_msg=name)
    assert all(np.abs(value).max() > 1e-6 for value in expected.values())
