"""Where the repaired copy of each file goes: one new file, or a folder of several; never an original."""

import bz2
import gzip
import lzma
from collections.abc import Mapping, Sequence
from pathlib import Path

from tagger.errors import OutputExistsError, SettingsError, TaggerError
from tagger.text.lines import open_bytes, unreadable
from tagger.whole_files import check_new_file, is_taken, write_file, written_whole

_PACKED = (".gz", ".bz2", ".xz")


def targets_of(paths: Sequence[str], output: Path, *, force: bool) -> dict[str, Path]:
    """Input -> output. Raises TaggerError before any work where an output is taken or is one of the inputs."""
    if len(paths) == 1 and not output.is_dir():
        targets = {paths[0]: output}
        _refuse_originals(targets)
        check_new_file(output, force=force)
        return targets
    names = [Path(path).name for path in paths]
    if len(set(names)) != len(names):
        raise SettingsError("DATA", "files of different names for one folder", ", ".join(sorted(names)))
    targets = {path: output / name for path, name in zip(paths, names, strict=True)}
    _refuse_originals(targets)
    if is_taken(output) and not (force and output.is_dir()):
        raise OutputExistsError(output)
    return targets


def write_copies(contents: Mapping[str, bytes], targets: Mapping[str, Path], output: Path) -> None:
    """Write the copies, a new folder whole or not at all; in a folder that is there, file by file."""
    packed = {targets[path]: _packed(content, path) for path, content in contents.items()}
    if is_taken(output) or list(packed) == [output]:
        for target, content in packed.items():
            write_file(target, content)
        return
    with written_whole(output) as folder:
        for target, content in packed.items():
            (folder / target.name).write_bytes(content)


def bytes_of(path: str) -> bytes:
    """The whole content of a file, decompressed. Raises DataError."""
    try:
        with open_bytes(path) as file:
            return file.read()
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise unreadable(path, None, error) from error


def plain_name(path: str) -> str:
    """The name of a file without .gz, .bz2 or .xz."""
    name = Path(path)
    return name.stem if name.suffix.lower() in _PACKED else name.name


def _packed(content: bytes, path: str) -> bytes:
    """The bytes compressed as those of `path` were; the same bytes always give the same file."""
    suffix = Path(path).suffix.lower()
    if suffix == ".gz":
        return gzip.compress(content, mtime=0)
    if suffix == ".bz2":
        return bz2.compress(content)
    return lzma.compress(content) if suffix == ".xz" else content


def _refuse_originals(targets: Mapping[str, Path]) -> None:
    originals = {Path(path).resolve() for path in targets}
    for target in targets.values():
        if target.resolve() in originals:
            hint = "Choose another output; originals are never overwritten."
            raise TaggerError("expected a new path, found a file to repair", where=str(target), hint=hint)
