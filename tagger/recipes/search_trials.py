"""Trials of a search: what they came to, which go on to the next rung, which setting mattered most."""

import json
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any, Literal

from tagger.recipes.search_parameters import Values

State = Literal["running", "done", "stopped", "failed"]

_LEAST_TRIALS = 8
"""Of fewer trials nothing can be said about what mattered."""

_BINS = 3
"""Parts of equal size that the numbers of a range are cut into to compare their scores."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one training came to: its deciding development score, or why there is none."""

    score: float | None
    epochs: int
    seconds: float
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Rung:
    """The trainings of a trial at one length, one a seed."""

    epochs: int  # at most
    outcomes: tuple[Outcome, ...]

    @property
    def score(self) -> float | None:
        """The mean over the seeds; None if one of them failed."""
        scores = [outcome.score for outcome in self.outcomes if outcome.score is not None]
        return fmean(scores) if len(scores) == len(self.outcomes) else None


@dataclass(slots=True)
class Trial:
    """One setting of a stage. `parameters` are what it changes in the settings file."""

    stage: int  # from 1
    number: int  # in its stage, from 1
    parameters: Values
    state: State = "running"
    rungs: list[Rung] = field(default_factory=list)
    reason: str = ""  # why it failed

    @property
    def score(self) -> float | None:
        return self.rungs[-1].score if self.rungs else None

    def as_json(self) -> dict[str, Any]:
        """The line of trials.jsonl; scores are fractions, `rungs` the shorter trainings before."""
        last = self.rungs[-1] if self.rungs else Rung(0, ())
        return {
            "stage": self.stage,
            "trial": self.number,
            "state": self.state,
            "score": self.score,
            "scores": [outcome.score for outcome in last.outcomes],
            "parameters": self.parameters,
            "epochs": last.epochs,
            "epochs_run": [outcome.epochs for outcome in last.outcomes],
            "rungs": [{"epochs": rung.epochs, "score": rung.score} for rung in self.rungs[:-1]],
            "seconds": round(sum(o.seconds for rung in self.rungs for o in rung.outcomes), 2),
            "reason": self.reason,
        }


def ranked(trials: Sequence[Trial]) -> list[Trial]:
    """The trials, best first: who went further, then the higher score, then who came first; failed ones last."""

    def place(trial: Trial) -> tuple[bool, int, float, int]:
        score = trial.score if trial.score is not None else -1.0
        return (trial.state == "failed", -len(trial.rungs), -score, trial.number)

    return sorted(trials, key=place)


def rung_epochs(trials: int, epochs: int, factor: int) -> list[int]:
    """Epochs of each rung of successive halving, the last one all `epochs`; without a factor that is the only one.

    One rung more for each time that the number of trials can be divided by `factor`, as long as an epoch is left.
    Source: Jamieson and Talwalkar 2016, "Non-stochastic Best Arm Identification and Hyperparameter Optimization".
    """
    rungs = [epochs]
    while factor and factor ** len(rungs) <= trials and factor ** len(rungs) <= epochs:
        rungs.append(epochs // factor ** len(rungs))
    return rungs[::-1]


def rung_sizes(trials: int, rungs: int, factor: int) -> list[int]:
    """How many trials each rung has at most."""
    sizes = [trials]
    while len(sizes) < rungs:
        sizes.append(survivors(sizes[-1], factor))
    return sizes


def survivors(trials: int, factor: int) -> int:
    """How many of a rung's trials go on: one in `factor`, rounded up."""
    return -(-trials // factor)


def importance(trials: Sequence[Trial]) -> dict[str, float]:
    """How much of the spread of scores each varied setting accounts for, largest first; 1: all of it, 0: none.

    Epsilon squared of the scores grouped by the setting's value: 1 - (n - 1) / (n - k) * (spread within the groups /
    whole spread), spreads as sums of squares, n trials, k groups; not below 0. Numbers of more than three values are
    cut into three groups of equal size. Scores are those of the first rung, which all trials share. Nothing is said of
    fewer than 8 trials. Source: Kelley 1935, "An unbiased correlation ratio measure".
    """
    scored = [trial for trial in trials if trial.rungs and trial.rungs[0].score is not None]
    scores = [trial.rungs[0].score or 0.0 for trial in scored]
    result = {}
    for name in varied(scored):
        groups = _grouped([trial.parameters.get(name) for trial in scored], scores)
        whole, within = _squares(scores), sum(_squares(group) for group in groups)
        count, kinds = len(scores), len(groups)
        if 1 < kinds < count and count >= _LEAST_TRIALS and whole > 0:
            result[name] = max(0.0, 1 - (count - 1) / (count - kinds) * within / whole)
    return dict(sorted(result.items(), key=lambda item: -item[1]))


def varied(trials: Sequence[Trial]) -> list[str]:
    """The settings of which the trials have different values, in the order of their names' first appearance."""
    names = dict.fromkeys(name for trial in trials for name in trial.parameters)
    return [name for name in names if len({_key(trial.parameters.get(name)) for trial in trials}) > 1]


def _grouped(values: Sequence[Any], scores: Sequence[float]) -> list[list[float]]:
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    groups: dict[Hashable, list[float]] = {}
    if numbers and len(set(values)) > _BINS:
        order = sorted(set(values))
        keys: Mapping[Any, int] = {value: place * _BINS // len(order) for place, value in enumerate(order)}
        for value, score in zip(values, scores, strict=True):
            groups.setdefault(keys[value], []).append(score)
    else:
        for value, score in zip(values, scores, strict=True):
            groups.setdefault(_key(value), []).append(score)
    return list(groups.values())


def _squares(scores: Sequence[float]) -> float:
    """Sum of squared differences from the mean."""
    mean = fmean(scores)
    return sum((score - mean) ** 2 for score in scores)


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
