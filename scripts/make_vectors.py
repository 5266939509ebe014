"""Word vectors counted from raw text: `python scripts/make_vectors.py VECTORS.txt TEXT... [--words N] [--dim D]`.

Positive pointwise mutual information of words within two of one another, factorised by a truncated SVD (Levy and
Goldberg 2014, with the square root of the singular values); lower-cased, digits folded to 0. A plain baseline that
takes a minute, for comparing how vectors are preprocessed; texts may be .xz. Written in the word2vec text format.
"""

import argparse
import lzma
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import svds

from tagger.text.features import normalize_word
from tagger.text.tokenizer import split_sentences

REACH = 2
SMOOTHING = 0.75


def main() -> None:
    """Count, factorise, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("vectors", type=Path)
    parser.add_argument("texts", nargs="+", type=Path)
    parser.add_argument("--words", type=int, default=5_000_000, help="words of text to read")
    parser.add_argument("--vocabulary", type=int, default=20_000, help="words that get a vector")
    parser.add_argument("--dim", type=int, default=64)
    arguments = parser.parse_args()
    words = [
        normalize_word(word, lowercase=True, fold_digits=True)
        for word in read(arguments.texts, arguments.words)
    ]
    vocabulary = [word for word, _ in Counter(words).most_common(arguments.vocabulary)]
    number = {word: i for i, word in enumerate(vocabulary)}
    stream = np.array([number.get(word, -1) for word in words])
    vectors = factorise(count_pairs(stream, len(vocabulary)), arguments.dim)
    with arguments.vectors.open("w", encoding="utf-8") as file:
        file.write(f"{len(vocabulary)} {arguments.dim}\n")
        for word, vector in zip(vocabulary, vectors, strict=True):
            file.write(f"{word} {' '.join(f'{value:.5f}' for value in vector)}\n")
    print(f"{arguments.vectors}: {len(vocabulary):,} vectors of {arguments.dim} from {len(words):,} words")


def read(paths: list[Path], most: int) -> Iterator[str]:
    """The tokens of the texts, `most` of them at most."""
    left = most
    for path in paths:
        with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open() as file:
            for line in file:
                for tokens, _, _ in split_sentences(line):
                    yield from tokens[:left]
                    left -= len(tokens)
                    if left <= 0:
                        return


def count_pairs(stream: np.ndarray, size: int) -> coo_matrix:
    """How often each pair of words stands at most REACH words apart; the matrix is symmetric."""
    counts = coo_matrix((size, size), dtype=np.float64)
    for distance in range(1, REACH + 1):
        left, right = stream[:-distance], stream[distance:]
        both = (left >= 0) & (right >= 0)
        pairs, times = np.unique(left[both] * np.int64(size) + right[both], return_counts=True)
        counts = counts + coo_matrix((times.astype(np.float64), (pairs // size, pairs % size)), (size, size))
    return (counts + counts.T).tocoo()


def factorise(counts: coo_matrix, dim: int) -> np.ndarray:
    """U sqrt(S) of the positive mutual information, contexts smoothed by a power; result [V, dim]."""
    rows = np.asarray(counts.sum(axis=1)).ravel()
    columns = np.asarray(counts.sum(axis=0)).ravel() ** SMOOTHING
    columns /= columns.sum()
    values = np.log(counts.data / rows[counts.row] / columns[counts.col])
    positive = coo_matrix((np.maximum(values, 0.0), (counts.row, counts.col)), counts.shape).tocsr()
    positive.eliminate_zeros()
    left, strength, _ = svds(positive, k=dim, random_state=1)
    return left * np.sqrt(strength)


if __name__ == "__main__":
    main()
