"""Records to text: lines, tables of scores, JSON.

Off a terminal everything is plain text of the same width: no colour, no box drawing.
"""

import json
import sys
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import IO, Any

from rich.console import Console
from rich.table import Table

from tagger.analysis import FormScore
from tagger.records import Counts, RankingScores, TaskScores

PLAIN_WIDTH = 200
"""Columns off a terminal: wide enough that no table wraps, whatever the window that started the program."""

NO_SHARE = "-"
"""In place of a share of nothing."""

UNBOUNDED = 10_000
"""Columns that no table fills."""


def print_text(text: str) -> None:
    """Write `text` and an end of line to stdout, as it is."""
    sys.stdout.write(f"{text}\n")


def print_message(text: str) -> None:
    """Write `text` and an end of line to stderr: what is not a result."""
    sys.stderr.write(f"{text}\n")


def print_json(value: Any) -> None:
    """Write `value` to stdout as indented JSON."""
    print_text(json.dumps(value, indent=2, ensure_ascii=False))


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, title: str = "", left: Container[int] = (0,)
) -> None:
    """Write a table to stdout; the columns numbered in `left` are text and lean left, the others right.

    No cell is cut short: in a narrow terminal the lines go on below.
    """
    console = console_of(sys.stdout)
    console.width = UNBOUNDED
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number in left else "right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    with console.capture() as captured:
        console.print(table)
    if title:
        print_text(title)
    print_text("\n".join(line.rstrip() for line in captured.get().rstrip("\n").split("\n")))


def print_scores(
    scores: Sequence[TaskScores | RankingScores],
    *,
    title: str,
    first: Callable[[], None] = lambda: None,
    more: Callable[[], None] = lambda: None,
    forms: Mapping[str, Sequence[FormScore]] | None = None,
    signatures: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> None:
    """Write token accuracy of all tasks, then spans by type of each task that has them, then scorers; per cent.

    first, more: write what stands before the tables, and after them.
    forms: task -> accuracy by kind of form, finer than on seen and unseen words.
    signatures: what was measured, a line each: two people can tell whether they measured the same thing.
    """
    print_text(title)
    print_text("")
    first()
    tagged = [task for task in scores if isinstance(task, TaskScores)]
    if tagged:
        _print_accuracy(tagged, forms or {})
    for task in tagged:
        if task.conlleval:
            print_text("")
            _print_spans(task)
    if ranked := [task for task in scores if isinstance(task, RankingScores)]:
        if tagged:
            print_text("")
        _print_rankings(ranked)
    more()
    if signatures:
        print_text("")
    for signature in signatures:
        print_text(f"signature  {signature}")
    for note in notes:
        print_text(f"note  {note}")


def scores_as_json(scores: Sequence[TaskScores | RankingScores]) -> dict[str, Any]:
    """The scores as plain values: task -> accuracy on all, seen and unseen words, spans by type; fractions.

    Seen and unseen accuracy are null where no word counts as seen (the training forms are unknown). Of a scorer: its
    ranking, and what the best threshold on these very data finds.
    """
    return {
        task.task: _ranking_as_json(task) if isinstance(task, RankingScores) else _task_as_json(task)
        for task in scores
    }


def console_of(file: IO[str]) -> Console:
    """A console that knows whether `file` is a terminal, and has one width where it is not."""
    console = Console(file=file, highlight=False, emoji=False, markup=False)
    return (
        console
        if console.is_terminal
        else Console(file=file, width=PLAIN_WIDTH, color_system=None, markup=False, emoji=False)
    )


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.2f}"


def _share(fraction: float, count: int) -> str:
    """Per cent of `count` things; "-" of none."""
    return _percent(fraction) if count else NO_SHARE


def _print_accuracy(scores: list[TaskScores], forms: Mapping[str, Sequence[FormScore]]) -> None:
    columns = ["task", "sentences", "tokens", "accuracy"]
    cells: list[Callable[[TaskScores], str]] = [
        lambda s: s.task,
        lambda s: f"{s.sentences:,}",
        lambda s: f"{s.tokens:,}",
        lambda s: _percent(s.accuracy),
    ]
    kinds = [kind.kind for kind in forms.get(scores[0].task, ())]
    if len(kinds) > 2 and all([kind.kind for kind in forms.get(s.task, ())] == kinds for s in scores):
        columns += [name for kind in kinds for name in (kind, "accuracy")]
        for place in range(len(kinds)):
            cells += _kind_cells(forms, place)
    elif any(task.seen_tokens for task in scores):
        columns += ["seen words", "accuracy", "unseen words", "accuracy"]
        cells += [
            lambda s: f"{s.seen_tokens:,}",
            lambda s: _share(s.seen_accuracy, s.seen_tokens),
            lambda s: f"{s.unseen_tokens:,}",
            lambda s: _share(s.unseen_accuracy, s.unseen_tokens),
        ]
    print_table(columns, [[cell(task) for cell in cells] for task in scores])


def _kind_cells(forms: Mapping[str, Sequence[FormScore]], place: int) -> list[Callable[[TaskScores], str]]:
    """The cells of one kind of forms: tokens and accuracy."""

    def tokens(scores: TaskScores) -> str:
        return f"{forms[scores.task][place].tokens:,}"

    def accuracy(scores: TaskScores) -> str:
        kind = forms[scores.task][place]
        return _share(kind.accuracy, kind.tokens)

    return [tokens, accuracy]


def _print_spans(task: TaskScores) -> None:
    columns = ["type", "gold", "found", "right", "precision", "recall", "F1"]
    title = f"{task.task}: spans, conlleval"
    if task.strict:
        columns += ["| found", "right", "precision", "recall", "F1"]
        title += " | strict"
    rows = []
    for kind, counts in task.conlleval.items():
        row = [kind, f"{counts.gold:,}", *_span_cells(counts)]
        if task.strict:
            found, *others = _span_cells(task.strict.get(kind, Counts(0, 0, 0)))
            row += [f"| {found:>5}", *others]
        rows.append(row)
    print_table(columns, rows, title=title)


def _print_rankings(scores: Sequence[RankingScores]) -> None:
    columns = ["scorer", "true", "corrupted", "ranking accuracy", "average precision"]
    columns += ["| threshold", "precision", "recall", "F1"]
    rows = []
    for task in scores:
        at_best = map(_percent, (task.precision, task.recall, task.best_f1))
        row = [task.task, f"{task.true:,}", f"{task.corrupted:,}"]
        row += [_percent(task.ranking_accuracy), _percent(task.average_precision)]
        rows.append([*row, f"| {task.threshold:>9.4f}", *at_best])
    print_table(columns, rows, title="ranking of windows | at the best threshold, chosen on these very data")


def _span_cells(counts: Counts) -> list[str]:
    shares = (counts.precision, counts.recall, counts.f1)
    return [f"{counts.predicted:,}", f"{counts.correct:,}", *map(_percent, shares)]


def _task_as_json(task: TaskScores) -> dict[str, Any]:
    known = task.seen_tokens > 0
    name, value = task.main
    result: dict[str, Any] = {
        "main": {"name": name, "value": value},
        "sentences": task.sentences,
        "tokens": task.tokens,
        "accuracy": task.accuracy,
        "seen": {"tokens": task.seen_tokens, "accuracy": task.seen_accuracy} if known else None,
        "unseen": {"tokens": task.unseen_tokens, "accuracy": task.unseen_accuracy} if known else None,
    }
    for mode, spans in (("conlleval", task.conlleval), ("strict", task.strict)):
        if spans:
            result[mode] = {kind: _counts_as_json(counts) for kind, counts in spans.items()}
    return result


def _ranking_as_json(task: RankingScores) -> dict[str, Any]:
    name, value = task.main
    return {
        "main": {"name": name, "value": value},
        "sentences": task.sentences,
        "tokens": task.tokens,
        "true": task.true,
        "corrupted": task.corrupted,
        "ranking_accuracy": task.ranking_accuracy,
        "average_precision": task.average_precision,
        "best_threshold": {
            "chosen_on": "these data",
            "threshold": task.threshold,
            "precision": task.precision,
            "recall": task.recall,
            "f1": task.best_f1,
        },
    }


def _counts_as_json(counts: Counts) -> dict[str, Any]:
    return {
        "gold": counts.gold,
        "predicted": counts.predicted,
        "correct": counts.correct,
        "precision": counts.precision,
        "recall": counts.recall,
        "f1": counts.f1,
    }
