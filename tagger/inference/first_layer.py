"""Forms to their rows of first-layer products: lookup tables, characters and the first weight matrix in one.

Every matrix product has the same number of rows, whatever there is to compute (missing rows are zero): a linear algebra
library may round a row differently in a product of another size, and a form must always get the same row.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagger.errors import ModelError
from tagger.saved import BATCH_NORM_EPSILON, SavedModel
from tagger.text.vocabulary import PADDING

Array = NDArray[np.float32]

FORMS_AT_ONCE = 32
"""Rows of one product of vectors and weights. Measured: 16 cost a seventh more a form, 128 a tenth less."""


def weight(model: SavedModel, name: str, *shape: int) -> Array:
    """The weights `name` as contiguous float32 (-1 in `shape`: any size). Raises ModelError if they do not fit."""
    found = model.weights.get(name)
    if found is None:
        raise ModelError(f"expected the weights {name}, found none", hint="The model is damaged.")
    if len(found.shape) != len(shape) or any(
        b not in (-1, a) for a, b in zip(found.shape, shape, strict=True)
    ):
        wanted = " x ".join("any" if n < 0 else str(n) for n in shape)
        shown = " x ".join(map(str, found.shape)) or "a single number"
        raise ModelError(f"expected weights {name} of {wanted}, found {shown}", hint="The model is damaged.")
    return np.ascontiguousarray(found, dtype=np.float32)


def hidden_layer(model: SavedModel, number: int, inputs: int) -> tuple[Array, Array]:
    """The matrix [H, inputs] and the bias [H] of a hidden layer (of maxout P * H), batch normalisation folded in.

    (W x + b - mean) * s + beta, s = gamma / sqrt(var + eps), is a layer of matrix s W and bias (b - mean) * s + beta.
    """
    sums = model.network.hidden[number] * model.network.sums
    matrix = weight(model, f"trunk.{number}.weight", sums, inputs)
    bias = weight(model, f"trunk.{number}.bias", sums)
    if not model.network.batch_norm:
        return matrix, bias
    gamma, beta, mean, var = (
        weight(model, f"norms.{number}.{part}", sums).astype(np.float64)
        for part in ("weight", "bias", "running_mean", "running_var")
    )
    scale = gamma / np.sqrt(var + BATCH_NORM_EPSILON)
    return (matrix * scale[:, None]).astype(np.float32), ((bias - mean) * scale + beta).astype(np.float32)


class FirstLayer:
    """The first-layer products of a form: for each slot of the window, weight of the slot times the form's vector."""

    def __init__(self, model: SavedModel) -> None:
        features = model.features
        self._features = features
        self.window = model.network.window
        self._tables = [
            weight(model, f"lookup.{f.name}.weight", len(features.vocabularies[f.name]), f.dim)
            for f in features.features
        ]
        matrix, bias = hidden_layer(model, 0, self.window * features.width)
        self.units = len(bias)  # H; of maxout P * H
        by_slot = matrix.reshape(self.units, self.window, features.width).transpose(2, 1, 0)  # [D, W, H]
        self._weights = by_slot.reshape(features.width, -1).copy()  # [D, W * H]
        self._bias = np.zeros(self.window * self.units, np.float32)
        self._bias[: self.units] = bias  # added once a window: to the products of the first slot
        self._letters = _CharacterProducts(model) if features.characters else None

    @property
    def width(self) -> int:
        """Numbers in a form's row: W * H."""
        return self.window * self.units

    def rows(self, forms: Sequence[str]) -> Array:
        """The products of `forms`, the bias with those of the first slot. Shapes: result [len(forms), W * H]."""
        result = np.empty((len(forms), self.width), np.float32)
        for start in range(0, len(forms), FORMS_AT_ONCE):
            some = forms[start : start + FORMS_AT_ONCE]
            result[start : start + len(some)] = self._products(self._vectors(some))[: len(some)]
        return result

    def padding_row(self) -> Array:
        """The products of the form outside the sentence. Shapes: result [W * H]."""
        vectors = np.zeros((FORMS_AT_ONCE, self._features.width), np.float32)
        start = 0
        for table in self._tables:
            vectors[0, start : start + table.shape[1]] = table[PADDING]
            start += table.shape[1]
        row: Array = self._products(vectors)[0]
        return row

    def _products(self, vectors: Array) -> Array:
        products: Array = vectors @ self._weights  # [FORMS_AT_ONCE, W * H]
        products += self._bias
        return products

    def _vectors(self, forms: Sequence[str]) -> Array:
        """The concatenated vectors of at most FORMS_AT_ONCE forms, zeros below. Shapes: [FORMS_AT_ONCE, D]."""
        vectors = np.zeros((FORMS_AT_ONCE, self._features.width), np.float32)
        start = 0
        for table, rows in zip(self._tables, self._features.rows(forms).T, strict=True):
            vectors[: len(forms), start : start + table.shape[1]] = table[rows]
            start += table.shape[1]
        if self._letters is not None:
            vectors[: len(forms), start:] = self._letters.vectors(self._features.character_rows(forms))
        return vectors


class _CharacterProducts:
    """The convolution over characters, from a table of the products of each character with each slot of the filters.

    The table is computed once: the filters of a window are then a sum of its rows, as the hidden layer of words is.
    """

    def __init__(self, model: SavedModel) -> None:
        feature: Any = model.features.characters
        letters = len(model.features.vocabularies["characters"])
        table = weight(model, "lookup.characters.weight", letters, feature.dim)
        filters = weight(model, "lookup.characters.filters", feature.filters, feature.width * feature.dim)
        by_slot = filters.reshape(feature.filters, feature.width, feature.dim).transpose(2, 1, 0)
        products = table @ by_slot.reshape(feature.dim, -1)  # [V, width * filters]
        self._products = np.zeros((letters + 1, feature.width, feature.filters), np.float32)
        self._products[:letters] = products.reshape(letters, feature.width, feature.filters)
        self._outside = letters  # beyond the edges stand zero vectors, not the padding row
        self._bias = weight(model, "lookup.characters.bias", feature.filters)
        self._width = feature.width

    def vectors(self, rows: NDArray[np.int64]) -> Array:
        """The maximum over positions of each filter. Shapes: rows [U, L], row 0 to the right; result [U, filters]."""
        real = rows != PADDING  # [U, L]
        left, right = self._width // 2, self._width - 1 - self._width // 2
        padded = np.pad(
            np.where(real, rows, self._outside), ((0, 0), (left, right)), constant_values=self._outside
        )
        length = rows.shape[1]
        sums = self._products[padded[:, :length], 0]  # [U, L, filters]
        for slot in range(1, self._width):
            sums += self._products[padded[:, slot : slot + length], slot]
        sums[~real] = -np.inf
        best: Array = sums.max(axis=1)
        best += self._bias
        return best
