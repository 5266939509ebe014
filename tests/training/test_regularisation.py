import numpy as np
import pytest
import torch
from torch import nn

from tagger.network.window_network import WindowNetwork
from tagger.saved import NetworkDescription
from tagger.training.batches import Batch, make_batch
from tagger.training.loop import train_epochs
from tagger.training.regularisation import (
    add_penalty_gradients,
    bound_incoming_weights,
    clip_gradients,
    penalised,
    penalty,
)
from tests.training.corpora import encoded, plan, state
from tests.training.test_loop import nothing

MATRICES = ["lookup.characters.filters", "trunk.0.weight", "heads.pos.weight", "heads.ner.weight"]
TABLES = ["lookup.word.weight", "lookup.caps.weight", "lookup.suffix2.weight", "lookup.characters.weight"]


def arrays(network: nn.Module) -> dict[str, np.ndarray]:
    return {name: p.detach().numpy().copy() for name, p in network.named_parameters()}


@pytest.mark.parametrize("lookups", [False, True])
def test_penalty_is_the_formula_over_the_weight_matrices(lookups: bool) -> None:
    """Oracle: lambda / 2 * sum of squares and lambda * sum of absolute values in NumPy, over names written out."""
    network = state().network.double()
    values = arrays(network)
    chosen = np.concatenate([values[name].ravel() for name in MATRICES + (TABLES if lookups else [])])
    expected = 0.3 / 2 * np.sum(chosen**2) + 0.7 * np.sum(np.abs(chosen))
    assert penalty(network, l1=0.7, l2=0.3, lookups=lookups).item() == pytest.approx(expected)


@pytest.mark.parametrize("lookups", [False, True])
def test_gradients_added_in_the_loop_are_those_of_the_penalty(lookups: bool) -> None:
    """Oracle: autograd of `penalty`; one weight is exactly 0, where both take 0."""
    network = state().network.double()
    with torch.no_grad():
        network.get_parameter("trunk.0.weight")[0, 0] = 0.0
    before = {}
    for name, parameter in network.named_parameters():
        parameter.grad = torch.full_like(parameter, 0.25)
        before[name] = parameter.grad.clone()
    add_penalty_gradients(penalised(network, lookups=lookups), l1=0.7, l2=0.3)
    added = {name: p.grad - before[name] for name, p in network.named_parameters() if p.grad is not None}
    network.zero_grad()
    penalty(network, l1=0.7, l2=0.3, lookups=lookups).backward()  # type: ignore[no-untyped-call]
    for name, parameter in network.named_parameters():
        expected = parameter.grad if parameter.grad is not None else torch.zeros_like(parameter)
        torch.testing.assert_close(added[name], expected, msg=name)


def test_gradient_of_the_penalty_is_that_of_the_corrected_notes() -> None:
    """Oracle: l2 * w + l1 * sign(w) by hand."""
    layer = nn.Sequential(nn.Linear(2, 2))
    with torch.no_grad():
        layer[0].weight.copy_(torch.tensor([[1.0, -2.0], [0.0, 4.0]]))
    penalty(layer, l1=0.5, l2=0.1).backward()  # type: ignore[no-untyped-call]
    torch.testing.assert_close(layer[0].weight.grad, torch.tensor([[0.6, -0.7], [0.0, 0.9]]))
    assert layer[0].bias.grad is None


def test_training_with_penalties_takes_the_step_of_the_penalised_loss() -> None:
    """Oracle: the step without penalties, and -rate * (l2 * w + l1 * sign(w)) on top for the matrices."""
    plain, penalised_run = (state(optimizer="sgd") for _ in range(2))
    first = arrays(plain.network)
    next(train_epochs(plain, [encoded("pos", "ner")], plan(rate=0.1), nothing))
    next(train_epochs(penalised_run, [encoded("pos", "ner")], plan(rate=0.1, l1=0.02, l2=0.3), nothing))
    without, found = arrays(plain.network), arrays(penalised_run.network)
    for name, values in without.items():
        extra = 0.1 * (0.3 * first[name] + 0.02 * np.sign(first[name])) if name in MATRICES else 0.0
        np.testing.assert_allclose(found[name], values - extra, rtol=1e-4, atol=1e-6, err_msg=name)


def test_a_head_is_penalised_only_by_batches_that_teach_it() -> None:
    trained = state(optimizer="sgd")
    first = arrays(trained.network)
    next(train_epochs(trained, [encoded("pos")], plan(l2=0.5), nothing))
    after = arrays(trained.network)
    np.testing.assert_array_equal(after["heads.ner.weight"], first["heads.ner.weight"])
    assert not np.array_equal(after["heads.pos.weight"], first["heads.pos.weight"])


def test_lookup_tables_are_penalised_in_every_row_where_asked_for() -> None:
    """Rows that no batch names shrink too, the padding row among them: the penalty is on the whole table."""
    trained = state(optimizer="sgd", dropout=0.0)
    with torch.no_grad():  # a row of a form that never comes
        unused = trained.network.get_parameter("lookup.word.weight")[1].clone()
    next(train_epochs(trained, [encoded("pos")], plan(rate=0.1, l2=0.5, penalize_lookups=True), nothing))
    row = trained.network.get_parameter("lookup.word.weight").detach()[1]
    torch.testing.assert_close(row, unused * (1 - 0.1 * 0.5))


@pytest.mark.parametrize("limit", [0.5, 1000.0])
def test_clipping_scales_the_whole_gradient_to_the_limit(limit: float) -> None:
    """Oracle: the norm of all numbers in NumPy; the sparse table names a row twice."""
    table, layer = nn.Embedding(6, 2, sparse=True), nn.Linear(2, 3)
    network = nn.ModuleList([table, layer])
    rows = torch.tensor([4, 1, 4])
    (layer(table(rows)) ** 2).sum().backward()
    dense = [p.grad.to_dense().numpy().copy() for p in network.parameters() if p.grad is not None]
    norm = np.sqrt(sum((g**2).sum() for g in dense))
    assert 0.5 < norm < 1000
    clip_gradients(network, limit)
    for parameter, gradient in zip(network.parameters(), dense, strict=True):
        assert parameter.grad is not None
        expected = gradient * min(1.0, limit / norm)
        np.testing.assert_allclose(parameter.grad.to_dense(), expected, rtol=1e-5, atol=1e-7)


def test_clipping_leaves_out_what_has_no_gradient() -> None:
    network = nn.ModuleList([nn.Linear(1, 1, bias=False), nn.Linear(1, 1, bias=False)])
    network[0].weight.grad = torch.tensor([[3.0]])
    clip_gradients(network, 1.0)
    assert network[0].weight.grad.item() == pytest.approx(1.0)
    assert network[1].weight.grad is None


def test_clipping_nothing_is_no_error() -> None:
    network = nn.Linear(1, 1)
    clip_gradients(network, 1.0)
    assert network.weight.grad is None


def test_max_norm_leaves_frozen_layers_alone() -> None:
    network = state(sizes=NetworkDescription(3, (8, 6), "tanh")).network
    network.get_parameter("trunk.0.weight").requires_grad_(False)
    before = arrays(network)
    bound_incoming_weights(network, 0.1)
    after = arrays(network)
    np.testing.assert_array_equal(after["trunk.0.weight"], before["trunk.0.weight"])
    assert np.linalg.norm(after["trunk.1.weight"], axis=1).max() <= 0.1 * (1 + 1e-5)


def test_max_norm_scales_back_the_weights_into_each_hidden_unit() -> None:
    """Oracle: rows of norm above the limit divided by norm / limit in NumPy; all else as it was."""
    network = state().network
    with torch.no_grad():
        network.get_parameter("trunk.0.weight")[:5] *= 10.0
    before = arrays(network)
    bound_incoming_weights(network, 2.0)
    after = arrays(network)
    norms = np.linalg.norm(before["trunk.0.weight"], axis=1, keepdims=True)
    assert norms.min() < 2.0 < norms.max()
    expected = before["trunk.0.weight"] * np.minimum(1.0, 2.0 / norms)
    np.testing.assert_allclose(after.pop("trunk.0.weight"), expected, rtol=1e-5)
    for name, values in after.items():
        np.testing.assert_array_equal(values, before[name], err_msg=name)


def test_max_norm_holds_after_every_step() -> None:
    trained = state(optimizer="sgd")
    for _ in train_epochs(trained, [encoded("pos", "ner")], plan(rate=1.0, max_norm=0.7), nothing):
        rows = np.linalg.norm(arrays(trained.network)["trunk.0.weight"], axis=1)
        assert rows.max() <= 0.7 * (1 + 1e-5)


def all_sentences() -> Batch:
    corpus = encoded()
    return make_batch(corpus, np.arange(len(corpus.lengths)), 3)


def hidden(network: WindowNetwork, batch: Batch, generator: torch.Generator | None = None) -> torch.Tensor:
    with torch.no_grad():
        return network.hidden(batch.rows, batch.characters, batch.windows, generator=generator)


@pytest.mark.parametrize(("on_input", "on_hidden"), [(0.3, 0.0), (0.0, 0.5)])
def test_dropout_keeps_the_mean_of_inputs_and_hidden_units(on_input: float, on_hidden: float) -> None:
    """Oracle: the network without dropout. Its sums lie in the straight part of hard tanh, so means pass through."""
    network = state().network
    with torch.no_grad():
        network.get_parameter("trunk.0.weight").mul_(0.1)
    batch = all_sentences()
    plain = hidden(network.eval(), batch)
    assert plain.abs().max() < 0.5
    network.input_dropout, network.dropout = on_input, on_hidden
    network.train()
    generator = torch.Generator().manual_seed(1)
    runs = torch.stack([hidden(network, batch, generator) for _ in range(1000)])  # [runs, N, H]
    mean, spread = runs.mean(0), runs.std(0)
    assert spread.max() > 0.01
    assert ((mean - plain).abs() < 5.0 * spread / len(runs) ** 0.5 + 1e-6).all()
    assert ((mean * plain).sum() / (plain**2).sum()).item() == pytest.approx(1.0, abs=0.01)  # no factor left


def test_dropout_is_off_and_scales_nothing_when_the_network_is_used() -> None:
    network = state(dropout=0.5).network.eval()
    batch = all_sentences()
    used = hidden(network, batch)
    network.input_dropout = network.dropout = 0.0
    assert torch.equal(used, hidden(network, batch))
    assert torch.equal(used, hidden(network.train(), batch))
