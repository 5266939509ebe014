"""Inputs to units of work: pieces of one file or of many, about as much as is worth sending to a process at once."""

import lzma
import os
import stat
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from tagger.errors import TaggerError
from tagger.reading.cutting import cut_pieces
from tagger.reading.inputs import STDIN, InputFile
from tagger.reading.pieces import PIECE_CHARACTERS, Piece, Reading
from tagger.recipes.tag_manifest import Source
from tagger.recipes.text_work import located, reading_of
from tagger.text.lines import unreadable
from tagger.text.remote_files import is_url, status_of_url

PIECES_A_UNIT = 64
"""At most so many pieces, and ends of files, are sent together."""


@dataclass(slots=True)
class OpenInput:
    """An input that is being read, tagged or written."""

    file: InputFile
    source: Source | None  # None: a stream, which cannot be known again
    begun: bool = False
    failed: bool = False  # what is left of it is not wanted
    sentences: int = 0
    tokens: int = 0
    pieces: Callable[[], Iterator[Piece]] | None = None  # of what is no file


class Part(NamedTuple):
    """A piece of an input in a unit, or its end."""

    input: OpenInput
    is_end: bool
    error: TaggerError | None = None  # of an end: why the input could not be read further


class Units:
    """Iterates over the pieces of all inputs, unit by unit; None where a pipe pauses, after all that is certain.

    `sent` holds the parts of each unit that has been given out and not been taken back: one for each piece, and one for
    the end of each input, in order.
    """

    def __init__(
        self,
        inputs: Iterable[OpenInput],
        reading: Reading,
        *,
        on_read: Callable[[int], None],
        on_pause: Callable[[], None],
    ) -> None:
        """on_read: told how many bytes of the inputs have been read, of failed ones all.

        on_pause: called when all before a pause has been taken back.
        """
        self.sent: deque[list[Part]] = deque()
        self._inputs = inputs
        self._reading = reading
        self._on_read = on_read
        self._on_pause = on_pause
        self._parts: list[Part] = []
        self._pieces: list[Piece] = []
        self._characters = 0
        self._bytes = [0, 0]  # of the inputs before; of this one

    def __iter__(self) -> Iterator[list[Piece] | None]:
        for opened in self._inputs:
            yield from self._units_of(opened)
        if self._parts:
            yield self._unit()

    def _units_of(self, opened: OpenInput) -> Iterator[list[Piece] | None]:
        error = None
        for found in self._cut(opened):
            if isinstance(found, TaggerError):
                error = found
            elif found is None:
                if self._parts:
                    yield self._unit()
                yield None
                self._on_pause()
            else:
                self._pieces.append(found)
                self._characters += len(found.content)
                self._parts.append(Part(opened, is_end=False))
                if self._is_full():
                    yield self._unit()
            if opened.failed:
                break
        self._count(opened.source.size if opened.source is not None else self._bytes[1])
        self._bytes = [sum(self._bytes), 0]
        self._parts.append(Part(opened, True, error))
        if self._is_full():
            yield self._unit()

    def _cut(self, opened: OpenInput) -> Iterator[Piece | TaggerError | None]:
        """The pieces of an input; last the error for what cannot be read."""
        path = opened.file.path
        reading = reading_of(path, self._reading)
        try:
            if opened.pieces is not None:
                yield from opened.pieces()
                return
            yield from cut_pieces(path, reading, on_read=self._count, pauses=opened.source is None)
        except TaggerError as error:
            yield located(error, path)
        except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
            yield unreadable(path, None, error)

    def _count(self, read: int) -> None:
        self._bytes[1] = read
        self._on_read(sum(self._bytes))

    def _is_full(self) -> bool:
        return self._characters >= PIECE_CHARACTERS or len(self._parts) >= PIECES_A_UNIT

    def _unit(self) -> list[Piece]:
        pieces = self._pieces
        self.sent.append(self._parts)
        self._parts, self._pieces, self._characters = [], [], 0
        return pieces


def look_at(file: InputFile) -> OpenInput:
    """An input about to be read; what cannot even be looked at fails when it is."""
    if file.path == STDIN:
        return OpenInput(file, None)
    if is_url(file.path):
        return OpenInput(file, _remote_source(file))
    try:
        status = os.stat(file.path)  # noqa: PTH116
    except (OSError, ValueError):
        return OpenInput(file, None)
    if not stat.S_ISREG(status.st_mode):
        return OpenInput(file, None)
    return OpenInput(file, Source(file.relative, status.st_size, status.st_mtime_ns))


def _remote_source(file: InputFile) -> Source | None:
    try:
        status = status_of_url(file.path)
    except OSError:
        return None
    return None if status is None else Source(file.relative, status.size, status.mtime_ns)
