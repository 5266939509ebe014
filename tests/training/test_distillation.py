"""What the starting network says as a loss. Oracle: softmax and paths written out in NumPy."""

from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest
import torch

from tagger.records import Evaluation
from tagger.training.batches import Batch, make_batch
from tagger.training.distillation import Teacher, distilled
from tagger.training.loop import TrainingState, train_epochs
from tests.training.corpora import SENTENCES, encoded, plan, state


def whole_batch(window: int = 3) -> Batch:
    return make_batch(encoded("pos"), np.arange(len(SENTENCES)), window)


def other(seed: int) -> TrainingState:
    """A training whose network has other weights than the one it starts with."""
    made = state(dropout=0.0)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in made.network.parameters():
            parameter.copy_(0.5 * torch.randn(parameter.shape, generator=generator))
    return made


def scores_of(training: TrainingState, batch: Batch) -> dict[str, torch.Tensor]:
    scores: dict[str, torch.Tensor] = training.network(batch.rows, batch.characters, batch.windows)
    return scores


def found(teacher: Teacher, student: TrainingState, batch: Batch) -> dict[str, float]:
    losses = teacher.losses(student.network, batch, scores_of(student, batch), teacher.beliefs(batch))
    return {name: loss.item() for name, loss in losses.items()}


@pytest.mark.parametrize("count", [3, 7])
@pytest.mark.parametrize("objective", ["word", "tags-margin", "squared-error"])
def test_a_head_of_single_words_is_taught_its_first_labels(objective: str, count: int) -> None:
    batch, old, new = whole_batch(), other(1), other(2)
    for training in (old, new):
        training.network.head("pos").objective = objective
    loss = found(Teacher(old.network, {"pos": count}), new, batch)
    beliefs, terms = (
        scores_of(training, batch)["pos"].detach().double().numpy()[:, :count] for training in (old, new)
    )
    if objective == "squared-error":  # the outputs, divided by their sum
        beliefs, terms = (np.log(1 / (1 + np.exp(-values))) for values in (beliefs, terms))
    p, q = (np.exp(values) / np.exp(values).sum(1, keepdims=True) for values in (beliefs, terms))
    assert loss == {distilled("pos"): pytest.approx(-(p * np.log(q)).sum(1).mean(), rel=1e-5)}


@pytest.mark.parametrize("count", [5, 7])
def test_a_sentence_level_head_is_taught_the_paths_of_its_first_labels(count: int) -> None:
    """All paths of each sentence of at most six words, one by one."""
    short = [number for number, tokens in enumerate(SENTENCES) if len(tokens) <= 6]
    batch, old, new = make_batch(encoded("pos"), np.array(short), 3), other(1), other(2)
    total = 0.0
    for row, number in enumerate(short):
        words = batch.places[row][batch.mask[row]]
        logs = []
        for training in (old, new):
            start, pairs, end = (
                part.detach().double().numpy() for part in training.network.head("ner").transition_scores()
            )
            scores = scores_of(training, batch)["ner"].detach().double().numpy()[words.numpy()]
            weights = np.array(
                [
                    start[path[0]]
                    + end[path[-1]]
                    + sum(scores[t, k] for t, k in enumerate(path))
                    + sum(pairs[a, b] for a, b in pairwise(path))
                    for path in product(range(count), repeat=len(SENTENCES[number]))
                ]
            )
            top = weights.max()
            logs.append(weights - top - np.log(np.exp(weights - top).sum()))
        possible = np.isfinite(logs[0])
        total -= (np.exp(logs[0][possible]) * logs[1][possible]).sum()
    loss = found(Teacher(old.network, {"ner": count}), new, batch)
    assert loss == {distilled("ner"): pytest.approx(total / batch.words, rel=1e-4)}


def test_a_scorer_has_no_teacher() -> None:
    training = other(1)
    training.network.head("pos").objective = "margin"
    assert Teacher(training.network, {"pos": 7, "ner": 7}).labels == {"ner": 7}
    assert Teacher(training.network, {"pos": 7}).beliefs(whole_batch()) == {}


def test_the_teacher_does_not_learn() -> None:
    training = state()
    teacher = Teacher(training.network, {"pos": 7, "ner": 7})
    before = {name: value.clone() for name, value in teacher.network.state_dict().items()}
    weights = {"pos": 1.0, distilled("pos"): 0.5, distilled("ner"): 0.5}
    steps = list(
        train_epochs(training, [encoded("pos")], plan(teacher=teacher, weights=weights), lambda: Evaluation())
    )
    assert set(steps[-1].train_losses) == set(weights)
    for name, value in teacher.network.state_dict().items():
        torch.testing.assert_close(value, before[name], rtol=0, atol=0)
    assert not torch.equal(training.network.state_dict()["heads.ner.weight"], before["heads.ner.weight"])


def test_the_teacher_sees_the_words_that_are_hidden_from_the_network() -> None:
    seen: list[torch.Tensor] = []

    class Watching(Teacher):
        def beliefs(self, batch: Batch):  # type: ignore[no-untyped-def]
            seen.append(batch.rows.clone())
            return super().beliefs(batch)

    training = state()
    chosen = plan(
        epochs=1,
        unknown_rate=0.9,
        weights={"pos": 1.0, distilled("pos"): 1.0},
        teacher=Watching(training.network, {"pos": 7}),
        batch_words=1000,
    )
    list(train_epochs(training, [encoded("pos")], chosen, lambda: Evaluation()))
    assert (seen[0][1:, 0] >= 2).all()  # no word of the corpus is unknown


def test_distillation_keeps_a_task_that_has_no_data() -> None:
    """The other task alone is trained, hard: with a teacher the untaught head still says much of what it said."""
    agreement = {}
    for weight in (0.0, 5.0):
        training = other(3)
        batch = whole_batch()
        before = scores_of(training, batch)["ner"].argmax(1)
        teacher = Teacher(training.network, {"ner": 7}) if weight else None
        weights = {"pos": 1.0, distilled("ner"): weight}
        chosen = replace(plan(epochs=60), weights=weights, teacher=teacher)
        list(train_epochs(training, [encoded("pos")], chosen, lambda: Evaluation()))
        training.network.eval()
        agreement[weight] = (scores_of(training, batch)["ner"].argmax(1) == before).double().mean().item()
    assert agreement[5.0] > agreement[0.0] + 0.1
