"""The record of a fine-tuning to tables and a few lines, or one JSON object, on stdout."""

from dataclasses import asdict
from typing import Any

from tagger.records import Estimate, FinetuneReport, FinetuneRow
from tagger.reports.console import print_json, print_message, print_table, print_text
from tagger.reports.transfer import print_transfer

LABELS_SHOWN = 12
"""New labels of a task that are named; the rest are counted."""


def print_finetuning(report: FinetuneReport, *, as_json: bool = False, layers: bool = True) -> None:
    """Write what a fine-tuning came to; scores in per cent with 95% intervals, or fractions as JSON.

    `layers`: with the table of the layers taken from the model.
    """
    if as_json:
        print_json(finetune_as_json(report))
        return
    training = report.training
    if training.transfer and layers:
        print_transfer(training.transfer)
    print_text(f"new words: {report.new_words:,}")
    for task, labels in report.new_labels.items():
        print_text(f"new labels of {task}: {_listing(labels)}")
    print_text("")
    print_table(COLUMNS, [_cells(row) for row in report.rows], left=(0, 1, 2), title=TITLE)
    for line in dict.fromkeys(f"{row.data}: {row.name}" for row in report.rows):
        print_text(line)
    for note in report.notes:
        print_text(f"note  {note}")
    worse = [row.task for row in report.rows if row.data == "old" and row.change and row.change.high < 0]
    if worse:
        print_text(
            f"{', '.join(worse)} on old data became worse: try --rehearse OLD_DATA, --distil 0.5 or --freeze"
        )
    print_text(
        f"\n{training.folder}: best after epoch {training.best_epoch} of {training.epochs}; "
        f"{training.seconds:.0f} s, peak memory {training.peak_memory_mb:.0f} MB"
    )
    if training.interrupted:
        print_message(f"Interrupted: {training.folder} holds the best weights so far.")
        print_message(f"Go on with: tagger finetune --resume {training.folder}")
    else:
        print_message(f"Tag text with it: tagger tag -m {training.folder} FILE")


TITLE = "Scores before and after (%; 95% bootstrap intervals, of the change with sentences paired):"
COLUMNS = ("data", "task", "score", "sentences", "before", "", "after", "", "change", "")


def finetune_as_json(report: FinetuneReport) -> dict[str, Any]:
    """The record as plain values; fractions in [0, 1]."""
    values = asdict(report)
    values["training"]["folder"] = str(report.training.folder)
    return values


def _cells(row: FinetuneRow) -> list[str]:
    name = "F1" if row.score == "f1" else row.score
    before, after, change = (
        _estimate(estimate, sign) for estimate, sign in ((row.before, ""), (row.after, ""), (row.change, "+"))
    )
    return [row.data, row.task, name, f"{row.sentences:,}", *before, *after, *change]


def _estimate(estimate: Estimate | None, sign: str) -> tuple[str, str]:
    """The value and its interval, per cent."""
    if estimate is None:
        return "-", ""
    value, low, high = (f"{100 * part:{sign}.2f}" for part in (estimate.value, estimate.low, estimate.high))
    return value, f"[{low}, {high}]"


def _listing(labels: tuple[str, ...]) -> str:
    more = f" and {len(labels) - LABELS_SHOWN} more" if len(labels) > LABELS_SHOWN else ""
    return ", ".join(labels[:LABELS_SHOWN]) + more
