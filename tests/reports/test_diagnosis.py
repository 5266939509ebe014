"""A diagnosis on the screen, whole."""

import pytest

from tagger.evaluation.diagnosis import diagnose_course
from tagger.reports.diagnosis import print_diagnosis
from tests.evaluation.courses import GOOD, course, settings

FIGURES = """\
score   epoch  training %  development %  training loss  development loss
ner.f1      8       99.00          91.10         0.0900            0.2000

layer, epoch 8  gradient norm  update ratio  dead %
lookup.word           1.0e-01       4.0e-03       -
trunk.0               5.0e-01       1.0e-02     0.0
heads.ner             2.0e-01       8.0e-03       -
"""


def test_nothing_to_complain_about(capsys: pytest.CaptureFixture[str]) -> None:
    print_diagnosis(diagnose_course(GOOD))
    expected = f"run: 8 of 8 epochs, best after epoch 8\n\nNothing to complain about.\n\n{FIGURES}"
    assert capsys.readouterr().out == expected


def test_verdicts_with_evidence_and_advice(capsys: pytest.CaptureFixture[str]) -> None:
    chosen = settings(3, training={"patience": 5}, network={"dropout": 0.0}, data={"sample": 40})
    made = course([1.0, 0.1, 0.05], train=[0.9, 1.0, 1.0], dev=[0.3, 0.5, 0.4], tokens=500, chosen=chosen)
    print_diagnosis(diagnose_course(made))
    assert (
        capsys.readouterr().out
        == """\
run: 3 of 3 epochs, best after epoch 2

1. overfitting (serious): good on training data, poor on development data
   ner: F1 100.0% on training data, 50.0% on development data (epoch 2), a gap of 50.0 points
   -> network.dropout (now 0.0): 0.5
   -> features.word.unknown_rate: 0.2; hides words, so that the rest of a form must do
   -> optimizer.l2: 0.0001; keeps weights small
   -> augmentation.swap_rate: 0.3; mentions in each other's places, and others of its section
   -> data.sample (now 40): 0; use all training sentences
   -> more training data; vectors of other text (features.word.vectors)

2. too few data (moderate): the network has seen too little to carry over to other data
   ner: 500 training words, fewer than 20,000
   -> data.sample (now 40): 0; use all training sentences
   -> features.word.vectors: vectors trained on a lot of text
   -> augmentation.swap_rate: 0.3; new sentences out of old ones
   -> label more sentences, or begin from a model of a like task

score   epoch  training %  development %  training loss  development loss
ner.f1      2      100.00          50.00         0.1000                 -
            3      100.00          40.00         0.0500                 -

not recorded, so not judged
  development losses: how they grow
  figures of the layers: gradients, steps, dead and saturated units
"""
    )


def test_a_training_that_goes_on_is_judged_so_far(capsys: pytest.CaptureFixture[str]) -> None:
    made = course([1.0, 0.5], chosen=settings(2, training={"epochs": 9}))
    print_diagnosis(diagnose_course(made))
    assert capsys.readouterr().out.splitlines()[:4] == [
        "run: 2 of 9 epochs, best after epoch 2",
        "not finished: still going on, interrupted, or broken off by a loss that was not finite",
        "",
        "Nothing to complain about so far in what was recorded.",
    ]
