"""A folder to check to what is wrong with it, before a library that reads datasets says so less clearly."""

from pathlib import Path

from tagger.errors import DataError
from tagger.saved import DESCRIPTION
from tagger.text.corpus import Format
from tagger.text.hub import holds_tables, is_saved
from tagger.text.lines import plain_suffix

NAMED = 3
"""Files of a folder that are named."""

_TAGGED = (".conll", ".conllu", ".iob", ".iob2", ".bio")
"""Suffixes of files that no dataset is made of."""

_EXPECTED = "files, a prepared folder or a saved dataset"


def problem_of_folder(path: str, kind: Format) -> DataError | None:
    """The error of a folder that is a model, or holds files that have to be named; None for any other path.

    kind: "auto", or the format that the user stated.
    """
    folder = Path(path)
    if path == "-" or kind not in ("auto", "dataset") or not folder.is_dir() or is_saved(folder):
        return None
    if (folder / DESCRIPTION).is_file():
        return DataError(path, None, _EXPECTED, "a model folder", "`tagger info` describes a model.")
    files = sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())
    if holds_tables(folder) and not any(plain_suffix(file) in _TAGGED for file in files):
        return None
    if not files:
        return DataError(path, None, _EXPECTED, "an empty folder", "Is the path right?")
    more = f" and {len(files) - NAMED:,} more" if len(files) > NAMED else ""
    found = f"a folder with {', '.join(files[:NAMED])}{more}"
    return DataError(path, None, _EXPECTED, found, "Name the files in it.")
