import numpy as np
import pytest
import torch

from tagger.training.optimizers import OPTIMIZERS, set_rate

GRADIENTS = [np.array([1.0, -2.0, 0.5]), np.array([0.0, 4.0, -0.5]), np.array([-3.0, 0.1, 0.0])]
RATES = [0.1, 0.1, 0.05]


def steps(name: str) -> np.ndarray:
    parameter = torch.nn.Parameter(torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64))
    optimizer = OPTIMIZERS[name]([parameter], RATES[0])
    for gradient, rate in zip(GRADIENTS, RATES, strict=True):
        set_rate(optimizer, rate)
        parameter.grad = torch.tensor(gradient)
        optimizer.step()
    return parameter.detach().numpy()


def test_sgd_follows_the_gradient() -> None:
    """Oracle: theta - rate * g, written out."""
    expected = np.array([1.0, 2.0, 3.0])
    for gradient, rate in zip(GRADIENTS, RATES, strict=True):
        expected = expected - rate * gradient
    np.testing.assert_allclose(steps("sgd"), expected)


def test_adam_corrects_its_moments_from_the_first_step_on() -> None:
    """Oracle: Kingma and Ba 2015, algorithm 1 in NumPy, t from 1."""
    theta, m, v = np.array([1.0, 2.0, 3.0]), np.zeros(3), np.zeros(3)
    for t, (gradient, rate) in enumerate(zip(GRADIENTS, RATES, strict=True), 1):
        m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2
        theta = theta - rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    np.testing.assert_allclose(steps("adam"), theta, rtol=1e-9)


def test_there_is_an_oracle_for_every_optimizer() -> None:
    assert set(OPTIMIZERS) == {"adam", "sgd"}


def test_first_adam_step_is_the_rate() -> None:
    parameter = torch.nn.Parameter(torch.tensor([5.0]))
    optimizer = OPTIMIZERS["adam"]([parameter], 0.1)
    parameter.grad = torch.tensor([123.0])
    optimizer.step()
    assert parameter.item() == pytest.approx(4.9)
