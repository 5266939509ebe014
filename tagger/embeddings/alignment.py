"""Word vectors to the rows of a word table: which vector belongs to which item."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from tagger.embeddings.vectors import WordVectors
from tagger.text.vocabulary import Vocabulary

Normalize = Callable[[str], str]


def normalized_words(words: Sequence[str], normalize: Normalize) -> dict[str, int]:
    """Each normalised word with the place of its vector.

    A word that the normalisation leaves as it is wins over one that it changes ("apple" over "Apple"), else the first.
    """
    places: dict[str, int] = {}
    for place, word in enumerate(words):
        if normalize(word) == word:
            places.setdefault(word, place)
    for place, word in enumerate(words):
        places.setdefault(normalize(word), place)
    return places


def align(
    vocabulary: Vocabulary, vectors: WordVectors, normalize: Normalize
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The rows of `vocabulary` that have a vector, and their vectors. Shapes: [n] and [n, d]."""
    places = normalized_words(vectors.words, normalize)
    found = [(row, places[item]) for item, row in vocabulary.rows.items() if item in places]
    rows = np.array([row for row, _ in found], dtype=np.int64)
    return rows, vectors.vectors[[place for _, place in found]]
