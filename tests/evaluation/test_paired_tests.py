"""Oracles: every exchange gone through one by one, scipy's binomial test, sums of math.comb."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from tagger.errors import ShapeError
from tagger.evaluation.intervals import SentenceCounts
from tagger.evaluation.paired_tests import mcnemar, permutation_test


def counts_of(rows: list[tuple[int, int, int]]) -> SentenceCounts:
    return np.array(rows, dtype=np.int64).reshape(len(rows), 3)


def f1(rows: list[tuple[int, int, int]]) -> float:
    expected, found, right = (sum(row[i] for row in rows) for i in range(3))
    return 2 * right / (expected + found) if expected + found else 0.0


def share_of_exchanges(a: list[tuple[int, int, int]], b: list[tuple[int, int, int]]) -> float:
    """The p-value by definition: the share of all 2^n exchanges with a difference as large."""
    found = abs(f1(b) - f1(a))
    hits = 0
    for exchange in product((False, True), repeat=len(a)):
        pairs = [(y, x) if other else (x, y) for x, y, other in zip(a, b, exchange, strict=True)]
        difference = f1([pair[1] for pair in pairs]) - f1([pair[0] for pair in pairs])
        hits += abs(difference) >= found - 1e-9
    return hits / 2 ** len(a)


@st.composite
def sentence_counts_of_both(
    draw: st.DrawFn,
) -> tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]]:
    """Spans of up to 7 sentences: as many gold spans for both, never more right than found."""
    a, b = [], []
    for _ in range(draw(st.integers(0, 7))):
        gold = draw(st.integers(0, 4))
        for rows in (a, b):
            right = draw(st.integers(0, gold))
            rows.append((gold, right + draw(st.integers(0, 2)), right))
    return a, b


@settings(max_examples=60, deadline=None)
@given(sentence_counts_of_both())
def test_p_is_the_share_of_all_exchanges(
    both: tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]],
) -> None:
    a, b = both
    test = permutation_test(counts_of(a), counts_of(b))
    assert test.rounds == 0
    assert test.p == pytest.approx(share_of_exchanges(a, b), abs=1e-9)


def random_counts(seed: int, sentences: int, *, right: float) -> SentenceCounts:
    random = np.random.default_rng(seed)
    gold = random.integers(0, 9, size=sentences)
    found = random.binomial(gold, right)
    return np.stack([gold, found + random.integers(0, 3, size=sentences), found], axis=1)


def of_both(sentences: int) -> tuple[SentenceCounts, SentenceCounts]:
    """Counts of two models on the same gold spans."""
    a, b = random_counts(1, sentences, right=0.6), random_counts(5, sentences, right=0.65)
    b[:, 0] = a[:, 0]
    return a, b


def test_sampled_exchanges_come_near_to_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """14 sentences: 16,384 exchanges, counted out and then sampled; the limit is 5 standard errors."""
    a, b = of_both(14)
    exact = permutation_test(a, b)
    monkeypatch.setattr("tagger.evaluation.paired_tests.ALL_COUNTED", 1)
    sampled = permutation_test(a, b, rounds=10_000)
    assert (exact.rounds, sampled.rounds) == (0, 10_000)
    assert 0.01 < exact.p < 0.9
    assert sampled.p == pytest.approx(exact.p, abs=5 * math.sqrt(exact.p * (1 - exact.p) / 10_000))


def test_without_a_hit_the_sampled_p_is_one_in_the_rounds_and_one() -> None:
    random = np.random.default_rng(3)
    gold = random.integers(5, 40, size=300)
    a = np.stack([gold, gold, gold // 4], axis=1)
    b = np.stack([gold, gold, gold], axis=1)
    test = permutation_test(a, b, rounds=99)
    assert (test.rounds, test.p) == (99, 0.01)


@pytest.mark.parametrize("cells", [1, 7, 1_000_000])
def test_what_is_drawn_at_once_changes_nothing(monkeypatch: pytest.MonkeyPatch, cells: int) -> None:
    a, b = of_both(60)
    whole = permutation_test(a, b, rounds=200)
    monkeypatch.setattr("tagger.evaluation.paired_tests._CELLS", cells)
    assert whole.rounds == 200
    assert permutation_test(a, b, rounds=200) == whole


@pytest.mark.parametrize("sentences", [8, 200])
def test_a_and_b_may_be_exchanged(sentences: int) -> None:
    a, b = of_both(sentences)
    assert permutation_test(a, b, rounds=500) == permutation_test(b, a, rounds=500)


@pytest.mark.parametrize("sentences", [0, 5, 200])
def test_the_same_counts_differ_by_chance(sentences: int) -> None:
    counts = random_counts(1, sentences, right=0.6)
    assert permutation_test(counts, counts) == (1.0, 0)


def test_the_seed_decides_the_exchanges() -> None:
    a, b = of_both(200)
    one, same, other = (permutation_test(a, b, rounds=500, seed=seed) for seed in (1, 1, 2))
    assert one == same
    assert one != other


def test_other_sizes_are_refused() -> None:
    with pytest.raises(ShapeError) as error:
        permutation_test(random_counts(1, 3, right=0.5), random_counts(1, 4, right=0.5))
    assert str(error.value) == "expected counts of 3 units, found 4."


@pytest.mark.parametrize(
    ("only_a", "only_b"), [(0, 0), (0, 1), (1, 4), (5, 5), (9, 2), (150, 200), (2014, 1875)]
)
def test_mcnemar_is_the_binomial_test(only_a: int, only_b: int) -> None:
    expected = binomtest(only_a, only_a + only_b, 0.5).pvalue if only_a + only_b else 1.0
    assert mcnemar(only_a, only_b) == pytest.approx(expected, rel=1e-9)


@settings(deadline=None)
@given(st.integers(0, 40), st.integers(0, 40))
def test_mcnemar_by_hand(only_a: int, only_b: int) -> None:
    number = only_a + only_b
    tail = sum(math.comb(number, k) for k in range(min(only_a, only_b) + 1)) / 2**number
    assert mcnemar(only_a, only_b) == pytest.approx(min(1.0, 2 * tail))
    assert mcnemar(only_a, only_b) == mcnemar(only_b, only_a)
