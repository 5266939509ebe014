import gzip
import io
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tagger.errors import DataError
from tagger.reading.cutting import cut_pieces, parse_piece
from tagger.reading.parquet_pieces import cut_parquet, parse_parquet
from tagger.reading.pieces import PIECE_CHARACTERS, Reading

READING = Reading("parquet")
TEXTS = ["Ada lives in Paris. She works.", None, "", " \n", "One line\nof two."]
TABLE = pa.table({"id": range(5), "text": TEXTS})


@pytest.fixture
def file(tmp_path):
    def write(table=TABLE, name="a.parquet", **options):
        pq.write_table(table, tmp_path / name, **options)
        return str(tmp_path / name)

    return write


def words_of(path, reading=READING, size=PIECE_CHARACTERS):
    return [
        words for piece in cut_parquet(path, reading, size=size) for words in parse_parquet(piece, reading)
    ]


def message(error):
    return str(error.value).rpartition("/")[2]


@pytest.mark.parametrize("size", [1, 20, PIECE_CHARACTERS])
def test_rows_become_their_sentences_whatever_the_pieces(file, size):
    found = words_of(file(), size=size)
    assert [(words.record["id"], words.text, words.tokens) for words in found] == [
        (0, "Ada lives in Paris.", ["Ada", "lives", "in", "Paris", "."]),
        (0, "She works.", ["She", "works", "."]),
        (1, None, []),
        (2, None, []),
        (3, None, []),
        (4, "One line\nof two.", ["One", "line", "of", "two", "."]),
    ]
    assert found[0].record is found[1].record


def test_offsets_count_the_characters_of_the_text_of_the_row(file):
    for words in words_of(file()):
        text = words.record["text"]
        assert [text[a:b] for a, b in zip(words.starts or [], words.ends or [], strict=True)] == words.tokens


def test_line_breaks_mean_what_is_asked_for(file):
    found = words_of(file(), Reading("parquet", line_breaks="paragraph"))
    assert found[-1].tokens == ["of", "two", "."]


def test_pieces_know_the_number_of_their_first_row(file):
    assert [piece.line for piece in cut_parquet(file(), READING, size=1)] == [1, 2, 3, 4, 5]


def test_the_table_of_formats_reads_parquet(file):
    path = file()
    (piece,) = cut_pieces(path, READING)
    assert [words.tokens for words in parse_piece(piece, READING)] == [
        words.tokens for words in words_of(path)
    ]


def test_another_field_may_hold_the_text(file):
    table = pa.table({"text": [1], "body": pa.array(["Ada."]).dictionary_encode()})
    assert words_of(file(table), Reading("parquet", text_field="body"))[0].tokens == ["Ada", "."]


def test_progress_grows_to_the_size_of_the_file(file, tmp_path):
    seen = []
    list(cut_parquet(file(), READING, size=1, on_read=seen.append))
    size = (tmp_path / "a.parquet").stat().st_size
    assert seen == [size * row // 5 for row in (1, 2, 3, 4, 5)]


def test_a_file_without_rows_is_one_piece_whose_record_has_no_fields(file):
    (words,) = words_of(file(TABLE.slice(0, 0)))
    assert (words.tokens, len(words.record), words.record.rows.table.schema) == ([], 0, TABLE.schema)


def test_standard_input_is_read(file, monkeypatch):
    class Pipe(io.BytesIO):
        def seekable(self):
            return False

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Pipe(Path(file()).read_bytes())))
    assert len(words_of("-")) == 6


def test_a_compressed_file_is_read(file, tmp_path):
    path = tmp_path / "a.parquet.gz"
    path.write_bytes(gzip.compress(Path(file()).read_bytes()))
    assert len(words_of(str(path))) == 6


def test_half_a_compressed_file_is_an_error(file, tmp_path):
    path = tmp_path / "a.parquet.gz"
    path.write_bytes(gzip.compress(Path(file()).read_bytes())[:-20])
    with pytest.raises(DataError) as error:
        words_of(str(path))
    assert message(error) == (
        "a.parquet.gz: expected a file that can be read to its end, found Compressed file ended before the "
        "end-of-stream marker was reached. Is it damaged?"
    )


def test_a_missing_column_is_an_error_that_names_the_others(file):
    with pytest.raises(DataError) as error:
        words_of(file(), Reading("parquet", text_field="body"))
    assert message(error) == (
        "a.parquet: expected a column 'body' of text, found id, text. Name another with --text-field."
    )


def test_of_very_many_columns_the_first_are_named(file):
    table = pa.table({f"c{number}": [1] for number in range(30)})
    with pytest.raises(DataError) as error:
        words_of(file(table))
    assert "c18, c19, ... Name" in message(error)


def test_a_column_that_is_there_twice_is_an_error(file):
    table = pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["text", "text"])
    with pytest.raises(DataError) as error:
        words_of(file(table))
    assert message(error) == (
        "a.parquet: expected a column 'text' of text, found 2 of that name. Name another with --text-field."
    )


def test_a_column_of_other_things_than_strings_is_an_error(file):
    with pytest.raises(DataError) as error:
        words_of(file(), Reading("parquet", text_field="id"))
    assert message(error) == (
        "a.parquet: expected strings in the column 'id', found int64. Name another column with --text-field."
    )


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "expected a Parquet file, found an empty file."),
        (
            b"Ada lives in Paris.",
            "expected a Parquet file, found a file of another format. Name its format with --input-format.",
        ),
        (
            b"PAR1 and no end",
            "expected a whole Parquet file, found Parquet magic bytes not found in footer. Either the file is "
            "corrupted or this is not a parquet file. Is it damaged?",
        ),
    ],
)
def test_what_is_no_parquet_is_an_error(tmp_path, content, problem):
    path = tmp_path / "a.parquet"
    path.write_bytes(content)
    with pytest.raises(DataError) as error:
        words_of(str(path))
    assert message(error) == f"a.parquet: {problem}"


def test_damage_is_an_error_with_the_row_where_reading_ended(file, tmp_path):
    path = file(pa.table({"text": [f"{n} " * 20 for n in range(1000)]}), row_group_size=100)
    content = bytearray((tmp_path / "a.parquet").read_bytes())
    place = pq.read_metadata(path).row_group(7).column(0).data_page_offset
    content[place : place + 300] = bytes(300)
    (tmp_path / "a.parquet").write_bytes(content)
    rows = []
    with pytest.raises(
        DataError, match=r"a.parquet:\d+: expected a file that can be read to its end"
    ) as error:
        rows.extend(piece.line for piece in cut_parquet(path, READING, size=1000))
    row = int(message(error).split(":")[1])
    assert rows[-1] < row <= 701


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"caf\xe9", "expected UTF-8 text, found the byte 0xe9."),
        (b"a\0b", "expected text, found a NUL byte."),
    ],
)
def test_text_that_is_none_is_an_error_with_its_row(file, raw, problem):
    path = file(pa.table({"text": pa.array([b"Ada.", raw]).view(pa.string())}))
    with pytest.raises(DataError) as error:
        words_of(path)
    assert message(error) == f"a.parquet:2: {problem} Pass --errors replace."


@pytest.mark.parametrize(
    ("errors", "texts"), [("replace", ["caf\ufffd", "a\ufffdb"]), ("ignore", ["caf", "ab"])]
)
def test_text_that_is_none_may_be_replaced_or_left_out(file, errors, texts):
    path = file(pa.table({"text": pa.array([b"caf\xe9", b"a\0b"]).view(pa.string())}))
    found = words_of(path, Reading("parquet", errors=errors))
    assert [words.text for words in found] == texts
