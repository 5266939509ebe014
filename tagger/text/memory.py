"""The tags of a first pass over a document to what the same form was elsewhere in it, which a second pass sees.

A name that says little where it stands is often plain elsewhere in its document. Each token with a capital letter so
gets a class from the other tokens of its form in the document: the type that most of them were tagged with, and whether
nearly all of them were. The class stands behind the form in its mark (`gazetteers.py`), behind the lists of names.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, islice

from tagger.text.gazetteers import MARK, OUTSIDE
from tagger.text.sentences import Sentence

STRONG = 0.8
"""Share of the other tokens from which on their type is a strong class."""
STRONGLY, WEAKLY = "+", "-"
NOTHING = ""
"""The class of a token whose form stands nowhere else, or has no capital letter."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Which task's tags are remembered, and the types that they mark."""

    task: str
    types: tuple[str, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """All classes but NOTHING: "O+", "O-", "PER+", "PER-" and so on."""
        return tuple(f"{kind}{how}" for kind in self.types for how in (STRONGLY, WEAKLY))


def types_of(labels: Iterable[str]) -> tuple[str, ...]:
    """The types that tags of spans mark, "O" among them, in the order of the labels."""
    return tuple(dict.fromkeys(map(type_of, labels)))


def type_of(tag: str) -> str:
    """The type of the span that a tag is part of, "O" outside."""
    return tag[2:] or tag


def remember(sentences: Sequence[Sequence[str]], tags: Sequence[Sequence[str]]) -> list[list[str]]:
    """The class of each token of one document; forms that differ in case are one, but need a capital letter each.

    The token's own tag has no part in it. Of types that as many tokens have, the first in alphabetical order counts.
    """
    counts: dict[str, Counter[str]] = {}
    folded = [[_folded(form) for form in tokens] for tokens in sentences]
    for key, tag in zip(chain.from_iterable(folded), chain.from_iterable(tags), strict=True):
        if key:
            counts.setdefault(key, Counter())[type_of(tag)] += 1
    known: dict[tuple[str, str], str] = {}
    result = []
    for keys, own in zip(folded, tags, strict=True):
        row = []
        for key, tag in zip(keys, own, strict=True):
            if not key:
                row.append(NOTHING)
                continue
            pair = key, type_of(tag)
            if pair not in known:
                known[pair] = _class(counts[key], pair[1])
            row.append(known[pair])
        result.append(row)
    return result


def _folded(form: str) -> str:
    """The form in lower case, "" where it has no capital letter."""
    lower = form.lower()
    return "" if lower == form else lower


def _class(counts: Counter[str], own: str) -> str:
    """The class of a token of type `own`, which `counts` has too."""
    others = counts - Counter({own: 1})
    if not others:
        return NOTHING
    kind = min(others, key=lambda kind: (-others[kind], kind))
    return f"{kind}{STRONGLY if others[kind] >= STRONG * others.total() else WEAKLY}"


def remember_documents(
    sentences: Sequence[Sequence[str]], tags: Sequence[Sequence[str]], documents: Iterable[int]
) -> list[list[str]]:
    """As `remember`, of several documents: neighbours with the same number in `documents` are one."""
    rows = zip(sentences, tags, strict=True)
    result: list[list[str]] = []
    for _, group in groupby(documents):
        own = list(islice(rows, sum(1 for _ in group)))
        result += remember([tokens for tokens, _ in own], [tags for _, tags in own])
    return result


def document_runs(sentences: Iterable[Sentence]) -> Iterator[int]:
    """A number for each sentence: that of the one before where both stand in the same document, else another."""
    number, before = 0, None
    for sentence in sentences:
        name = (sentence.path, sentence.document) if sentence.document else None
        if name is None or name != before:
            number += 1
        before = name
        yield number


def with_memory(marked: Sequence[str], classes: Sequence[str], lists: int) -> list[str]:
    """The forms of a sentence, marked by so many lists of names or not at all, with their classes in the marks."""
    return [_with_class(text, own, lists) if own else text for text, own in zip(marked, classes, strict=True)]


def _with_class(text: str, own: str, lists: int) -> str:
    form, _, places = text.partition(MARK)
    return f"{form}{MARK}{places or OUTSIDE * lists}{own}"


def class_of(text: str, lists: int) -> str:
    """The class in the mark of a form, behind what so many lists say of it."""
    return text.partition(MARK)[2][lists:]


def without_memory(text: str, lists: int) -> str:
    """The form with what the lists say of it alone."""
    form, _, mark = text.partition(MARK)
    places = mark[:lists]
    return f"{form}{MARK}{places}" if places.strip(OUTSIDE) else form
