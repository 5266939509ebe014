"""The history of a training to the charts of a page: loss and score of each task, an epoch at a time."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tagger.evaluation.course import SCORES, Course, Curve, Epoch, Part
from tagger.reports.page_charts import Line, curves_chart
from tagger.reports.page_elements import folded, paragraph, percent, section, table, text

_PARTS: tuple[Part, Part] = ("train", "dev")
_WORDS = {"train": "training", "dev": "development"}
_LEGEND = {
    "train": '<span><svg class="key" aria-hidden="true"><line class="train" x2="100%" y1="50%" y2="50%"/></svg> '
    "training data</span>\n",
    "dev": '<span><svg class="key" aria-hidden="true"><line class="dev" x2="100%" y1="50%" y2="50%"/></svg> '
    "development data</span>\n",
    "best": '<span><svg class="key" aria-hidden="true"><circle class="dev" cx="50%" cy="50%" r="4"/></svg> '
    "the epoch that was kept</span>\n",
}


def learning_curves(history: Sequence[Mapping[str, Any]], tasks: Iterable[str]) -> str:
    """Charts of those of `tasks` that the training taught, "" without any; epochs as history.jsonl has them.

    A line that has no epoch is left out.
    """
    course = Course("", tuple(_epoch(values) for values in history if isinstance(values.get("epoch"), int)))
    taught = [task for task in tasks if task in course.tasks]
    if not taught:
        return ""
    drawn = {
        part for task in taught for part in _PARTS if course.loss(part, task) or course.score(part, task)
    }
    kinds = [name for name in _LEGEND if name in drawn or (name == "best" and "dev" in drawn and course.best)]
    legend = f'<p class="legend">\n{"".join(_LEGEND[name] for name in kinds)}</p>\n'
    return legend + "".join(_of_task(course, task) for task in taught)


def _of_task(course: Course, task: str) -> str:
    """Both charts of a task, and the numbers behind them."""
    score = SCORES[course.score_name(task).rpartition(".")[2]]
    losses = {part: _finite(course.loss(part, task)) for part in _PARTS}
    scores = {part: [(x, 100 * y) for x, y in _finite(course.score(part, task))] for part in _PARTS}
    best = course.best.number if course.best else None
    charts = [
        _chart(f"{task}: loss", "loss a word", losses, best),
        _chart(f"{task}: {score}", f"{score} (%)", scores, best),
    ]
    return section(task, f'<div class="charts">\n{"".join(charts)}</div>\n{_numbers(course, task, score)}')


def _chart(label: str, caption: str, curves: Mapping[Part, Curve], best: int | None) -> str:
    """One chart below its caption; nothing where no value was recorded."""
    lines = [Line(curve, part, best if part == "dev" else None) for part, curve in curves.items() if curve]
    if not lines:
        return ""
    return f"<figure>\n<figcaption>{text(caption)}</figcaption>\n{curves_chart(label, lines)}</figure>\n"


def _numbers(course: Course, task: str, score: str) -> str:
    """What the charts show, as a table of one row an epoch."""
    columns: dict[str, dict[int, str]] = {}
    for part in _PARTS:
        if curve := course.loss(part, task):
            columns[f"loss, {_WORDS[part]}"] = {x: f"{y:.4f}" for x, y in curve}
    for part in _PARTS:
        if curve := course.score(part, task):
            columns[f"{score}, {_WORDS[part]}"] = {x: percent(y) for x, y in curve}
    rows = [
        [str(epoch.number), *(own.get(epoch.number, "") for own in columns.values())]
        for epoch in course.epochs
    ]
    kept = paragraph(f"Epoch {course.best.number} was kept.") if course.best else ""
    return folded("The numbers", kept + table(f"{task} by epoch", ["epoch", *columns], rows))


def _finite(curve: Curve) -> Curve:
    """Without values that have no place on an axis."""
    return [(x, y) for x, y in curve if math.isfinite(y)]


def _epoch(values: Mapping[str, Any]) -> Epoch:
    """A line of the history; what it does not have is empty."""
    return Epoch(
        number=values["epoch"],
        rate=0.0,  # not drawn
        train_loss=values.get("train_loss") or {},
        dev_loss=values.get("dev_loss") or {},
        train=values.get("train") or {},
        dev=values.get("dev") or {},
        best=bool(values.get("best")),
    )
