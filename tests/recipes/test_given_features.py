"""Static vectors and lists of names on their way from files through training into a saved model."""

from pathlib import Path

import numpy as np
import pytest

import tagger
from tagger.config import FeatureSettings
from tagger.errors import SettingsError
from tagger.recipes.finetune import finetune
from tagger.recipes.given_features import read_given
from tagger.recipes.train import train
from tagger.saved import GAZETTEERS, read_model
from tagger.settings_file import parse_settings
from tests.recipes.test_train import CORPUS

DIM = 3
VECTORS = {
    "ada": [1.0, 0.5, -2.0],
    "paris": [4.0, 0.0, 0.0],
    "OSLO": [0.0, 1.0, 7.0],
    "never": [9.0, 1.0, 1.0],
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "corpus.conll").write_text(CORPUS, encoding="utf-8")
    rows = "".join(f"{word} {' '.join(map(str, row))}\n" for word, row in VECTORS.items())
    (tmp_path / "vectors.txt").write_text(rows, encoding="utf-8")
    (tmp_path / "people.txt").write_text("Ada Lovelace\nMaria\n", encoding="utf-8")
    (tmp_path / "cities.csv").write_text("name,country\nParis,France\nOslo,Norway\n", encoding="utf-8")
    return tmp_path


def features(place: Path, **static: object) -> dict[str, object]:
    return {
        "word": {"dim": 4},
        "static": {"meaning": {"dim": DIM, "vectors": str(place / "vectors.txt"), **static}},
        "gazetteers": {
            "lists": {"people": str(place / "people.txt"), "cities": str(place / "cities.csv")},
            "dim": 2,
        },
    }


def trained(place: Path, **changes: object) -> Path:
    corpus = str(place / "corpus.conll")
    settings = {
        "data": {"train": [corpus], "dev": [corpus], "columns": ["word", "pos", "ner"]},
        "features": features(place),
        "network": {"hidden": [16], "dropout": 0.0},
        "tasks": {"ner": {"objective": "sentence"}},
        "training": {"epochs": 30, "seed": 1, "patience": 0},
        **changes,
    }
    train(parse_settings(settings), place / "model")
    return place / "model"


def test_the_static_table_holds_the_vectors_centred_at_one_spread_and_never_learns(place: Path) -> None:
    model = read_model(trained(place))
    known, table = (
        model.features.vocabularies["static_meaning"],
        model.weights["lookup.static_meaning.weight"],
    )
    assert known.items == ["ada", "paris", "never", "oslo"]  # those that the file spells as the table first
    vectors = np.array([VECTORS[word] for word in ("ada", "paris", "never", "OSLO")])
    centred = vectors - vectors.mean(axis=0)
    expected = centred / centred.std() / np.sqrt(DIM)
    np.testing.assert_allclose(table[2:], expected, atol=1e-6)
    np.testing.assert_array_equal(table[:2], 0.0)


def test_lists_teach_a_name_that_training_never_showed(place: Path) -> None:
    folder = trained(place)
    (place / "model" / GAZETTEERS).write_text(
        '{"people": ["Zoe Quux", "Ada Lovelace"], "cities": ["Paris"]}', encoding="utf-8"
    )
    spans = tagger.load(folder).tag_tokens("Zoe Quux lives in Paris .".split()).spans("ner")
    assert [(span.label, span.text) for span in spans] == [("PER", "Zoe Quux"), ("LOC", "Paris")]


def test_fine_tuning_keeps_the_lists_and_the_static_table(place: Path) -> None:
    before = read_model(trained(place))
    for name in ("people.txt", "cities.csv", "vectors.txt"):
        (place / name).unlink()
    corpus = str(place / "corpus.conll")
    (place / "new.toml").write_text(
        f'[data]\ntrain = ["{corpus}"]\ncolumns = ["word", "pos", "ner"]\n[training]\nepochs = 1\n',
        encoding="utf-8",
    )
    finetune(place / "model", str(place / "new.toml"), place / "tuned")
    after = read_model(place / "tuned")
    assert after.features.gazetteers is not None and before.features.gazetteers is not None
    assert after.features.gazetteers.phrases == before.features.gazetteers.phrases
    np.testing.assert_array_equal(
        after.weights["lookup.static_meaning.weight"], before.weights["lookup.static_meaning.weight"]
    )


def test_static_vectors_need_a_file(place: Path) -> None:
    settings = FeatureSettings.model_validate({"static": {"meaning": {"dim": 3}}})
    with pytest.raises(SettingsError) as error:
        read_given(settings, [])
    assert str(error.value) == "features.static.meaning.vectors: expected a file of vectors, found none."


def test_words_beyond_the_limit_are_left_out_but_for_those_of_the_training_data(place: Path) -> None:
    settings = FeatureSettings.model_validate(features(place, max_vectors=1))
    given = read_given(settings, ["Oslo"])
    assert given.static["meaning"].words == ["ada", "oslo"]
