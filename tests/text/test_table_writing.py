import io
import json
import random
from itertools import pairwise

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.text import table_writing
from tagger.text.record_columns import Column
from tagger.text.table_writing import RECORDS, DifferentColumnsError, TableWriter, extend_rows, to_rows
from tagger.text.tables import Row, Rows, from_stream, to_stream

TOKENS = Column("tokens", ["string"], [["a", "b"], [], ["c"]])
SPANS = Column(
    "spans",
    {"ner": [{"start": "int64", "label": "string"}]},
    [{"ner": [{"start": 0, "label": "PER"}]}, {"ner": []}, {"ner": []}],
)
KINDS = pa.table(
    {
        "text": ["One.", None, "Three."],
        "category": pa.DictionaryArray.from_arrays(
            pa.array([1, None, 0], pa.int8()), ["low", "high", "never"], ordered=True
        ),
        "when": pa.array([1, None, 2**62], pa.timestamp("ns", "UTC")),
        "view": pa.array(["a", None, "longer than twelve"], pa.string_view()),
        "nested": pa.array([[{"a": 1}, None], [], None]),
        "map": pa.array([[("k", 1)], None, []], pa.map_(pa.string(), pa.int64())),
        "words": pa.array([["x"], None, ["y", "x"]], pa.list_(pa.dictionary(pa.int8(), pa.string()))),
        "id": pa.array([i.to_bytes(16, "big") for i in range(3)], pa.uuid()),
    }
)


def rows_of(table):
    rows = Rows(to_stream([table]))
    return [Row(rows, number) for number in range(len(rows))]


def written(*streams):
    file = io.BytesIO()
    writer = TableWriter(file)
    for stream in streams:
        writer.write(stream)
    writer.close()
    return file.getvalue()


def read(content):
    return pq.read_table(io.BytesIO(content))


def test_columns_are_read_back_by_pyarrow():
    table = read(written(to_rows([TOKENS, SPANS, Column("n", "float64", [1.0, None, 2.0])])))
    assert table.schema.equals(
        pa.schema(
            {
                "tokens": pa.list_(pa.string()),
                "spans": pa.struct({"ner": pa.list_(pa.struct({"start": pa.int64(), "label": pa.string()}))}),
                "n": pa.float64(),
            }
        )
    )
    assert table.to_pydict() == {
        "tokens": TOKENS.values,
        "spans": SPANS.values,
        "n": [1.0, None, 2.0],
    }


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(st.text(st.characters(codec=None), max_size=5), max_size=4), max_size=10))
def test_any_strings_are_written_halves_of_pairs_replaced(values):
    found = read(written(to_rows([Column("tokens", ["string"], values)]))).column(0).to_pylist()
    expected = [
        ["".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text) for text in row]
        for row in values
    ]
    assert found == expected


def test_rows_keep_their_types_when_columns_are_added():
    stream = extend_rows(rows_of(KINDS), [TOKENS])
    table = read(written(stream))
    assert table.drop_columns("tokens").equals(read(written(to_stream([KINDS]))))
    assert table.drop_columns("tokens").schema.equals(KINDS.schema)
    assert table.drop_columns("tokens").to_pylist() == KINDS.to_pylist()
    assert table.column("category").chunk(0).dictionary.to_pylist() == ["low", "high", "never"]
    assert table.column("tokens").to_pylist() == TOKENS.values


def test_rows_of_several_pieces_and_any_order_are_put_together():
    one, two = rows_of(KINDS), rows_of(KINDS.slice(1))
    rows = [one[2], one[0], one[1], two[0], two[1]]
    table = from_stream(extend_rows(rows, [Column("n", "int64", range(5))]))
    values = KINDS.to_pylist()
    assert table.drop_columns("n").to_pylist() == [values[number] for number in (2, 0, 1, 1, 2)]


def test_a_row_without_a_number_has_only_columns():
    rows = Rows(to_stream([KINDS.slice(0, 0)]))
    table = from_stream(extend_rows([Row(rows, None)], [TOKENS._replace(values=[])]))
    assert table.num_rows == 0
    assert table.column_names == [*KINDS.column_names, "tokens"]


@settings(deadline=None, max_examples=60)
@given(
    cuts=st.lists(st.integers(0, 30), max_size=6),
    rows=st.integers(1, 12),
    size=st.sampled_from([1, 300, 10**9]),
    records=st.booleans(),
)
def test_the_file_is_the_same_however_rows_arrive(cuts, rows, size, records):
    table = pa.concat_tables([KINDS] * 10).combine_chunks()
    if records:
        texts = [json.dumps({"n": n, "text": "x" * n, "odd": [n] if n > 9 else "a"}) for n in range(30)]
        table = pa.table({"rest": texts, "t": [["x"] * n for n in range(30)]}).replace_schema_metadata(
            {RECORDS: b"rest"}
        )
    places = [0, *sorted(cuts), 30]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table_writing, "GROUP_ROWS", rows)
        patch.setattr(table_writing, "GROUP_BYTES", size)
        parts = [to_stream([table.slice(a, b - a)]) for a, b in pairwise(places)]
        assert written(*parts) == written(to_stream([table]))


@pytest.mark.parametrize(
    ("rows", "size", "groups"),
    [(4, 10**9, [4, 4, 2]), (100, 2 * (4 + 1000), [2] * 5), (100, 2500, [3, 3, 3, 1])],
)
def test_a_row_group_ends_with_the_row_that_fills_it(monkeypatch, rows, size, groups):
    monkeypatch.setattr(table_writing, "GROUP_ROWS", rows)
    monkeypatch.setattr(table_writing, "GROUP_BYTES", size)
    content = written(to_rows([Column("text", "string", ["x" * 1000] * 10)]))
    metadata = pq.read_metadata(io.BytesIO(content))
    assert [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)] == groups


def test_the_output_need_not_seek():
    class Pipe(io.RawIOBase):
        content = b""

        def writable(self):
            return True

        def write(self, data):
            self.content += bytes(data)
            return len(data)

    pipe = Pipe()
    writer = TableWriter(pipe)
    writer.write(to_rows([TOKENS]))
    writer.close()
    assert not pipe.closed
    assert pipe.content == written(to_rows([TOKENS]))


def test_a_file_without_rows_has_the_columns_of_the_first_stream():
    empty, other = TOKENS._replace(values=[]), Column("n", "int64", [])
    table = read(written(to_rows([empty]), to_rows([other])))
    assert (table.num_rows, table.column_names) == (0, ["tokens"])


def test_rows_settle_the_columns_before_streams_without_rows():
    table = read(written(to_rows([Column("n", "int64", [])]), to_rows([TOKENS])))
    assert table.column_names == ["tokens"]


def test_rows_with_other_columns_are_an_error():
    with pytest.raises(DifferentColumnsError) as error:
        written(to_rows([TOKENS]), to_rows([Column("n", "int64", [1])]))
    assert str(error.value) == "n (int64) and no tokens (list<item: string>)"


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ([TOKENS], "no n (int64)"),
        ([Column("n", "int64", [1] * 3), TOKENS], "another order"),
        ([TOKENS, Column("n", "string", [""] * 3)], "n (string) and no n (int64)"),
        (
            [TOKENS, Column("n", "int64", [1] * 3), SPANS],
            "spans (struct<ner: list<item: struct<start: in…)",
        ),
    ],
)
def test_the_error_names_the_difference(columns, problem):
    with pytest.raises(DifferentColumnsError) as error:
        written(to_rows([TOKENS, Column("n", "int64", [1] * 3)]), to_rows(columns))
    assert str(error.value) == problem


def records(*values):
    column = Column("rest", "string", [json.dumps(value) for value in values])
    tokens = Column("tokens", ["string"], [[str(number)] for number in range(len(values))])
    return to_rows([column, tokens], {RECORDS: b"rest"})


def test_records_become_columns_settled_by_the_first_row_group(monkeypatch):
    monkeypatch.setattr(table_writing, "GROUP_ROWS", 2)
    content = written(records({"id": 1}, {"id": 2, "to": {"x": 0.5}}, {"id": "a", "new": None}))
    assert read(content).to_pylist() == [
        {"id": 1, "to": None, "rest": None, "tokens": ["0"]},
        {"id": 2, "to": {"x": 0.5}, "rest": None, "tokens": ["1"]},
        {"id": None, "to": None, "rest": '{"new": null, "id": "a"}', "tokens": ["2"]},
    ]
    assert read(content).schema.metadata is None


def test_no_records_are_a_file_with_the_other_columns():
    assert read(written(records())).column_names == ["rest", "tokens"]


def test_metadata_of_pandas_is_kept():
    frame = pd.DataFrame({"text": ["a", "b", "c"]}, index=pd.Index([3, 4, 5], name="key"))
    table = pa.Table.from_pandas(frame)
    content = written(extend_rows(rows_of(table), [TOKENS]))
    found = pd.read_parquet(io.BytesIO(content))
    pd.testing.assert_frame_equal(found[["text"]], frame)
    assert [list(tokens) for tokens in found["tokens"]] == TOKENS.values


def features(content):
    return json.loads(read(content).schema.metadata[b"huggingface"])["info"]["features"]


def test_features_of_datasets_are_extended_and_read_back(tmp_path):
    datasets = pytest.importorskip("datasets")
    own = datasets.Features(
        {"text": datasets.Value("string"), "topic": datasets.ClassLabel(names=["x", "y"])}
    )
    before = datasets.Dataset.from_dict({"text": ["a", "b", "c"], "topic": [0, 1, 0]}, features=own)
    before.to_parquet(str(tmp_path / "in.parquet"))
    rows = rows_of(pq.read_table(tmp_path / "in.parquet"))
    content = written(extend_rows(rows, [TOKENS, SPANS]))
    assert list(features(content)) == ["text", "topic", "tokens", "spans"]
    (tmp_path / "out.parquet").write_bytes(content)
    found = datasets.Dataset.from_parquet(str(tmp_path / "out.parquet"), cache_dir=str(tmp_path / "cache"))
    assert found.features["topic"].names == ["x", "y"]
    assert found[:] == before[:] | {"tokens": TOKENS.values, "spans": SPANS.values}


@pytest.mark.parametrize("described", [b"{}", b"[]", b'{"info": {}}', b'{"info": {"features": []}}', b"?"])
def test_metadata_of_datasets_that_is_not_understood_is_dropped(described):
    table = KINDS.replace_schema_metadata({b"huggingface": described, b"mine": b"kept"})
    assert from_stream(extend_rows(rows_of(table), [TOKENS])).schema.metadata == {b"mine": b"kept"}


def test_metadata_of_spark_that_would_hide_columns_is_dropped():
    table = KINDS.replace_schema_metadata(
        {b"org.apache.spark.sql.parquet.row.metadata": b"{}", b"mine": b"kept"}
    )
    assert from_stream(extend_rows(rows_of(table), [TOKENS])).schema.metadata == {b"mine": b"kept"}


def test_plain_files_of_datasets_load(tmp_path):
    datasets = pytest.importorskip("datasets")
    (tmp_path / "out.parquet").write_bytes(written(to_rows([TOKENS, SPANS])))
    loaded = datasets.load_dataset(
        "parquet", data_files=str(tmp_path / "out.parquet"), split="train", cache_dir=str(tmp_path / "cache")
    )
    assert loaded[:] == {"tokens": TOKENS.values, "spans": SPANS.values}


def test_large_tables_in_random_parts_are_the_same_file(monkeypatch):
    monkeypatch.setattr(table_writing, "GROUP_BYTES", 20_000)
    chance = random.Random(7)
    texts = ["".join(chance.choices("abc ", k=chance.randrange(400))) for _ in range(600)]
    table = pa.table({"text": texts, "n": range(600)})
    parts, place = [], 0
    while place < 600:
        size = chance.randrange(1, 90)
        parts.append(to_stream([table.slice(place, size)]))
        place += size
    assert written(*parts) == written(to_stream([table]))
