import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tagger.errors import DataError
from tagger.inference.probabilities import Evidence
from tagger.inference.spans import TaggedSentence
from tagger.reading import decoded_text
from tagger.reading.cutting import cut_pieces, parse_piece
from tagger.reading.pieces import BOUNDS, Bounds, Reading
from tagger.reading.words import Words
from tagger.writing.json_output import render_json
from tagger.writing.outputs import build_layout
from tagger.writing.parquet_output import ParquetSink, no_rows, render_parquet

SCHEMES = {"pos": "none", "ner": "IOBES"}
LABELS = {"pos": ["NN"], "ner": ["O", "S-PER"]}


def layout(*, tasks=("pos", "ner"), **options):
    return build_layout(tasks, SCHEMES, LABELS, **options)


def tagged(words):
    """Words in capitals are persons, long words nouns, others untagged."""
    length = len(words.tokens)
    tags = {
        "pos": ["NN" if len(token) > 3 else "" for token in words.tokens],
        "ner": ["S-PER" if token[0].isupper() else "O" for token in words.tokens],
    }
    evidence = Evidence([-0.1] * length, [-0.05] * length, [-0.2] * length)
    return TaggedSentence(
        list(words.tokens),
        tags,
        SCHEMES,
        starts=words.starts,
        ends=words.ends,
        text=words.text,
        evidence={"pos": evidence, "ner": evidence},
    )


def written(path, reading, form, *, bounds=BOUNDS):
    """The Parquet file that the sentences of `path` become."""
    file = io.BytesIO()
    sink = ParquetSink(file, no_rows(form))
    for piece in cut_pieces(str(path), reading, bounds=bounds):
        words = parse_piece(piece, reading)
        sink.write(render_parquet(words, [tagged(w) for w in words], form))
    sink.close()
    return file.getvalue()


def read(content):
    return pq.read_table(io.BytesIO(content))


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("Ada walks.\n\nIn naïve Paris.\n", encoding="utf-8")
    return path


def test_raw_text_becomes_a_row_a_sentence(text):
    table = read(written(text, Reading(), layout()))
    strings, numbers = pa.list_(pa.string()), pa.list_(pa.int64())
    span = pa.struct({"start": pa.int64(), "end": pa.int64(), "label": pa.string(), "text": pa.string()})
    assert table.schema == pa.schema(
        {
            "text": pa.string(),
            "tokens": strings,
            "starts": numbers,
            "ends": numbers,
            "tags": pa.struct({"pos": strings, "ner": strings}),
            "spans": pa.struct({"ner": pa.list_(span)}),
        }
    )
    assert table.to_pylist()[1] == {
        "text": "In naïve Paris.",
        "tokens": ["In", "naïve", "Paris", "."],
        "starts": [12, 15, 21, 26],
        "ends": [14, 20, 26, 27],
        "tags": {"pos": [None, "NN", "NN", None], "ner": ["B-PER", "O", "B-PER", "O"]},
        "spans": {
            "ner": [
                {"start": 12, "end": 14, "label": "PER", "text": "In"},
                {"start": 21, "end": 26, "label": "PER", "text": "Paris"},
            ]
        },
    }


def as_json(words, form):
    """The fields of the sentences as JSON lines have them: written by other code."""
    lines = render_json(words, [tagged(w) for w in words], form).decode().splitlines()
    return [json.loads(line) for line in lines]


def fields(content):
    """The rows of a Parquet file with the borders of sentences as JSON lines have them."""
    rows = read(content).to_pylist()
    for row in rows:
        for name in row:
            if name.endswith("sentences"):
                row[name] = [[item["start"], item["end"]] for item in row[name]]
    return rows


@pytest.mark.parametrize("probabilities", [False, True])
@pytest.mark.parametrize("prefix", ["", "t_"])
def test_the_columns_hold_what_json_lines_hold(text, probabilities, prefix):
    form = layout(probabilities=probabilities, prefix=prefix)
    words = [w for piece in cut_pieces(str(text), Reading()) for w in parse_piece(piece, Reading())]
    texts = [w.text for w in words if w.tokens]
    expected = [{f"{prefix}text": text} | row for text, row in zip(texts, as_json(words, form), strict=True)]
    assert fields(written(text, Reading(), form)) == expected


def test_rows_get_columns_and_keep_their_own(tmp_path):
    table = pa.table(
        {
            "id": pa.array([1, None, 3], pa.int8()),
            "text": ["Ada. Bob.", None, "Paris"],
            "kind": pa.array(["x", "y", None]).dictionary_encode(),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    reading, form = Reading("parquet"), layout(probabilities=True, prefix="t_")
    content = written(tmp_path / "a.parquet", reading, form)
    assert read(content).select(table.column_names).equals(table)
    words = [w for p in cut_pieces(str(tmp_path / "a.parquet"), reading) for w in parse_piece(p, reading)]
    assert fields(content) == as_json(words, form)
    assert read(content).column("t_sentences").to_pylist() == [
        [{"start": 0, "end": 2}, {"start": 2, "end": 4}],
        [],
        [{"start": 0, "end": 1}],
    ]


RECORDS = [
    {"id": 1, "text": "Ada. Bob.", "tags": None, "more": {"x": [1, 2]}},
    {"id": 2, "text": None, "more": None},
    {"id": "three", "text": "Paris"},
]


@pytest.fixture
def records(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in RECORDS), encoding="utf-8")
    return path


def test_fields_of_json_records_become_columns(records):
    reading, form = Reading("jsonl"), layout(prefix="t_")
    rows = fields(written(records, reading, form))
    words = [w for piece in cut_pieces(str(records), reading) for w in parse_piece(piece, reading)]
    own = [
        {"id": "1", "text": "Ada. Bob.", "tags": None, "more": {"x": [1, 2]}},
        {"id": "2", "text": None, "tags": None, "more": None},
        {"id": '"three"', "text": "Paris", "tags": None, "more": None},
    ]
    added = [
        {name: value for name, value in row.items() if name.startswith("t_")} for row in as_json(words, form)
    ]
    assert rows == [a | {"t_other_fields": None} | b for a, b in zip(own, added, strict=True)]


@pytest.mark.parametrize("input_format", ["jsonl", "parquet", "text"])
def test_the_file_does_not_depend_on_the_pieces(tmp_path, monkeypatch, input_format):
    texts = [f"Ada saw {number}. " * (number % 70) or None for number in range(300)]
    path, reading = tmp_path / "a", Reading(input_format, line_breaks="paragraph")
    path.write_text("\n".join(text or "" for text in texts), encoding="utf-8")
    if input_format == "jsonl":
        path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    if input_format == "parquet":
        pq.write_table(pa.table({"text": texts}), path)
    whole = written(path, reading, layout())
    monkeypatch.setattr(decoded_text, "CHUNK", 999)
    bounds = Bounds(piece=1000)
    assert len(list(cut_pieces(str(path), reading, bounds=bounds))) > 10
    assert written(path, reading, layout(), bounds=bounds) == whole


def test_tasks_without_spans_have_no_column_of_spans(text):
    assert read(written(text, Reading(), layout(tasks=("pos",)))).column_names == [
        "text",
        "tokens",
        "starts",
        "ends",
        "tags",
    ]


def test_an_input_without_sentences_is_a_file_without_rows(tmp_path, text):
    (tmp_path / "empty.txt").write_bytes(b"")
    content = written(tmp_path / "empty.txt", Reading(), layout())
    assert read(content).num_rows == 0
    assert read(content).schema == read(written(text, Reading(), layout())).schema


def test_rows_that_are_none_keep_their_columns(tmp_path):
    pq.write_table(
        pa.table({"n": pa.array([], pa.int8()), "text": pa.array([], pa.string())}), tmp_path / "a.parquet"
    )
    table = read(written(tmp_path / "a.parquet", Reading("parquet"), layout()))
    assert table.column_names == ["n", "text", "tokens", "starts", "ends", "sentences", "tags", "spans"]
    assert table.num_rows == 0


@pytest.mark.parametrize(
    ("input_format", "name"), [("parquet", "tags"), ("jsonl", "tags"), ("jsonl", "other_fields")]
)
def test_a_field_of_an_added_name_is_an_error(tmp_path, input_format, name):
    path = tmp_path / "a"
    record = {"text": "Ada.", name: 1}
    path.write_text(json.dumps(record), encoding="utf-8")
    if input_format == "parquet":
        pq.write_table(pa.Table.from_pylist([record]), path)
    with pytest.raises(DataError) as error:
        written(path, Reading(input_format), layout())
    assert str(error.value) == (
        f"expected a record without a field '{name}', which is added, found one with it. "
        "Pass --field-prefix to put something before the name of each field that is added."
    )


def test_rows_with_other_columns_are_an_error():
    sink = ParquetSink(io.BytesIO())
    one, two = (layout(tasks=(task,)) for task in ("pos", "ner"))
    words = [Words(["Ada"])]
    sink.write(render_parquet(words, [tagged(words[0])], one))
    with pytest.raises(DataError) as error:
        sink.write(render_parquet(words, [tagged(words[0])], two))
    assert str(error.value) == (
        "expected the columns of the rows before, found tags (struct<ner: list<item: string>>), spans "
        "(struct<ner: list<item: struct<start: in…) and no tags (struct<pos: list<item: string>>). "
        "Files with different columns need an output each: name --output FOLDER/ alone."
    )


def test_the_sink_takes_empty_contents_and_leaves_the_file_open():
    file = io.BytesIO()
    sink = ParquetSink(file, no_rows(layout()))
    sink.write(b"")
    sink.close()
    assert not file.closed and read(file.getvalue()).num_rows == 0
