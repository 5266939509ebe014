"""A saved model and some words to the words whose vectors are nearest to theirs."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Any

from tagger.embeddings.neighbours import has_direction, nearest_rows
from tagger.errors import ModelError, TaggerError
from tagger.recipes.word_table import WordTable, read_word_table
from tagger.text.lines import BLANK, read_lines
from tagger.text.vocabulary import RESERVED

CANDIDATES = 20_000
"""Words of like length among which near spellings of an unknown word are looked for, the most frequent ones."""

LONGEST = 40
"""Characters of a word that near spellings are looked for."""

SUGGESTED = 20
"""Unknown words that near spellings are looked for."""

SHOWN = 5
"""Unknown words that an error names."""

_WORD = re.compile(f"[^{BLANK}]+")


@dataclass(frozen=True, slots=True)
class Neighbours:
    """A word, as it was given and as the word table spells it, and the words nearest to it with the cosines."""

    word: str
    item: str
    learnt: bool  # False: its vector is zero, so nothing is near
    nearest: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class UnknownWord:
    """A word without a row of its own, and words of the table that are spelt alike."""

    word: str
    item: str
    alike: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join([f"{self.word!r} is not among the words of the model.", *self.hints])

    @property
    def hints(self) -> tuple[str, ...]:
        """What to ask for instead."""
        if not self.word:
            return ("It is empty.",)
        parts = _WORD.findall(self.word)
        if parts != [self.word]:
            instead = f": ask for {' and '.join(parts)}" if parts else ""
            return (f"A word holds no white space{instead}.",)
        return (f"Did you mean {', '.join(self.alike)}?",) if self.alike else ()


@dataclass(frozen=True, slots=True)
class NeighbourReport:
    """What is near to each of some words, in their order, and the words that are not known."""

    path: str
    words: int  # items of the vocabulary
    found: tuple[Neighbours, ...]
    unknown: tuple[UnknownWord, ...]


def find_neighbours(folder: Path, words: Sequence[str], *, count: int = 10) -> NeighbourReport:
    """The `count` words nearest to each of `words`, by the word table of the model in `folder`.

    words: looked up as the model spells them; "-" stands for the words on standard input, separated by white space.
    Raises TaggerError, with near spellings, where no word is known; ModelError for a model that cannot be read.
    """
    asked = list(_expanded(words))
    if not asked:
        raise TaggerError("expected words, found none", where="standard input")
    table = read_word_table(folder)
    if not len(table.vocabulary.items):
        raise ModelError(
            "expected a model that knows words, found one whose word table has none", where=str(folder)
        )
    items = {word: table.item(word) for word in asked}
    known = [word for word in asked if items[word] in table.vocabulary]
    rows = [table.vocabulary.row(items[word]) for word in known]
    near = nearest_rows(table.vectors, rows, count)
    spelt = table.vocabulary.items
    found = tuple(
        Neighbours(
            word,
            items[word],
            has_direction(table.vectors[row]),
            tuple((spelt[r - RESERVED], float(c)) for r, c in zip(one.rows, one.cosines, strict=True)),
        )
        for word, row, one in zip(known, rows, near, strict=True)
    )
    strange = [word for word in dict.fromkeys(asked) if items[word] not in table.vocabulary]
    unknown = tuple(
        UnknownWord(word, items[word], _alike(items[word], table) if number < SUGGESTED else ())
        for number, word in enumerate(strange)
    )
    if not found:
        raise _none_known(folder, unknown)
    return NeighbourReport(str(folder), len(spelt), found, unknown)


def neighbours_as_json(report: NeighbourReport) -> dict[str, Any]:
    """`report` as plain values."""
    return {
        "path": report.path,
        "words": report.words,
        "neighbours": [
            {
                "word": one.word,
                "item": one.item,
                "learnt": one.learnt,
                "nearest": [{"word": word, "cosine": round(cosine, 6)} for word, cosine in one.nearest],
            }
            for one in report.found
        ],
        "unknown": [
            {"word": word.word, "item": word.item, "alike": list(word.alike)} for word in report.unknown
        ],
    }


def _none_known(folder: Path, unknown: Sequence[UnknownWord]) -> TaggerError:
    shown = ", ".join(repr(word.word) for word in unknown[:SHOWN])
    others = f" and {len(unknown) - SHOWN:,} others" if len(unknown) > SHOWN else ""
    alike = list(dict.fromkeys(near for word in unknown[:SHOWN] for near in word.alike))
    hint = f"Did you mean {', '.join(alike)}?" if alike else ""
    if len(unknown) == 1:
        hint = " ".join(unknown[0].hints)
    expected = "a word that the model knows" if len(unknown) == 1 else "words that the model knows"
    return TaggerError(f"expected {expected}, found {shown}{others}", where=str(folder), hint=hint)


def _expanded(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        if word == "-":
            for _, line in read_lines("-"):
                yield from _WORD.findall(line or "")
        else:
            yield word


def _alike(item: str, table: WordTable) -> tuple[str, ...]:
    """Up to three words of the table that are spelt like `item`; only words of nearly its length are compared."""
    if len(item) > LONGEST:
        return ()
    slack = 1 + len(item) // 4
    fitting = (word for word in table.vocabulary.items if abs(len(word) - len(item)) <= slack)
    return tuple(get_close_matches(item, islice(fitting, CANDIDATES), n=3, cutoff=0.7))
