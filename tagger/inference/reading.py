"""A file to sentences of ready tokens: raw text, a sentence a line, tokens a line, or columns; in constant memory.

Offsets count the characters of the whole decoded file, line ends as they are. A UTF-8 byte order mark at the start is
passed over and not counted (as Python's "utf-8-sig" does). A pipe or terminal may pause; what is complete then need
not wait (see `read_text`). The offsets of a column file, whose tokens stand in no text,
count the characters of the sentence's tokens joined by single spaces.
"""

import codecs
import lzma
import re
import select
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO

from tagger.errors import DataError
from tagger.inference.column_rows import read_rows
from tagger.inference.words import Words
from tagger.text.lines import open_bytes, refuse_wide, unreadable
from tagger.text.tokenizer import LineBreaks, stream_sentences

CHUNK = 65_536
"""Bytes read at a time."""
LONGEST_LINE = 100_000
"""Tokens of a sentence of its own line before it is cut, so that a line without end needs no endless memory."""
PAUSE = 0.3
"""Seconds without anything new after which a pipe or terminal pauses."""

Pause = Callable[[], None]

_TOKEN = re.compile(r"[^ \t\r\f\v]+")  # U+00A0 and its kin are text, as in column files


def read_text(path: str, on_pause: Pause | None = None) -> Iterator[str]:
    """The decoded text of `path` piece by piece ("-": standard input), decompressed by its suffix.

    With `on_pause`, a pipe or terminal that pauses gives an empty piece, so that the caller settles what it can; then
    `on_pause` is called, once for each pause. A file on disk never pauses.
    Raises DataError, with the line, for bytes that are not UTF-8, a NUL byte, and a damaged file.
    """
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    line = 1
    with open_bytes(path) as file:
        read: Callable[[int], bytes] = getattr(
            file, "read1", file.read
        )  # does not wait for more than there is
        raw, begun, fresh = b"start", False, False
        while raw:
            if on_pause is not None and fresh and _pauses(file):
                yield ""
                on_pause()
                fresh = False
            try:
                raw = read(CHUNK)
            except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
                raise unreadable(path, line, error) from error
            if not begun:
                refuse_wide(path, raw)
                begun = True
            try:
                text = decoder.decode(raw, final=not raw)
            except UnicodeDecodeError as error:
                found = f"the byte 0x{error.object[error.start]:02x}"
                hint = "Convert the file, for example with `iconv -f latin1 -t utf-8`."
                place = line + error.object.count(b"\n", 0, error.start)
                raise DataError(path, place, "UTF-8 text", found, hint) from error
            if "\0" in text:
                hint = "Is it a binary file, or UTF-16 text without a mark?"
                place = line + text.count("\n", 0, text.index("\0"))
                raise DataError(path, place, "text", "a NUL byte", hint)
            line += text.count("\n")
            if text:
                yield text
                fresh = True


def _pauses(file: BinaryIO) -> bool:
    """Whether nothing comes for PAUSE seconds; never of what cannot be waited for, such as bytes in memory."""
    try:
        return not select.select([file.fileno()], [], [], PAUSE)[0]
    except (OSError, ValueError):
        return False


def read_words(
    path: str,
    *,
    input_format: str = "text",
    line_breaks: LineBreaks = "auto",
    word_column: str = "1",
    on_pause: Pause | None = None,
) -> Iterator[Words]:
    """The sentences of `path`; `input_format` is one of INPUT_FORMATS. `line_breaks` is explained in tokenizer.py.

    on_pause: called when a pipe or terminal pauses, after all sentences that are certain then.
    """
    return INPUT_FORMATS[input_format](
        read_text(path, on_pause), path=path, line_breaks=line_breaks, word_column=word_column
    )


def _raw(text: Iterator[str], *, line_breaks: LineBreaks, **_: Any) -> Iterator[Words]:
    tape = _Tape(text)
    for tokens, starts, ends in stream_sentences(tape, line_breaks=line_breaks):
        yield Words(tokens, starts, ends, tape.cut(starts[0], ends[-1]))


def _sentences(text: Iterator[str], **_: Any) -> Iterator[Words]:
    tape = _Tape(text)
    for tokens, starts, ends in stream_sentences(tape, line_breaks="sentence", max_tokens=LONGEST_LINE):
        yield Words(tokens, starts, ends, tape.cut(starts[0], ends[-1]))


def _tokens(text: Iterator[str], **_: Any) -> Iterator[Words]:
    offset = 0
    for line in split_lines(text):
        found = [match.span() for match in _TOKEN.finditer(line)]
        if found:
            tokens = [line[start:end] for start, end in found]
            starts, ends = ([place + offset for place in places] for places in zip(*found, strict=True))
            yield Words(tokens, starts, ends, line[found[0][0] : found[-1][1]])
        offset += len(line) + 1


def _columns(text: Iterator[str], *, path: str, word_column: str, **_: Any) -> Iterator[Words]:
    return read_rows(path, split_lines(text), word_column)


INPUT_FORMATS: dict[str, Callable[..., Iterator[Words]]] = {
    "text": _raw,
    "sentences": _sentences,
    "tokens": _tokens,
    "conll": _columns,
}


def split_lines(chunks: Iterable[str]) -> Iterator[str]:
    r"""The lines of the joined chunks without their \n; \r stays."""
    begun: list[str] = []
    for chunk in chunks:
        first, *others = chunk.split("\n")
        begun.append(first)
        if others:
            yield "".join(begun)
            yield from others[:-1]
            begun = [others[-1]]
    last = "".join(begun)
    if last:
        yield last


class _Tape:
    """Passes chunks of text on, and keeps what has not been cut off yet."""

    def __init__(self, chunks: Iterable[str]) -> None:
        self._chunks = chunks
        self._kept = ""
        self._offset = self._end = 0  # of the kept text; of the last cut

    def __iter__(self) -> Iterator[str]:
        for chunk in self._chunks:
            self._kept = self._kept[self._end - self._offset :] + chunk
            self._offset = self._end
            yield chunk

    def cut(self, start: int, end: int) -> str:
        """The text from `start` to `end`; all before `end` is not asked for again."""
        self._end = end
        return self._kept[start - self._offset : end - self._offset]
