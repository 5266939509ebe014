import math

import numpy as np
import pytest
import torch
from torch import Tensor

from tagger.network.window_network import WindowNetwork, initialise
from tagger.objectives.sentence import sentence_loss
from tagger.saved import TaskDescription
from tagger.training.batches import Batch, make_batch
from tagger.training.build import build_network
from tagger.training.losses import batch_losses
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
