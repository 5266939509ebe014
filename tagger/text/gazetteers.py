"""Sentences to sentences of marked forms: which tokens stand in a phrase of which list of names.

A match depends on the neighbours of a token, and all else that the network sees of a word on its form alone. So what
matched is written behind the form, as its mark: "York" in "New York" becomes "York", MARK and one character a list, and
the pair is a form like any other to whatever keeps things by form. A form without a match stays as it is.
Of each list the longest phrase from the left counts, and phrases of one list do not overlap (Collobert et al. 2011,
section 4.5, has one flag a list; the place in the phrase is ours).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

MARK = "\x1e"
"""The control character between a form and its mark."""
OUTSIDE = "-"
PLACES = ("B", "I", "E", "S")
"""Begin, inside and end of a phrase of several tokens, and a phrase of one: what a list's character says of a token."""

_KEPT_FORMS = 100_000


def form_of(text: str) -> str:
    """The form of a marked form, or of one without a mark."""
    return text.partition(MARK)[0]


def place_of(text: str, number: int) -> str:
    """What the mark says of list `number`: one of PLACES, or OUTSIDE."""
    mark = text.partition(MARK)[2]
    return mark[number] if number < len(mark) else OUTSIDE


def change_form(text: str, change: Callable[[str], str]) -> str:
    """`text` with its form changed and its mark as it was."""
    form, mark, places = text.partition(MARK)
    return f"{change(form)}{mark}{places}"


class Gazetteers:
    """Lists of phrases, ready to be found in sentences.

    `phrases` maps the name of each list to its phrases, tokens with a space between them; `lowercase`: case is folded
    on both sides.
    """

    def __init__(self, phrases: Mapping[str, Iterable[str]], *, lowercase: bool = True) -> None:
        self.phrases = {name: tuple(items) for name, items in phrases.items()}
        self.lowercase = lowercase
        self._lists: dict[str, int] = {}  # phrase -> the lists it stands in, one bit each
        self._longest: dict[str, int] = {}  # first token -> tokens of the longest phrase that it begins
        for number, items in enumerate(self.phrases.values()):
            for item in items:
                self._add(item.lower() if lowercase else item, 1 << number)
        self._first: dict[str, int] = {}  # form as it stands -> the same, 0 for a form that begins none

    @property
    def names(self) -> tuple[str, ...]:
        """The lists, in the order of a mark's characters."""
        return tuple(self.phrases)

    def _add(self, phrase: str, bit: int) -> None:
        first = phrase.partition(" ")[0]
        self._lists[phrase] = self._lists.get(phrase, 0) | bit
        self._longest[first] = max(self._longest.get(first, 0), phrase.count(" ") + 1)

    def mark(self, tokens: Sequence[str]) -> Sequence[str]:
        """The tokens, those in phrases with their marks; the very `tokens` where there are none."""
        first = self._first
        try:
            reach = [first[token] for token in tokens]
        except KeyError:
            reach = self._look_up(tokens)
        return self._marked(tokens, reach) if any(reach) else tokens

    def _look_up(self, tokens: Sequence[str]) -> list[int]:
        if len(self._first) > _KEPT_FORMS:
            self._first.clear()
        for token in tokens:
            folded = token.lower() if self.lowercase else token
            self._first[token] = self._longest.get(folded, 0)
        return [self._first[token] for token in tokens]

    def _marked(self, tokens: Sequence[str], reach: list[int]) -> list[str]:
        folded = [token.lower() for token in tokens] if self.lowercase else list(tokens)
        lists = len(self.phrases)
        free = [0] * lists  # of each list, the first token after its last match
        marks: dict[int, list[str]] = {}
        for start, longest in enumerate(reach):
            for length in range(min(longest, len(tokens) - start), 0, -1):
                phrase = folded[start] if length == 1 else " ".join(folded[start : start + length])
                bits = self._lists.get(phrase, 0)
                number = 0
                while bits:
                    if bits & 1 and free[number] <= start:
                        free[number] = start + length
                        for place in range(start, start + length):
                            row = marks.setdefault(place, [OUTSIDE] * lists)
                            row[number] = _place(place - start, length)
                    bits >>= 1
                    number += 1
        marked = list(tokens)
        for place, row in marks.items():
            marked[place] = f"{tokens[place]}{MARK}{''.join(row)}"
        return marked


def _place(inside: int, length: int) -> str:
    if length == 1:
        return "S"
    return "B" if inside == 0 else "E" if inside == length - 1 else "I"
