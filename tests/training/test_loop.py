from dataclasses import replace

import pytest
import torch

from tagger.config import ScheduleSettings
from tagger.errors import TaggerError
from tagger.training.loop import train_epochs
from tagger.training.prediction import predict
from tests.training.corpora import NER, POS, TASKS, encoded, plan, state


def nothing() -> tuple[dict[str, float], None]:
    return {}, None


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
            trained, [encoded("pos")], plan(epochs=6, patience=3), lambda: ({}, next(scores))
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


def test_scores_are_taken_with_the_averaged_weights() -> None:
    trained = state(averaging=0.99)
    seen = []

    def evaluate() -> tuple[dict[str, float], None]:
        seen.append(trained.network.trunk[0].bias.detach().clone())
        return {}, None

    for _ in train_epochs(trained, [encoded("pos", "ner")], plan(epochs=4), evaluate):
        pass
    assert trained.average is not None
    assert torch.equal(seen[-1], trained.average.values["trunk.0.bias"])
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
