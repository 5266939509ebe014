"""Turns raw text into sentences of tokens with their character offsets, in one pass and in constant memory.

The conventions are those of Universal Dependencies English EWT (Penn Treebank with split hyphens): `do n't`, `Ada 's`,
`can not`, `15 - year`, `$ 5`, `5 pm`, but `non-smoker`, `1,234.56`, `12:30`, `U.S.`, whole addresses, file names and
emoticons. A full stop that ends a sentence is a token of its own, behind an abbreviation too: `etc. and`, but `etc .`
at the end. Han and Hiragana characters are tokens one by one, as nothing marks their words; runs of other letters, with
combining marks and joiners, stay whole; what no rule knows is a token of one character. No character but white space is
lost and none is changed.

What line breaks mean: `paragraph`, every one ends a sentence; `wrapped`, a single one is white space and a blank line
ends the sentence; `sentence`, one sentence a line that is never split inside; `auto`, wrapped or paragraph, decided
by `line_break_meaning` from the first SAMPLE characters, or from what a stream gives before it first pauses. A line
ends where str.splitlines says so.

Bounds that keep memory constant: a token has at most MAX_TOKEN characters (a word 256); a sentence is cut after
max_tokens tokens; more than MAX_GAP characters of white space end it. None depends on how the text arrives.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import accumulate, compress
from operator import add
from typing import NamedTuple, get_args

from tagger.errors import SettingsError
from tagger.text.sentence_ends import (
    BREAK,
    BREAKS,
    CANDIDATES,
    SAMPLE,
    LineBreaks,
    line_break_meaning,
    sentence_end,
)
from tagger.text.token_patterns import MAX_CONTEXT, MAX_GAP, gap_pattern, piece_pattern

__all__ = ["LineBreaks", "Splitter", "TokenizedSentence", "split_sentences", "stream_sentences", "tokenize"]

ENGLISH = "english"
"""The name of this tokenizer among others (text/spacy_tokenizer.py)."""
MAX_TOKENS = 1000  # tokens of a sentence before it is cut
WINDOW = 8192  # characters worked on at a time: what they become fits the cache
WHITE_SPACE = re.compile(r"\s")
UNCERTAIN = MAX_CONTEXT + 3 * MAX_GAP  # characters at the end of unfinished text that may still change tokens
CONTEXT = 4  # characters kept before the position, for rules that look back by one


class TokenizedSentence(NamedTuple):
    """Holds tokens as they stand in the text, where each starts and where it ends, in characters of the whole input."""

    tokens: list[str]
    starts: list[int]
    ends: list[int]


def tokenize(text: str) -> TokenizedSentence:
    """Returns all tokens of the text as one sentence of any length; line breaks are white space."""
    lead = len(text) - len(text.lstrip())
    tokens, starts, ends = _columns(piece_pattern("blank lines").findall(text, lead), lead)
    if "" in tokens:
        there = list(map(bool, tokens))
        return TokenizedSentence(
            list(compress(tokens, there)), list(compress(starts, there)), list(compress(ends, there))
        )
    return TokenizedSentence(tokens, starts, ends)


def split_sentences(
    text: str, *, line_breaks: LineBreaks = "auto", offset: int = 0, max_tokens: int = MAX_TOKENS
) -> Iterator[TokenizedSentence]:
    """Returns the sentences of a text, none empty; offset is added to every start and end."""
    splitter = Splitter(line_breaks, max_tokens, offset)
    if line_breaks == "auto":
        splitter.set_line_breaks(line_break_meaning(text[:SAMPLE]))
    for begin in range(0, len(text), WINDOW):
        yield from splitter.feed(text[begin : begin + WINDOW], final=begin + WINDOW >= len(text))


def check_line_breaks(name: str, value: str) -> None:
    """Raise SettingsError if the option `name` has no known value."""
    if value not in (known := get_args(LineBreaks)):
        raise SettingsError(name, f"one of {', '.join(known)}", repr(value))


def stream_sentences(
    chunks: Iterable[str], *, line_breaks: LineBreaks = "auto", max_tokens: int = MAX_TOKENS
) -> Iterator[TokenizedSentence]:
    """Returns the sentences of the joined chunks, each as soon as later text cannot change it.

    They are those of split_sentences of the joined text, whatever the chunks. `auto` waits for SAMPLE characters; an
    empty chunk says that the stream pauses, and `auto` then decides from what has come.
    """
    splitter = Splitter(line_breaks, max_tokens, 0)
    for chunk in chunks:
        if not chunk:
            yield from splitter.decide()
        for begin in range(0, len(chunk), WINDOW):
            yield from splitter.feed(chunk[begin : begin + WINDOW])
    yield from splitter.feed("", final=True)


def _columns(pieces: list[str], position: int) -> tuple[list[str], list[int], list[int]]:
    """Returns tokens, starts and ends of pieces in a row, the first at position; a break has an empty token."""
    tokens = list(map(str.rstrip, pieces))
    starts = list(accumulate(map(len, pieces), initial=position))
    starts.pop()
    return tokens, starts, list(map(add, starts, map(len, tokens)))


class Splitter:
    """Cuts text that comes in chunks: text waits until its tokens are certain, tokens wait until their sentence is."""

    def __init__(self, line_breaks: LineBreaks, max_tokens: int, offset: int) -> None:
        self.text = ""  # not yet tokenized, from self.position on; before it, a little context
        self.position = 0
        self.base = offset  # of text[0] in the whole input
        self.waiting: list[str] = []  # chunks that cannot make anything certain
        self.waiting_length = 0
        self.tokens: list[str] = []  # from the start of the current sentence
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.checked = 0  # tokens before this index end no sentence
        self.max_tokens = max_tokens
        self.undecided = line_breaks == "auto"
        self.set_line_breaks(line_breaks)

    def set_line_breaks(self, line_breaks: LineBreaks) -> None:
        """Chooses the expressions and the tokens that may end a sentence."""
        check_line_breaks("line_breaks", line_breaks)
        self.undecided = line_breaks == "auto"
        gap = "blank lines" if line_breaks == "wrapped" else "lines"
        self.pieces, self.soft = piece_pattern(gap), gap_pattern(gap)
        self.candidates = BREAKS if line_breaks == "sentence" else CANDIDATES

    @property
    def needed(self) -> int:
        """Returns where, in the whole input, the text starts that is in no sentence yet."""
        return self.starts[0] if self.starts else self.base + self.position

    def feed(self, chunk: str, *, final: bool = False) -> list[TokenizedSentence]:
        """Returns the sentences that are certain now."""
        self.waiting.append(chunk)
        self.waiting_length += len(chunk)
        if not final and (
            self.waiting_length < SAMPLE
            if self.undecided
            else self.waiting_length < UNCERTAIN and not WHITE_SPACE.search(chunk)
        ):
            return []
        self.text += "".join(self.waiting)
        self.waiting, self.waiting_length = [], 0
        if self.undecided:
            self.set_line_breaks(line_break_meaning(self.text[:SAMPLE]))
        self._tokenize(final)
        return self._cut(final)

    def decide(self) -> list[TokenizedSentence]:
        """Returns the sentences that are certain once `auto` decides from the text that waits, if there is any."""
        text = "".join(self.waiting)
        if not self.undecided or not text.strip():
            return []
        self.waiting, self.waiting_length = [], 0
        self.set_line_breaks(line_break_meaning(text))
        return self.feed(text)

    def _tokenize(self, final: bool) -> None:
        """Moves the certain part of the text to the tokens."""
        text = self.text
        position = len(text) - len(text[self.position :].lstrip())
        stop = len(text) if final else max(position, _certain(text, self.soft))
        if stop > position:
            tokens, starts, ends = _columns(self.pieces.findall(text, position), self.base + position)
            known = bisect_left(starts, self.base + stop)
            stop = len(text)
            if known < len(starts):
                stop = starts[known] - self.base
                del tokens[known:], starts[known:], ends[known:]
            self.tokens += tokens
            self.starts += starts
            self.ends += ends
        keep = max(0, stop - CONTEXT)
        self.text, self.position, self.base = text[keep:], stop - keep, self.base + keep

    def _cut(self, final: bool) -> list[TokenizedSentence]:
        """Returns the finished sentences of the waiting tokens and drops them."""
        tokens, starts, ends, most = self.tokens, self.starts, self.ends, self.max_tokens
        if final:
            tokens.append(BREAK)
        spans: list[tuple[int, int]] = []
        begin, checked = 0, len(tokens)
        new = tokens[self.checked :] if self.checked else tokens
        for at in compress(range(self.checked, checked), map(self.candidates.__contains__, new)):
            if at < begin:
                continue
            if at - begin >= most:
                begin = _chop(spans, begin, at + 1, most)
            if not tokens[at]:
                end, after = at, at + 1
            else:
                try:
                    end = after = sentence_end(tokens, starts, ends, begin, at)
                except IndexError:
                    checked = at
                    break
                if not end:
                    continue
            if end - begin > most:
                begin = _chop(spans, begin, end, most)
            if begin < end:
                spans.append((begin, end))
            begin = after
        begin = _chop(spans, begin, checked + 1, most)
        found = [TokenizedSentence(tokens[b:e], starts[b:e], ends[b:e]) for b, e in spans]
        del tokens[:begin], starts[:begin], ends[:begin]
        self.checked = checked - begin
        return found


def _chop(spans: list[tuple[int, int]], begin: int, end: int, most: int) -> int:
    """Returns where the rest begins after taking off spans of the greatest length until no more than that is left."""
    while end - begin > most:
        spans.append((begin, begin + most))
        begin += most
    return begin


def _certain(text: str, soft: re.Pattern[str]) -> int:
    """Returns the index before which later text cannot change a token, which depends on its unbroken run and the next.

    That is the start of the last complete run; or the end of a paragraph if at most an unfinished run comes behind it;
    or, in an endless run, a bounded distance from the end.
    """
    ends = len(body := text.rstrip())
    if _is_break(text, ends, len(text), soft):
        return len(text)
    last = ends - len(body.rsplit(None, 1)[-1]) if body else 0
    gap = len(before := text[:last].rstrip())
    if ends == len(text) and not _is_break(text, gap, last, soft):
        last = gap - len(before.rsplit(None, 1)[-1]) if before else 0
    return max(last, len(text) - UNCERTAIN)


def _is_break(text: str, begin: int, end: int, soft: re.Pattern[str]) -> bool:
    """Returns whether the white space of text[begin:end] is more than may stand inside a paragraph."""
    match = soft.match(text, begin, end)
    return match is not None and match.end() < end
