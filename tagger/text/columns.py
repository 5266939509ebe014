"""CoNLL column files to sentences: one token a line, a blank line after each sentence.

    EU NNP I-NP I-ORG           columns separated by tabs, or by one or more spaces, the same throughout a file
    -DOCSTART- -X- O O          no token: ends a sentence and starts a document, blank line or not

A line of white space alone is blank. A line that starts with # is a comment only where it cannot be a token: in a
tab file if it has no tab; in a space file at the start of a sentence, if it has another number of columns or reads
`# key = value`.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from sys import intern
from typing import Literal

from tagger.errors import DataError, SettingsError
from tagger.text.lines import BLANK, read_lines
from tagger.text.problems import Problems
from tagger.text.schemes import is_span_column
from tagger.text.sentences import Sentence

WideRows = Literal["error", "join"]
Line = tuple[int, str | None]

WORD_NAMES = ("word", "token", "form")
SKIPPED_NAMES = ("-", "_")
DOCUMENT_ROW = "-DOCSTART-"

_KEY_VALUE = re.compile(r"#\s*([\w.]+(?: id)?)\s*(?:=\s?(.*))?")
KEY_IS_VALUE = re.compile(r"#\s*[\w.]+(?: id)?\s*=(?:\s|$)")


@dataclass(frozen=True, slots=True)
class Layout:
    """How the rows of one file are read."""

    separator: str  # tab or space
    width: int  # columns of every row
    word: int  # which column is the word
    tags: tuple[tuple[str, int], ...]  # names and places of the tag columns
    line: int  # the row that decided
    expected: str  # for messages: "3 columns (word, pos, ner)"

    def split(self, text: str) -> list[str]:
        """The columns of a row."""
        fields = text.split(self.separator)
        return [field for field in fields if field] if self.separator == " " and "" in fields else fields


def read_columns(
    path: str,
    *,
    columns: Sequence[str] = (),
    wide_rows: WideRows = "error",
    problems: Problems | None = None,
) -> Iterator[Sentence]:
    """The sentences of a column file.

    columns: a name for each column, one of them "word" (or "token", "form"), "-" for one to leave out. Without names
        the first column is the word and the others are "column2", "column3", ... (see `name_columns`).
    wide_rows: "join" takes the tags of a row with too many columns from its right and joins the rest as the word.
    """
    problems = problems or Problems()
    lines = read_lines(path, problems)
    head, layout = _layout(path, lines, check_names(columns))
    if layout is None:
        return
    rows = _Rows(path, layout, wide_rows, problems)
    for number, text in chain(head, lines):
        sentence = rows.take(number, text)
        if sentence is not None:
            yield sentence
    sentence = rows.end()
    if sentence is not None:
        yield sentence


def check_names(columns: Sequence[str]) -> tuple[str, ...]:
    """`columns` with the word column called "word". Raises SettingsError unless there is one, and no name twice."""
    names = tuple("word" if name in WORD_NAMES else name for name in columns)
    kept = [name for name in names if name not in SKIPPED_NAMES]
    if names and (kept.count("word") != 1 or len(set(kept)) != len(kept) or "" in kept):
        expected = "different names, exactly one of them word (- leaves a column out)"
        raise SettingsError("columns", expected, repr(",".join(columns)), "For example: word,pos,chunk,ner.")
    return names


def are_token_ids(words: Sequence[str]) -> bool:
    """Whether the words of a sentence are 1, 2, 3, ...: the first column of CoNLL-U and of IOB2 layers."""
    return len(words) > 1 and all(word == str(i) for i, word in enumerate(words, 1))


def name_columns(sentences: Sequence[Sentence]) -> dict[str, str]:
    """Names for the columns of a file read without any, by what stands in them: number -> name.

    Spans are "ner", or "chunk" if NP is one of their types; anything else is "pos"; a name that is taken gets a number.
    """
    names: dict[str, str] = {}
    uses: Counter[str] = Counter()
    for column in sentences[0].tags if sentences else ():
        sequences = [sentence.tags[column] for sentence in sentences]
        name = "pos"
        if is_span_column(sequences):
            name = "chunk" if any(tag.endswith("-NP") for tags in sequences for tag in tags) else "ner"
        uses[name] += 1
        names[column] = name if uses[name] == 1 else f"{name}{uses[name]}"
    for sentence in sentences:
        sentence.tags = {names[column]: tags for column, tags in sentence.tags.items()}
    return names


def comment_value(text: str) -> tuple[str, str]:
    """Key and value of a comment such as `# sent_id = 12` or `# newdoc`; ("", "") for any other."""
    match = _KEY_VALUE.fullmatch(text)
    return (match[1], (match[2] or "").strip()) if match else ("", "")


def _layout(path: str, lines: Iterator[Line], names: tuple[str, ...]) -> tuple[list[Line], Layout | None]:
    """How to read the file, from its first row that cannot be a comment, and the lines taken on the way there.

    A row that starts with # decides only if nothing else does.
    """
    head: list[Line] = []
    spare: Line | None = None
    for line in lines:
        head.append(line)
        number, text = line
        if text is None or not text.strip(BLANK) or text.startswith(DOCUMENT_ROW):
            continue
        if not text.startswith("#") or "\t" in text:
            return head, _layout_of(path, number, text, names)
        if not KEY_IS_VALUE.match(text):
            spare = spare or line
    if spare is None or spare[1] is None:
        return head, None
    return head, _layout_of(path, spare[0], spare[1], names)


def _layout_of(path: str, number: int, text: str, names: tuple[str, ...]) -> Layout:
    if "\r" in text:
        hint = "Convert the file, for example with `tr '\\r' '\\n'`."
        raise DataError(path, number, "lines that end in \\n or \\r\\n", "a carriage return alone", hint)
    if text.startswith('{"'):
        raise DataError(path, number, "columns", "JSON", "Pass --format jsonl, or call the file .jsonl.")
    separator = "\t" if "\t" in text else " "
    width = len(names) or len(Layout(separator, 0, 0, (), number, "").split(text))
    if not names:
        if width < 2:
            hint = "Name the columns with --columns if the file has words alone."
            raise DataError(path, number, "at least 2 columns (a word and a tag)", "1", hint)
        names = ("word", *(f"column{i}" for i in range(2, width + 1)))
        expected = f"{width} columns as in line {number}"
    else:
        expected = f"{width} columns ({', '.join(names)})" if width > 1 else f"1 column ({names[0]})"
    tags = tuple((name, i) for i, name in enumerate(names) if name != "word" and name not in SKIPPED_NAMES)
    return Layout(separator, width, names.index("word"), tags, number, expected)


class _Rows:
    """Collects the rows of one sentence after another; `take` and `end` return a sentence that is complete."""

    def __init__(self, path: str, layout: Layout, wide_rows: WideRows, problems: Problems) -> None:
        self.path, self.layout, self.problems = path, layout, problems
        self.join_wide = wide_rows == "join"
        self.sentences = self.documents = 0
        self.document = ""
        self.clear()

    def clear(self) -> None:
        self.rows: list[list[str]] = []
        self.numbers: list[int] = []
        self.id = ""
        self.broken = False

    def take(self, number: int, text: str | None) -> Sentence | None:
        """Take one line; the sentence that it ends, if it ends one."""
        if text is None:
            self.broken = True
        elif not text or (text[0] in BLANK and not text.strip(BLANK)):
            return self.end()
        elif text[0] == "#" and self._is_comment(text):
            self._comment(text)
        elif text.startswith(DOCUMENT_ROW) or self._row(number, text) == DOCUMENT_ROW:
            return self.end(document="")
        return None

    def end(self, document: str | None = None) -> Sentence | None:
        """The sentence collected so far, if any; `document` starts a new one, numbered if it has no name."""
        sentence = None
        if self.broken:
            self.problems.drop(self.sentences, self.id)
        elif self.rows:
            columns = [list(map(intern, column)) for column in zip(*self.rows, strict=True)]
            tags = {name: columns[i] for name, i in self.layout.tags}
            words = columns[self.layout.word]
            sentence = Sentence(words, tags, self.id, self.document, self.path, self.numbers)
        self.sentences += bool(self.rows) or self.broken
        self.clear()
        if document is not None:
            self.documents += 1
            self.document = document or str(self.documents)
        return sentence

    def _is_comment(self, text: str) -> bool:
        if self.layout.separator == "\t":
            return "\t" not in text
        if self.rows or self.broken:
            return False
        return len(self.layout.split(text)) != self.layout.width or KEY_IS_VALUE.match(text) is not None

    def _comment(self, text: str) -> None:
        key, value = comment_value(text)
        if key == "sent_id":
            self.id = value
        elif key in ("newdoc", "newdoc id"):
            self.documents += 1
            self.document = value or str(self.documents)

    def _row(self, number: int, text: str) -> str:
        """Add a row, unless its sentence is known to be broken or it is no token; the row's word, or ""."""
        if self.broken and not self.problems.every:
            return ""
        layout = self.layout
        fields = layout.split(text)
        if len(fields) > layout.width and self.join_wide:
            end = layout.word + len(fields) - layout.width + 1
            fields[layout.word : end] = [" ".join(fields[layout.word : end])]
        if (
            len(fields) == layout.width
            and "" not in fields
            and (layout.separator == "\t" or "\t" not in text)
        ):
            if fields[layout.word] != DOCUMENT_ROW:
                self.rows.append(fields)
                self.numbers.append(number)
            return fields[layout.word]
        kind, expected, found, hint = _fault(text, fields, layout)
        self.problems.report(kind, DataError(self.path, number, expected, found, hint))
        self.broken = True
        return ""


def _fault(text: str, fields: list[str], layout: Layout) -> tuple[str, str, str, str]:
    """What is wrong with a row: its kind, what was expected, what was found, and a hint."""
    used, other = ("tab", "space") if layout.separator == "\t" else ("space", "tab")
    if (other == "tab" and "\t" in text) or (used == "tab" and "\t" not in text and " " in text):
        expected = f"columns separated by {used}s as in line {layout.line}"
        return "tabs and spaces mixed", expected, f"a {other} (tabs and spaces mixed)", ""
    if len(fields) == layout.width:
        return "empty column", layout.expected, f"an empty column {fields.index('') + 1}", ""
    hint = f"Is a {used} missing?"
    if len(fields) > layout.width:
        hint = "Pass --wide-rows join to take the tags from the right and the rest as the word."
    return "wrong number of columns", layout.expected, str(len(fields)), hint
