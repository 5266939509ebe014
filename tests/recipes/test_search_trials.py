"""Rungs, rankings and importance of a search's trials, checked by hand."""

import pytest

from tagger.recipes.search_trials import (
    Outcome,
    Rung,
    Trial,
    importance,
    ranked,
    rung_epochs,
    rung_sizes,
    varied,
)


def trial(number: int, *scores: float | None, state: str = "done", **parameters: object) -> Trial:
    """One rung a score, of one seed."""
    rungs = [Rung(1, (Outcome(score, 1, 1.0),)) for score in scores]
    return Trial(1, number, parameters, state=state, rungs=rungs)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("trials", "epochs", "factor", "rungs", "sizes"),
    [
        (27, 9, 3, [1, 3, 9], [27, 9, 3]),  # a shorter rung would have no epoch
        (9, 27, 3, [3, 9, 27], [9, 3, 1]),
        (10, 12, 3, [1, 4, 12], [10, 4, 2]),
        (5, 8, 2, [2, 4, 8], [5, 3, 2]),
        (2, 8, 3, [8], [2]),
        (100, 1, 2, [1], [100]),
        (100, 8, 0, [8], [100]),
    ],
)
def test_rungs_of_successive_halving(
    trials: int, epochs: int, factor: int, rungs: list[int], sizes: list[int]
) -> None:
    assert rung_epochs(trials, epochs, factor) == rungs
    assert rung_sizes(trials, len(rungs), factor) == sizes


def test_the_score_of_a_rung_is_the_mean_over_its_seeds_and_none_if_one_failed() -> None:
    assert Rung(1, (Outcome(0.25, 1, 1.0), Outcome(0.75, 1, 1.0))).score == 0.5
    assert Rung(1, (Outcome(0.25, 1, 1.0), Outcome(None, 1, 1.0, "no"))).score is None


def test_ranking_goes_by_rungs_then_score_then_number_and_failures_are_last() -> None:
    trials = [
        trial(1, 0.9, state="stopped"),
        trial(2, 0.8, None, state="failed"),
        trial(3, 0.5, 0.6),
        trial(4, 0.5, 0.7),
        trial(5, 0.5, 0.7),
        trial(6, None, state="failed"),
    ]
    assert [t.number for t in ranked(trials)] == [4, 5, 3, 1, 2, 6]


def test_importance_by_hand() -> None:
    """a: groups 1, 1, 1, 1 and 3, 3, 3, 3: all of the spread. b: groups of means 2 and 2: within = whole = 8, so
    1 - 7/6 below zero, cut off at 0. c: groups of (1, 1, 1, 3) and (1, 3, 3, 3): within 3 + 3, whole 8, so
    1 - 7/6 * 6/8 = 1/8."""
    scores = [1, 1, 1, 1, 3, 3, 3, 3]
    b = ["x", "x", "y", "y", "x", "x", "y", "y"]
    c = [[1], [1], [1], [2], [1], [2], [2], [2]]
    trials = [
        trial(n, score, a=score == 3, b=b[n], c=c[n], same=1) for n, score in enumerate(map(float, scores))
    ]
    found = importance(trials)
    assert list(found) == ["a", "c", "b"]
    assert found == pytest.approx({"a": 1.0, "c": 1 / 8, "b": 0.0})


def test_importance_of_numbers_compares_thirds() -> None:
    """Nine rates in three thirds of scores 0, 1, 0: all of the spread, though no straight line fits them."""
    trials = [trial(n, float(n // 3 == 1), rate=10.0 ** (n - 9)) for n in range(9)]
    assert importance(trials) == {"rate": 1.0}


def test_nothing_is_said_of_few_trials_nor_of_equal_scores() -> None:
    assert importance([trial(n, n / 10, rate=n % 2) for n in range(7)]) == {}
    assert importance([trial(n, 0.5, rate=n % 2) for n in range(8)]) == {}


def test_importance_looks_at_the_rung_that_all_trials_share() -> None:
    trials = [trial(n, n % 2, *([0.1] if n % 2 else []), which=n % 2) for n in range(8)]
    assert importance(trials) == {"which": 1.0}


def test_what_varies() -> None:
    trials = [trial(1, rate=1.0, hidden=[1], name="x"), trial(2, rate=1.0, hidden=[2])]
    assert varied(trials) == ["hidden", "name"]
