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

Where the time goes, in microseconds a token (one core of a virtual machine, AMD EPYC with AVX-512, compiled loops,
newspaper text, window 5, hidden 300, 45 labels word-level and 17 sentence-level, forms seen before): forms to numbers
0.2, sum of rows with ReLU 0.4, heads 0.4, best labels 0.04, best paths 0.15, sentences put together 0.15; 1.4 in all,
or 700,000 tokens a second from ready tokens to tagged sentences. A form seen for the first time costs 19 more: 6 for
its features, 8.5 for the product, the rest for copies and the table, and up to 15 again where the system has to find
memory for its row.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tagger.errors import ModelError
from tagger.inference.activations import ACTIVATIONS, build_activation
from tagger.inference.first_layer import FirstLayer, hidden_layer, weight
from tagger.inference.form_table import BYTES_A_FORM, Form, FormTable
from tagger.inference.kernels import compiled
from tagger.saved import SavedModel

Array = NDArray[np.float32]
Numbers = NDArray[np.intp]
Remembered = Mapping[str, Sequence[Sequence[str]]]
"""Task -> the classes of every token of some sentences, as `tagger.text.memory` says."""

DEFAULT_MEMORY = 200_000_000
"""Bytes for the table of forms: about 30,000 forms at window 5, hidden 300."""
TOKENS_A_PRODUCT = 48
"""Rows of one matrix product. OpenBLAS has a kernel of its own for such small ones; a sentence alone waits for few."""
TOKENS_AT_ONCE = 5 * TOKENS_A_PRODUCT
"""Tokens whose hidden units stand in the second-level cache."""
TOKENS_A_PIECE = 4096
"""Tokens whose forms are looked up at once (fewer where the memory is small)."""


class LookedUp(NamedTuple):
    """Some tokens whose forms have rows in the table."""

    tokens: slice  # which of all the tokens
    numbers: Numbers  # [M] rows of the table, the forms outside the sentences included
    places: Numbers  # [n] where each token's window begins in `numbers`


def by_product(rows: Array) -> Array:
    """Shapes: rows [N, M], N a multiple of TOKENS_A_PRODUCT; result [any, TOKENS_A_PRODUCT, M], the same memory."""
    return rows.reshape(-1, TOKENS_A_PRODUCT, rows.shape[1])


class Runtime:
    """The network of a saved model, ready to score sentences. Not for several threads at once."""

    def __init__(
        self, model: SavedModel, *, memory: int = DEFAULT_MEMORY, tasks: Sequence[str] | None = None
    ) -> None:
        """`memory` in bytes bounds the table of forms, but never below what 2 * 240 tokens need.

        tasks: those that are scored, by default all. Raises ModelError where the weights do not fit the description.
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
        self._features = model.features
        remembers = model.features.memory
        self.remembered = (remembers.task,) if remembers else ()  # tasks whose first tags a second pass sees
        self._kernels = compiled()
        self._relu = network.activation == "relu"
        self._activation = build_activation(network.activation, leak=network.leak, pieces=network.pieces)
        first = FirstLayer(model)
        capacity = max(memory // (4 * first.width + BYTES_A_FORM), 2 * (TOKENS_AT_ONCE + self.window))
        self.table = FormTable(first.fill_rows, first.padding_row(), capacity=capacity)
        self._piece = min(TOKENS_A_PIECE, capacity // 2 - self.window)
        upper = (hidden_layer(model, i, units) for i, units in enumerate(network.hidden[:-1], start=1))
        self._layers = [(np.ascontiguousarray(matrix.T), bias) for matrix, bias in upper]
        self._heads = self._build_heads(model, tasks)
        self._sums = np.zeros((TOKENS_AT_ONCE, first.units), np.float32)
        self._rows = np.empty((TOKENS_AT_ONCE, first.units), np.float32)
        self._scores = by_product(np.empty((TOKENS_AT_ONCE, len(self._heads[1])), np.float32))

    def _build_heads(self, model: SavedModel, tasks: Sequence[str] | None) -> tuple[Array, Array]:
        """The heads of the tasks as one layer; `columns` says which scores are whose."""
        weights, biases, end = [], [], 0
        for task in model.tasks:
            if tasks is not None and task.name not in tasks:
                continue
            labels = len(task.labels)
            weights.append(weight(model, f"heads.{task.name}.weight", labels, model.network.hidden[-1]))
            biases.append(weight(model, f"heads.{task.name}.bias", labels))
            self.columns[task.name] = slice(end, end + labels)
            end += labels
        if not weights:
            raise ModelError("expected a model with a task, found none")
        return np.ascontiguousarray(np.concatenate(weights).T), np.concatenate(biases)

    def scores(self, sentences: Sequence[Sequence[str]], memory: Remembered | None = None) -> Array:
        """Scores of all labels for all tokens in order; `columns` has the part of each task.

        memory: what is remembered of each token, by task. Shapes: result [N, sum of K], N tokens in all.
        """
        result = np.empty((sum(map(len, sentences)), len(self._heads[1])), np.float32)
        classes = memory[self.remembered[0]] if memory and self.remembered else None
        for piece in self.look_up(sentences, classes):
            self.score(piece, result[piece.tokens])
        return result

    def look_up(
        self, sentences: Sequence[Sequence[str]], classes: Sequence[Sequence[str]] | None = None
    ) -> Iterator[LookedUp]:
        """The rows of the tokens' forms, some thousand tokens at a time; each holds until the next is asked for.

        classes: what is remembered of each token.
        """
        lengths = np.fromiter(map(len, sentences), dtype=np.intp, count=len(sentences))
        if classes is not None:
            sentences = list(map(self._features.mark, sentences, classes))
        elif self._features.gazetteers:
            sentences = list(map(self._features.mark, sentences))
        half = self.window // 2
        padding: list[Form] = [None] * half
        stream: list[Form] = list(chain.from_iterable(chain((padding,), *((s, padding) for s in sentences))))
        total = int(lengths.sum())
        firsts = np.arange(total) + half * np.repeat(np.arange(len(sentences)), lengths)  # of the windows
        for start in range(0, total, self._piece):
            places = firsts[start : start + self._piece]
            begin = int(places[0])
            numbers = self.table.numbers(stream[begin : int(places[-1]) + self.window])
            yield LookedUp(slice(start, start + len(places)), numbers, places - begin)

    def score(self, piece: LookedUp, result: Array) -> None:
        """Fill `result` [n, sum of K] with the scores of the piece's n tokens."""
        for start in range(0, len(result), TOKENS_AT_ONCE):
            places = piece.places[start : start + TOKENS_AT_ONCE]
            products = -(-len(places) // TOKENS_A_PRODUCT)
            hidden = self.first_hidden(piece.numbers, places)[: products * TOKENS_A_PRODUCT]
            self.fill_scores(self.further_hidden(hidden), result[start : start + len(places)])

    def further_hidden(self, hidden: Array) -> Array:
        """The last hidden layer from the first, which is the same where it is the only one.

        Shapes: hidden [n, H], n a multiple of TOKENS_A_PRODUCT; result [n, H of the last layer].
        """
        for upper, upper_bias in self._layers:
            sums = by_product(hidden) @ upper + upper_bias
            hidden = self._activation(sums.reshape(len(hidden), -1))
        return hidden

    def fill_scores(self, hidden: Array, result: Array) -> None:
        """Fill `result` [n, sum of K] with the scores of n tokens from their last hidden layer [n or more, H]."""
        matrix, bias = self._heads
        scores = self._scores[: len(hidden) // TOKENS_A_PRODUCT]
        np.matmul(by_product(hidden), matrix, out=scores)
        np.add(scores.reshape(-1, len(bias))[: len(result)], bias, out=result)

    def first_hidden(self, numbers: Numbers, places: Numbers) -> Array:
        """The first hidden layer in a buffer that the next call overwrites, behind the tokens what was there before.

        Shapes: numbers [M]; places [n]; result [TOKENS_AT_ONCE, H].
        """
        if self._kernels is not None:
            sums = self._sums[: len(places)]
            self._kernels.sum_rows(self.table.rows, numbers, places, sums, relu=self._relu)
            return self._sums if self._relu else self._activation(self._sums)
        sums, rows = self._sums[: len(places)], self._rows[: len(places)]
        table = self.table.rows.reshape(-1, sums.shape[1])  # [capacity * W, H]
        rows_of = partial(np.take, table, axis=0, mode="clip")  # mode "raise" would copy once more
        rows_of(numbers[places] * self.window, out=sums)
        for slot in range(1, self.window):
            rows_of(numbers[places + slot] * self.window + slot, out=rows)
            sums += rows
        return self._activation(self._sums)
