import numpy as np
import pytest
import torch

from tagger.network.activations import ACTIVATIONS, build_activation, maxout

LEAK = 0.2
SLOPES = {  # written out by hand; at a kink as torch takes it
    "sigmoid": lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2,
    "tanh": lambda z: 4 / (np.exp(z) + np.exp(-z)) ** 2,
    "hard_tanh": lambda z: np.where((z > -1) & (z < 1), 1.0, 0.0),  # 0 at -1 and 1
    "soft_sign": lambda z: 1 / (1 + np.abs(z)) ** 2,  # 1 at 0
    "relu": lambda z: np.where(z > 0, 1.0, 0.0),  # 0 at 0
    "leaky_relu": lambda z: np.where(z > 0, 1.0, LEAK),  # k at 0
}
VALUES = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": lambda z: (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z)),
    "hard_tanh": lambda z: np.where(z < -1, -1.0, np.where(z > 1, 1.0, z)),
    "soft_sign": lambda z: z / (1 + np.abs(z)),
    "relu": lambda z: np.where(z > 0, z, 0.0),
    "leaky_relu": lambda z: np.where(z > 0, z, LEAK * z),
}
GRID = np.linspace(-4.0, 4.0, 65)  # steps of 1 / 8: -1, 0 and 1 are on it


def test_every_activation_has_an_oracle() -> None:
    assert set(ACTIVATIONS) == {*SLOPES, "maxout"}
    assert set(SLOPES) == set(VALUES)


@pytest.mark.parametrize("name", sorted(SLOPES))
def test_values_and_slopes_equal_the_closed_forms_kinks_included(name: str) -> None:
    z = torch.tensor(GRID, requires_grad=True)
    outputs = build_activation(name, leak=LEAK, pieces=2)(z)
    (slopes,) = torch.autograd.grad(outputs.sum(), z)
    np.testing.assert_allclose(outputs.detach().numpy(), VALUES[name](GRID), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(slopes.numpy(), SLOPES[name](GRID), rtol=1e-12)


@pytest.mark.parametrize("name", sorted(SLOPES))
def test_slopes_equal_central_differences_between_the_kinks(name: str) -> None:
    """Oracle: (f(z + h) - f(z - h)) / 2h in float64, which no printed formula can lead astray."""
    z = torch.tensor(GRID + 1 / 16, requires_grad=True)
    activation = build_activation(name, leak=LEAK, pieces=2)
    (slopes,) = torch.autograd.grad(activation(z).sum(), z)
    with torch.no_grad():
        expected = (activation(z + 1e-5) - activation(z - 1e-5)) / 2e-5
    torch.testing.assert_close(slopes, expected, rtol=1e-6, atol=1e-8)


def test_maxout_is_the_largest_of_a_units_sums() -> None:
    """Two units of three sums: unit 0 has columns 0, 2, 4 and unit 1 columns 1, 3, 5."""
    z = torch.tensor([[1.0, -5.0, 3.0, -4.0, 2.0, -6.0], [0.5, 9.0, 0.0, 8.0, -1.0, 9.5]])
    assert maxout(z, 3).tolist() == [[3.0, -4.0], [0.5, 9.5]]
    assert build_activation("maxout", leak=LEAK, pieces=3)(z).tolist() == [[3.0, -4.0], [0.5, 9.5]]


def test_maxout_sends_the_gradient_to_the_largest_piece_only() -> None:
    z = torch.tensor([[1.0, -5.0, 3.0, -4.0, 2.0, -6.0], [0.5, 9.0, 0.0, 8.0, -1.0, 9.5]], requires_grad=True)
    (gradient,) = torch.autograd.grad(maxout(z, 3), z, torch.tensor([[2.0, 3.0], [5.0, 7.0]]))
    assert gradient.tolist() == [[0, 0, 2, 3, 0, 0], [5, 0, 0, 0, 0, 7]]


def test_maxout_of_equal_pieces_sends_the_whole_gradient_to_the_first() -> None:
    z = torch.tensor([[4.0, 4.0, 4.0]], requires_grad=True)
    (gradient,) = torch.autograd.grad(maxout(z, 3).sum(), z)
    assert gradient.tolist() == [[1, 0, 0]]


def test_maxout_with_a_piece_that_is_always_zero_is_relu() -> None:
    z = torch.linspace(-2, 2, 9)
    pieces = torch.stack([z, torch.zeros(9)], 1)  # [9, P]
    assert torch.equal(maxout(pieces, 2).squeeze(1), torch.relu(z))
