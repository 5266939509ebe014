"""What stands on the screen: plain and stable off a terminal, tables worked out by hand."""

import io
import json
import re
import time

import pytest

from tagger.records import Counts, Step, TaskScores
from tagger.reports.console import TrainingDisplay, epoch_line, print_scores, print_table, scores_as_json

POS = TaskScores("upos", sentences=40, tokens=512, correct_tokens=480, seen_tokens=430, correct_seen=420)
NER = TaskScores(
    "ner",
    sentences=40,
    tokens=512,
    correct_tokens=500,
    seen_tokens=430,
    correct_seen=428,
    conlleval={"all": Counts(40, 38, 30), "LOC": Counts(20, 20, 18), "PER": Counts(20, 18, 12)},
    strict={"all": Counts(40, 37, 30), "LOC": Counts(20, 20, 18), "PER": Counts(20, 17, 12)},
)

REPORT = """\
model on data

task  sentences  tokens  accuracy  seen words  accuracy  unseen words  accuracy
upos         40     512     93.75         430     97.67            82     73.17
ner          40     512     97.66         430     99.53            82     87.80

ner: spans, conlleval | strict
type  gold  found  right  precision  recall     F1  | found  right  precision  recall     F1
all     40     38     30      78.95   75.00  76.92  |    37     30      81.08   75.00  77.92
LOC     20     20     18      90.00   90.00  90.00  |    20     18      90.00   90.00  90.00
PER     20     18     12      66.67   60.00  63.16  |    17     12      70.59   60.00  64.86

signature  task:ner
note  one thing
"""


@pytest.mark.parametrize("columns", ["20", "300"])
def test_scores_as_plain_text_do_not_depend_on_the_window(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    print_scores([POS, NER], title="model on data", signatures=["task:ner"], notes=["one thing"])
    captured = capsys.readouterr()
    assert captured.out == REPORT
    assert captured.err == ""


def test_unknown_training_forms_leave_no_columns(capsys: pytest.CaptureFixture[str]) -> None:
    print_scores([TaskScores("pos", 1, 4, 3, 0, 0)], title="t")
    assert (
        capsys.readouterr().out
        == "t\n\ntask  sentences  tokens  accuracy\npos           1       4     75.00\n"
    )


def test_markup_in_names_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["[bold]name[/]", ":smile:"], [["[red]x", "1"]])
    assert capsys.readouterr().out == "[bold]name[/]  :smile:\n[red]x               1\n"


def test_scores_as_json() -> None:
    values = json.loads(json.dumps(scores_as_json([POS, NER])))
    assert values["upos"] == {
        "main": {"name": "accuracy", "value": 480 / 512},
        "sentences": 40,
        "tokens": 512,
        "accuracy": 480 / 512,
        "seen": {"tokens": 430, "accuracy": 420 / 430},
        "unseen": {"tokens": 82, "accuracy": 60 / 82},
    }
    assert values["ner"]["main"] == {"name": "f1", "value": pytest.approx(60 / 78)}
    assert values["ner"]["strict"]["PER"] == {
        "gold": 20,
        "predicted": 17,
        "correct": 12,
        "precision": pytest.approx(12 / 17),
        "recall": 0.6,
        "f1": pytest.approx(24 / 37),
    }


def test_unknown_training_forms_are_null_in_json() -> None:
    values = scores_as_json([TaskScores("pos", 1, 4, 3, 0, 0)])["pos"]
    assert values["seen"] is None
    assert values["unseen"] is None


def steps(epochs: int, each: int = 10) -> list[Step]:
    """Steps of 100 words that take 10 ms each: 10,000 words/s."""
    return [
        Step(
            epoch=epoch,
            number=(epoch - 1) * each + i,
            words=100 * i,
            total_words=100 * each,
            loss=1.0,
            losses={"ner": 1.0},
            rate=0.001,
            seconds=((epoch - 1) * each + i) / 100,
            epoch_end=i == each,
            train_losses={"ner": 1.5, "pos": 0.25} if i == each else {},
            scores={"ner.f1": 0.5 + epoch / 100, "pos.accuracy": 0.9} if i == each else {},
            best=epoch == 1,
        )
        for epoch in range(1, epochs + 1)
        for i in range(1, each + 1)
    ]


def test_training_prints_a_line_an_epoch() -> None:
    file = io.StringIO()
    with TrainingDisplay(epochs=2, file=file) as display:
        for step in steps(2):
            display.show(step)
    losses = "loss  ner 1.5000  pos 0.2500"
    assert file.getvalue().splitlines() == [
        f"epoch   1  {losses}  dev  ner.f1 51.00  pos.accuracy 90.00  10,000 words/s  0.1 s  *",
        f"epoch   2  {losses}  dev  ner.f1 52.00  pos.accuracy 90.00  10,000 words/s  0.2 s",
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


def test_epoch_line_without_development_data() -> None:
    step = Step(3, 30, 10, 10, 1.0, {}, 0.1, 12.34, epoch_end=True, train_losses={"pos": 0.5})
    assert epoch_line(step, words_a_second=1234.5) == "epoch   3  loss  pos 0.5000  1,234 words/s  12.3 s"


class Terminal(io.StringIO):
    """A text file that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    return Terminal()


def test_progress_bar_on_a_terminal(terminal: Terminal) -> None:
    with TrainingDisplay(epochs=4, file=terminal) as display:
        for step in steps(2):
            display.show(step)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.getvalue())
    assert "epoch 1/4" in text
    assert "10,000 words/s" in text
    assert "at most 0:00 left" in text
    assert "epoch   2  loss  ner 1.5000" in text
    assert "\x1b[" in terminal.getvalue()


def test_no_color_is_respected_on_a_terminal(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    with TrainingDisplay(epochs=4, file=terminal) as display:
        for step in steps(2):
            display.show(step)
    assert not re.search(r"\x1b\[[0-9;]*3[0-7][0-9;]*m|\x1b\[[0-9;]*9[0-7]m", terminal.getvalue())


def test_a_dumb_terminal_gets_lines_only(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    with TrainingDisplay(epochs=4, file=terminal) as display:
        for step in steps(1):
            display.show(step)
    assert terminal.getvalue().count("\n") == 1
    assert "\x1b" not in terminal.getvalue()


def test_bar_costs_next_to_nothing(terminal: Terminal) -> None:
    """At most ten drawings a second: 20,000 steps cost a small part of the seconds that they stand for."""
    many = steps(1, each=20_000)[:-1]
    start = time.process_time()
    with TrainingDisplay(epochs=1, file=terminal) as display:
        for step in many:
            display.show(step)
    assert time.process_time() - start < 0.5
