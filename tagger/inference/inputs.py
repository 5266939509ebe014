"""What the user named (files, folders, patterns, "-") to the files that are read, in a settled order."""

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from tagger.errors import DataError
from tagger.text.lines import unreadable

STDIN = "-"


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file to tag."""

    path: str  # as the reader takes it; "-" is standard input
    relative: PurePath  # where its output stands in the output folder, before a suffix is added


def find_inputs(names: Sequence[str], *, without: Path | None = None) -> list[InputFile]:
    """The files that `names` stand for, in the order of `names`, sorted within a folder or pattern.

    A folder stands for all files below it but hidden ones; a pattern (`*`, `?`, `[...]`, `**` for any folders) for the
    files and folders that it fits, unless a file has that very name. Files below `without` are left out of folders.
    Raises DataError where a name stands for nothing.
    """
    return [file for name in names for file in _find(name, without)]


def _find(name: str, without: Path | None) -> Iterator[InputFile]:
    path = Path(name)
    if name == STDIN:
        yield InputFile(STDIN, PurePath("stdin"))
    elif path.is_dir():
        found = list(_walk(path, path, without))
        if not found:
            raise DataError(name, None, "a folder with files", "none in it")
        yield from found
    elif path.exists():
        yield InputFile(name, PurePath(path.name))
    elif glob.has_magic(name):
        yield from _matching(name, without)
    else:
        raise unreadable(name, None, FileNotFoundError())


def _walk(folder: Path, root: Path, without: Path | None) -> Iterator[InputFile]:
    """The regular files below `folder`; links to folders are not followed, so there is no endless walk."""
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(
            f
            for f in folders
            if not f.startswith(".") and not (without and (Path(place) / f).resolve() == without)
        )
        for file in sorted(files):
            path = Path(place) / file
            if not file.startswith(".") and path.is_file():
                yield InputFile(str(path), path.relative_to(root))


def _matching(pattern: str, without: Path | None) -> Iterator[InputFile]:
    """The files that fit `pattern`, placed relative to its folders before the first special character."""
    parts = Path(pattern).parts
    fixed = next(i for i, part in enumerate(parts) if glob.has_magic(part))
    root = Path(*parts[:fixed])
    files: dict[str, InputFile] = {}
    for match in sorted(root.glob(str(Path(*parts[fixed:])))):
        relative = match.relative_to(root)
        if any(part.startswith(".") for part in relative.parts):
            continue
        found = _walk(match, root, without) if match.is_dir() else [InputFile(str(match), relative)]
        files.update((file.path, file) for file in found)
    if not files:
        raise DataError(pattern, None, "a pattern that files fit", "none that do")
    yield from files.values()
