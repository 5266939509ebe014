"""What a training came to, in lines and as JSON."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tagger.records import LayerTransfer, OverfitReport, Step, TrainReport, TransferReport, WrongSentence
from tagger.reports.training import epoch_line, print_overfit, print_training

REPORT = TrainReport(Path("model"), 3, 2, 0.9, {"ner.f1": 0.875}, 12.4, 345.6)


def test_epoch_line_without_development_data() -> None:
    step = Step(3, 30, 10, 10, 1.0, {}, 0.1, 12.34, epoch_end=True, train_losses={"pos": 0.5})
    assert epoch_line(step, words_a_second=1234.5) == "epoch   3  loss  pos 0.5000  1,234 words/s  12.3 s"


def test_epoch_line_shows_the_main_score_of_each_task_and_one_of_the_training_sample() -> None:
    scores = {"ner.f1": 0.5, "ner.precision": 0.4, "ner.accuracy": 0.9, "pos.accuracy": 0.75}
    step = Step(
        1, 3, 9, 9, 1.0, {}, 0.1, 1.0, epoch_end=True, train_losses={"pos": 0.5}, train_score=0.9514,
        scores=scores, best=True,
    )  # fmt: skip
    assert epoch_line(step, words_a_second=10) == (
        "epoch   1  loss  pos 0.5000  train 95.1  dev  ner.f1 50.00  pos.accuracy 75.00  10 words/s  1.0 s  *"
    )


def test_the_result_of_a_training(capsys: pytest.CaptureFixture[str]) -> None:
    print_training(REPORT)
    captured = capsys.readouterr()
    assert captured.out == "model: best after epoch 2 of 3 (ner.f1 87.50)\n12 s, peak memory 346 MB\n"
    assert captured.err == "Tag text with it: tagger tag -m model FILE\n"


def test_the_result_of_a_training_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    print_training(REPORT, as_json=True)
    values = json.loads(capsys.readouterr().out)
    assert (values["folder"], values["best_epoch"], values["scores"]) == ("model", 2, {"ner.f1": 0.875})


def test_the_table_of_layers_can_be_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    report = replace(REPORT, transfer=TransferReport("old", (LayerTransfer("trunk.0", 1, 2, 3),)))
    print_training(report)
    assert capsys.readouterr().out.startswith("Taken from old (rows; of trunk.0 columns):\n")
    print_training(report, layers=False)
    assert (
        capsys.readouterr().out == "model: best after epoch 2 of 3 (ner.f1 87.50)\n12 s, peak memory 346 MB\n"
    )


LEARNT = OverfitReport(
    learnt=True,
    sentences=1,
    words=7,
    epochs=12,
    scores={"ner.f1": 1.0, "ner.precision": 1.0, "ner.accuracy": 1.0, "pos.accuracy": 1.0},
    wrong_sentences={"ner": 0, "pos": 0},
    wrong=(),
    advice=(),
    seconds=1.0,
)
WORDS = tuple("abcdefg")
FAILED = OverfitReport(
    learnt=False,
    sentences=2,
    words=14,
    epochs=200,
    scores={"pos.accuracy": 0.5},
    wrong_sentences={"pos": 2},
    wrong=(
        WrongSentence("pos", "x.conll:1", WORDS, ("A",) * 7, ("A",) * 6 + ("B",), "x.conll:9"),
        WrongSentence("pos", "x.conll:9", WORDS, ("A",) * 7, ("B",) * 7),
    ),
    advice=("Do this.", "Do that."),
    seconds=1.0,
    folder=Path("model"),
)


def test_sentences_learnt_by_heart(capsys: pytest.CaptureFixture[str]) -> None:
    print_overfit(LEARNT)
    assert capsys.readouterr().out == (
        "Learnt by heart: 1 sentence (7 words) after 12 epochs, every tag right.\n"
        "ner: f1 100.00, accuracy 100.00; 0 sentences wrong\n"
        "pos: accuracy 100.00; 0 sentences wrong\n"
    )


def test_sentences_not_learnt_by_heart(capsys: pytest.CaptureFixture[str]) -> None:
    print_overfit(FAILED)
    assert (
        capsys.readouterr().out
        == """\
Not learnt by heart: 2 sentences (14 words) in 200 epochs.
pos: accuracy 50.00; 2 sentences wrong

What to try:
- Do this.
- Do that.

Still wrong:
x.conll:1  pos  tagged otherwise at x.conll:9
  a b c d e f g
  g: gold A, predicted B
x.conll:9  pos
  a b c d e f g
  a: gold A, predicted B
  b: gold A, predicted B
  c: gold A, predicted B
  d: gold A, predicted B
  e: gold A, predicted B
  and 2 words more
"""
    )


def test_the_result_of_the_check_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    print_overfit(FAILED, as_json=True)
    values = json.loads(capsys.readouterr().out)
    assert (values["learnt"], values["epochs"], values["folder"]) == (False, 200, "model")
    assert values["wrong"][0]["contradicts"] == "x.conll:9"
