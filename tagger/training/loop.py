"""The training loop: one generator of steps; saving, showing and stopping on request are up to who consumes them."""

import math
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tagger.config import ScheduleSettings
from tagger.errors import TaggerError
from tagger.network.window_network import WindowNetwork
from tagger.records import Evaluation, Step
from tagger.training.averaging import MovingAverage
from tagger.training.batches import Corpora
from tagger.training.distillation import Teacher
from tagger.training.engines import ALONE, Engine
from tagger.training.freezing import Freezing
from tagger.training.lessons import CorpusLessons, Lesson, Lessons
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

    epochs: int  # 0: until the lessons are over
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
    freezing: Freezing = field(default_factory=Freezing)  # which layers learn when
    teacher: Teacher | None = None  # whose beliefs each batch adds losses for
    activation: str = ""  # of the hidden layers, to tell which outputs are saturated
    keep_last: bool = False  # the last epoch counts as the best one
    watched_steps: int = WATCHED_STEPS  # steps of an epoch whose gradients are measured; 0: none


@dataclass(slots=True)
class TrainingState:
    """Everything that changes while training; saved and restored, it goes on as if never interrupted."""

    network: WindowNetwork
    optimizer: Optimizer
    average: MovingAverage | None
    generator: torch.Generator  # draws dropout, hidden words and corrupted windows
    shuffle: np.random.Generator  # draws the order of sentences
    epoch: int = 0  # finished epochs
    step: int = 0
    seconds: float = 0.0
    best_score: float | None = None
    best_epoch: int = 0
    plateau: Plateau = field(default_factory=Plateau)
    place: dict[str, Any] = field(default_factory=dict)  # where a stream of lessons stands; plain values
    engine: Engine = ALONE  # who works on the steps
    history: list[dict[str, Any]] = field(
        default_factory=list
    )  # kept by the consumer, carried by checkpoints

    def evaluated(self) -> AbstractContextManager[None]:
        """Inside the block the network has the weights that are scored and saved (averaged ones, if so set)."""
        return self.average.applied() if self.average else nullcontext()

    def tensors(self) -> list[Tensor]:
        """All numbers that the steps change."""
        averages = self.average.values() if self.average else {}
        memory = self.optimizer.tensors(self.network)
        return [*self.network.state_dict().values(), *memory.values(), *averages.values()]


def train_epochs(state: TrainingState, corpora: Corpora, plan: Plan, evaluate: Evaluate) -> Iterator[Step]:
    """Steps of training on labelled corpora from where `state` stands to the end, as `learn` says.

    Each corpus teaches the tasks that it has labels of; an epoch goes once through all of them, batches of the
    corpora mixed in random order. A function in place of the corpora draws those of each epoch from `state.shuffle`.
    """
    lessons = CorpusLessons(corpora, plan.batch_words, plan.unknown_rate, plan.teacher, state.engine.share)
    return learn(state, lessons, plan, evaluate)


def learn(state: TrainingState, lessons: Lessons, plan: Plan, evaluate: Evaluate) -> Iterator[Step]:
    """Steps of training from where `state` stands to the end; the state is whole whenever an epoch's last step is out.

    Raises TaggerError when the loss is no longer a number.
    """
    begun = time.perf_counter() - state.seconds
    while not _finished(state, plan, lessons):
        plan.freezing.apply(state.network, state.epoch)
        last = yield from _epoch(state, lessons, plan, begun)
        state.engine.align(state.tensors)
        with state.evaluated():
            found = state.engine.evaluate(evaluate)
        state.epoch += 1
        if state.epoch >= plan.schedule.warm_up:  # before that the rate has not been at its full size
            state.plateau = state.plateau.after(_quality(last, found, plan), plan.schedule)
        before = state.best_score
        best = plan.keep_last or found.score is None or before is None or found.score > before
        if best:
            state.best_score, state.best_epoch = found.score, state.epoch
        state.seconds = state.engine.same(time.perf_counter() - begun)
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
            stop=_finished(state, plan, lessons),
        )


def _epoch(state: TrainingState, lessons: Lessons, plan: Plan, begun: float) -> Generator[Step, None, Step]:
    """Yields the steps of one epoch but the last; returns that one, with the losses and figures of the epoch."""
    step: Step | None = None
    words = 0
    sums: dict[str, float] = {}  # task -> loss times words
    taught: dict[str, int] = {}  # task -> words
    watch = Watch(state.network, plan.activation)
    total, drawn = lessons.epoch(state.shuffle, state.place)
    for lesson in drawn:
        if step is not None:
            yield step
        time_done = state.epoch + min(lesson.place / lesson.count, 1.0)
        rate = plan.rate * rate_factor(plan.schedule, time_done, plan.epochs, plateau=state.plateau)
        watched = is_watched(lesson.place, lesson.count, plan.watched_steps)
        losses, size = _step(state, lesson, plan, rate, watch if watched else None)
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
            epochs=plan.epochs,
        )
    assert step is not None  # an epoch has a lesson or more
    means = {task: value / taught[task] for task, value in sums.items() if taught[task]}
    return replace(step, train_losses=means, layers=watch.figures())


def _quality(last: Step, found: Evaluation, plan: Plan) -> float:
    """What the schedule plateau goes by: the deciding score, else the epoch's mean loss of training, negated."""
    if found.score is not None:
        return found.score
    return -sum(plan.weights[task] * loss for task, loss in last.train_losses.items())


def _finished(state: TrainingState, plan: Plan, lessons: Lessons) -> bool:
    waited = state.epoch - state.best_epoch
    patient = not (plan.patience and state.epoch and waited >= plan.patience)
    return 0 < plan.epochs <= state.epoch or not patient or lessons.over(state.place, state.seconds)


def _step(
    state: TrainingState, lesson: Lesson, plan: Plan, rate: float, watch: Watch | None = None
) -> tuple[dict[str, float], int]:
    """One optimizer step on one lesson: the loss of each task (mean a word) and the words of the lesson."""
    network, optimizer = state.network, state.optimizer
    network.train()
    optimizer.set_rate(rate)
    losses, words = lesson.losses(network, state.generator, watch.outputs if watch else None)
    optimizer.zero_grad()
    if losses:  # else the lesson has too few sentences for all processes
        total = torch.stack([plan.weights[task] * loss for task, loss in losses.items()]).sum()
        if total.requires_grad:  # else all that this lesson teaches is frozen
            total.backward()  # type: ignore[no-untyped-call]
    found = state.engine.combine(network, losses, tuple(plan.weights))
    whole = sum(plan.weights[task] * loss for task, loss in found.items())
    if not math.isfinite(whole):
        raise TaggerError(
            f"expected a finite loss, found {whole} at step {state.step + 1}",
            where="training",
            hint="Lower optimizer.rate, or set optimizer.clip = 1.0.",
        )
    if watch:
        watch.before_step()
    _regularised_step(state, plan)
    if watch:
        watch.after_step()
    state.step += 1
    return found, words


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
