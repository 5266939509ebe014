"""A text file, compressed or not, or standard input ("-") to its numbered lines, one at a time."""

import bz2
import gzip
import io
import lzma
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO, cast

from tagger.errors import DataError
from tagger.text.problems import Problems
from tagger.text.remote_files import is_url, open_url

BLANK = " \t\r\f\v"
"""ASCII white space: a line of nothing else is a blank line. U+00A0 and its kin are text."""

_OPEN: dict[str, Callable[[Any], object]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
UTF8_MARK = b"\xef\xbb\xbf"
_WIDE_MARKS = {b"\xff\xfe\x00\x00": "UTF-32", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def plain_suffix(path: str) -> str:
    """The suffix of `path` in lower case, looked for before a .gz, .bz2 or .xz."""
    name = Path(path)
    return (name.with_suffix("") if name.suffix.lower() in _OPEN else name).suffix.lower()


def open_bytes(path: str) -> AbstractContextManager[BinaryIO]:
    """The bytes of `path` or URL, decompressed by its suffix; "-" is standard input. Raises DataError."""
    if path == "-":
        return nullcontext(sys.stdin.buffer)
    name = Path(path)
    opener = _OPEN.get(name.suffix.lower())
    try:
        if is_url(path):
            return cast(BinaryIO, opener(open_url(path))) if opener else open_url(path)
        return cast(BinaryIO, opener(name)) if opener else name.open("rb")
    except OSError as error:
        raise unreadable(path, None, error) from error


@contextmanager
def held_input() -> Iterator[BinaryIO]:
    """Standard input read whole, so that "-" may be read again after `seek(0)`; as it was again at the end."""
    found = sys.stdin
    held = io.BytesIO(found.buffer.read())
    sys.stdin = io.TextIOWrapper(held, encoding="utf-8")
    try:
        yield held
    finally:
        sys.stdin = found


@contextmanager
def open_both(path: str) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """The bytes of `path` as `open_bytes` gives them, and the file on disk, whose position tells how much is read."""
    opener = _OPEN.get(Path(path).suffix.lower())
    with ExitStack() as files:
        if path == "-" or opener is None:
            file = files.enter_context(open_bytes(path))
            yield file, file
        else:
            try:
                disk = open_url(path) if is_url(path) else Path(path).open("rb")  # noqa: SIM115
                files.enter_context(disk)
            except OSError as error:
                raise unreadable(path, None, error) from error
            yield files.enter_context(cast(BinaryIO, opener(disk))), disk


def unreadable(path: str, line: int | None, error: Exception) -> DataError:
    """The error for a path that the system would not open or read."""
    if isinstance(error, FileNotFoundError):
        return DataError(path, None, "a file", "none", "Is the path right?")
    if isinstance(error, IsADirectoryError):
        return DataError(path, None, "a file", "a folder", "Name the files in it.")
    if isinstance(error, PermissionError):
        return DataError(path, None, "a readable file", "one without permission to read it")
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return DataError(path, line, "a file that can be read to its end", reason, "Is it damaged?")


def read_lines(path: str, problems: Problems | None = None) -> Iterator[tuple[int, str | None]]:
    r"""Line numbers from 1 and lines without their end (\n or \r\n).

    Only \n ends a line: U+0085, U+2028 and a lone \r may stand inside a token. A line that is not text (not UTF-8, or
    with a NUL byte) goes to `problems`, and comes as None where the policy is to go on.
    """
    problems = problems or Problems()
    for number, raw in read_raw_lines(path):
        line = _without_mark(path, raw, problems) if number == 1 else raw
        yield number, decoded(path, number, line, problems)


def read_raw_lines(path: str, *, longest: int | None = None) -> Iterator[tuple[int, bytes]]:
    """Line numbers from 1 and undecoded lines with their end, for `decoded`.

    A line of more than `longest` bytes comes in pieces of its number, cut behind a space if there is one in the second
    half, else between two characters.
    """
    number, rest, begins = 0, b"", True
    with open_bytes(path) as file:
        while True:
            try:
                raw = rest + file.readline(-1 if longest is None else longest - len(rest))
            except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
                raise unreadable(path, number + begins, error) from error
            if not raw:
                return
            number += begins
            if number == 1 and begins:
                refuse_wide(path, raw)
            begins, rest = raw.endswith(b"\n"), b""
            if not begins and longest is not None and len(raw) >= longest:
                at = _cut(raw)
                raw, rest = raw[:at], raw[at:]
            yield number, raw


def _cut(raw: bytes) -> int:
    """Where to cut a line that is too long: behind its last space, or before its last character."""
    at = raw.rfind(b" ", len(raw) // 2) + 1
    if at:
        return at
    at = len(raw) - 1
    while at > len(raw) - 4 and raw[at] & 0xC0 == 0x80:  # a byte inside a character
        at -= 1
    return max(at, 1)


def decoded(path: str, number: int, raw: bytes, problems: Problems) -> str | None:
    """The text of one line without its end; None once `problems` has taken its error."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        found = f"the byte 0x{raw[error.start]:02x} at byte {error.start + 1} of the line"
        hint = "Convert the file, for example with `iconv -f latin1 -t utf-8`."
        problems.report("not UTF-8", DataError(path, number, "UTF-8 text", found, hint))
        return None
    if "\0" in text:
        found = f"a NUL byte at character {text.index(chr(0)) + 1} of the line"
        hint = "Is it a binary file, or UTF-16 text without a mark?"
        problems.report("NUL byte", DataError(path, number, "text", found, hint))
        return None
    if text.endswith("\n"):
        return text[:-2] if text.endswith("\r\n") else text[:-1]
    return text


def refuse_wide(path: str, raw: bytes) -> None:
    """Raises DataError where the first bytes of a file are the mark of UTF-16 or UTF-32."""
    name = wide_mark(raw)
    if name:
        hint = f"Convert the file with `iconv -f {name.lower()} -t utf-8`."
        raise DataError(path, 1, "UTF-8 text", f"a {name} byte order mark", hint)


def wide_mark(raw: bytes) -> str:
    """UTF-16 or UTF-32 if the first bytes of a file are its mark, else ""."""
    return next((name for mark, name in _WIDE_MARKS.items() if raw.startswith(mark)), "")


def _without_mark(path: str, raw: bytes, problems: Problems) -> bytes:
    """The first line without a UTF-8 byte order mark, which `problems` takes."""
    if not raw.startswith(UTF8_MARK):
        return raw
    hint = "Save the file as UTF-8 without a mark, or drop it with `tagger prep --on-error skip`."
    problems.report(
        "byte order mark (dropped)",
        DataError(path, 1, "UTF-8 text without a byte order mark", "a UTF-8 byte order mark", hint),
    )
    return raw[len(UTF8_MARK) :]
