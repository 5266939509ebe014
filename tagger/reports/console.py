"""Records to text: tables of scores on stdout, the course of a training on stderr.

Off a terminal everything is plain text of the same width: no colour, no box drawing, no progress bar.
"""

import json
import sys
import time
from collections.abc import Callable, Container, Iterable, Sequence
from types import TracebackType
from typing import IO, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.table import Table

from tagger.records import Counts, Step, TaskScores

PLAIN_WIDTH = 200
"""Columns off a terminal: wide enough that no table wraps, whatever the window that started the program."""

REFRESH_SECONDS = 0.1
"""The progress bar is drawn at most this often; the steps in between cost next to nothing."""


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
    """Write a table to stdout; the columns numbered in `left` are text and lean left, the others right."""
    console = _console(sys.stdout)
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
    scores: list[TaskScores], *, title: str, signatures: Sequence[str] = (), notes: Sequence[str] = ()
) -> None:
    """Write token accuracy of all tasks, then spans by type of each task that has them; per cent.

    signatures: what was measured, a line each: two people can tell whether they measured the same thing.
    """
    print_text(title)
    print_text("")
    _print_accuracy(scores)
    for task in scores:
        if task.conlleval:
            print_text("")
            _print_spans(task)
    if signatures:
        print_text("")
    for signature in signatures:
        print_text(f"signature  {signature}")
    for note in notes:
        print_text(f"note  {note}")


def scores_as_json(scores: list[TaskScores]) -> dict[str, Any]:
    """The scores as plain values: task -> accuracy on all, seen and unseen words, spans by type; fractions.

    Seen and unseen accuracy are null where no word counts as seen (the training forms are unknown).
    """
    return {task.task: _task_as_json(task) for task in scores}


class TrainingDisplay:
    """Shows the steps of a training on stderr: a line an epoch, and on a terminal a progress bar.

    epochs: how many there will be at most, for the time left. quiet: only notes that matter.
    """

    def __init__(self, *, epochs: int = 0, quiet: bool = False, file: IO[str] | None = None) -> None:
        self._console = _console(file or sys.stderr)
        self._epochs = epochs
        self._quiet = quiet
        self._drawn = 0.0  # monotonic seconds of the last drawing
        self._began: tuple[float, int] | None = (
            None  # seconds and words at which the rate of this epoch starts
        )
        self._progress: Progress | None = None
        self._bar = TaskID(0)
        if not quiet and self._console.is_terminal and not self._console.is_dumb_terminal:
            self._progress = Progress(
                TextColumn("{task.description}"),
                BarColumn(bar_width=30),
                TextColumn("{task.percentage:>3.0f}%  {task.fields[rate]}"),
                console=self._console,
                auto_refresh=False,
                transient=True,
            )

    def __enter__(self) -> "TrainingDisplay":
        if self._progress:
            self._bar = self._progress.add_task("", total=1, rate="")
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._progress:
            self._progress.stop()

    def show(self, step: Step) -> None:
        """Draw the bar if it is time, and print the line of the epoch on its last step."""
        if self._quiet:
            return
        if self._began is None:  # the first step of this epoch, or the first after a resumption
            self._began = (0.0, 0) if step.number == 1 else (step.seconds, step.words)
        if self._progress and (step.epoch_end or time.monotonic() - self._drawn >= REFRESH_SECONDS):
            self._draw(step)
        if step.epoch_end:
            self._line(epoch_line(step, words_a_second=self._rate(step)))
            self._began = (step.seconds, 0)

    def note(self, text: str, *, detail: bool = False) -> None:
        """Print a line about the run; a `detail` is left out when quiet."""
        if not (detail and self._quiet):
            self._line(text)

    def _line(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def _rate(self, step: Step) -> float:
        seconds, words = self._began or (0.0, 0)
        return (step.words - words) / max(step.seconds - seconds, 1e-9)

    def _draw(self, step: Step) -> None:
        self._drawn = time.monotonic()
        assert self._progress is not None
        epochs = f"/{self._epochs}" if self._epochs else ""
        rate = self._rate(step)
        words_left = step.total_words - step.words + max(0, self._epochs - step.epoch) * step.total_words
        left = f"  at most {_duration(words_left / rate)} left" if rate > 0 else ""
        self._progress.update(
            self._bar,
            description=f"epoch {step.epoch}{epochs}",
            completed=step.words,
            total=step.total_words,
            rate=f"loss {step.loss:.4f}  {rate:,.0f} words/s{left}" if rate > 0 else "",
        )
        self._progress.refresh()


def epoch_line(step: Step, *, words_a_second: float) -> str:
    """An epoch as one line: losses, main development scores in per cent, words/s, seconds, * if best."""
    losses = "".join(f"  {task} {loss:.4f}" for task, loss in step.train_losses.items())
    shown = {name: score for name, score in step.scores.items() if _is_main(name, step.scores)}
    scores = "".join(f"  {name} {100 * score:.2f}" for name, score in shown.items())
    dev = f"  dev{scores}" if scores else ""
    best = "  *" if step.best else ""
    return (
        f"epoch {step.epoch:>3}  loss{losses}{dev}  {words_a_second:,.0f} words/s  {step.seconds:.1f} s{best}"
    )


def _is_main(name: str, scores: Container[str]) -> bool:
    """Whether `name` ("ner.f1") is its task's main score: F1 where there is one, else accuracy."""
    task, _, score = name.rpartition(".")
    return score == "f1" or f"{task}.f1" not in scores


def _console(file: IO[str]) -> Console:
    """A console that knows whether `file` is a terminal, and has one width where it is not."""
    console = Console(file=file, highlight=False, emoji=False, markup=False)
    return (
        console
        if console.is_terminal
        else Console(file=file, width=PLAIN_WIDTH, color_system=None, markup=False, emoji=False)
    )


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.2f}"


def _print_accuracy(scores: list[TaskScores]) -> None:
    columns = ["task", "sentences", "tokens", "accuracy"]
    cells: list[Callable[[TaskScores], str]] = [
        lambda s: s.task,
        lambda s: f"{s.sentences:,}",
        lambda s: f"{s.tokens:,}",
        lambda s: _percent(s.accuracy),
    ]
    if any(task.seen_tokens for task in scores):
        columns += ["seen words", "accuracy", "unseen words", "accuracy"]
        cells += [
            lambda s: f"{s.seen_tokens:,}",
            lambda s: _percent(s.seen_accuracy),
            lambda s: f"{s.unseen_tokens:,}",
            lambda s: _percent(s.unseen_accuracy),
        ]
    print_table(columns, [[cell(task) for cell in cells] for task in scores])


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


def _counts_as_json(counts: Counts) -> dict[str, Any]:
    return {
        "gold": counts.gold,
        "predicted": counts.predicted,
        "correct": counts.correct,
        "precision": counts.precision,
        "recall": counts.recall,
        "f1": counts.f1,
    }
