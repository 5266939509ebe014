"""The compiled inner loops (`kernels.c`), where the package was installed with a C compiler at hand.

Everything works without them: `compiled()` is then None, and the same arithmetic is done in NumPy, to the same last
bit. Why they are there: NumPy has no call that adds rows picked from a table, so each slot of the window is copied
and read again, and none that takes a step of Viterbi without an array of labels x labels x sentences. Measured on one
core (AMD EPYC, AVX-512; window 5, hidden 300): the sum of rows with its activation 0.4 microseconds a token against
0.8, best paths of 17 labels 0.15 against 0.8. A library was no better choice: numba takes longer to load than a page
takes to tag, torch's embedding_bag brings torch. Rows in half precision were tried and left out: summing them takes
about two thirds of the time, but only with instructions of one kind of processor, and the scores lose their precision.
"""

import ctypes
import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Numbers = NDArray[np.intp]

ENVIRONMENT = "TAGGER_KERNELS"
"""Set to "numpy" it leaves the compiled loops out."""
SUFFIX = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")
LIBRARY = Path(__file__).with_name("_kernels" + SUFFIX)

VERSION = 1
"""Of the functions in `kernels.c`: a library that an older source was compiled to is left alone."""
_POINTER, _INTEGER = ctypes.c_void_p, ctypes.c_int64


class Kernels:
    """The functions of `kernels.c` for NumPy arrays, all contiguous (the scores of `best_*`: their rows)."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._sum_rows = library.sum_rows
        self._sum_rows.argtypes = [*[_POINTER] * 3, *[_INTEGER] * 3, ctypes.c_int32, _POINTER]
        self._best_labels = library.best_labels
        self._best_labels.argtypes = [_POINTER, *[_INTEGER] * 3, _POINTER]
        self._best_paths = library.best_paths
        sized: list[Any] = [_POINTER, _INTEGER, _INTEGER, _POINTER, _INTEGER]  # scores, lengths
        self._best_paths.argtypes = [*sized, *[_POINTER] * 3, ctypes.c_float, *[_POINTER] * 4]
        for function in (self._sum_rows, self._best_labels, self._best_paths):
            function.restype = None

    def sum_rows(self, table: Array, numbers: Numbers, places: Numbers, sums: Array, *, relu: bool) -> None:
        """Fill `sums` [n, H] with the sums of the rows of each window, and apply ReLU if asked.

        Shapes: table [forms, W * H]; numbers [M] of rows; places [n]: where each window begins in `numbers`.
        """
        count, units = sums.shape
        window = table.shape[1] // units
        self._sum_rows(
            *(table.ctypes.data, numbers.ctypes.data, places.ctypes.data),
            *(count, window, units, relu, sums.ctypes.data),
        )

    def best_labels(self, scores: Array) -> Numbers:
        """The label number of highest score of each token. Shapes: scores [N, K], maybe columns of a wider array."""
        result = np.empty(len(scores), np.intp)
        stride = scores.strides[0] // scores.itemsize
        self._best_labels(scores.ctypes.data, stride, scores.shape[1], len(scores), result.ctypes.data)
        return result

    def best_paths(
        self, scores: Array, lengths: Numbers, start: Array, pairs: Array, end: Array, *, lowest: float
    ) -> tuple[Numbers, NDArray[np.bool_]]:
        """The label numbers of each sentence's best path, and which sentences have no allowed one.

        Shapes: scores [N, K], maybe columns of a wider array; lengths, sum N; start, end [K]; pairs [K, K]; results
        [N] and as lengths.
        """
        labels = scores.shape[1]
        result, lost = np.empty(len(scores), np.intp), np.empty(len(lengths), np.uint8)
        origins = np.empty((int(lengths.max(initial=0)), labels), np.int32)
        room = np.empty(2 * labels, np.float32)
        self._best_paths(
            *(scores.ctypes.data, scores.strides[0] // scores.itemsize, labels),
            *(lengths.ctypes.data, len(lengths)),
            *(start.ctypes.data, pairs.ctypes.data, end.ctypes.data, lowest),
            *(result.ctypes.data, lost.ctypes.data, origins.ctypes.data, room.ctypes.data),
        )
        return result, lost.view(np.bool_)


def compiled() -> Kernels | None:
    """The compiled loops; None where there are none, or the environment asks for NumPy's."""
    return None if os.environ.get(ENVIRONMENT) == "numpy" else _loaded()


@cache
def _loaded() -> Kernels | None:
    if not LIBRARY.is_file() or np.dtype(np.intp).itemsize != 8:
        return None
    try:
        library = ctypes.CDLL(str(LIBRARY))
        return Kernels(library) if library.kernels_version() == VERSION else None
    except (OSError, AttributeError):  # built for another machine, or by another version
        return None
