"""The table of a fine-tuning on stdout, and as JSON."""

import json
from pathlib import Path

import pytest

from tagger.records import Estimate, FinetuneReport, FinetuneRow, TrainReport
from tagger.reports.finetune import print_finetuning


def report(*, interrupted: bool = False) -> FinetuneReport:
    training = TrainReport(Path("out"), 5, 3, 0.9, {}, 12.3, 345.6, interrupted)
    rows = (
        FinetuneRow(
            "old", "old/dev", "ner", "f1", 3250, Estimate(0.9, 0.89, 0.91), Estimate(0.85, 0.84, 0.86),
            Estimate(-0.05, -0.06, -0.04),
        ),
        FinetuneRow("new", "new/dev", "pos", "accuracy", 40, None, Estimate(0.5, 0.25, 1.0), None),
    )  # fmt: skip
    labels = {"ner": tuple(f"L{number}" for number in range(14)), "pos": ("N",)}
    return FinetuneReport(training, "model", rows, labels, 1234, notes=("something is missing",))


def test_a_table_with_intervals(capsys: pytest.CaptureFixture[str]) -> None:
    print_finetuning(report())
    found = capsys.readouterr()
    assert (
        found.out
        == """\
new words: 1,234
new labels of ner: L0, L1, L2, L3, L4, L5, L6, L7, L8, L9, L10, L11 and 2 more
new labels of pos: N

Scores before and after (%; 95% bootstrap intervals, of the change with sentences paired):
data  task  score     sentences  before                  after                   change
old   ner   F1            3,250   90.00  [89.00, 91.00]  85.00   [84.00, 86.00]   -5.00  [-6.00, -4.00]
new   pos   accuracy         40       -                  50.00  [25.00, 100.00]       -
old: old/dev
new: new/dev
note  something is missing

out: best after epoch 3 of 5; 12 s, peak memory 346 MB
"""
    )
    assert found.err == "Tag text with it: tagger tag -m out FILE\n"


def test_an_interrupted_run_says_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    print_finetuning(report(interrupted=True))
    assert capsys.readouterr().err == (
        "Interrupted: out holds the best weights so far.\nGo on with: tagger finetune --resume out\n"
    )


def test_json_has_fractions(capsys: pytest.CaptureFixture[str]) -> None:
    print_finetuning(report(), as_json=True)
    values = json.loads(capsys.readouterr().out)
    assert values["rows"][0]["change"] == {"value": -0.05, "low": -0.06, "high": -0.04}
    assert values["rows"][1]["before"] is None
    assert values["training"]["folder"] == "out"
