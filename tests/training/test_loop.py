from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from tagger.config import OptimizerSettings, ScheduleSettings
from tagger.errors import TaggerError
from tagger.records import Evaluation
from tagger.training.averaging import MovingAverage
from tagger.training.loop import train_epochs
from tagger.training.optimizers import SPARSE_OPTIMIZERS, build_optimizer
from tagger.training.prediction import predict
from tests.training.corpora import NER, POS, TASKS, encoded, plan, state


def nothing() -> Evaluation:
    return Evaluation()


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_learns_five_sentences_by_heart(optimizer: str) -> None:
    trained = state(optimizer=optimizer, dropout=0.0)
    rate = 0.01 if optimizer == "adam" else 0.3
    for _ in train_epochs(trained, [encoded("pos", "ner")], plan(epochs=80, rate=rate), nothing):
        pass
    predicted = predict(trained.network, encoded(), ("pos", "ner"))
    for task, gold in zip(TASKS, (POS, NER), strict=True):
        assert [[task.labels[row] for row in rows] for rows in predicted[task.name]] == gold


def test_equal_seeds_give_equal_weights() -> None:
    runs = [state(averaging=0.9) for _ in range(2)]
    for run in runs:
        for _ in train_epochs(run, [encoded("pos", "ner")], plan(), nothing):
            pass
    first, second = (run.network.state_dict() for run in runs)
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_tasks_with_corpora_of_their_own_train_the_shared_layers_together() -> None:
    trained = state()
    steps = list(train_epochs(trained, [encoded("pos"), encoded("ner")], plan(epochs=1), nothing))
    taught = [tuple(step.losses) for step in steps]
    assert set(taught) == {("pos",), ("ner",)}
    assert steps[-1].words == steps[-1].total_words == 2 * 27
    assert set(steps[-1].train_losses) == {"pos", "ner"}


def test_loss_is_the_weighted_sum_of_the_tasks() -> None:
    weights = {"pos": 0.25, "ner": 3.0}
    for step in train_epochs(state(), [encoded("pos", "ner")], plan(epochs=1, weights=weights), nothing):
        assert step.loss == pytest.approx(0.25 * step.losses["pos"] + 3.0 * step.losses["ner"])


def test_stops_when_patience_is_over_and_says_which_epoch_was_best() -> None:
    scores = iter([0.1, 0.5, 0.4, 0.5, 0.3, 0.9])
    trained = state()
    ends = [
        step
        for step in train_epochs(
            trained, [encoded("pos")], plan(epochs=6, patience=3), lambda: Evaluation(score=next(scores))
        )
        if step.epoch_end
    ]
    assert [step.best for step in ends] == [True, True, False, False, False]
    assert ends[-1].stop
    assert (trained.best_epoch, trained.best_score) == (2, 0.5)


def test_rate_follows_the_schedule_within_the_epoch() -> None:
    linear = replace(plan(epochs=2), schedule=ScheduleSettings(name="linear", final=0.0))
    rates = [step.rate for step in train_epochs(state(), [encoded("pos")], linear, nothing)]
    assert rates[0] == pytest.approx(0.01)
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] < 0.003


def test_rate_falls_when_the_development_score_stands_still() -> None:
    trained = state()
    scores = [0.5, 0.5, 0.6, 0.6, 0.6]
    plateau = replace(plan(epochs=5), schedule=ScheduleSettings(name="plateau", wait=1, factor=0.1))
    steps = train_epochs(trained, [encoded("pos")], plateau, lambda: Evaluation(score=scores[trained.epoch]))
    rates = {step.epoch: step.rate for step in steps}
    assert list(rates.values()) == pytest.approx([0.01, 0.01, 0.001, 0.001, 0.0001])


def test_epochs_of_warm_up_do_not_count_as_a_plateau() -> None:
    trained = state(dropout=0.0)
    settings = ScheduleSettings(name="plateau", wait=1, factor=0.1, warm_up=3)
    flat = replace(plan(epochs=5), schedule=settings)
    steps = list(train_epochs(trained, [encoded("pos")], flat, lambda: Evaluation(score=0.0)))
    assert max(step.rate for step in steps if step.epoch == 4) == pytest.approx(0.01)
    assert trained.plateau.reductions == 2  # after epochs 4 and 5, measured against epoch 3


def test_without_development_data_the_plateau_is_one_of_the_training_loss() -> None:
    """Oracle: the weighted losses that the steps report, compared by hand."""
    trained, weights = state(optimizer="sgd"), {"pos": 2.0, "ner": 0.5}
    chosen = replace(
        plan(epochs=6, rate=3.0, weights=weights), schedule=ScheduleSettings(name="plateau", wait=1)
    )
    losses, rates = [], []
    for step in train_epochs(trained, [encoded("pos", "ner")], chosen, nothing):
        if step.epoch_end:
            losses.append(2.0 * step.train_losses["pos"] + 0.5 * step.train_losses["ner"])
            rates.append(step.rate)
    falls = [False] + [losses[n] >= min(losses[:n]) for n in range(1, 6)]  # after each epoch
    assert True in falls[:-1]
    assert False in falls[1:-1]
    assert rates == pytest.approx([3.0 * 0.5 ** sum(falls[:n]) for n in range(6)])


def test_scores_are_taken_with_the_averaged_weights() -> None:
    trained = state(averaging=0.99)
    seen = []

    def evaluate() -> Evaluation:
        seen.append(trained.network.trunk[0].bias.detach().clone())
        return Evaluation()

    for _ in train_epochs(trained, [encoded("pos", "ner")], plan(epochs=4), evaluate):
        pass
    assert trained.average is not None
    assert torch.equal(seen[-1], trained.average.values()["trunk.0.bias"])
    assert not torch.equal(seen[-1], trained.network.trunk[0].bias)


def test_clipping_bounds_the_step_of_sgd() -> None:
    trained = state(optimizer="sgd", dropout=0.0)
    before = {name: value.clone() for name, value in trained.network.state_dict().items()}
    next(train_epochs(trained, [encoded("pos", "ner")], plan(clip=0.5, rate=2.0), nothing))
    after = trained.network.state_dict()
    length = sum(((after[name] - before[name]) ** 2).sum() for name in before) ** 0.5
    assert float(length) == pytest.approx(2.0 * 0.5, rel=1e-4)


def test_a_loss_that_is_no_number_stops_with_advice() -> None:
    trained = state()
    with torch.no_grad():
        trained.network.trunk[0].bias.fill_(torch.nan)
    with pytest.raises(TaggerError) as error:
        next(train_epochs(trained, [encoded("pos")], plan(), nothing))
    assert str(error.value) == (
        "training: expected a finite loss, found nan at step 1. Lower optimizer.rate, or set optimizer.clip = 1.0."
    )


class WholeTableOperations(TorchDispatchMode):
    """Notes the operations that take or give a dense tensor of at least so many numbers, sparse operands aside."""

    def __init__(self, numbers: int) -> None:
        super().__init__()
        self.numbers = numbers
        self.found: set[str] = set()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        result = func(*args, **(kwargs or {}))
        tensors = [leaf for leaf in tree_leaves((args, kwargs, result)) if isinstance(leaf, torch.Tensor)]
        if any(not t.is_sparse and t.numel() >= self.numbers for t in tensors):
            with_sparse = any(t.is_sparse for t in tensors)
            self.found.add(f"{func.overloadpacket.__name__}{' sparse' if with_sparse else ''}")
        return result


@pytest.mark.parametrize("name", sorted(SPARSE_OPTIMIZERS))
def test_a_step_touches_only_the_rows_of_the_batch_of_a_large_table(name: str) -> None:
    """Oracle: what torch carries out; each of these operations names the rows that it takes or changes."""
    of_single_rows = {
        "embedding",
        "detach",
        "index",
        "index_put_",
        "index_add_",
        "add_ sparse",
        "sparse_mask sparse",
    }
    trained = state()
    trained.network.lookup.word = nn.Embedding(5000, 8)
    settings = OptimizerSettings.model_validate({"name": name, "sparse_rows": 5000})
    trained.optimizer = build_optimizer(trained.network, settings)
    trained.average = MovingAverage(trained.network, 0.999)
    chosen = plan(epochs=30, clip=1.0, max_norm=1.0, l2=0.1)
    steps = train_epochs(trained, [encoded("pos", "ner"), encoded("pos")] * 10, chosen, nothing)
    next(steps)  # makes room for what the optimizer remembers
    with WholeTableOperations(5000 * 8) as operations:
        for _ in range(20):
            assert not next(steps).epoch_end
    assert operations.found - of_single_rows == set()
    assert "embedding" in operations.found
