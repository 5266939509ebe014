"""How far probabilities can be believed, to a table on stdout and to plain values."""

from collections.abc import Mapping
from typing import Any

from tagger.records import Reliability, TaskReliability
from tagger.reports.console import print_table, print_text

COLUMNS = ("task", "of", "number", "probability", "right", "calibration error")
TITLE = "probabilities: mean, share that is right, expected calibration error in {bins} bins (%)"


def print_reliability(tasks: Mapping[str, TaskReliability]) -> None:
    """Write a line for the tokens of each task, and one for the spans it found; per cent."""
    rows = [
        [task, what, *_cells(found)]
        for task, both in tasks.items()
        for what, found in (("tokens", both.tokens), ("spans", both.spans))
        if found is not None
    ]
    if rows:
        bins = len(next(iter(tasks.values())).tokens.bins)
        print_text("")
        print_table(COLUMNS, rows, left=(0, 1), title=TITLE.format(bins=bins))


def reliability_as_json(task: TaskReliability) -> dict[str, Any]:
    """The same as plain values, with the bins of a reliability diagram; fractions."""
    return {
        "tokens": _as_json(task.tokens),
        "spans": None if task.spans is None else _as_json(task.spans),
    }


def _as_json(found: Reliability) -> dict[str, Any]:
    width = 1 / len(found.bins)
    return {
        "count": found.count,
        "probability": found.probability,
        "accuracy": found.accuracy,
        "expected_calibration_error": found.error,
        "bins": [
            {
                "from": number * width,
                "to": (number + 1) * width,
                "count": part.count,
                "probability": part.probability if part.count else None,
                "accuracy": part.accuracy if part.count else None,
            }
            for number, part in enumerate(found.bins)
        ],
    }


def _cells(found: Reliability) -> list[str]:
    shares = (found.probability, found.accuracy, found.error)
    return [f"{found.count:,}", *(f"{100 * share:.2f}" for share in shares)]
