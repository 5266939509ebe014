"""Which file each input is written to, checked before any work; and files that appear whole or not at all."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import BinaryIO

from tagger.errors import DataError, OutputExistsError, SettingsError
from tagger.inference.inputs import STDIN, InputFile

_COMPRESSED = (".gz", ".bz2", ".xz")


def is_folder(names: Sequence[str], output: str) -> bool:
    """Whether `output` is a folder of one file per input: it is one, ends in a slash, or several inputs go there."""
    single = len(names) == 1 and (names[0] == STDIN or Path(names[0]).is_file())
    return not single or output.endswith(("/", os.sep)) or Path(output).is_dir()


def plan_outputs(
    files: Sequence[InputFile], output: str, *, folder: bool, suffix: str, force: bool
) -> list[Path]:
    """The output file of each input.

    In a folder: the input's place below the folder or pattern that it was found by, without the suffix of its
    compression, with `suffix` added. Raises SettingsError where two inputs meet in one file or an output is an input,
    OutputExistsError where a file is there already and `force` is not set, DataError where `output` cannot be a folder.
    """
    root = Path(output)
    if folder and root.exists() and not root.is_dir():
        raise DataError(output, None, "a folder for the output of several inputs", "a file")
    targets = [root / _named(file.relative, suffix) for file in files] if folder else [root for _ in files]
    sources: dict[Path, str] = {}
    inputs = {Path(file.path).resolve() for file in files if file.path != STDIN}
    for file, target in zip(files, targets, strict=True):
        if target in sources:
            hint = "Pass the folder above them as input, whose tree is kept in the output, or tag them apart."
            problem = f"{sources[target]} and {file.path}, which would both become {target}"
            raise SettingsError("--output", "a file of its own for each input", problem, hint)
        if target.resolve() in inputs:
            raise SettingsError("--output", "another file than the inputs", str(target))
        if target.exists() and not target.is_file():
            found = "a folder" if target.is_dir() else "a device or pipe"
            raise DataError(target, None, "a file to write", found, "Leave out --output to write to stdout.")
        if target.exists() and not force:
            raise OutputExistsError(target)
        sources[target] = file.path
    return targets


def _named(relative: PurePath, suffix: str) -> PurePath:
    plain = relative.with_suffix("") if relative.suffix.lower() in _COMPRESSED else relative
    return plain.with_name(plain.name + suffix)


@contextmanager
def written_file(path: Path) -> Iterator[BinaryIO]:
    """A file under a temporary name beside `path` that becomes `path` when the block ends well, else vanishes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name[:200]}.{os.getpid()}.part")
    try:
        with temporary.open("wb") as file:
            yield file
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
