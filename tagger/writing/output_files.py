"""Which file each input is written to, checked before any work; and files that appear whole or not at all."""

import os
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from tagger.errors import DataError, OutputExistsError, SettingsError
from tagger.reading.inputs import STDIN, Group, InputFile, Inputs

COMPRESSED = (".gz", ".bz2", ".xz")
TELLING_SUFFIXES = (".conllu", ".jsonl", ".html", ".parquet")
"""Suffixes of an output file that leave no doubt about its format."""
_PART = ".tagger-part"
_LEFTOVER = re.compile(r"\..+\.\d+\.tagger-part")
_LONGEST = 200
"""Bytes of a file's name that its temporary name keeps; most systems allow 255 in all."""


def is_folder(names: Sequence[str], output: str) -> bool:
    """Whether `output` is a folder of one file per input: it is one, ends in a slash, or several inputs go there."""
    single = len(names) == 1 and (
        names[0] == STDIN or (Path(names[0]).exists() and not Path(names[0]).is_dir())
    )
    return not single or output.endswith(("/", os.sep)) or Path(output).is_dir()


@dataclass(frozen=True, slots=True)
class OutputPlan:
    """Where outputs go: a folder that mirrors the inputs, or a file for a single one."""

    root: str
    folder: bool
    suffix: str

    def name(self, file: InputFile) -> str:
        """The output of an input below the folder, "" where the output is a file.

        The input's place below the folder or pattern that it was found by, without the suffix of its compression, with
        `suffix` added unless it ends so.
        """
        plain, end = os.path.splitext(file.relative)  # noqa: PTH122
        kept = plain if end.lower() in COMPRESSED else file.relative
        if not self.folder:
            return ""
        return kept if kept.endswith(self.suffix) else kept + self.suffix

    def path(self, name: str) -> str:
        """Where the output `name` stands."""
        return os.path.join(self.root, name) if name else self.root  # noqa: PTH118


def check_outputs(
    plan: OutputPlan,
    files: Inputs,
    *,
    force: bool,
    is_ours: Callable[[str], bool] = lambda name: False,
    hint: str = "",
) -> None:
    """Check every output before any work.

    is_ours: whether the output of a name may be replaced without `force`.
    hint: what else the error for an existing output advises.
    Raises SettingsError where two inputs meet in one file or an output is an input, OutputExistsError where a file is
    there already, DataError where the output cannot be a folder.
    """
    if plan.folder and Path(plan.root).exists() and not Path(plan.root).is_dir():
        raise DataError(plan.root, None, "a folder for the output of several inputs", "a file")
    resolved: set[str] = set()
    for name in _existing(plan, files):
        target = plan.path(name)
        resolved = resolved or files.resolved()
        if os.path.realpath(target) in resolved:
            raise SettingsError("--output", "another file than the inputs", target)
        if not Path(target).is_file() and not Path(target).is_symlink():
            found = "a folder" if Path(target).is_dir() else "a device or pipe"
            raise DataError(target, None, "a file to write", found, "Leave out --output to write to stdout.")
        if not force and not is_ours(name):
            error = OutputExistsError(target)
            error.hint = f"{hint} {error.hint}".strip()
            raise error


def _existing(plan: OutputPlan, files: Inputs) -> Iterator[str]:
    """The names of outputs that are there already. Raises SettingsError where two inputs meet in one."""
    if not plan.folder:
        if os.path.lexists(plan.root):
            yield ""
        return
    by_place: dict[str, list[Group]] = {}
    for group in files.groups:
        by_place.setdefault(group.relative, []).append(group)
    for relative, groups in by_place.items():
        place = Path(plan.root, relative)
        there = set(os.listdir(place)) if place.is_dir() else set()  # noqa: PTH208
        sources: dict[str, str] = {}
        for file in chain.from_iterable(groups):
            name = plan.name(file)
            if name in sources:
                raise _meeting(sources[name], file.path, plan.path(name))
            sources[name] = file.path
            if os.path.basename(name) in there:  # noqa: PTH119
                yield name


def _meeting(one: str, other: str, target: str) -> SettingsError:
    hint = (
        "They stand in one folder: rename one, or tag them apart."
        if os.path.dirname(one) == os.path.dirname(other)  # noqa: PTH120
        else "Pass the folder above them as input, whose tree is kept in the output, or tag them apart."
    )
    problem = f"{one} and {other}, which would both become {target}"
    return SettingsError("--output", "a file of its own for each input", problem, hint)


def is_leftover(name: str) -> bool:
    """Whether a file has the name of one that is not complete."""
    return _LEFTOVER.fullmatch(name) is not None


def remove_leftovers(folder: str) -> None:
    """Remove the temporary files that a killed run left below `folder`."""
    for place, _, files in os.walk(folder):
        for name in files:
            if is_leftover(name):
                Path(place, name).unlink(missing_ok=True)


def _check_length(path: str) -> None:
    """Raise OSError where the name is too long for the system."""
    with suppress(FileNotFoundError):
        os.stat(path)  # noqa: PTH116


class OutputFile:
    """A file under a temporary name beside `path`, which becomes `path` in the end, or vanishes."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.size = 0
        self.checksum = 0  # CRC-32 of what has been written
        place, name = os.path.split(path)
        self._short = os.fsdecode(os.fsencode(name)[:_LONGEST])
        self._temporary = os.path.join(place, f".{self._short}.{os.getpid()}{_PART}")  # noqa: PTH118
        self._file: BinaryIO | None = None

    @property
    def temporary(self) -> str:
        """The name until it is complete."""
        return self._temporary

    def open(self) -> None:
        """Begin the file, and the folders above it; from the call on, `drop` leaves nothing of it."""
        place, name = os.path.split(self.path)
        if self._short != name:
            _check_length(self.path)
        try:
            self._file = open(self._temporary, "wb")  # noqa: PTH123, SIM115
        except FileNotFoundError:
            Path(place).mkdir(parents=True, exist_ok=True)
            self._file = open(self._temporary, "wb")  # noqa: PTH123, SIM115

    def write(self, content: bytes) -> int:
        """Write all of `content`; its length."""
        self.checksum = zlib.crc32(content, self.checksum)
        self.size += len(content)
        return self._opened.write(content)

    def flush(self) -> None:
        """Hand what has been written to the system."""
        self._opened.flush()

    def tell(self) -> int:
        """Bytes written."""
        return self.size

    @property
    def closed(self) -> bool:
        """Whether nothing can be written any more."""
        return self._file is None or self._file.closed

    def close(self) -> None:
        """The file is complete under its temporary name. Raises OSError where it cannot be written to its end."""
        self._opened.close()

    def keep(self) -> None:
        """Give the complete file its name."""
        os.replace(self._temporary, self.path)

    def drop(self) -> None:
        """Take the file away."""
        if self._file is not None:
            with suppress(OSError):  # the disk is full: the rest is not wanted
                self._file.close()
        with suppress(OSError):  # it was not begun
            os.unlink(self._temporary)  # noqa: PTH108

    @property
    def _opened(self) -> BinaryIO:
        assert self._file is not None, "open() comes first"
        return self._file
