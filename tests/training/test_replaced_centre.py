"""The fused gradients against autograd over whole windows, against the notes' element-wise derivation, by hand."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from tagger.network.activations import build_activation
from tagger.objectives.margin import margin_loss
from tagger.training import replaced_centre
from tagger.training.replaced_centre import DERIVATIVES, Corrupted, Gradients, Scorer, margin_gradients

ACTIVATIONS = {
    "relu": torch.relu,
    "hard_tanh": functional.hardtanh,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "soft_sign": functional.softsign,
}


def random_scorer(
    *, words: int = 12, dim: int = 3, window: int = 5, units: int = 4, activation: str = "tanh", seed: int = 0
) -> Scorer:
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64, requires_grad=True)

    weights = draw(words, dim), draw(units, window * dim), draw(units), draw(units)
    return Scorer(*weights, ACTIVATIONS[activation], DERIVATIVES[activation])


def random_windows(scorer: Scorer, *, count: int, pool: int = 6, draws: int = 3, seed: int = 0) -> Corrupted:
    generator = torch.Generator().manual_seed(seed)
    words, dim = scorer.vectors.shape
    width = scorer.weight.shape[1] // dim
    return Corrupted(
        torch.arange(words),
        torch.randint(words, (count, width), generator=generator),
        torch.randint(words, (pool,), generator=generator),
        torch.randint(pool, (count, draws), generator=generator),
    )


def whole_windows_loss(scorer: Scorer, windows: Corrupted, margin: float) -> Tensor:
    """Every true and every corrupted window written out, scored one by one."""
    width = windows.windows.shape[1]

    def score(numbers: Tensor) -> Tensor:
        x = scorer.vectors[numbers].flatten(-2)
        return scorer.activation(x @ scorer.weight.T + scorer.bias) @ scorer.output

    corrupted = windows.windows[:, None].repeat(1, windows.draws.shape[1], 1)  # [N, K, W]
    corrupted[:, :, width // 2] = windows.pool[windows.draws]
    return margin_loss(score(windows.windows), score(corrupted), margin)


def check_equal(found: Gradients, loss: Tensor, scorer: Scorer) -> None:
    assert found.loss == pytest.approx(loss.item(), abs=1e-12)
    expected = torch.autograd.grad(loss, [scorer.vectors, scorer.weight, scorer.bias, scorer.output])
    for own, other in zip((found.vectors, found.weight, found.bias, found.output), expected, strict=True):
        torch.testing.assert_close(own, other, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("activation", DERIVATIVES)
@pytest.mark.parametrize("window", [1, 3, 7])
def test_loss_and_gradients_are_those_of_whole_windows(activation: str, window: int) -> None:
    scorer = random_scorer(activation=activation, window=window, seed=window)
    windows = random_windows(scorer, count=40, seed=window)

    found = margin_gradients(scorer, windows, 1.0)

    check_equal(found, whole_windows_loss(scorer, windows, 1.0), scorer)


def test_many_blocks_and_shards_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replaced_centre, "BLOCK", 7)
    scorer = random_scorer()
    windows = random_windows(scorer, count=50)

    found = margin_gradients(scorer, windows, 1.0, shards=3)

    check_equal(found, whole_windows_loss(scorer, windows, 1.0), scorer)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_fewer_windows_than_shards_are_no_error(count: int) -> None:
    scorer = random_scorer()
    windows = random_windows(scorer, count=count)

    found = margin_gradients(scorer, windows, 1.0, shards=4)

    check_equal(found, whole_windows_loss(scorer, windows, 1.0), scorer)


def test_an_executor_changes_no_bit() -> None:
    scorer = random_scorer()
    windows = random_windows(scorer, count=1300)
    alone = margin_gradients(scorer, windows, 1.0, shards=2)

    with ThreadPoolExecutor(2) as executor:
        together = margin_gradients(scorer, windows, 1.0, shards=2, executor=executor)

    for name in ("vectors", "weight", "bias", "output"):
        assert torch.equal(getattr(alone, name), getattr(together, name))
    assert alone.loss == together.loss


def test_derivatives_are_those_that_torch_takes() -> None:
    sums = torch.linspace(
        -3, 3, 25, dtype=torch.float64, requires_grad=True
    )  # 0 and the kinks at -1 and 1 among them
    for name, derivative in DERIVATIVES.items():
        outputs = build_activation(name, leak=0.01, pieces=2)(sums)
        (expected,) = torch.autograd.grad(outputs.sum(), sums)
        torch.testing.assert_close(derivative(sums, outputs), expected, msg=name)


def test_where_the_margin_holds_every_gradient_is_exactly_zero() -> None:
    """u = 0 apart from a bias-like unit: all scores equal, so a margin of 0 holds and a larger one does not."""
    scorer = random_scorer()
    equal = Scorer(
        scorer.vectors.detach() * 0.0,
        scorer.weight.detach(),
        scorer.bias.detach(),
        scorer.output.detach(),
        scorer.activation,
        scorer.derivative,
    )
    windows = random_windows(scorer, count=9)

    found = margin_gradients(equal, windows, 0.0)

    assert found.loss == 0.0
    assert found.wrong == 27  # a tie is not told apart
    for gradient in (found.vectors, found.weight, found.bias, found.output):
        assert not gradient.any()
    assert margin_gradients(equal, windows, 0.5).loss == 0.5


def test_the_notes_derivation_by_element_on_a_network_of_four_inputs_two_hidden_units() -> None:
    """Notes 001: one true and one corrupted window of 4 inputs, W [2, 4], u [2], tanh, D = 1, by hand in NumPy.

    Two words of two numbers: a window of one word on each side would have six inputs, so the window is the centre
    with one shared neighbour folded into the bias: x = (left, centre), written out below element by element.
    """
    left, centre, other = np.array([0.5, -1.0]), np.array([1.0, 0.2]), np.array([-0.3, 0.8])
    right = np.array([0.0, 0.0])  # padding whose row is zero: a window of 3 with 4 inputs that count
    weights = np.array([[0.1, -0.2, 0.4, 0.3, 0.7, -0.7], [0.6, 0.1, -0.5, 0.2, 0.9, 0.9]])
    bias, output, margin = np.array([0.05, -0.1]), np.array([0.8, -0.6]), 1.0
    x, x_c = np.concatenate([left, centre, right]), np.concatenate([left, other, right])
    z, z_c = weights @ x + bias, weights @ x_c + bias
    a, a_c = np.tanh(z), np.tanh(z_c)
    loss = margin - output @ a + output @ a_c
    assert loss > 0
    delta, delta_c = -output * (1 - a**2), output * (1 - a_c**2)  # dJ/dz of each window, unit by unit
    of_weights = np.outer(delta, x) + np.outer(delta_c, x_c)
    of_x, of_x_c = weights.T @ delta, weights.T @ delta_c
    scorer = Scorer(
        torch.tensor(np.stack([left, centre, other, right])),
        torch.tensor(weights),
        torch.tensor(bias),
        torch.tensor(output),
        torch.tanh,
        DERIVATIVES["tanh"],
    )
    windows = Corrupted(torch.arange(4), torch.tensor([[0, 1, 3]]), torch.tensor([2]), torch.tensor([[0]]))

    found = margin_gradients(scorer, windows, margin)

    assert found.loss == pytest.approx(loss)
    np.testing.assert_allclose(found.weight, of_weights)
    np.testing.assert_allclose(found.bias, delta + delta_c)
    np.testing.assert_allclose(found.output, a_c - a)
    np.testing.assert_allclose(found.vectors[0], of_x[:2] + of_x_c[:2])  # the neighbour stands in both
    np.testing.assert_allclose(found.vectors[1], of_x[2:4])
    np.testing.assert_allclose(found.vectors[2], of_x_c[2:4])


@pytest.mark.parametrize("name", ["vectors", "weight", "bias", "output"])
def test_gradients_are_central_differences(name: str) -> None:
    scorer = random_scorer(activation="soft_sign", words=8)
    windows = random_windows(scorer, count=15, seed=3)
    found = margin_gradients(scorer, windows, 1.0)
    values = getattr(scorer, name).detach()
    step = 1e-5
    numeric = torch.zeros_like(values)
    for place in np.ndindex(*values.shape):
        before = values[place].item()
        values[place] = before + step
        above = margin_gradients(scorer, windows, 1.0).loss
        values[place] = before - step
        below = margin_gradients(scorer, windows, 1.0).loss
        values[place] = before
        numeric[place] = (above - below) / (2 * step)

    torch.testing.assert_close(getattr(found, name), numeric, rtol=1e-6, atol=1e-8)
