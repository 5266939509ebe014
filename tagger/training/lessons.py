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

from tagger.network.heads import Head
from tagger.network.layers import is_static
from tagger.network.window_network import WindowNetwork
from tagger.text.true_windows import TRUE, WINDOW_ROWS
from tagger.training.batches import Corpora, EncodedCorpus, batch_orders, hide_words, make_batch
from tagger.training.distillation import Teacher
from tagger.training.losses import batch_losses, teaches
from tagger.training.shares import WHOLE, Share, deal, fractions, own_generator

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
        """The loss of each task (mean a word) and the words that it is taken over.

        Where several processes share the lesson: this one's part of the loss, none without a part, and all words.
        """


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
    hidden. `teacher`: whose beliefs each batch adds losses for. `share`: the part of each batch that is learnt here.
    """

    corpora: Corpora
    batch_words: int
    unknown_rate: float = 0.0
    teacher: Teacher | None = None
    share: Share = WHOLE

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
        if self.source.share.count == 1:
            return self._losses(self.order, network, generator, watched)
        return self._part(network, own_generator(generator, self.source.share), watched)

    def _part(
        self, network: WindowNetwork, generator: torch.Generator, watched: Watched | None
    ) -> tuple[dict[str, Tensor], int]:
        """This process's part of the losses, which add up to those of the whole batch, and the words of all."""
        rank, count = self.source.share.rank, self.source.share.count
        parts = [self.order[places] for places in deal(self.corpus.lengths[self.order], count)]
        counts = {task: self._counts(network.head(task), task, parts) for task in self.corpus.labels}
        teacher = self.source.teacher
        taught = any(map(sum, counts.values())) or bool(teacher and teacher.labels)
        words = int(self.corpus.lengths[self.order].sum()) if taught else 0
        if not len(parts[rank]):
            return {}, words
        losses, own = self._losses(parts[rank], network, generator, watched)
        if not own:
            return {}, words
        by_words = self._counts(None, "", parts)
        return {
            task: loss * fractions(counts.get(task, by_words))[rank] for task, loss in losses.items()
        }, words

    def _counts(self, head: Head | None, task: str, parts: list[NDArray[np.int64]]) -> list[int]:
        """What the mean loss of a task is taken over in each part: words, of a scorer true windows if it has pairs."""
        if head is None or head.objective != "margin":
            return [int(self.corpus.lengths[part].sum()) for part in parts]
        gold = [words_of(self.corpus, self.corpus.labels[task], part) for part in parts]
        return [
            int((kinds == WINDOW_ROWS[TRUE]).sum()) if teaches(head, torch.from_numpy(kinds)) else 0
            for kinds in gold
        ]

    def _losses(
        self,
        order: NDArray[np.int64],
        network: WindowNetwork,
        generator: torch.Generator,
        watched: Watched | None,
    ) -> tuple[dict[str, Tensor], int]:
        """The losses of the sentences `order` of the corpus, and their words."""
        batch = make_batch(self.corpus, order, network.window).to(next(network.parameters()).device)
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


def words_of(
    corpus: EncodedCorpus, values: NDArray[np.int64], sentences: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The `values` [words] of these sentences, one after the other."""
    parts = [values[corpus.starts[row] : corpus.starts[row + 1]] for row in sentences]
    return np.concatenate(parts) if parts else values[:0]


def _epoch_orders(
    corpora: Sequence[EncodedCorpus], batch_words: int, shuffle: np.random.Generator
) -> list[tuple[EncodedCorpus, NDArray[np.int64]]]:
    """Every batch of every corpus, in random order."""
    orders = [
        (corpus, order) for corpus in corpora for order in batch_orders(corpus.lengths, batch_words, shuffle)
    ]
    return [orders[place] for place in shuffle.permutation(len(orders))] if len(corpora) > 1 else orders
