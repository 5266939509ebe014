"""What a URL stands for (a file, a folder, a pattern) to the files that are read, as for paths in `inputs.py`."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from tagger.errors import DataError
from tagger.text.lines import unreadable
from tagger.text.remote_files import RemoteStatus, list_url, status_of_url

if TYPE_CHECKING:
    from tagger.reading.inputs import Inputs

_SPECIAL = re.compile(r"[*?\[]")


def find_remote(inputs: "Inputs", url: str) -> None:
    """Add the file of that name, else all files below the folder, else those that fit the pattern, to `inputs`.

    Hidden files are left out of folders and patterns. Raises DataError where it stands for nothing.
    """
    try:
        status = None if url.endswith("/") else status_of_url(url)
        if status is not None:
            _add(inputs, [status], url.rpartition("/")[0] + "/")
            return
        found = list_url(url)
        if found:
            _add(inputs, _visible(found, url.rstrip("/") + "/"), url.rstrip("/") + "/")
        elif _SPECIAL.search(url):
            _match(inputs, url)
        else:
            raise FileNotFoundError
    except OSError as error:
        raise unreadable(url, None, error) from error


def _match(inputs: "Inputs", pattern: str) -> None:
    special = _SPECIAL.search(pattern)
    assert special is not None
    start = pattern[: pattern.rindex("/", 0, special.start()) + 1]
    fits = re.compile(_expression(pattern[len(start) :]))
    found = [s for s in _visible(list_url(start), start) if fits.fullmatch(s.url[len(start) :])]
    if not found:
        raise DataError(pattern, None, "a pattern that files fit", "none that do")
    _add(inputs, found, start)


def _expression(pattern: str) -> str:
    """The regular expression of a pattern: `*` and `?` stay within a name, `**/` stands for any folders."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?|\[[^\]/]+\])", pattern)
    spelt = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(
        spelt.get(part)
        or (part.replace("[!", "[^") if part.startswith("[") and len(part) > 2 else re.escape(part))
        for part in parts
    )


def _visible(found: Iterable[RemoteStatus], start: str) -> list[RemoteStatus]:
    return [status for status in found if "/." not in "/" + status.url[len(start) :]]


def _add(inputs: "Inputs", found: Iterable[RemoteStatus], start: str) -> None:
    """Add files, placed relative to `start`."""
    for status in found:
        below, _, name = status.url[len(start) :].rpartition("/")
        relative = below + "/" if below else ""
        inputs.add(start + relative, relative, name)
        inputs.size += status.size
