"""Datasets of the `datasets` library: labels of every kind, splits, folders, what is wrong."""

import datasets
import pytest

from tagger.errors import DataError, SettingsError
from tagger.text.corpus import Source, read_corpus
from tagger.text.hub import load_splits, read_texts, save_splits, split_of
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
        == "d: expected a column of tokens, a list of strings called tokens or words, found text."
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
    assert str(error.value) == f"d: expected {message}, found train, validation."


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
    assert str(error.value).startswith(f"{tmp_path}: expected a dataset, found ")
    assert str(error.value).endswith(
        "Name a saved dataset, a folder of data files or a dataset of the hub (see --dataset-config)."
    )


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
        (saved, {"column": "body"}, ", train: expected a column 'body', found text, n. Set --column."),
        (place, {"column": "body"}, ", train: expected a column 'body', found text, n. Set --column."),
        (
            place,
            {"column": "text", "split": "test"},
            ": expected a split 'test', found train. Set pretraining.split.",
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


def test_the_hint_on_a_data_set_that_is_none_names_the_setting_of_a_pretraining(tmp_path):
    with pytest.raises(DataError) as error:
        list(read_texts(str(tmp_path), column="text"))
    assert error.value.hint.endswith("(see pretraining.config).")


def test_a_damaged_data_file_is_an_error_when_it_is_met(tmp_path):
    path = tmp_path / "data.parquet"
    path.write_bytes(b"PAR1 and nothing")
    with pytest.raises(DataError) as error:
        list(read_texts(str(path), column="text"))
    assert str(error.value).startswith(f"{path}: expected a dataset, found ")
