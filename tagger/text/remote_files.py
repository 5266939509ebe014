"""URLs of files on other systems (s3://, gs://, hdfs://, file://) to bytes, listings, new files; a door to `pyarrow`.

Who may read and write there, and where a store stands, is settled as pyarrow does it: by the environment (such as
AWS_REGION, AWS_ENDPOINT_URL, AWS_PROFILE), a file of credentials or the machine's role. Names stand in an address as
they are: a space is a space, % a per cent sign and ? a question mark.
"""

import io
import posixpath
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, NamedTuple, cast

from tagger.errors import SettingsError

READ_AHEAD = 1_048_576
"""Bytes that are asked for at once: an object store takes long to answer, whatever it is asked for."""
_OBJECT_STORES = ("s3", "gcs", "abfs")
"""Filesystems without folders: a path is a name."""

_URL = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*)://")
_SYSTEMS = ("file", "s3", "gs", "gcs", "hdfs", "viewfs", "abfs", "abfss")


class RemoteStatus(NamedTuple):
    """One file that was found."""

    url: str
    size: int
    mtime_ns: int


def is_url(path: str) -> bool:
    """Whether `path` is an address and no path of this machine."""
    return _URL.match(path) is not None


def open_url(url: str) -> BinaryIO:
    """The bytes of a file, which can be read in any order. Raises OSError."""
    with _errors():
        system, path = _system(url)
        return cast(BinaryIO, io.BufferedReader(system.open_input_file(path), READ_AHEAD))


def create_url(url: str) -> BinaryIO:
    """A new file to write. Raises OSError."""
    with _errors():
        system, path = _system(url)
        if system.type_name not in _OBJECT_STORES:
            system.create_dir(posixpath.dirname(path), recursive=True)
        return cast(BinaryIO, system.open_output_stream(path))


def move_url(url: str, to: str) -> None:
    """Give a file another name on the same system. Raises OSError."""
    with _errors():
        system, path = _system(url)
        system.move(path, _system(to)[1])


def delete_url(url: str) -> None:
    """Take a file away. Raises OSError."""
    with _errors():
        system, path = _system(url)
        system.delete_file(path)


def status_of_url(url: str) -> RemoteStatus | None:
    """What is known of a file; None where there is none. Raises OSError."""
    with _errors():
        system, path = _system(url)
        found = system.get_file_info(path)
    return _status(url, found) if found.is_file else None


def list_url(url: str) -> list[RemoteStatus]:
    """The files below a folder, sorted by their places; none where there is no such folder. Raises OSError."""
    from pyarrow.fs import FileSelector

    with _errors():
        system, path = _system(url)
        found = system.get_file_info(FileSelector(path, recursive=True, allow_not_found=True))
    start = url.rstrip("/") + "/"
    files = [_status(start + _below(info.path, path), info) for info in found if info.is_file]
    return sorted(files, key=lambda status: status.url.split("/"))


def _below(path: str, folder: str) -> str:
    return path[len(folder.rstrip("/")) + 1 :]


def _status(url: str, found: Any) -> RemoteStatus:
    return RemoteStatus(url, int(found.size or 0), int(found.mtime_ns or 0))


def _system(url: str) -> tuple[Any, str]:
    """The filesystem of an address, and the place there. Raises SettingsError for a kind that there is not."""
    kind = _URL.match(url)
    if kind and kind[1].lower() not in _SYSTEMS:
        expected = f"an address that begins with {', '.join(_SYSTEMS[:-1])} or {_SYSTEMS[-1]}"
        raise SettingsError(url, expected, kind[1], "Copy the files to one of these, or to this machine.")
    from urllib.parse import quote

    from pyarrow.fs import FileSystem

    system, path = FileSystem.from_uri(quote(url, safe=":/@"))
    return system, str(path)


@contextmanager
def _errors() -> Iterator[None]:
    """Within it, what pyarrow raises for an address that it cannot make sense of is an OSError."""
    import pyarrow as pa

    try:
        yield
    except pa.ArrowException as error:
        raise OSError(" ".join(str(error).split())) from error
