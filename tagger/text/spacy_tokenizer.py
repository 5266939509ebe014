"""Turns raw text into sentences of tokens by spaCy's rules for a language, with the interface of the own tokenizer.

Tokens are those of a blank spaCy language, sentences end where its rule-based sentencizer says. Line breaks mean what
they mean in `tokenizer.py`: no sentence crosses a paragraph, `sentence` never splits a line. White space is no token.

Bounds that keep memory constant, whatever the length of a paragraph: a sentence is cut after MAX_TOKENS tokens; more
than MAX_GAP characters of white space end it; in languages that write white space between words, a run of other
characters is cut after MAX_RUN (the time that spaCy takes grows with its square).
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from tagger.errors import SettingsError
from tagger.text.sentence_ends import SAMPLE, LineBreaks, line_break_meaning
from tagger.text.token_patterns import LINE_BREAK, MAX_GAP, ONE_BREAK
from tagger.text.tokenizer import ENGLISH, MAX_TOKENS, TokenizedSentence, split_sentences

if TYPE_CHECKING:
    from spacy.language import Language

__all__ = ["Splitter", "load_splitter"]

PREFIX = "spacy:"
MAX_RUN = 256  # characters without white space, as the longest word of the own tokenizer
PART = 10_000  # characters that spaCy sees at once; more only within one long sentence
MAX_STRINGS = 100_000  # forms that spaCy may keep, about 50 MB, before it starts anew
UNKNOWN = "[E048]"  # what spaCy's message begins with where it does not know a language

_LINE = re.compile(rf"[^{LINE_BREAK}]*(?:{ONE_BREAK}|\Z)")
_TEXT = re.compile(r"\S")
_GAP = re.compile(rf"\s{{{MAX_GAP + 1},}}")
_LONG_RUN = re.compile(rf"\S{{{MAX_RUN}}}(?=\S)")
_LAST_SPACE = re.compile(r"\s(?=\S*\Z)")
_SURROGATE = re.compile("[\ud800-\udfff]")


class Splitter(Protocol):
    """Cuts a text into its sentences, none empty; `offset` is added to every start and end."""

    def __call__(
        self, text: str, *, line_breaks: LineBreaks = "auto", offset: int = 0
    ) -> Iterator[TokenizedSentence]: ...


@cache
def load_splitter(name: str) -> Splitter:
    """Returns the splitter "english", the package's own, or "spacy:LANGUAGE", such as "spacy:de".

    Raises SettingsError for another name, a language that spaCy does not know, or where a package is missing.
    """
    if name == ENGLISH:
        return split_sentences
    language = name.removeprefix(PREFIX)
    if language == name or not re.fullmatch("[a-z]{2,3}", language):
        raise SettingsError("--tokenizer", f"{ENGLISH}, or {PREFIX}LANGUAGE such as {PREFIX}de", repr(name))
    return _SpacySplitter(language)


class _Tokens(NamedTuple):
    """Where the tokens of a text start and end, and which of them begin a sentence."""

    starts: NDArray[np.intp]
    ends: NDArray[np.intp]
    firsts: NDArray[np.intp]


class _SpacySplitter:
    """A blank spaCy language with its sentencizer."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._begin()

    def __call__(
        self, text: str, *, line_breaks: LineBreaks = "auto", offset: int = 0
    ) -> Iterator[TokenizedSentence]:
        if line_breaks == "auto":
            line_breaks = line_break_meaning(text[:SAMPLE])
        for begin, end in _paragraphs(text, wrapped=line_breaks == "wrapped"):
            yield from self._paragraph(text, begin, end, split=line_breaks != "sentence", offset=offset)

    def _begin(self) -> None:
        """Start spaCy's language, without any form seen."""
        self._nlp, self._sentencizer, self._by_space = _blank(self._language)
        self._strings = len(self._nlp.vocab.strings)

    def _paragraph(
        self, text: str, begin: int, end: int, *, split: bool, offset: int
    ) -> Iterator[TokenizedSentence]:
        """Returns the sentences of text[begin:end]; with `split`, there may be several."""
        size = PART
        while begin < end:
            part = text[begin : begin + size]
            final = begin + size >= end
            if final:
                part = text[begin:end]
            elif gap := _LAST_SPACE.search(part, 1):
                part = part[: gap.start()]
            found = self._tokens(part)
            edges = _edges(found, split=split)
            if not final:
                edges.pop()  # what comes behind may belong to the last sentence
            for first, last in pairwise(edges):
                starts, ends = found.starts[first:last].tolist(), found.ends[first:last].tolist()
                tokens = [part[a:b] for a, b in zip(starts, ends, strict=True)]
                place = begin + offset
                yield TokenizedSentence(tokens, [a + place for a in starts], [b + place for b in ends])
            if final:
                return
            if len(edges) > 1:
                begin, size = begin + int(found.starts[edges[-1]]), PART
            else:
                size *= 2

    def _tokens(self, text: str) -> _Tokens:
        """Returns the tokens of a part of a paragraph."""
        if len(self._nlp.vocab.strings) > self._strings + MAX_STRINGS:
            self._begin()
        seen, added = text, np.empty(0, np.intp)
        if self._by_space and _LONG_RUN.search(text):
            added = np.array([match.end() for match in _LONG_RUN.finditer(text)], np.intp)
            seen = _LONG_RUN.sub(r"\g<0> ", text)  # a space cuts the run; the sentencizer does not see it
            added += np.arange(1, len(added) + 1)  # [spaces], each the place behind it in `seen`
        if _SURROGATE.search(seen):
            seen = _SURROGATE.sub("\ufffd", seen)  # spaCy takes whole characters only
        doc = self._sentencizer(self._nlp.make_doc(seen))
        table = doc.to_array(["IDX", "LENGTH", "IS_SPACE", "SENT_START"])  # [tokens, 4]
        kept = table[:, 2] == 0
        number = np.cumsum(table[:, 3] == 1)[kept]  # of each token's sentence
        starts = table[kept, 0].astype(np.intp)
        ends = starts + table[kept, 1].astype(np.intp)
        shift = np.searchsorted(added, starts, side="right")
        return _Tokens(starts - shift, ends - shift, np.flatnonzero(np.diff(number, prepend=0)))


def _edges(found: _Tokens, *, split: bool) -> list[int]:
    """Returns the first token of each sentence of at most MAX_TOKENS tokens, and behind the last token."""
    total = len(found.starts)
    firsts = [*(found.firsts.tolist() if split else [0] * (total > 0)), total]
    edges = [cut for a, b in pairwise(firsts) for cut in range(a, b, MAX_TOKENS)]
    return [*edges, total]


def _paragraphs(text: str, *, wrapped: bool) -> Iterator[tuple[int, int]]:
    """Returns where the paragraphs of a text begin and end: lines, or if `wrapped` what blank lines part."""
    for begin, end in _blocks(text) if wrapped else (line.span() for line in _LINE.finditer(text)):
        for gap in _GAP.finditer(text, begin, end):
            yield begin, gap.start()
            begin = gap.end()
        if _TEXT.search(text, begin, end):
            yield begin, end


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Returns where runs of lines that are not blank begin and end."""
    begin = 0
    for line in _LINE.finditer(text):
        if not _TEXT.search(text, *line.span()):
            yield begin, line.start()
            begin = line.end()
    yield begin, len(text)


def _blank(language: str) -> "tuple[Language, Callable[..., Any], bool]":
    """Returns a blank language, its sentencizer, and whether its tokenizer parts words at white space.

    Raises SettingsError.
    """
    try:
        import spacy
        from spacy.tokenizer import Tokenizer
    except ImportError as error:
        hint = 'Install it: pip install "tagger[spacy]"'
        raise SettingsError("--tokenizer", "spaCy to be installed", "none", hint) from error
    try:
        nlp = spacy.blank(language)
    except ImportError as error:
        hint = "Its languages: https://spacy.io/usage/models#languages"
        if not str(error).startswith(UNKNOWN):
            hint = f"spaCy says: {error}"  # of a package that the language needs
        expected = "a language that spaCy knows, with the packages that it needs"
        raise SettingsError("--tokenizer", expected, repr(PREFIX + language), hint) from error
    return nlp, nlp.add_pipe("sentencizer"), isinstance(nlp.tokenizer, Tokenizer)
