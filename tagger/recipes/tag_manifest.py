"""What a run has written into its output folder, a line a file, so that a run that was killed goes on where it was.

    {"format": 1, "program": "0.1.0", "models": ["sha256 ..."], "settings": {"--format": "columns", ...}}
    {"input": "a.txt", "size": 1234, "mtime_ns": ..., "output": "a.txt.conll", "bytes": 5678, "crc32": ..., ...}

A line is written before its file gets its name: a file whose line is missing cannot be there, and one whose line is
there is complete if it is there with so many bytes. Only of the last line may the file be an older one.
"""

import hashlib
import json
import os
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol

from tagger import __version__
from tagger.errors import DataError, SettingsError
from tagger.saved import DESCRIPTION, VOCABULARY, WEIGHTS

MANIFEST = ".tagger-manifest.jsonl"
FORMAT = 1
_CHUNK = 1 << 20

Header = Mapping[str, Any]


class Source(NamedTuple):
    """What identifies an input and its content."""

    relative: str
    size: int
    mtime_ns: int


class Written(Protocol):
    """A file that has been written."""

    @property
    def size(self) -> int:
        """Bytes."""

    @property
    def checksum(self) -> int:
        """CRC-32 of the bytes."""


def build_header(models: Sequence[str], settings: Mapping[str, object]) -> Header:
    """The first line for `settings` (by the names of their options) and the models in these folders."""
    return {
        "format": FORMAT,
        "program": __version__,
        "models": [fingerprint(Path(model)) for model in models],
        "settings": dict(settings),
    }


def fingerprint(folder: Path) -> str:
    """A checksum of everything in a model's folder that its tags depend on."""
    digest = hashlib.sha256()
    for name in (DESCRIPTION, VOCABULARY, WEIGHTS):
        with (folder / name).open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


class Manifest:
    """The manifest of one output folder, locked while it is open: two runs at once would lose files."""

    def __init__(self, folder: str, header: Header, *, resume: bool, force: bool) -> None:
        """Open the manifest of `folder`, which is made if need be.

        resume: take over what a run with the same header has written, if there was one. Without it what is known is
            kept only as long as the header is the same and no file is to be replaced (`force`).
        Raises SettingsError that names the first setting of `header` that is another one, DataError where another run
        is at it.
        """
        self._folder = folder
        self._facts: dict[int, int] = {}  # hash of an output's name -> hash of all that must be as it was
        path = Path(folder, MANIFEST)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: BinaryIO = open(path, "r+b", opener=_open_or_make)  # noqa: SIM115
        try:
            _lock(self._file, folder)
            self._begin(path, header, resume=resume, force=force)
        except BaseException:
            self._file.close()
            raise

    def holds(self, source: Source, output: str) -> bool:
        """Whether the file `output` was made of this very input and is there still."""
        try:
            size = os.stat(self._path(output)).st_size  # noqa: PTH116
        except OSError:
            return False
        return self._facts.get(_key(output)) == _key(output, *source, size)

    def knows(self, output: str) -> bool:
        """Whether `output` was written, or begun, by a run that the manifest tells of."""
        return _key(output) in self._facts

    def add(self, source: Source, name: str, output: Written, *, sentences: int, tokens: int) -> None:
        """Note a complete file that is about to get its `name`."""
        line = {
            "input": source.relative,
            "size": source.size,
            "mtime_ns": source.mtime_ns,
            "output": name,
            "bytes": output.size,
            "crc32": output.checksum,
            "sentences": sentences,
            "tokens": tokens,
        }
        self._file.write(json.dumps(line).encode() + b"\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file and let others have it."""
        self._file.close()

    def _begin(self, path: Path, header: Header, *, resume: bool, force: bool) -> None:
        first = self._file.readline()
        known = _parsed(first)
        if resume and first.endswith(b"\n"):  # else killed in its first moment
            check_header(path, known, header)
        if known == header and (resume or not force):
            self._read(len(first))
        else:
            self._file.seek(0)
            self._file.truncate()
            self._file.write(json.dumps(header).encode() + b"\n")
            self._file.flush()

    def _read(self, place: int) -> None:
        """Read the lines and stand behind the last whole one; a torn one is cut off."""
        last: dict[str, Any] = {}
        for raw in self._file:
            if not raw.endswith(b"\n"):
                break
            place += len(raw)
            line = _parsed(raw)
            with suppress(KeyError, TypeError):
                name = str(line["output"])
                source = Source(line["input"], line["size"], line["mtime_ns"])
                self._facts[_key(name)] = _key(name, *source, line["bytes"])
                last = line
        if last and not self._is_whole(last):
            self._facts[_key(str(last["output"]))] = 0
        self._file.seek(place)
        self._file.truncate()

    def _is_whole(self, line: Mapping[str, Any]) -> bool:
        """Whether the file of a line has its content."""
        try:
            with self._path(str(line["output"])).open("rb") as file:
                checksum = 0
                for chunk in _chunks(file):
                    checksum = zlib.crc32(chunk, checksum)
        except OSError:
            return False
        return checksum == line.get("crc32")

    def _path(self, output: str) -> Path:
        return Path(self._folder, output)


def _open_or_make(path: str, flags: int) -> int:
    """A descriptor of the file, made where it is missing and never emptied: another run may be at it."""
    return os.open(path, flags | os.O_CREAT, 0o666)


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def _parsed(raw: bytes) -> dict[str, Any]:
    """The object of a line; empty where it is none."""
    try:
        line = json.loads(raw)
    except ValueError:
        return {}
    return line if isinstance(line, dict) else {}


def check_header(path: str | Path, known: Header, header: Header) -> None:
    """Raise where the run of the manifest `path` and this one would not write the same."""
    if known.get("format") != FORMAT or not isinstance(known.get("settings"), dict):
        hint = "Begin anew: leave out --resume and pass --force."
        raise DataError(path, 1, f"a manifest of format {FORMAT}", "something else", hint)
    hint = "Resume with what the folder was begun with, or begin anew: leave out --resume and pass --force."
    for name, value in header["settings"].items():
        before = known["settings"].get(name)
        if before != value:
            raise SettingsError(name, f"{_shown(before)} as before", _shown(value), hint)
    if known.get("models") != header["models"]:
        raise SettingsError("--model", "the model of before", "another one", hint)
    if known.get("program") != header["program"]:
        raise SettingsError(
            "--resume", f"version {known.get('program')} as before", f"version {header['program']}", hint
        )


def _shown(value: object) -> str:
    """A setting as one would type it."""
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None or value == "" else str(value)


def _key(*facts: object) -> int:
    """64 bits that tell facts apart."""
    text = "\0".join(map(str, facts)).encode("utf-8", "surrogateescape")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")


def _lock(file: BinaryIO, folder: str) -> None:
    """Lock an open file until it is closed. Raises DataError where another process has it."""
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        hint = "Wait for it, or choose another output."
        raise DataError(
            folder, None, "an output folder of its own", "another run that writes here", hint
        ) from None
    except OSError:  # a file system without locks
        return
