"""Items (words, affixes, characters, labels) to row numbers of a lookup table, and back."""

from collections import Counter
from collections.abc import Iterable, Mapping

PADDING, UNKNOWN = 0, 1
"""Rows kept in every lookup table: the position outside the sentence, and an item without a row of its own."""
RESERVED = 2


class Vocabulary:
    """Items with consecutive rows from `RESERVED` on; row 0 is padding, row 1 everything unknown.

    Saved as a JSON list in row order; the two reserved rows are not written.
    """

    def __init__(self, items: Iterable[str]) -> None:
        self.items = list(items)
        self.rows = dict(zip(self.items, range(RESERVED, RESERVED + len(self.items)), strict=True))

    def __len__(self) -> int:
        """The number of rows of the lookup table, reserved rows included."""
        return len(self.items) + RESERVED

    def __contains__(self, item: str) -> bool:
        return item in self.rows

    def row(self, item: str) -> int:
        """The row of `item`, or of the unknown item."""
        return self.rows.get(item, UNKNOWN)

    @classmethod
    def from_counts(cls, counts: Mapping[str, int], *, min_count: int = 1) -> "Vocabulary":
        """Items seen at least `min_count` times, most frequent first, ties in code point order."""
        kept = [item for item, count in counts.items() if count >= min_count]
        return cls(sorted(kept, key=lambda item: (-counts[item], item)))


def count_forms(sentences: Iterable[list[str]]) -> Counter[str]:
    """How often each form occurs."""
    counts: Counter[str] = Counter()
    for tokens in sentences:
        counts.update(tokens)
    return counts
