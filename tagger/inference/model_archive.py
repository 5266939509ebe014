"""Model folders to a copy of what tagging needs and the model card says: in another folder, or in bytes."""

import io
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tagger.errors import ModelError
from tagger.saved import (
    AMBIGUOUS,
    CARD,
    DESCRIPTION,
    FORMS,
    GAZETTEERS,
    HISTORY,
    METRICS,
    RUN,
    SETTINGS,
    VOCABULARY,
    WEIGHTS,
)

NEEDED = (DESCRIPTION, VOCABULARY, WEIGHTS)
FILES = (
    *NEEDED,
    CARD,
    SETTINGS,
    METRICS,
    HISTORY,
    RUN,
    FORMS,
    AMBIGUOUS,
    GAZETTEERS,
)  # what serves only to train on stays


def copy_models(folders: Sequence[Path], to: Path) -> None:
    """Copy the models into the folders 1, 2, ... of `to`, which is made where it is missing."""
    for folder, inside in zip(folders, copied(to, len(folders)), strict=True):
        inside.mkdir(parents=True, exist_ok=True)
        for path in _files(folder):
            shutil.copyfile(path, inside / path.name)


def copied(to: Path, count: int | None = None) -> list[Path]:
    """The folders that `copy_models` made in `to`, or is to make for `count` models."""
    if count is not None:
        return [to / str(number) for number in range(1, count + 1)]
    found: list[Path] = []
    while (inside := to / str(len(found) + 1)).is_dir():
        found.append(inside)
    return found


def to_archive(folders: Sequence[Path]) -> bytes:
    """The models as bytes: a zip archive, not compressed."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for folder, inside in zip(folders, copied(Path(), len(folders)), strict=True):
            for path in _files(folder):
                archive.writestr(zipfile.ZipInfo(f"{inside}/{path.name}"), path.read_bytes())
    return content.getvalue()


@contextmanager
def from_archive(content: bytes) -> Iterator[list[Path]]:
    """The folders of the models in `content`, which are there inside the `with`. Raises ModelError for other bytes."""
    with TemporaryDirectory() as folder:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                archive.extractall(folder)
        except zipfile.BadZipFile as error:
            raise ModelError(f"expected the bytes of a model, found others ({error})") from error
        yield copied(Path(folder))


def _files(folder: Path) -> list[Path]:
    """The files of a model to copy. Raises ModelError where one that tagging needs is missing."""
    for name in NEEDED:
        if not (folder / name).is_file():
            raise ModelError(f"expected a model folder with {name}, found none", where=str(folder))
    return [path for name in FILES if (path := folder / name).is_file()]
