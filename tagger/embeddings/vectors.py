"""Text files of word vectors (word2vec with its header line, GloVe without; plain, .gz, .bz2, .xz) to arrays."""

import bz2
import gzip
import lzma
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagger.errors import DataError

_OPENERS: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}


@dataclass(frozen=True, slots=True)
class WordVectors:
    """Words as the file spells them, in its order, and their vectors. Shapes: vectors [len(words), d]."""

    words: list[str]
    vectors: NDArray[np.float32]


def read_vectors(path: Path, dim: int, *, limit: int | None = None) -> WordVectors:
    """The first `limit` vectors of the file, each of `dim` numbers.

    Raises DataError with the line for a vector of another width, a value that is no number, or text that is not UTF-8.
    """
    words: list[str] = []
    rows: list[NDArray[np.float32]] = []
    for number, line in _lines(path):
        if limit is not None and len(words) >= limit:
            break
        fields = line.rstrip().split(" ")
        if number == 1 and len(fields) == 2 and all(field.isdigit() for field in fields):
            _check_width(path, number, int(fields[1]), dim)
            continue
        if not line.strip():
            continue
        _check_width(path, number, len(fields) - 1 if len(fields) <= dim else len(fields[-dim:]), dim)
        words.append(" ".join(fields[:-dim]))  # some files hold words with spaces
        try:
            rows.append(np.array(fields[-dim:], dtype=np.float32))
        except ValueError as error:
            raise DataError(path, number, f"a word and {dim} numbers", str(error)) from error
    if not words:
        raise DataError(path, None, "word vectors, a word a line", "none", "Is the file empty?")
    return WordVectors(words, np.stack(rows))


def _check_width(path: Path, line: int, found: int, dim: int) -> None:
    if found != dim:
        raise DataError(
            path,
            line,
            f"vectors of {dim} numbers",
            f"{found}",
            f"Set features.word.dim={found}, or choose another file.",
        )


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Numbered lines; a line that is not UTF-8 is an error."""
    try:
        with _OPENERS.get(path.suffix, open)(path, "rb") as file:
            for number, raw in enumerate(file, 1):
                try:
                    yield number, raw.decode("utf-8")
                except UnicodeDecodeError as error:
                    raise DataError(path, number, "UTF-8 text", f"byte 0x{raw[error.start]:02X}") from error
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise DataError(path, None, "a readable file of word vectors", str(error)) from error
