"""A small model of two tasks and small new data, for the tests of fine-tuning."""

from pathlib import Path
from typing import Any

from tagger.recipes.train import train
from tagger.settings_file import parse_settings

OLD = """\
Ada NNP I-PER
Lovelace NNP I-PER
lives VBZ O
in IN O
Paris NNP I-LOC
. . O

Maria NNP I-PER
reads VBZ O
. . O

The DT O
train NN O
to TO O
Oslo NNP I-LOC
is VBZ O
late JJ O
. . O
"""
"""IOB1; the model's heads are in IOBES."""

NEW = """\
Grace B-PER B-NP
Hopper I-PER I-NP
visits O B-VP
Acme B-ORG B-NP
Corp I-ORG I-NP
. O O

Maria B-PER B-NP
visits O B-VP
Oslo B-LOC B-NP
. O O
"""
"""IOB2: a type of span that the model has not, a task that it has not, and no column of one that it has."""


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def train_model(folder: Path, **sections: Any) -> Path:
    """A model in `folder`/model that knows OLD by heart."""
    corpus = str(write(folder / "old.conll", OLD))
    values: dict[str, Any] = {
        "data": {"train": [corpus], "dev": [corpus], "columns": ["word", "pos", "ner"]},
        "features": {
            "word": {"dim": 8, "unknown_rate": 0.1},
            "suffix": {"lengths": [2], "dim": 4, "min_count": 1},
            "prefix": {"lengths": []},
        },
        "network": {"hidden": [12], "input_dropout": 0.0, "dropout": 0.1},
        "tasks": {"pos": {}, "ner": {"objective": "sentence"}},
        "optimizer": {"rate": 0.02},
        "training": {"epochs": 25, "batch_words": 10, "patience": 0, "averaging": 0.0},
    }
    return train(parse_settings({**values, **sections}), folder / "model").folder


def new_settings(folder: Path, text: str = NEW, columns: str = "word,ner,chunk", **sections: Any) -> str:
    """A settings file of new data in `folder`."""
    import tomli_w

    corpus = str(write(folder / "new.conll", text))
    values = {"data": {"train": [corpus], "dev": [corpus], "columns": columns.split(",")}, **sections}
    return str(write(folder / "new.toml", tomli_w.dumps(values)))
