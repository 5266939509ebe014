import pytest
import torch

from tagger.network.activations import ACTIVATIONS

DERIVATIVES = {
    "sigmoid": lambda z: torch.sigmoid(z) * (1 - torch.sigmoid(z)),
    "tanh": lambda z: 1 - torch.tanh(z) ** 2,
    "hard_tanh": lambda z: ((z > -1) & (z < 1)).double(),
    "soft_sign": lambda z: 1 / (1 + z.abs()) ** 2,
    "relu": lambda z: (z > 0).double(),
}


def test_every_activation_has_an_oracle() -> None:
    assert set(ACTIVATIONS) == set(DERIVATIVES)


@pytest.mark.parametrize("name", sorted(DERIVATIVES))
def test_slope_equals_the_closed_form(name: str) -> None:
    z = torch.linspace(-3.05, 3.05, 60, dtype=torch.float64, requires_grad=True)  # no kink among them
    ACTIVATIONS[name](z).sum().backward()
    assert z.grad is not None
    torch.testing.assert_close(z.grad, DERIVATIVES[name](z.detach()))
