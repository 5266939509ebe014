"""A Parquet file to pieces of some rows each, and a piece to the sentences of its text, each with its row.

A file that cannot seek (standard input, a pipe, a compressed file) is first copied to a temporary one.
"""

import io
import lzma
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import BinaryIO, cast

from tagger.errors import DataError
from tagger.reading.json_pieces import record_words
from tagger.reading.pieces import PIECE_CHARACTERS, Piece, Reading
from tagger.reading.words import Words
from tagger.text.lines import open_bytes, unreadable
from tagger.text.tables import Row, Rows, TableFile, UnreadableTableError

_MAGIC = (b"PAR1", b"PARE")
_NAMES_SHOWN = 20


def cut_parquet(
    path: str, reading: Reading, *, size: int = PIECE_CHARACTERS, on_read: Callable[[int], None] | None = None
) -> Iterator[Piece]:
    """The rows of `path` in pieces of about `size` bytes of text, at least one; `Piece.line` is the number of a row.

    on_read: told about how many bytes of the file have been read.
    Raises DataError for a file that is no Parquet or damaged, or has no such column of strings.
    """
    with ExitStack() as stack:
        file = _seekable(path, stack)
        table = _open_table(path, file, reading.text_field)
        length = file.seek(0, io.SEEK_END)
        row = 1
        try:
            for rows, content in table.pieces(reading.text_field, size):
                yield Piece(content, path, row)
                row += rows
                if on_read is not None:
                    on_read(length * (row - 1) // max(table.rows, 1))
        except UnreadableTableError as error:
            expected = "a file that can be read to its end"
            raise DataError(path, row, expected, str(error), "Is it damaged?") from error


def parse_parquet(piece: Piece, reading: Reading) -> Iterator[Words]:
    """The sentences of a piece; a row without one, and a piece without rows, is one Words without tokens.

    Raises DataError, with the row, for text that is not UTF-8 and for a NUL byte, as `reading.errors` says.
    """
    rows = Rows(cast(bytes, piece.content))
    if not len(rows):
        yield Words([], record=Row(rows, None))
    for number, raw in enumerate(rows.texts(reading.text_field)):
        text = decoded(piece.path, piece.line + number, raw or b"", reading.errors)
        yield from record_words(Row(rows, number), text, reading)


def _seekable(path: str, stack: ExitStack) -> BinaryIO:
    """The bytes of `path`, or of a copy where they cannot be read in any order."""
    file = stack.enter_context(open_bytes(path))
    if isinstance(file, io.BufferedReader) and file.seekable():
        return file
    copy = cast(BinaryIO, stack.enter_context(tempfile.TemporaryFile()))  # noqa: SIM115
    try:
        shutil.copyfileobj(file, copy)
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        raise unreadable(path, None, error) from error
    copy.seek(0)
    return copy


def _open_table(path: str, file: BinaryIO, field: str) -> TableFile:
    try:
        table = TableFile(file)
    except UnreadableTableError as error:
        raise _no_table(path, file, error) from error
    names = table.columns
    if names.count(field) != 1:
        shown = ", ".join(names[:_NAMES_SHOWN]) + (", ..." if len(names) > _NAMES_SHOWN else "")
        found = f"{names.count(field)} of that name" if field in names else shown or "no columns"
        raise DataError(path, None, f"a column {field!r} of text", found, "Name another with --text-field.")
    if kind := table.not_text(field):
        hint = "Name another column with --text-field."
        raise DataError(path, None, f"strings in the column {field!r}", kind, hint)
    return table


def _no_table(path: str, file: BinaryIO, error: UnreadableTableError) -> DataError:
    file.seek(0)
    begins = file.read(4)
    if not begins:
        return DataError(path, None, "a Parquet file", "an empty file")
    if begins not in _MAGIC:
        hint = "Name its format with --input-format."
        return DataError(path, None, "a Parquet file", "a file of another format", hint)
    return DataError(path, None, "a whole Parquet file", str(error), "Is it damaged?")


def decoded(path: str, row: int | None, raw: bytes, errors: str) -> str:
    """The text of a row, NUL bytes and what is no UTF-8 dealt with as `errors` says. Raises DataError."""
    try:
        text = raw.decode("utf-8", errors)
    except UnicodeDecodeError as error:
        found = f"the byte 0x{raw[error.start]:02x}"
        raise DataError(path, row, "UTF-8 text", found, "Pass --errors replace.") from error
    if "\0" in text and errors != "ignore":
        if errors == "strict":
            raise DataError(path, row, "text", "a NUL byte", "Pass --errors replace.")
        return text.replace("\0", "\ufffd")
    return text.replace("\0", "")
