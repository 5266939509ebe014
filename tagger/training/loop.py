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
from tagger.records import Evaluation, Step
from tagger.training.averaging import MovingAverage
from tagger.training.batches import Corpora, EncodedCorpus, batch_orders, hide_words, make_batch
from tagger.training.losses import batch_losses
from tagger.training.optimizers import Optimizer
from tagger.training.regularisation import (
    add_penalty_gradients,
    bound_incoming_weights,
    clip_gradients,
    penalised,
)
from tagger.training.schedules import Plateau, rate_factor
from tagger.training.watching import WATCHED_STEPS, Watch, is_watched

Evaluate = Callable[[], Evaluation]
"""Called at the end of each epoch, while the network has the weights that are scored and saved."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the loop is to do."""

    epochs: int
    batch_words: int
    patience: int  # epochs without a better score before stopping; 0: never
    rate: float
    clip: float  # largest gradient norm, penalties included; 0: none
    unknown_rate: float  # share of a batch's forms whose word is hidden
    schedule: ScheduleSettings
    weights: dict[str, float]  # task -> factor of its loss
    l1: float = 0.0  # penalties, as in `regularisation.penalty`; not part of the losses that steps report
    l2: float = 0.0
    penalize_lookups: bool = False
    max_norm: float = 0.0  # largest norm of the weights into a hidden unit; 0: none
    activation: str = ""  # of the hidden layers, to tell which outputs are saturated
    watched_steps: int = WATCHED_STEPS  # steps of an epoch whose gradients are measured; 0: none


@dataclass(slots=True)
class TrainingState:
    """Everything that changes while training; saved and restored, it goes on as if never interrupted."""

    network: WindowNetwork
    optimizer: Optimizer
    average: MovingAverage | None
    generator: torch.Generator  # draws dropout
    shuffle: np.random.Generator  # draws the order of sentences
    epoch: int = 0  # finished epochs
    step: int = 0
    seconds: float = 0.0
    best_score: float | None = None
    best_epoch: int = 0
    plateau: Plateau = field(default_factory=Plateau)
    history: list[dict[str, Any]] = field(
        default_factory=list
    )  # kept by the consumer, carried by checkpoints

    def evaluated(self) -> AbstractContextManager[None]:
        """Inside the block the network has the weights that are scored and saved (averaged ones, if so set)."""
        return self.average.applied() if self.average else nullcontext()


def train_epochs(state: TrainingState, corpora: Corpora, plan: Plan, evaluate: Evaluate) -> Iterator[Step]:
    """Steps of training from where `state` stands to the end; the state is whole whenever an epoch's last step is out.

    Each corpus teaches the tasks that it has labels of; an epoch goes once through all of them, batches of the
    corpora mixed in random order. A function in place of the corpora draws those of each epoch from `state.shuffle`.
    Raises TaggerError when the loss is no longer a number.
    """
    begun = time.perf_counter() - state.seconds
    while not _finished(state, plan):
        drawn = corpora(state.shuffle) if callable(corpora) else corpora
        last = yield from _epoch(state, drawn, plan, begun)
        with state.evaluated():
            found = evaluate()
        state.epoch += 1
        if state.epoch >= plan.schedule.warm_up:  # before that the rate has not been at its full size
            state.plateau = state.plateau.after(_quality(last, found, plan), plan.schedule)
        best = found.score is None or state.best_score is None or found.score > state.best_score
        if best:
            state.best_score, state.best_epoch = found.score, state.epoch
        state.seconds = time.perf_counter() - begun
        yield replace(
            last,
            seconds=state.seconds,
            epoch_end=True,
            scores=found.scores,
            score=found.score,
            dev_losses=found.losses,
            train_scores=found.train_scores,
            train_score=found.train_score,
            best=best,
            stop=_finished(state, plan),
        )


def _epoch(
    state: TrainingState, corpora: Sequence[EncodedCorpus], plan: Plan, begun: float
) -> Generator[Step, None, Step]:
    """Yields the steps of one epoch but the last; returns that one, with the losses and figures of the epoch."""
    step: Step | None = None
    total, words = sum(corpus.words for corpus in corpora), 0
    sums: dict[str, float] = {}  # task -> loss times words
    taught: dict[str, int] = {}  # task -> words
    watch = Watch(state.network, plan.activation)
    orders = _epoch_orders(corpora, plan.batch_words, state.shuffle)
    for place, (corpus, order) in enumerate(orders):
        if step is not None:
            yield step
        time_done = state.epoch + place / len(orders)
        rate = plan.rate * rate_factor(plan.schedule, time_done, plan.epochs, plateau=state.plateau)
        watched = is_watched(place, len(orders), plan.watched_steps)
        losses, size = _step(state, corpus, order, plan, rate, watch if watched else None)
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
            gradient_norm=watch.norm if watched else None,
        )
    assert step is not None  # corpora are not empty
    means = {task: value / taught[task] for task, value in sums.items()}
    return replace(step, train_losses=means, layers=watch.figures())


def _quality(last: Step, found: Evaluation, plan: Plan) -> float:
    """What the schedule plateau goes by: the deciding score, else the epoch's mean loss of training, negated."""
    if found.score is not None:
        return found.score
    return -sum(plan.weights[task] * loss for task, loss in last.train_losses.items())


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
    state: TrainingState,
    corpus: EncodedCorpus,
    order: NDArray[np.int64],
    plan: Plan,
    rate: float,
    watch: Watch | None = None,
) -> tuple[dict[str, float], int]:
    """One optimizer step on one batch: the loss of each task (mean a word) and the words of the batch."""
    network, optimizer = state.network, state.optimizer
    network.train()
    optimizer.set_rate(rate)
    batch = make_batch(corpus, order, network.window).to(next(network.parameters()).device)
    if plan.unknown_rate:
        hide_words(batch, network.lookup.names.index("word"), plan.unknown_rate, state.generator)
    scores = network(
        batch.rows,
        batch.characters,
        batch.windows,
        tasks=tuple(batch.labels),
        generator=state.generator,
        watch=watch.outputs if watch else None,
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
    if watch:
        watch.before_step()
    _regularised_step(state, plan)
    if watch:
        watch.after_step()
    state.step += 1
    return {task: loss.item() for task, loss in losses.items()}, batch.words


def _regularised_step(state: TrainingState, plan: Plan) -> None:
    """Move the weights along the gradients that stand in them, within the bounds that the plan sets."""
    network = state.network
    if plan.l1 or plan.l2:
        weights = penalised(network, lookups=plan.penalize_lookups)
        add_penalty_gradients(weights, l1=plan.l1, l2=plan.l2)
    if plan.clip:
        clip_gradients(network, plan.clip)
    if state.average:
        state.average.before_step()
    state.optimizer.step()
    if plan.max_norm:
        bound_incoming_weights(network, plan.max_norm)
    if state.average:
        state.average.update()
