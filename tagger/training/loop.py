"""The training loop: one generator of steps; saving, showing and stopping on request are up to who consumes them."""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from tagger.config import ScheduleSettings
from tagger.errors import TaggerError
from tagger.network.window_network import WindowNetwork
from tagger.records import Step
from tagger.training.averaging import MovingAverage
from tagger.training.batches import EncodedCorpus, batch_orders, hide_words, make_batch
from tagger.training.losses import batch_losses
from tagger.training.optimizers import set_rate
from tagger.training.schedules import rate_factor

Evaluate = Callable[[], tuple[dict[str, float], float | None]]
"""Scores of development data by name and the one that decides (None: nothing to decide on)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the loop is to do."""

    epochs: int
    batch_words: int
    patience: int  # epochs without a better score before stopping; 0: never
    rate: float
    clip: float  # largest gradient norm; 0: none
    unknown_rate: float  # share of a batch's forms whose word is hidden
    schedule: ScheduleSettings
    weights: dict[str, float]  # task -> factor of its loss


@dataclass(slots=True)
class TrainingState:
    """Everything that changes while training; saved and restored, it goes on as if never interrupted."""

    network: WindowNetwork
    optimizer: torch.optim.Optimizer
    average: MovingAverage | None
    generator: torch.Generator  # draws dropout
    shuffle: np.random.Generator  # draws the order of sentences
    epoch: int = 0  # finished epochs
    step: int = 0
    seconds: float = 0.0
    best_score: float | None = None
    best_epoch: int = 0
    history: list[dict[str, Any]] = field(
        default_factory=list
    )  # kept by the consumer, carried by checkpoints

    def evaluated(self) -> AbstractContextManager[None]:
        """Inside the block the network has the weights that are scored and saved (averaged ones, if so set)."""
        return self.average.applied() if self.average else nullcontext()


def train_epochs(
    state: TrainingState, corpora: Sequence[EncodedCorpus], plan: Plan, evaluate: Evaluate
) -> Iterator[Step]:
    """Steps of training from where `state` stands to the end; the state is whole whenever an epoch's last step is out.

    Each corpus teaches the tasks that it has labels of; an epoch goes once through all of them, batches of the
    corpora mixed in random order. Raises TaggerError when the loss is no longer a number.
    """
    begun = time.perf_counter() - state.seconds
    while not _finished(state, plan):
        last, train_losses = yield from _epoch(state, corpora, plan, begun)
        with state.evaluated():
            scores, score = evaluate()
        state.epoch += 1
        best = score is None or state.best_score is None or score > state.best_score
        if best:
            state.best_score, state.best_epoch = score, state.epoch
        state.seconds = time.perf_counter() - begun
        yield replace(
            last,
            seconds=state.seconds,
            epoch_end=True,
            train_losses=train_losses,
            scores=scores,
            score=score,
            best=best,
            stop=_finished(state, plan),
        )


def _epoch(
    state: TrainingState, corpora: Sequence[EncodedCorpus], plan: Plan, begun: float
) -> Generator[Step, None, tuple[Step, dict[str, float]]]:
    """Yields the steps of one epoch but the last; returns that one, and the mean loss of each task over the epoch."""
    step: Step | None = None
    total, words = sum(corpus.words for corpus in corpora), 0
    sums: dict[str, float] = {}  # task -> loss times words
    taught: dict[str, int] = {}  # task -> words
    orders = _epoch_orders(corpora, plan.batch_words, state.shuffle)
    for place, (corpus, order) in enumerate(orders):
        if step is not None:
            yield step
        rate = plan.rate * rate_factor(plan.schedule, state.epoch + place / len(orders), plan.epochs)
        losses, size = _step(state, corpus, order, plan, rate)
        words += size
        for task, loss in losses.items():
            sums[task] = sums.get(task, 0.0) + loss * size
            taught[task] = taught.get(task, 0) + size
        step = Step(
            epoch=state.epoch + 1,
            number=state.step,
            words=words,
            total_words=total,
            loss=sum(plan.weights[task] * loss for task, loss in losses.items()),
            losses=losses,
            rate=rate,
            seconds=time.perf_counter() - begun,
        )
    assert step is not None  # corpora are not empty
    return step, {task: value / taught[task] for task, value in sums.items()}


def _finished(state: TrainingState, plan: Plan) -> bool:
    waited = state.epoch - state.best_epoch
    return state.epoch >= plan.epochs or bool(plan.patience and state.epoch and waited >= plan.patience)


def _epoch_orders(
    corpora: Sequence[EncodedCorpus], batch_words: int, shuffle: np.random.Generator
) -> list[tuple[EncodedCorpus, NDArray[np.int64]]]:
    """Every batch of every corpus, in random order."""
    orders = [
        (corpus, order) for corpus in corpora for order in batch_orders(corpus.lengths, batch_words, shuffle)
    ]
    return [orders[place] for place in shuffle.permutation(len(orders))] if len(corpora) > 1 else orders


def _step(
    state: TrainingState, corpus: EncodedCorpus, order: NDArray[np.int64], plan: Plan, rate: float
) -> tuple[dict[str, float], int]:
    """One optimizer step on one batch: the loss of each task (mean nats a word) and the words of the batch."""
    network, optimizer = state.network, state.optimizer
    network.train()
    set_rate(optimizer, rate)
    batch = make_batch(corpus, order, network.window).to(next(network.parameters()).device)
    if plan.unknown_rate:
        hide_words(batch, network.lookup.names.index("word"), plan.unknown_rate, state.generator)
    scores = network(
        batch.rows, batch.characters, batch.windows, tasks=tuple(batch.labels), generator=state.generator
    )
    losses = batch_losses(network, batch, scores)
    total = torch.stack([plan.weights[task] * loss for task, loss in losses.items()]).sum()
    if not torch.isfinite(total):
        raise TaggerError(
            f"expected a finite loss, found {total.item()} at step {state.step + 1}",
            where="training",
            hint="Lower optimizer.rate, or set optimizer.clip = 1.0.",
        )
    optimizer.zero_grad()
    total.backward()  # type: ignore[no-untyped-call]
    if plan.clip:
        torch.nn.utils.clip_grad_norm_(network.parameters(), plan.clip)
    optimizer.step()
    state.step += 1
    if state.average:
        state.average.update()
    return {task: loss.item() for task, loss in losses.items()}, batch.words
