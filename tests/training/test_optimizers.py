from collections.abc import Callable
from typing import get_args

import numpy as np
import pytest
import torch
from torch import nn

from tagger.config import OptimizerName, OptimizerSettings
from tagger.errors import SettingsError
from tagger.training.loop import train_epochs
from tagger.training.optimizers import (
    OPTIMIZERS,
    SPARSE_OPTIMIZERS,
    build_optimizer,
    takes_sparse_gradients,
)
from tagger.training.parameters import fan_ins
from tests.training.corpora import encoded, plan, state
from tests.training.test_loop import nothing

STEPS = 15
MU, D, B1, B2, E = 0.8, 0.7, 0.6, 0.95, 0.05  # epsilon so large that it matters where it stands
Memory = dict[str, np.ndarray]


def settings(name: str, **changes: object) -> OptimizerSettings:
    values = {"name": name, "rate": 0.1, "momentum": MU, "decay": D, "beta1": B1, "beta2": B2, "epsilon": E}
    return OptimizerSettings.model_validate({**values, **changes})


def sgd(theta: np.ndarray, g: np.ndarray, a: float, _t: int, _memory: Memory) -> np.ndarray:
    return theta - a * g


def momentum(theta: np.ndarray, g: np.ndarray, a: float, _t: int, memory: Memory) -> np.ndarray:
    """Notes 001, snippet 2.2."""
    memory["v"] = MU * memory.get("v", 0) - a * g
    return theta + memory["v"]


def nesterov(theta: np.ndarray, g: np.ndarray, a: float, _t: int, memory: Memory) -> np.ndarray:
    """Notes 004, its code (its formula is another way to write it)."""
    old = memory.get("v", np.zeros_like(theta))
    memory["v"] = MU * old - a * g
    return theta - MU * old + (1 + MU) * memory["v"]


def adagrad(theta: np.ndarray, g: np.ndarray, a: float, _t: int, memory: Memory) -> np.ndarray:
    """Notes 004; 000 and 001 with epsilon outside the root."""
    memory["c"] = memory.get("c", 0) + g * g
    return theta - a * g / (np.sqrt(memory["c"]) + E)


def rmsprop(theta: np.ndarray, g: np.ndarray, a: float, _t: int, memory: Memory) -> np.ndarray:
    """Notes 001, snippet 2.4, and 004."""
    memory["c"] = D * memory.get("c", 0) + (1 - D) * g * g
    return theta - a * g / (np.sqrt(memory["c"]) + E)


def adam(theta: np.ndarray, g: np.ndarray, a: float, t: int, memory: Memory) -> np.ndarray:
    """Notes 004 with bias correction, t from 1; Kingma and Ba 2015, algorithm 1."""
    memory["m"] = B1 * memory.get("m", 0) + (1 - B1) * g
    memory["v"] = B2 * memory.get("v", 0) + (1 - B2) * g * g
    return theta - a * (memory["m"] / (1 - B1**t)) / (np.sqrt(memory["v"] / (1 - B2**t)) + E)


ORACLES: dict[str, Callable[[np.ndarray, np.ndarray, float, int, Memory], np.ndarray]] = {
    "sgd": sgd,
    "momentum": momentum,
    "nesterov": nesterov,
    "adagrad": adagrad,
    "rmsprop": rmsprop,
    "adam": adam,
}


def test_there_is_an_oracle_for_every_optimizer() -> None:
    assert set(ORACLES) == set(OPTIMIZERS) == set(get_args(OptimizerName))


@pytest.mark.parametrize("name", ORACLES)
def test_every_step_is_the_formula(name: str) -> None:
    """Oracle: the rules written out in NumPy, for parameters of three shapes and a rate that changes at every step."""
    random = np.random.default_rng(11)
    shapes = [(3, 4), (5,), (1, 2)]
    expected = [random.normal(size=shape) for shape in shapes]
    network = nn.ParameterList(torch.tensor(value) for value in expected)
    optimizer = build_optimizer(network, settings(name))
    memories: list[Memory] = [{} for _ in shapes]
    for t in range(1, STEPS + 1):
        rate = float(random.uniform(0.01, 0.5))
        gradients = [random.normal(size=shape) for shape in shapes]
        optimizer.set_rate(rate)
        for parameter, gradient in zip(network, gradients, strict=True):
            parameter.grad = torch.tensor(gradient)
        optimizer.step()
        for number, gradient in enumerate(gradients):
            expected[number] = ORACLES[name](expected[number], gradient, rate, t, memories[number])
            np.testing.assert_allclose(
                network[number].detach(), expected[number], rtol=1e-9, err_msg=f"step {t}"
            )


@pytest.mark.parametrize("name", ORACLES)
def test_single_precision_follows_the_same_formula(name: str) -> None:
    """The kernels for float32 are others than those for float64."""
    random = np.random.default_rng(12)
    expected, memory = random.normal(size=100), Memory()
    network = nn.ParameterList([torch.tensor(expected, dtype=torch.float32)])
    optimizer = build_optimizer(network, settings(name))
    for t in range(1, STEPS + 1):
        gradient = random.normal(size=100)
        network[0].grad = torch.tensor(gradient, dtype=torch.float32)
        optimizer.set_rate(0.1 / t)
        optimizer.step()
        expected = ORACLES[name](expected, gradient, 0.1 / t, t, memory)
    np.testing.assert_allclose(network[0].detach(), expected, rtol=1e-4, atol=1e-5)


def test_first_adam_step_is_the_rate() -> None:
    network = nn.ParameterList([torch.tensor([5.0])])
    optimizer = build_optimizer(network, OptimizerSettings(rate=0.1))
    network[0].grad = torch.tensor([123.0])
    optimizer.step()
    assert network[0].item() == pytest.approx(4.9)


@pytest.mark.parametrize("name", ORACLES)
def test_a_parameter_without_gradient_stays(name: str) -> None:
    network = nn.ParameterList([torch.tensor([5.0]), torch.tensor([5.0])])
    network[1].requires_grad = False
    optimizer = build_optimizer(network, settings(name))
    optimizer.step()
    assert [p.item() for p in network] == [5.0, 5.0]


@pytest.mark.parametrize("name", ["sgd", "momentum"])
def test_fan_in_scaling_divides_each_rate_by_the_fan_in(name: str) -> None:
    """Oracle: theta - rate / fan-in * g, which is also the first step with momentum; fan-ins have tests of their own."""
    trained = state(optimizer=name, fan_in_scaling=True)
    before = {n: p.detach().clone() for n, p in trained.network.named_parameters()}
    trained.optimizer.set_rate(0.5)
    for parameter in trained.network.parameters():
        parameter.grad = torch.full_like(parameter, 2.0)
    trained.optimizer.step()
    for n, parameter in trained.network.named_parameters():
        expected = before[n] - 0.5 / fan_ins(trained.network)[n] * 2.0
        torch.testing.assert_close(parameter.detach(), expected, msg=n)


RATES = {"lookup": 0.5, "lookup.caps": 0.125, "trunk.0": 4.0}
FACTORS = {"lookup.caps.weight": 0.125, "trunk.0.weight": 4.0, "trunk.0.bias": 4.0}
"""Of the parameters' rates, by hand; 0.5 for the other tables, 1 for the heads."""


@pytest.mark.parametrize("fan_in_scaling", [False, True])
@pytest.mark.parametrize(("name", "sparse_rows"), [("sgd", 0), ("sgd", 4), ("adagrad", 0), ("momentum", 0)])
def test_layers_have_rates_of_their_own(name: str, sparse_rows: int, fan_in_scaling: bool) -> None:
    """Oracle: theta - rate * factor / fan-in * g, of adagrad the sign of g; the first step with momentum is the same."""
    network = state().network
    chosen = settings(name, sparse_rows=sparse_rows, fan_in_scaling=fan_in_scaling, epsilon=1e-12)
    optimizer = build_optimizer(network, chosen, rates=RATES)
    before = {n: p.detach().clone() for n, p in network.named_parameters()}
    optimizer.set_rate(0.5)
    for n, parameter in network.named_parameters():
        gradient = torch.full_like(parameter, 2.0)
        parameter.grad = gradient.to_sparse(1) if sparse_rows and n.startswith("lookup.word") else gradient
    optimizer.step()
    for n, parameter in network.named_parameters():
        factor = FACTORS.get(n, 0.5 if n.startswith("lookup.") else 1.0)
        scale = fan_ins(network)[n] if fan_in_scaling else 1
        moved = 0.5 * factor / scale * (1.0 if name == "adagrad" else 2.0)
        torch.testing.assert_close(parameter.detach(), before[n] - moved, msg=n)


def test_the_rate_of_a_layer_that_is_not_there_is_an_error() -> None:
    with pytest.raises(SettingsError) as error:
        build_optimizer(state().network, OptimizerSettings(), rates={"lookup.suffix3": 0.5})
    assert str(error.value) == (
        "transfer.rates: expected a layer of this network (lookup, lookup.word, lookup.caps, lookup.suffix2, "
        "lookup.characters, trunk, trunk.0, heads, heads.pos, heads.ner), found 'lookup.suffix3'. "
        "Did you mean lookup.suffix2?"
    )


class Tables(nn.Module):
    """Two lookup tables in float64, of which one counts as large."""

    def __init__(self) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(3)
        self.large = nn.Embedding(30, 4, dtype=torch.float64)
        self.small = nn.Embedding(5, 3, dtype=torch.float64)
        for table in (self.large, self.small):
            nn.init.normal_(table.weight, generator=generator)

    def run(self, chosen: OptimizerSettings) -> list[tuple[np.ndarray, np.ndarray, np.ndarray, float]]:
        """`STEPS` steps, rows repeated in each; gives rows and gradient of the large table, its weights and the rate."""
        optimizer = build_optimizer(self, chosen)
        random = np.random.default_rng(4)
        seen = []
        for step in range(STEPS):
            rows = random.integers(0, 30, size=6)
            rows[0] = rows[1]
            weights = torch.tensor(random.normal(size=(6, 4)))
            optimizer.set_rate(0.3 / (step + 1))
            optimizer.zero_grad()
            picked = self.large(torch.tensor(rows))
            (torch.sin(picked) * weights).sum().backward()
            self.small(torch.tensor(rows % 5)).square().sum().backward()
            assert self.large.weight.grad is not None
            gradient = self.large.weight.grad
            dense = (gradient.to_dense() if gradient.is_sparse else gradient).numpy().copy()
            optimizer.step()
            seen.append((np.unique(rows), dense, self.large.weight.detach().numpy().copy(), 0.3 / (step + 1)))
        return seen


@pytest.mark.parametrize("name", ["sgd", "adagrad"])
def test_sparse_steps_equal_dense_ones(name: str) -> None:
    """Oracle: the same rule with dense gradients."""
    dense, sparse = Tables(), Tables()
    last_dense = dense.run(settings(name, sparse_rows=0))[-1]
    last_sparse = sparse.run(settings(name, sparse_rows=30))[-1]
    assert sparse.large.weight.grad is not None
    assert sparse.large.weight.grad.is_sparse
    np.testing.assert_allclose(last_sparse[2], last_dense[2], rtol=1e-12)
    np.testing.assert_array_equal(sparse.small.weight.detach(), dense.small.weight.detach())


def test_sparse_adam_moves_and_remembers_only_the_rows_of_the_batch() -> None:
    """Oracle: the lazy rule in NumPy; m and v of a row decay when it takes part, t counts every step."""
    tables = Tables()
    theta = tables.large.weight.detach().numpy().copy()
    m, v = np.zeros_like(theta), np.zeros_like(theta)
    for t, (rows, gradient, found, rate) in enumerate(tables.run(settings("adam", sparse_rows=30)), 1):
        g = gradient[rows]
        m[rows] = B1 * m[rows] + (1 - B1) * g
        v[rows] = B2 * v[rows] + (1 - B2) * g**2
        scale = rate * np.sqrt(1 - B2**t) / (1 - B1**t)
        theta[rows] -= scale * m[rows] / (np.sqrt(v[rows]) + E)
        np.testing.assert_allclose(found, theta, rtol=1e-9, err_msg=f"step {t}")


@pytest.mark.parametrize(
    ("rows", "device", "changes", "expected"),
    [
        (200_000, "cpu", {"name": "adam"}, True),
        (199_999, "cpu", {"name": "adam"}, False),
        (200_000, "cuda", {"name": "sgd"}, True),
        (200_000, "mps", {"name": "sgd"}, False),
        (10, "cpu", {"name": "adagrad", "sparse_rows": 10}, True),
        (10**6, "cpu", {"name": "adam", "sparse_rows": 0}, False),
        (10**6, "cpu", {"name": "momentum"}, False),
        (10**6, "cpu", {"name": "nesterov"}, False),
        (10**6, "cpu", {"name": "rmsprop"}, False),
        (10**6, "cpu", {"name": "adam", "l2": 0.1}, True),
        (10**6, "cpu", {"name": "adam", "penalize_lookups": True}, True),
        (10**6, "cpu", {"name": "adam", "l2": 0.1, "penalize_lookups": True}, False),
        (10**6, "cpu", {"name": "adam", "l1": 0.1, "penalize_lookups": True}, False),
    ],
)
def test_only_large_tables_under_a_fitting_rule_are_sparse(
    rows: int, device: str, changes: dict[str, object], expected: bool
) -> None:
    assert takes_sparse_gradients(rows, device, OptimizerSettings.model_validate(changes)) is expected


def test_tables_become_dense_again_under_another_rule() -> None:
    tables = Tables()
    build_optimizer(tables, settings("adam", sparse_rows=30))
    assert (tables.large.sparse, tables.small.sparse) == (True, False)
    build_optimizer(tables, settings("rmsprop", sparse_rows=30))
    assert not tables.large.sparse


@pytest.mark.parametrize("clip", [0.0, 0.1])
@pytest.mark.parametrize("name", sorted(set(SPARSE_OPTIMIZERS) - {"adam"}))
def test_training_with_sparse_tables_equals_dense_training(name: str, clip: float) -> None:
    """Oracle: the loop with dense tables; weights and their moving averages."""
    runs = [state(optimizer=name, averaging=0.9, sparse_rows=rows) for rows in (0, 4)]
    for run in runs:
        for _ in train_epochs(run, [encoded("pos", "ner")], plan(epochs=4, rate=0.1, clip=clip), nothing):
            pass
    dense, sparse = runs
    for n, value in dense.network.state_dict().items():
        torch.testing.assert_close(sparse.network.state_dict()[n], value, rtol=1e-4, atol=1e-5, msg=n)
    assert dense.average is not None
    assert sparse.average is not None
    for n, value in dense.average.values().items():
        torch.testing.assert_close(sparse.average.values()[n], value, rtol=1e-4, atol=1e-5, msg=n)
