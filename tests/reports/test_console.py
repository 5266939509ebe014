"""What stands on the screen: plain and stable off a terminal, tables worked out by hand."""

import io
import json
import re

import pytest

from tagger.records import Counts, RankingScores, TaskScores
from tagger.reports.console import print_scores, print_table, scores_as_json

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


class Terminal(io.StringIO):
    """A text file that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_narrow_terminal_cuts_no_number_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr("sys.stdout", terminal := Terminal())
    print_table(["trial", "optimizer.rate", "score"], [["1", "0.006775", "92.74"]])
    text = re.sub(r"\x1b\[[0-9;]*m", "", terminal.getvalue())
    rows = [line.rstrip() for line in text.splitlines()]
    assert rows == ["trial  optimizer.rate  score", "1            0.006775  92.74"]


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


ANY = RankingScores("any", 40, 512, 48, 464, 0.98125, 0.9, 0.8, 0.75, 0.85714, 1.25)
RANKING = """\
ranking of windows | at the best threshold, chosen on these very data
scorer  true  corrupted  ranking accuracy  average precision  | threshold  precision  recall     F1
any       48        464             98.12              90.00  |    1.2500      75.00   85.71  80.00
"""


def test_scorers_have_a_table_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    print_scores([ANY], title="t", signatures=["task:any"])
    assert capsys.readouterr().out == f"t\n\n{RANKING}\nsignature  task:any\n"
    print_scores([ANY, POS], title="t")
    above = "task  sentences  tokens  accuracy  seen words"
    text = capsys.readouterr().out
    assert text.startswith(f"t\n\n{above}") and text.endswith(f"\n\n{RANKING}")


def test_a_ranking_as_json() -> None:
    assert scores_as_json([ANY]) == {
        "any": {
            "main": {"name": "average_precision", "value": 0.9},
            "sentences": 40,
            "tokens": 512,
            "true": 48,
            "corrupted": 464,
            "ranking_accuracy": 0.98125,
            "average_precision": 0.9,
            "best_threshold": {
                "chosen_on": "these data",
                "threshold": 1.25,
                "precision": 0.75,
                "recall": 0.85714,
                "f1": 0.8,
            },
        }
    }
