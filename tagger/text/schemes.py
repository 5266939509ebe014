"""Tag schemes: tags to spans and back, which scheme a column follows, and which tag may follow which.

    scheme  a span of PER over three words    over one word    right after another PER
    IOB1    I-PER I-PER I-PER                 I-PER            B-PER I-PER I-PER
    IOB2    B-PER I-PER I-PER                 B-PER            B-PER I-PER I-PER
    IOBES   B-PER I-PER E-PER                 S-PER            B-PER I-PER E-PER

BILOU is IOBES with L for E and U for S and is read as such. A span is (start, end, type) with the end exclusive.
Tags without a type ("B", "I") have the type "".
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tagger.text.plurals import counted

OUTSIDE = "O"
NONE, IOB1, IOB2, IOBES = "none", "IOB1", "IOB2", "IOBES"
SPAN_SCHEMES = (IOB1, IOB2, IOBES)
SCHEMES = (NONE, *SPAN_SCHEMES)

Span = tuple[int, int, str]
Mark = tuple[str, str]  # letter (B, I, E, S or O) and type of a tag

_BORDER = ""  # stands before and after a sentence where its tags are read in pairs
_OUT: Mark = (OUTSIDE, "")
_TAG = re.compile(r"([BIESLU])(?:-(.+))?", re.DOTALL)
_IOBES_LETTER = {"L": "E", "U": "S"}
_LETTERS = {IOB1: "BI", IOB2: "BI", IOBES: "BIES"}


class Violation(NamedTuple):
    """A tag that breaks its scheme: its place in the sentence, what may stand there and what does."""

    place: int
    expected: str
    found: str


@lru_cache(maxsize=4096)
def split_tag(tag: str) -> Mark | None:
    """Letter and type of a span tag (BILOU's letters as those of IOBES), ("O", "") outside, None for any other text."""
    if tag == OUTSIDE:
        return _OUT
    match = _TAG.fullmatch(tag)
    return (_IOBES_LETTER.get(match[1], match[1]), match[2] or "") if match else None


def join_tag(letter: str, kind: str) -> str:
    """The tag of a letter and a type."""
    return f"{letter}-{kind}" if kind else letter


def spans_of(tags: Sequence[str], scheme: str = IOB2) -> list[Span]:
    """The spans that `tags` mark, from left to right; none under the scheme "none".

    A span starts at B and S, and at an I or E that continues no span of its type, as conlleval reads every scheme;
    on tags that keep to their scheme this is what the scheme says. Text that is no span tag counts as O.
    """
    if scheme == NONE:
        return []
    spans: list[Span] = []
    start, before = -1, _OUT
    for i, tag in enumerate(tags):
        mark = _OUT if tag == OUTSIDE else split_tag(tag) or _OUT
        if start >= 0 and not _continues(before, mark):
            spans.append((start, i, before[1]))
            start = -1
        if start < 0 and mark is not _OUT:
            start = i
        before = mark
    if start >= 0:
        spans.append((start, len(tags), before[1]))
    return spans


def tags_of(spans: Iterable[Span], length: int, scheme: str = IOB2) -> list[str]:
    """Tags of `length` tokens that mark `spans`. Raises ValueError where spans overlap or leave the sentence."""
    tags, last = [OUTSIDE] * length, (-1, 0, "")
    for start, end, kind in sorted(spans):
        if not last[1] <= start < end <= length:
            raise ValueError(
                f"span ({start}, {end}) overlaps another or leaves a sentence of {counted(length, 'token')}"
            )
        tags[start:end] = [join_tag("I", kind)] * (end - start)
        adjacent = last[0] >= 0 and last[1:] == (start, kind)
        if scheme == IOB2 or (scheme == IOB1 and adjacent):
            tags[start] = join_tag("B", kind)
        elif scheme == IOBES:
            tags[start], tags[end - 1] = join_tag("B", kind), join_tag("E", kind)
            if end - start == 1:
                tags[start] = join_tag("S", kind)
        last = (start, end, kind)
    return tags


def convert(tags: Sequence[str], source: str, target: str) -> list[str]:
    """`tags` of scheme `source` in scheme `target`, every span kept; plain tags ("none") stay as they are."""
    if NONE in (source, target):
        return list(tags)
    return tags_of(spans_of(tags, source), len(tags), target)


def count_spans(sequences: Iterable[Sequence[str]]) -> Counter[str]:
    """How many spans of each type `sequences` mark."""
    counts: Counter[str] = Counter()
    for (before, tag), count in _pairs(sequences).items():
        mark = split_tag(tag) or _OUT
        if mark != _OUT and not _continues(split_tag(before) or _OUT, mark):
            counts[mark[1]] += count
    return counts


def allowed_transitions(
    labels: Sequence[str], scheme: str
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Which label may start a sentence [K], follow another [K, K] (row: before, column: after) and end a sentence [K].

    Under "none" everything may. Raises ValueError for a label that is no tag of the scheme.
    """
    if scheme == NONE:
        return (
            np.ones(len(labels), bool),
            np.ones((len(labels), len(labels)), bool),
            np.ones(len(labels), bool),
        )
    marks = [split_tag(label) for label in labels]
    for label, mark in zip(labels, marks, strict=True):
        if mark is None or mark[0] not in OUTSIDE + _LETTERS[scheme]:
            raise ValueError(f"{label!r} is no tag of {scheme}")
    known = [mark for mark in marks if mark is not None]
    start = np.array([_may_follow(_OUT, mark, scheme) for mark in known], bool)
    table = np.array([[_may_follow(a, b, scheme) for b in known] for a in known], bool)
    end = np.array([_may_follow(mark, _OUT, scheme) for mark in known], bool)
    return start, table.reshape(len(known), len(known)), end


def violations(tags: Sequence[str], scheme: str) -> list[Violation]:
    """The tags that break `scheme`. A B where IOB1 would write I marks the same span and is not one of them."""
    if scheme == NONE:
        return []
    broken = []
    for i, (before, tag) in enumerate(pairwise((_BORDER, *tags, _BORDER))):
        expected = _expected(before, tag, scheme)
        if expected:
            place = "at the start of the sentence" if i == 0 else f"after {before}"
            found = f"{tag} {place}" if i < len(tags) else "the end of the sentence"
            broken.append(Violation(min(i, len(tags) - 1), expected, found))
    return broken


def breaks(sequences: Iterable[Sequence[str]], scheme: str) -> bool:
    """Whether `violations` would find any; much faster over a corpus."""
    return scheme != NONE and any(_expected(before, tag, scheme) for before, tag in _pairs(sequences))


@dataclass(frozen=True, slots=True)
class Detection:
    """The scheme of a column, with the evidence: tags that can only stand in one scheme or the other."""

    scheme: str
    inside_starts: int = 0  # I- that starts a span: IOB1
    begins: int = 0  # B- that does not follow a span of its type, needless in IOB1: IOB2
    closings: int = 0  # E-, S-, L-, U-: IOBES
    slips: int = 0  # tags that break the scheme


def detect_scheme(sequences: Sequence[Sequence[str]]) -> Detection:
    """The scheme that the tags of one column follow; the smaller part of contradicting evidence counts as slips.

    A column that is O throughout, or that fits both IOB schemes, is IOB2.
    """
    if not is_span_column(sequences):
        return Detection(NONE)
    pairs = _pairs(sequences)
    inside_starts = begins = closings = 0
    for (before, tag), count in pairs.items():
        (letter, kind), last = split_tag(tag) or _OUT, split_tag(before) or _OUT
        follows = last[0] != OUTSIDE and last[1] == kind
        inside_starts += count * (letter == "I" and not follows)
        begins += count * (letter == "B" and not follows)
        closings += count * (letter in "ES")
    slips = {s: sum(n for (a, b), n in pairs.items() if _expected(a, b, s)) for s in SPAN_SCHEMES}
    scheme = IOB1 if inside_starts > begins else IOB2
    if closings:
        scheme = IOBES if slips[IOBES] <= slips[IOB2] else IOB2
    return Detection(scheme, inside_starts, begins, closings, slips[scheme])


def is_span_column(sequences: Iterable[Sequence[str]]) -> bool:
    """Whether the tags of a column mark spans: all are O or of the form B-X; a few others among many are slips.

    Letters without a type count only if there is an O and no other text: elsewhere they are parts of speech.
    """
    counts = Counter(chain.from_iterable(sequences))
    if all(tag in ("O", "B", "I", "E", "S", "L", "U") for tag in counts):
        return not counts or OUTSIDE in counts
    typed = sum(count for tag, count in counts.items() if "-" in tag and split_tag(tag))
    return typed > 0 and 2 * (typed + counts[OUTSIDE]) >= counts.total()


def _pairs(sequences: Iterable[Sequence[str]]) -> Counter[tuple[str, str]]:
    """How often each tag stands after each other, a border before and after every sentence.

    There are few distinct pairs, so whatever depends on two neighbours is worked out once a pair.
    """
    stream = [_BORDER]
    for tags in sequences:
        stream.extend(tags)
        stream.append(_BORDER)
    return Counter(pairwise(stream))


def _continues(before: Mark, mark: Mark) -> bool:
    return mark[0] in "IE" and before[0] in "BI" and before[1] == mark[1]


def _may_follow(before: Mark, mark: Mark, scheme: str) -> bool:
    """Whether `mark` may stand after `before` in the form of `scheme` that `tags_of` writes; O stands for a border."""
    if scheme == IOB1:
        return mark[0] != "B" or (before[0] != OUTSIDE and before[1] == mark[1])
    if scheme == IOB2:
        return mark[0] != "I" or _continues(before, mark)
    return _continues(before, mark) if before[0] in "BI" else mark[0] not in "IE"


def _expected(before: str, tag: str, scheme: str) -> str:
    """What may stand in place of `tag` after `before`; empty if `tag` may."""
    mark = _OUT if tag == _BORDER else split_tag(tag)
    if mark is None or mark[0] not in OUTSIDE + _LETTERS[scheme]:
        return f"a tag of {scheme} (O or {', '.join(f'{letter}-TYPE' for letter in _LETTERS[scheme])})"
    last = split_tag(before) or _OUT
    if scheme == IOB1 or _may_follow(last, mark, scheme):
        return ""
    if scheme == IOBES and last[0] in "BI":
        return f"{join_tag('I', last[1])} or {join_tag('E', last[1])} after {before}"
    return " or ".join(join_tag(letter, mark[1]) for letter in ("B" if scheme == IOB2 else "BS"))
