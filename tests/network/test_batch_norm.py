import numpy as np
import pytest
import torch

from tagger.network.batch_norm import BatchNorm


def fitted(seed: int = 1, *, sums: int = 4, batches: int = 3) -> tuple[BatchNorm, torch.nn.BatchNorm1d]:
    """Our layer and torch's with the same gamma and beta, both shown the same batches."""
    generator = torch.Generator().manual_seed(seed)
    ours, theirs = BatchNorm(sums), torch.nn.BatchNorm1d(sums)
    with torch.no_grad():
        for name in ("weight", "bias"):
            values = torch.randn(sums, generator=generator)
            getattr(ours, name).copy_(values)
            getattr(theirs, name).copy_(values)
    for _ in range(batches):
        batch = 2 + 3 * torch.randn(6, sums, generator=generator)
        ours(batch), theirs(batch)
    return ours, theirs


def test_training_equals_the_formula_on_the_batch() -> None:
    """Oracle: (x - mu) / sqrt(sigma^2 + eps) * gamma + beta in NumPy, sigma^2 divided by N."""
    layer, _ = fitted()
    x = np.array([[1.0, 10, -3, 0], [2, 30, -3, 1], [6, 20, -3, 5]], np.float32)
    mu = x.sum(0) / 3
    variance = ((x - mu) ** 2).sum(0) / 3
    expected = (x - mu) / np.sqrt(variance + 1e-5) * layer.weight.detach().numpy()
    expected += layer.bias.detach().numpy()
    np.testing.assert_allclose(layer(torch.from_numpy(x)).detach().numpy(), expected, rtol=1e-5, atol=1e-6)


def test_running_statistics_move_a_tenth_of_the_way_to_each_batch() -> None:
    """By hand: the batch 1, 2, 6 has mean 3 and variance (4 + 1 + 9) / 2 = 7, that of the running kind."""
    layer = BatchNorm(1)
    layer(torch.tensor([[1.0], [2.0], [6.0]]))
    assert layer.running_mean.tolist() == pytest.approx([0.3])
    assert layer.running_var.tolist() == pytest.approx([0.9 + 0.7])
    layer(torch.tensor([[1.0], [2.0], [6.0]]))
    assert layer.running_mean.tolist() == pytest.approx([0.27 + 0.3])


@pytest.mark.parametrize("training", [True, False])
def test_values_gradients_and_statistics_equal_those_of_torch(training: bool) -> None:
    """Oracle: torch.nn.BatchNorm1d."""
    ours, theirs = fitted(2)
    ours.train(training), theirs.train(training)
    batches = [torch.randn(5, 4, generator=torch.Generator().manual_seed(9)).requires_grad_() for _ in "ab"]
    results = [layer(batch) for layer, batch in zip((ours, theirs), batches, strict=True)]
    for result in results:
        (result**2).sum().backward()
    torch.testing.assert_close(results[0], results[1])
    torch.testing.assert_close(batches[0].grad, batches[1].grad)
    torch.testing.assert_close(ours.weight.grad, theirs.weight.grad)
    torch.testing.assert_close(ours.bias.grad, theirs.bias.grad)
    torch.testing.assert_close(ours.running_mean, theirs.running_mean)
    torch.testing.assert_close(ours.running_var, theirs.running_var)


def test_a_batch_of_one_word_goes_by_the_running_statistics_and_leaves_them() -> None:
    layer, _ = fitted(3)
    before = {name: value.clone() for name, value in layer.state_dict().items()}
    word = torch.tensor([[1.0, 2.0, 3.0, 4.0]])
    expected = layer.eval()(word)
    torch.testing.assert_close(layer.train()(word), expected)
    for name, value in layer.state_dict().items():
        assert torch.equal(value, before[name])


def test_words_that_are_all_alike_give_beta() -> None:
    layer = fitted(4)[0].double()
    result = layer(torch.full((5, 4), 7.0, dtype=torch.float64))
    torch.testing.assert_close(result, layer.bias.detach().expand(5, 4))


def test_state_is_floating_point_only() -> None:
    state = BatchNorm(3).state_dict()
    assert list(state) == ["weight", "bias", "running_mean", "running_var"]
    assert {value.dtype for value in state.values()} == {torch.float32}


def test_reset_forgets_weights_and_statistics() -> None:
    layer, _ = fitted(5)
    layer.reset()
    for name, value in BatchNorm(4).state_dict().items():
        assert torch.equal(layer.state_dict()[name], value)


def test_a_frozen_layer_goes_by_the_running_statistics_and_leaves_them() -> None:
    """As in tagging, though the batch has a variance of its own; gradients still flow through to what lies below."""
    layer, _ = fitted(4)
    layer.weight.requires_grad_(False), layer.bias.requires_grad_(False)
    before = {name: value.clone() for name, value in layer.state_dict().items()}
    words = (5 + torch.randn(6, 4, generator=torch.Generator().manual_seed(9))).requires_grad_()
    expected = layer.eval()(words)
    found = layer.train()(words)
    assert torch.equal(found, expected)
    found.sum().backward()
    assert words.grad is not None and words.grad.abs().min() > 0
    for name, value in layer.state_dict().items():
        assert torch.equal(value, before[name])
    layer.weight.requires_grad_(True)
    layer(words)
    assert not torch.equal(layer.running_mean, before["running_mean"])
