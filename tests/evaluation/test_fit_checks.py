"""Findings about the fit of training and development data, on made-up courses on both sides of each threshold."""

import pytest

from tagger.evaluation.course import Course
from tagger.evaluation.fit_checks import (
    check_overfitting,
    check_poor_on_training,
    check_stopped_improving,
    check_too_few_data,
    is_learnt,
)
from tagger.evaluation.verdicts import Finding
from tests.evaluation.courses import GOOD, course, settings

FALLING = [1.0, 0.5, 0.3, 0.2]


def test_a_good_course_has_no_findings() -> None:
    checks = [check_poor_on_training, check_stopped_improving, check_overfitting, check_too_few_data]
    assert [check(GOOD) for check in checks] == [None] * 4


@pytest.mark.parametrize(
    ("score", "best", "severity"),
    [
        ("ner.f1", 0.90, None),
        ("ner.f1", 0.899, "moderate"),
        ("ner.f1", 0.60, "moderate"),
        ("ner.f1", 0.599, "serious"),
        ("ner.accuracy", 0.95, None),
        ("ner.accuracy", 0.949, "moderate"),
        ("ner.accuracy", 0.80, "moderate"),
        ("ner.accuracy", 0.799, "serious"),
    ],
)
def test_poor_on_training_data(score: str, best: float, severity: str | None) -> None:
    made = course(FALLING, train=[0.1, 0.3, best, 0.2], score=score)
    found = check_poor_on_training(made)
    assert (found.severity if found else None) == severity
    assert is_learnt(made) is (severity is None)


def test_poor_on_training_names_score_epoch_and_what_is_usual() -> None:
    found = check_poor_on_training(course(FALLING, train=[0.1, 0.3, 0.5, 0.4]))
    expected = "ner: best F1 on training data 50.0% (epoch 3; at least 90.0% where training goes well)"
    assert found == Finding("serious", (expected,))


def test_a_training_that_goes_on_may_still_learn() -> None:
    made = course(FALLING, train=[0.1] * 4, chosen=settings(4, training={"epochs": 9}))
    assert check_poor_on_training(made) is None


def test_without_training_scores_nothing_is_known_about_the_fit() -> None:
    made = course(FALLING, dev=[0.1] * 4)
    assert is_learnt(made) is None
    assert check_poor_on_training(made) is None


@pytest.mark.parametrize(
    ("dev", "severity"),
    [
        ([0.5, 0.6, 0.7, 0.7099], None),  # the last quarter brings less than a point
        ([0.5, 0.6, 0.7, 0.7101], "moderate"),
        ([0.5, 0.6, 0.7, 0.7499], "moderate"),
        ([0.5, 0.6, 0.7, 0.7501], "serious"),
        ([0.5, 0.8, 0.7, 0.79], None),  # a recovery is no improvement
        ([0.5, 0.6, 0.9, 0.8], None),  # the best epoch is not the last
        ([0.5, 0.6], "serious"),
        ([0.5], "serious"),
    ],
)
def test_stopped_while_improving(dev: list[float], severity: str | None) -> None:
    found = check_stopped_improving(course(FALLING[: len(dev)], dev=dev))
    assert (found.severity if found else None) == severity


def test_of_many_epochs_the_best_may_lie_a_little_before_the_end() -> None:
    dev = [0.5] * 15 + [0.6, 0.6, 0.7, 0.69, 0.68]  # a quarter is 5 epochs
    assert check_stopped_improving(course([1.0] * 20, dev=dev)) is not None
    assert check_stopped_improving(course([1.0] * 20, dev=[*dev[:17], 0.7, 0.69, 0.68])) is not None
    assert check_stopped_improving(course([1.0] * 20, dev=[*dev[:16], 0.7, 0.69, 0.68, 0.6])) is None


def test_stopped_while_improving_says_from_where_to_where() -> None:
    found = check_stopped_improving(course(FALLING, dev=[0.4, 0.5, 0.6, 0.7]))
    text = "development score 60.0% in epoch 3, 70.0% in epoch 4 of 4: it was still rising"
    assert found == Finding("serious", (text,))


@pytest.mark.parametrize(
    "made",
    [
        course(FALLING),
        course(FALLING, dev=[0.4, 0.5, 0.6, 0.7], chosen=settings(4, training={"epochs": 5})),
    ],
    ids=["no development data", "not finished"],
)
def test_nothing_is_said_about_a_stop_without_development_scores_or_before_the_end(made: Course) -> None:
    assert check_stopped_improving(made) is None


@pytest.mark.parametrize(
    ("score", "train", "dev", "severity"),
    [
        ("ner.f1", 0.99, 0.8901, None),
        ("ner.f1", 0.99, 0.8899, "moderate"),
        ("ner.f1", 0.99, 0.7401, "moderate"),
        ("ner.f1", 0.99, 0.7399, "serious"),
        ("ner.f1", 0.89, 0.5, None),  # not learnt: no overfitting
        ("ner.accuracy", 0.99, 0.9401, None),
        ("ner.accuracy", 0.99, 0.9399, "moderate"),
        ("ner.accuracy", 0.99, 0.8699, "serious"),
    ],
)
def test_overfitting_is_a_gap_above_learnt_training_data(
    score: str, train: float, dev: float, severity: str | None
) -> None:
    found = check_overfitting(course([1.0, 0.1], train=[0.5, train], dev=[0.4, dev], score=score))
    assert (found.severity if found else None) == severity


def test_overfitting_is_judged_by_the_epoch_whose_weights_were_kept() -> None:
    made = course(FALLING, train=[0.5, 0.95, 1.0, 1.0], dev=[0.4, 0.9, 0.8, 0.7])
    assert check_overfitting(made) is None


def test_overfitting_gives_the_gap_and_the_growth_of_the_loss() -> None:
    made = course(
        FALLING, train=[0.5, 0.9, 1.0, 1.0], dev=[0.4, 0.5, 0.6, 0.6], dev_losses=[0.8, 0.4, 0.41, 0.5]
    )
    found = check_overfitting(made)
    assert found == Finding(
        "serious",
        (
            "ner: F1 100.0% on training data, 60.0% on development data (epoch 3), a gap of 40.0 points",
            "ner: development loss least in epoch 2 (0.4), then growing to 0.5 (epoch 4)",
        ),
    )


@pytest.mark.parametrize(("last", "overfits"), [(0.519, False), (0.521, True)])
def test_without_training_scores_a_growing_development_loss_tells(last: float, overfits: bool) -> None:
    made = course(FALLING, dev=[0.5] * 4, dev_losses=[0.6, 0.4, 0.45, last])
    assert (check_overfitting(made) is not None) is overfits


def test_a_development_loss_that_grows_with_the_training_loss_is_no_overfitting() -> None:
    made = course([0.3, 0.2, 0.5], dev=[0.5] * 3, dev_losses=[0.6, 0.4, 0.9])
    assert check_overfitting(made) is None


@pytest.mark.parametrize(
    ("tokens", "dev", "dev_losses", "too_few"),
    [
        (19_999, 0.6, [0.8, 0.4, 0.45], True),
        (20_000, 0.6, [0.8, 0.4, 0.45], False),
        (500, 0.95, [0.8, 0.4, 0.45], False),  # few, and yet no gap
        (500, 0.6, [0.8, 0.4, 0.40], False),  # the loss does not grow
        (500, 0.6, [], True),  # whether it does is not known
    ],
)
def test_too_few_data(tokens: int, dev: float, dev_losses: list[float], too_few: bool) -> None:
    made = course(
        [1.0, 0.2, 0.1], train=[0.9, 1.0, 1.0], dev=[0.3, 0.4, dev], dev_losses=dev_losses, tokens=tokens
    )
    assert (check_too_few_data(made) is not None) is too_few
