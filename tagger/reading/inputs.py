"""What the user named (files, folders, patterns, "-") to the files that are read, in a settled order.

Names are kept folder by folder, so that a million files take tens of megabytes. What stands in a folder and cannot be
a text (a named pipe, a link to nothing) is listed as bad and never opened; a pipe that the user names is read.
"""

import errno
import glob
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from tagger.errors import DataError
from tagger.saved import DESCRIPTION, WEIGHTS
from tagger.text.lines import plain_suffix, unreadable
from tagger.text.remote_files import is_url

STDIN = "-"
AUTO = "auto"
FORMAT_OF_SUFFIX = {".conllu": "conllu", ".jsonl": "jsonl", ".parquet": "parquet"}


class InputFile(NamedTuple):
    """One file to tag."""

    path: str  # as the reader takes it; "-" is standard input
    relative: str  # where its output stands in the output folder, before a suffix is added


@dataclass(frozen=True, slots=True)
class Group:
    """Files of one folder."""

    path: str  # what stands before each name; "-" for standard input, whose one name is "stdin"
    relative: str  # the same below the folder or pattern that they were found by
    names: list[str]

    def __iter__(self) -> Iterator[InputFile]:
        if self.path == STDIN:
            yield InputFile(STDIN, self.names[0])
            return
        for name in self.names:
            yield InputFile(self.path + name, self.relative + name)


@dataclass(slots=True)
class Inputs:
    """The files that were found, in order, and what was found beside them."""

    groups: list[Group] = field(default_factory=list)
    links: list[str] = field(default_factory=list)  # those files that are links to others
    bad: list[DataError] = field(default_factory=list)  # what is in the folders and cannot be read
    linked_folders: int = 0  # links to folders, not followed
    size: int = 0  # bytes of the files
    has_streams: bool = False  # whether there are pipes, of unknown size
    count: int = 0

    def __iter__(self) -> Iterator[InputFile]:
        for group in self.groups:
            yield from group

    def __len__(self) -> int:
        return self.count

    def add(self, path: str, relative: str, *names: str) -> None:
        """Add files of one folder; neighbours share what stands before them."""
        last = self.groups[-1] if self.groups else None
        if last is None or (last.path, last.relative) != (path, relative) or path == STDIN:
            last = Group(path, relative, [])
            self.groups.append(last)
        last.names.extend(names)
        self.count += len(names)

    def resolved(self) -> set[str]:
        """The files under their true names."""
        found = {os.path.realpath(link) for link in self.links}
        for group in self.groups:
            if group.path != STDIN:
                place = os.path.realpath(group.path)
                found.update(os.path.join(place, name) for name in group.names)  # noqa: PTH118
        return found


def find_inputs(names: Sequence[str], *, without: Path | None = None) -> Inputs:
    """The files that `names` stand for, in the order of `names`, sorted within a folder or pattern.

    A folder stands for all files below it but hidden ones, links to folders not followed; a pattern (`*`, `?`, `[...]`,
    `**` for any folders) for the files and folders that it fits, unless a file has that very name. Files below
    `without` are left out of folders and patterns above it. URLs stand for the same in their systems. Raises DataError
    where a name stands for nothing.
    """
    inputs = Inputs()
    for name in names:
        path = Path(name)
        if name == STDIN:
            inputs.add(STDIN, "", "stdin")
            inputs.has_streams = True
        elif is_url(name):
            from tagger.reading.remote_inputs import find_remote  # loads pyarrow

            find_remote(inputs, name)
        elif path.is_dir():
            if (path / DESCRIPTION).is_file() and (path / WEIGHTS).is_file():
                hint = "Models are named with --model (-m)."
                raise DataError(name, None, "text to tag", "the folder of a model", hint=hint)
            before = len(inputs), len(inputs.bad)
            _walk(inputs, _prefix(path), "", without)
            if before == (len(inputs), len(inputs.bad)):
                raise DataError(name, None, "a folder with files", "none in it")
        elif path.exists():
            _add_named(inputs, name)
        elif glob.has_magic(name):
            _match(inputs, name, without)
        else:
            raise unreadable(name, None, FileNotFoundError())
    return inputs


def format_of(path: str, chosen: str) -> str:
    """The input format of `path`: the chosen one, or with "auto" what its suffix says; "text" for any other suffix."""
    return FORMAT_OF_SUFFIX.get(plain_suffix(path), "text") if chosen == AUTO else chosen


def _prefix(folder: Path) -> str:
    """What stands before the names of the files in `folder`."""
    text = str(folder)
    return "" if text == "." else text if text.endswith(os.sep) else text + os.sep


def _add_named(inputs: Inputs, name: str, relative: str = "") -> None:
    """Add one file or pipe that the user named."""
    status = os.stat(name)  # noqa: PTH116
    base = os.path.basename(name)  # noqa: PTH119
    inputs.add(name.removesuffix(base), relative, base)
    if os.path.islink(name):  # noqa: PTH114
        inputs.links.append(name)
    if stat.S_ISREG(status.st_mode):
        inputs.size += status.st_size
    else:
        inputs.has_streams = True


def _walk(inputs: Inputs, path: str, relative: str, without: Path | None) -> None:
    """Add the regular files below the folder `path`, and what is bad there; `path` ends as `_prefix` does."""
    waiting = [(path, relative)]
    while waiting:
        place, below = waiting.pop()
        names: list[str] = []
        folders: list[str] = []
        bad: list[DataError] = []
        try:
            with os.scandir(place or ".") as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.name)
                    elif _is_text(inputs, entry, place, bad):
                        names.append(entry.name)
        except OSError as error:
            bad.append(_unreadable_folder(place, error))
        inputs.bad += sorted(bad, key=lambda error: error.where)
        if names:
            inputs.add(place, below, *sorted(names))
        waiting += [
            (place + name + os.sep, below + name + os.sep)
            for name in sorted(folders, reverse=True)
            if not (without and name == without.name and os.path.realpath(place + name) == str(without))
        ]


def _is_text(inputs: Inputs, entry: os.DirEntry[str], place: str, bad: list[DataError]) -> bool:
    """Whether an entry that is no folder is a regular file; counts it, or says why not."""
    path = place + entry.name
    try:
        status = entry.stat()
    except OSError as error:
        bad.append(_broken(path, error))
        return False
    if stat.S_ISDIR(status.st_mode):
        inputs.linked_folders += 1
        return False
    if not stat.S_ISREG(status.st_mode):
        bad.append(DataError(path, None, "a regular file", kind_of(status.st_mode)))
        return False
    inputs.size += status.st_size
    if entry.is_symlink():
        inputs.links.append(path)
    return True


def kind_of(mode: int) -> str:
    """What a path that is no regular file is."""
    kinds = {stat.S_IFIFO: "a named pipe", stat.S_IFSOCK: "a socket", stat.S_IFDIR: "a folder"}
    return kinds.get(stat.S_IFMT(mode), "a device")


def _broken(path: str, error: OSError) -> DataError:
    if isinstance(error, FileNotFoundError):
        return DataError(path, None, "a file", "a link to nothing")
    if error.errno == errno.ELOOP:
        return DataError(path, None, "a file", "a link that leads back to itself")
    return unreadable(path, None, error)


def _unreadable_folder(place: str, error: OSError) -> DataError:
    path = place.rstrip(os.sep) or place
    if isinstance(error, PermissionError):
        return DataError(path, None, "a readable folder", "one without permission to read it")
    return unreadable(path, None, error)


def _match(inputs: Inputs, pattern: str, without: Path | None) -> None:
    """Add the files that fit `pattern`, placed relative to its folders before the first special character."""
    parts = Path(pattern).parts
    fixed = next(i for i, part in enumerate(parts) if glob.has_magic(part))
    root = Path(*parts[:fixed])
    start = len(_prefix(root))
    before = len(inputs), len(inputs.bad)
    matches = (str(match) for match in root.glob(str(Path(*parts[fixed:]))))
    if without is not None and Path(os.path.realpath(root)) not in without.parents:
        without = None
    checked, is_out = "", False  # the last folder that was looked at, and whether it is `without` or below it
    walked = None  # the last folder whose files have all been added
    for match in sorted(matches, key=lambda match: match.replace(os.sep, "\0")):
        below = match[start:]
        if below.startswith(".") or os.sep + "." in below:
            continue
        if walked is not None and match.startswith(walked):
            continue
        is_dir = os.path.isdir(match)  # noqa: PTH112
        folder = match if is_dir else os.path.dirname(match)  # noqa: PTH120
        if without is not None and folder != checked:
            checked, is_out = folder, Path(os.path.realpath(folder)).is_relative_to(without)
        if is_out:
            continue
        if is_dir:
            walked = match + os.sep
            _walk(inputs, walked, below + os.sep, without)
        else:
            _add_match(inputs, match, below)
    if before == (len(inputs), len(inputs.bad)):
        raise DataError(pattern, None, "a pattern that files fit", "none that do")


def _add_match(inputs: Inputs, match: str, below: str) -> None:
    try:
        mode = os.stat(match).st_mode  # noqa: PTH116
    except OSError as error:
        inputs.bad.append(_broken(match, error))
        return
    if stat.S_ISREG(mode):
        _add_named(inputs, match, below.removesuffix(os.path.basename(below)))  # noqa: PTH119
    else:
        inputs.bad.append(DataError(match, None, "a regular file", kind_of(mode)))
