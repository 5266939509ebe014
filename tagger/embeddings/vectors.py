"""Text files of word vectors (word2vec with its header line, GloVe without; also .gz, .bz2, .xz) to arrays and back."""

import bz2
import gzip
import lzma
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from tagger.errors import DataError

_OPENERS: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}

_PACKERS: dict[str, Callable[[BinaryIO], AbstractContextManager[Any]]] = {
    # neither a name nor a time in the file, so that it is always the same; level 6 is much faster than 9
    ".gz": lambda file: gzip.GzipFile("", "wb", compresslevel=6, fileobj=file, mtime=0),
    ".bz2": partial(bz2.BZ2File, mode="wb"),
    ".xz": partial(lzma.LZMAFile, mode="wb"),
}

_WHITE_SPACE = re.compile(r"[ \t\n\r\f\v]|^$")
"""What a word must not have where white space ends words."""


@dataclass(frozen=True, slots=True)
class WordVectors:
    """Words as the file spells them, in its order, and their vectors. Shapes: vectors [len(words), d]."""

    words: list[str]
    vectors: NDArray[np.float32]


def read_vectors(
    path: Path, dim: int, *, limit: int | None = None, setting: str = "features.word.dim"
) -> WordVectors:
    """The first `limit` vectors of the file, each of `dim` numbers.

    Raises DataError with the line for a vector of another width, a value that is no number, or text that is not UTF-8;
    with the word for a number that is not finite. `setting`: where `dim` was stated, for the message.
    """
    words: list[str] = []
    rows: list[NDArray[np.float32]] = []
    for number, line in _lines(path):
        if limit is not None and len(words) >= limit:
            break
        fields = line.rstrip().split(" ")
        if number == 1 and len(fields) == 2 and all(field.isdigit() for field in fields):
            _check_width(path, number, int(fields[1]), dim, setting)
            continue
        if not line.strip():
            continue
        found = len(fields) - 1 if len(fields) <= dim else len(fields[-dim:])
        _check_width(path, number, found, dim, setting)
        words.append(" ".join(fields[:-dim]))  # some files hold words with spaces
        try:
            rows.append(np.array(fields[-dim:], dtype=np.float32))
        except ValueError as error:
            raise DataError(path, number, f"a word and {dim} numbers", str(error)) from error
    if not words:
        raise DataError(path, None, "word vectors, a word a line", "none", "Is the file empty?")
    vectors = np.stack(rows)
    if not (finite := np.isfinite(vectors).all(axis=1)).all():
        word = words[int(np.argmin(finite))]
        raise DataError(path, None, "finite numbers", f"others in the vector of {word!r}")
    return WordVectors(words, vectors)


def write_vectors(file: BinaryIO, vectors: WordVectors, *, suffix: str = "") -> list[str]:
    """Write word2vec text into the open `file`, packed as `suffix` says; the words left out.

    A header line with the number of words and of numbers, then a line a word in their order. Left out are words with
    ASCII white space, which ends words for many readers. Numbers are as short as can be and read back the same: as
    float32, or, where all are float16 numbers (a model in half precision), rounded to float16.
    """
    fits = [_WHITE_SPACE.search(word) is None for word in vectors.words]
    with _PACKERS.get(suffix.lower(), nullcontext)(file) as packed:
        packed.write(f"{sum(fits)} {vectors.vectors.shape[1]}\n".encode())
        for word, fit, numbers in zip(vectors.words, fits, _number_texts(vectors.vectors), strict=True):
            if fit:
                packed.write(f"{word} {numbers}\n".encode())
    return [word for word, fit in zip(vectors.words, fits, strict=True) if not fit]


def _number_texts(vectors: NDArray[np.float32]) -> Iterator[str]:
    """Each row as numbers with spaces between them. There are few float16 numbers: their texts are looked up."""
    with np.errstate(over="ignore"):
        half = vectors.astype(np.float16)
    if not np.array_equal(half, vectors):
        return (" ".join(map(str, row)) for row in vectors)
    texts = [str(number) for number in np.arange(2**16, dtype=np.uint16).view(np.float16)]
    return (" ".join([texts[bits] for bits in row.tolist()]) for row in half.view(np.uint16))


def _check_width(path: Path, line: int, found: int, dim: int, setting: str) -> None:
    if found != dim:
        raise DataError(
            path,
            line,
            f"vectors of {dim} numbers",
            f"{found}",
            f"Set {setting}={found}, or choose another file.",
        )


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Numbered lines; a line that is not UTF-8 is an error."""
    try:
        with _OPENERS.get(path.suffix.lower(), open)(path, "rb") as file:
            for number, raw in enumerate(file, 1):
                try:
                    yield number, raw.decode("utf-8")
                except UnicodeDecodeError as error:
                    raise DataError(path, number, "UTF-8 text", f"byte 0x{raw[error.start]:02X}") from error
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise DataError(path, None, "a readable file of word vectors", str(error)) from error
