"""What a comparison found, each task with its signature: a record, and plain values."""

from dataclasses import dataclass
from typing import Any

from tagger import __version__
from tagger.analysis import TaskComparison
from tagger.evaluation.intervals import SAMPLES, SEED
from tagger.reports.comparison import comparison_as_json


@dataclass(frozen=True, slots=True)
class ComparedTask:
    """The comparison of one task, and what two people compare to know that they measured the same thing."""

    comparison: TaskComparison
    data: str  # name of the gold data
    fingerprint: str  # of its tokens and gold tags, whatever format they were read from
    scheme: str  # that all tags were compared in
    seeds: tuple[str, ...]  # of the training of A and of B: a number, "unknown", or "file"

    @property
    def signature(self) -> str:
        found = self.comparison
        mode = "tokens" if found.score == "accuracy" else "conlleval"
        exchanges = f"x{found.rounds}#{SEED}" if found.rounds else "all"
        return (
            f"task:{found.task}|data:{self.data}#{self.fingerprint}|scheme:{self.scheme}|mode:{mode}"
            f"|bootstrap:{found.units} {found.resampled} x{SAMPLES}#{SEED}|permutation:{found.resampled} {exchanges}"
            f"|seed:{','.join(self.seeds)}|tagger:{__version__}"
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """What `compare` found: the tasks that A and B have in common, and notes on what was not compared."""

    a: str
    b: str
    tasks: tuple[ComparedTask, ...]
    notes: tuple[str, ...] = ()

    @property
    def data(self) -> str:
        """The gold data, in one line."""
        return ", ".join(dict.fromkeys(task.data for task in self.tasks))


def as_json(found: Comparison) -> dict[str, Any]:
    """The comparison as plain values; fractions in [0, 1]."""
    tasks = {
        task.comparison.task: comparison_as_json(task.comparison)
        | {
            "data": task.data,
            "fingerprint": task.fingerprint,
            "scheme": task.scheme,
            "signature": task.signature,
        }
        for task in found.tasks
    }
    seeds = next((task.seeds for task in found.tasks), ())
    return {
        "a": found.a,
        "b": found.b,
        "seeds": list(seeds),
        "tagger": __version__,
        "tasks": tasks,
        "notes": list(found.notes),
    }
