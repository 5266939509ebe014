"""The curves of a course, read off a history of two epochs by hand."""

import pytest

from tagger.evaluation.course import Course, Epoch, main_score
from tests.evaluation.courses import course, settings

LAYERS = {
    "heads.pos": {"gradient_norm": 0.2},
    "trunk.10": {"gradient_norm": 0.3},
    "trunk.2": {"gradient_norm": 0.4, "saturated": 0.1},
    "lookup.word": {"gradient_norm": 0.1},
    "lookup.caps": {"gradient_norm": 0.1},
}
TWO = Course(
    "two",
    (
        Epoch(
            1,
            0.01,
            train_loss={"pos": 1.0, "ner": 0.5},
            train={"pos.accuracy": 0.7},
            dev={"pos.accuracy": 0.6, "ner.f1": 0.1, "ner.accuracy": 0.8},
            score=0.35,
            best=True,
        ),
        Epoch(
            2,
            0.005,
            train_loss={"pos": 0.5, "ner": 0.25},
            dev_loss={"pos": 0.75},
            dev={"pos.accuracy": 0.5, "ner.f1": 0.2, "ner.accuracy": 0.9},
            score=0.35,
            layers=LAYERS,
        ),
    ),
    {"tasks": {"ner": {"objective": "sentence"}}, "features": {"word": {"dim": 8}}},
)


def test_curves_hold_the_epochs_that_have_the_figure() -> None:
    assert TWO.tasks == ["pos", "ner"]
    assert TWO.loss("train", "pos") == [(1, 1.0), (2, 0.5)]
    assert TWO.loss("dev", "pos") == [(2, 0.75)]
    assert TWO.loss("dev", "ner") == []
    assert TWO.score("dev", "ner") == [(1, 0.1), (2, 0.2)]
    assert TWO.score("train", "pos") == [(1, 0.7)]
    assert TWO.total_loss() == [(1, 1.5), (2, 0.75)]
    assert TWO.rate() == [(1, 0.01), (2, 0.005)]
    assert TWO.layer("saturated", "trunk.2") == [(2, 0.1)]


def test_a_task_with_spans_is_scored_by_f1_others_by_accuracy() -> None:
    assert (TWO.score_name("ner"), TWO.score_name("pos")) == ("ner.f1", "pos.accuracy")


def test_a_scorer_is_scored_by_its_average_precision() -> None:
    names = ["any.best_f1", "any.ranking_accuracy", "any.average_precision", "pos.accuracy"]
    assert main_score("any", names) == "any.average_precision"
    assert main_score("text", ["text.mean_rank", "text.ranking_accuracy"]) == "text.ranking_accuracy"
    assert main_score("pos", names) == "pos.accuracy" == main_score("pos", [])


def test_layers_stand_from_words_to_heads() -> None:
    assert TWO.layers == ["lookup.word", "lookup.caps", "trunk.2", "trunk.10", "heads.pos"]


def test_best_is_the_last_epoch_that_was_better_than_all_before() -> None:
    assert TWO.best is TWO.epochs[0]
    undecided = course([1.0, 1.0])  # nothing decides: the weights of each epoch are kept
    assert undecided.best is undecided.epochs[1]


def test_settings_by_dotted_name() -> None:
    assert TWO.setting("features.word.dim") == 8
    assert TWO.setting("features.caps.dim") is None
    assert TWO.setting("features.word.dim.more") is None
    assert (TWO.objective("ner"), TWO.objective("pos")) == ("sentence", "word")


@pytest.mark.parametrize(
    ("dev", "epochs", "patience", "finished"),
    [
        ([0.1, 0.2, 0.3], 3, 0, True),
        ([0.1, 0.2, 0.3], 4, 0, False),
        ([0.3, 0.2, 0.1], 9, 2, True),
        ([0.3, 0.2, 0.1], 9, 3, False),
        ([0.3, 0.2, 0.1], 9, 0, False),
    ],
)
def test_finished_is_all_epochs_or_patience_used_up(
    dev: list[float], epochs: int, patience: int, finished: bool
) -> None:
    chosen = settings(3, training={"epochs": epochs, "patience": patience})
    assert course([1.0, 0.9, 0.8], dev=dev, chosen=chosen).finished is finished


def test_a_run_without_its_settings_counts_as_finished() -> None:
    assert course([1.0], chosen={}).finished
