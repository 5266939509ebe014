"""Right gradients pass, and each kind of wrong one is found."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from tagger.config import OptimizerSettings
from tagger.network.activations import ACTIVATIONS
from tagger.network.window_network import WindowNetwork, initialise
from tagger.objectives import sentence
from tagger.records import Evaluation
from tagger.saved import NetworkDescription
from tagger.training import gradient_check
from tagger.training.batches import Batch, make_batch
from tagger.training.build import build_network
from tagger.training.gradient_check import Entry, GroupCheck, Objective, check_gradients, used_rows
from tagger.training.loop import TrainingState, train_epochs
from tagger.training.optimizers import build_optimizer
from tests.training.corpora import TASKS, encoded, features, plan

OBJECTIVES = ["word", "sentence", "squared-error", "tags-margin"]


def network(
    activation: str = "tanh",
    *,
    objectives: tuple[str, str] = ("word", "sentence"),
    hidden: tuple[int, ...] = (7, 5),
    dropout: float = 0.2,
    batch_norm: bool = False,
    seed: int = 3,
) -> WindowNetwork:
    """A float64 network on the tiny corpus, its biases off 0 so that units that see only zeros are at no corner."""
    tasks = tuple(replace(task, objective=name) for task, name in zip(TASKS, objectives, strict=True))
    sizes = NetworkDescription(3, hidden, activation, batch_norm=batch_norm)
    net = build_network(features(), sizes, tasks, input_dropout=dropout, dropout=dropout)
    generator = torch.Generator().manual_seed(seed)
    initialise(net, "glorot", generator)
    with torch.no_grad():
        for parameter in net.parameters():
            if parameter.ndim == 1:
                parameter.add_(0.2 * torch.randn(parameter.shape, generator=generator))
    return net.double()


def objective(net: WindowNetwork, sentences: tuple[int, ...] = (0, 2), **changes: Any) -> Objective:
    batch = make_batch(encoded("pos", "ner"), np.array(sentences), net.window)
    return Objective(net, [batch], plan(**{"weights": {"pos": 1.0, "ner": 0.5}, **changes}))


def checked(function: Objective, entries: int | None = 4) -> dict[str, GroupCheck]:
    rows = used_rows(function.network, function.batches)
    draw = np.random.default_rng(0)
    return {group.name: group for group in check_gradients(function, rows, entries=entries, draw=draw)}


def wrong(groups: dict[str, GroupCheck]) -> set[str]:
    return {name for name, group in groups.items() if group.wrong}


def is_kink(entry: Entry) -> bool:
    return entry.slope.verdict == "kink"


def at_corners(activation: str) -> WindowNetwork:
    """A network whose first layer sums up zeros only."""
    net = network(activation, hidden=(4,), dropout=0.0)
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            if name.startswith("lookup.") or name == "trunk.0.bias":
                parameter.zero_()
    return net


def first_word(net: WindowNetwork, sentence: int) -> Batch:
    """A batch of the first word of that sentence, its window as it is."""
    whole = make_batch(encoded("pos", "ner"), np.array([sentence]), net.window)
    labels = {"pos": whole.labels["pos"][:1], "ner": whole.labels["ner"][:1]}
    one = slice(0, 1)
    return replace(
        whole, windows=whole.windows[one], places=whole.places[:, one], mask=whole.mask[:, one], labels=labels
    )


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_passes(activation: str) -> None:
    groups = checked(objective(network(activation)))
    assert not wrong(groups)
    assert {"lookup.characters.filters", "trunk.1.weight", "heads.ner.transitions"} <= groups.keys()
    assert not any(group.flat for group in groups.values())


@pytest.mark.parametrize("activation", ["sigmoid", "maxout"])
def test_batch_normalisation_passes_and_takes_the_place_of_biases(activation: str) -> None:
    groups = checked(objective(network(activation, batch_norm=True)))
    assert not wrong(groups)
    assert {"norms.0.weight", "norms.1.bias"} <= groups.keys()
    assert {name for name, group in groups.items() if group.flat} == {"trunk.0.bias", "trunk.1.bias"}


PAIRS = list(zip(OBJECTIVES, OBJECTIVES[1:] + OBJECTIVES[:1], strict=True))


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_every_objective_passes(first: str, second: str) -> None:
    net = network(objectives=(first, second))
    groups = checked(objective(net, l1=0.01, l2=0.02, penalize_lookups=True))
    assert not wrong(groups)
    assert not any(group.kinks or group.flat for group in groups.values())


def test_every_entry_of_a_small_network_passes() -> None:
    net = network(hidden=(2,), dropout=0.0)
    groups = checked(objective(net, (4,)), entries=None)
    assert not wrong(groups)
    assert len(groups["trunk.0.weight"].entries) == net.get_parameter("trunk.0.weight").numel()


def test_right_gradients_are_far_from_the_limit() -> None:
    errors = [group.worst.slope.error for group in checked(objective(network())).values() if group.worst]
    assert max(errors) < 1e-6


def test_sparse_gradients_are_checked_as_they_are() -> None:
    net = network()
    build_optimizer(net, OptimizerSettings(sparse_rows=1))
    groups = checked(objective(net))
    gradient = net.get_parameter("lookup.word.weight").grad
    assert gradient is not None and gradient.is_sparse
    assert not wrong(groups)


class Scaled(torch.autograd.Function):
    """tanh with a derivative that is off by a factor."""

    @staticmethod
    def forward(ctx: Any, z: Tensor, factor: float) -> Tensor:
        ctx.save_for_backward(torch.tanh(z))
        ctx.factor = factor
        return torch.tanh(z)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        (outputs,) = ctx.saved_tensors
        return gradient * (1 - outputs**2) * ctx.factor, None


@pytest.mark.parametrize("factor", [-2.0, 0.5, 1.0001])
def test_a_wrong_activation_is_caught_in_all_that_lies_below_it(factor: float) -> None:
    net = network(dropout=0.0)
    net.activation = lambda z: Scaled.apply(z, factor)  # type: ignore[no-untyped-call]
    groups = checked(objective(net))
    assert wrong(groups) == {name for name in groups if not name.startswith("heads.")}


def test_a_gradient_that_is_missing_is_caught() -> None:
    net = network(dropout=0.0)
    net.activation = lambda z: torch.cat([torch.tanh(z[:, :2]), torch.tanh(z[:, 2:]).detach()], 1)
    assert {"trunk.0.weight", "trunk.0.bias", "trunk.1.bias"} <= wrong(checked(objective(net), entries=8))


@pytest.mark.parametrize(("part", "only"), [(0, False), (2, False), (3, True)])
def test_a_wrong_sentence_level_gradient_is_caught(
    part: int, only: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parts of the log partition's gradient: 0 scores of words, 2 of the first tag, 3 of pairs of tags."""
    right: Callable[..., tuple[Any, ...]] = sentence._LogPartition.backward

    def backward(ctx: Any, gradient: Tensor) -> tuple[Any, ...]:
        found = list(right(ctx, gradient))
        found[part] = 1.001 * found[part]
        return tuple(found)

    monkeypatch.setattr(sentence._LogPartition, "backward", staticmethod(backward))
    names = wrong(checked(objective(network(), (0,)), entries=8))
    assert "heads.pos.weight" not in names
    assert ("heads.ner.transitions" in names) == bool(part)
    assert ("heads.ner.weight" in names) == (part == 0)


@pytest.mark.parametrize("kind", ["l1", "l2"])
def test_a_wrong_penalty_is_caught_where_it_falls(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = gradient_check.add_penalty_gradients
    factors = {"l1": 1.0, "l2": 1.0, kind: 1.01}

    def add(weights: Any, *, l1: float, l2: float) -> None:
        right(weights, l1=factors["l1"] * l1, l2=factors["l2"] * l2)

    monkeypatch.setattr(gradient_check, "add_penalty_gradients", add)
    matrices = {"lookup.characters.filters", "trunk.0.weight", "trunk.1.weight"}
    heads = {"heads.pos.weight", "heads.ner.weight"}
    assert wrong(checked(objective(network(), **{kind: 0.01}))) == matrices | heads


def test_units_at_their_corner_are_kinks_and_not_wrong() -> None:
    """Inputs and biases 0: every sum is exactly 0, where ReLU has the slopes 0 and 1 and torch takes 0."""
    groups = checked(objective(at_corners("relu")))
    assert not {"trunk.0.bias", "trunk.0.weight"} & wrong(groups)
    assert groups["trunk.0.bias"].kinks == 4
    for entry in groups["trunk.0.bias"].entries:
        assert entry.gradient == 0.0
        assert entry.slope.sides is not None
        assert min(map(abs, entry.slope.sides)) < 1e-9 < 1e-4 < max(map(abs, entry.slope.sides))


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "hard_tanh", "maxout"])
def test_one_unit_at_its_corner_makes_kinks_of_all_that_moves_it(activation: str) -> None:
    """A single word, so that no other corner lies in the same point."""
    net = network(activation, hidden=(4,), dropout=0.0)
    with torch.no_grad():
        for part in ("trunk.0.weight", "trunk.0.bias"):
            net.get_parameter(part)[:: 4 if activation == "maxout" else 8] = 0.0  # unit 0, both of its pieces
        net.get_parameter("trunk.0.bias")[0] = 1.0 if activation == "hard_tanh" else 0.0
    groups = checked(Objective(net, [first_word(net, 4)], plan()), entries=None)
    assert not wrong(groups)
    assert groups["trunk.0.bias"].kinks == (2 if activation == "maxout" else 1)
    assert {entry.index[0] % 4 for entry in groups["trunk.0.weight"].entries if is_kink(entry)} == {0}
    assert not groups["heads.pos.weight"].kinks


class Steep(torch.autograd.Function):
    """ReLU with a slope of its own at 0."""

    @staticmethod
    def forward(ctx: Any, z: Tensor, slope: float) -> Tensor:
        ctx.save_for_backward(z)
        ctx.slope = slope
        return torch.relu(z)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        (z,) = ctx.saved_tensors
        return gradient * torch.where(z == 0, torch.tensor(ctx.slope, dtype=z.dtype), (z > 0).double()), None


@pytest.mark.parametrize(("slope", "caught"), [(0.0, False), (0.9, False), (1.01, True), (-0.01, True)])
def test_a_gradient_outside_the_slopes_of_a_kink_is_wrong(slope: float, caught: bool) -> None:
    net = at_corners("relu")
    net.activation = lambda z: Steep.apply(z, slope)  # type: ignore[no-untyped-call]
    assert ("trunk.0.bias" in wrong(checked(objective(net)))) == caught


def test_the_l1_penalty_has_a_kink_at_zero() -> None:
    net = network()
    with torch.no_grad():
        net.get_parameter("trunk.1.weight").zero_()
    groups = checked(objective(net, l1=0.3))
    assert not wrong(groups)
    assert groups["trunk.1.weight"].kinks == len(groups["trunk.1.weight"].entries)
    assert groups["heads.pos.weight"].kinks == 0


def test_the_loss_and_its_gradient_are_those_of_the_training_loop() -> None:
    """Oracle: one step of SGD of the loop itself moves every weight by the rate times the gradient."""
    net, rate = network(dropout=0.0), 0.01
    start = {name: parameter.detach().clone() for name, parameter in net.named_parameters()}
    function = objective(net, (0, 1, 2, 3, 4), l1=0.01, l2=0.02)
    gradients, value = function.gradients(), objective(net, (0, 1, 2, 3, 4)).value()
    state = TrainingState(
        network=net,
        optimizer=build_optimizer(net, OptimizerSettings(name="sgd", rate=rate, sparse_rows=0)),
        average=None,
        generator=torch.Generator(),
        shuffle=np.random.default_rng(0),
    )
    whole = replace(function.plan, epochs=1, batch_words=1000, rate=rate)
    (step,) = train_epochs(state, [encoded("pos", "ner")], whole, lambda: Evaluation({}, None))
    assert step.loss == pytest.approx(value, rel=1e-12)
    for name, parameter in net.named_parameters():
        moved = (start[name] - parameter.detach()) / rate
        torch.testing.assert_close(moved, gradients[name], rtol=1e-8, atol=1e-10, msg=name)


def test_the_same_is_dropped_at_every_call_and_something_else_with_another_seed() -> None:
    function = objective(network(dropout=0.4))
    assert function.value() == function.value()
    assert replace(function, seed=1).value() != function.value()


def test_running_statistics_are_the_same_at_every_call() -> None:
    """A batch of one word is normalised by them, after a batch of more words has changed them."""
    net = network(batch_norm=True)
    batch = make_batch(encoded("pos", "ner"), np.array([0, 1]), net.window)
    function = Objective(net, [batch, first_word(net, 4)], plan())
    values = {function.value() for _ in range(3)}
    assert len(values) == 1
    assert not wrong(checked(function))


def test_weights_are_left_as_they_were() -> None:
    net = network()
    before = {name: parameter.detach().clone() for name, parameter in net.named_parameters()}
    checked(objective(net))
    assert all(torch.equal(before[name], parameter) for name, parameter in net.named_parameters())


def test_only_rows_that_the_batch_looks_up_are_checked() -> None:
    net = network()
    function = objective(net, (2,))  # Maria reads .
    rows = used_rows(net, function.batches)
    known = features().vocabularies["word"]
    assert rows["lookup.word.weight"].tolist() == sorted(
        [0, *(known.row(w) for w in ("maria", "reads", "."))]
    )
    group = checked(function)["lookup.word.weight"]
    assert group.size == 4 * 8
    assert {entry.index[0] for entry in group.entries} <= set(rows["lookup.word.weight"].tolist())


def test_a_sample_holds_the_largest_gradient_and_is_as_large_as_asked_for() -> None:
    function = objective(network())
    groups = checked(function)
    for name, gradient in function.gradients().items():
        entries = groups[name].entries
        assert len(entries) == min(4, groups[name].size)
        assert len({entry.index for entry in entries}) == len(entries)
        assert max(abs(entry.gradient) for entry in entries) == gradient.abs().max()
        assert all(gradient[entry.index] == entry.gradient for entry in entries)


def test_a_parameter_without_gradients_is_flat() -> None:
    group = checked(objective(network(), weights={"pos": 0.0, "ner": 1.0}))["heads.pos.weight"]
    assert group.flat
    assert not group.wrong


def test_frozen_parameters_are_left_out() -> None:
    net = network(hidden=(7, 5), batch_norm=True)
    for name, parameter in net.named_parameters():
        parameter.requires_grad_(name.startswith(("heads.", "lookup.caps")))
    groups = checked(objective(net, l2=0.1, l1=0.01, penalize_lookups=True))
    assert {name.split(".")[0] for name in groups} == {"lookup", "heads"}
    assert [name for name in groups if name.startswith("lookup")] == ["lookup.caps.weight"]
    assert not any(group.wrong or group.flat for group in groups.values())
