"""Raw text to pieces at the ends of its paragraphs, and a piece to its sentences.

Cutting costs little, as it does not look for tokens. Only where there is no end of a paragraph, in an endless one or
when a pipe pauses in the middle of one, sentences are found here already, and the piece ends behind the last one that
later text cannot change. Either way the sentences are, to the token, those of the whole text.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, cast

from tagger.reading.decoded_text import OnRead, read_text
from tagger.reading.held_text import HeldText, space_within
from tagger.reading.pieces import BOUNDS, Bounds, Piece, Reading
from tagger.reading.words import Words
from tagger.text.sentence_ends import SAMPLE, line_break_meaning
from tagger.text.tokenizer import (
    ENGLISH,
    MAX_TOKENS,
    WINDOW,
    LineBreaks,
    Splitter,
    TokenizedSentence,
    split_sentences,
)

if TYPE_CHECKING:
    from tagger.text.spacy_tokenizer import Splitter as SplitText


LINE_ENDS = "\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"  # as str.splitlines has them

_LINE_END = re.compile(f"[{LINE_ENDS}]")


def cut_text(
    path: str,
    reading: Reading,
    *,
    on_read: OnRead | None = None,
    pauses: bool = False,
    bounds: Bounds = BOUNDS,
) -> Iterator[Piece | None]:
    """The pieces of raw text, or of one sentence a line; None where a pipe pauses."""
    chunks = read_text(path, encoding=reading.encoding, errors=reading.errors, on_read=on_read, pauses=pauses)
    yield from _Cutter(path, reading, bounds).cut(chunks)


def parse_text(piece: Piece, reading: Reading, bounds: Bounds = BOUNDS) -> Iterator[Words]:
    """The sentences of a piece, and what stands behind the last one."""
    content, offset = cast(str, piece.content), piece.offset
    found: Iterable[TokenizedSentence]
    if isinstance(piece.head, str):
        found = split_text(
            content, reading, cast(LineBreaks, piece.head), offset, _most_tokens(reading, bounds)
        )
    else:
        found = cast(list[TokenizedSentence], piece.head)
    end = 0
    for tokens, starts, ends in found:
        start, before = starts[0] - offset, end
        end = ends[-1] - offset
        yield Words(tokens, starts, ends, content[start:end], gap=content[before:start])
    if end < len(content):
        yield Words([], gap=content[end:])


def split_text(
    text: str, reading: Reading, line_breaks: LineBreaks, offset: int = 0, max_tokens: int = MAX_TOKENS
) -> Iterator[TokenizedSentence]:
    """The sentences of a text by the tokenizer that is asked for."""
    if reading.tokenizer == ENGLISH:
        return split_sentences(text, line_breaks=line_breaks, offset=offset, max_tokens=max_tokens)
    return load_tokenizer(reading.tokenizer)(text, line_breaks=line_breaks, offset=offset)


@cache
def load_tokenizer(name: str) -> "SplitText":
    """The tokenizer of another library, imported only now. Raises SettingsError if there is none of the name."""
    from tagger.text.spacy_tokenizer import load_splitter

    return load_splitter(name)


def _most_tokens(reading: Reading, bounds: Bounds) -> int:
    return bounds.tokens if reading.input_format == "sentences" else MAX_TOKENS


class _Cutter:
    """Cuts text that comes in chunks: at ends of paragraphs, or, while there is a splitter, behind its sentences."""

    def __init__(self, path: str, reading: Reading, bounds: Bounds) -> None:
        self.held = HeldText(path)
        self.bounds = bounds
        self.max_tokens = _most_tokens(reading, bounds)
        self.line_breaks: LineBreaks = (
            "sentence" if reading.input_format == "sentences" else reading.line_breaks
        )
        self.enough = SAMPLE if self.line_breaks == "auto" else bounds.piece
        self.can_split = reading.tokenizer == ENGLISH
        self.splitter: Splitter | None = None
        self.fed = 0  # characters of the input that the splitter has been given, or that come before it
        self.ready: list[TokenizedSentence] = []  # found by the splitter

    def cut(self, chunks: Iterable[str]) -> Iterator[Piece | None]:
        """The pieces; None for an empty chunk, which is a pause."""
        for chunk in chunks:
            self.held.add(chunk)
            if self.splitter is not None:
                yield from self._split()
            if self.splitter is None and chunk and self.held.size >= self.enough:
                yield from self._cut_paragraphs()
            if not chunk:
                yield from self._pause()
                yield None
        if self.splitter is not None:
            self.ready += self.splitter.feed("", final=True)
            if self.held.size:
                yield self._take(self.held.size)
        elif self.held.size:
            self._decide()
            yield self.held.cut(self.held.size, self.line_breaks)

    def _decide(self) -> None:
        """Settle what line breaks mean."""
        if self.line_breaks == "auto":
            self.line_breaks = line_break_meaning(self.held.text[:SAMPLE])

    def _cut_paragraphs(self) -> Iterator[Piece]:
        """The text up to an end of a paragraph, or, where none is in sight, its sentences."""
        self._decide()
        at = last_end(self.held.text, self.line_breaks)
        if at:
            yield self.held.cut(at, self.line_breaks)
        if self.held.size > self.bounds.paragraph:
            if self.can_split:
                yield from self._split()
            else:
                yield self.held.cut(space_within(self.held.text, self.bounds.paragraph), self.line_breaks)
        self.enough = max(self.bounds.piece, self.held.size * 5 // 4)  # no text is searched again and again

    def _pause(self) -> Iterator[Piece]:
        """All sentences that are certain."""
        if self.splitter is None and self.held.text.strip():
            self._decide()
            self.enough = self.bounds.piece
            at = last_end(self.held.text, self.line_breaks)
            if at:
                yield self.held.cut(at, self.line_breaks)
            if self.can_split and self.held.size:
                yield from self._split()
        if self.splitter is not None and self.ready:
            yield self._take(self.splitter.needed - self.held.offset)

    def _split(self) -> Iterator[Piece]:
        """Sentences up to the next end of a paragraph, behind which no splitter is needed."""
        held = self.held
        if self.splitter is None:
            self.splitter, self.fed = Splitter(self.line_breaks, self.max_tokens, held.offset), held.offset
        at = first_end(held.text, self.fed - held.offset, self.line_breaks)
        stop = held.offset + (at or held.size)
        while self.fed < stop:
            begin = self.fed - held.offset
            self.fed = min(self.fed + WINDOW, stop)
            self.ready += self.splitter.feed(held.text[begin : self.fed - held.offset])
            if self.splitter.needed - held.offset >= self.bounds.piece:
                yield self._take(self.splitter.needed - held.offset)
        if at:
            if stop > held.offset:
                yield self._take(stop - held.offset)
            self.splitter, self.enough = None, self.bounds.piece

    def _take(self, at: int) -> Piece:
        """The first `at` characters of the held text with their sentences, which are ready."""
        ready, self.ready = self.ready, []
        return self.held.cut(at, ready)


def last_end(text: str, line_breaks: LineBreaks) -> int:
    """The index behind an end of a paragraph, one of the last, 0 if there is none."""
    if line_breaks != "wrapped":
        at = text.rfind("\n")
        return (at if at >= 0 else max(map(text.rfind, LINE_ENDS))) + 1
    for blank in ("\n\n", "\n\r\n"):
        at = text.rfind(blank)
        if at >= 0:
            return at + len(blank)
    return max(_blank_lines(text), default=0)


def first_end(text: str, begin: int, line_breaks: LineBreaks) -> int:
    """The index behind the first end of a paragraph, 0 if there is none; in text[:begin] there is none."""
    if line_breaks != "wrapped":
        match = _LINE_END.search(text, begin)
        return match.end() if match else 0
    return next(_blank_lines(text), 0)


def _blank_lines(text: str) -> Iterator[int]:
    """The index behind each blank line; text begins where a line, or behind the end of a sentence."""
    at = 0
    for line in text.splitlines(keepends=True):
        at += len(line)
        if line.isspace() and line[-1] in LINE_ENDS:
            yield at
