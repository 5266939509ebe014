"""Rows of a word table to the rows nearest to them, by the cosine of the angle between the vectors."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tagger.text.vocabulary import RESERVED

BLOCK = 4_000_000
"""Numbers compared at once, so that the memory needed beside the table stays the same however large it is."""


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """The rows nearest to one row, nearest first, and the cosines. Shapes: both [n], n at most what was asked for."""

    rows: NDArray[np.int64]
    cosines: NDArray[np.float64]


def nearest_rows(table: NDArray[np.float32], queries: Sequence[int], count: int) -> list[Nearest]:
    """The `count` rows of `table` [V, D] nearest to each row of `queries`; of equally near ones the first.

    Neither the reserved rows nor the query itself are near. A row of zeros was never learnt: it is near to nothing,
    and as a query has nothing near it; so are rows with values that are not finite.
    """
    asked = np.asarray(queries, dtype=np.int64)
    units = _units(table[asked])  # [Q, D]
    best = [Nearest(np.zeros(0, np.int64), np.zeros(0)) for _ in asked]
    for first, block in _blocks(table, len(asked)):
        cosines = units @ _units(block).T  # [Q, rows of the block]
        inside = np.flatnonzero((asked >= first) & (asked < first + len(block)))
        cosines[inside, asked[inside] - first] = -np.inf
        best = [_merged(old, row, first, count) for old, row in zip(best, cosines, strict=True)]
    return best


def has_direction(vector: NDArray[np.float32]) -> bool:
    """Whether a vector can be near to anything: finite, and not zero everywhere."""
    return bool(np.isfinite(vector).all() and vector.any())


def _blocks(table: NDArray[np.float32], queries: int) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """The table after its reserved rows, in pieces that with their cosines hold about `BLOCK` numbers."""
    size = max(1, BLOCK // (table.shape[1] + queries))
    return ((start, table[start : start + size]) for start in range(RESERVED, len(table), size))


def _units(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Vectors of length 1 in float64; of NaN where a vector has no direction. Shapes: [n, D] and [n, D]."""
    values = vectors.astype(np.float64)
    lengths = np.sqrt(np.einsum("nd,nd->n", values, values))
    lengths[(lengths == 0) | ~np.isfinite(lengths)] = np.nan
    values /= lengths[:, None]
    return values


def _merged(old: Nearest, cosines: NDArray[np.float64], first: int, count: int) -> Nearest:
    """The nearest of `old` and of the rows from `first` on. NaN is never nearer, -inf never near."""
    limit = old.cosines[-1] if len(old.cosines) == count else -np.inf
    nearer = np.flatnonzero(cosines > limit)
    rows = np.concatenate((old.rows, nearer + first))
    values = np.concatenate((old.cosines, cosines[nearer]))
    order = np.argsort(-values, kind="stable")[:count]
    return Nearest(rows[order], values[order])
