"""Pieces of an input on their way through tagging: cut, parsed to sentences, tagged, rendered, written in order.

A piece is tagged on its own: no sentence crosses its edges. It travels to the process that tags it and comes back as
bytes, so what is written cannot depend on how many processes there are.
"""

from dataclasses import dataclass
from typing import NamedTuple

from tagger.errors import TaggerError
from tagger.text.tokenizer import LineBreaks

PIECE_CHARACTERS = 65_536
"""About how large a piece is, where the input can be cut so finely: ten to fifteen thousand tokens."""


class Piece(NamedTuple):
    """A part of one input."""

    content: str | bytes  # decoded text; of a Parquet file: rows as an Arrow stream
    path: str  # of the input, for errors
    line: int = 1  # number of the first line of `content` in the input (of Parquet: of the row)
    offset: int = 0  # characters of the input before it
    head: object = (
        None  # picklable: what the beginning of the input settled for all of it, the layout of its rows
    )
    # or, of raw text, what line breaks mean; or the sentences of `content` where they had to be found already


class Rendered(NamedTuple):
    """What a piece became."""

    content: bytes
    sentences: int
    tokens: int
    error: TaggerError | None = None  # why the rest of the piece, and of the input, cannot be tagged


@dataclass(frozen=True, slots=True)
class Reading:
    """How inputs are read; names as the options of `tagger tag`."""

    input_format: str = "text"
    word_column: str = "1"  # conll: number from 1, or name
    line_breaks: LineBreaks = "auto"  # text
    text_field: str = "text"  # jsonl, parquet: field that holds the raw text
    tokenizer: str = "english"  # text, sentences, jsonl, parquet: "english", or "spacy:de" and so on
    encoding: str = "utf-8"
    errors: str = "strict"  # undecodable bytes and NUL: strict, replace, ignore


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of an input waits for a place to cut it, so that memory is bounded whatever the input."""

    piece: int = PIECE_CHARACTERS
    paragraph: int = (
        4 * PIECE_CHARACTERS
    )  # characters of raw text that wait for its end, before a sentence's will do
    line: int = 1_000_000  # characters of a line of tokens; longer ones are cut at a space
    row: int = 1_000_000  # characters of a line in columns; longer ones are errors
    record: int = 4 * 1024 * 1024  # characters of a line of JSON; longer ones are errors
    tokens: int = 100_000  # tokens of a line that is a sentence of its own, before it is cut
    rows: int = 100_000  # lines in columns without a blank one, before their sentence is cut


BOUNDS = Bounds()
