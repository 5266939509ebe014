"""The trials of a stage to their scores: trainings on equal terms, the hopeless ones ended early."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tagger.config import Settings
from tagger.errors import SettingsError
from tagger.recipes.search_folder import Journal, key_of
from tagger.recipes.search_parameters import changed
from tagger.recipes.search_space import Stage
from tagger.recipes.search_trials import (
    Rung,
    Trial,
    ranked,
    rung_epochs,
    rung_sizes,
    survivors,
)
from tagger.recipes.search_workers import Trainings


@dataclass(frozen=True, slots=True)
class Progress:
    """A trial has come to the end of a rung. `seconds_left` is at most, as far as finished trainings tell."""

    trial: Trial
    best: Trial | None  # of this stage so far
    stages: int
    trials: int  # in this stage, as planned
    seconds_left: float | None

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "trial": self.trial.as_json(),
            "best": self.best.as_json() if self.best else None,
            "stages": self.stages,
            "trials": self.trials,
            "seconds_left": self.seconds_left,
        }


@dataclass(slots=True)
class Work:
    """Work as epochs times sentences: what is planned, what is done, and the seconds that it took."""

    planned: float = 0.0
    done: float = 0.0
    seconds: float = 0.0

    def add(self, work: float, seconds: float) -> None:
        self.done += work
        self.seconds += seconds

    def seconds_left(self, workers: int) -> float | None:
        if not self.done:
            return None
        return max(0.0, self.planned - self.done) * self.seconds / self.done / workers


@dataclass(slots=True)
class Bench:
    """Trains trials as their stage says; what the journal knows already is not trained again."""

    settings: Settings
    journal: Journal
    run: Trainings
    workers: int
    sentences: Sequence[int]  # of each corpus
    stages: int
    observe: Callable[[Progress], None]
    note: Callable[[str], None]
    save: Callable[[], None]  # called when trials are finished
    _work: Work = field(default_factory=Work)
    _planned: int = 0  # trials of this stage
    _best: Trial | None = None  # of this stage

    def plan(self, stages: Sequence[tuple[Stage, int]]) -> None:
        """Set down how much work the stages, each with its number of trials, will be at most."""
        for stage, count in stages:
            rungs = rung_epochs(count, self._epochs(stage), stage.halving)
            for epochs, size in zip(rungs, rung_sizes(count, len(rungs), stage.halving), strict=True):
                self._work.planned += size * stage.seeds * self._cost(stage, epochs)

    def begin(self, trials: int) -> None:
        """A new stage of so many trials: what was best in the one before was on other terms."""
        self._planned, self._best = trials, None

    def evaluate(self, trials: Sequence[Trial], stage: Stage) -> None:
        """Train the trials, rung after rung; each ends done, stopped or failed.

        Halving is synchronous: who goes on is decided when the whole rung is over, so the result depends neither on
        the number of processes nor on which one is fastest. A trial that goes on begins again with more epochs, so
        that every score belongs to a whole schedule of learning rates.
        """
        rungs = rung_epochs(len(trials), self._epochs(stage), stage.halving)
        going = list(trials)
        for place, epochs in enumerate(rungs):
            last = place == len(rungs) - 1
            self._train(going, stage, epochs, last=last)
            if last:
                break
            places = survivors(len(going), stage.halving)
            better = [trial for trial in ranked(going) if trial.state != "failed"]
            for trial in better[places:]:
                trial.state = "stopped"
            self.save()
            going = sorted(better[:places], key=lambda trial: trial.number)
            if not going:
                break
            self.note(
                f"stage {going[0].stage}: {len(going)} of {len(trials)} trials go on with {rungs[place + 1]} epochs"
            )

    def _train(self, trials: Sequence[Trial], stage: Stage, epochs: int, *, last: bool) -> None:
        """One rung: train each trial with each seed and add the rung to it."""
        known, jobs = self.journal.outcomes, dict[str, Settings]()
        open_: list[tuple[Trial, list[str], int]] = []  # trials with their trainings and epochs
        for trial in trials:
            try:
                plans = {key_of(plan): plan for plan in self._plans(trial, stage, epochs)}
            except SettingsError as error:  # values that do not go together
                trial.state, trial.reason = "failed", str(error)
                continue
            jobs |= plans
            open_.append((trial, list(plans), next(iter(plans.values())).training.epochs))

        def settle(*, silent: bool) -> None:
            for entry in [entry for entry in open_ if all(key in known for key in entry[1])]:
                open_.remove(entry)
                trial, keys, limit = entry
                self._settle(trial, Rung(limit, tuple(known[key] for key in keys)), last=last, silent=silent)

        for key in jobs.keys() & known.keys():
            self._work.add(self._cost(stage, epochs), known[key].seconds)
        settle(silent=True)
        for key, outcome in self.run({key: plan for key, plan in jobs.items() if key not in known}):
            self.journal.add(key, outcome)
            self._work.add(self._cost(stage, epochs), outcome.seconds)
            settle(silent=False)
        self.save()

    def _settle(self, trial: Trial, rung: Rung, *, last: bool, silent: bool) -> None:
        trial.rungs.append(rung)
        if rung.score is None:
            failed = next(outcome for outcome in rung.outcomes if outcome.score is None)
            trial.state, trial.reason = "failed", failed.failed or "no development score"
        elif last:
            trial.state = "done"
        if trial.state != "failed":
            self._best = ranked([trial, *([self._best] if self._best else [])])[0]
        if not silent:
            if trial.state != "running":
                self.save()
            left = self._work.seconds_left(self.workers)
            self.observe(Progress(trial, self._best, self.stages, self._planned, left))

    def _plans(self, trial: Trial, stage: Stage, epochs: int) -> list[Settings]:
        """The settings of each training of a trial in a rung."""
        own = changed(self.settings, trial.parameters)
        limit = own.training.epochs if "training.epochs" in trial.parameters and not stage.epochs else epochs
        values: dict[str, Any] = {
            "training.epochs": limit,
            "training.threads": 1,
            "training.watched_words": 0,  # nobody looks
            "training.calibrate": False,  # its model is not kept
        }
        if stage.sample is not None:
            values["data.sample"] = stage.sample
            values |= {
                f"tasks.{name}.data.sample": stage.sample for name, task in own.tasks.items() if task.data
            }
        first = own.training.seed
        return [changed(own, {**values, "training.seed": first + number}) for number in range(stage.seeds)]

    def _epochs(self, stage: Stage) -> int:
        return stage.epochs or self.settings.training.epochs

    def _cost(self, stage: Stage, epochs: int) -> float:
        return epochs * sum(min(stage.sample or number, number) for number in self.sentences)
