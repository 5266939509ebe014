"""Word vectors to vectors of mean zero, of equal spread in each column, or uncorrelated: a map fitted on some words.

Source: the course notes on data processing (mean subtraction, normalization, whitening).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

EPSILON = 1e-8
"""Added to the eigenvalues of the covariance, as a share of their mean: bounds what whitening blows up."""

NOTHING = 1e-10
"""A direction with no more than this share of the largest variance is one in which the fitted words do not vary."""

BLOCK = 65_536
"""Vectors mapped at once, so that the float64 copy stays small."""

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Preprocessing:
    """The map x -> (x - mean) * linear, or (x - mean) @ linear if that is a matrix.

    Shapes: mean [D]; linear [D] or [D, D], the columns of a matrix being the new directions.
    """

    mean: NDArray[np.float64]
    linear: NDArray[np.float64]

    @classmethod
    def fit(cls, kind: str, vectors: Vectors) -> "Preprocessing":
        """The map of that kind with the statistics of `vectors` [n, D], each word once: not weighted by its tokens.

        none: x itself; center: x - mean; standardize: each column of it divided by its standard deviation; whiten:
        uncorrelated columns of variance 1. Means and variances divide by n. A column (whiten: a direction) in which
        the vectors do not vary becomes 0 for every word: a constant one, and all directions beyond n - 1 where there
        are fewer vectors than columns. What training never sees vary, it learns nothing about.
        """
        return FITS[kind](vectors.astype(np.float64))

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Preprocessing":
        """The map that `arrays` wrote down. Raises KeyError where one is missing."""
        linear = arrays["matrix"] if "matrix" in arrays else arrays["scale"]
        return cls(arrays["mean"], linear)

    def arrays(self) -> dict[str, NDArray[np.float64]]:
        """The map as arrays under names: `mean` [D], and `scale` [D] or `matrix` [D, D]."""
        return {"mean": self.mean, "matrix" if self.linear.ndim == 2 else "scale": self.linear}

    def times(self, factor: float) -> "Preprocessing":
        """This map, then multiplication by `factor`."""
        return Preprocessing(self.mean, self.linear * factor)

    def apply(self, vectors: Vectors) -> Vectors:
        """The mapped vectors. Shapes: [n, D] and [n, D]; reckoned in float64."""
        mapped = np.empty(vectors.shape, dtype=np.float32)
        for part in _blocks(len(vectors)):
            centred = vectors[part] - self.mean
            mapped[part] = centred @ self.linear if self.linear.ndim == 2 else centred * self.linear
        return mapped


def _none(vectors: NDArray[np.float64]) -> Preprocessing:
    width = vectors.shape[1]
    return Preprocessing(np.zeros(width), np.ones(width))


def _center(vectors: NDArray[np.float64]) -> Preprocessing:
    return Preprocessing(vectors.mean(0), np.ones(vectors.shape[1]))


def _standardize(vectors: NDArray[np.float64]) -> Preprocessing:
    return Preprocessing(vectors.mean(0), _inverse_roots(vectors.var(0), 0.0))


def _whiten(vectors: NDArray[np.float64]) -> Preprocessing:
    """With X' the centred vectors as rows and X' = U S V^T, (x - mean) V / sqrt(S^2 / n + epsilon).

    The columns of V are the eigenvectors of the covariance X'^T X' / n and S^2 / n its eigenvalues. The notes project
    on U, which is right if examples are columns or the covariance is decomposed, and divide by S: that leaves the
    covariance I / n where X' is decomposed and not I, which they state as the aim.
    """
    mean = vectors.mean(0)
    _, singular, directions = np.linalg.svd(vectors - mean, full_matrices=False)  # directions [min(n, D), D]
    width = vectors.shape[1]
    eigenvalues = singular**2 / len(vectors)
    epsilon = EPSILON * eigenvalues.sum() / width
    matrix = np.zeros((width, width))
    matrix[:, : len(singular)] = directions.T * _inverse_roots(eigenvalues, epsilon)
    return Preprocessing(mean, matrix)


def _inverse_roots(variances: NDArray[np.float64], epsilon: float) -> NDArray[np.float64]:
    """1 / sqrt(variance + epsilon), 0 where there is no variance."""
    varies = variances > NOTHING * variances.max()
    return np.where(varies, 1.0 / np.sqrt(np.where(varies, variances, 1.0) + epsilon), 0.0)


def _blocks(count: int) -> Iterator[slice]:
    return (slice(start, start + BLOCK) for start in range(0, count, BLOCK))


FITS: dict[str, Callable[[NDArray[np.float64]], Preprocessing]] = {
    "none": _none,
    "center": _center,
    "standardize": _standardize,
    "whiten": _whiten,
}
