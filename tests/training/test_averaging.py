import pytest
import torch
from torch import nn

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
    assert average.values()["weight"].item() == pytest.approx(expected)


def moved(*, sparse: bool, decay: float, steps: int, asked: tuple[int, ...] = ()) -> dict[str, torch.Tensor]:
    """The averages after `steps` steps that move two or three of 20 rows each, asked for in between too."""
    table = nn.Embedding(20, 3, sparse=sparse, dtype=torch.float64)
    generator = torch.Generator().manual_seed(8)
    nn.init.normal_(table.weight, generator=generator)
    average = MovingAverage(nn.Sequential(table, nn.Linear(3, 1)), decay)
    for step in range(steps):
        rows = torch.randint(0, 20, (3,), generator=generator)
        table.weight.grad = None
        table(rows).sum().backward()
        average.before_step()
        with torch.no_grad():
            table.weight[rows] += torch.randn(3, 3, generator=generator, dtype=torch.float64)
        average.update()
        if step in asked:
            average.values()
    return {name: value.clone() for name, value in average.values().items()}


@pytest.mark.parametrize("decay", [0.3, 0.99, 0.9999])
@pytest.mark.parametrize("steps", [5, EVERY, 20 * EVERY + 3])
@pytest.mark.parametrize("asked", [(), (0, 7, 8, 50, 51)])
def test_average_of_a_sparse_table_equals_the_dense_one(
    decay: float, steps: int, asked: tuple[int, ...]
) -> None:
    """Oracle: the same steps with a dense gradient, where each update reaches every row."""
    dense = moved(sparse=False, decay=decay, steps=steps)
    sparse = moved(sparse=True, decay=decay, steps=steps, asked=asked)
    torch.testing.assert_close(sparse["0.weight"], dense["0.weight"], rtol=1e-11, atol=1e-12)


def test_asking_twice_changes_no_bit() -> None:
    first = moved(sparse=True, decay=0.9, steps=30, asked=(29,))
    assert torch.equal(moved(sparse=True, decay=0.9, steps=30)["0.weight"], first["0.weight"])


def test_statistics_of_batch_normalisation_are_averaged_with_the_weights() -> None:
    """Oracle: the recursion by hand; the count of batches is a whole number and stays the network's own."""
    layer = nn.BatchNorm1d(1, momentum=1.0)  # the statistics are those of the last batch
    average, mean, variance = MovingAverage(layer, 0.999), 0.0, 1.0
    for step in range(1, 3 * EVERY + 1):
        layer(torch.tensor([[step - 1.0], [step + 1.0]]))  # mean: step, variance: 2
        average.update()
        if step % EVERY == 0:
            decay = (step // EVERY) / (step // EVERY + WARM_UP)
            mean = decay * mean + (1 - decay) * step
            variance = decay * variance + (1 - decay) * 2.0
    assert set(average.values()) == {"weight", "bias", "running_mean", "running_var"}
    assert layer.running_mean is not None
    assert layer.running_var is not None
    with average.applied():
        assert layer.running_mean.item() == pytest.approx(mean)
        assert layer.running_var.item() == pytest.approx(variance)
    assert layer.running_mean.item() == 3 * EVERY


def test_own_weights_come_back_even_after_an_error() -> None:
    layer = torch.nn.Linear(1, 1, bias=False)
    average = MovingAverage(layer, 0.9)
    torch.nn.init.constant_(layer.weight, 7.0)
    for _ in range(EVERY):
        average.update()
    with pytest.raises(KeyError), average.applied():
        assert layer.weight.item() != 7.0
        raise KeyError
    assert layer.weight.item() == 7.0


def test_before_the_first_update_the_own_weights_stand() -> None:
    """A training of a few steps must not be scored and saved with its first random weights."""
    layer = nn.Linear(1, 1, bias=False)
    average = MovingAverage(layer, 0.999)
    nn.init.constant_(layer.weight, 5.0)
    for _ in range(EVERY - 1):
        average.update()
    with average.applied():
        assert layer.weight.item() == 5.0
