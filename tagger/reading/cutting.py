"""Inputs to pieces that can be tagged on their own, and pieces to sentences: a pair of functions for each input format.

text       raw text                                              text_pieces.py
sentences  raw text, one sentence a line                         text_pieces.py
tokens     one sentence a line, tokens separated by white space  token_pieces.py
conll      columns, one token a line                             column_pieces.py
conllu     CoNLL-U, kept to the byte                             conllu_pieces.py
jsonl      one JSON object a line, raw text in a field           json_pieces.py
parquet    one record a row, raw text in a field                 parquet_pieces.py
dataset    rows of a data set, raw text or tokens in a column    dataset_pieces.py, which cuts them itself

Cutting is left to one process and does as little as it can; any process parses. The sentences do not depend on how
the input is cut, or on how its bytes arrive.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, Protocol

from tagger.errors import SettingsError, TaggerError
from tagger.reading.column_pieces import cut_columns, parse_columns
from tagger.reading.decoded_text import OnRead, check_encoding
from tagger.reading.pieces import BOUNDS, Bounds, Piece, Reading
from tagger.reading.text_pieces import cut_text, load_tokenizer, parse_text
from tagger.reading.token_pieces import cut_tokens, parse_tokens
from tagger.reading.words import Words
from tagger.text.tokenizer import ENGLISH, check_line_breaks

Parse = Callable[[Piece, Reading, Bounds], Iterable[Words]]


class Cut(Protocol):
    """Opens an input and cuts it, see `cut_pieces`."""

    def __call__(
        self, path: str, reading: Reading, *, on_read: OnRead | None, pauses: bool, bounds: Bounds
    ) -> Iterator[Piece | None]: ...


class InputFormat(NamedTuple):
    """How inputs of one format are read."""

    cut: Cut
    parse: Parse


def _cut_conllu(
    path: str, reading: Reading, *, on_read: OnRead | None, pauses: bool, bounds: Bounds
) -> Iterator[Piece | None]:
    from tagger.reading.conllu_pieces import cut_conllu

    return cut_conllu(path, reading, on_read=on_read, pauses=pauses, bounds=bounds)


def _parse_conllu(piece: Piece, reading: Reading, bounds: Bounds) -> Iterable[Words]:
    from tagger.reading.conllu_pieces import parse_conllu

    return parse_conllu(piece, reading, bounds)


def _cut_json(
    path: str, reading: Reading, *, on_read: OnRead | None, pauses: bool, bounds: Bounds
) -> Iterator[Piece | None]:
    from tagger.reading.json_pieces import cut_json

    return cut_json(path, reading, on_read=on_read, pauses=pauses, bounds=bounds)


def _parse_json(piece: Piece, reading: Reading, bounds: Bounds) -> Iterable[Words]:
    from tagger.reading.json_pieces import parse_json

    return parse_json(piece, reading, bounds)


def _cut_parquet(
    path: str, reading: Reading, *, on_read: OnRead | None, pauses: bool, bounds: Bounds
) -> Iterator[Piece | None]:
    from tagger.reading.parquet_pieces import cut_parquet

    return cut_parquet(path, reading, size=bounds.piece, on_read=on_read)


def _parse_parquet(piece: Piece, reading: Reading, bounds: Bounds) -> Iterable[Words]:
    from tagger.reading.parquet_pieces import parse_parquet

    return parse_parquet(piece, reading)


def _parse_dataset(piece: Piece, reading: Reading, bounds: Bounds) -> Iterable[Words]:
    from tagger.reading.dataset_pieces import parse_dataset

    return parse_dataset(piece, reading)


INPUT_FORMATS: dict[str, InputFormat] = {
    "text": InputFormat(cut_text, parse_text),
    "sentences": InputFormat(cut_text, parse_text),
    "tokens": InputFormat(cut_tokens, parse_tokens),
    "conll": InputFormat(cut_columns, parse_columns),
    "conllu": InputFormat(_cut_conllu, _parse_conllu),
    "jsonl": InputFormat(_cut_json, _parse_json),
    "parquet": InputFormat(_cut_parquet, _parse_parquet),
}
"""Formats of files."""

PARSERS: dict[str, Parse] = {
    **{name: form.parse for name, form in INPUT_FORMATS.items()},
    "dataset": _parse_dataset,
}


def check_reading(reading: Reading) -> None:
    """Raise SettingsError for an input format, an encoding or another way to read that there is not."""
    if reading.input_format not in INPUT_FORMATS:
        found = repr(reading.input_format)
        raise SettingsError("--input-format", f"one of {', '.join(INPUT_FORMATS)}", found)
    check_encoding(reading.encoding, reading.errors)
    check_line_breaks("--line-breaks", reading.line_breaks)
    if reading.tokenizer != ENGLISH:
        load_tokenizer(reading.tokenizer)


def cut_pieces(
    path: str,
    reading: Reading,
    *,
    on_read: OnRead | None = None,
    pauses: bool = False,
    bounds: Bounds = BOUNDS,
) -> Iterator[Piece | None]:
    """The pieces of `path` in their order ("-": standard input), decompressed by its suffix.

    on_read: told how many bytes of the file on disk (compressed ones, if it is) have been read.
    pauses: where a pipe or terminal gives nothing for a moment, all that is certain is given, and then None.
    Raises SettingsError at once for a reading that cannot be; then, on the way, DataError, with the line, for what
    cannot be read.
    """
    check_reading(reading)
    cut = INPUT_FORMATS[reading.input_format].cut
    return cut(path, reading, on_read=on_read, pauses=pauses, bounds=bounds)


def parse_piece(piece: Piece, reading: Reading, *, bounds: Bounds = BOUNDS) -> list[Words]:
    """The sentences of a piece. Raises DataError, with the line, for what cannot be read."""
    return list(PARSERS[reading.input_format](piece, reading, bounds))


def parse_until_error(
    piece: Piece, reading: Reading, *, bounds: Bounds = BOUNDS
) -> tuple[list[Words], TaggerError | None]:
    """The sentences of a piece up to what cannot be read, and the error for that."""
    words: list[Words] = []
    try:
        words.extend(PARSERS[reading.input_format](piece, reading, bounds))  # keeps what comes first
    except TaggerError as error:
        return words, error
    return words, None
