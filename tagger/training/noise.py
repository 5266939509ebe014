"""Words to the same words with a slip of the hand in them, one edit of one or two letters; edits of a text to the text.

The edits are those of Damerau 1964 ("A technique for computer detection and correction of spelling errors"), who found
them in four of five misspelt words: a letter too few, one too many, another one, two swapped. Of these we take the
likely ones: the letter too many doubles one, the other one is its neighbour on an English keyboard. The first letter
stays, as errors are rare there (Kukich 1992, "Techniques for automatically correcting words in text").
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from random import Random
from typing import NamedTuple

SHORTEST = 4
"""Letters of a word that may have a typo: shorter ones too often become another word."""

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")  # each half a key to the right of the one above
_PLACES = {
    letter: (row, column + row / 2) for row, keys in enumerate(_ROWS) for column, letter in enumerate(keys)
}
KEYBOARD = {
    letter: "".join(
        other for other, (r, c) in _PLACES.items() if (abs(r - row), abs(c - column)) in ((0, 1.0), (1, 0.5))
    )
    for letter, (row, column) in _PLACES.items()
}
"""Letter -> the letters whose keys touch its own."""


class Edit(NamedTuple):
    """The characters from `start` to before `end` become `text`."""

    start: int
    end: int
    text: str

    def apply(self, word: str) -> str:
        return word[: self.start] + self.text + word[self.end :]


def apply_edits(text: str, edits: Iterable[Edit]) -> tuple[str, list[int]]:
    """`text` after edits in order that do not overlap, and where each of its places has come to [characters + 1].

    A place is that before a character, or the end. One inside an edit comes as far into the new text, at most to its
    end; one where characters are inserted comes behind them.
    """
    parts: list[str] = []
    places: list[int] = []
    length = 0
    for edit in edits:
        kept = text[len(places) : edit.start]
        places += range(length, length + len(kept))
        length += len(kept)
        places += [length + min(n, len(edit.text)) for n in range(edit.end - edit.start)]
        length += len(edit.text)
        parts += [kept, edit.text]
    rest = text[len(places) :]
    return "".join([*parts, rest]), [*places, *range(length, length + len(rest) + 1)]


def may_have_typo(form: str) -> bool:
    """Whether `form` consists of letters, SHORTEST or more."""
    return len(form) >= SHORTEST and form.isalpha()


def random_typo(word: str, random: Random) -> Edit:
    """An edit of `word`, which is two letters long or more: a place behind the first letter, then what happens there.

    A letter on no English key is not replaced; a letter is not swapped with an equal one, nor the last one with any.
    """
    place = random.randrange(1, len(word))
    letter, following = word[place], word[place + 1 : place + 2]
    edits = [Edit(place, place + 1, ""), Edit(place, place, letter)]
    if following not in ("", letter):
        edits.append(Edit(place, place + 2, following + letter))
    near = KEYBOARD.get(letter.lower())
    if near:
        other = random.choice(near)
        edits.append(Edit(place, place + 1, other.upper() if letter.isupper() else other))
    return random.choice(edits)


def typos_of(form: str, count: int, *, seed: int) -> list[str]:
    """`count` misspellings of `form`, not all different; none of a form that may have no typo.

    They depend on the form and the seed alone; the first of a larger count are those of a smaller one.
    """
    return list(islice(_typos(form, seed), count)) if may_have_typo(form) else []


def _typos(form: str, seed: int) -> Iterator[str]:
    random = Random(f"{seed} {form}")
    while True:
        yield random_typo(form, random).apply(form)
