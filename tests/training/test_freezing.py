"""Layers that learn from some epoch on, or never."""

from math import inf
from pathlib import Path
from typing import get_args

import pytest
import torch
from torch import Tensor

from tagger.config import OptimizerName, OptimizerSettings, TransferSettings
from tagger.errors import SettingsError
from tagger.records import Evaluation, Step
from tagger.saved import NetworkDescription
from tagger.training.checkpoint import restore_checkpoint, save_checkpoint
from tagger.training.freezing import Freezing, build_freezing, rate_factors
from tagger.training.loop import Plan, TrainingState, train_epochs
from tagger.training.optimizers import SPARSE_OPTIMIZERS, build_optimizer
from tests.training.corpora import encoded, plan, state

RULES = [(name, 0) for name in get_args(OptimizerName)] + [(name, 4) for name in SPARSE_OPTIMIZERS]
DEEP = NetworkDescription(3, (8, 6), "hard_tanh", batch_norm=True)


def begun(freezing: Freezing, *, optimizer: str = "adam", sparse_rows: int = 0) -> TrainingState:
    """A state of a deep network with batch normalisation and averaged weights, its optimizer that of `freezing`."""
    made = state(averaging=0.5, sizes=DEEP)
    freezing.check(made.network)
    freezing.apply(made.network, inf)
    settings = OptimizerSettings.model_validate({"name": optimizer, "rate": 0.01, "sparse_rows": sparse_rows})
    made.optimizer = build_optimizer(made.network, settings)
    return made


def run(trained: TrainingState, chosen: Plan, until: int = 100) -> list[Step]:
    """Train on, breaking off after epoch `until`; gives all steps."""
    steps = []
    for step in train_epochs(trained, [encoded("pos", "ner")], chosen, lambda: Evaluation()):
        steps.append(step)
        if step.epoch_end and step.epoch == until:
            break
    return steps


def values(trained: TrainingState) -> dict[str, Tensor]:
    """Weights and statistics, and their moving averages."""
    assert trained.average is not None
    own = {name: value.clone() for name, value in trained.network.state_dict().items()}
    return own | {f"average/{name}": value.clone() for name, value in trained.average.values().items()}


def assert_equal(one: dict[str, Tensor], other: dict[str, Tensor]) -> None:
    assert one.keys() == other.keys()
    for name, value in one.items():
        assert torch.equal(value, other[name]), name


@pytest.mark.parametrize(
    ("freezing", "epochs"),
    [
        (Freezing(), 0),
        (Freezing(("trunk",)), inf),
        (Freezing(("trunk.0",)), inf),
        (Freezing(("trunk.1", "lookup", "heads")), 0),
        (Freezing(("trunk",), {"trunk.0": 2}), 2),  # the more exact name
        (Freezing(("trunk.0",), {"trunk": 2}), inf),
        (Freezing(("trunk.0",), {"trunk.0": 3}), 3),  # the same name
        (Freezing((), {"trunk": 1}), 1),
        (Freezing(("lookup",), {"trunk.1": 1}), 0),
    ],
)
def test_the_more_exact_name_says_when_a_parameter_learns(freezing: Freezing, epochs: float) -> None:
    for name in ("trunk.0.weight", "trunk.0.bias", "norms.0.weight"):
        assert freezing.learns_from(name) == epochs


def test_the_freezing_of_the_settings() -> None:
    settings = TransferSettings.model_validate({"freeze": ("lookup",), "thaw": {"trunk.0": 2}})
    assert build_freezing(settings) == Freezing(("lookup",), {"trunk.0": 2})


def test_parameters_need_gradients_from_their_epoch_on() -> None:
    network = state(sizes=DEEP).network
    freezing = Freezing(("lookup.word",), {"trunk.1": 2})
    learning = {}
    for epochs in (0, 1, 2, 3, inf):
        freezing.apply(network, epochs)
        learning[epochs] = {name for name, p in network.named_parameters() if p.requires_grad}
    everything = {name for name, _ in network.named_parameters()}
    later = {"trunk.1.weight", "trunk.1.bias", "norms.1.weight", "norms.1.bias"}
    assert learning[0] == learning[1] == everything - later - {"lookup.word.weight"}
    assert learning[2] == learning[3] == learning[inf] == everything - {"lookup.word.weight"}


def test_without_frozen_layers_nothing_is_touched() -> None:
    network = state().network
    network.get_parameter("trunk.0.bias").requires_grad_(False)  # by somebody else
    Freezing().apply(network, 0)
    assert [name for name, p in network.named_parameters() if not p.requires_grad] == ["trunk.0.bias"]


@pytest.mark.parametrize(("optimizer", "sparse_rows"), RULES)
@pytest.mark.parametrize("frozen", [("lookup", "trunk.0"), ("trunk",), ("heads", "lookup.word")])
def test_frozen_layers_keep_every_bit(frozen: tuple[str, ...], optimizer: str, sparse_rows: int) -> None:
    """Under penalties, bounds, hidden words and averaging; statistics of batch normalisation too. All else moves."""
    freezing = Freezing(frozen)
    trained = begun(freezing, optimizer=optimizer, sparse_rows=sparse_rows)
    before = values(trained)
    bounds = {"clip": 0.5, "l2": 0.1, "l1": 0.01, "max_norm": 0.3, "unknown_rate": 0.2}
    run(trained, plan(epochs=6, freezing=freezing, penalize_lookups=not sparse_rows, **bounds))
    kept = {name for name, value in values(trained).items() if torch.equal(value, before[name])}
    names = {"lookup": ("lookup.",), "trunk": ("trunk.", "norms."), "heads": ("heads.",),
             "trunk.0": ("trunk.0.", "norms.0."), "lookup.word": ("lookup.word.",)}  # fmt: skip
    beginnings = tuple(start for layer in frozen for start in names[layer])
    assert kept == {name for name in before if name.removeprefix("average/").startswith(beginnings)}


def test_what_never_learns_has_no_memory_in_the_optimizer_and_no_figures() -> None:
    freezing = Freezing(("lookup", "trunk.0"))
    trained = begun(freezing)
    last = run(trained, plan(epochs=1, freezing=freezing))[-1]
    assert list(last.layers) == ["trunk.1", "heads.pos", "heads.ner"]
    memory = {name.split(".")[0] for name in trained.optimizer.tensors(trained.network)}
    assert memory == {"trunk", "norms", "heads"}
    assert not any(n.startswith(("trunk.0", "norms.0")) for n in trained.optimizer.tensors(trained.network))


@pytest.mark.parametrize(("optimizer", "sparse_rows"), RULES)
def test_thawing_after_an_epoch_is_freezing_up_to_it_and_none_thereafter(
    optimizer: str, sparse_rows: int
) -> None:
    """Oracle: two trainings, one after the other, the second with everything learning."""
    thawing = Freezing((), {"trunk": 2, "lookup": 2})
    whole, parts = (begun(thawing, optimizer=optimizer, sparse_rows=sparse_rows) for _ in range(2))
    run(whole, plan(epochs=5, freezing=thawing))
    run(parts, plan(epochs=5, freezing=Freezing(("trunk", "lookup"))), until=2)
    for parameter in parts.network.parameters():
        parameter.requires_grad_(True)
    run(parts, plan(epochs=5))
    assert_equal(values(whole), values(parts))


def test_the_memory_of_a_thawed_layer_starts_then() -> None:
    """Adam's first step is the rate for every weight that has a gradient, however many steps others have done."""
    freezing = Freezing((), {"trunk.1": 2})
    trained = begun(freezing)
    steps = run(trained, plan(epochs=4, rate=0.01, freezing=freezing), until=2)
    memory = trained.optimizer.tensors(trained.network)
    assert not [name for name in memory if name.startswith("trunk.1")]
    assert memory["trunk.0.weight/step"] == len(steps)
    step = next(train_epochs(trained, [encoded("pos", "ner")], plan(epochs=4, freezing=freezing), Evaluation))
    memory = trained.optimizer.tensors(trained.network)
    assert memory["trunk.1.weight/step"] == memory["norms.1.weight/step"] == 1
    gammas = trained.network.get_parameter("norms.1.weight").detach()
    assert (1.0 - gammas).abs().tolist() == pytest.approx([step.rate] * 6, rel=1e-3)


@pytest.mark.parametrize("thawed", [2, 3, 4])
@pytest.mark.parametrize(
    ("optimizer", "sparse_rows"), [("adam", 0), ("adam", 4), ("adagrad", 4), ("momentum", 0)]
)
def test_a_run_resumed_before_at_or_after_the_thaw_equals_an_uninterrupted_one(
    tmp_path: Path, optimizer: str, sparse_rows: int, thawed: int
) -> None:
    freezing = Freezing(("lookup.caps",), {"lookup": thawed, "trunk.0": thawed})
    chosen = plan(epochs=6, freezing=freezing, max_norm=1.5, l2=0.01)
    whole, broken, resumed = (begun(freezing, optimizer=optimizer, sparse_rows=sparse_rows) for _ in range(3))
    run(whole, chosen)
    run(broken, chosen, until=3)
    save_checkpoint(tmp_path, broken)
    restore_checkpoint(tmp_path, resumed)
    run(resumed, chosen)
    assert_equal(values(whole), values(resumed))
    first, second = (one.optimizer.tensors(one.network) for one in (whole, resumed))
    assert_equal(first, second)


def test_a_batch_that_teaches_only_frozen_layers_changes_nothing() -> None:
    """Two corpora: the steps of the one whose head is frozen, over a frozen trunk, are none."""
    freezing = Freezing(("lookup", "trunk", "heads.pos"))
    trained = begun(freezing)
    chosen = plan(epochs=2, clip=1.0, l2=0.1, max_norm=0.5, batch_words=1000, freezing=freezing)
    before = values(trained)
    moved = 0
    for step in train_epochs(trained, [encoded("pos"), encoded("ner")], chosen, Evaluation):
        after = values(trained)
        changed = {name for name, value in after.items() if not torch.equal(value, before[name])}
        assert changed <= {"heads.ner.weight", "heads.ner.bias", "heads.ner.transitions"}
        assert bool(changed) == ("ner" in step.losses)
        moved += bool(changed)
        before = after
    assert moved == 2
    assert list(step.layers) == ["heads.ner"]


@pytest.mark.parametrize(
    ("freezing", "found"),
    [
        (Freezing(("lookup", "trunk", "heads")), "lookup, trunk, heads"),
        (Freezing(("lookup", "trunk"), {"heads": 1, "lookup": 2}), "lookup, trunk, heads"),
        (Freezing(("lookup", "trunk", "heads.ner", "heads.pos")), "lookup, trunk, heads.ner, heads.pos"),
    ],
)
def test_nothing_that_learns_from_the_start_is_an_error(freezing: Freezing, found: str) -> None:
    with pytest.raises(SettingsError) as error:
        freezing.check(state().network)
    assert str(error.value) == (
        f"transfer.freeze: expected a layer that learns from the first epoch on, found {found}. "
        "Leave out the layers that are to learn from the start, such as heads."
    )


@pytest.mark.parametrize(
    ("freezing", "setting"),
    [(Freezing(("heads.chunk",)), "transfer.freeze"), (Freezing((), {"heads.chunk": 1}), "transfer.thaw")],
)
def test_a_layer_that_is_not_there_is_an_error_that_lists_those_that_are(
    freezing: Freezing, setting: str
) -> None:
    with pytest.raises(SettingsError) as error:
        freezing.check(state().network)
    assert str(error.value) == (
        f"{setting}: expected a layer of this network (lookup, lookup.word, lookup.caps, lookup.suffix2, "
        "lookup.characters, trunk, trunk.0, heads, heads.pos, heads.ner), found 'heads.chunk'."
    )


def test_rate_factors_go_by_the_most_exact_name() -> None:
    network = state(sizes=DEEP).network
    factors = rate_factors(network, {"lookup": 0.1, "lookup.caps": 0.2, "trunk.1": 0.3, "trunk": 0.4})
    for name, factor in factors.items():
        expected = (
            0.1 if name.startswith("lookup") else 0.4 if name.split(".")[0] in ("trunk", "norms") else 1.0
        )
        expected = {"lookup.caps": 0.2, "trunk.1": 0.3, "norms.1": 0.3}.get(name.rpartition(".")[0], expected)
        assert factor == expected, name
    assert factors.keys() == {name for name, _ in network.named_parameters()}
    assert set(rate_factors(network, {}).values()) == {1.0}


def test_no_gradient_of_a_frozen_layer_is_reckoned() -> None:
    """That is the work that freezing saves."""
    freezing = Freezing(("lookup", "trunk.0"))
    trained = begun(freezing)
    run(trained, plan(epochs=1, freezing=freezing))
    without = {name for name, p in trained.network.named_parameters() if p.grad is None}
    assert {n.rpartition(".")[0] for n in without} == {
        *("lookup.word", "lookup.caps", "lookup.suffix2", "lookup.characters"),
        *("trunk.0", "norms.0"),
    }
