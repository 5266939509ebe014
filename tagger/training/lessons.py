"""Where the training loop's steps come from: a lesson is what one step learns from, such as a batch of sentences.

Batches of labelled corpora here; windows of raw text in text_lessons.py.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tagger.network.layers import is_static
from tagger.network.window_network import WindowNetwork
from tagger.training.batches import Corpora, EncodedCorpus, batch_orders, hide_words, make_batch
from tagger.training.distillation import Teacher
from tagger.training.losses import batch_losses, teaches

Watched = list[tuple[Tensor, Tensor]]
"""What `WindowNetwork.hidden` tells of each hidden layer on steps that are watched."""


class Lesson(Protocol):
    """What one optimizer step learns from."""

    @property
    def place(self) -> int:
        """Its number in the epoch, from 0."""

    @property
    def count(self) -> int:
        """Lessons of the epoch; of a stream an estimate."""

    def losses(
        self, network: WindowNetwork, generator: torch.Generator, watched: Watched | None
    ) -> tuple[dict[str, Tensor], int]:
        """The loss of each task (mean a word) and the words that it is taken over."""


class Lessons(Protocol):
    """The lessons of every epoch."""

    def epoch(self, shuffle: np.random.Generator, place: dict[str, Any]) -> tuple[int, Iterator[Lesson]]:
        """The words of the next epoch (of a stream an estimate), and its lessons, one or more.

        A stream goes on at `place` and, once the last lesson is out, has left there where the next epoch starts.
        """

    def over(self, place: dict[str, Any], seconds: float) -> bool:
        """Whether there is nothing more to learn from at `place`, after so many seconds of training."""


@dataclass(frozen=True, slots=True)
class CorpusLessons:
    """Batches of labelled corpora: each corpus teaches the tasks that it has labels of, all of them once an epoch.

    A function in place of the corpora draws those of each epoch. `unknown_rate`: share of a batch's forms whose word is
    hidden. `teacher`: whose beliefs each batch adds losses for.
    """

    corpora: Corpora
    batch_words: int
    unknown_rate: float = 0.0
    teacher: Teacher | None = None

    def epoch(self, shuffle: np.random.Generator, place: dict[str, Any]) -> tuple[int, Iterator[Lesson]]:
        """Every batch of every corpus, in random order."""
        corpora = self.corpora(shuffle) if callable(self.corpora) else self.corpora
        orders = _epoch_orders(corpora, self.batch_words, shuffle)
        lessons = (
            _BatchLesson(self, corpus, order, number, len(orders))
            for number, (corpus, order) in enumerate(orders)
        )
        return sum(corpus.words for corpus in corpora), lessons

    def over(self, place: dict[str, Any], seconds: float) -> bool:
        """Never: corpora can be gone through again."""
        return False


@dataclass(frozen=True, slots=True)
class _BatchLesson:
    source: CorpusLessons
    corpus: EncodedCorpus
    order: NDArray[np.int64]
    place: int
    count: int

    def losses(
        self, network: WindowNetwork, generator: torch.Generator, watched: Watched | None
    ) -> tuple[dict[str, Tensor], int]:
        batch = make_batch(self.corpus, self.order, network.window).to(next(network.parameters()).device)
        teacher = self.source.teacher
        beliefs = teacher.beliefs(batch) if teacher else {}
        if self.source.unknown_rate:
            columns = [n for n, name in enumerate(network.lookup.names) if name == "word" or is_static(name)]
            hide_words(batch, columns, self.source.unknown_rate, generator)
        scores = network(
            batch.rows,
            batch.characters,
            batch.windows,
            tasks=tuple(dict.fromkeys((*batch.labels, *beliefs))),
            generator=generator,
            watch=watched,
        )
        taught = [task for task, gold in batch.labels.items() if teaches(network.head(task), gold)]
        losses = batch_losses(network, batch, {task: scores[task] for task in taught}, generator)
        if teacher:
            losses |= teacher.losses(network, batch, scores, beliefs)
        if losses:
            return losses, batch.words
        # scorers alone, and no pair of windows for any of them: losses of 0 that no mean counts
        return batch_losses(network, batch, {task: scores[task] for task in batch.labels}, generator), 0


def _epoch_orders(
    corpora: Sequence[EncodedCorpus], batch_words: int, shuffle: np.random.Generator
) -> list[tuple[EncodedCorpus, NDArray[np.int64]]]:
    """Every batch of every corpus, in random order."""
    orders = [
        (corpus, order) for corpus in corpora for order in batch_orders(corpus.lengths, batch_words, shuffle)
    ]
    return [orders[place] for place in shuffle.permutation(len(orders))] if len(corpora) > 1 else orders
