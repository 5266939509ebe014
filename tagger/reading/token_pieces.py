"""Lines of ready tokens to pieces at their ends, and a piece to sentences, one a line; white space separates tokens."""

import re
from collections.abc import Iterator
from itertools import accumulate, count
from operator import add, sub
from typing import cast

from tagger.reading.decoded_text import OnRead, read_text
from tagger.reading.held_text import HeldText, cut_at_ends, line_end, space_within
from tagger.reading.pieces import BOUNDS, Bounds, Piece, Reading
from tagger.reading.words import Words
from tagger.text.lines import BLANK
from tagger.text.tokenizer import TokenizedSentence

_TOKEN_AND_SPACE = re.compile(rf"[^{BLANK}]+[{BLANK}]*")  # U+00A0 and its kin are text, as in column files
_OTHER_SPACE = re.compile(rf"[{BLANK.strip(' ')}]")


def cut_tokens(
    path: str,
    reading: Reading,
    *,
    on_read: OnRead | None = None,
    pauses: bool = False,
    bounds: Bounds = BOUNDS,
) -> Iterator[Piece | None]:
    """The pieces of a file with a sentence of tokens a line; None where a pipe pauses."""

    def force(held: HeldText) -> int:
        return space_within(held.text, bounds.line) if held.size > bounds.line else 0

    chunks = read_text(path, encoding=reading.encoding, errors=reading.errors, on_read=on_read, pauses=pauses)
    yield from cut_at_ends(chunks, HeldText(path), last_end=line_end, force=force, piece=bounds.piece)


def parse_tokens(piece: Piece, reading: Reading, bounds: Bounds = BOUNDS) -> Iterator[Words]:
    """The sentences of a piece; a line over the bounds is several."""
    content, offset = cast(str, piece.content), piece.offset
    plain = not _OTHER_SPACE.search(content)
    end = 0
    for line, at in _parts(content, bounds.line):
        for tokens, starts, ends in _sentences(line, at + offset, bounds.tokens, plain=plain):
            start, before = starts[0] - offset, end
            end = ends[-1] - offset
            yield Words(tokens, starts, ends, content[start:end], gap=content[before:start])
    if end < len(content):
        yield Words([], gap=content[end:])


def _parts(content: str, longest: int) -> Iterator[tuple[str, int]]:
    """The lines of the content, each with the place where it begins; longer ones in parts."""
    at = 0
    for line in content.split("\n"):
        begin = 0
        while len(line) - begin > longest:
            end = begin + space_within(line[begin : begin + longest], longest)
            yield line[begin:end], at + begin
            begin = end
        if line:
            yield line[begin:] if begin else line, at + begin
        at += len(line) + 1


def _sentences(line: str, offset: int, most: int, *, plain: bool) -> Iterator[TokenizedSentence]:
    """The tokens of a line, at most so many a sentence; plain: spaces are its only white space."""
    tokens = line.split(" ")
    if plain and "" not in tokens:
        ends = list(map(add, accumulate(map(len, tokens)), count(offset)))
        starts = list(map(sub, ends, map(len, tokens)))
    else:
        begin = len(line) - len(line.lstrip(BLANK))
        parts = _TOKEN_AND_SPACE.findall(line, begin)
        tokens = [part.rstrip(BLANK) for part in parts]
        starts = list(accumulate(map(len, parts), initial=begin + offset))[:-1]
        ends = list(map(add, starts, map(len, tokens)))
    if len(tokens) <= most:
        if tokens:
            yield TokenizedSentence(tokens, starts, ends)
        return
    for at in range(0, len(tokens), most):
        own = slice(at, at + most)
        yield TokenizedSentence(tokens[own], starts[own], ends[own])
