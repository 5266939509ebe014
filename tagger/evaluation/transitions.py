"""Predicted tags to the number of neighbours that the scheme forbids."""

from collections.abc import Sequence

from tagger.text.schemes import NONE, violations


def invalid_transitions(tags: Sequence[Sequence[str]], scheme: str) -> tuple[int, int]:
    """How many pairs of neighbouring tags break `scheme`, and how many pairs there are: (0, 0) for plain tags.

    The start and the end of a sentence are neighbours too: n tags make n + 1 pairs, an empty sentence none.
    """
    if scheme == NONE:
        return 0, 0
    invalid = sum(len(violations(row, scheme)) for row in tags)
    return invalid, sum(len(row) + 1 for row in tags if row)
