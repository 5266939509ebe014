"""Files of one token a line to pieces at their blank lines: what CoNLL columns and CoNLL-U share."""

import re
from collections.abc import Iterable, Iterator

from tagger.errors import DataError
from tagger.reading.held_text import HeldText, cut_at_ends, line_end
from tagger.reading.pieces import Bounds, Piece
from tagger.text.lines import BLANK

_BLANK_LINE = re.compile(rf"^[{BLANK}]*\n", re.MULTILINE)


def cut_blocks(
    chunks: Iterable[str], held: HeldText, *, bounds: Bounds, head: object = None
) -> Iterator[Piece | None]:
    """What is held and what the chunks add to it, cut behind blank lines, or behind many lines without one."""

    def force(held: HeldText) -> int:
        refuse_endless_row(held, bounds.row)
        return nth_line_end(held.text, bounds.rows)

    return cut_at_ends(chunks, held, last_end=block_end, force=force, piece=bounds.piece, head=head)


def block_end(text: str) -> int:
    """The index behind a blank line, one of the last, 0 if there is none; text begins where a line does."""
    for blank in ("\n\n", "\n\r\n"):
        at = text.rfind(blank)
        if at >= 0:
            return at + len(blank)
    at = 0
    for match in _BLANK_LINE.finditer(text):
        at = match.end()
    return at


def nth_line_end(text: str, n: int) -> int:
    """The index behind the nth line, 0 if there are not so many."""
    if text.count("\n") < n:
        return 0
    at = 0
    for _ in range(n):
        at = text.index("\n", at) + 1
    return at


def split_rows(text: str, first: int, *, path: str, longest: int) -> list[str]:
    r"""The lines of a text, whose first has the number `first`, without their \n; no empty one behind the last \n.

    Raises DataError for a line of more than `longest` characters.
    """
    lines = text.split("\n")
    if len(text) > longest:
        number = next((first + i for i, line in enumerate(lines) if len(line) > longest), None)
        if number is not None:
            raise long_row(path, number, longest)
    if not lines[-1]:
        lines.pop()
    return lines


def refuse_endless_row(held: HeldText, longest: int) -> None:
    """Raise DataError where the last line, which has no end yet, is too long already."""
    text = held.text
    if len(text) - line_end(text) > longest:
        raise long_row(held.path, held.line + text.count("\n"), longest)


def long_row(path: str, line: int, longest: int) -> DataError:
    """The error for a line that cannot be a row."""
    expected = f"rows of at most {longest:,} characters"
    return DataError(path, line, expected, "a longer line", "Does the file hold one token a line?")
