"""Scores of a ranking, against every pair and every threshold gone through one by one."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from tagger.errors import ShapeError
from tagger.evaluation.ranking import average_precision, best_threshold, ranking_accuracy, score_ranking

Wide = NDArray[np.float64]

few = st.sampled_from([-2.0, -0.5, 0.0, 0.25, 1.0])  # many ties
any_scores = arrays.arrays(np.float64, st.integers(1, 8), elements=few | st.floats(-5, 5))


def accuracy_by_pairs(true: Wide, corrupted: Wide) -> float:
    wins = [(s > c) + (s == c) / 2 for s in true for c in corrupted]
    return math.fsum(wins) / len(wins)


def at_threshold(true: Wide, corrupted: Wide, threshold: float) -> tuple[float, float, float]:
    """Precision, recall and F1 of the words of at least that score."""
    hits, wrong = sum(s >= threshold for s in true), sum(c >= threshold for c in corrupted)
    precision, recall = hits / (hits + wrong), hits / len(true)
    return precision, recall, 2 * hits / (hits + wrong + len(true))


def precision_by_thresholds(true: Wide, corrupted: Wide) -> float:
    total = before = 0.0
    for threshold in sorted({*true, *corrupted}, reverse=True):
        precision, recall, _ = at_threshold(true, corrupted, threshold)
        total, before = total + (recall - before) * precision, recall
    return total


@given(any_scores, any_scores)
def test_ranking_accuracy_is_the_share_of_pairs(true: Wide, corrupted: Wide) -> None:
    assert ranking_accuracy(true, corrupted) == pytest.approx(accuracy_by_pairs(true, corrupted), abs=1e-12)


@given(any_scores, any_scores)
def test_average_precision_is_that_of_every_threshold(true: Wide, corrupted: Wide) -> None:
    found = average_precision(true, corrupted)
    assert found == pytest.approx(precision_by_thresholds(true, corrupted), abs=1e-12)


@given(any_scores, any_scores)
def test_no_threshold_has_a_larger_f1_and_no_higher_one_the_same(true: Wide, corrupted: Wide) -> None:
    best = best_threshold(true, corrupted)
    assert (best.precision, best.recall, best.f1) == pytest.approx(at_threshold(true, corrupted, best.score))
    others = {t: at_threshold(true, corrupted, t)[2] for t in {*true, *corrupted}}
    assert best.f1 == pytest.approx(max(others.values()))
    assert all(f1 < best.f1 for threshold, f1 in others.items() if threshold > best.score)


@given(any_scores, any_scores)
def test_only_the_order_of_the_scores_counts(true: Wide, corrupted: Wide) -> None:
    ranks = {score: rank for rank, score in enumerate(sorted({*true, *corrupted}))}
    others = [np.array([ranks[score] ** 3 / 7 for score in part]) for part in (true, corrupted)]
    for measure in (ranking_accuracy, average_precision, lambda a, b: best_threshold(a, b).f1):
        assert measure(*others) == measure(true, corrupted)


@given(any_scores, any_scores)
def test_the_other_way_round_the_pairs_change_sides(true: Wide, corrupted: Wide) -> None:
    assert ranking_accuracy(true, corrupted) + ranking_accuracy(corrupted, true) == pytest.approx(1.0)


@given(any_scores, any_scores)
def test_average_precision_is_1_where_every_true_window_is_above_every_corrupted_one_and_only_there(
    true: Wide, corrupted: Wide
) -> None:
    apart = true.min() > corrupted.max()
    assert (average_precision(true, corrupted) == 1.0) == apart
    assert (ranking_accuracy(true, corrupted) == 1.0) == apart
    assert (best_threshold(true, corrupted).f1 == 1.0) == apart


def test_scores_by_hand() -> None:
    """Order T C T C: pairs won 3 of 4; precision 1 at recall 1/2, 2/3 at recall 1; F1 2/3, 1/2, 4/5, 2/3."""
    kinds = [["true", "neither", "corrupted"], [], ["true", "corrupted"]]
    scores = score_ranking("per", kinds, [[4.0, 9.0, 3.0], [], [2.0, -1.0]])
    assert (scores.sentences, scores.tokens, scores.true, scores.corrupted) == (3, 5, 2, 2)
    assert scores.ranking_accuracy == 0.75
    assert scores.average_precision == pytest.approx((1 + 2 / 3) / 2)
    assert scores.main == ("average_precision", scores.average_precision)
    assert (scores.best_f1, scores.threshold) == (pytest.approx(0.8), 2.0)
    assert (scores.precision, scores.recall) == (pytest.approx(2 / 3), 1.0)


def test_an_array_of_all_words_is_as_good_as_lists() -> None:
    kinds = [["true", "corrupted"], ["corrupted"]]
    flat = np.array([0.5, 1.0, 0.0], np.float32)
    assert score_ranking("x", kinds, flat) == score_ranking("x", kinds, [[0.5, 1.0], [0.0]])


@pytest.mark.parametrize("kind", ["true", "corrupted", "neither"])
def test_without_one_of_the_two_kinds_everything_is_0(kind: str) -> None:
    scores = score_ranking("x", [[kind, kind]], [[1.0, 2.0]])
    assert (scores.ranking_accuracy, scores.average_precision, scores.best_f1, scores.threshold) == (
        0,
        0,
        0,
        0,
    )


def test_a_score_is_missing() -> None:
    with pytest.raises(ShapeError) as caught:
        score_ranking("per", [["true", "corrupted"]], [[1.0]])
    assert str(caught.value) == "task per: expected 2 scores, found 1."
