"""Nearest rows against every angle worked out in float64, one pair at a time."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tagger.embeddings import neighbours
from tagger.embeddings.neighbours import has_direction, nearest_rows


def cosine(one: list[float], other: list[float]) -> float:
    product = math.fsum(a * b for a, b in zip(one, other, strict=True))
    return product / math.sqrt(math.fsum(a * a for a in one)) / math.sqrt(math.fsum(b * b for b in other))


def every_pair(table: Any, query: int) -> list[tuple[float, int]]:
    """(cosine, row) of all rows that may be near to `query`, nearest first, then by row."""
    rows = table.tolist()
    if not any(rows[query]):
        return []
    near = [r for r in range(2, len(rows)) if r != query and any(rows[r])]
    pairs = [(cosine(rows[query], rows[r]), r) for r in near]
    return sorted(pairs, key=lambda pair: (-pair[0], pair[1]))


@pytest.mark.parametrize("block", [1, 30, 77, 10_000])
def test_nearest_rows_are_those_of_the_largest_cosines(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "BLOCK", block)
    table = np.random.default_rng(0).normal(size=(40, 7)).astype(np.float32)
    table[[5, 21]] = 0
    queries = [2, 39, 17, 5, 17]
    found = nearest_rows(table, queries, 6)
    for query, nearest in zip(queries, found, strict=True):
        expected = every_pair(table, query)[:6]
        assert nearest.rows.tolist() == [row for _, row in expected]
        np.testing.assert_allclose(nearest.cosines, [value for value, _ in expected], rtol=1e-12, atol=1e-12)


@given(
    arrays.arrays(np.float32, (8, 3), elements=st.integers(-2, 2).map(float)),
    st.integers(2, 7),
    st.integers(1, 9),
)
def test_any_table_of_small_numbers(table: Any, query: int, count: int) -> None:
    """Ties are many here: the cosines are compared, and that rows come once each."""
    (nearest,) = nearest_rows(table, [query], count)
    expected = every_pair(table, query)[:count]
    np.testing.assert_allclose(nearest.cosines, [value for value, _ in expected], atol=1e-12)
    assert len(set(nearest.rows.tolist())) == len(expected)
    assert query not in nearest.rows
    assert not {0, 1} & set(nearest.rows.tolist())


@pytest.mark.parametrize("block", [1, 10_000])
def test_of_equally_near_rows_the_first_come_first(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "BLOCK", block)
    table = np.array([[0, 0], [9, 9], [1, 0], [0, 3], [2, 0], [4, 0], [8, 0], [0, 1]], np.float32)
    assert nearest_rows(table, [5], 3)[0].rows.tolist() == [2, 4, 6]


def test_the_length_of_a_vector_does_not_matter() -> None:
    table = np.array([[0, 0], [0, 0], [1e-30, 0], [1e30, 1e29], [1, 1]], np.float32)
    (nearest,) = nearest_rows(table, [2], 2)
    assert nearest.rows.tolist() == [3, 4]
    np.testing.assert_allclose(nearest.cosines, [1 / math.sqrt(1.01), math.sqrt(0.5)], rtol=1e-6)


def test_rows_without_a_direction_are_near_to_nothing() -> None:
    table = np.ones((8, 2), np.float32)
    table[3], table[4, 0], table[5, 1] = 0, np.nan, np.inf
    found = nearest_rows(table, [2, 3, 4, 5], 9)
    assert [nearest.rows.tolist() for nearest in found] == [[6, 7], [], [], []]
    assert [has_direction(row) for row in table[2:7]] == [True, False, False, False, True]


def test_a_table_of_the_reserved_rows_and_one_word() -> None:
    assert nearest_rows(np.ones((3, 4), np.float32), [2], 5)[0].rows.tolist() == []


def test_no_queries() -> None:
    assert nearest_rows(np.ones((5, 4), np.float32), [], 5) == []
