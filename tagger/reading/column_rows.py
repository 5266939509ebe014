"""Lines of a column file to the words of its sentences, every row kept as it stands so that tags can be added to it.

Tells rows, comments and document rows apart as the corpus reader does (`tagger/text/columns.py`), but needs no tags.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tagger.errors import DataError, SettingsError
from tagger.reading.words import Words
from tagger.text.columns import DOCUMENT_ROW, KEY_IS_VALUE, are_token_ids
from tagger.text.lines import BLANK

Line = tuple[int, str]

_NAMES = re.compile(r"#\s*global\.columns\s*=\s*(.*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RowLayout:
    """How the rows of a file are laid out: as in the row that decides."""

    first: int  # number of that row
    separator: str  # tab or space
    width: int  # columns
    word: int = 0  # which column is the word, from 0

    def split(self, text: str) -> list[str]:
        """The columns of a row."""
        fields = text.split(self.separator)
        return [field for field in fields if field] if self.separator == " " else fields


def deciding_row(lines: Iterable[Line]) -> tuple[Line | None, Line | None]:
    """The first row that cannot be a comment; and the first with # that need not be one, which decides if none does."""
    spare: Line | None = None
    for line in lines:
        text = line[1]
        if not text.strip(BLANK) or text.startswith(DOCUMENT_ROW):
            continue
        if not text.startswith("#") or "\t" in text:
            return line, spare
        if not KEY_IS_VALUE.match(text):
            spare = spare or line
    return None, spare


def is_naming(line: Line) -> bool:
    """Whether a line is a comment that names the columns."""
    return _NAMES.match(line[1]) is not None


def layout_of(path: str, deciding: Line, word_column: str, head: Iterable[Line]) -> RowLayout:
    """The layout of rows like `deciding`; the `head` before it may give names.

    word_column: number of the column from 1, or its name where a comment `# global.columns = ID FORM ...` gives names.
    Raises DataError where there is no such column, SettingsError for a name that the file does not give.
    """
    first, text = deciding
    layout = RowLayout(first, " " if " " in text and "\t" not in text else "\t", 0)
    width = len(layout.split(text))
    word = _place_of(path, first, width, word_column, (text for _, text in head))
    return RowLayout(first, layout.separator, width, word)


def _place_of(path: str, first: int, width: int, column: str, comments: Iterable[str]) -> int:
    """The place from 0 of a column given by number or name."""
    if column.isdecimal():
        if not 0 < int(column) <= width:
            raise DataError(path, first, f"a column {column}", f"{width} columns")
        return int(column) - 1
    for match in filter(None, map(_NAMES.match, comments)):
        names = match[1].lower().split()
        if column.lower() in names[:width]:
            return names.index(column.lower())
        raise SettingsError("--word-column", f"a number or one of {match[1]}", repr(column))
    hint = "Pass the number of the column instead, from 1."
    expected = f"names of columns in `# global.columns = ...` above (for {column!r})"
    raise DataError(path, first, expected, "none", hint)


def read_rows(path: str, lines: Iterable[Line], layout: RowLayout | None, *, most: int) -> Iterator[Words]:
    """The sentences of numbered lines of a file; without a layout, none of them is a row.

    A sentence is cut behind `most` lines without a blank one. Document rows and comments that no sentence follows are
    a Words without tokens. Raises DataError, with the line, for a row that has other columns than the deciding one.
    """
    if layout is None:
        before = [text for _, text in lines if text.strip(BLANK)]
        if before:
            yield Words([], before=before)
        return
    rows = _Rows(path, layout)
    since = 0
    for number, text in lines:
        since += 1
        if not text.strip(BLANK):
            yield from rows.end()
            since = 0
        elif text.startswith(DOCUMENT_ROW):
            yield from rows.end()
            rows.before.append(text)
        elif text.startswith("#") and rows.is_comment(text):
            rows.before.append(text)
        else:
            rows.add(number, text)
        if since == most:
            yield from rows.end()
            since = 0
    yield from rows.end()
    if rows.before:
        yield Words([], before=rows.before)


class _Rows:
    """The rows of the sentence being read."""

    def __init__(self, path: str, layout: RowLayout) -> None:
        self.path = path
        self.layout = layout
        self.before: list[str] = []
        self.rows: list[str] = []
        self.words: list[str] = []

    def end(self) -> Iterator[Words]:
        """The sentence read so far, if there is one."""
        if self.rows:
            if are_token_ids(self.words):
                expected, hint = f"words in column {self.layout.word + 1}", "Pass --word-column 2."
                raise DataError(self.path, self.layout.first, expected, "the numbers of tokens", hint)
            yield Words(self.words, rows=self.rows, before=self.before)
            self.rows, self.words, self.before = [], [], []

    def is_comment(self, text: str) -> bool:
        """Whether a line that starts with # is a comment and not a row whose first column does."""
        layout = self.layout
        if layout.separator == "\t":
            return "\t" not in text and (layout.width > 1 or " " in text)
        return not self.rows and (
            len(layout.split(text)) != layout.width or KEY_IS_VALUE.match(text) is not None
        )

    def add(self, number: int, text: str) -> None:
        """Take one row."""
        layout = self.layout
        fields = layout.split(text)
        if len(fields) != layout.width or (layout.separator == " " and "\t" in text):
            raise self._error(number, text, len(fields))
        word = fields[layout.word]
        if not word:
            raise DataError(self.path, number, f"a word in column {layout.word + 1}", "an empty column")
        self.rows.append(text)
        self.words.append(word)

    def _error(self, number: int, text: str, width: int) -> DataError:
        """What is wrong with the columns of a row."""
        layout = self.layout
        if layout.separator == " " and "\t" in text:
            expected = f"columns separated by spaces as in line {layout.first}"
            return DataError(self.path, number, expected, "a tab")
        expected = f"{layout.width} columns as in line {layout.first}"
        used = "tab" if layout.separator == "\t" else "space"
        return DataError(self.path, number, expected, str(width), f"Is a {used} missing?")
