"""A file of names to phrases: tokens as the program's tokenizer would find them in a text, joined by single spaces.

    names.txt               a phrase a line; empty lines and lines that begin with "#" are passed over
    cities.csv  cities.tsv  the first column below a row of headings; `cities.csv#name` the column of that heading,
                            `cities.csv#2` the second column of a file without headings
    towns.json              a list of strings, or an object that holds one list; `towns.json#name` that field of a list
                            of objects; `towns.json#towns` or `towns.json#towns.name` one list of several

Files are UTF-8, with or without a byte order mark, and may be compressed (.gz, .bz2, .xz). In a .csv a cell may be
quoted, in a .tsv quotes are text. Case is kept; a phrase that comes again is dropped.
"""

import csv
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

from tagger.errors import DataError
from tagger.text.lines import UTF8_MARK, decoded, plain_suffix, read_raw_lines
from tagger.text.problems import Problems
from tagger.text.tokenizer import tokenize

MAX_TOKENS = 50
"""Tokens of a phrase; more than that is no name."""

_AFTER = " x"  # what follows a phrase in a text, so that a last full stop stays with its abbreviation
_DELIMITERS = {".csv": ",", ".tsv": "\t"}

Place = tuple[int | None, str]  # line, text


def read_phrases(path: str) -> list[str]:
    """The distinct phrases of a file, in its order, tokens separated by a space. Raises DataError.

    path: a file, with `#` and a column, field or list behind it where the module's table says so. A name with a hyphen
    makes two phrases, one for corpora that split there as the tokenizer does and one for those that do not.
    """
    found: dict[str, None] = {}
    for line, text in _names(path):
        tokens = phrase_tokens(text)
        if len(tokens) > MAX_TOKENS:
            expected, hint = f"a phrase of at most {MAX_TOKENS} tokens", "Is it a list of names?"
            raise DataError(_split(path)[0], line, expected, str(len(tokens)), hint)
        phrase = " ".join(tokens)
        found.setdefault(phrase)
        if "-" in tokens and " - " not in text:
            found.setdefault(phrase.replace(" - ", "-"))
    return list(found)


def read_names(path: str) -> list[str]:
    """The same as they are written, with one space for any white space."""
    return list(dict.fromkeys(text for _, text in _names(path)))


def phrase_tokens(text: str) -> list[str]:
    """The tokens of a name as they stand inside a sentence: `Apple Inc.` is two, its full stop no token of its own."""
    return tokenize(text + _AFTER).tokens[:-1]


def _names(path: str) -> Iterator[Place]:
    """The names that are not empty. Raises DataError where there is none."""
    empty = True
    for line, text in _texts(*_split(path)):
        if name := " ".join(text.split()):
            empty = False
            yield line, name
    if empty:
        raise DataError(path, None, "at least one phrase", "none", "Is the file empty?")


def _split(path: str) -> tuple[str, str]:
    """The file's name and what stands behind the last "#"; a file that has the whole name goes before."""
    name, mark, part = path.rpartition("#")
    return (path, "") if not mark or Path(path).exists() else (name, part)


def _texts(name: str, part: str) -> Iterable[Place]:
    suffix = plain_suffix(name)
    if suffix in _DELIMITERS:
        return _from_table(name, part, _DELIMITERS[suffix])
    if suffix == ".json":
        return _from_json(name, part)
    if part:
        hint = "Only .csv, .tsv and .json files have columns or fields to name."
        raise DataError(name, None, "no part of a text file", f"#{part}", hint)
    return _from_text(name)


def _lines(name: str) -> Iterator[tuple[int, str]]:
    """Numbered lines without their end and without a byte order mark."""
    stop = Problems()
    for number, raw in read_raw_lines(name):
        line = decoded(name, number, raw.removeprefix(UTF8_MARK) if number == 1 else raw, stop)
        assert line is not None  # the policy is to stop
        yield number, line


def _from_text(name: str) -> Iterator[Place]:
    return ((number, line) for number, line in _lines(name) if not line.lstrip().startswith("#"))


def _from_table(name: str, part: str, delimiter: str) -> Iterator[Place]:
    """The cells of one column; rows without a cell are passed over."""
    lines = (line + "\n" for _, line in _lines(name))
    quoting: Literal[0, 3] = csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL
    rows = csv.reader(lines, delimiter=delimiter, quoting=quoting, strict=True)
    column = None
    try:
        for row in rows:
            if not row:
                continue
            if column is None:
                column, headed = _column(name, rows.line_num, row, part)
                if headed:
                    continue
            if len(row) <= column:
                expected = f"at least {column + 1} cells, as the phrase stands in that one"
                raise DataError(name, rows.line_num, expected, str(len(row)))
            yield rows.line_num, row[column]
    except csv.Error as error:
        raise DataError(name, rows.line_num, "cells of a table", str(error), "Is a quote missing?") from error


def _column(name: str, line: int, first: list[str], part: str) -> tuple[int, bool]:
    """The column that `part` names, and whether the first row holds headings."""
    if not part or part in first:
        return (first.index(part) if part else 0), True
    if part.isdecimal() and int(part):
        return int(part) - 1, False
    raise DataError(name, line, f"a column {part!r}", ", ".join(map(repr, first)))


def _from_json(name: str, part: str) -> Iterator[Place]:
    try:
        value = json.loads("\n".join(line for _, line in _lines(name)))
    except json.JSONDecodeError as error:
        found = f"text that is not JSON ({error.msg} at character {error.colno})"
        raise DataError(name, error.lineno, "a JSON list", found) from error
    items, field = _json_list(name, value, part)
    for number, item in enumerate(items, 1):
        text = item.get(field) if field and isinstance(item, dict) else None if field else item
        if not isinstance(text, str):
            expected = f"objects with a string {field!r}" if field else "a list of strings"
            shown = json.dumps(item, ensure_ascii=False)[:60]
            hint = "" if field or not isinstance(item, dict) else f"Name a field, as in {name}#name."
            raise DataError(name, None, expected, f"{shown} as item {number}", hint)
        yield None, text


def _json_list(name: str, value: Any, part: str) -> tuple[list[Any], str]:
    """The list that is meant and the field of its objects, "" where its items are the phrases."""
    if isinstance(value, list):
        return value, part
    lists = (
        {key: inner for key, inner in value.items() if isinstance(inner, list)}
        if isinstance(value, dict)
        else {}
    )
    key, _, field = part.partition(".")
    if key in lists:
        return lists[key], field
    if len(lists) == 1:
        return next(iter(lists.values())), part
    found = (
        f"an object with {', '.join(map(repr, lists)) or 'none'}"
        if isinstance(value, dict)
        else "another value"
    )
    hint = f"Name one, as in {name}#{next(iter(lists))}." if lists else ""
    raise DataError(name, None, "a list, or an object that holds one list", found, hint)
