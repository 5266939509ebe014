"""Sentences, and what was found for them, to JSON lines: a line a sentence, or a line a record with its own fields.

Lists of strings and numbers are put together as text, as the json library takes several times as long.
"""

import json
import math
import re
from binascii import b2a_base64
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from json.encoder import encode_basestring
from typing import Any, TypeVar

from tagger.errors import DataError
from tagger.inference.spans import TaggedSentence
from tagger.reading.words import Words

Result = TypeVar("Result")
Texts = dict[str, str]
"""The fields of an object in JSON: name -> value as JSON text."""

_UNSAFE = re.compile("[\u0085\u2028\u2029\ud800-\udfff]")
"""What ends a line for some readers, and what UTF-8 cannot hold; in JSON it stands in strings alone."""


def render_lines(
    words: Sequence[Words],
    results: Sequence[Result],
    fields: Callable[[Sequence[Result]], Texts],
    *,
    prefix: str = "",
) -> bytes:
    """A line for each sentence or record: its tokens, their offsets, and the `fields` that its `results` give.

    prefix: stands before the name of each of them. Of a record that is no JSON, dates are written as in ISO 8601, bytes
    in base64 and numbers that are not finite as null.
    Raises DataError, without a place, where a record has a field of one of these names or is nested too deeply.
    """
    lines = []
    for sentences, own in groups(words, results):
        named = {name: to_list(values) for name, values in token_fields(sentences).items()} | fields(own)
        added = named if not prefix else {prefix + name: text for name, text in named.items()}
        record = sentences[0].record
        if record:
            refuse_clash(added, record)
            lines.append(f"{_dumped(dict(record))[:-1]}, {to_object(added)[1:]}\n")
        else:
            lines.append(f"{to_object(added)}\n")
    text = "".join(lines)
    if not text.isascii():
        text = _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    return text.encode("utf-8")


def groups(
    words: Sequence[Words], results: Sequence[Result]
) -> Iterator[tuple[Sequence[Words], Sequence[Result]]]:
    """The sentences of each record that has fields, or each sentence that is of none, with their results."""
    start = 0
    while start < len(words):
        record, end = words[start].record, start + 1
        while record is not None and end < len(words) and words[end].record is record:
            end += 1
        if record or (record is None and words[start].tokens):
            yield words[start:end], results[start:end]
        start = end


def token_fields(sentences: Sequence[Words]) -> dict[str, list[Any]]:
    """Tokens and offsets of sentences that share a line; of a record also where each sentence begins and ends.

    Of a record that has its tokens the offsets alone, in the tokens with a space between two.
    """
    if sentences[0].is_ready:
        starts, ends = _offsets(sentences[0])
        return {"starts": starts, "ends": ends}
    if len(sentences) == 1 and sentences[0].record is None:
        starts, ends = _offsets(sentences[0])
        return {"tokens": list(sentences[0].tokens), "starts": starts, "ends": ends}
    offsets = [_offsets(words) for words in sentences]
    tokens: list[str] = []
    borders = []
    for words in sentences:
        if words.tokens:
            borders.append([len(tokens), len(tokens) + len(words.tokens)])
            tokens += words.tokens
    return {
        "tokens": tokens,
        "starts": list(chain.from_iterable(starts for starts, _ in offsets)),
        "ends": list(chain.from_iterable(ends for _, ends in offsets)),
        "sentences": borders,
    }


def refuse_clash(names: Iterable[str], fields: Container[str]) -> None:
    """Raise DataError, without a place, where a record with these `fields` has one of the `names` of added fields."""
    for name in names:
        if name in fields:
            hint = "Pass --field-prefix to put something before the name of each field that is added."
            raise DataError(
                "", None, f"a record without a field {name!r}, which is added", "one with it", hint
            )


def to_object(fields: Texts) -> str:
    """An object of JSON."""
    return f"{{{', '.join([f'{_name(name)}: {text}' for name, text in fields.items()])}}}"


def to_list(values: list[Any]) -> str:
    """A list of strings, or of finite numbers, or of lists of them, in JSON."""
    if values and isinstance(values[0], str):
        return f"[{', '.join(map(encode_basestring, values))}]"
    return str(values)  # as JSON writes them


@lru_cache(maxsize=256)
def _name(text: str) -> str:
    return encode_basestring(text)


def _offsets(words: Words) -> tuple[list[int], list[int]]:
    if words.starts is not None and words.ends is not None:
        return words.starts, words.ends
    sentence = TaggedSentence(list(words.tokens), {}, {}, starts=words.starts, ends=words.ends)
    return sentence.starts, sentence.ends


def _dumped(fields: dict[str, object]) -> str:
    try:
        try:
            return _ENCODER.encode(fields)
        except ValueError:  # a number that is not finite
            return _ENCODER.encode(_finite(fields))
    except RecursionError:
        raise DataError("", None, "a record that can be written as JSON", "one nested too deeply") from None


def _finite(value: object) -> object:
    """The value with null for numbers that are not finite, at any depth."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: _finite(inner) for name, inner in value.items()}
    return [_finite(inner) for inner in value] if isinstance(value, list | tuple) else value


def _plain(value: object) -> object:
    """What JSON has for a value that it has no form for."""
    if isinstance(value, bytes):
        return b2a_base64(value, newline=False).decode("ascii")
    written = getattr(value, "isoformat", None)
    return written() if written is not None else str(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=_plain)
