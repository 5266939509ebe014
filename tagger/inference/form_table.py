"""Forms to numbered rows that are computed once and kept, within a bound; those that came once go first.

On text of an encyclopedia and 31,746 rows, 6.2 % of the tokens find no row; forgetting the least recently used half
alone it was 8.0 %, and 4.0 % with a table without bound.
"""

from collections.abc import Callable, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Numbers = NDArray[np.intp]
Form = str | None
"""A form as text; None stands outside the sentence (padding)."""

BYTES_A_FORM = 300
"""Memory of a form beside its row: text, dictionary entry, number, time stamp.

Measured: 140 to 160 at ten characters; the rest is room for longer forms.
"""


class _Numbers(dict[Form, int]):
    """Form -> row number; an unknown form takes the next free number and is noted in `added`."""

    def __init__(self, free: list[int]) -> None:
        super().__init__()
        self.free = free
        self.added: list[str] = []

    def __missing__(self, form: str) -> int:
        number = self[form] = self.free.pop()
        self.added.append(form)
        return number


class FormTable:
    """Rows of forms. Not for several threads at once.

    `rows` has room for `capacity` forms; a page of it takes memory only once it is written to.
    """

    def __init__(
        self, fill: Callable[[Sequence[str], Array, Numbers], None], padding_row: Array, *, capacity: int
    ) -> None:
        """`fill(forms, rows, numbers)` writes the rows of forms; `capacity` counts forms, padding (0) included."""
        self.capacity = capacity
        self.computed = 0  # rows so far, those of forms that were forgotten and came back included
        self.rows: Array = np.empty((capacity, len(padding_row)), np.float32)
        self.rows[0] = padding_row
        self._fill = fill
        self._stamps = np.zeros(capacity, np.int64)  # when each row was last asked for
        self._calls = np.zeros(capacity, np.int64)  # how many calls asked for it
        self._time = 0
        self._numbers = _Numbers(list(range(capacity - 1, 0, -1)))
        self._numbers[None] = 0

    def __len__(self) -> int:
        """How many forms are kept now, padding included."""
        return len(self._numbers)

    def numbers(self, forms: Sequence[Form]) -> Numbers:
        """The number of each form's row, which holds until the next call. At most `capacity` // 2 distinct forms."""
        wanted = min(len(forms), self.capacity // 2)
        if len(self._numbers.free) < wanted:
            self._make_room(wanted)
        try:
            found = np.fromiter(map(self._numbers.__getitem__, forms), dtype=np.intp, count=len(forms))
            self._add(self._numbers.added)
        except BaseException:  # interrupted: no number may stand without its row
            for form in self._numbers.added:
                self._numbers.free.append(self._numbers.pop(form))
            raise
        finally:
            self._numbers.added = []
        self._time += 1
        self._stamps[found] = self._time
        self._calls[found] += 1  # once, however often the form is in `found`
        return found

    def _add(self, forms: list[str]) -> None:
        """Compute the rows of new forms."""
        if forms:
            numbers = np.fromiter(map(self._numbers.__getitem__, forms), dtype=np.intp, count=len(forms))
            self._fill(forms, self.rows, numbers)
            self._calls[numbers] = 0
            self.computed += len(forms)

    def _make_room(self, wanted: int) -> None:
        """Forget a quarter of all, or more if `wanted` needs it: forms that only one call asked for, then the others.

        Both from the longest not asked for on. Most forms of a text come once; a form that comes again is worth more.
        """
        forms = list(islice(self._numbers, 1, None))  # without padding, the first
        numbers = np.fromiter(islice(self._numbers.values(), 1, None), dtype=np.intp, count=len(forms))
        kept = max(0, min(self.capacity * 3 // 4, self.capacity - 1 - wanted))
        order = np.lexsort((self._stamps[numbers], self._calls[numbers] > 1))
        for place in order[: max(0, len(forms) - kept)].tolist():
            self._numbers.free.append(self._numbers.pop(forms[place]))
        self._numbers.free.sort(reverse=True)  # taken from the end: new neighbours get rows side by side
