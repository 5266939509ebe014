"""The line that an epoch leaves in history.jsonl."""

import json

from tagger.recipes.run_folder import history_line
from tagger.records import LayerFigures, Step

STEP = Step(
    epoch=2,
    number=20,
    words=100,
    total_words=100,
    loss=0.5,
    losses={"ner": 0.5},
    rate=0.01,
    seconds=1.2345,
    gradient_norm=3.0,
    epoch_end=True,
    train_losses={"ner": 0.6},
    scores={"ner.f1": 0.8},
    score=0.8,
    dev_losses={"ner": 0.7},
    train_scores={"ner.f1": 0.9},
    train_score=0.9,
    layers={"lookup.word": LayerFigures(0.1, 0.001), "trunk.0": LayerFigures(0.2, 0.002, 0.25)},
    best=True,
)


def test_an_epoch_is_one_line_of_plain_values() -> None:
    assert json.loads(json.dumps(history_line(STEP), allow_nan=False)) == {
        "epoch": 2,
        "step": 20,
        "rate": 0.01,
        "seconds": 1.23,
        "train_loss": {"ner": 0.6},
        "train": {"ner.f1": 0.9},
        "dev_loss": {"ner": 0.7},
        "dev": {"ner.f1": 0.8},
        "score": 0.8,
        "best": True,
        "layers": {
            "lookup.word": {"gradient_norm": 0.1, "update_ratio": 0.001},
            "trunk.0": {"gradient_norm": 0.2, "update_ratio": 0.002, "saturated": 0.25},
        },
    }


def test_what_is_no_finite_number_is_left_out() -> None:
    step = Step(
        1,
        1,
        1,
        1,
        0.5,
        {},
        0.1,
        1.0,
        dev_losses={"ner": float("inf"), "pos": 1.0},
        layers={"trunk.0": LayerFigures(float("nan"), 0.5, 0.0)},
    )
    line = history_line(step)
    assert line["dev_loss"] == {"pos": 1.0}
    assert line["layers"] == {"trunk.0": {"update_ratio": 0.5, "saturated": 0.0}}
