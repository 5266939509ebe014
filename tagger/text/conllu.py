"""CoNLL-U files, and IOB2 layers on the same tokens, to sentences.

    CoNLL-U  ten columns separated by tabs; ranges (3-4) and empty nodes (5.1) are no tokens
    IOB2     id, word, tag, and up to two more columns that a row may lack: the annotation layers of Universal NER

Token ids count from 1, so a blank line that is missing is found.
"""

import re
from collections.abc import Iterator, Sequence
from sys import intern

from tagger.errors import DataError, SettingsError
from tagger.text.columns import comment_value
from tagger.text.lines import BLANK, read_lines
from tagger.text.problems import Problems
from tagger.text.schemes import OUTSIDE, is_span_column
from tagger.text.sentences import Sentence

UNSPECIFIED = "_"
FIELDS = {"lemma": 2, "upos": 3, "xpos": 4, "feats": 5, "head": 6, "deprel": 7, "deps": 8, "misc": 9}
DEFAULT_LAYERS = ("upos", "xpos")

_TOKEN_ID = re.compile(r"[0-9]{1,9}")
_RANGE = re.compile(r"([0-9]+)-([0-9]+)")
_EMPTY_NODE = re.compile(r"([0-9]+)\.[0-9]+")
_CONLLU_ROW = "10 columns separated by tabs"
_IOB2_ROW = "3 to 5 columns separated by tabs (id, word, tag, -, annotator)"


def read_conllu(
    path: str, *, columns: Sequence[str] = (), problems: Problems | None = None
) -> Iterator[Sentence]:
    """The sentences of a CoNLL-U file with the asked layers ("upos" and "xpos" unless named).

    columns: names of fields in lower case ("upos", "lemma", "deprel", ...), or one key of a field that holds
        KEY=VALUE pairs, as "misc.Entity" or "feats.Number"; a token without the key has "_".
    """
    layers = [(name, *_field(name)) for name in columns or DEFAULT_LAYERS]
    for sentence, rows in _sentences(path, 10, 10, _CONLLU_ROW, problems or Problems()):
        for name, field, key in layers:
            values = [intern(row[field]) for row in rows]
            sentence.tags[name] = [_value_of(value, key) for value in values] if key else values
        yield sentence


def read_iob2(path: str, *, column: str = "ner", problems: Problems | None = None) -> Iterator[Sentence]:
    """The sentences of an IOB2 layer, its tags under the name `column`."""
    for sentence, rows in _sentences(path, 3, 5, _IOB2_ROW, problems or Problems()):
        sentence.tags[column] = [intern(row[2]) for row in rows]
        yield sentence


def settle_layers(sentences: Sequence[Sentence], asked: Sequence[str]) -> list[str]:
    """Leave out the layers that are "_" on every token, and write O where a key of spans is absent; the names left out.

    Raises DataError for a layer that was asked for by name and is not there.
    """
    empty = []
    for name in list(sentences[0].tags) if sentences else ():
        sequences = [sentence.tags[name] for sentence in sentences]
        if all(tag == UNSPECIFIED for tags in sequences for tag in tags):
            if name in asked:
                raise DataError(
                    sentences[0].path, None, f"values in the layer {name}", "none (_ on every token)"
                )
            empty.append(name)
            for sentence in sentences:
                del sentence.tags[name]
        elif "." in name and is_span_column([[t for t in tags if t != UNSPECIFIED] for tags in sequences]):
            for sentence in sentences:
                sentence.tags[name] = [OUTSIDE if t == UNSPECIFIED else t for t in sentence.tags[name]]
    return empty


def _field(name: str) -> tuple[int, str]:
    """Which field a layer stands in, and the key in it or ""."""
    field, _, key = name.partition(".")
    if field not in FIELDS or (key and field not in ("feats", "misc")):
        expected = f"CoNLL-U layers ({', '.join(FIELDS)}, feats.KEY or misc.KEY)"
        raise SettingsError("columns", expected, repr(name))
    return FIELDS[field], key


def _value_of(pairs: str, key: str) -> str:
    """The value of `key` in "A=1|B=2", or "_"."""
    for pair in pairs.split("|"):
        name, equals, value = pair.partition("=")
        if equals and name == key:
            return value or UNSPECIFIED
    return UNSPECIFIED


def _sentences(
    path: str, least: int, most: int, expected: str, problems: Problems
) -> Iterator[tuple[Sentence, list[list[str]]]]:
    """The sentences of a file whose rows start with id and word, without tags, and the rows of their tokens."""
    place = documents = 0
    sentence, broken = Sentence([], path=path), False
    rows: list[list[str]] = []
    document = ""
    last, lost = 0, False  # id of the last token; whether a line behind it could not be decoded
    for number, text in _and_blank(read_lines(path, problems)):
        if text is None:
            broken = lost = True
        elif not text.strip(BLANK):
            if broken:
                problems.drop(place, sentence.id)
            elif rows:
                sentence.tokens = [intern(row[1]) for row in rows]
                sentence.document = document
                yield sentence, rows
            place += bool(rows) or broken
            sentence, rows, broken = Sentence([], path=path), [], False
            last, lost = 0, False
        elif text.startswith("#"):
            key, value = comment_value(text)
            if key == "sent_id":
                sentence.id = value
            elif key in ("newdoc", "newdoc id"):
                documents += 1
                document = value or str(documents)
        elif not broken or problems.every:
            row = text.split("\t")
            if lost and _TOKEN_ID.fullmatch(row[0]):
                last, lost = int(row[0]) - 1, False
            if least <= len(row) <= most and row[0] == str(last + 1) and "" not in row[:least]:
                rows.append(row)
                sentence.lines.append(number)
                last += 1
            elif not (least <= len(row) <= most and _is_no_token(row[0], last)):
                kind, error = _error(path, number, row, last + 1, (least, most, expected))
                problems.report(kind, error)
                broken = True
                last = int(row[0]) if _TOKEN_ID.fullmatch(row[0]) else last


def _is_no_token(row_id: str, tokens: int) -> bool:
    """Whether a row behind so many tokens is a range that begins at the next one, or an empty node after the last."""
    span = _RANGE.fullmatch(row_id)
    if span:
        return int(span[1]) == tokens + 1 and int(span[2]) > int(span[1])
    node = _EMPTY_NODE.fullmatch(row_id)
    return node is not None and int(node[1]) == tokens


def _and_blank(lines: Iterator[tuple[int, str | None]]) -> Iterator[tuple[int, str | None]]:
    """`lines` and a blank one, which ends the last sentence."""
    yield from lines
    yield 0, ""


def _error(
    path: str, number: int, row: list[str], next_id: int, form: tuple[int, int, str]
) -> tuple[str, DataError]:
    """What is wrong with a row, in kind and in words."""
    least, most, expected = form
    if len(row) == 1 and " " in row[0]:
        found = "spaces (tabs and spaces mixed)"
        return "tabs and spaces mixed", DataError(path, number, expected, found)
    if not least <= len(row) <= most:
        return "wrong number of columns", DataError(
            path, number, expected, str(len(row)), "Is a tab missing?"
        )
    if row[0] != str(next_id):
        hint = "Is a blank line between two sentences missing?" if row[0] == "1" else ""
        return "token ids", DataError(path, number, f"token id {next_id}", repr(row[0]), hint)
    return "empty column", DataError(path, number, expected, f"an empty column {row.index('') + 1}")
