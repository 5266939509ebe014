import math

import numpy as np
import pytest
import torch

from tagger.objectives.squared_error import log_outputs, squared_error, squared_error_loss

SCORES = [[1.0, -2.0, 0.5], [0.0, 3.0, 1.0]]
GOLD = [2, 0]


def test_loss_is_half_the_squared_distance_of_the_outputs_from_one_hot() -> None:
    """Oracle: 1/2 sum of (y - 1 / (1 + exp(-s)))^2 a word, term by term, mean over words."""
    total = 0.0
    for row, gold in zip(SCORES, GOLD, strict=True):
        for label, score in enumerate(row):
            total += 0.5 * ((label == gold) - 1 / (1 + math.exp(-score))) ** 2
    found = squared_error_loss(torch.tensor(SCORES, dtype=torch.float64), torch.tensor(GOLD))
    assert found.item() == pytest.approx(total / 2, abs=1e-12)


def test_gradient_agrees_with_finite_differences() -> None:
    """Oracle: torch.autograd.gradcheck, float64."""
    draw = torch.Generator().manual_seed(1)
    scores = torch.randn(5, 4, generator=draw, dtype=torch.float64, requires_grad=True)
    gold = torch.tensor([0, 3, 1, 1, 2])
    assert torch.autograd.gradcheck(lambda s: squared_error_loss(s, gold), scores)
    targets = torch.rand(5, 4, generator=draw, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(squared_error, (scores, targets))


@pytest.mark.parametrize("size", [30.0, 1e4, 3e38])
def test_saturated_outputs_neither_overflow_nor_divide_by_zero(size: float) -> None:
    scores = torch.tensor([[size, -size], [-size, size]], requires_grad=True)
    loss = squared_error_loss(scores, torch.tensor([0, 0]))
    loss.backward()
    assert loss.item() == pytest.approx(0.5)  # the first word is right, the second as wrong as can be
    assert scores.grad is not None
    np.testing.assert_allclose(scores.grad.numpy(), 0.0, atol=1e-12)


def test_one_label_alone_is_learnt_too() -> None:
    scores = torch.zeros(1, 1, requires_grad=True)
    loss = squared_error_loss(scores, torch.tensor([0]))
    loss.backward()
    assert loss.item() == pytest.approx(0.125)
    assert scores.grad is not None
    assert scores.grad.item() == pytest.approx(-0.125)  # (1/2 - 1) * 1/2 * 1/2


def test_log_outputs_are_finite_and_their_softmax_shares_out_the_outputs() -> None:
    scores = torch.tensor([[2.0, -1.0, 0.0], [-500.0, -501.0, -800.0], [3e38, -3e38, 0.0]])
    logs = log_outputs(scores)
    assert torch.isfinite(logs).all()
    outputs = [1 / (1 + math.exp(-score)) for score in (2.0, -1.0, 0.0)]
    shares = logs.softmax(1)
    assert shares[0].tolist() == pytest.approx([a / sum(outputs) for a in outputs])
    assert shares[1].tolist() == pytest.approx([1 / (1 + math.exp(-1)), 1 / (1 + math.exp(1)), 0.0])
    assert shares[2].tolist() == pytest.approx([2 / 3, 0.0, 1 / 3])
