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
VECTORS_AT_ONCE = 4 * FORMS_AT_ONCE
"""Forms whose features are looked up together."""


def weight(model: SavedModel, name: str, *shape: int) -> Array:
    """The weights `name` as contiguous float32 (-1 in `shape`: any size). Raises ModelError if they do not fit."""
    return np.ascontiguousarray(_as_saved(model, name, *shape), dtype=np.float32)


def _as_saved(model: SavedModel, name: str, *shape: int) -> NDArray[Any]:
    found = model.weights.get(name)
    if found is None:
        raise ModelError(f"expected the weights {name}, found none", hint="The model is damaged.")
    if len(found.shape) != len(shape) or any(
        b not in (-1, a) for a, b in zip(found.shape, shape, strict=True)
    ):
        wanted = " x ".join("any" if n < 0 else str(n) for n in shape)
        shown = " x ".join(map(str, found.shape)) or "a single number"
        raise ModelError(f"expected weights {name} of {wanted}, found {shown}", hint="The model is damaged.")
    return found


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
            _as_saved(model, f"lookup.{f.name}.weight", len(features.vocabularies[f.name]), f.dim)
            for f in features.features
        ]
        matrix, bias = hidden_layer(model, 0, self.window * features.width)
        self.units = len(bias)  # H; of maxout P * H
        by_slot = matrix.reshape(self.units, self.window, features.width).transpose(2, 1, 0)  # [D, W, H]
        self._weights = by_slot.reshape(features.width, -1).copy()  # [D, W * H]
        self._bias = np.zeros(self.window * self.units, np.float32)
        self._bias[: self.units] = bias  # added once a window: to the products of the first slot
        self._letters = _CharacterProducts(model) if features.characters else None
        self._vectors = np.zeros((VECTORS_AT_ONCE, features.width), np.float32)
        self._room = np.empty((FORMS_AT_ONCE, self.width), np.float32)

    @property
    def width(self) -> int:
        """Numbers in a form's row: W * H."""
        return self.window * self.units

    def fill_rows(self, forms: Sequence[str], rows: Array, numbers: NDArray[np.intp]) -> None:
        """Write the products of `forms` to the `numbers` of `rows` [any, W * H]; the bias is with the first slot."""
        for first in range(0, len(forms), VECTORS_AT_ONCE):
            some = forms[first : first + VECTORS_AT_ONCE]
            self._fill_vectors(some)
            for start in range(0, len(some), FORMS_AT_ONCE):
                places = numbers[first + start : first + min(start + FORMS_AT_ONCE, len(some))]
                products = self._products(start)[: len(places)]
                if (np.diff(places) == 1).all():
                    np.add(products, self._bias, out=rows[places[0] : places[0] + len(places)])
                else:
                    rows[places] = products + self._bias

    def padding_row(self) -> Array:
        """The products of the form outside the sentence. Shapes: result [W * H]."""
        self._vectors[0] = 0.0
        start = 0
        for table in self._tables:
            self._vectors[0, start : start + table.shape[1]] = table[PADDING]
            start += table.shape[1]
        row: Array = self._products(0)[0] + self._bias
        return row

    def _products(self, start: int) -> Array:
        """Of FORMS_AT_ONCE vectors, in a buffer that the next call overwrites: [FORMS_AT_ONCE, W * H]."""
        return np.matmul(self._vectors[start : start + FORMS_AT_ONCE], self._weights, out=self._room)

    def _fill_vectors(self, forms: Sequence[str]) -> None:
        """Put the concatenated vectors of at most VECTORS_AT_ONCE forms first in `_vectors`; any numbers below."""
        start = 0
        for table, rows in zip(self._tables, self._features.rows(forms).T, strict=True):
            self._vectors[: len(forms), start : start + table.shape[1]] = table[rows]
            start += table.shape[1]
        if self._letters is not None:
            self._vectors[: len(forms), start:] = self._letters.vectors(self._features.character_rows(forms))


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
