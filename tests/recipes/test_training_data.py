"""Training and development files that do not fit together."""

from pathlib import Path

import pytest

from tagger.errors import DataError
from tagger.recipes.prep import PrepOptions, prepare
from tagger.recipes.training_data import load_training_data
from tagger.settings_file import parse_settings


@pytest.mark.parametrize(
    ("name", "row", "message"),
    [
        (
            "dev.conll",
            "EU NNP",
            "expected the tag column ner as in train, found pos. "
            "Name the columns with data.columns, or choose tasks that both have.",
        ),
        (
            "dev.jsonl",
            '{"tokens": ["EU"], "ner": ["ORG"]}',
            "expected tags of spans in the column ner as in train, found plain tags.",
        ),
    ],
)
def test_a_dev_file_without_the_columns_of_train_is_an_error(
    tmp_path: Path, name: str, row: str, message: str
) -> None:
    train, dev = tmp_path / "train.jsonl", tmp_path / name
    train.write_text('{"tokens": ["EU"], "ner": ["B-ORG"]}\n', encoding="utf-8")
    dev.write_text(f"{row}\n", encoding="utf-8")
    settings = parse_settings({"data": {"train": [str(train)], "dev": [str(dev)]}})
    with pytest.raises(DataError) as error:
        load_training_data(settings)
    assert str(error.value) == f"{dev}: {message}"


def sentences_learnt(folder: Path, sample: int) -> list[str]:
    rows = "".join(f'{{"tokens": ["w{i}"], "pos": ["N"]}}\n' for i in range(50))
    path = folder / "train.jsonl"
    path.write_text(rows, encoding="utf-8")
    settings = parse_settings({"data": {"train": [str(path)], "sample": sample}})
    return [sentence.tokens[0] for sentence in load_training_data(settings).corpora[0].train]


def test_a_sample_is_a_part_in_the_same_order_and_always_the_same(tmp_path: Path) -> None:
    everything = sentences_learnt(tmp_path, 0)
    sample = sentences_learnt(tmp_path, 10)
    assert len(sample) == 10 and sample != everything[:10]
    assert sample == [form for form in everything if form in set(sample)]
    assert sample == sentences_learnt(tmp_path, 10)


@pytest.mark.parametrize("sample", [0, 50, 51])
def test_a_sample_of_all_or_more_is_everything(tmp_path: Path, sample: int) -> None:
    assert sentences_learnt(tmp_path, sample) == [f"w{i}" for i in range(50)]


def test_development_data_are_called_as_an_evaluation_calls_them(tmp_path: Path) -> None:
    for name in ("train.jsonl", "dev.jsonl"):
        (tmp_path / name).write_text('{"tokens": ["EU"], "ner": ["B-ORG"]}\n', encoding="utf-8")
    train, dev = str(tmp_path / "train.jsonl"), str(tmp_path / "dev.jsonl")
    files = parse_settings({"data": {"train": [train], "dev": [dev, dev]}})
    assert load_training_data(files).corpora[0].dev_name == f"{dev} + {dev}"
    prepare(PrepOptions(str(tmp_path / "prepared"), train=(train,), dev=(dev,)))
    folder = parse_settings({"data": {"folder": str(tmp_path / "prepared")}})
    assert load_training_data(folder).corpora[0].dev_name == f"{tmp_path / 'prepared'}/dev"
