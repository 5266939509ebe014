"""Finished trials to what a search came to: each stage's ranking, what mattered, and where to look further."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tagger.recipes.search_folder import BEST
from tagger.recipes.search_parameters import Range
from tagger.recipes.search_space import Space, Stage
from tagger.recipes.search_trials import Trial, importance, ranked, varied


@dataclass(frozen=True, slots=True)
class StageReport:
    """The finished trials of a stage, best first, and how much of the spread each varied setting accounts for."""

    number: int  # from 1
    stage: Stage
    trials: list[Trial]
    importance: dict[str, float]
    at_edge: list[str]  # settings whose best value lies at an end of their range


@dataclass(frozen=True, slots=True)
class SearchReport:
    """What a search came to; `best` is the best trial of the last finished stage."""

    folder: Path
    stages: list[StageReport]
    best: Trial | None
    interrupted: bool = False

    def as_json(self) -> dict[str, Any]:
        """The report as plain values; scores are fractions in [0, 1]."""
        return {
            "folder": str(self.folder),
            "best": self.best.as_json() if self.best else None,
            "best_settings": str(self.folder / BEST) if self.best else None,
            "interrupted": self.interrupted,
            "stages": [
                {
                    "stage": part.number,
                    "method": part.stage.method,
                    "seeds": part.stage.seeds,
                    "sample": part.stage.sample,
                    "halving": part.stage.halving,
                    "varied": varied(part.trials),
                    "importance": part.importance,
                    "at_edge": part.at_edge,
                    "trials": [trial.as_json() for trial in part.trials],
                }
                for part in self.stages
            ],
        }


def report_stages(space: Space, trials: Sequence[Trial]) -> list[StageReport]:
    """A report of each stage that has finished trials."""
    reports = []
    for number, stage in enumerate(space.stages, start=1):
        finished = ranked([t for t in trials if t.stage == number and t.state != "running"])
        if finished:
            edges = _edges(stage, finished[0])
            reports.append(StageReport(number, stage, finished, importance(finished), edges))
    return reports


def _edges(stage: Stage, best: Trial) -> list[str]:
    if best.state != "done":
        return []
    return [
        name
        for name, parameter in stage.space.items()
        if isinstance(parameter, Range) and parameter.at_edge(best.parameters[name])
    ]
