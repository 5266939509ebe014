"""Inputs cut and parsed as they come from a pipe: in chunks of any size, with pauses anywhere."""

import io
import itertools
import sys

import pytest
from hypothesis import strategies as st

from tagger.reading import decoded_text
from tagger.reading.cutting import cut_pieces, parse_piece

CHUNKS = st.integers(1, 30)
PAUSES = st.lists(st.booleans(), max_size=4)


def cut(content, reading, *, chunk=65_536, pauses=(), bounds):
    """The pieces and pauses of what comes in chunks of so many bytes, with these pauses again and again."""
    raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    turns = itertools.cycle(pauses or [False])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        patch.setattr(decoded_text, "CHUNK", chunk)
        patch.setattr(decoded_text, "_pauses", lambda file, most: next(turns))
        return list(cut_pieces("-", reading, pauses=True, bounds=bounds))


def parse(pieces, reading, *, bounds):
    """The sentences of pieces, and what else is kept."""
    return [words for piece in pieces if piece for words in parse_piece(piece, reading, bounds=bounds)]


def sentences(content, reading, *, chunk=65_536, pauses=(), bounds):
    """The sentences of what comes in chunks."""
    pieces = cut(content, reading, chunk=chunk, pauses=pauses, bounds=bounds)
    return [words for words in parse(pieces, reading, bounds=bounds) if words.tokens]


def assert_pieces_hold(content, pieces):
    """Check that the pieces in a row are the text, and that each says where in it it stands."""
    there = [piece for piece in pieces if piece]
    assert "".join(piece.content for piece in there) == content
    at = 0
    for piece in there:
        assert (piece.offset, piece.line) == (at, content.count("\n", 0, at) + 1)
        assert piece.content
        at += len(piece.content)
