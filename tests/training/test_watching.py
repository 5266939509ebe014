"""Figures of layers against NumPy on networks small enough to work out by hand."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tagger.records import Evaluation
from tagger.training.loop import TrainingState, train_epochs
from tagger.training.watching import Watch, gradient_norm, is_watched, saturated_share
from tests.training.corpora import encoded, plan, state


class TwoLayers(nn.Module):
    """y = V tanh(W x + b), with the names of layers that the window network has."""

    def __init__(self) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(1)
        self.trunk = nn.ModuleList([nn.Linear(3, 4)])
        self.heads = nn.ModuleDict({"pos": nn.Linear(4, 2), "ner": nn.Linear(4, 5)})
        for parameter in self.parameters():
            parameter.data = torch.randn(parameter.shape, generator=generator)


def arrays(network: nn.Module) -> dict[str, np.ndarray]:
    return {name: value.detach().numpy().copy() for name, value in network.named_parameters()}


def norm(*parts: np.ndarray) -> float:
    return float(np.sqrt(sum((part.astype(np.float64) ** 2).sum() for part in parts)))


def test_norms_and_ratios_are_those_of_numpy() -> None:
    """One step of gradient descent on a squared error, the gradient derived by hand."""
    network = TwoLayers()
    x = torch.tensor([[1.0, -2.0, 0.5], [0.3, 0.1, -1.0]])
    before = arrays(network)
    watch = Watch(network, "tanh")
    hidden = torch.tanh(network.trunk[0](x))
    watch.outputs.append((torch.zeros(2, 4), hidden.detach()))
    loss = (network.heads["pos"](hidden) ** 2).sum()
    loss.backward()  # type: ignore[no-untyped-call]
    watch.before_step()
    torch.optim.SGD(network.parameters(), lr=0.1).step()
    watch.after_step()
    figures = watch.figures()

    w, b, v, c = (
        before[name] for name in ("trunk.0.weight", "trunk.0.bias", "heads.pos.weight", "heads.pos.bias")
    )
    values = x.numpy()
    h = np.tanh(values @ w.T + b)
    error = 2 * (h @ v.T + c)
    delta = (error @ v) * (1 - h**2)
    head, trunk = (error.T @ h, error.sum(0)), (delta.T @ values, delta.sum(0))
    assert list(figures) == ["trunk.0", "heads.pos"]  # no batch of the task ner
    assert figures["trunk.0"].gradient_norm == pytest.approx(norm(*trunk), rel=1e-5)
    assert figures["heads.pos"].gradient_norm == pytest.approx(norm(*head), rel=1e-5)
    assert watch.norm == pytest.approx(norm(*trunk, *head), rel=1e-5)
    assert figures["trunk.0"].update_ratio == pytest.approx(0.1 * norm(*trunk) / norm(w, b), rel=1e-4)
    assert figures["heads.pos"].update_ratio == pytest.approx(0.1 * norm(*head) / norm(v, c), rel=1e-4)
    assert figures["trunk.0"].saturated == (np.abs(h) > 0.95).mean()
    assert figures["heads.pos"].saturated is None


def test_figures_are_medians_over_the_watched_steps() -> None:
    network = nn.ModuleDict({"heads": nn.ModuleDict({"pos": nn.Linear(1, 1, bias=False)})})
    weight = network["heads"]["pos"].weight  # type: ignore[index]
    watch = Watch(network)
    for gradient, move in ((3.0, 1.0), (5.0, 4.0), (100.0, 2.0)):
        weight.data.fill_(2.0)
        weight.grad = torch.tensor([[gradient]])
        watch.before_step()
        weight.data += move
        watch.after_step()
    figures = watch.figures()["heads.pos"]
    assert (figures.gradient_norm, figures.update_ratio) == (5.0, 1.0)


def test_of_a_table_with_a_sparse_gradient_only_its_rows_are_looked_at() -> None:
    """Rows 1 and 3 of five; row 1 twice in the batch, so that its two gradients add up before the norm is taken."""
    table = nn.Embedding(5, 2, sparse=True)
    table.weight.data = torch.arange(10.0).view(5, 2)
    network = nn.ModuleDict({"lookup": nn.ModuleDict({"word": table})})
    watch = Watch(network)
    table(torch.tensor([1, 3, 1])).sum().backward()
    gradient = table.weight.grad
    watch.before_step()
    torch.optim.SGD(network.parameters(), lr=0.5).step()
    watch.after_step()
    figures = watch.figures()["lookup.word"]
    assert gradient is table.weight.grad and gradient is not None and gradient.is_sparse
    assert figures.gradient_norm == pytest.approx(np.sqrt(4 + 4 + 1 + 1))
    expected = 0.5 * np.sqrt(4 + 4 + 1 + 1) / norm(np.array([2.0, 3.0, 6.0, 7.0]))
    assert figures.update_ratio == pytest.approx(expected, rel=1e-6)


def test_frozen_parameters_have_no_gradient_to_measure() -> None:
    layer = nn.Linear(2, 2)
    assert gradient_norm(layer.parameters()) is None


@pytest.mark.parametrize(
    ("activation", "outputs", "share"),
    [
        ("sigmoid", [[0.01, 0.5, 0.96, 0.94], [0.06, 0.04, 0.5, 0.5]], 3 / 8),
        ("tanh", [[0.94, 0.96], [-0.96, -0.94]], 2 / 4),
        ("hard_tanh", [[1.0, -1.0], [0.9, 0.0]], 2 / 4),
        ("soft_sign", [[0.951, 0.949, -0.97, 0.0]], 2 / 4),
        ("relu", [[0.0, 0.0, 3.0], [0.0, 2.0, 0.0]], 1 / 3),  # one of three units is 0 for both words
        ("leaky_relu", [[-100.0, 100.0]], 0.0),
        ("maxout", [[-100.0, 100.0]], 0.0),
    ],
)
def test_saturated_share(activation: str, outputs: list[list[float]], share: float) -> None:
    assert saturated_share(torch.tensor(outputs), activation) == pytest.approx(share)


@pytest.mark.parametrize(
    ("count", "watched"), [(1, 20), (7, 20), (20, 20), (21, 20), (1000, 20), (1003, 20), (5, 0)]
)
def test_watched_steps_are_spread_over_the_epoch(count: int, watched: int) -> None:
    places = [place for place in range(count) if is_watched(place, count, watched)]
    assert len(places) == min(count, watched)
    gaps = np.diff([-1, *places])
    assert not watched or gaps.max() - gaps.min() <= 1


@pytest.mark.parametrize(
    ("optimizer", "sparse_rows"), [("adam", 0), ("adam", 1), ("sgd", 1), ("nesterov", 0)]
)
def test_watching_changes_no_weight_and_no_random_number(optimizer: str, sparse_rows: int) -> None:
    weights: list[dict[str, Tensor]] = []
    draws = []
    for steps in (0, 20):
        trained = state(optimizer=optimizer, sparse_rows=sparse_rows, averaging=0.9)
        chosen = plan(watched_steps=steps, activation="hard_tanh", clip=1.0)
        for _ in train_epochs(trained, [encoded("pos", "ner")], chosen, Evaluation):
            pass
        weights.append(trained.network.state_dict())
        draws.append(torch.rand(3, generator=trained.generator))
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    assert torch.equal(*draws)


def test_an_epoch_ends_with_figures_of_every_layer_before_clipping() -> None:
    clip = 1e-6

    def layers(trained: TrainingState, bound: float) -> dict[str, float]:
        chosen = replace(plan(epochs=1, batch_words=1000, clip=bound), activation="hard_tanh")
        (end,) = train_epochs(trained, [encoded("pos", "ner")], chosen, Evaluation)
        assert end.gradient_norm == pytest.approx(
            norm(*[np.array(f.gradient_norm) for f in end.layers.values()])
        )
        assert end.layers["trunk.0"].saturated is not None
        return {name: figures.gradient_norm for name, figures in end.layers.items()}

    found = layers(state(), 0.0)
    assert list(found) == [
        "lookup.word",
        "lookup.caps",
        "lookup.suffix2",
        "lookup.characters",
        "trunk.0",
        "heads.pos",
        "heads.ner",
    ]
    assert min(found.values()) > clip
    assert layers(state(), clip) == found
