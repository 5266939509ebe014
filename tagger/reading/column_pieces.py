"""CoNLL columns to pieces at their blank lines, and a piece to sentences whose rows are kept as they stand.

How the rows are laid out, which the first row decides, travels with every piece.
"""

from collections.abc import Iterator
from itertools import chain
from typing import cast

from tagger.reading.block_pieces import cut_blocks, refuse_endless_row, split_rows
from tagger.reading.column_rows import Line, RowLayout, deciding_row, is_naming, layout_of, read_rows
from tagger.reading.decoded_text import OnRead, read_text
from tagger.reading.held_text import HeldText, line_end
from tagger.reading.pieces import BOUNDS, Bounds, Piece, Reading
from tagger.reading.words import Words


def cut_columns(
    path: str,
    reading: Reading,
    *,
    on_read: OnRead | None = None,
    pauses: bool = False,
    bounds: Bounds = BOUNDS,
) -> Iterator[Piece | None]:
    """The pieces of a column file; None where a pipe pauses. Raises DataError or SettingsError for its word column."""
    chunks = read_text(path, encoding=reading.encoding, errors=reading.errors, on_read=on_read, pauses=pauses)
    held = HeldText(path)
    names: list[Line] = []  # comments with names of columns, in what is no longer held
    layout: RowLayout | None = None
    enough = bounds.piece

    def find(lines: list[Line], *, last: bool) -> RowLayout | None:
        row, spare = deciding_row(lines)
        row = row or (spare if last else None)
        return layout_of(path, row, reading.word_column, chain(names, lines)) if row else None

    for chunk in chunks:
        held.add(chunk)
        if chunk and held.size < enough:
            continue
        at = line_end(held.text)
        is_long = held.size > bounds.line
        lines = _lines(held.text[:at], held.line, path, bounds)
        layout = find(lines, last=is_long)
        if layout is not None:
            chunks = chain([""], chunks) if not chunk else chunks
            break
        refuse_endless_row(held, bounds.row)
        if is_long and at:
            names += filter(is_naming, lines)
            yield held.cut(at)
        if not chunk:
            yield None
        enough = max(bounds.piece, held.size * 5 // 4)
    else:
        layout = find(_lines(held.text, held.line, path, bounds), last=True)
    yield from cut_blocks(chunks, held, bounds=bounds, head=layout)


def parse_columns(piece: Piece, reading: Reading, bounds: Bounds = BOUNDS) -> Iterator[Words]:
    """The sentences of a piece. Raises DataError, with the line, for a row that does not fit."""
    lines = _lines(cast(str, piece.content), piece.line, piece.path, bounds)
    return read_rows(piece.path, lines, cast(RowLayout | None, piece.head), most=bounds.rows)


def _lines(text: str, first: int, path: str, bounds: Bounds) -> list[Line]:
    """The numbered lines of a text without their ends."""
    lines = split_rows(text, first, path=path, longest=bounds.row)
    return list(enumerate([line.removesuffix("\r") for line in lines] if "\r" in text else lines, first))
