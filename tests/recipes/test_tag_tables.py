"""`tagger.TableTagger`: the columns that `tagger tag` writes, in tables of other programs."""

import pickle
import subprocess
import sys

import datasets
import pandas
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import tagger
from tagger.errors import DataError, ModelError, SettingsError, TaggerError
from tagger.recipes.tag import Running, tag_files
from tagger.saved import write_model
from tests.flows.program import ROOT, environment
from tests.inference.random_models import SENTENCE_TASK, random_model

TEXTS = ["Ada lives in Paris. The U.S. in 1990\nwas walking.", None, "", "東京 Ada 😀 Walks.", "naïve"] * 3


@pytest.fixture
def model(tmp_path):
    folder = tmp_path / "a model"
    folder.mkdir()
    write_model(folder, random_model(1))
    return folder


@pytest.fixture
def table():
    return pa.table(
        {
            "id": pa.array(range(len(TEXTS)), pa.uint8()),
            "text": TEXTS,
            "kind": pa.array(TEXTS).dictionary_encode(),
        }
    )


def rows_of_one_process(table, tmp_path, model, **options):
    """What `tag_files` makes of the table in a Parquet file."""
    pq.write_table(table, tmp_path / "in.parquet")
    tag_files(
        model,
        [str(tmp_path / "in.parquet")],
        output=str(tmp_path / "out.parquet"),
        running=Running(force=True),
        **options,
    )
    return pq.read_table(tmp_path / "out.parquet").to_pylist()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"tasks": ["ner"], "scheme": "IOBES"},
        {"probabilities": True, "field_prefix": "its_"},
        {"min_probability": 0.4},
    ],
)
def test_a_table_gets_the_columns_of_one_process(model, table, tmp_path, options):
    tagged = tagger.TableTagger(model, **options)(table)
    assert tagged.to_pylist() == rows_of_one_process(table, tmp_path, model, **options)
    assert tagged.select(table.column_names).schema.equals(table.schema)


def test_a_table_of_no_rows_gets_the_columns_too(model, table):
    tag = tagger.TableTagger(model)
    assert tag(table.slice(0, 0)).schema.equals(tag(table).schema)


def test_another_field_holds_the_text(model, table):
    renamed = table.rename_columns(["id", "body", "kind"])
    tagged = tagger.TableTagger(model, text_field="body")(renamed)
    assert tagged.column("tokens").equals(tagger.TableTagger(model)(table).column("tokens"))


def test_a_pickle_is_small_and_makes_the_same(model, table):
    tag = tagger.TableTagger(model)
    content = pickle.dumps(tag)
    assert len(content) < 2000
    assert pickle.dumps(pickle.loads(content)) == content
    assert pickle.loads(content)(table).equals(tag(table))


def test_another_model_in_the_folder_has_another_pickle(model):
    before = pickle.dumps(tagger.TableTagger(model))
    write_model(model, random_model(2))
    assert pickle.dumps(tagger.TableTagger(model)) != before


@pytest.mark.parametrize("missing", [None, float("nan"), pandas.NA])
def test_frames_get_the_same_columns(model, table, tmp_path, missing):
    texts = [missing if text is None else text for text in TEXTS]
    frame = pandas.DataFrame({"id": range(len(TEXTS)), "text": pandas.Series(texts, dtype=object)})
    frame.index += 7
    first, second = tagger.TableTagger(model).frames(iter([frame[:4], frame[4:]]))
    assert first.index.tolist() == [7, 8, 9, 10]
    rows = [*first.to_dict("records"), *second.to_dict("records")]
    for row, expected in zip(rows, rows_of_one_process(table, tmp_path, model), strict=True):
        assert {
            name: row[name] for name in ("id", "tokens", "starts", "ends", "sentences", "tags", "spans")
        } == {name: value for name, value in expected.items() if name not in ("text", "kind")}


def test_frames_are_taken_as_they_are_asked_for(model):
    def endless():
        while True:
            yield pandas.DataFrame({"text": ["Ada."]})

    frames = tagger.TableTagger(model).frames(endless())
    assert [next(frames)["tokens"].tolist() for _ in range(2)] == [[["Ada", "."]], [["Ada", "."]]]


def test_spark_is_told_the_columns(tmp_path):
    (tmp_path / "ner").mkdir()
    write_model(tmp_path / "ner", random_model(1, tasks=(SENTENCE_TASK,)))
    assert tagger.TableTagger(tmp_path / "ner", probabilities=True, field_prefix="its_").spark_schema() == (
        "`its_tokens` array<string>, `its_starts` array<bigint>, `its_ends` array<bigint>, "
        "`its_sentences` array<struct<`start`: bigint, `end`: bigint>>, `its_tags` struct<`ner`: array<string>>, "
        "`its_probabilities` struct<`ner`: array<double>>, "
        "`its_spans` struct<`ner`: array<struct<`start`: bigint, `end`: bigint, `label`: string, `text`: string, `probability`: double>>>"
    )


CODE = """
import sys, datasets, tagger
model, output = sys.argv[1:]
if __name__ == "__main__":
    datasets.disable_progress_bars()
    rows = datasets.load_from_disk(output + "/in").with_format("arrow")
    tagged = rows.map(tagger.TableTagger(model), batched=True, batch_size=4, num_proc=2).with_format(None)
    tagged.save_to_disk(output + "/out")
"""


def test_a_data_set_is_mapped_by_two_processes(model, table, tmp_path):
    datasets.Dataset.from_dict({"id": list(range(len(TEXTS))), "text": TEXTS}).save_to_disk(tmp_path / "in")
    environ = environment() | {"HF_HOME": str(tmp_path / "home"), "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, "-c", CODE, str(model), str(tmp_path)]
    subprocess.run(command, env=environ, cwd=ROOT, check=True, capture_output=True)
    expected = rows_of_one_process(table.drop_columns(["kind"]), tmp_path, model)
    assert datasets.load_from_disk(tmp_path / "out").to_list() == expected


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            {"id": [1], "body": ["Ada"]},
            "batch: expected a column 'text' of text, found id, body. Name another with text_field.",
        ),
        ({"text": [1]}, "batch: expected strings in the column 'text', found int64."),
        ({"text": ["Ada\0"]}, "batch:1: expected text, found a NUL byte. Pass errors replace."),
        (
            {"text": ["Ada"], "tags": [1]},
            "batch: expected a record without a field 'tags', which is added, found one with it. "
            "Pass field_prefix to put something before the name of each field that is added.",
        ),
    ],
)
def test_a_table_that_cannot_be_tagged_is_an_error(model, columns, message):
    with pytest.raises(TaggerError) as caught:
        tagger.TableTagger(model)(pa.table(columns))
    assert str(caught.value) == message


def test_what_is_no_table_is_an_error(model):
    tag = tagger.TableTagger(model)
    with pytest.raises(TypeError) as caught:
        tag({"text": ["Ada"]})
    assert str(caught.value) == (
        "expected a pyarrow table, found a dict (datasets: .with_format('arrow'); Ray Data: batch_format='pyarrow'; pandas: frames())"
    )
    with pytest.raises(TypeError) as caught:
        list(tag.frames([pandas.DataFrame({"text": [7]})]))
    assert str(caught.value) == "expected a text (str), found 7"


def test_frames_without_the_column_are_an_error(model):
    with pytest.raises(DataError, match="batch: expected a column 'text' of text, found body"):
        list(tagger.TableTagger(model).frames([pandas.DataFrame({"body": ["Ada ."]})]))


def test_wrong_options_are_errors_at_once(model, tmp_path):
    with pytest.raises(ModelError):
        tagger.TableTagger(tmp_path / "none")
    with pytest.raises(SettingsError) as caught:
        tagger.TableTagger(model, scheme="BILOU")
    assert str(caught.value) == "scheme: expected one of IOB1, IOB2, IOBES, found 'BILOU'."
    for name, value in (("line_breaks", "none"), ("errors", "none"), ("tokenizer", "none")):
        with pytest.raises(SettingsError, match=f"^{name}: expected .*, found 'none'"):
            tagger.TableTagger(model, **{name: value})


def test_what_cannot_be_read_is_replaced_where_that_is_wanted(model):
    tagged = tagger.TableTagger(model, errors="replace")(pa.table({"text": ["Ada\0"]}))
    assert tagged.column("tokens")[0].as_py() == ["Ada", "\ufffd"]
