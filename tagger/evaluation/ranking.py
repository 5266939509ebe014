"""Gold kinds of windows and a scorer's scores to how well it ranks true windows above corrupted ones.

The scores of all words are sorted once, so that neither pairs nor thresholds are gone through one by one.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tagger.errors import ShapeError
from tagger.records import RankingScores
from tagger.text.true_windows import CORRUPTED, TRUE

Scores = NDArray[np.floating[Any]]
Wide = NDArray[np.float64]


class Threshold(NamedTuple):
    """Words whose score is at least `score` are found."""

    score: float
    f1: float
    precision: float
    recall: float


def score_ranking(
    task: str, kinds: Sequence[Sequence[str]], scores: Sequence[Sequence[float]] | Scores
) -> RankingScores:
    """The scores of one scorer: `kinds` holds those of `tagger.text.true_windows` for each word of each sentence.

    scores: a list for each sentence, or one array of all words in order. Raises ShapeError where sizes differ.
    """
    tokens = sum(map(len, kinds))
    flat: Scores = (
        scores
        if isinstance(scores, np.ndarray)
        else np.array([score for row in scores for score in row], np.float64)
    )
    if len(flat) != tokens:
        raise ShapeError(f"expected {tokens} scores, found {len(flat)}", where=f"task {task}")
    names = np.array([kind for row in kinds for kind in row], dtype=object)
    true, corrupted = flat[names == TRUE], flat[names == CORRUPTED]
    best = best_threshold(true, corrupted)
    return RankingScores(
        task=task,
        sentences=len(kinds),
        tokens=tokens,
        true=len(true),
        corrupted=len(corrupted),
        ranking_accuracy=ranking_accuracy(true, corrupted),
        average_precision=average_precision(true, corrupted),
        best_f1=best.f1,
        precision=best.precision,
        recall=best.recall,
        threshold=best.score,
    )


def ranking_accuracy(true: Scores, corrupted: Scores) -> float:
    """The share of all pairs of a true and a corrupted window whose true one has the higher score, ties half.

    The same as the area under the ROC curve. 0 where there is no pair. Shapes: [n], [m].
    """
    if not len(true) or not len(corrupted):
        return 0.0
    ordered = np.sort(corrupted)
    lower = np.searchsorted(ordered, true, side="left")  # [n], corrupted windows of a lower score
    not_higher = np.searchsorted(ordered, true, side="right")
    return float((lower + not_higher).sum(dtype=np.int64)) / (2 * len(true) * len(corrupted))


def average_precision(true: Scores, corrupted: Scores) -> float:
    """The sum over the distinct scores, from the highest on, of (recall - recall before) * precision.

    Words of equal scores are found together; 1 only where every true window is above every corrupted one. 0 where true
    or corrupted windows are missing. Shapes: [n], [m].
    """
    if not len(true) or not len(corrupted):
        return 0.0
    _, hits, found = _curve(true, corrupted)
    return float((np.diff(hits, prepend=0) * (hits / found)).sum() / len(true))


def best_threshold(true: Scores, corrupted: Scores) -> Threshold:
    """The score of a word from which on F1 of the words found is largest; the highest of several such.

    F1 0 at score 0 where true or corrupted windows are missing. Shapes: [n], [m].
    """
    if not len(true) or not len(corrupted):
        return Threshold(0.0, 0.0, 0.0, 0.0)
    levels, hits, found = _curve(true, corrupted)
    f1 = 2 * hits / (found + len(true))
    place = int(f1.argmax())
    return Threshold(
        float(levels[place]),
        float(f1[place]),
        float(hits[place] / found[place]),
        float(hits[place] / len(true)),
    )


def _curve(true: Scores, corrupted: Scores) -> tuple[Scores, Wide, Wide]:
    """The distinct scores from high to low, the true windows of at least each score, and all windows of at least it."""
    scores = np.concatenate([true, corrupted])
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    last = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))  # of each group of equal scores
    hits = np.cumsum(order < len(true))[last].astype(np.float64)
    return ordered[last], hits, (last + 1).astype(np.float64)
