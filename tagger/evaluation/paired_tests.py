"""What two models get right in the same sentences to p-values: a permutation test of the score, McNemar's of tokens.

Under the null hypothesis the two models are alike, so whose output is whose could as well be exchanged in any sentence.
The p-value is the share of all such exchanges whose difference of scores is at least as large, either way, as the one
that was found (Noreen 1989; Yeh 2000, "More accurate tests for the statistical significance of result differences").
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tagger.errors import ShapeError
from tagger.evaluation.intervals import SEED, SentenceCounts, score_of

ROUNDS = 10_000
"""Random exchanges, where they cannot all be counted: the p-value is then a multiple of about 0.0001."""

ALL_COUNTED = 2**16
"""At most so many different exchanges are counted out; more are sampled."""

TOLERANCE = 1e-12
"""Differences closer than this are the same but for rounding."""

_CELLS = 1_000_000
"""Numbers drawn at once: bounds the memory, changes nothing else."""

Numbers = NDArray[np.int64]


class Permutation(NamedTuple):
    """A two-sided p-value, and the random exchanges behind it; 0 rounds: all exchanges were counted."""

    p: float
    rounds: int


def permutation_test(
    a: SentenceCounts, b: SentenceCounts, *, rounds: int = ROUNDS, seed: int = SEED
) -> Permutation:
    """Whether two scores differ by more than chance. The same when a and b are exchanged.

    Shapes: a, b [units, 3] as `sentence_counts` makes them, of the same sentences or documents in the same order.
    Units that differ alike are interchangeable: only how many of them are exchanged counts, a binomial number. Sampled,
    p = (hits + 1) / (rounds + 1).
    """
    if a.shape != b.shape:
        raise ShapeError(f"expected counts of {len(a)} units, found {len(b)}")
    if score_of(b.sum(0)) < score_of(a.sum(0)):
        a, b = b, a
    differing = (b - a)[(a != b).any(axis=1)]
    kinds, numbers = np.unique(differing, axis=0, return_counts=True)  # [G, 3], [G]
    hits = _Hits(a.sum(0), b.sum(0), kinds)
    if math.prod(int(number) + 1 for number in numbers) <= ALL_COUNTED:
        return Permutation(_share_of_all(hits, numbers), 0)
    random, found, width = np.random.default_rng(seed), 0, max(1, _CELLS // len(numbers))
    for start in range(0, rounds, width):
        size = (min(width, rounds - start), len(numbers))
        found += int(hits(random.binomial(numbers, 0.5, size=size)).sum())
    return Permutation((found + 1) / (rounds + 1), rounds)


class _Hits:
    """Which exchanges give a difference as large as the one found. Shapes: a, b [3]; kinds [G, 3]."""

    def __init__(self, a: Numbers, b: Numbers, kinds: Numbers) -> None:
        self._a, self._b, self._kinds = a, b, kinds.astype(np.float64)
        self._found = abs(float(score_of(b) - score_of(a)))

    def __call__(self, exchanged: Numbers) -> NDArray[np.bool_]:
        """Shapes: exchanged [rounds, G], how many units of each kind; result [rounds]."""
        moved = np.rint(exchanged @ self._kinds).astype(np.int64)  # [rounds, 3]
        differences = np.abs(score_of(self._b - moved) - score_of(self._a + moved))
        large: NDArray[np.bool_] = differences >= self._found - TOLERANCE
        return large


def _share_of_all(hits: _Hits, numbers: Numbers) -> float:
    """The probability of a hit, over all exchanges. Shapes: numbers [G]."""
    total = math.prod(int(number) + 1 for number in numbers)
    places, exchanged, weights = np.arange(total), [], np.ones(total)
    for number in map(int, numbers):
        places, chosen = np.divmod(places, number + 1)
        exchanged.append(chosen)
        weights *= _binomial(number)[chosen]
    table = np.stack(exchanged, axis=1) if exchanged else np.zeros((1, 0), np.int64)
    return min(1.0, float(weights[hits(table)].sum()))


def _binomial(number: int) -> NDArray[np.float64]:
    """The probability of 0, 1, ... `number` heads of as many fair coins."""
    return np.array([math.exp(_log_chance(number, heads)) for heads in range(number + 1)])


def _log_chance(number: int, heads: int) -> float:
    """The logarithm of C(number, heads) / 2^number."""
    ways = math.lgamma(number + 1) - math.lgamma(heads + 1) - math.lgamma(number - heads + 1)
    return ways - number * math.log(2)


def mcnemar(only_a: int, only_b: int) -> float:
    """The exact two-sided p-value of McNemar's test: `only_a` tokens that A alone got right, `only_b` that B alone did.

    min(1, 2 * P[X <= min(only_a, only_b)]), X the heads of only_a + only_b fair coins. Takes tokens as independent, as
    those of one sentence are not: the permutation test of sentences asks for more.
    Source: McNemar 1947, in the binomial form.
    """
    number, fewer = only_a + only_b, min(only_a, only_b)
    if only_a == only_b:
        return 1.0
    steps = np.arange(fewer, 0, -1)
    ratios = np.cumprod(
        steps / (number - steps + 1)
    )  # of C(number, k - 1) to C(number, fewer), k from fewer down to 1
    return min(1.0, 2 * math.exp(_log_chance(number, fewer)) * (1 + float(ratios.sum())))
