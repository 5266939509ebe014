"""Which curves of a history are drawn, and the table behind them."""

import math

from tagger.reports.page_curves import learning_curves
from tests.reports.parsed_page import HISTORY, Page

FULL = [
    {
        "epoch": number,
        "rate": 0.1,
        "train_loss": {"ner": loss},
        "dev_loss": {"ner": loss + 0.1},
        "train": {"ner.f1": 0.9, "ner.accuracy": 0.99},
        "dev": {"ner.f1": 0.8, "ner.accuracy": 0.98},
        "score": 0.8,
        "best": number == 2,
    }
    for number, loss in [(1, 0.5), (2, 0.25), (3, math.nan)]
]


def test_loss_and_score_of_training_and_development_data() -> None:
    page = Page(learning_curves(FULL, ["ner"]))
    assert page.tables["ner by epoch"] == [
        ["epoch", "loss, training", "loss, development", "F1, training", "F1, development"],
        ["1", "0.5000", "0.6000", "90.00", "80.00"],
        ["2", "0.2500", "0.3500", "90.00", "80.00"],
        ["3", "nan", "nan", "90.00", "80.00"],
    ]
    assert page.texts["figcaption"] == ["loss a word", "F1 (%)"]
    assert [tag for tag, name, value in page.attributes if name == "points"] == ["polyline"] * 4
    assert "Epoch 2 was kept." in page.text and "nan" not in "".join(filter(None, page.values("points")))
    for shown in ("training data", "development data", "the epoch that was kept"):
        assert shown in page.text


def test_what_was_not_recorded_has_no_curve() -> None:
    page = Page(learning_curves(HISTORY, ["ner"]))
    assert [tag for tag, name, _ in page.attributes if name == "points"] == ["polyline"] * 2
    assert page.tables["ner by epoch"][0] == ["epoch", "loss, training", "F1, development"]
    unscored = Page(learning_curves([{"epoch": 1, "train_loss": {"ner": 0.5}}], ["ner"]))
    assert unscored.texts["figcaption"] == ["loss a word"]
    assert "development" not in unscored.text and "kept" not in unscored.text


def test_tasks_that_the_history_does_not_teach_are_left_out() -> None:
    assert [title for _, title in Page(learning_curves(HISTORY, ["chunk", "upos"])).headings] == ["upos"]
    assert learning_curves(HISTORY, ["chunk"]) == ""
    assert learning_curves([], ["ner"]) == learning_curves([{"train_loss": {"ner": 0.5}}], ["ner"]) == ""
