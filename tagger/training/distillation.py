"""The network that a training starts from as a teacher: what it says of each batch, as one more loss a task.

Heads that score each word alone teach the probabilities of each word's labels: the softmax of the scores, of
squared-error heads the outputs divided by their sum. Sentence-level heads teach the probabilities of whole paths, by
way of those of tags and transitions; softmax of the word scores would leave the transitions without a teacher.

A head whose labels have grown is taught among the old labels alone: what the new ones should get is not the teacher's
to say. Scorers (objective margin) have no probabilities, so they have no teacher.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Tensor

from tagger.network.heads import Head
from tagger.network.window_network import WindowNetwork
from tagger.objectives.decoding import path_terms
from tagger.objectives.distillation import Transitions, path_beliefs, path_distillation, word_distillation
from tagger.training.batches import Batch

UNTAUGHT = ("margin",)
"""Objectives whose scores are no probabilities."""


def distilled(task: str) -> str:
    """The name of the loss that the teacher of `task` adds."""
    return f"{task}.distillation"


@dataclass(frozen=True, slots=True)
class Beliefs:
    """What the teacher says of the words of a batch: probabilities of labels, [N, K] or of paths [B, T, K]."""

    tags: Tensor
    expected: Transitions | None = None  # sentence-level: transitions that the batch is to expect


class Teacher:
    """A copy of a network as it is now, which no longer learns."""

    def __init__(self, network: WindowNetwork, labels: Mapping[str, int]) -> None:
        """`labels`: task -> how many labels, the first of its head, it teaches."""
        self.network = deepcopy(network).eval().requires_grad_(False)
        self.labels = {
            task: count for task, count in labels.items() if network.head(task).objective not in UNTAUGHT
        }

    def beliefs(self, batch: Batch) -> dict[str, Beliefs]:
        """What it says of each word of the batch, a task each."""
        if not self.labels:
            return {}
        with torch.no_grad():
            scores = self.network(batch.rows, batch.characters, batch.windows, tasks=tuple(self.labels))
            return {task: self._beliefs(task, values, batch) for task, values in scores.items()}

    def losses(
        self,
        network: WindowNetwork,
        batch: Batch,
        scores: Mapping[str, Tensor],
        beliefs: Mapping[str, Beliefs],
    ) -> dict[str, Tensor]:
        """How far `network`, whose scores [N, K] these are, is from the beliefs: nats, mean over words, a task each."""
        return {
            distilled(task): _loss(network.head(task), scores[task], batch, beliefs[task], count)
            for task, count in self.labels.items()
        }

    def _beliefs(self, task: str, scores: Tensor, batch: Batch) -> Beliefs:
        head, count = self.network.head(task), self.labels[task]
        if head.objective == "sentence":
            return Beliefs(*path_beliefs(scores[batch.places, :count], batch.mask, _first(head, count)))
        return Beliefs(path_terms(scores[:, :count], head.objective).softmax(1))


def _loss(head: Head, scores: Tensor, batch: Batch, beliefs: Beliefs, count: int) -> Tensor:
    if beliefs.expected is None:
        return word_distillation(path_terms(scores[:, :count], head.objective), beliefs.tags)
    paths = scores[batch.places, :count]  # [B, T, K]
    found = path_distillation(paths, batch.mask, _first(head, count), beliefs.tags, beliefs.expected)
    return found / batch.words


def _first(head: Head, count: int) -> Transitions:
    """The transition scores among the first `count` labels."""
    start, pairs, end = head.transition_scores()
    return start[:count], pairs[:count, :count], end[:count]
