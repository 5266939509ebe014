"""Words and their nearest words, as plain values, to tables on stdout."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

from tagger.reports.console import print_table, print_text

SIDE_BY_SIDE = 4
"""Words of one table: what stands beside one another fits into a terminal."""


def print_neighbours(values: dict[str, Any]) -> None:
    """Write what `neighbours_as_json` says: a column of words and one of cosines for each word that was asked for."""
    asked = values["neighbours"]
    for start in range(0, len(asked), SIDE_BY_SIDE):
        if start:
            print_text("")
        group = asked[start : start + SIDE_BY_SIDE]
        columns = [name for one in group for name in (_spelt(one), "cosine")]
        print_table(columns, _rows(group), left=range(0, len(columns), 2))
    for one in asked:
        if not one["learnt"]:
            print_text(f"note  {_spelt(one)} has no neighbours: its vector was never learnt")


def _spelt(one: dict[str, Any]) -> str:
    """The word, and how the model spells it where it does so otherwise."""
    word, item = one["word"], one["item"]
    return f"{word} (as {item})" if word != item else word


def _rows(group: Sequence[dict[str, Any]]) -> Iterator[list[str]]:
    for cells in zip_longest(*(one["nearest"] for one in group)):
        yield [
            text for cell in cells for text in ((cell["word"], f"{cell['cosine']:.3f}") if cell else ("", ""))
        ]
