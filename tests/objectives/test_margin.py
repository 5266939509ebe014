"""The margin between true and corrupted windows: the loss pair by pair, its gradients by the notes' hand derivation.

The notes (001, sections 1.4 - 1.6) write the score s = U'f(Wx + b) and J = max(0, D + s_c - s), so dJ/ds = -1 and
dJ/ds_c = 1 where J > 0. With delta = U * f'(Wx + b), the error that arrives at the hidden sums from a score:

    dJ/dU = f(W x_c + b) - f(W x + b)    dJ/dW = delta_c x_c' - delta x'    dJ/db = delta_c - delta
    dJ/dx = -W' delta                    dJ/dx_c = W' delta_c

and the bias of the score gets 1 - 1 = 0.
"""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray
from torch import Tensor

from tagger.network.window_network import WindowNetwork
from tagger.objectives.margin import margin_loss, mean_margin_loss
from tests.objectives.test_backpropagation import SLOPES, network_of

Wide = NDArray[np.float64]


def slow_loss(true: list[float], corrupted: list[list[float]], margin: float) -> float:
    """The oracle: pair by pair."""
    pairs = [
        max(0.0, margin + other - own) for own, row in zip(true, corrupted, strict=True) for other in row
    ]
    return math.fsum(pairs) / len(pairs) if pairs else 0.0


def leaf(values: object) -> Tensor:
    return torch.tensor(values, dtype=torch.float64, requires_grad=True)


scores = st.floats(-20, 20)


@given(st.data(), st.integers(0, 6), st.integers(0, 4), st.floats(0.01, 10.0))
def test_loss_is_the_mean_over_pairs_of_the_lead_that_is_missing(
    data: st.DataObject, n: int, k: int, margin: float
) -> None:
    true = data.draw(arrays.arrays(np.float64, n, elements=scores))
    corrupted = data.draw(arrays.arrays(np.float64, (n, k), elements=scores))
    found = margin_loss(torch.from_numpy(true), torch.from_numpy(corrupted), margin)
    assert found.item() == pytest.approx(slow_loss(true.tolist(), corrupted.tolist(), margin))
    if k == 1:
        one = margin_loss(torch.from_numpy(true), torch.from_numpy(corrupted[:, 0]), margin)
        assert one.item() == found.item()


@given(st.data(), st.integers(0, 8), st.integers(0, 9), st.floats(0.01, 10.0))
def test_loss_over_all_pairs_is_that_of_every_true_window_with_every_corrupted_one(
    data: st.DataObject, n: int, m: int, margin: float
) -> None:
    true = data.draw(arrays.arrays(np.float64, n, elements=scores))
    corrupted = data.draw(arrays.arrays(np.float64, m, elements=scores))
    found = mean_margin_loss(torch.from_numpy(true), torch.from_numpy(corrupted), margin)
    assert found.item() == pytest.approx(slow_loss(true.tolist(), [corrupted.tolist()] * n, margin), abs=1e-9)


def test_gradient_pulls_a_pair_apart_where_the_margin_is_broken_and_is_exactly_0_elsewhere() -> None:
    """By hand, four pairs, D = 1: leads of 2 and 1 hold (the second only just), leads of 0.5 and -3 do not."""
    true, corrupted = leaf([4.0, 1.0]), leaf([[2.0, 3.0], [0.5, 4.0]])
    margin_loss(true, corrupted, 1.0).backward()
    assert true.grad is not None and corrupted.grad is not None
    assert true.grad.tolist() == [0.0, -0.5]
    assert corrupted.grad.tolist() == [[0.0, 0.0], [0.25, 0.25]]


def test_a_batch_without_pairs_has_no_loss_and_no_gradient() -> None:
    values = leaf([1.0, 2.0])
    loss = margin_loss(values[:0], values[:0, None].expand(-1, 3), 1.0)
    assert loss.item() == 0.0
    loss.backward()
    assert values.grad is not None and values.grad.tolist() == [0.0, 0.0]
    assert mean_margin_loss(values, values[:0], 1.0).item() == 0.0


def test_gradient_agrees_with_finite_differences() -> None:
    """Oracle: torch.autograd.gradcheck, float64; the random scores are away from the kinks."""
    draw = torch.Generator().manual_seed(2)
    true = (3 * torch.randn(12, generator=draw, dtype=torch.float64)).requires_grad_()
    corrupted = (3 * torch.randn(12, 5, generator=draw, dtype=torch.float64)).requires_grad_()
    for margin in (0.5, 4.0):
        assert torch.autograd.gradcheck(lambda s, c, m=margin: margin_loss(s, c, m), (true, corrupted))
        assert torch.autograd.gradcheck(lambda s, c, m=margin: margin_loss(s, c[:, 0], m), (true, corrupted))


def test_a_score_that_is_no_number_shows_in_the_loss() -> None:
    assert torch.isnan(margin_loss(torch.tensor([math.nan, 9.0]), torch.zeros(2, 3), 1.0))
    assert torch.isnan(mean_margin_loss(torch.tensor([math.nan]), torch.zeros(3), 1.0))
    assert torch.isnan(mean_margin_loss(torch.zeros(3), torch.tensor([math.nan, 0.0]), 1.0))


def test_scores_that_are_no_pairs_are_refused() -> None:
    with pytest.raises(ValueError, match=r"expected \[n\] and \[n\] or \[n, k\]"):
        margin_loss(torch.zeros(3), torch.zeros(2), 1.0)


def gradients(
    network: WindowNetwork, true: list[list[int]], corrupted: list[list[list[int]]], margin: float
) -> tuple[float, dict[str, Wide]]:
    """The loss of windows of word numbers, k corrupted ones for each true one, and its gradients by autograd."""
    words = network.lookup.get_parameter("word.weight").shape[0]
    rows, characters = torch.arange(words)[:, None], torch.zeros(words, 1, dtype=torch.int64)
    windows = [*true, *(window for several in corrupted for window in several)]
    values = network(rows, characters, torch.tensor(windows))["task"][:, 0]
    loss = margin_loss(values[: len(true)], values[len(true) :].view(len(true), -1), margin)
    loss.backward()
    return loss.item(), {name: p.grad.numpy() for name, p in network.named_parameters() if p.grad is not None}


def worked_network() -> WindowNetwork:
    """The 4-2-1 network of the notes: four inputs x, two sigmoid units, one score; words 1 and 2 are x and x_c."""
    network = network_of(words=4, width=4, window=1, hidden=(2,), labels=1, activation="sigmoid")
    parts = {
        "lookup.word.weight": [[0.0] * 4, [1.0, 0.0, 2.0, -1.0], [0.0, 1.0, -1.0, 2.0], [0.0] * 4],
        "trunk.0.weight": [[0.5, -0.5, 0.25, 0.0], [-1.0, 0.5, 0.0, 0.5]],
        "trunk.0.bias": [-1.0, 1.5],
        "heads.task.weight": [[2.0, -1.0]],
        "heads.task.bias": [0.75],
    }
    network.load_state_dict({name: torch.tensor(v, dtype=torch.float64) for name, v in parts.items()})
    return network


def test_the_4_2_1_network_of_the_notes_by_hand() -> None:
    """D = 1. True x = (1, 0, 2, -1), corrupted x_c = (0, 1, -1, 2); W, b, U as in `worked_network`.

    z  = (0.5*1 + 0.25*2 - 1,  -1*1 + 0.5*-1 + 1.5)           = (0, 0)       a  = (1/2, 1/2)
    zc = (-0.5*1 + 0.25*-1 - 1, 0.5*1 + 0.5*2 + 1.5)          = (-1.75, 3)   ac = (0.14805, 0.95257)
    s  = 2*1/2 - 1*1/2 + 0.75 = 1.25     sc = 2*0.14805 - 0.95257 + 0.75 = 0.09352
    J  = 1 + sc - s = -0.156: holds.  With U and c as they are but D = 2: J = 0.84352, and then
    delta  = U * a(1 - a)    = ( 2 * 1/4, -1 * 1/4)           = (0.5, -0.25)
    deltac = U * ac(1 - ac)  = ( 2 * 0.12613, -1 * 0.04518)   = (0.25226, -0.04518)
    """
    loss, found = gradients(worked_network(), [[1]], [[[2]]], 1.0)
    assert loss == 0.0
    assert all((value == 0.0).all() for value in found.values())

    loss, found = gradients(worked_network(), [[1]], [[[2]]], 2.0)
    ac1, ac2 = 1 / (1 + math.exp(1.75)), 1 / (1 + math.exp(-3.0))
    assert (ac1, ac2) == pytest.approx((0.14805, 0.95257), abs=1e-5)
    assert loss == pytest.approx(2 + (2 * ac1 - ac2 + 0.75) - 1.25, abs=1e-15)
    assert loss == pytest.approx(0.84352, abs=1e-5)
    d1, d2 = 0.5, -0.25
    dc1, dc2 = 2 * ac1 * (1 - ac1), -ac2 * (1 - ac2)
    assert (dc1, dc2) == pytest.approx((0.25226, -0.04518), abs=1e-5)
    expected = {
        "heads.task.weight": [[ac1 - 0.5, ac2 - 0.5]],
        "heads.task.bias": [0.0],
        "trunk.0.weight": [  # deltac xc' - delta x'
            [-d1 * 1, dc1 * 1, -dc1 * 1 - d1 * 2, dc1 * 2 + d1 * 1],
            [-d2 * 1, dc2 * 1, -dc2 * 1 - d2 * 2, dc2 * 2 + d2 * 1],
        ],
        "trunk.0.bias": [dc1 - d1, dc2 - d2],
        "lookup.word.weight": [
            [0.0] * 4,
            [-(0.5 * d1 - 1.0 * d2), -(-0.5 * d1 + 0.5 * d2), -0.25 * d1, -0.5 * d2],  # -W' delta
            [0.5 * dc1 - 1.0 * dc2, -0.5 * dc1 + 0.5 * dc2, 0.25 * dc1, 0.5 * dc2],  # W' deltac
            [0.0] * 4,
        ],
    }
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-12, atol=1e-15, err_msg=name)


def hand_derived(
    weights: dict[str, Wide],
    true: list[list[int]],
    corrupted: list[list[list[int]]],
    margin: float,
    activation: str,
) -> tuple[float, dict[str, Wide], int]:
    """The loss and its gradients by the formulas above, pair by pair, and the pairs that break the margin."""
    f, slope = SLOPES[activation]
    table, w, b = (weights[name] for name in ("lookup.word.weight", "trunk.0.weight", "trunk.0.bias"))
    u, c = weights["heads.task.weight"][0], weights["heads.task.bias"][0]
    result = {name: np.zeros_like(value) for name, value in weights.items()}
    total, broken = 0.0, 0
    pairs = [(own, other) for own, several in zip(true, corrupted, strict=True) for other in several]
    for own, other in pairs:
        x, xc = (np.concatenate([table[word] for word in window]) for window in (own, other))
        z, zc = w @ x + b, w @ xc + b
        missing = margin + (u @ f(zc) + c) - (u @ f(z) + c)
        if missing <= 0:
            continue
        total, broken = total + missing, broken + 1
        delta, delta_c = u * slope(z), u * slope(zc)
        result["heads.task.weight"][0] += f(zc) - f(z)
        result["trunk.0.weight"] += np.outer(delta_c, xc) - np.outer(delta, x)
        result["trunk.0.bias"] += delta_c - delta
        for window, error in ((own, -w.T @ delta), (other, w.T @ delta_c)):
            for word, part in zip(window, np.split(error, len(window)), strict=True):
                result["lookup.word.weight"][word] += part
    return total / len(pairs), {name: value / len(pairs) for name, value in result.items()}, broken


Example = tuple[WindowNetwork, list[list[int]], list[list[list[int]]]]


def example(activation: str, *, window: int, k: int) -> Example:
    network = network_of(words=7, width=3, window=window, hidden=(5,), labels=1, activation=activation)
    draw = np.random.default_rng(10 * window + k)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(torch.from_numpy(draw.normal(0, 1.2, tuple(parameter.shape))))
    true = draw.integers(0, 7, (9, window)).tolist()
    return network, true, draw.integers(0, 7, (9, k, window)).tolist()


@pytest.mark.parametrize("activation", SLOPES)
@pytest.mark.parametrize(("window", "k"), [(1, 1), (3, 2), (5, 4)])
def test_autograd_agrees_with_the_hand_derivation(activation: str, window: int, k: int) -> None:
    network, true, corrupted = example(activation, window=window, k=k)
    weights = {name: p.detach().numpy().copy() for name, p in network.named_parameters()}
    loss, found = gradients(network, true, corrupted, 0.3)
    value, expected, broken = hand_derived(weights, true, corrupted, 0.3, activation)
    assert 0 < broken < 9 * k  # both kinds of pairs are there
    assert loss == pytest.approx(value, rel=1e-12)
    assert found.keys() == expected.keys()
    for name, gradient in expected.items():
        np.testing.assert_allclose(found[name], gradient, rtol=1e-9, atol=1e-12, err_msg=name)


def test_every_gradient_agrees_with_central_differences() -> None:
    """Every number of every parameter of a smooth network, float64: (J(p + e) - J(p - e)) / 2e."""
    step = 1e-6
    network, true, corrupted = example("tanh", window=3, k=2)
    _, found = gradients(network, true, corrupted, 0.3)
    weights = {name: p.detach().numpy().copy() for name, p in network.named_parameters()}

    def value_at(name: str, place: tuple[int, ...], delta: float) -> float:
        moved = {other: array.copy() for other, array in weights.items()}
        moved[name][place] += delta
        return hand_derived(moved, true, corrupted, 0.3, "tanh")[0]

    for name, gradient in found.items():
        for place in np.ndindex(gradient.shape):
            slope = (value_at(name, place, step) - value_at(name, place, -step)) / (2 * step)
            assert gradient[place] == pytest.approx(slope, abs=1e-8), (name, place)


@pytest.mark.parametrize("activation", SLOPES)
def test_where_every_margin_holds_nothing_moves_at_all(activation: str) -> None:
    network, true, corrupted = example(activation, window=3, k=2)
    with torch.no_grad():  # the true windows begin with word 0, the corrupted with word 1, which decide alone
        for parameter in network.parameters():
            parameter.mul_(0.01)
        network.lookup.get_parameter("word.weight")[0] = 5.0
        network.lookup.get_parameter("word.weight")[1] = -5.0
        network.get_parameter("trunk.0.weight")[:, :3] = 1.0
        network.get_parameter("heads.task.weight")[:] = 10.0
    loss, found = gradients(
        network, [[0, *w[1:]] for w in true], [[[1, *w[1:]] for w in several] for several in corrupted], 1.0
    )
    assert loss == 0.0
    assert all((gradient == 0.0).all() for gradient in found.values())
