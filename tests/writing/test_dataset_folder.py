"""Rows to a folder that the library reads: shards of one schema, splits, what an abandoned folder leaves."""

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tagger.text import table_writing
from tagger.text.tables import to_stream
from tagger.writing.dataset_folder import DatasetFolder, is_dataset_folder


@pytest.fixture(autouse=True)
def _cache(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")


def rows(first, count):
    return to_stream([pa.table({"n": range(first, first + count), "text": ["x" * 50] * count})])


TAIL = rows(0, 0)


def fill(place, *, shard_bytes, splits=("train",), pieces=10):
    place.mkdir()
    folder = DatasetFolder(place, TAIL, shard_bytes=shard_bytes)
    for split in splits:
        folder.begin(split)
        for piece in range(pieces):
            folder.write(rows(piece * 7, 7))
    folder.close()
    return sorted(path.name for path in (place / "data").iterdir())


@pytest.mark.parametrize("shard_bytes", [1, 2000, 10**9])
def test_the_library_reads_what_was_written_in_order_however_many_files(tmp_path, monkeypatch, shard_bytes):
    monkeypatch.setattr(table_writing, "GROUP_ROWS", 10)
    names = fill(tmp_path / "out", shard_bytes=shard_bytes, splits=("train", "dev"))
    loaded = datasets.load_dataset(str(tmp_path / "out"))
    assert list(loaded) == ["train", "dev"]
    assert all(rows["n"][:] == list(range(70)) for rows in loaded.values())
    if shard_bytes == 1:
        assert names == [f"{split}-0000{i}-of-00007.parquet" for split in ("dev", "train") for i in range(7)]
    if shard_bytes == 10**9:
        assert names == ["dev-00000-of-00001.parquet", "train-00000-of-00001.parquet"]


def test_a_split_without_rows_has_its_columns(tmp_path):
    fill(tmp_path / "out", shard_bytes=1, pieces=0)
    (file,) = (tmp_path / "out" / "data").iterdir()
    assert pq.read_table(file).schema.names == ["n", "text"]
    stream = datasets.load_dataset(str(tmp_path / "out"), streaming=True)["train"]
    assert list(stream) == []


def test_records_have_the_columns_of_the_first_file_in_all(tmp_path, monkeypatch):
    """A later record of another type would settle other columns, if each file settled its own."""
    monkeypatch.setattr(table_writing, "GROUP_ROWS", 2)
    (tmp_path / "out").mkdir()
    folder = DatasetFolder(tmp_path / "out", b"", shard_bytes=1)
    folder.begin("train")
    for text in ('{"a": 1}', '{"a": 2}', '{"a": "three"}', '{"b": 4}'):
        table = pa.table({"other": [text]}).replace_schema_metadata({table_writing.RECORDS: b"other"})
        folder.write(to_stream([table]))
    folder.close()
    loaded = datasets.load_dataset(str(tmp_path / "out"), split="train")
    assert loaded["a"][:] == [1, 2, None, None]
    assert loaded["other"][:] == [None, None, '{"a": "three"}', '{"b": 4}']


def test_nothing_open_is_left_of_an_abandoned_folder(tmp_path):
    (tmp_path / "out").mkdir()
    folder = DatasetFolder(tmp_path / "out", TAIL)
    folder.begin("train")
    folder.write(rows(0, 3))
    folder.drop()
    folder.drop()


def test_only_what_it_writes_is_such_a_folder(tmp_path):
    fill(tmp_path / "out", shard_bytes=1)
    assert is_dataset_folder(tmp_path / "out")
    (tmp_path / "out" / "notes.txt").write_text("mine")
    assert not is_dataset_folder(tmp_path / "out")
    assert not is_dataset_folder(tmp_path / "nowhere")
