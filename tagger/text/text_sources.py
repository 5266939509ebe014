"""What the user named (files, folders, patterns, "-", a data set) to the raw text that is read, and its fingerprint."""

import glob
import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tagger.errors import DataError, SettingsError
from tagger.text.lines import open_bytes, plain_suffix, unreadable
from tagger.text.problems import OnError
from tagger.text.sentence_ends import LineBreaks

STDIN = "-"
TEXT_SUFFIXES = ("", ".txt")
"""Suffixes, before a .gz, .bz2 or .xz, of the files of a folder that are read."""

TABLE_SUFFIXES = (".parquet", ".jsonl", ".json", ".arrow", ".csv")
PACKED_SUFFIXES = (".tsv", ".gz", ".bz2", ".xz", ".zip", ".zst", ".tar")
"""Further suffixes of a file on disk: no data set of the hub is called so."""
FINGERPRINT_BYTES = 1 << 20  # of each end of a file


@dataclass(frozen=True, slots=True)
class RawText:
    """Raw text to read: files in their order, or a column of one data set."""

    names: tuple[str, ...]  # files, "-" for standard input; or the one data set
    column: str = ""  # text column of the data set; "": the names are files
    split: str = "train"
    config: str = ""  # configuration of a data set of the hub
    line_breaks: LineBreaks = "auto"  # as text/tokenizer.py; decided file by file
    on_error: OnError = "stop"  # lines that are no text
    notes: tuple[str, ...] = ()  # files that were left out, for the user
    streaming: bool = True  # read the data set as it comes, not from a copy in the library's cache

    @property
    def has_stdin(self) -> bool:
        """Whether standard input is among the files: it can be read once."""
        return not self.column and STDIN in self.names


def find_text(
    names: Sequence[str],
    *,
    column: str = "",
    split: str = "train",
    config: str = "",
    streaming: bool = True,
    line_breaks: LineBreaks = "auto",
    on_error: OnError = "stop",
) -> RawText:
    """The text that `names` stand for, in the order of `names`, sorted within a folder or pattern.

    With a `column`, the one name is a data set (a folder or file on disk, or a name of the hub). Otherwise a folder
    stands for the .txt files and the files without a suffix below it (.gz, .bz2 and .xz too), but no hidden ones; links
    to folders are not followed; a pattern (`*`, `?`, `[...]`, `**`) for the files and folders that it fits, unless a
    file has that very name. A file is read once, however often it is named. Raises DataError where a name stands for
    nothing that can be opened.
    """
    if not names:
        raise SettingsError("pretraining.text", "a file, a folder, - or a data set", "none")
    if column and len(names) > 1:
        raise SettingsError("pretraining.text", "one data set where a column is named", f"{len(names)} names")
    if column:
        _check_data_set(names[0])
        return RawText(tuple(names), column, split, config, line_breaks, on_error, streaming=streaming)
    left_out: Counter[tuple[str, str]] = Counter()
    files: dict[object, str] = {}
    for name in names:
        for file in _find(name, left_out):
            files.setdefault(file if file == STDIN else Path(file).resolve(), file)
    for file in files.values():
        _check(file)
    notes = tuple(_left_out(*key, count) for key, count in sorted(left_out.items()))
    return RawText(tuple(files.values()), "", split, config, line_breaks, on_error, notes)


def fingerprint(text: RawText) -> str:
    """A checksum of the names, the sizes, and the first and last MiB of the files; "" where there is standard input.

    A data set that is not on disk is known by its name alone. The folders in which the files lie do not count.
    """
    if text.has_stdin:
        return ""
    files = text.names
    if text.column:
        place = Path(text.names[0])
        files = tuple(map(str, _walk(place))) if place.is_dir() else files if place.is_file() else ()
    facts: list[object] = [text.column, text.split, text.config, text.line_breaks] if text.column else []
    facts += [Path(text.names[0]).name] if text.column else [text.line_breaks]
    facts += [_ends_of(file) for file in files]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _ends_of(file: str) -> tuple[str, int, str]:
    """Name, bytes, and the checksum of the first and last MiB of a file."""
    digest = hashlib.sha256()
    try:
        with Path(file).open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            digest.update(stream.read(FINGERPRINT_BYTES))
            stream.seek(max(FINGERPRINT_BYTES, size - FINGERPRINT_BYTES))
            digest.update(stream.read(FINGERPRINT_BYTES))
    except OSError as error:
        raise unreadable(file, None, error) from error
    return Path(file).name, size, digest.hexdigest()


def _find(name: str, left_out: Counter[tuple[str, str]]) -> Iterator[str]:
    """The files that one name stands for."""
    path = Path(name)
    if name == STDIN or path.is_file():
        yield name
    elif path.is_dir():
        yield from _in_folder(path, left_out)
    elif path.exists():
        hint = "Save it as a file, or send it to standard input and name -."
        raise DataError(name, None, "a file or folder", "a pipe or a device", hint)
    elif glob.has_magic(name):
        matches = sorted(glob.glob(name, recursive=True))  # noqa: PTH207 - a pattern may be absolute
        if not matches:
            raise DataError(name, None, "a pattern that files fit", "none that do")
        for match in matches:
            yield from _find(match, left_out)
    else:
        raise unreadable(name, None, FileNotFoundError())


def _in_folder(folder: Path, left_out: Counter[tuple[str, str]]) -> Iterator[str]:
    """The text files below a folder; counts the others by their suffix."""
    others: Counter[str] = Counter()
    empty = True
    for file in _walk(folder):
        suffix = plain_suffix(str(file))
        if suffix in TEXT_SUFFIXES:
            empty = False
            yield str(file)
        else:
            others[suffix] += 1
    for suffix, count in others.items():
        left_out[str(folder), suffix] += count
    if empty:
        kinds = ", ".join(f"{count:,} {suffix}" for suffix, count in sorted(others.items()))
        hint = "A data set needs the name of its text column." if set(others) & set(TABLE_SUFFIXES) else ""
        raise DataError(
            folder, None, "a folder with .txt files or files without a suffix", kinds or "none", hint
        )


def _walk(folder: Path) -> Iterator[Path]:
    """The regular files below `folder`, sorted by name; links to folders are not followed."""
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for file in sorted(files):
            path = Path(place) / file
            if not file.startswith(".") and path.is_file():
                yield path


def _left_out(folder: str, suffix: str, count: int) -> str:
    """That files of a folder are not read, and how they would be."""
    them = "it" if count == 1 else "them"
    how = "a table needs --column" if suffix in TABLE_SUFFIXES else f"to read {them}, name {them}"
    return f"{folder}: left out {count:,} {suffix} file{'' if count == 1 else 's'} ({how})"


def _check_data_set(name: str) -> None:
    """Raises DataError where `name` looks like a file or folder and is none, or is no data set by its suffix."""
    path, suffix = Path(name), plain_suffix(name)
    if (
        name == STDIN
        or (suffix == ".txt" and not path.is_dir())
        or (path.is_file() and suffix not in TABLE_SUFFIXES)
    ):
        hint = "A text file needs no --column."
        found = (
            "standard input"
            if name == STDIN
            else "a text file"
            if suffix in TEXT_SUFFIXES
            else f"a {suffix} file"
        )
        raise DataError(name, None, "a data set", found, hint)
    local = suffix in (*TABLE_SUFFIXES, *PACKED_SUFFIXES) or path.suffix.lower() in PACKED_SUFFIXES
    if not path.exists() and (local or name.startswith(("/", "./", "../", "~")) or name.endswith("/")):
        raise DataError(name, None, "a data set", "no file or folder of this name", "Is the path right?")


def _check(file: str) -> None:
    """Raises DataError where a file cannot be opened, or its name says that it holds a table."""
    if file == STDIN:
        return
    suffix = plain_suffix(file)
    if suffix in TABLE_SUFFIXES:
        hint = "Name its text column, or give the file another suffix."
        raise DataError(file, None, "raw text", f"a {suffix} file", hint)
    with open_bytes(file):
        pass
