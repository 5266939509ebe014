import pytest
import torch

from tagger.training.averaging import EVERY, WARM_UP, MovingAverage


def test_average_equals_the_recursion() -> None:
    """Oracle: the definition on plain numbers; the decay is capped by n / (n + WARM_UP) at first."""
    layer = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.constant_(layer.weight, 1.0)
    average, expected = MovingAverage(layer, 0.999), 1.0
    for step in range(1, 4 * EVERY + 1):
        torch.nn.init.constant_(layer.weight, float(step))
        average.update()
        if step % EVERY == 0:
            count = step // EVERY
            decay = min(0.999**EVERY, count / (count + WARM_UP))
            expected = decay * expected + (1 - decay) * step
    assert average.values["weight"].item() == pytest.approx(expected)


def test_own_weights_come_back_even_after_an_error() -> None:
    layer = torch.nn.Linear(1, 1, bias=False)
    average = MovingAverage(layer, 0.9)
    torch.nn.init.constant_(layer.weight, 7.0)
    with pytest.raises(KeyError), average.applied():
        assert layer.weight.item() != 7.0
        raise KeyError
    assert layer.weight.item() == 7.0
