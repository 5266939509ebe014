"""JSON lines to sentences: tokens with lists of tags, or raw text with labelled spans.

    {"tokens": ["EU", "rejects"], "ner": ["B-ORG", "O"], "id": "7"}     any list of as many strings is a tag column
    {"tokens": ["EU", "rejects"], "tags": {"ner": ["B-ORG", "O"]}}      the same
    {"text": "EU rejects it.", "spans": [{"start": 0, "end": 2, "label": "ORG"}]}

Offsets count characters (code points) from 0, the end exclusive. Text is tokenised here; a token that a span's border
falls into is split there, and spans become IOB2 in the column "ner".
"""

import json
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from tagger.errors import DataError
from tagger.text.lines import BLANK, read_lines
from tagger.text.plurals import counted
from tagger.text.problems import Problems
from tagger.text.schemes import tags_of
from tagger.text.sentences import Sentence
from tagger.text.tokenizer import split_sentences

SPAN_COLUMN = "ner"
UNASKED = frozenset(
    (
        "lemma",
        "lemmas",
        "feats",
        "head",
        "heads",
        "deprel",
        "deps",
        "misc",
        "id",
        "ids",
        "starts",
        "ends",
        "whitespace",
    )
)
"""Columns of token values that are no tags; read only if named."""

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")

Cell = tuple[str, int, int]  # token, start, end


class _Fault(Exception):
    """What is wrong with one object: its kind, what was expected, what was found, and a hint."""

    def __init__(self, kind: str, expected: str, found: str, hint: str = "") -> None:
        super().__init__(kind, expected, found, hint)
        self.parts = (expected, found, hint)
        self.kind = kind


def read_jsonl(
    path: str, *, columns: Sequence[str] = (), problems: Problems | None = None
) -> Iterator[Sentence]:
    """The sentences of a file with one JSON object a line; blank lines are passed over.

    columns: the tag columns to read; without names every list of strings beside the tokens but the `UNASKED`.
    """
    problems = problems or Problems()
    place = 0
    for number, line in read_lines(path, problems):
        if line is not None and not line.strip(BLANK):
            continue
        sentences = [] if line is None else _sentences(path, number, line, columns, problems)
        if not sentences:
            problems.drop(place)
        place += max(len(sentences), 1)
        yield from sentences


def parse_record(path: str, number: int, line: str) -> dict[str, Any]:
    """The object that a line holds. Raises DataError for anything else."""
    try:
        return _record(line)
    except _Fault as fault:
        raise DataError(path, number, *fault.parts) from fault


def _sentences(
    path: str, number: int, line: str, columns: Sequence[str], problems: Problems
) -> list[Sentence]:
    """The sentences of one line; none once `problems` has taken its error."""
    try:
        record = _record(line)
        offsets = isinstance(record.get("spans"), list)  # `tagger tag` writes spans by task, beside tokens
        if offsets or ("tokens" not in record and ("text" in record or "spans" in record)):
            sentences = _from_text(record)
        else:
            sentences = [_from_tokens(record, columns)]
    except _Fault as fault:
        problems.report(fault.kind, DataError(path, number, *fault.parts))
        return []
    for i, sentence in enumerate(sentences, 1):
        name, document = (record.get(key) for key in ("id", "document"))
        sentence.id = "" if name is None else f"{name}-{i}" if len(sentences) > 1 else str(name)
        sentence.document = "" if document is None else str(document)
        sentence.path, sentence.lines = path, [number] * len(sentence.tokens)
    return sentences


def _record(line: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
        if _SURROGATE.search(line):
            json.dumps(record, ensure_ascii=False).encode("utf-8")
    except json.JSONDecodeError as error:
        found = f"text that is not JSON ({error.msg} at character {error.colno})"
        raise _Fault("not JSON", "a JSON object", found, _advice(line)) from error
    except UnicodeEncodeError as error:
        raise _Fault("not text", "text", "half of a surrogate pair (\\ud8xx)") from error
    except RecursionError as error:
        raise _Fault("not JSON", "a JSON object", "lists nested too deeply") from error
    except ValueError as error:  # Python's limit on the digits of a whole number
        raise _Fault("not JSON", "a JSON object", "a number of too many digits") from error
    if not isinstance(record, dict):
        kind = {list: "a list", str: "a string", type(None): "null", bool: "a boolean"}.get(
            type(record), "a number"
        )
        raise _Fault("not a JSON object", "a JSON object", kind, _advice(line))
    return record


def _advice(line: str) -> str:
    """What to do about a line that is no object but begins like a list of objects or one written over many lines."""
    begun = line.strip(BLANK)
    if begun.startswith("["):
        return "Write one object a line: `jq -c '.[]' FILE` does."
    return "Write one object a line: `jq -c . FILE` does." if begun == "{" else ""


def _from_tokens(record: dict[str, Any], columns: Sequence[str]) -> Sentence:
    key = next((name for name in ("tokens", "words") if name in record), None)
    if key is None:
        expected = 'an object with "tokens", or with "text" and "spans"'
        found = ", ".join(f'"{name}"' for name in record) or "an empty object"
        raise _Fault("no tokens", expected, found)
    tokens = _strings(key, record[key])
    if not tokens or "" in tokens:
        found = f"an empty token at place {tokens.index('')} (from 0)" if tokens else "none"
        raise _Fault("no tokens", f'at least one token in "{key}" and none empty', found)
    inner = record.get("tags")
    given = {**record, **inner} if isinstance(inner, dict) else record
    names = columns or [
        name
        for name, value in given.items()
        if isinstance(value, list) and name != key and name not in UNASKED
    ]
    tags = {}
    for name in names:
        if name not in given:
            raise _Fault("missing column", f'the list "{name}"', "none")
        tags[name] = _strings(name, given[name])
        if len(tags[name]) != len(tokens):
            expected = f'{counted(len(tokens), "tag")} in "{name}", one for each token'
            raise _Fault("lists of unequal length", expected, str(len(tags[name])))
        if "" in tags[name]:
            raise _Fault("empty tag", f'tags in "{name}"', "an empty string")
    return Sentence(tokens, tags)


def _strings(name: str, value: Any) -> list[str]:
    if isinstance(value, list):
        other = next((item for item in value if not isinstance(item, str)), None)
        if other is None and None not in value:
            return value
        hint = "Write the labels' names; numbers have none." if isinstance(other, int) else ""
        raise _Fault("not strings", f'strings in "{name}"', json.dumps(other, ensure_ascii=False)[:60], hint)
    raise _Fault("not strings", f'a list of strings in "{name}"', json.dumps(value, ensure_ascii=False)[:60])


def _from_text(record: dict[str, Any]) -> list[Sentence]:
    """The sentences of a text with its spans; sentences that a span reaches across are one."""
    text = record.get("text")
    if not isinstance(text, str):
        raise _Fault("no text", 'a string "text" beside "spans"', json.dumps(text))
    spans = _spans(text, record.get("spans", []))
    blocks: list[list[Cell]] = []
    starts = [start for start, _, _ in spans]
    for sentence in split_sentences(text):
        cells = list(zip(sentence.tokens, sentence.starts, sentence.ends, strict=True))
        before = bisect_left(starts, cells[0][1])  # spans that start earlier than this sentence
        if blocks and before and spans[before - 1][1] > cells[0][1]:
            blocks[-1].extend(cells)
        else:
            blocks.append(cells)
    if not blocks:
        raise _Fault("no tokens", "text with at least one token", json.dumps(text[:20], ensure_ascii=False))
    sentences, first = [], 0
    for cells in blocks:
        last = len(spans) if cells is blocks[-1] else bisect_left(starts, cells[-1][2])
        sentences.append(_tagged(cells, spans[first:last]))
        first = last
    return sentences


def _spans(text: str, value: Any) -> list[tuple[int, int, str]]:
    """The spans in order, without white space at their ends. Spans that overlap cannot be written as tags."""
    spans = []
    for span in value if isinstance(value, list) else [value]:
        try:
            start, end, label = span["start"], span["end"], span["label"]
        except (TypeError, KeyError):
            start = end = label = None
        shown = json.dumps(span, ensure_ascii=False)[:80]
        if type(start) is not int or type(end) is not int or not isinstance(label, str) or not label:
            raise _Fault("bad span", 'spans of the form {"start": 0, "end": 2, "label": "ORG"}', shown)
        if not 0 <= start < end <= len(text) or not text[start:end].strip():
            raise _Fault("bad span", f"a span of text within 0 and {len(text)}", shown)
        cut = text[start:end]
        spans.append((start + len(cut) - len(cut.lstrip()), end - len(cut) + len(cut.rstrip()), label))
    spans.sort()
    for before, after in pairwise(spans):
        if after[0] < before[1]:
            expected, found = (
                "spans that do not overlap",
                f"{before[2]} {before[:2]} and {after[2]} {after[:2]}",
            )
            raise _Fault("overlapping spans", expected, found, "Leave one of them out.")
    return spans


def _tagged(cells: list[Cell], spans: list[tuple[int, int, str]]) -> Sentence:
    """The sentence of `cells`, a token split where a span's border falls into it, with the spans as IOB2."""
    borders = iter(sorted({border for start, end, _ in spans for border in (start, end)}))
    border, parts = next(borders, None), []
    for token, start, end in cells:
        first = start
        while border is not None and border < end:
            if border > start:
                parts.append((token[start - first : border - first], start, border))
                start = border
            border = next(borders, None)
        parts.append((token[start - first :], start, end))
    marked, i = [], 0
    for start, end, label in spans:
        while i < len(parts) and parts[i][1] < start:
            i += 1
        begin = i
        while i < len(parts) and parts[i][2] <= end:
            i += 1
        if begin == i:
            raise _Fault("bad span", "spans of at least one token", f"{label} {(start, end)}")
        marked.append((begin, i, label))
    tokens = [token for token, _, _ in parts]
    return Sentence(tokens, {SPAN_COLUMN: tags_of(marked, len(tokens))})
