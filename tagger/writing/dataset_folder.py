"""Rows to a folder that `datasets.load_dataset` reads: Parquet files of bounded size, and a README.md that names them.

README.md                            which files are of which split
data/train-00000-of-00002.parquet    rows in their order, the same columns in every file of a split
"""

from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from tagger import __version__
from tagger.errors import TaggerError
from tagger.writing.parquet_output import ParquetSink

CARD, DATA = "README.md", "data"
SHARD_BYTES = 256_000_000
"""A file that has so many bytes is followed by another one."""


class DatasetFolder:
    """An empty folder that is being filled, a split after another."""

    def __init__(self, folder: Path, tail: bytes, *, about: str = "", shard_bytes: int = SHARD_BYTES) -> None:
        """tail: rows that are written last to each split (none, of its columns). about: a line for the README.md."""
        self._folder, self._data = folder, folder / DATA
        self._tail, self._about, self._shard_bytes = tail, about, shard_bytes
        self._files: dict[str, int] = {}  # of each split
        self._split = ""
        self._file: BinaryIO | None = None
        self._sink: ParquetSink | None = None

    def begin(self, split: str) -> None:
        """What comes next is of this split; one that has been begun goes on if it is the last."""
        if split == self._split:
            return
        self._end_split()
        self._split = split
        self._sink = ParquetSink(
            self._open(), self._tail, enough=self._shard_bytes, next_file=self._next_file
        )

    def write(self, content: bytes) -> None:
        """Take the rows of one Arrow stream. Raises DataError, without its place, where their columns are others."""
        assert self._sink is not None, "begin() comes first"
        self._sink.write(content)

    def close(self) -> None:
        """Write what waits, give the files their names and say in the README.md what they are."""
        self._end_split()
        if not self._files:
            self.begin("train")
            self._end_split()
        for split, count in self._files.items():
            for number in range(count):
                path = self._path(split, number)
                path.rename(path.with_name(f"{split}-{number:05d}-of-{count:05d}.parquet"))
        (self._folder / CARD).write_text(self._card(), encoding="utf-8")

    def drop(self) -> None:
        """Close what is open; the folder is not wanted."""
        sink, self._sink = self._sink, None
        if sink is not None:
            with suppress(OSError, TaggerError):
                sink.close()
        if self._file is not None:
            self._file.close()

    def _end_split(self) -> None:
        if self._sink is not None and self._file is not None:
            self._sink.close()
            self._file.close()
            self._sink = self._file = None

    def _open(self) -> BinaryIO:
        self._data.mkdir(exist_ok=True)
        number = self._files.get(self._split, 0)
        self._files[self._split] = number + 1
        self._file = self._path(self._split, number).open("wb")
        return self._file

    def _next_file(self) -> BinaryIO:
        if self._file is not None:
            self._file.close()
        return self._open()

    def _path(self, split: str, number: int) -> Path:
        return self._data / f"{split}-{number:05d}.parquet"

    def _card(self) -> str:
        splits = "".join(f"  - split: {split}\n    path: {DATA}/{split}-*.parquet\n" for split in self._files)
        head = f"---\nconfigs:\n- config_name: default\n  data_files:\n{splits}---\n\n"
        return f"{head}Tagged by `tagger` {__version__}{self._about}.\n"


def is_dataset_folder(folder: Path) -> bool:
    """Whether nothing stands in `folder` but what `DatasetFolder` writes."""
    names = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    return names == {CARD, DATA} and all(path.suffix == ".parquet" for path in (folder / DATA).iterdir())
