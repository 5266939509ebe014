"""Gold and predicted tags to 95% bootstrap intervals: of a score, and of the change from one model to another.

A score is a ratio of sums over sentences, so each sentence comes down to three counts, counted once; a resampling is
then a weighted sum of them. Sentences are drawn with replacement, as many as there are, and the bounds are percentiles
of the scores so found (Efron and Tibshirani 1993, chapters 6 and 13).

Sentences of one document resemble each other, and drawn alone they make intervals too narrow. Where the documents are
known they are drawn instead, whole: `by_document` sums the counts of each first.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tagger.errors import ShapeError
from tagger.records import Estimate
from tagger.text.schemes import NONE, spans_of
from tagger.text.sentences import Sentence

SAMPLES = 1000
"""Resamplings: enough that a bound of a 95% interval hardly moves with the seed."""
SEED = 0
LEVEL = 0.95
FEWEST_DOCUMENTS = 10
"""Below that, resampled documents say little about others, and sentences are drawn."""

FEWEST_UNITS = 10
"""Below that the percentiles of resamplings leave out much of what is uncertain."""

Tags = Sequence[Sequence[str]]
SentenceCounts = NDArray[np.int64]


def sentence_counts(gold: Tags, predicted: Tags, *, scheme: str) -> SentenceCounts:
    """What is to be found, what was found and what of it is right, in each sentence. Shapes: result [sentences, 3].

    Spans as the CoNLL script reads them; under the scheme "none" every token is to be found, and is found.
    Raises ShapeError where sizes differ.
    """
    if [len(row) for row in gold] != [len(row) for row in predicted]:
        raise ShapeError("expected as many predicted tags as gold tags in every sentence, found other sizes")
    count = _tokens if scheme == NONE else _spans
    rows = [count(expected, found, scheme) for expected, found in zip(gold, predicted, strict=True)]
    return np.array(rows, dtype=np.int64).reshape(len(rows), 3)


def _tokens(gold: Sequence[str], predicted: Sequence[str], _: str) -> tuple[int, int, int]:
    return len(gold), len(gold), sum(a == b for a, b in zip(gold, predicted, strict=True))


def _spans(gold: Sequence[str], predicted: Sequence[str], scheme: str) -> tuple[int, int, int]:
    expected, found = spans_of(gold, scheme), spans_of(predicted, scheme)
    return len(expected), len(found), len(set(expected) & set(found))


def document_numbers(sentences: Sequence[Sentence]) -> NDArray[np.intp] | None:
    """The number of the document of each sentence, from 0 in the order in which documents first appear.

    None where a sentence has no document, or there are fewer than FEWEST_DOCUMENTS. Documents of two files are two.
    """
    if not all(sentence.document for sentence in sentences):
        return None
    numbers: dict[tuple[str, str], int] = {}
    found = [numbers.setdefault((s.path, s.document), len(numbers)) for s in sentences]
    return np.array(found, dtype=np.intp) if len(numbers) >= FEWEST_DOCUMENTS else None


def by_document(counts: SentenceCounts, documents: NDArray[np.intp] | None) -> SentenceCounts:
    """The counts summed over the sentences of each document; as they are where `documents` is None.

    Shapes: counts [sentences, C]; documents [sentences], their numbers from 0; result [documents, C].
    """
    if documents is None:
        return counts
    sums = np.zeros((int(documents.max(initial=-1)) + 1, counts.shape[1]), dtype=np.int64)
    np.add.at(sums, documents, counts)
    return sums


def score_of(sums: NDArray[np.int64]) -> NDArray[np.float64]:
    """2 * right / (to be found + found): F1 of spans, of tokens the accuracy; 0 where nothing is there to be counted.

    Shapes: sums [..., 3]; result [...].
    """
    total = sums[..., 0] + sums[..., 1]
    score: NDArray[np.float64] = 2.0 * sums[..., 2] / np.maximum(total, 1)
    return score


def interval(counts: SentenceCounts, *, samples: int = SAMPLES, seed: int = SEED) -> Estimate:
    """The score of the sentences and its interval. Shapes: counts [sentences, 3]."""
    drawn = score_of(_resampled(counts, samples, seed))
    return _estimate(float(score_of(counts.sum(0))), drawn)


def change(
    before: SentenceCounts, after: SentenceCounts, *, samples: int = SAMPLES, seed: int = SEED
) -> Estimate:
    """The score of `after` less that of `before`, and the interval of the difference: both resampled alike.

    Shapes: both [sentences, 3], of the same sentences in the same order. What makes some sentences harder than others
    for both models falls out of the difference, so its interval is narrower than those of the two scores.
    """
    if before.shape != after.shape:
        raise ShapeError(f"expected counts of {len(before)} sentences, found {len(after)}")
    both = _resampled(np.concatenate([before, after], axis=1), samples, seed)
    value = score_of(after.sum(0)) - score_of(before.sum(0))
    return _estimate(float(value), score_of(both[:, 3:]) - score_of(both[:, :3]))


def too_few(units: int, resampled: str) -> list[str]:
    """A note where intervals of so few `resampled` ("sentences" or "documents") say too little; else none."""
    if units >= FEWEST_UNITS:
        return []
    what = f"1 {resampled.removesuffix('s')} is" if units == 1 else f"{units} {resampled} are"
    return [f"{what} too few for intervals to be relied on: scores are less certain than they say"]


def _resampled(counts: SentenceCounts, samples: int, seed: int) -> NDArray[np.int64]:
    """The counts summed over each resampling. Shapes: counts [sentences, C]; result [samples, C]."""
    sentences = len(counts)
    generator = np.random.default_rng(seed)
    sums = np.zeros((samples, counts.shape[1]), dtype=np.int64)
    for row in sums:  # one at a time: all draws at once would take samples * sentences numbers
        chosen = generator.integers(0, max(sentences, 1), size=sentences)
        row[:] = np.bincount(chosen, minlength=sentences) @ counts
    return sums


def _estimate(value: float, drawn: NDArray[np.float64]) -> Estimate:
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.percentile(drawn, [tail, 100 - tail])
    return Estimate(value, float(low), float(high))
