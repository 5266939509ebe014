"""Datasets of the `datasets` library: labels of every kind, splits, folders, what is wrong."""

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.errors import DataError, SettingsError
from tagger.text.corpus import Source, read_corpus
from tagger.text.hub import (
    BATCH_ROWS,
    WHAT_THERE_IS,
    load_splits,
    parse_name,
    read_tables,
    read_texts,
    save_splits,
    split_of,
)
from tagger.text.hub_sentences import read_dataset
from tagger.text.problems import Problems
from tagger.text.sentences import Sentence

STRINGS = datasets.Sequence(datasets.Value("string"))
LABELS = datasets.Sequence(datasets.ClassLabel(names=["O", "B-X", "I-X"]))


def _dataset(rows, **features):
    data = {name: [row.get(name) for row in rows] for name in features}
    return datasets.Dataset.from_dict(data, features=datasets.Features(features))


def _conll(rows=None):
    rows = rows or [
        {"id": "7", "tokens": ["a", "b"], "ner_tags": [1, 2], "pos": ["N", "V"], "lemmas": ["a", "b"]}
    ]
    return _dataset(
        rows, id=datasets.Value("string"), tokens=STRINGS, ner_tags=LABELS, pos=STRINGS, lemmas=STRINGS
    )


def test_class_labels_and_strings_become_tags():
    (sentence,) = read_dataset(_conll(), "d")
    assert sentence == Sentence(["a", "b"], {"ner": ["B-X", "I-X"], "pos": ["N", "V"]}, "7", "", "d")


def test_columns_can_be_named_in_either_name():
    (sentence,) = read_dataset(_conll(), "d", columns=("lemmas", "ner_tags"))
    assert sentence.tags == {"lemmas": ["a", "b"], "ner_tags": ["B-X", "I-X"]}
    with pytest.raises(SettingsError) as error:
        list(read_dataset(_conll(), "d", columns=("xpos",)))
    assert str(error.value) == (
        "columns: expected tag columns (lists of class labels or strings) of d: ner, pos, lemmas, found xpos."
    )


def test_a_selection_of_rows_is_read_in_its_order():
    rows = [
        {"id": str(i), "tokens": [str(i)], "ner_tags": [0], "pos": ["N"], "lemmas": [""]} for i in range(5)
    ]
    assert [s.id for s in read_dataset(_conll(rows).select([3, 1]), "d")] == ["3", "1"]


@pytest.mark.parametrize("streaming", [False, True])
def test_sentences_are_those_of_the_rows_however_they_are_read(tmp_path, streaming):
    """Oracle: the rows as pyarrow has them, class labels spelt out here."""
    rows = [
        {
            "id": str(i),
            "tokens": [f"w{i}"] * (i % 3 + 1),
            "ner_tags": [i % 3] * (i % 3 + 1),
            "pos": ["N"] * (i % 3 + 1),
        }
        for i in range(600)
    ]
    _conll(rows).to_parquet(str(path := tmp_path / "a.parquet"))
    (split,) = load_splits(str(path), streaming=streaming).values()
    read = [(s.id, s.tokens, s.tags) for s in read_dataset(split, "d")]
    names = ["O", "B-X", "I-X"]
    assert read == [
        (row["id"], row["tokens"], {"ner": [names[n] for n in row["ner_tags"]], "pos": row["pos"]})
        for row in pq.read_table(path).to_pylist()
    ]


def test_a_named_column_holds_the_tokens():
    dataset = _conll().rename_column("tokens", "surface")
    (sentence,) = read_dataset(dataset, "d", words="surface")
    assert sentence.tokens == ["a", "b"]


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ("body", "a column 'body', found id, tokens, ner_tags, pos, lemmas. Name another with --column."),
        ("id", "a list of strings in the column 'id', found Value('string'). Name another with --column."),
    ],
)
def test_a_column_that_cannot_hold_tokens_is_an_error(column, message):
    with pytest.raises(DataError) as error:
        list(read_dataset(_conll(), "d", words=column))
    assert str(error.value) == f"d: expected {message}"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"tokens": []}, "at least one token and none empty, found none."),
        ({"tokens": ["a", ""]}, "at least one token and none empty, found an empty one."),
        ({"ner_tags": [1]}, "2 tags in ner, one for each token, found 1."),
        ({"ner_tags": None}, "2 tags in ner, one for each token, found none."),
        ({"ner_tags": [0, -1]}, "class labels from 0 to 2 in ner, found -1."),
        ({"pos": ["N", ""]}, "tags in pos, found an empty one."),
    ],
)
def test_bad_rows_say_where_and_what(row, message):
    good = {"id": "7", "tokens": ["a", "b"], "ner_tags": [1, 2], "pos": ["N", "V"], "lemmas": ["a", "b"]}
    dataset = _conll([good, good | row])
    with pytest.raises(DataError) as error:
        list(read_dataset(dataset, "d"))
    assert str(error.value) == f"d, row 1: expected {message}"
    problems = Problems("skip")
    assert len(list(read_dataset(dataset, "d", problems=problems))) == 1
    assert problems.dropped == {1} and problems.counts.total() == 1


def test_a_dataset_without_tokens_is_an_error():
    with pytest.raises(DataError) as error:
        list(read_dataset(_dataset([{"text": "a"}], text=datasets.Value("string")), "d"))
    assert (
        str(error.value)
        == "d: expected a column of tokens, a list of strings called tokens or words, found text. "
        "Name it with --column."
    )


@pytest.mark.parametrize(
    ("names", "asked", "found"),
    [
        (["train"], "", "train"),
        (["train", "validation"], "dev", "validation"),
        (["train", "validation"], "train", "train"),
        (["train", "test", "testb"], "testb", "testb"),
    ],
)
def test_splits_answer_to_both_names(names, asked, found):
    assert split_of(dict.fromkeys(names), asked, "d") == found


@pytest.mark.parametrize(
    ("asked", "message"),
    [("", "one split, or the name of one"), ("test", "a split 'test'")],
)
def test_a_split_that_is_not_there_is_an_error(asked, message):
    with pytest.raises(DataError) as error:
        split_of({"train": 0, "validation": 0}, asked, "d")
    assert str(error.value) == f"d: expected {message}, found train, validation. Name one with --split."


def test_what_is_saved_is_read_back(tmp_path):
    splits = {
        "train": [
            Sentence(["a", "\u2028"], {"ner": ["B-X", "O"]}, "1", "doc"),
            Sentence(["b"], {"ner": ["O"]}),
        ],
        "dev": [Sentence(["c"], {"ner": ["O"]})],
    }
    save_splits(splits, tmp_path / "saved")
    loaded = load_splits(str(tmp_path / "saved"))
    assert loaded["train"].features == datasets.Features(
        {
            "id": datasets.Value("string"),
            "document": datasets.Value("string"),
            "tokens": STRINGS,
            "ner": STRINGS,
        }
    )
    for name, sentences in splits.items():
        read = list(read_dataset(loaded[name], ""))
        assert [(s.tokens, s.tags, s.id, s.document) for s in read] == [
            (s.tokens, s.tags, s.id, s.document) for s in sentences
        ]


def test_a_saved_dataset_is_a_source(tmp_path):
    _conll().save_to_disk(str(tmp_path / "one"))
    corpus = read_corpus(Source((str(tmp_path / "one"),)))
    assert corpus.schemes == {"ner": "IOB2", "pos": "none"} and len(corpus.sentences) == 1


def test_a_folder_of_data_files_is_loaded(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    (tmp_path / "data").mkdir()
    _conll().to_parquet(str(tmp_path / "data" / "train-0.parquet"))
    _conll().to_parquet(str(tmp_path / "data" / "validation-0.parquet"))
    splits = load_splits(str(tmp_path / "data"))
    assert sorted(splits) == ["train", "validation"]
    source = Source((str(tmp_path / "data"),), split="dev")
    assert read_corpus(source).sentences[0].tags["ner"] == ["B-X", "I-X"]


def test_a_folder_that_is_no_dataset_is_an_error(tmp_path):
    with pytest.raises(DataError) as error:
        load_splits(str(tmp_path))
    assert str(error.value).startswith(f"{tmp_path}: expected a data set that can be read, found ")
    assert str(error.value).endswith(f". {WHAT_THERE_IS}")


TEXTS = {"text": ["Ada sings.", None, "", "Ben\nsleeps."], "n": [0, 1, 2, 3]}


@pytest.fixture(autouse=True)
def _cache(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")


@pytest.mark.parametrize("kind", ["saved", "splits", "parquet", "jsonl", "arrow folder", "jsonl folder"])
def test_a_text_column_is_read_from_every_kind_of_data_set_and_from_any_row(tmp_path, kind):
    dataset, place = datasets.Dataset.from_dict(TEXTS), tmp_path / "data"
    if kind == "saved":
        dataset.save_to_disk(str(place))
    elif kind == "splits":
        datasets.DatasetDict({"train": dataset, "test": dataset.select([0])}).save_to_disk(str(place))
    elif kind == "parquet":
        dataset.to_parquet(str(place := tmp_path / "data.parquet"))
    elif kind == "jsonl":
        dataset.to_json(str(place := tmp_path / "data.jsonl"))
    elif kind == "arrow folder":
        place.mkdir()
        with datasets.arrow_writer.ArrowWriter(path=str(place / "train.arrow")) as writer:
            writer.write_table(dataset.data.table)
            writer.finalize()
    else:
        place.mkdir()
        dataset.to_json(str(place / "train.jsonl"))
        dataset.select([0]).to_json(str(place / "test.jsonl"))
    rows = [(0, "Ada sings."), (3, "Ben\nsleeps.")]
    for start in range(6):
        assert list(read_texts(str(place), column="text", start=start)) == [r for r in rows if r[0] >= start]


def test_a_column_or_split_that_is_not_there_and_rows_that_are_no_text(tmp_path):
    place = tmp_path / "data.jsonl"
    datasets.Dataset.from_dict(TEXTS).to_json(str(place))
    saved = tmp_path / "saved"
    datasets.Dataset.from_dict({"text": ["a", "b\0"], "n": [0, 1]}).save_to_disk(str(saved))
    for name, options, message in [
        (
            saved,
            {"column": "body"},
            ", train: expected a column 'body', found text, n. Name another with --column.",
        ),
        (
            place,
            {"column": "body"},
            ", train: expected a column 'body', found text, n. Name another with --column.",
        ),
        (
            place,
            {"column": "text", "split": "test"},
            ": expected a split 'test', found train. Name one with --split.",
        ),
        (place, {"column": "n"}, ", train, row 0: expected text, found int."),
        (saved, {"column": "text"}, ", train, row 1: expected text, found a NUL byte at character 2."),
    ]:
        with pytest.raises(DataError) as error:
            list(read_texts(str(name), **options))
        assert str(error.value) == f"{name}{message}"
    problems = Problems("skip")
    assert list(read_texts(str(saved), column="text", problems=problems)) == [(0, "a")]
    assert problems.counts == {"NUL byte": 1}


def test_a_damaged_data_file_is_an_error_when_it_is_met(tmp_path):
    path = tmp_path / "data.parquet"
    path.write_bytes(b"PAR1 and nothing")
    with pytest.raises(DataError) as error:
        list(read_texts(str(path), column="text"))
    assert str(error.value).startswith(f"{path}: expected a data set that can be read, found ")


def counting_stream(rows):
    """A stream of numbered texts, and how many of its rows have been read."""
    read = []

    def generate():
        for number in range(rows):
            read.append(number)
            yield {"text": f"row {number}"}

    return datasets.IterableDataset.from_generator(generate), read


def test_a_stream_is_not_read_ahead():
    stream, read = counting_stream(5000)
    tables = read_tables(stream, "d")
    seen = 0
    for _ in range(4):
        seen += next(tables).num_rows
        assert len(read) - seen <= BATCH_ROWS


def test_a_stream_without_rows_has_its_columns(tmp_path):
    schema = pa.schema([("text", pa.string()), ("n", pa.int64())])
    pq.ParquetWriter(tmp_path / "a.parquet", schema).close()
    (split,) = load_splits(str(tmp_path / "a.parquet"), streaming=True).values()
    (table,) = read_tables(split, "d")
    assert (table.num_rows, table.column_names) == (0, ["text", "n"])


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), max_size=700), st.integers(1, 3)
)
def test_tables_hold_every_row_in_order(texts, columns):
    data = {f"c{number}": texts for number in range(columns)}
    features = datasets.Features(dict.fromkeys(data, datasets.Value("string")))
    dataset = datasets.Dataset.from_dict(data, features=features)
    for split in (dataset, dataset.to_iterable_dataset()) if texts else (dataset,):
        tables = list(read_tables(split, "d", ["c0"]))
        assert [value for table in tables for value in table.column("c0").to_pylist()] == texts
        assert all(table.column_names == ["c0"] for table in tables)


@pytest.mark.parametrize(
    ("name", "parsed"),
    [
        ("conll2003", ("conll2003", "")),
        ("wikimedia/wikipedia:20231101.en", ("wikimedia/wikipedia", "20231101.en")),
        ("a:b:c", ("a:b", "c")),
        ("./dir:x/file.parquet", ("./dir:x/file.parquet", "")),
    ],
)
def test_a_configuration_stands_behind_a_colon(name, parsed):
    assert parse_name(name) == parsed


def test_a_file_with_a_colon_in_its_name_is_that_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a:b").mkdir()
    assert parse_name("a:b") == ("a:b", "")


def test_names_of_the_hub_are_asked_for_there_with_their_configuration(monkeypatch):
    asked = []
    rows = datasets.Dataset.from_dict(TEXTS)
    monkeypatch.setattr(
        datasets,
        "load_dataset",
        lambda *a, **k: asked.append((a, k)) or datasets.DatasetDict({"train": rows}),
    )
    assert list(load_splits("owner/name:en", streaming=True)) == ["train"]
    assert asked == [(("owner/name", "en"), {"streaming": True})]


def test_no_network_is_an_error_that_says_so(monkeypatch):
    def fail(*arguments, **options):
        raise ConnectionError("Couldn't reach 'owner/name' on the Hub (LocalEntryNotFoundError)")

    monkeypatch.setattr(datasets, "load_dataset", fail)
    with pytest.raises(DataError) as error:
        load_splits("owner/name")
    assert str(error.value) == (
        "owner/name: expected a data set that can be read, found Couldn't reach 'owner/name' on the Hub "
        f"(LocalEntryNotFoundError). {WHAT_THERE_IS}"
    )


@pytest.mark.parametrize(
    "name", ["/no/where", "./nowhere", "data/in/here", "corpus.parquet", "corpus.jsonl.gz"]
)
def test_a_path_that_is_not_there_is_never_asked_of_the_hub(name):
    with pytest.raises(DataError) as error:
        load_splits(name)
    expected = "expected a data set, found no file or folder of this name. Is the path right?"
    assert str(error.value) == f"{name}: {expected}"


def test_a_file_of_another_kind_is_an_error(tmp_path):
    (tmp_path / "a.conll").write_text("a B\n")
    with pytest.raises(DataError) as error:
        load_splits(str(tmp_path / "a.conll"))
    expected = "a data file (.parquet, .jsonl, .json, .arrow, .csv), found a .conll file."
    assert str(error.value) == f"{tmp_path}/a.conll: expected {expected}"


def test_splits_of_a_folder_are_those_that_its_card_names(tmp_path):
    card = "---\nconfigs:\n- config_name: default\n  data_files:\n  - split: gold\n    path: x/*.jsonl\n---\n"
    (tmp_path / "d" / "x").mkdir(parents=True)
    (tmp_path / "d" / "README.md").write_text(card)
    datasets.Dataset.from_dict(TEXTS).to_json(str(tmp_path / "d" / "x" / "a.jsonl"))
    assert list(load_splits(str(tmp_path / "d"), streaming=True)) == ["gold"]


@pytest.mark.parametrize("streaming", [False, True])
def test_a_json_file_without_a_line_is_an_error(tmp_path, streaming):
    (tmp_path / "empty.jsonl").write_text("")
    with pytest.raises(DataError, match="expected a data set with rows, found none"):
        load_splits(str(tmp_path / "empty.jsonl"), streaming=streaming)


def test_files_have_no_configurations_and_an_empty_name_is_none(tmp_path):
    file = tmp_path / "a.jsonl"
    file.write_text('{"text": "Ada"}\n')
    with pytest.raises(DataError) as error:
        load_splits(f"{file}:small")
    assert str(error.value) == (
        f"{file}:small: expected a data set with configurations, found files of rows. "
        f"Name {file} alone: files have no configurations."
    )
    with pytest.raises(DataError, match=r"^data set: expected its name, found an empty one\. Name a saved"):
        load_splits("")
