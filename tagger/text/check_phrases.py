"""Phrases that are spans to findings: of two types, or spans in most places and nothing in a few."""

from collections import Counter
from collections.abc import Iterator, Sequence
from math import log

from tagger.text.check_reading import Part
from tagger.text.findings import Finding, Place, times
from tagger.text.schemes import NONE, OUTSIDE, spans_of

TIMES = 4
"""A type that a phrase has once is suspicious where it has another so many times as often."""

SPANS = 3  # a phrase of several words is known as a span from so many on
SHARE = 0.25  # of its places that may be outside

Phrase = tuple[str, ...]
Stand = tuple[Place, str, str]  # place, type, document


def check_phrases(parts: Sequence[Part]) -> Iterator[Finding]:
    """Findings about the phrases of each span column, the most suspicious with the largest weight."""
    columns = dict.fromkeys(c for part in parts for c, scheme in part.schemes.items() if scheme != NONE)
    for column in columns:
        here = [part for part in parts if part.schemes.get(column, NONE) != NONE]
        if _is_sparse(here, column):
            phrases = _phrases(here, column)
            yield from _two_types(phrases, column)
            yield from _untagged(here, phrases, column)


def _is_sparse(parts: Sequence[Part], column: str) -> bool:
    """Whether most tokens are outside: names, not chunks, whose type lies in the grammar."""
    counts: Counter[str] = Counter()
    for part in parts:
        for sentence in part.sentences:
            counts.update(sentence.tags[column])
    return 2 * counts[OUTSIDE] > counts.total()


def _phrases(parts: Sequence[Part], column: str) -> dict[Phrase, list[tuple[Place, str]]]:
    """Place and type of every span, by its words."""
    found: dict[Phrase, list[tuple[Place, str]]] = {}
    for part in parts:
        for sentence in part.sentences:
            for start, end, kind in spans_of(sentence.tags[column], part.schemes[column]):
                phrase = tuple(sentence.tokens[start:end])
                found.setdefault(phrase, []).append((part.place(sentence, start, column), kind))
    return found


def _two_types(phrases: dict[Phrase, list[tuple[Place, str]]], column: str) -> Iterator[Finding]:
    for phrase, stands in phrases.items():
        counts = Counter(kind for _, kind in stands)
        (usual, most), *others = counts.most_common()
        for kind, count in others:
            if most >= TIMES * count:
                places = [place for place, other in stands if other == kind]
                expected = f"{usual or '(no type)'} as {times(most)} elsewhere"
                found = f"'{' '.join(phrase)}' as {kind or '(no type)'} in {column} ({times(count)})"
                weight = log(most / count) * len(phrase)
                yield Finding("phrase-two-types", places[0], found, expected, "", tuple(places[1:]), weight)


def _untagged(
    parts: Sequence[Part], phrases: dict[Phrase, list[tuple[Place, str]]], column: str
) -> Iterator[Finding]:
    """Phrases of several words with a capital that are spans SPANS times or more, where all their words are outside."""
    known = {p: len(s) for p, s in phrases.items() if len(p) > 1 and len(s) >= SPANS and _is_name(p)}
    for phrase, places in _outside_places(parts, known, column).items():
        spans = known[phrase]
        if len(places) <= SHARE * spans:
            counts = Counter(kind for _, kind in phrases[phrase])
            usual = counts.most_common(1)[0][0] or "a span"
            expected = f"{usual} as {times(counts.get(usual, spans))} elsewhere"
            found = f"'{' '.join(phrase)}' outside every span in {column} ({times(len(places))})"
            weight = log(spans / len(places)) * len(phrase)
            yield Finding("phrase-untagged", places[0], found, expected, "", tuple(places[1:]), weight)


def _outside_places(
    parts: Sequence[Part], known: dict[Phrase, int], column: str
) -> dict[Phrase, list[Place]]:
    """Where phrases stand with all their words outside; the longest that fits, from left to right."""
    lengths: dict[str, set[int]] = {}
    for phrase in known:
        lengths.setdefault(phrase[0], set()).add(len(phrase))
    found: dict[Phrase, list[Place]] = {}
    for part in parts if known else ():
        for sentence in part.sentences:
            tokens, tags = sentence.tokens, sentence.tags[column]
            for i, token in enumerate(tokens):
                for length in sorted(lengths.get(token, ()), reverse=True):
                    phrase = tuple(tokens[i : i + length])
                    if phrase in known and all(tag == OUTSIDE for tag in tags[i : i + length]):
                        found.setdefault(phrase, []).append(part.place(sentence, i, column))
                        break
    return found


def _is_name(phrase: Phrase) -> bool:
    return phrase[0][:1].isupper() and sum(word[:1].isupper() for word in phrase) > 1
