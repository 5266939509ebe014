import datetime
import decimal
import io
import json
import math
import uuid

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.text import tables
from tagger.text.tables import Row, Rows, TableFile, UnreadableTableError, from_stream, row_sizes, to_stream

DAY = datetime.date(2024, 2, 29)
NOON = datetime.datetime(2024, 2, 29, 12, 30, 5, 250_000)


def parquet(table, **options):
    file = io.BytesIO()
    pq.write_table(table, file, **options)
    file.seek(0)
    return file


def pieces(file, size=100, column="text"):
    return [(rows, from_stream(content)) for rows, content in TableFile(file).pieces(column, size)]


COLUMNS = {
    "bool": pa.array([True, None, False]),
    "int8": pa.array([1, None, -3], pa.int8()),
    "uint64": pa.array([1, None, 2**64 - 1], pa.uint64()),
    "float16": pa.array(np.array([0.5, 1, 2], np.float16)),
    "float": pa.array([0.1, None, 2.5], pa.float32()),
    "double": pa.array([0.1, None, 2.5]),
    "decimal": pa.array([decimal.Decimal("1.10"), None, decimal.Decimal("-12345678901234567890.01")]),
    "date": pa.array([DAY, None, datetime.date(1, 1, 1)]),
    "milliseconds": pa.array([NOON, None, NOON], pa.timestamp("ms")),
    "nanoseconds": pa.array([1, None, 2**62], pa.timestamp("ns", "UTC")),
    "time": pa.array([datetime.time(1, 2, 3), None, datetime.time(0)], pa.time64("us")),
    "duration": pa.array([datetime.timedelta(days=1, seconds=2), None, datetime.timedelta(0)]),
    "string": pa.array(["é\0", None, ""]),
    "large_string": pa.array(["a", None, ""], pa.large_string()),
    "string_view": pa.array(["a", None, "longer than twelve"], pa.string_view()),
    "binary": pa.array([b"\xff\0", None, b""]),
    "fixed": pa.array([b"ab", None, b"cd"], pa.binary(2)),
    "dictionary": pa.array(["x", None, "x"]).dictionary_encode(),
    "ordered": pa.DictionaryArray.from_arrays(
        pa.array([1, None, 0], pa.int8()), ["low", "high", "never"], ordered=True
    ),
    "list": pa.array([["a", None], None, []], pa.list_(pa.string())),
    "large_list": pa.array([[1], None, []], pa.large_list(pa.int16())),
    "fixed_list": pa.array([[1, 2], None, [3, None]], pa.list_(pa.int32(), 2)),
    "struct": pa.array([{"a": 1, "b": {"c": ["x"]}}, None, {"a": None, "b": None}]),
    "map": pa.array([[("k", 1), ("l", None)], None, []], pa.map_(pa.string(), pa.int64())),
    "list_of_struct": pa.array([[{"a": 1}, None], [], None]),
    "list_of_dictionary": pa.array(
        [["x", "y"], None, ["y"]], pa.list_(pa.dictionary(pa.int8(), pa.string()))
    ),
    "uuid": pa.array([uuid.UUID(int=7).bytes, None, uuid.UUID(int=8).bytes], pa.uuid()),
    "null": pa.nulls(3),
}
EVERY_KIND = pa.table({"text": ["One.", "Two.", "Three."], **COLUMNS})


@pytest.mark.parametrize(("size", "number"), [(1, 3), (1000, 1)])
def test_rows_keep_every_type_and_value(size, number):
    cut = pieces(parquet(EVERY_KIND), size)
    assert len(cut) == number
    read = pa.concat_tables([table for _, table in cut])
    assert read.schema.equals(pq.read_schema(parquet(EVERY_KIND)))
    assert read.to_pylist() == pq.read_table(parquet(EVERY_KIND)).to_pylist()


@settings(deadline=None, max_examples=60)
@given(
    texts=st.lists(st.none() | st.text(max_size=40), max_size=60),
    size=st.integers(1, 200),
    group=st.integers(1, 20),
)
def test_pieces_are_the_rows_of_the_file_in_order(texts, size, group):
    table = pa.table({"text": pa.array(texts, pa.string()), "n": range(len(texts))})
    cut = pieces(parquet(table, row_group_size=group), size)
    assert [row for _, piece in cut for row in piece.to_pylist()] == table.to_pylist()
    assert [rows for rows, _ in cut] == [piece.num_rows for _, piece in cut]
    for _, piece in cut:  # none has more than the row that fills it
        written = [len((text or "").encode()) + 4 for text in piece.column("text").to_pylist()]
        assert sum(written[:-1]) < size


def test_a_piece_has_about_as_much_text_as_asked_for_whatever_the_row_groups():
    table = pa.table({"text": [f"{number:06} " * 10 for number in range(3000)]})
    whole, small = (pieces(parquet(table, row_group_size=rows), 10_000) for rows in (3000, 7))
    assert [rows for rows, _ in whole] == [rows for rows, _ in small]
    assert {rows for rows, _ in whole[:-1]} == {136}  # 136 * 74 > 10,000 > 135 * 74


def test_rows_with_much_beside_their_text_make_small_pieces():
    table = pa.table({"text": ["x"] * 10, "image": [b"." * 1600] * 10})
    assert [rows for rows, _ in pieces(parquet(table), 300)] == [3, 3, 3, 1]  # 1600 / 16 + 5 a row


def test_many_small_rows_are_cut_by_their_number():
    table = pa.table({"text": ["x"] * (tables.PIECE_ROWS + 1)})
    assert [rows for rows, _ in pieces(parquet(table), 10**9)] == [tables.PIECE_ROWS, 1]


def test_a_file_without_rows_is_a_piece_with_its_columns():
    ((rows, piece),) = pieces(parquet(EVERY_KIND.slice(0, 0)))
    assert (rows, piece.num_rows) == (0, 0)
    assert piece.schema.equals(pq.read_schema(parquet(EVERY_KIND)))


@pytest.mark.parametrize("content", [b"", b"PAR1", b"x" * 100, b"PAR1" + b"\0" * 100 + b"PAR1"])
def test_what_is_no_parquet_is_an_error(content):
    with pytest.raises(UnreadableTableError):
        TableFile(io.BytesIO(content))


def test_damage_within_the_file_is_an_error():
    content = bytearray(parquet(pa.table({"text": [str(n) * 50 for n in range(5000)]})).getvalue())
    content[2000:3000] = bytes(1000)
    with pytest.raises(UnreadableTableError):
        pieces(io.BytesIO(content))


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (pa.string(), None),
        (pa.large_string(), None),
        (pa.string_view(), None),
        (pa.dictionary(pa.int32(), pa.string()), None),
        (pa.int64(), "int64"),
        (pa.binary(), "binary"),
        (pa.list_(pa.string()), "list<element: string>"),
    ],
)
def test_columns_of_strings_are_text(kind, found):
    table = TableFile(parquet(pa.table({"a": pa.array([], kind)})))
    assert table.not_text("a") == found


@pytest.mark.parametrize("name", ["string", "large_string", "string_view", "dictionary"])
def test_texts_are_utf8(name):
    column = COLUMNS[name]
    rows = Rows(to_stream([pa.table({"text": column})]))
    assert rows.texts("text") == [None if v is None else v.encode() for v in column.to_pylist()]


def test_texts_that_are_not_utf8_come_as_they_are():
    broken = pa.array([b"caf\xe9"]).view(pa.string())
    assert Rows(to_stream([pa.table({"text": broken})])).texts("text") == [b"caf\xe9"]


def test_plain_values_are_what_json_can_hold():
    rows = Rows(to_stream([EVERY_KIND]))
    first = dict(Row(rows, 0))
    assert json.loads(json.dumps(first, allow_nan=False)) == first | {"map": [["k", 1], ["l", None]]}
    assert {name: first[name] for name in ("decimal", "date", "milliseconds", "time", "duration")} == {
        "decimal": "1.10",
        "date": "2024-02-29",
        "milliseconds": "2024-02-29T12:30:05.250000",
        "time": "01:02:03",
        "duration": 86402.0,
    }
    assert (first["binary"], first["uuid"]) == ("/wA=", "00000000-0000-0000-0000-000000000007")
    assert first["nanoseconds"] == "1970-01-01T00:00:00.000000001+00:00"
    assert first["struct"] == {"a": 1, "b": {"c": ["x"]}} and first["ordered"] == "high"
    assert dict(Row(rows, 1)) == dict.fromkeys(EVERY_KIND.column_names) | {
        "text": "Two.",
        "float16": 1.0,
        "list_of_struct": [],
    }


def test_values_that_python_cannot_hold_are_numbers_or_replaced():
    late = 10**7
    table = pa.table(
        {
            "date": pa.array([late, 0], pa.date32()),
            "time": pa.array([2**62, 0], pa.timestamp("s")),
            "nested": pa.array([[{"a": late}], None], pa.list_(pa.struct([("a", pa.date32())]))),
            "broken": pa.array([b"caf\xe9", b"ok"]).view(pa.string()),
            "number": [math.nan, math.inf],
        }
    )
    assert Rows(to_stream([table])).values == [
        {"date": late, "time": 2**62, "nested": [{"a": late}], "broken": "caf\ufffd", "number": None},
        {"date": "1970-01-01", "time": "1970-01-01T00:00:00", "nested": None, "broken": "ok", "number": None},
    ]


def test_a_row_without_a_number_has_no_fields():
    assert dict(Row(Rows(to_stream([EVERY_KIND.slice(0, 0)])), None)) == {}


@pytest.mark.parametrize("name", COLUMNS)
def test_the_size_of_a_row_does_not_depend_on_how_the_array_is_cut(name):
    column = COLUMNS[name]
    whole = row_sizes(column)
    assert whole.shape == (3,) and (whole > 0).all()
    for start in range(3):
        for end in range(start, 4):
            np.testing.assert_array_equal(row_sizes(column[start:end]), whole[start:end])
    copied = pa.concat_arrays([column[2:], column[:2]]) if name not in ("dictionary", "ordered") else column
    assert row_sizes(copied).sum() == whole.sum()


def test_sizes_grow_with_what_a_row_holds():
    assert row_sizes(pa.array(["", "abc", None, "é"])).tolist() == [4, 7, 4, 6]
    assert row_sizes(pa.array([["abc", "d"], None, []])).tolist() == [16, 4, 4]
    assert row_sizes(pa.array([{"a": 1, "b": "xy"}])).tolist() == [15]
    assert row_sizes(COLUMNS["map"]).tolist() == [4 + 2 * (5 + 8), 4, 4]


def test_the_oracle_pandas_reads_the_same_rows():
    cut = pieces(parquet(EVERY_KIND), 1)
    mine = pa.concat_tables([table for _, table in cut]).to_pandas()
    pd.testing.assert_frame_equal(mine, pd.read_parquet(parquet(EVERY_KIND)))
