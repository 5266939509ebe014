"""Raw text of any size to paragraphs, and to their sentences of tokens, from any place, in constant memory.

A line is a paragraph (`paragraph`), or the lines up to a blank one are (`wrapped`), or a line is a sentence
(`sentence`). `auto` decides between the first two for each file, from its first 65,536 bytes: text with a paragraph a
line and text with hard line breaks both come out right, and may stand side by side. A row of a data set is one
paragraph, whatever it holds, and `auto` decides for each row. Paragraphs without a token do not count.

What keeps memory constant: a line is cut after MAX_PARAGRAPH bytes, behind a space if there is one; a paragraph of
several lines ends with the line that takes it over as many characters.
"""

import sys
from collections.abc import Iterator
from itertools import accumulate, chain
from typing import NamedTuple
from weakref import WeakSet

from tagger.errors import DataError
from tagger.text.lines import UTF8_MARK, decoded, read_raw_lines
from tagger.text.problems import Problems
from tagger.text.sentence_ends import SAMPLE, LineBreaks, line_break_meaning
from tagger.text.text_sources import STDIN, RawText
from tagger.text.tokenizer import split_sentences

MAX_PARAGRAPH = 65_536  # bytes of a line, characters of a paragraph of lines
_BATCH = 8192  # characters that are cut together, and more until the end of a paragraph
_STREAMS_READ: WeakSet[object] = WeakSet()  # standard inputs of which something has been read


class Position(NamedTuple):
    """Where a text goes on. A stream that starts there gives what follows, to the token."""

    file: int = 0  # index of the file
    line: int = 1  # next line to read, or row of a data set; pieces of a line that is cut count as lines
    paragraph: int = 0  # paragraphs before it, in the whole pass
    held_out: int = 0  # tokens held out before it (text/text_chunks.py)


BEGINNING = Position()


class Paragraph(NamedTuple):
    """The sentences of one paragraph, at least one, and where the text goes on behind it."""

    next: Position
    sentences: list[list[str]]


class Block(NamedTuple):
    """The text of one paragraph, and where the text goes on behind it."""

    file: int
    line: int
    text: str
    meaning: LineBreaks  # never auto


def read_paragraphs(
    text: RawText, start: Position = BEGINNING, *, problems: Problems | None = None
) -> Iterator[Paragraph]:
    """The paragraphs from `start` on; what lies before is read (and decompressed) but not tokenised.

    Raises DataError, with file and line, at what cannot be read. `problems` takes lines that are no text.
    """
    number = start.paragraph
    for batch in read_batches(text, start, problems or Problems(text.on_error)):
        for file, line, sentences in tokenised(batch):
            number += 1
            yield Paragraph(Position(file, line, number, start.held_out), sentences)


def read_batches(text: RawText, start: Position, problems: Problems) -> Iterator[list[Block]]:
    """The untokenised paragraphs from `start` on, those together that are worth cutting together."""
    return _batches(_blocks(text, start, problems))


def tokenised(batch: list[Block]) -> Iterator[tuple[int, int, list[list[str]]]]:
    """File, next line and sentences of each paragraph that has one, cut together: the same as one by one."""
    meaning = batch[0].meaning
    separator = "\n\n" if meaning == "wrapped" else "\n"
    text = separator.join([*(block.text for block in batch), ""])
    ends = accumulate(len(block.text) + len(separator) for block in batch)
    found = zip(batch, ends, strict=True)
    block, end = next(found)
    sentences: list[list[str]] = []
    for tokens, starts, _ in split_sentences(text, line_breaks=meaning):
        while starts[0] >= end:
            if sentences:
                yield block.file, block.line, sentences
            sentences = []
            block, end = next(found)
        sentences.append(tokens)
    if sentences:
        yield block.file, block.line, sentences


def _batches(blocks: Iterator[Block]) -> Iterator[list[Block]]:
    """Paragraphs whose line breaks mean the same, as many as are worth cutting together."""
    batch: list[Block] = []
    size = 0
    for block in blocks:
        if batch and (size >= _BATCH or block.meaning != batch[0].meaning):
            yield batch
            batch, size = [], 0
        batch.append(block)
        size += len(block.text)
    if batch:
        yield batch


def _blocks(text: RawText, start: Position, problems: Problems) -> Iterator[Block]:
    """The untokenised paragraphs from `start` on."""
    if text.column:
        yield from _rows(text, start.line - 1, problems)
        return
    for file in range(start.file, len(text.names)):
        first = start.line if file == start.file else 1
        for line, block, meaning in _file_blocks(text.names[file], text.line_breaks, first, problems):
            yield Block(file, line, block, meaning)


def _rows(text: RawText, first: int, problems: Problems) -> Iterator[Block]:
    """The rows of a data set from row `first` on."""
    from tagger.text.hub import read_texts

    rows = read_texts(
        text.names[0],
        column=text.column,
        split=text.split,
        config=text.config,
        start=first,
        streaming=text.streaming,
        problems=problems,
    )
    for row, block in rows:
        meaning = line_break_meaning(block[:SAMPLE]) if text.line_breaks == "auto" else text.line_breaks
        yield Block(0, row + 2, block, meaning)


def _file_blocks(
    path: str, line_breaks: LineBreaks, first: int, problems: Problems
) -> Iterator[tuple[int, str, LineBreaks]]:
    """Next line, text and what line breaks mean in it, of each paragraph of a file from line `first` on."""
    if path == STDIN:
        read_stdin_once()
    raw_lines = read_raw_lines(path, longest=MAX_PARAGRAPH)
    meaning = line_breaks
    if line_breaks == "auto":
        sample, size = [], 0
        for item in raw_lines:
            sample.append(item)
            size += len(item[1])
            if size >= SAMPLE:
                break
        joined = b"".join(raw for _, raw in sample)
        meaning = line_break_meaning(joined[:SAMPLE].decode("utf-8", "replace"))
        raw_lines = chain(sample, raw_lines)
    lines = _decoded_lines(path, raw_lines, first, problems)
    for line, block in _wrapped(lines) if meaning == "wrapped" else lines:
        if block and not block.isspace():
            yield line, block, meaning


def _decoded_lines(
    path: str, raw_lines: Iterator[tuple[int, bytes]], first: int, problems: Problems
) -> Iterator[tuple[int, str]]:
    """The number behind each line (a piece is a line), and its text, from line `first` on; "" for what is no text."""
    for count, (number, raw) in enumerate(raw_lines, 1):
        if count >= first:
            line = raw.removeprefix(UTF8_MARK) if count == 1 else raw
            yield count + 1, decoded(path, number, line, problems) or ""


def _wrapped(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Paragraphs of several lines: up to a blank line, or as many as fit."""
    held: list[str] = []
    size = after = 0
    for after, line in lines:
        if line and not line.isspace():
            held.append(line)
            size += len(line)
            if size < MAX_PARAGRAPH:
                continue
        if held:
            yield after, "\n".join(held)
            held, size = [], 0
    if held:
        yield after, "\n".join(held)


def read_stdin_once() -> None:
    """Notes that standard input is being read; raises DataError where it has been before."""
    stream = sys.stdin.buffer
    if stream in _STREAMS_READ:
        hint = "Save the text to a file, and name the file."
        raise DataError(STDIN, None, "text that is read once", "a second reading of standard input", hint)
    _STREAMS_READ.add(stream)
