"""CoNLL-U to pieces at its blank lines, and a piece to sentences that keep their lines as they stand.

The sources of all sentences in a row are the file, to the character. Tokens are the words, of the rows whose id is a
whole number; ranges (3-4) and empty nodes (5.1) are none. Offsets count the characters of the sentence's words, with a
space between two unless a range or SpaceAfter=No says that there is none.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple, cast

from tagger.errors import DataError
from tagger.reading.block_pieces import cut_blocks, split_rows
from tagger.reading.decoded_text import MARK, OnRead, read_text
from tagger.reading.held_text import HeldText
from tagger.reading.pieces import BOUNDS, Bounds, Piece, Reading
from tagger.reading.words import Words
from tagger.text.lines import BLANK

COLUMNS = 10
ID, FORM, MISC = 0, 1, 9
NO_SPACE = "SpaceAfter=No"
LONGEST_SHOWN = 40  # characters of an id in an error

_NUMBER = re.compile(r"[0-9]{1,9}")  # longer ones number nothing
_RANGE = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")
_EMPTY_NODE = re.compile(r"[0-9]+\.[0-9]+")


def cut_conllu(
    path: str,
    reading: Reading,
    *,
    on_read: OnRead | None = None,
    pauses: bool = False,
    bounds: Bounds = BOUNDS,
) -> Iterator[Piece | None]:
    """The pieces of a CoNLL-U file, which hold all of it, a byte order mark too; None where a pipe pauses."""
    chunks = read_text(
        path,
        encoding=reading.encoding,
        errors=reading.errors,
        on_read=on_read,
        pauses=pauses,
        keep_mark=True,
    )
    return cut_blocks(chunks, HeldText(path), bounds=bounds)


def parse_conllu(piece: Piece, reading: Reading, bounds: Bounds = BOUNDS) -> Iterator[Words]:
    """The sentences of a piece. Raises DataError, with the line, for a row that is no CoNLL-U."""
    content = cast(str, piece.content)
    lines = split_rows(content, piece.line, path=piece.path, longest=bounds.row)
    begin = 0
    while begin < len(lines):
        end, most = begin, min(len(lines), begin + bounds.rows)
        while end < most and not _is_blank(lines[end]):
            end += 1
        rows, first = lines[begin:end], piece.line + begin
        while end < len(lines) and _is_blank(lines[end]):
            end += 1
        source = "\n".join(lines[begin:end])
        if end < len(lines) or content.endswith("\n"):
            source += "\n"
        if begin == piece.offset == 0 and rows:
            rows[0] = rows[0].removeprefix(MARK)
            rows[0] = "#" if _is_blank(rows[0]) else rows[0]  # a blank line behind the mark is no row
        yield _words(rows, source, piece.path, first)
        begin = end


def _is_blank(line: str) -> bool:
    return not line or (line[0] in BLANK and not line.strip(BLANK))


class _Range(NamedTuple):
    """Words that are written as one."""

    first: int  # id of its first word
    last: int
    form: str
    misc: str


def _words(rows: list[str], source: str, path: str, line: int) -> Words:
    """The sentence of some rows and comments, the first of them in line `line`."""
    tokens: list[str] = []
    places: list[int] = []
    ranges: list[_Range] = []
    glued: list[int] = []  # words that no space follows
    first = following = 0  # ids
    for place, row in enumerate(rows):
        if row[0] == "#":
            continue
        fields = row.split("\t")
        number = fields[ID]
        if len(fields) != COLUMNS or not fields[FORM]:
            raise _row_error(path, line + place, fields)
        if _NUMBER.fullmatch(number):
            if not tokens:
                first = following = int(number)
            if int(number) != following:
                raise _id_error(path, line + place, number, following)
            if NO_SPACE in fields[MISC] and _is_glued(fields[MISC]):
                glued.append(len(tokens))
            following += 1
            tokens.append(fields[FORM])
            places.append(place)
        elif match := _RANGE.fullmatch(number):
            ranges.append(_Range(int(match[1]), int(match[2]), fields[FORM], fields[MISC]))
        elif not _EMPTY_NODE.fullmatch(number):
            raise _id_error(path, line + place, number, following or 1)
    if not glued and not ranges:
        return Words(tokens, source=source, places=places)
    starts, ends, text = _joined(tokens, _without_space(tokens, first, glued, ranges))
    return Words(tokens, starts, ends, text, source=source, places=places)


def _is_glued(misc: str) -> bool:
    return NO_SPACE in misc.rstrip("\r").split("|")


def _without_space(tokens: list[str], first: int, glued: list[int], ranges: list[_Range]) -> set[int]:
    """The words that no space follows; those of a range are apart only if its form is not just their forms."""
    found = set(glued)
    for part in ranges:
        begin, end = part.first - first, part.last - first
        if 0 <= begin < end < len(tokens):
            inner = range(begin, end)
            (found.update if "".join(tokens[begin : end + 1]) == part.form else found.difference_update)(
                inner
            )
            (found.add if _is_glued(part.misc) else found.discard)(end)
    return found


def _joined(tokens: list[str], glued: set[int]) -> tuple[list[int], list[int], str]:
    """Starts and ends of the words in their text, and the text."""
    starts, ends, parts, at = [], [], [], 0
    for i, token in enumerate(tokens):
        starts.append(at)
        ends.append(at + len(token))
        parts.append(token if i in glued else token + " ")
        at += len(parts[-1])
    return starts, ends, "".join(parts)[: ends[-1]] if ends else ""


def _row_error(path: str, line: int, fields: list[str]) -> DataError:
    expected = f"{COLUMNS} columns separated by tabs"
    if len(fields) == COLUMNS:
        return DataError(path, line, f"a word in column {FORM + 1}", "an empty column")
    if len(fields) == 1 and " " in fields[0]:
        hint = "Pass --input-format conll for columns of another kind, or text for raw text."
        return DataError(path, line, expected, "spaces", hint)
    return DataError(path, line, expected, str(len(fields)), "Is a tab missing, or is it no CoNLL-U file?")


def _id_error(path: str, line: int, found: str, following: int) -> DataError:
    hint = "Is a blank line between two sentences missing?" if found == "1" else ""
    shown = repr(found if len(found) <= LONGEST_SHOWN else found[: LONGEST_SHOWN - 1] + "…")
    return DataError(path, line, f"token id {following}", shown, hint)
