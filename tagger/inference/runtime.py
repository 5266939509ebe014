"""A saved model and sentences of ready tokens to the scores of every task's labels; NumPy alone, float32.

The first layer is linear in the words of the window: W x = sum over the slots j of W_j x_(t+j), and x depends on the
form alone (affixes, characters and all). So the products W_j x of a form are computed when the form is first seen and
kept as one row of W * H numbers (`form_table.py`, `first_layer.py`); the hidden layer of a token is then a sum of W
pieces of rows, and one matrix product gives the scores of all tasks. The table is bounded: the forms not asked for
longest are forgotten and computed again when they return.

Batch normalisation with its running statistics is linear: it is folded into the layer's weights on loading. A maxout
layer of P pieces is a layer of P * H sums, of which the activation leaves H.

The scores of a token are the same to the last bit whatever the memory, the batching and the order of sentences: the
pieces are summed in one order, and every matrix product has one fixed number of rows (what is missing is padding),
because a linear algebra library may round a row differently in a product of another size.

Where the time goes, in microseconds a token (one core of an AMD EPYC with AVX-512, newspaper text,
window 5, hidden 300, 45 labels word-level and 17 sentence-level, forms seen before): forms to numbers 0.1, sum of rows
0.6, activation 0.2, heads 0.5, numbers of rows and copies 0.3, best labels 0.1, best paths 0.4, sentences put together
0.3; 2.4 in all, or 410,000 tokens a second from ready tokens to tagged sentences. A form seen for the first time costs
17 more: 5 for the product, 6 for the rows of its features, the rest for copies.
"""

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from tagger.errors import ModelError
from tagger.inference.activations import ACTIVATIONS, build_activation
from tagger.inference.first_layer import FirstLayer, hidden_layer, weight
from tagger.inference.form_table import BYTES_A_FORM, Form, FormTable
from tagger.saved import SavedModel

Array = NDArray[np.float32]

DEFAULT_MEMORY = 200_000_000
"""Bytes for the table of forms: about 30,000 forms at window 5, hidden 300."""
TOKENS_AT_ONCE = 256
"""Rows of one product of hidden layer and heads: 300 KB of hidden units stay in the second-level cache."""
TOKENS_A_PIECE = 4096
"""Tokens whose forms are looked up at once (fewer where the memory is small)."""


class Runtime:
    """The network of a saved model, ready to score sentences. Not for several threads at once."""

    def __init__(self, model: SavedModel, *, memory: int = DEFAULT_MEMORY) -> None:
        """`memory` in bytes bounds the table of forms, but never below what 2 * 256 tokens need.

        Raises ModelError where the weights do not fit the description.
        """
        network = model.network
        if network.activation not in ACTIVATIONS:
            known = ", ".join(ACTIVATIONS)
            raise ModelError(f"expected an activation among {known}, found {network.activation}")
        if network.window % 2 == 0 or not network.hidden:
            raise ModelError(
                f"expected an odd window and a hidden layer, found {network.window}, {network.hidden}"
            )
        self.window = network.window
        self.columns: dict[str, slice] = {}
        self._activation = build_activation(network.activation, leak=network.leak, pieces=network.pieces)
        first = FirstLayer(model)
        capacity = max(memory // (4 * first.width + BYTES_A_FORM), 2 * (TOKENS_AT_ONCE + self.window))
        self._table = FormTable(first.rows, first.padding_row(), capacity=capacity)
        self._piece = min(TOKENS_A_PIECE, capacity // 2 - self.window)
        upper = (hidden_layer(model, i, units) for i, units in enumerate(network.hidden[:-1], start=1))
        self._layers = [(np.ascontiguousarray(matrix.T), bias) for matrix, bias in upper]
        self._layers.append(self._heads(model))
        self._buffers = [np.empty((TOKENS_AT_ONCE, first.units), np.float32) for _ in range(2)]

    def _heads(self, model: SavedModel) -> tuple[Array, Array]:
        """The heads of all tasks as one layer; `columns` says which scores are whose."""
        weights, biases, end = [], [], 0
        for task in model.tasks:
            weights.append(
                weight(model, f"heads.{task.name}.weight", len(task.labels), model.network.hidden[-1])
            )
            biases.append(weight(model, f"heads.{task.name}.bias", len(task.labels)))
            self.columns[task.name] = slice(end, end + len(task.labels))
            end += len(task.labels)
        if not weights:
            raise ModelError("expected a model with a task, found none")
        return np.ascontiguousarray(np.concatenate(weights).T), np.concatenate(biases)

    def scores(self, sentences: Sequence[Sequence[str]]) -> Array:
        """Scores of all labels for all tokens in order; `columns` has the part of each task.

        Shapes: result [N, sum of K], N tokens in all.
        """
        lengths = np.fromiter(map(len, sentences), dtype=np.intp, count=len(sentences))
        half = self.window // 2
        padding: list[Form] = [None] * half
        stream: list[Form] = list(chain.from_iterable(chain((padding,), *((s, padding) for s in sentences))))
        total = int(lengths.sum())
        places = np.arange(total) + half * np.repeat(
            np.arange(1, len(sentences) + 1), lengths
        )  # [N] in the stream
        result = np.empty((total, self._layers[-1][1].size), np.float32)
        for start in range(0, total, self._piece):
            part = places[start : start + self._piece]
            first = int(part[0]) - half
            numbers = self._table.numbers(stream[first : int(part[-1]) + half + 1])
            self._score(numbers, part - part[0], result[start : start + len(part)])
        return result

    def _score(self, numbers: NDArray[np.intp], places: NDArray[np.intp], result: Array) -> None:
        """Fill `result` [n, sum of K] with the scores of n tokens, whose windows start at `places` of `numbers`."""
        slots = self._slots(numbers, places)
        for start in range(0, len(result), TOKENS_AT_ONCE):
            hidden = self._activation(self._first_hidden(slots[:, start : start + TOKENS_AT_ONCE]))
            for matrix, bias in self._layers[:-1]:
                hidden = self._activation(hidden @ matrix + bias)
            matrix, bias = self._layers[-1]
            scores = hidden @ matrix  # [TOKENS_AT_ONCE, sum of K]
            scores += bias
            result[start : start + TOKENS_AT_ONCE] = scores[: len(result) - start]

    def _slots(self, numbers: NDArray[np.intp], places: NDArray[np.intp]) -> NDArray[np.intp]:
        """Rows of the table, one slot of a form each. Shapes: result [W, n rounded up to TOKENS_AT_ONCE]."""
        missing = -len(places) % TOKENS_AT_ONCE
        places = np.pad(places, (0, missing))
        offsets = np.arange(self.window)[:, None]
        slots: NDArray[np.intp] = numbers[places + offsets] * self.window + offsets
        return slots

    def _first_hidden(self, slots: NDArray[np.intp]) -> Array:
        """The first hidden layer before its activation, in a buffer that the next call overwrites.

        Shapes: slots [W, TOKENS_AT_ONCE]; result [TOKENS_AT_ONCE, H].
        """
        total, piece = self._buffers
        table = self._table.rows.reshape(-1, total.shape[1])  # [capacity * W, H]
        np.take(table, slots[0], axis=0, out=total, mode="clip")  # "raise" would copy through another buffer
        for rows in slots[1:]:
            np.take(table, rows, axis=0, out=piece, mode="clip")
            total += piece
        return total
