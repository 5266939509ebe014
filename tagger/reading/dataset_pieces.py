"""A split of a data set to pieces of some rows each, and a piece to the sentences of its rows.

A column of strings holds raw text; of a column of lists of strings each row is one sentence of ready tokens. Pieces are
Arrow streams of all columns; which row is the first travels as the line of a piece, from 0.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, cast

from tagger.errors import DataError
from tagger.reading.json_pieces import record_words
from tagger.reading.parquet_pieces import decoded
from tagger.reading.pieces import PIECE_CHARACTERS, Piece, Reading
from tagger.reading.words import Words
from tagger.text.tables import Row, Rows, cut_rows

TEXT = "text"
"""The column that is read unless another is named; without it that of tokens."""


class DatasetHead(NamedTuple):
    """What is read of every row."""

    column: str
    is_ready: bool  # the column holds tokens, not text


def head_of(dataset: Any, where: str, column: str = "") -> DatasetHead:
    """The column of a split that is read. Raises DataError where it is missing or holds neither text nor tokens."""
    from tagger.text.hub import check_column, columns_of
    from tagger.text.hub_sentences import kind_of, shown, word_column

    features = columns_of(dataset, where)
    if not column:
        is_text = TEXT in features and kind_of(features[TEXT]) == "text"
        column = TEXT if is_text else word_column(features) or (TEXT if TEXT in features else "")
    if not column:
        expected = "a column `text` of strings or `tokens` of lists of strings"
        raise DataError(where, None, expected, ", ".join(features) or "no columns", "Name it with --column.")
    check_column(features, column, where)
    kind = kind_of(features[column])
    if kind not in ("text", "strings"):
        expected = f"strings, or lists of strings, in the column {column!r}"
        raise DataError(where, None, expected, shown(features[column]), "Name another with --column.")
    return DatasetHead(column, kind == "strings")


def cut_dataset(
    dataset: Any,
    where: str,
    head: DatasetHead,
    *,
    size: int = PIECE_CHARACTERS,
    on_rows: Callable[[int], None] = lambda rows: None,
) -> Iterator[Piece]:
    """The rows of a split in pieces of about `size` bytes of text, at least one. Raises DataError.

    on_rows: told how many rows have been given out. No row is read before the pieces of those before it are taken, but
    for the few that are read together.
    """
    from tagger.text.hub import read_tables

    tables = read_tables(dataset, where)
    first = next(tables)

    def batches() -> Iterator[Any]:
        yield from first.combine_chunks().to_batches()
        for table in tables:
            yield from table.combine_chunks().to_batches()

    row = 0
    for rows, content in cut_rows(batches(), first.schema, head.column, size):
        yield Piece(content, where, row, head=head)
        row += rows
        on_rows(row)


def parse_dataset(piece: Piece, reading: Reading) -> Iterator[Words]:
    """The sentences of a piece; a row without one, and a piece without rows, is one Words without tokens.

    Raises DataError, with the row, for what is no text and no token.
    """
    rows, head = Rows(cast(bytes, piece.content)), cast(DatasetHead, piece.head)
    if not len(rows):
        yield Words([], record=Row(rows, None), is_ready=head.is_ready)
    if head.is_ready:
        for number, tokens in enumerate(rows.lists(head.column)):
            fault = _fault(tokens or [])
            if fault:
                where = f"{piece.path}, row {piece.line + number}"
                raise DataError(where, None, f"tokens in the column {head.column!r}", fault)
            yield Words(tokens or [], record=Row(rows, number), is_ready=True)
        return
    for number, raw in enumerate(rows.texts(head.column)):
        where = f"{piece.path}, row {piece.line + number}"
        yield from record_words(Row(rows, number), decoded(where, None, raw or b"", reading.errors), reading)


def _fault(tokens: list[Any]) -> str:
    """What is wrong with the tokens of a row, "" if nothing is."""
    if None in tokens:
        return "null in the place of one"
    return "an empty one" if "" in tokens else ""
