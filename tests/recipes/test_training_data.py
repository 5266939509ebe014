"""Training and development files that do not fit together."""

from pathlib import Path

import pytest

from tagger.errors import DataError
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
