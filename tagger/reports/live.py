"""The steps of a training to what a person watches on stderr: a line an epoch, and on a terminal a panel of curves."""

import sys
import time
from types import TracebackType
from typing import IO

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from tagger.records import Step
from tagger.reports.console import console_of
from tagger.reports.sparklines import ASCII_BLOCKS, BLOCKS, Curve, sparkline
from tagger.reports.training import epoch_line

REFRESH_SECONDS = 0.1
"""The panel is drawn at most this often; the steps in between cost next to nothing."""

COUNTED_SECONDS = 10.0
"""A line about counted words comes at most this often."""

SMALLEST = (60, 14)
"""Columns and lines of a terminal that has room for the curves; a smaller one gets the bar alone."""

FRAME = 4
"""Columns that the border of the panel takes."""


class TrainingDisplay:
    """Shows the steps of a training on stderr: a line an epoch, and on a terminal a panel below the lines.

    epochs: how many there will be at most, for the time left. score: the name of the score that decides; scored: of the
    data that it is taken on. quiet: only notes that matter. unit: what `Step.words` counts. epoch: what the
    rounds of the training are called. budget: seconds after which it ends, 0: without limit.
    """

    def __init__(
        self,
        *,
        epochs: int = 0,
        score: str = "mean",
        scored: str = "dev",
        quiet: bool = False,
        unit: str = "words",
        epoch: str = "epoch",
        budget: float = 0.0,
        file: IO[str] | None = None,
    ) -> None:
        self._console = console_of(file or sys.stderr)
        self._scored = scored
        self._quiet, self._unit, self._epoch = quiet, unit, epoch
        self._drawn = 0.0  # monotonic seconds of the last drawing
        self._counted = time.monotonic()  # of the last line about counted words
        # seconds and words at which the rate of this epoch starts
        self._began: tuple[float, int] | None = None
        self._panel: TrainingPanel | None = None
        self._live: Live | None = None
        if not quiet and self._console.is_terminal and not self._console.is_dumb_terminal:
            self._panel = TrainingPanel(
                epochs=epochs, score=score, scored=scored, unit=unit, epoch=epoch, budget=budget
            )
            self._live = Live(
                self._panel,
                console=self._console,
                auto_refresh=False,
                transient=True,
                redirect_stdout=False,
            )

    def __enter__(self) -> "TrainingDisplay":
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def show(self, step: Step) -> None:
        """Draw the panel if it is time, and print the line of the epoch on its last step."""
        if self._quiet:
            return
        if self._began is None:  # the first step of this epoch, or the first after a resumption
            self._began = (0.0, 0) if step.number == 1 else (step.seconds, step.words)
        if self._panel and self._live:
            self._panel.take(step)
            if step.epoch_end or time.monotonic() - self._drawn >= REFRESH_SECONDS:
                self._drawn = time.monotonic()
                self._panel.words_a_second = self._rate(step)
                self._live.refresh()
        if step.epoch_end:
            self._line(
                epoch_line(
                    step,
                    words_a_second=self._rate(step),
                    scored=self._scored,
                    unit=self._unit,
                    name=self._epoch,
                )
            )
            self._began = (step.seconds, 0)

    def note(self, text: str, *, detail: bool = False) -> None:
        """Print a line about the run; a `detail` is left out when quiet."""
        if not (detail and self._quiet):
            self._line(text)

    def counted(self, tokens: int) -> None:
        """A line about the words counted so far, now and then."""
        if not self._quiet and time.monotonic() - self._counted >= COUNTED_SECONDS:
            self._counted = time.monotonic()
            self._line(f"{tokens:,} words counted")

    def _line(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def _rate(self, step: Step) -> float:
        seconds, words = self._began or (0.0, 0)
        return (step.words - words) / max(step.seconds - seconds, 1e-9)


class TrainingPanel:
    """What a training has come to, as rich draws it: the bar of the epoch, curves of loss, gradient and scores."""

    def __init__(
        self,
        *,
        epochs: int = 0,
        score: str = "mean",
        scored: str = "dev",
        unit: str = "words",
        epoch: str = "epoch",
        budget: float = 0.0,
    ) -> None:
        self._unit, self._epoch, self._budget = unit, epoch, budget
        self.words_a_second = 0.0
        self._epochs = epochs
        self._score, self._scored = "score" if score == "mean" else score, scored
        self._step: Step | None = None
        self._loss, self._gradient, self._train, self._dev = Curve(), Curve(), Curve(), Curve()
        self._best: tuple[float, int] | None = None  # score and epoch

    def take(self, step: Step) -> None:
        """Take note of a step, without drawing."""
        self._step = step
        self._loss.add(step.loss)
        self._gradient.add(step.gradient_norm)
        if step.epoch_end:
            self._train.add(step.train_score)
            self._dev.add(step.score)
            if step.best and step.score is not None:
                self._best = (step.score, step.epoch)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if self._step is None:
            return
        yield self._bar(self._step, console.width)
        if console.width >= SMALLEST[0] and console.height >= SMALLEST[1]:
            curves = self._curves(console.width - FRAME, ascii_only=options.ascii_only)
            yield Panel(curves, expand=False, border_style="dim")

    def _bar(self, step: Step, width: int) -> Table:
        epochs = self._epochs or step.epochs
        of = f"/{epochs}" if epochs else ""
        text = f"{100 * step.words // max(step.total_words, 1):>3}%"
        if self.words_a_second > 0:
            ahead = max(0, epochs - step.epoch) * step.total_words
            left = (step.total_words - step.words + ahead) / self.words_a_second
            left = min(left, max(self._budget - step.seconds, 0.0)) if self._budget else left
            text += f"  {self.words_a_second:,.0f} {self._unit}/s  at most {_duration(left)} left"
        epoch = f"{self._epoch} {step.epoch}{of}"
        room = min(30, max(6, width - len(epoch) - len(text) - 3))
        line = Table.grid(padding=(0, 1))
        line.add_row(
            epoch,
            ProgressBar(total=max(step.total_words, 1), completed=step.words, width=room),
            Text(text),
        )
        return line

    def _curves(self, width: int, *, ascii_only: bool) -> Table:
        """Label, curve and last value of each row; the curves have the room that the other two leave of `width`."""
        both = [*self._train.points, *self._dev.points]  # one scale: the distance between the two can be seen
        rows = [
            ("loss", self._loss, [], "cyan", _number(self._loss.last)),
            ("gradient norm", self._gradient, [], "magenta", _number(self._gradient.last)),
            (f"{self._score}, training", self._train, both, "yellow", _percent(self._train.last)),
            (f"{self._score}, {self._scored}", self._dev, both, "green", self._dev_text()),
        ]
        labels, values = max(len(row[0]) for row in rows), max(28, *(len(row[4]) for row in rows))
        room = min(32, max(8, width - labels - values - 4))
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(min_width=labels)
        table.add_column(width=room)
        table.add_column(min_width=values)
        for label, curve, among, style, value in rows:
            if curve.last is None:
                continue
            drawn = sparkline(curve.points, room, among=among, blocks=ASCII_BLOCKS if ascii_only else BLOCKS)
            table.add_row(Text(label), Text(drawn, style=style), Text(value))
        return table

    def _dev_text(self) -> str:
        best = f"  best {_percent(self._best[0])} ({self._epoch} {self._best[1]})" if self._best else ""
        return _percent(self._dev.last) + best


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.2f}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
