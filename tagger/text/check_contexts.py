"""Words with the same neighbours to findings: where the same five words are tagged in two ways in their middle.

Dickinson and Meurers 2003 call these variation n-grams: most are errors, as what the tag depends on is the same.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tagger.text.check_reading import Part
from tagger.text.findings import Finding, Place, times
from tagger.text.schemes import IOB2, NONE, convert
from tagger.text.sentences import Sentence

SIDE = 2  # words on each side
_EDGE = ""

Window = tuple[str, ...]


class Stand(NamedTuple):
    """A tag and where it stands."""

    tag: str
    part: Part
    sentence: Sentence
    token: int

    def place(self, column: str) -> Place:
        """The place of the tag in `column`."""
        return self.part.place(self.sentence, self.token, column)


def check_contexts(parts: Sequence[Part]) -> Iterator[Finding]:
    """One finding for each five words and rarer tag; copies of whole sentences are left to `check_duplicates`."""
    for column in dict.fromkeys(column for part in parts for column in part.schemes):
        here = [part for part in parts if column in part.schemes]
        reported: set[Place] = set()
        for window, stands in _repeated_windows(here, column).items():
            if len({stand.tag for stand in stands}) > 1 and _says_something(window):
                texts = {tuple(stand.sentence.tokens) for stand in stands}
                if len(texts) > 1:
                    yield from _differing(window, stands, column, reported)


def _differing(window: Window, stands: list[Stand], column: str, reported: set[Place]) -> Iterator[Finding]:
    counts = Counter(stand.tag for stand in stands)
    (usual, most), *others = counts.most_common()
    where = next(stand.place(column) for stand in stands if stand.tag == usual)
    for tag, count in others:
        places = [stand.place(column) for stand in stands if stand.tag == tag]
        before = Place(places[0].path, (places[0].line or 0) - 1)
        reported.add(places[0])
        if before in reported and places[0].line is not None:
            continue  # the tail of a span that has been reported
        found = f"{column} {tag} on '{window[SIDE]}' ({times(count)})"
        expected = f"{usual} as at {where} ({times(most)})"
        hint = f"In: {' '.join(word for word in window if word)}"
        weight = most / count
        yield Finding("context-two-tags", places[0], found, expected, hint, tuple(places[1:]), weight)


def _repeated_windows(parts: Sequence[Part], column: str) -> dict[Window, list[Stand]]:
    """The windows that occur more than once round a word that has several tags in the corpus."""
    ambiguous = _ambiguous(parts, column)
    first: dict[Window, Stand] = {}
    repeated: dict[Window, list[Stand]] = {}
    edges = [_EDGE] * SIDE
    for part in parts:
        scheme = part.schemes[column]
        for sentence in part.sentences:
            tokens = sentence.tokens
            if ambiguous.isdisjoint(tokens):
                continue
            tags = sentence.tags[column]
            tags = tags if scheme in (NONE, IOB2) else convert(tags, scheme, IOB2)
            padded = [*edges, *tokens, *edges]
            windows = zip(*(padded[i:] for i in range(2 * SIDE + 1)), strict=False)
            for i, window in enumerate(windows):
                if tokens[i] in ambiguous:
                    stand = Stand(tags[i], part, sentence, i)
                    other = first.setdefault(window, stand)
                    if other is not stand:
                        repeated.setdefault(window, [other]).append(stand)
    return repeated


def _says_something(window: Window) -> bool:
    """Whether a window has a word on each side of its middle and is not all figures and signs."""
    words = [word for i, word in enumerate(window) if i != SIDE and any(char.isalpha() for char in word)]
    return len(words) >= 3


def _ambiguous(parts: Sequence[Part], column: str) -> set[str]:
    """The forms that have several tags."""
    first: dict[str, str] = {}
    ambiguous: set[str] = set()
    for part in parts:
        for sentence in part.sentences:
            for token, tag in zip(sentence.tokens, sentence.tags[column], strict=True):
                if first.setdefault(token, tag) != tag:
                    ambiguous.add(token)
    return ambiguous
