"""Sentences that stand more than once to findings: within a split, in training and another split, with other tags."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tagger.text.check_reading import Part
from tagger.text.findings import Finding, Place, times
from tagger.text.schemes import IOB2, NONE, convert
from tagger.text.sentences import Sentence

LEAK_TOKENS = 7
"""A sentence of fewer tokens may well have been written twice ("Thank you .")."""

REPEATED_TOKENS = 8
"""A shorter one that recurs within a split is not worth a word."""

DISAGREE_TOKENS = 4
"""A shorter sentence may mean two things."""

WORDS = 3  # tokens with a letter that a sentence needs: lines of figures recur

Key = tuple[str, ...]


class Copy(NamedTuple):
    """A sentence and the part that it stands in."""

    part: Part
    sentence: Sentence


def check_duplicates(parts: Sequence[Part]) -> Iterator[Finding]:
    """Repeated sentences, leaks between training and the other splits, and copies that are tagged in two ways."""
    for tokens, copies in repeated_sentences(parts).items():
        yield from _leak(tokens, copies)
        yield from _within(tokens, copies)
        yield from _two_ways(tokens, copies)


def repeated_sentences(parts: Sequence[Part]) -> dict[Key, list[Copy]]:
    """The sentences of some length that stand more than once, by their tokens."""
    found: dict[Key, list[Copy]] = {}
    for part in parts:
        for sentence in part.sentences:
            if len(sentence.tokens) >= DISAGREE_TOKENS:
                found.setdefault(tuple(sentence.tokens), []).append(Copy(part, sentence))
    return {tokens: copies for tokens, copies in found.items() if len(copies) > 1 and _has_words(tokens)}


def leaked_copies(tokens: Key, copies: Sequence[Copy]) -> tuple[list[Copy], list[Copy]]:
    """The training copies of a sentence that leaks, and those in other splits; two empty lists if it does not."""
    train = [copy for copy in copies if copy.part.split == "train"]
    held = [copy for copy in copies if copy.part.split in ("dev", "test")]
    return (train, held) if train and held and len(tokens) >= LEAK_TOKENS else ([], [])


def _leak(tokens: Key, copies: Sequence[Copy]) -> Iterator[Finding]:
    train, held = leaked_copies(tokens, copies)
    if not train:
        return
    split, place = held[0].part.split, _place(held[0])
    more = f" and {len(held) - 1} more" if len(held) > 1 else ""
    found = f"a sentence that is in {split} too ({place}{more}): {_text(tokens)}"
    hint = "--fix leaves it out of train."
    places = [_place(copy) for copy in train]
    yield Finding("leak", places[0], found, hint=hint, others=tuple(places[1:]), weight=len(tokens))


def _within(tokens: Key, copies: Sequence[Copy]) -> Iterator[Finding]:
    if len(tokens) < REPEATED_TOKENS:
        return
    splits: dict[str, list[Place]] = {}
    for copy in copies:
        splits.setdefault(copy.part.split, []).append(_place(copy))
    for places in splits.values():
        if len(places) > 1:
            found = f"a sentence that stands {times(len(places))}: {_text(tokens)}"
            weight = len(places) * len(tokens)
            yield Finding(
                "repeated-sentence", places[0], found, others=tuple(places[1:]), weight=float(weight)
            )


def _two_ways(tokens: Key, copies: Sequence[Copy]) -> Iterator[Finding]:
    """One finding for each column in which the copies differ, at the reading that is rarer."""
    columns = set.intersection(*(set(copy.part.schemes) for copy in copies))
    for column in sorted(columns):
        readings: dict[tuple[str, ...], list[Copy]] = {}
        for copy in copies:
            readings.setdefault(_tags(copy, column), []).append(copy)
        if len(readings) == 1:
            continue
        usual, *rarer = sorted(readings, key=lambda tags: -len(readings[tags]))
        for tags in rarer:
            i = next(i for i, (a, b) in enumerate(zip(tags, usual, strict=True)) if a != b)
            first, other = readings[tags][0], readings[usual][0]
            where = other.part.place(other.sentence, i, column)
            found = f"{column} {tags[i]} on '{tokens[i]}' ({times(len(readings[tags]))})"
            expected = f"{usual[i]} as at {where} ({times(len(readings[usual]))})"
            places = [copy.part.place(copy.sentence, i, column) for copy in readings[tags]]
            hint = f"In: {_text(tokens)}"
            yield Finding(
                "tagged-two-ways",
                first.part.place(first.sentence, i, column),
                found,
                expected,
                hint,
                tuple(places[1:]),
                float(len(tokens)),
            )


def _tags(copy: Copy, column: str) -> tuple[str, ...]:
    scheme = copy.part.schemes[column]
    tags = copy.sentence.tags[column]
    return tuple(tags if scheme in (NONE, IOB2) else convert(tags, scheme, IOB2))


def _place(copy: Copy) -> Place:
    return copy.part.place(copy.sentence)


def _has_words(tokens: Key) -> bool:
    return sum(any(char.isalpha() for char in token) for token in tokens) >= WORDS


def _text(tokens: Key) -> str:
    text = " ".join(tokens)
    return text if len(text) <= 70 else text[:67] + "..."
