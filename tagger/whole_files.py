"""Files and folders written whole or not at all: to a temporary name beside the target, then renamed."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from tagger.errors import OutputExistsError, TaggerError


def is_taken(target: Path) -> bool:
    """Whether something stands where a folder is to be written; an empty folder does not count."""
    return target.exists() and not (target.is_dir() and not any(target.iterdir()))


@contextmanager
def written_whole(target: Path, *, force: bool = False) -> Iterator[Path]:
    """A temporary folder that becomes `target` when the block ends well, and vanishes when it does not.

    Raises OutputExistsError before any work if `target` exists (an empty folder does not count) and `force` is not set.
    """
    if is_taken(target) and not force:
        raise OutputExistsError(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        yield temporary
        temporary.chmod(0o777 & ~_umask())
        if target.exists():
            retired = Path(tempfile.mkdtemp(prefix=f".{target.name}.old.", dir=target.parent))
            os.replace(target, retired / "old")
            try:
                os.replace(temporary, target)
            except BaseException:
                os.replace(retired / "old", target)
                raise
            finally:
                shutil.rmtree(retired, ignore_errors=True)
        else:
            os.replace(temporary, target)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def check_new_file(path: Path, *, force: bool) -> None:
    """Raises TaggerError before any work if `path` cannot be written: it exists and `force` is not set, is a folder, or
    stands in a folder that does not exist."""
    if path.is_dir():
        raise TaggerError("expected a file to write, found a folder", where=str(path))
    if path.exists() and not force:
        raise OutputExistsError(path)
    if not path.parent.is_dir():
        raise TaggerError("expected a folder to write into, found none", where=str(path.parent))


def write_file(path: Path, content: str | bytes) -> None:
    """Write `path` whole or not at all."""
    with written_file(path) as file:
        file.write(content.encode("utf-8") if isinstance(content, str) else content)


@contextmanager
def written_file(path: Path) -> Iterator[BinaryIO]:
    """A file that becomes `path` when the block ends well, and vanishes when it does not."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
