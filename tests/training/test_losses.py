import math

import numpy as np
import pytest
import torch
from torch import Tensor

from tagger.network.heads import Head
from tagger.network.window_network import WindowNetwork, initialise
from tagger.objectives.sentence import sentence_loss
from tagger.saved import TaskDescription
from tagger.training.batches import Batch, make_batch
from tagger.training.build import build_network
from tagger.training.losses import batch_losses, drawn_margin_loss
from tests.training.corpora import SENTENCES, SIZES, TASKS, encoded, features

OBJECTIVES = ["word", "sentence", "squared-error", "tags-margin"]
Example = tuple[WindowNetwork, Batch, dict[str, Tensor]]


def example(pos: str, ner: str, *, margins: dict[str, float] | None = None) -> Example:
    """A network whose two heads have these objectives, all sentences as one batch, and its scores."""
    tasks = tuple(
        TaskDescription(task.name, task.column, task.scheme, objective, task.labels)
        for task, objective in zip(TASKS, (pos, ner), strict=True)
    )
    network = build_network(features(), SIZES, tasks, margins=margins).double()
    initialise(network, "glorot", torch.Generator().manual_seed(1))
    batch = make_batch(encoded("pos", "ner"), np.arange(len(SENTENCES)), network.window)
    return network, batch, network(batch.rows, batch.characters, batch.windows)


def loss_by_hand(scores: Tensor, gold: Tensor, objective: str, margin: float = 1.0) -> float:
    """Mean over words of the loss of one word, from its formula."""
    total = 0.0
    for row, label in zip(scores.tolist(), gold.tolist(), strict=True):
        if objective == "word":
            total += math.log(sum(map(math.exp, row))) - row[label]
        elif objective == "squared-error":
            total += sum(((k == label) - 1 / (1 + math.exp(-s))) ** 2 for k, s in enumerate(row)) / 2
        else:
            rival = max(score for k, score in enumerate(row) if k != label)
            total += max(0.0, margin + rival - row[label])
    return total / len(gold)


@pytest.mark.parametrize("pos", ["word", "squared-error", "tags-margin"])
@pytest.mark.parametrize("ner", OBJECTIVES)
def test_each_head_has_the_loss_of_its_own_objective(pos: str, ner: str) -> None:
    network, batch, scores = example(pos, ner)
    losses = {task: loss.item() for task, loss in batch_losses(network, batch, scores).items()}
    assert losses["pos"] == pytest.approx(loss_by_hand(scores["pos"], batch.labels["pos"], pos))
    if ner == "sentence":  # the sum over sentences, a word
        values, gold = scores["ner"][batch.places], batch.labels["ner"][batch.places]
        summed = sentence_loss(values, gold, batch.mask, network.head("ner").transition_scores())
        assert losses["ner"] == pytest.approx(summed.item() / sum(map(len, SENTENCES)))
    else:
        assert losses["ner"] == pytest.approx(loss_by_hand(scores["ner"], batch.labels["ner"], ner))


def test_each_head_has_the_margin_of_its_own_task() -> None:
    network, batch, scores = example("tags-margin", "tags-margin", margins={"ner": 0.25})
    losses = batch_losses(network, batch, scores)
    assert losses["pos"].item() == pytest.approx(
        loss_by_hand(scores["pos"], batch.labels["pos"], "tags-margin", 1.0)
    )
    assert losses["ner"].item() == pytest.approx(
        loss_by_hand(scores["ner"], batch.labels["ner"], "tags-margin", 0.25)
    )


def test_only_tasks_with_scores_have_a_loss() -> None:
    network, batch, scores = example("squared-error", "sentence")
    assert batch_losses(network, batch, {"pos": scores["pos"]}).keys() == {"pos"}


def scorer(*, corruptions: int = 1, margin: float = 1.0) -> Head:
    head = Head(3, 1, sentence_level=False)
    head.objective, head.margin, head.corruptions = "margin", margin, corruptions
    return head


def test_each_true_window_meets_so_many_windows_drawn_from_the_corrupted_ones_alone() -> None:
    """The powers of two say which window stands where: each gradient is a count of pairs, all of which break."""
    values = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0]
    kinds = torch.tensor([0, 1, -1, 0, 1, 1])  # true, corrupted, neither, ...
    scores = torch.tensor(values)[:, None].requires_grad_()
    head = scorer(corruptions=5, margin=100.0)
    loss = drawn_margin_loss(head, scores, kinds, torch.Generator().manual_seed(3))
    loss.backward()
    assert scores.grad is not None
    counts = [round(10 * g) for g in scores.grad[:, 0].tolist()]  # of 2 * 5 pairs
    assert (counts[0], counts[3], counts[2]) == (-5, -5, 0)
    drawn = [counts[1], counts[4], counts[5]]
    assert sum(drawn) == 10 and all(0 < count < 10 for count in drawn)
    summed = sum(count * values[place] for count, place in zip(drawn, (1, 4, 5), strict=True))
    assert loss.item() == pytest.approx(100.0 + (summed - 5 * (1.0 + 8.0)) / 10)


def test_the_draws_follow_from_the_generator_alone() -> None:
    scores = torch.linspace(-3, 3, 40)[:, None]
    kinds = torch.arange(40) % 3 - 1
    head = scorer(corruptions=2)
    losses = [
        drawn_margin_loss(head, scores, kinds, torch.Generator().manual_seed(seed)).item()
        for seed in (1, 1, 2)
    ]
    assert losses[0] == losses[1] != losses[2]


def test_the_draws_are_as_likely_as_one_another() -> None:
    kinds = torch.tensor([0, 1, 1, 1, 1])
    scores = torch.zeros(5, 1, requires_grad=True)
    drawn_margin_loss(scorer(corruptions=8000), scores, kinds, torch.Generator().manual_seed(1)).backward()
    assert scores.grad is not None
    np.testing.assert_allclose(scores.grad[1:, 0], 0.25, atol=0.02)


@pytest.mark.parametrize("kinds", [[0, 0, -1], [1, 1, -1], [-1, -1, -1]])
def test_a_batch_without_both_kinds_of_windows_teaches_a_scorer_nothing(kinds: list[int]) -> None:
    scores = torch.ones(3, 1, requires_grad=True)
    loss = drawn_margin_loss(scorer(), scores, torch.tensor(kinds), torch.Generator())
    loss.backward()
    assert loss.item() == 0.0
    assert scores.grad is not None and not scores.grad.any()


def test_a_scorer_has_the_margin_and_corruptions_of_its_task() -> None:
    task = TaskDescription("any", "ner", "none", "margin", ("",))
    built = build_network(features(), SIZES, (task,), margins={"any": 2.5}, corruptions={"any": 7})
    head = built.head("any")
    assert (head.objective, head.margin, head.corruptions) == ("margin", 2.5, 7)
