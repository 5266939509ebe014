"""The lines of a corpus file with tags replaced, wide rows joined and sentences left out; all else as it was."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tagger.text.columns import DOCUMENT_ROW
from tagger.text.conllu import FIELDS
from tagger.text.corpus import Format
from tagger.text.lines import BLANK

_IOB2_TAG = 2  # column
_FIELD = re.compile(r"[^ ]+")
JOINER = "_"
"""Joins the words of a wide row in a file whose columns are parted by spaces."""


@dataclass(slots=True)
class RowFile:
    """One file while it is repaired. Lines are numbered from 1, as readers do."""

    path: str
    format: Format
    names: Sequence[str]  # of the columns of a column file
    lines: list[str]
    changed: set[int] = field(default_factory=set)
    dropped: set[int] = field(default_factory=set)

    def replace_tag(self, number: int, column: str, token: int, tag: str) -> None:
        """Write another tag for a token, number `token` of its sentence, in the line `number`."""
        line = self.lines[number - 1]
        if self.format == "jsonl":
            self.lines[number - 1] = _record_with(line, column, token, tag)
        elif self.format == "columns":
            self.lines[number - 1] = _row_with(line, self._place(column), tag)
        else:
            name, _, key = column.partition(".")
            fields = line.split("\t")
            at = FIELDS[name] if self.format == "conllu" else _IOB2_TAG
            fields[at] = _value_with(fields[at], key, tag) if key else tag
            self.lines[number - 1] = "\t".join(fields)
        self.changed.add(number)

    def rename_spans(self, number: int, types: Mapping[str, str]) -> None:
        """Rename the types of spans in a record of text and spans."""
        record = json.loads(self.lines[number - 1])
        for span in record["spans"]:
            span["label"] = types.get(span["label"], span["label"])
        self.lines[number - 1] = json.dumps(record, ensure_ascii=False)
        self.changed.add(number)

    def has_spans(self, number: int) -> bool:
        """Whether a line is a record of text and spans."""
        return self.format == "jsonl" and isinstance(json.loads(self.lines[number - 1]).get("spans"), list)

    def join_wide(self, number: int) -> str:
        """Make one word of the first columns of a row that has too many; the word, or "" if the row is not wide."""
        line = self.lines[number - 1]
        separator = "\t" if "\t" in line else " "
        fields = line.split("\t") if separator == "\t" else line.split()
        more = len(fields) - len(self.names)
        if more <= 0:
            return ""
        at = list(self.names).index("word")
        word = (" " if separator == "\t" else JOINER).join(fields[at : at + more + 1])
        self.lines[number - 1] = separator.join([*fields[:at], word, *fields[at + more + 1 :]])
        self.changed.add(number)
        return word

    def blocks(self) -> list[range]:
        """The line numbers of each sentence with its comments; of JSON lines, each line."""
        found, start = [], 0
        for number, line in enumerate([*self.lines, ""], 1):
            ends = not line.strip(BLANK) or (self.format == "columns" and line.startswith(DOCUMENT_ROW))
            if self.format == "jsonl" and not ends:
                found.append(range(number, number + 1))
            elif ends and start:
                found.append(range(start, number))
                start = 0
            elif not ends and not start:
                start = number
        return found

    def drop(self, block: range) -> None:
        """Leave out a block and the blank line behind it; a comment that starts a document stays."""
        self.dropped |= {n for n in block if not self.lines[n - 1].startswith("# newdoc")}
        after = block.stop
        if after <= len(self.lines) - 1 and not self.lines[after - 1].strip(BLANK) and self.format != "jsonl":
            self.dropped.add(after)

    def content(self) -> bytes:
        """The file as it is to be written."""
        kept = (line for number, line in enumerate(self.lines, 1) if number not in self.dropped)
        return "\n".join(kept).encode("utf-8", "surrogateescape")

    def _place(self, column: str) -> int:
        """The place of a column, counted from the right where it stands behind the word: rows may be wide."""
        names = list(self.names)
        at = names.index(column)
        return at if at < names.index("word") else at - len(names)


def _row_with(line: str, at: int, tag: str) -> str:
    """A row with another field; the spaces between fields stay."""
    if "\t" in line:
        fields = line.split("\t")
        fields[at] = tag
        return "\t".join(fields)
    match = list(_FIELD.finditer(line))[at]
    return line[: match.start()] + tag + line[match.end() :]


def _value_with(pairs: str, key: str, value: str) -> str:
    """ "A=1|B=2" with another value of `key`; a pair more where it was absent."""
    found = [pair for pair in pairs.split("|") if pair != "_"]
    names = [pair.partition("=")[0] for pair in found]
    if key not in names:
        return "|".join([*found, f"{key}={value}"])
    return "|".join(
        f"{key}={value}" if name == key else pair for name, pair in zip(names, found, strict=True)
    )


def _record_with(line: str, column: str, token: int, tag: str) -> str:
    record = json.loads(line)
    inner = record.get("tags")
    (inner if isinstance(inner, dict) and column in inner else record)[column][token] = tag
    return json.dumps(record, ensure_ascii=False)
