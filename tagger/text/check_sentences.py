"""Sentences as wholes to findings: far too long, without a word, with an id that another one has."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from tagger.text.check_reading import Part, splits_of
from tagger.text.findings import Finding, Place
from tagger.text.plurals import counted

LONGEST = 80  # tokens that are never too many
TIMES_MEDIAN = 10  # a sentence may have so many times the median
LONGEST_OF_ALL = 1000  # tokens that are always too many: without any blank line the median is as large
ENDS = 3  # full stops before a capital inside one sentence that speak for a missing blank line
TIMES_MISSING = 4  # with so many of them, a sentence of fewer times the median is too long


def check_sentences(parts: Sequence[Part]) -> Iterator[Finding]:
    """Sentences that are suspiciously long, hold no word, or share an id."""
    for split_parts in splits_of(parts).values():
        yield from _long(split_parts)
    for part in parts:
        yield from _without_words(part)
        yield from _ids(part)


def _long(parts: Sequence[Part]) -> Iterator[Finding]:
    lengths = [len(sentence.tokens) for part in parts for sentence in part.sentences]
    middle = median(lengths) if lengths else 0
    most, likely = (
        min(LONGEST_OF_ALL, max(LONGEST, times * middle)) for times in (TIMES_MEDIAN, TIMES_MISSING)
    )
    for part in parts:
        for sentence in part.sentences:
            length = len(sentence.tokens)
            if length <= likely:
                continue
            ends = _inner_ends(sentence.tokens)
            found = f"a sentence of {counted(length, 'token')} (half of them have {middle:,.0f} or fewer)"
            if ends >= ENDS:
                found += f", with {ends} full stops before a capital"
                hint = "Is a blank line missing?"
                yield Finding(
                    "missing-blank-line", part.place(sentence), found, hint=hint, weight=float(length)
                )
            elif length > most:
                yield Finding("long-sentence", part.place(sentence), found, weight=float(length))


def _inner_ends(tokens: Sequence[str]) -> int:
    """How often a token that ends sentences stands before one that begins with a capital."""
    return sum(before in (".", "?", "!") and after[0].isupper() for before, after in pairwise(tokens))


def _without_words(part: Part) -> Iterator[Finding]:
    """One finding for each text: lines of dashes recur."""
    texts: dict[str, list[Place]] = {}
    for sentence in part.sentences:
        if not any(char.isalnum() for token in sentence.tokens for char in token):
            texts.setdefault(" ".join(sentence.tokens), []).append(part.place(sentence))
    for text, places in texts.items():
        found = f"no letter or digit: {text if len(text) < 40 else text[:37] + '...'}"
        yield Finding("no-words", places[0], found, others=tuple(places[1:]), weight=float(len(places)))


def _ids(part: Part) -> Iterator[Finding]:
    counts = Counter(sentence.id for sentence in part.sentences if sentence.id)
    if len(counts) == counts.total():
        return
    places: dict[str, list[Place]] = {}
    for sentence in part.sentences:
        if counts[sentence.id] > 1:
            places.setdefault(sentence.id, []).append(part.place(sentence))
    for name, stands in places.items():
        hint = "Layers are joined by ids only where each stands once."
        found = f"the id {name} of {len(stands)} sentences"
        yield Finding("repeated-id", stands[0], found, "one", hint, tuple(stands[1:]), float(len(stands)))
