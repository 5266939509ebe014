"""What a person sees of a training: lines off a terminal, a panel of curves on a terminal made of a text file."""

import io
import re
import time
from dataclasses import replace

import pytest

from tagger.records import Step
from tagger.reports.live import TrainingDisplay
from tagger.reports.sparklines import ASCII_BLOCKS


def steps(epochs: int, each: int = 10) -> list[Step]:
    """Steps of 100 words that take 10 ms each: 10,000 words/s; the loss falls from 1 towards 0."""
    return [
        Step(
            epoch=epoch,
            number=(epoch - 1) * each + i,
            words=100 * i,
            total_words=100 * each,
            loss=1.0 / ((epoch - 1) * each + i),
            losses={"ner": 1.0},
            rate=0.001,
            seconds=((epoch - 1) * each + i) / 100,
            gradient_norm=2.5,
            epoch_end=i == each,
            train_losses={"ner": 1.5, "pos": 0.25} if i == each else {},
            scores={"ner.f1": 0.5 + epoch / 100, "pos.accuracy": 0.9} if i == each else {},
            score=0.7 + epoch / 100 if i == each else None,
            train_score=0.8 + epoch / 100 if i == each else None,
            best=epoch == 1 and i == each,
        )
        for epoch in range(1, epochs + 1)
        for i in range(1, each + 1)
    ]


def test_a_line_an_epoch_off_a_terminal() -> None:
    file = io.StringIO()
    with TrainingDisplay(epochs=2, file=file) as display:
        for step in steps(2):
            display.show(step)
    losses = "loss  ner 1.5000  pos 0.2500"
    assert file.getvalue().splitlines() == [
        f"epoch   1  {losses}  train 81.0  dev  ner.f1 51.00  pos.accuracy 90.00  10,000 words/s  0.1 s  *",
        f"epoch   2  {losses}  train 82.0  dev  ner.f1 52.00  pos.accuracy 90.00  10,000 words/s  0.2 s",
    ]


def test_training_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    with TrainingDisplay() as display:
        display.show(steps(1)[-1])
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("epoch   1")


def test_rate_after_a_resumption_counts_from_there() -> None:
    """Resumed in the middle of epoch 2 after 500 words; the hours before do not count."""
    file = io.StringIO()
    with TrainingDisplay(file=file) as display:
        for step in steps(2)[14:]:
            display.show(step)
    assert "  10,000 words/s  0.2 s" in file.getvalue()


def test_quiet_prints_only_notes_that_matter() -> None:
    file = io.StringIO()
    with TrainingDisplay(quiet=True, file=file) as display:
        display.note("Stopped early.")
        display.note("3 forms.", detail=True)
        display.show(steps(1)[-1])
    assert file.getvalue() == "Stopped early.\n"


def test_notes_are_text_of_any_length() -> None:
    file = io.StringIO()
    with TrainingDisplay(file=file) as display:
        display.note("[red]" + "x" * 500)
    assert file.getvalue() == "[red]" + "x" * 500 + "\n"


class Terminal(io.StringIO):
    """A text file that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True

    def text(self) -> str:
        """What was written, without the codes that move the cursor or colour."""
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.getvalue())


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("LINES", "30")
    return Terminal()


def watch(terminal: Terminal, epochs: int = 2, score: str = "mean") -> str:
    """The text of a training on the terminal that draws every step."""
    with TrainingDisplay(epochs=4, score=score, file=terminal) as display:
        for step in steps(epochs):
            display._drawn = 0.0
            display.show(step)
    return terminal.text()


def test_the_panel_shows_progress_rate_and_time_left(terminal: Terminal) -> None:
    text = watch(terminal)
    assert re.search(r"epoch 2/4 +━+ +100%  10,000 words/s  at most 0:00 left", text)
    assert "epoch   2  loss  ner 1.5000" in text
    assert "\x1b[" in terminal.getvalue()


def test_the_panel_shows_curves_and_their_last_values(terminal: Terminal) -> None:
    """Losses 1/n of 20 steps; the scores of the training sample are the higher ones, on the scale that both share."""
    last = watch(terminal).split("epoch   2")[0].split("╭")[-1]
    lines = [line.strip("│ ") for line in last.splitlines() if line.startswith("│")]
    assert [line.split() for line in lines] == [
        ["loss", "█▄▃▂▂▂▂▂" + "▁" * 12, "0.05"],
        ["gradient", "norm", "▅" * 20, "2.5"],
        ["score,", "training", "▇█", "82.00"],
        ["score,", "dev", "▁▂", "72.00", "best", "71.00", "(epoch", "1)"],
    ]


@pytest.mark.parametrize("columns", ["72", "80", "90"])
def test_nothing_is_cut_off_in_a_narrow_terminal(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    text = watch(terminal)
    assert re.search(r"epoch 2/4 +━+ +100%  10,000 words/s  at most 0:00 left", text)
    last = text.split("epoch   2")[0].split("╭")[-1]
    assert re.search(r"│ score, dev +▁▂ +72\.00  best 71\.00 \(epoch 1\) +│", last)
    assert all(len(line) <= int(columns) for line in last.splitlines())


def test_the_panel_names_the_score_that_decides(terminal: Terminal) -> None:
    assert "ner.f1, dev" in watch(terminal, score="ner.f1")


def test_rounds_are_called_rounds(terminal: Terminal) -> None:
    with TrainingDisplay(epoch="round", file=terminal) as display:
        for step in steps(2):
            display._drawn = 0.0
            display.show(step)
    assert "best 71.00 (round 1)" in terminal.text() and "epoch" not in terminal.text()


def test_what_has_no_figures_yet_has_no_curve(terminal: Terminal) -> None:
    with TrainingDisplay(epochs=4, file=terminal) as display:
        display.show(replace(steps(1)[0], gradient_norm=None))
    text = terminal.text()
    assert "│ loss " in text
    assert "gradient norm" not in text and "score" not in text


@pytest.mark.parametrize(("columns", "lines"), [("50", "30"), ("100", "8")])
def test_a_small_terminal_gets_the_bar_alone(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, columns: str, lines: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("LINES", lines)
    text = watch(terminal)
    assert "epoch 1/4" in text
    assert "gradient norm" not in text


def test_a_terminal_without_unicode_gets_curves_of_ascii(terminal: Terminal) -> None:
    terminal.encoding = "ascii"
    text = watch(terminal)
    assert text.isascii()
    assert re.search(rf"loss +#[{re.escape(ASCII_BLOCKS)}]+_ ", text)


def test_no_color_is_respected_on_a_terminal(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    coloured = r"\x1b\[[0-9;]*3[0-7][0-9;]*m|\x1b\[[0-9;]*9[0-7]m"
    watch(terminal)
    assert re.search(coloured, terminal.getvalue())
    monkeypatch.setenv("NO_COLOR", "1")
    plain = Terminal()
    watch(plain)
    assert "gradient norm" in plain.getvalue()
    assert not re.search(coloured, plain.getvalue())


def test_a_dumb_terminal_gets_lines_only(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    watch(terminal, epochs=1)
    assert terminal.getvalue().count("\n") == 1
    assert "\x1b" not in terminal.getvalue()


def test_the_panel_is_gone_when_the_training_is_over(terminal: Terminal) -> None:
    """The last thing written erases its seven lines, bar and panel; the lines of the epochs stay above."""
    watch(terminal)
    assert terminal.getvalue().endswith("\x1b[1A\x1b[2K" * 7)


def test_watching_costs_next_to_nothing(terminal: Terminal) -> None:
    """At most ten drawings a second: 20,000 steps cost a small part of the seconds that they stand for."""
    many = steps(1, each=20_000)[:-1]
    start = time.process_time()
    with TrainingDisplay(epochs=1, file=terminal) as display:
        for step in many:
            display.show(step)
    assert time.process_time() - start < 0.5
