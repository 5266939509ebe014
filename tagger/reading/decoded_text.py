"""A file or standard input to its decoded text, chunk by chunk; what cannot be read is an error with its line.

A byte order mark at the start is passed over and not counted. What bytes that cannot be decoded, and NUL bytes, become:
an error (`strict`), U+FFFD (`replace`), nothing (`ignore`).
"""

import codecs
import lzma
import select
import time
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

from tagger.errors import DataError, SettingsError
from tagger.text.lines import open_both, unreadable, wide_mark

CHUNK = 65_536
"""Bytes read at a time."""
PAUSE = 0.3
"""Seconds without anything new after which a pipe or terminal pauses."""
LATEST = 1.0
"""Seconds after which what has come is given, as soon as a pipe has nothing more ready; it may never pause for long."""
ON_ERROR = ("strict", "replace", "ignore")
MARK = "\ufeff"
_MARK_STARTS = (
    b"\xff",
    b"\xfe",
    b"\xff\xfe",
    b"\xff\xfe\x00",
)  # of UTF-16 and UTF-32, perhaps with more to come

OnRead = Callable[[int], None]


def check_encoding(encoding: str, errors: str) -> None:
    """Raise SettingsError for an encoding that Python does not know, or another way to take errors."""
    try:
        b"text".decode(encoding, "ignore")
        codecs.getincrementaldecoder(encoding)
    except (LookupError, ValueError) as error:
        hint = "For example utf-8, utf-16, latin-1, cp1252, gb18030."
        raise SettingsError("--encoding", "the name of an encoding", repr(encoding), hint) from error
    if errors not in ON_ERROR:
        raise SettingsError("--errors", f"one of {', '.join(ON_ERROR)}", repr(errors))


def read_text(
    path: str,
    *,
    encoding: str = "utf-8",
    errors: str = "strict",
    on_read: OnRead | None = None,
    pauses: bool = False,
    keep_mark: bool = False,
) -> Iterator[str]:
    """The decoded text of `path` piece by piece ("-": standard input), decompressed by its suffix.

    on_read: told how many bytes of the file on disk (compressed ones, if it is) have been read.
    pauses: a pipe or terminal that pauses gives an empty piece, once for each pause; a file on disk never pauses.
    keep_mark: give the byte order mark too.
    Raises DataError, with the line, for bytes and files that cannot be read; the text before them comes first.
    """
    decoder = _Decoder(path, encoding, errors)
    first = True
    with open_both(path) as (file, disk):
        for raw in _read(path, file, disk, decoder, on_read, pauses):
            if raw is None:
                yield ""
                continue
            text, error = decoder.decode(raw)
            if first and text:
                text, first = text if keep_mark else text.removeprefix(MARK), False
            if text:
                yield text
            if error is not None:
                raise error


def _read(
    path: str,
    file: BinaryIO,
    disk: BinaryIO,
    decoder: "_Decoder",
    on_read: OnRead | None,
    pauses: bool,
) -> Iterator[bytes | None]:
    """The bytes as they come, empty at the end; None for a pause."""
    read: Callable[[int], bytes] = getattr(file, "read1", file.read)  # does not wait for more than there is
    position = disk.tell if path != "-" and disk.seekable() else None
    raw, size, since = b"start", 0, 0.0  # since: when the first of what no pause has given came
    while raw:
        if pauses and since and _pauses(file, since + LATEST - time.monotonic()):
            yield None
            since = 0.0
        try:
            raw = read(CHUNK)
            while size == 0 and decoder.is_utf8 and raw in _MARK_STARTS and (more := read(CHUNK)):
                raw += more
        except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
            raise unreadable(path, decoder.line, error) from error
        if size == 0 and decoder.is_utf8 and (name := wide_mark(raw)):
            hint = f"Pass --encoding {name.lower()}."
            raise DataError(path, 1, "UTF-8 text", f"a {name} byte order mark", hint)
        size += len(raw)
        if on_read is not None:
            on_read(position() if position else size)
        since = since or time.monotonic()
        yield raw


def _pauses(file: BinaryIO, most: float) -> bool:
    """Whether nothing comes for PAUSE seconds, or `most`; never of what cannot be waited for (bytes in memory)."""
    try:
        return not select.select([file.fileno()], [], [], max(0.0, min(PAUSE, most)))[0]
    except (OSError, ValueError):
        return False


class _Decoder:
    """Bytes to text, and where in the file it is."""

    def __init__(self, path: str, encoding: str, errors: str) -> None:
        self.path = path
        self.line = 1  # of what comes next
        self.encoding = encoding
        self.is_utf8 = codecs.lookup(encoding).name == "utf-8"
        self._errors = errors
        self._decoder = codecs.getincrementaldecoder(encoding)(errors)

    def decode(self, raw: bytes) -> tuple[str, DataError | None]:
        """The text of the next bytes (none: the last), or that before an error, and the error."""
        state = self._decoder.getstate()
        error = None
        try:
            text = self._decoder.decode(raw, final=not raw)
        except UnicodeError as problem:
            self._decoder.setstate(state)
            text = self._before(problem, raw, len(state[0]))
            error = self._error(problem, self.line + text.count("\n"))
        if "\0" in text and self._errors != "strict":
            text = text.replace("\0", "\ufffd" if self._errors == "replace" else "")
        elif "\0" in text:
            text = text[: text.index("\0")]
            hint = "Is it a binary file, or UTF-16 text (--encoding utf-16-le)? Or pass --errors replace."
            error = DataError(self.path, self.line + text.count("\n"), "text", "a NUL byte", hint)
        self.line += text.count("\n")
        return text, error

    def _before(self, problem: UnicodeError, raw: bytes, held: int) -> str:
        """The text of `raw` before the problem; `held` bytes in front of it were waiting."""
        if not isinstance(problem, UnicodeDecodeError) or problem.start < held:
            return ""
        return self._decoder.decode(raw[: problem.start - held])

    def _error(self, problem: UnicodeError, line: int) -> DataError:
        expected = "UTF-8 text" if self.is_utf8 else f"text in {self.encoding}"
        if isinstance(problem, UnicodeDecodeError):
            found = f"the byte 0x{problem.object[problem.start]:02x}"
            hint = "Name the encoding with --encoding, or pass --errors replace."
            return DataError(self.path, line, expected, found, hint)
        name = codecs.lookup(self.encoding).name
        if name in ("utf-16", "utf-32"):  # in pieces, Python's decoder guesses no byte order
            hint = f"Pass --encoding {name}-le or {name}-be."
            return DataError(self.path, line, f"a {name.upper()} byte order mark", "none", hint)
        return DataError(self.path, line, expected, f"other bytes ({problem})")
