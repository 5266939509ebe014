"""What an evaluation found, each score with its signature: a record, plain values, a page."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tagger import __version__
from tagger.analysis import Speed, TaskAnalysis
from tagger.records import RankingScores, TaskReliability, TaskScores
from tagger.reports.calibration import reliability_as_json
from tagger.reports.console import scores_as_json
from tagger.reports.evaluation import analysis_as_json, speed_as_json
from tagger.reports.evaluation_page import PageTask, render_page
from tagger.saved import HISTORY


@dataclass(frozen=True, slots=True)
class TaskEvaluation:
    """The scores of one task, and what two people compare to know that they measured the same thing."""

    scores: TaskScores | RankingScores
    data: str  # name of the gold data
    fingerprint: str  # of its tokens and gold tags, whatever format they were read from
    scheme: str
    seeds: tuple[int | None, ...]  # of the training of each model
    label: str | None = None  # of a scorer
    reliability: TaskReliability | None = None  # of its probabilities; None of a scorer
    analysis: TaskAnalysis | None = None  # interval, errors, confusions, ...; None of a scorer

    @property
    def signature(self) -> str:
        what = f"scheme:{self.scheme}" if self.label is None else f"label:{self.label or '(any)'}"
        if isinstance(self.scores, RankingScores):
            mode = "ranking"
        else:
            mode = "conlleval,strict" if self.scores.conlleval else "tokens"
        drawn = self.analysis
        bootstrap = (
            f"|bootstrap:{drawn.units} {drawn.resampled} x{drawn.samples}#{drawn.seed}" if drawn else ""
        )
        seeds = ",".join("unknown" if seed is None else str(seed) for seed in self.seeds)
        models = f"|models:{len(self.seeds)}" if len(self.seeds) > 1 else ""
        return (
            f"task:{self.scores.task}|data:{self.data}#{self.fingerprint}|{what}|mode:{mode}{bootstrap}"
            f"|seed:{seeds}{models}|tagger:{__version__}"
        )


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What `evaluate` found: the tasks in the first model's order, and notes on what could not be measured."""

    models: tuple[str, ...]
    tasks: tuple[TaskEvaluation, ...]
    notes: tuple[str, ...] = ()
    speed: Speed | None = None  # of tagging; None where no task tags

    @property
    def model(self) -> str:
        """The model, or all that voted, in one line."""
        return " + ".join(self.models)

    @property
    def title(self) -> str:
        """The models and the data, in one line."""
        return f"{self.model} on {', '.join(dict.fromkeys(task.data for task in self.tasks))}"

    @property
    def analyses(self) -> dict[str, TaskAnalysis]:
        """Those of the tasks that tag."""
        return {task.scores.task: task.analysis for task in self.tasks if task.analysis}

    @property
    def reliabilities(self) -> dict[str, TaskReliability]:
        """Those of the tasks that tag."""
        return {task.scores.task: task.reliability for task in self.tasks if task.reliability}


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """The evaluation as plain values; fractions in [0, 1]."""
    scores = scores_as_json([result.scores for result in evaluation.tasks])
    seeds = next((result.seeds for result in evaluation.tasks), (None,))
    for result in evaluation.tasks:
        values = scores[result.scores.task]
        values |= {
            "data": result.data,
            "fingerprint": result.fingerprint,
            "scheme": result.scheme,
            "signature": result.signature,
        }
        if result.reliability:
            values["calibration"] = reliability_as_json(result.reliability)
        if result.analysis:
            values |= analysis_as_json(result.analysis)
            values["main"] |= {"low": result.analysis.score.low, "high": result.analysis.score.high}
    return {
        "model": evaluation.model,
        "models": list(evaluation.models),
        "seed": seeds[0] if len(seeds) == 1 else list(seeds),
        "tagger": __version__,
        "tasks": scores,
        "speed": evaluation.speed and speed_as_json(evaluation.speed),
        "notes": list(evaluation.notes),
    }


def as_page(evaluation: Evaluation, model: Path) -> str:
    """The evaluation as one HTML page, with the course of the training of `model`; scorers are left out and named."""
    tasks, notes = [], list(evaluation.notes)
    for result in evaluation.tasks:
        if result.analysis and isinstance(result.scores, TaskScores):
            tasks.append(PageTask(result.scores, result.analysis, result.reliability, result.signature))
        else:
            notes.append(f"{result.scores.task} tags nothing: its ranking stands on the terminal and in JSON")
    return render_page(
        evaluation.title, tasks, speed=evaluation.speed, notes=notes, history=_history(model / HISTORY)
    )


def _history(path: Path) -> list[Mapping[str, Any]]:
    """The epochs of a training, as far as they can be read."""
    epochs: list[Mapping[str, Any]] = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        try:
            values = json.loads(line)
        except ValueError:
            continue
        if isinstance(values, dict):
            epochs.append(values)
    return epochs
