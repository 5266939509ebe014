from math import sqrt

import pytest
import torch

from tagger.network.initialisers import fan_in_uniform, glorot, lookup_uniform


@pytest.mark.parametrize(
    ("rule", "bound"),
    [(glorot, sqrt(6 / 700)), (fan_in_uniform, sqrt(3 / 20)), (lookup_uniform, sqrt(3 / 400))],
)
def test_weights_are_uniform_within_the_bound(rule: object, bound: float) -> None:
    weight = torch.empty(300, 400)
    rule(weight, torch.Generator().manual_seed(1))  # type: ignore[operator]
    assert weight.abs().max().item() <= bound
    assert weight.mean().item() == pytest.approx(0, abs=bound / 100)
    assert weight.std().item() == pytest.approx(bound / sqrt(3), rel=0.01)
