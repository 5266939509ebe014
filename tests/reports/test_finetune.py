"""The table of a fine-tuning on stdout, and as JSON."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tagger.records import Estimate, FinetuneReport, FinetuneRow, LayerTransfer, TrainReport, TransferReport
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
ner on old data became worse: try --rehearse OLD_DATA, --distil 0.5 or --freeze

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


def test_a_file_that_is_both_old_and_new_is_named_as_both(capsys: pytest.CaptureFixture[str]) -> None:
    both = report()
    print_finetuning(replace(both, rows=tuple(replace(row, name="dev") for row in both.rows)))
    assert "\nold: dev\nnew: dev\n" in capsys.readouterr().out


def test_a_change_that_may_be_chance_is_not_called_worse(capsys: pytest.CaptureFixture[str]) -> None:
    made = report()
    row = replace(made.rows[0], change=Estimate(-0.01, -0.02, 0.0))
    print_finetuning(replace(made, rows=(row, replace(row, data="new", change=Estimate(-0.2, -0.3, -0.1)))))
    assert "became worse" not in capsys.readouterr().out


def test_the_table_of_layers_can_be_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    made = report()
    taken = TransferReport("old", (LayerTransfer("trunk.0", 1, 2, 3),))
    made = replace(made, training=replace(made.training, transfer=taken))
    print_finetuning(made)
    assert capsys.readouterr().out.startswith("Taken from old (rows; of trunk.0 columns):\n")
    print_finetuning(made, layers=False)
    assert capsys.readouterr().out.startswith("new words: 1,234\n")
