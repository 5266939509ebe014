"""Lines of a column file to the words of its sentences, every row kept as it stands so that tags can be added to it.

Tells rows, comments and document rows apart as the corpus reader does (`tagger/text/columns.py`), but needs no tags.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from tagger.errors import DataError, SettingsError
from tagger.inference.words import Words
from tagger.text.columns import DOCUMENT_ROW, KEY_IS_VALUE, are_token_ids
from tagger.text.lines import BLANK

Line = tuple[int, str]

_NAMES = re.compile(r"#\s*global\.columns\s*=\s*(.*)", re.IGNORECASE)


def read_rows(path: str, lines: Iterable[str], word_column: str) -> Iterator[Words]:
    """The sentences of a column file.

    word_column: number of the column from 1, or its name where a comment `# global.columns = ID FORM ...` gives names.
    Raises DataError, with the line, for a row that has other columns than the first; SettingsError for a name that the
    file does not give.
    """
    numbered = ((number, line.removesuffix("\r")) for number, line in enumerate(lines, 1))
    head, deciding = _head(numbered)
    if deciding is None:
        before = [text for _, text in head if text.strip(BLANK)]
        if before:
            yield Words([], before=before)
        return
    rows = _Rows(path, deciding)
    rows.word = rows.place_of(word_column, [text for _, text in head])
    for number, text in chain(head, numbered):
        if not text.strip(BLANK):
            yield from rows.end()
        elif text.startswith(DOCUMENT_ROW):
            yield from rows.end()
            rows.before.append(text)
        elif text.startswith("#") and rows.is_comment(text):
            rows.before.append(text)
        else:
            rows.add(number, text)
    yield from rows.end()
    if rows.before:
        yield Words([], before=rows.before)


def _head(lines: Iterator[Line]) -> tuple[list[Line], Line | None]:
    """The lines up to the first row that cannot be a comment, and that row; one with # decides if there is no other."""
    head: list[Line] = []
    spare: Line | None = None
    for line in lines:
        head.append(line)
        text = line[1]
        if not text.strip(BLANK) or text.startswith(DOCUMENT_ROW):
            continue
        if not text.startswith("#") or "\t" in text:
            return head, line
        if not KEY_IS_VALUE.match(text):
            spare = spare or line
    return head, spare


class _Rows:
    """The rows of the sentence being read, laid out as the deciding row."""

    def __init__(self, path: str, deciding: Line) -> None:
        self.path = path
        self.first, text = deciding
        self.separator = " " if " " in text and "\t" not in text else "\t"
        self.width = len(self._split(text))
        self.word = 0
        self.before: list[str] = []
        self.rows: list[str] = []
        self.words: list[str] = []

    def end(self) -> Iterator[Words]:
        """The sentence read so far, if there is one."""
        if self.rows:
            if are_token_ids(self.words):
                expected, hint = f"words in column {self.word + 1}", "Pass --word-column 2."
                raise DataError(self.path, self.first, expected, "the numbers of tokens", hint)
            yield Words(self.words, rows=self.rows, before=self.before)
            self.rows, self.words, self.before = [], [], []

    def is_comment(self, text: str) -> bool:
        """Whether a line that starts with # is a comment and not a row whose first column does."""
        if self.separator == "\t":
            return "\t" not in text and (self.width > 1 or " " in text)
        return not self.rows and (
            len(self._split(text)) != self.width or KEY_IS_VALUE.match(text) is not None
        )

    def add(self, number: int, text: str) -> None:
        """Take one row."""
        fields = self._split(text)
        used, other = ("tab", "space") if self.separator == "\t" else ("space", "tab")
        expected = f"{self.width} columns as in line {self.first}"
        if used == "space" and "\t" in text:
            raise DataError(
                self.path, number, f"columns separated by spaces as in line {self.first}", f"a {other}"
            )
        if len(fields) != self.width:
            raise DataError(self.path, number, expected, str(len(fields)), f"Is a {used} missing?")
        if not fields[self.word]:
            raise DataError(self.path, number, f"a word in column {self.word + 1}", "an empty column")
        self.rows.append(text)
        self.words.append(fields[self.word])

    def place_of(self, column: str, comments: Iterable[str]) -> int:
        """The place from 0 of a column given by number or name."""
        if column.isdecimal():
            if not 0 < int(column) <= self.width:
                raise DataError(self.path, self.first, f"a column {column}", f"{self.width} columns")
            return int(column) - 1
        for match in filter(None, map(_NAMES.match, comments)):
            names = match[1].lower().split()
            if column.lower() in names[: self.width]:
                return names.index(column.lower())
            raise SettingsError("--word-column", f"a number or one of {match[1]}", repr(column))
        hint = "Pass the number of the column instead, from 1."
        expected = f"names of columns in `# global.columns = ...` above (for {column!r})"
        raise DataError(self.path, self.first, expected, "none", hint)

    def _split(self, text: str) -> list[str]:
        fields = text.split(self.separator)
        return [field for field in fields if field] if self.separator == " " else fields
