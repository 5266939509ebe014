"""JSON lines to pieces at line ends, and a piece to the sentences of its records' raw text.

Offsets count the characters of a record's text, in which `auto` decides anew what line breaks mean.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from tagger.errors import DataError
from tagger.reading.decoded_text import OnRead, read_text
from tagger.reading.held_text import HeldText, cut_at_ends, line_end
from tagger.reading.pieces import BOUNDS, Bounds, Piece, Reading
from tagger.reading.text_pieces import split_text
from tagger.reading.words import Words
from tagger.text.jsonl import parse_record
from tagger.text.lines import BLANK


def cut_json(
    path: str,
    reading: Reading,
    *,
    on_read: OnRead | None = None,
    pauses: bool = False,
    bounds: Bounds = BOUNDS,
) -> Iterator[Piece | None]:
    """The pieces of a file with one JSON object a line; None where a pipe pauses.

    Raises DataError for a line over the bounds.
    """

    def force(held: HeldText) -> int:
        if held.size > bounds.record:
            raise _long_line(path, held.line, bounds.record)
        return 0

    chunks = read_text(path, encoding=reading.encoding, errors=reading.errors, on_read=on_read, pauses=pauses)
    return cut_at_ends(chunks, HeldText(path), last_end=line_end, force=force, piece=bounds.piece)


def parse_json(piece: Piece, reading: Reading, bounds: Bounds = BOUNDS) -> Iterator[Words]:
    """The sentences of a piece; a record without one is a Words without tokens. Raises DataError, with the line."""
    for number, line in enumerate(cast(str, piece.content).split("\n"), piece.line):
        if not line.strip(BLANK):
            continue
        if len(line) > bounds.record:
            raise _long_line(piece.path, number, bounds.record)
        record = parse_record(piece.path, number, line)
        yield from record_words(record, text_of(record, reading.text_field, piece.path, number), reading)


def record_words(record: Mapping[str, Any], text: str, reading: Reading) -> Iterator[Words]:
    """The sentences of a record with that text, or one without tokens if there is none."""
    end = -1
    for tokens, starts, ends in split_text(text, reading, reading.line_breaks):
        before, end = max(end, 0), ends[-1]
        own = text[starts[0] : end]
        yield Words(tokens, starts, ends, own, record=record, gap=text[before : starts[0]])
    if end < 0:
        yield Words([], record=record)


def text_of(record: dict[str, Any], field: str, path: str, line: int) -> str:
    """The text in a field of a record; null is an empty one. Raises DataError."""
    if field not in record:
        found = ", ".join(json.dumps(name, ensure_ascii=False) for name in record) or "an empty object"
        hint = "Name the field that holds the text with --text-field."
        raise DataError(path, line, f'an object with "{field}"', _shortened(found), hint)
    text = record[field]
    if text is None:
        return ""
    if not isinstance(text, str):
        found = _shortened(json.dumps(text, ensure_ascii=False))
        raise DataError(path, line, f'a string in "{field}"', found)
    return text


def _shortened(text: str, most: int = 80) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _long_line(path: str, line: int, most: int) -> DataError:
    hint = "Is it one object a line?"
    return DataError(path, line, f"lines of at most {most:,} characters", "a longer one", hint)
