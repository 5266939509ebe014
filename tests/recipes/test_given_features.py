"""Static vectors and lists of names on their way from files through training into a saved model."""

from pathlib import Path

import numpy as np
import pytest
import tomli_w

import tagger
from tagger.config import FeatureSettings
from tagger.errors import DataError, SettingsError
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


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "gazetteers",
            {"lists": {"cities": "x.txt"}},
            "features.gazetteers.lists: expected none, found cities.",
        ),
        ("static", {"more": {}}, "features.static: expected the tables of {model}, found 'more'."),
        (
            "static",
            {"meaning": {"vectors": "v.txt"}},
            "features.static.meaning.vectors: expected none, found 'v.txt'.",
        ),
    ],
)
def test_fine_tuning_takes_no_other_lists_and_static_vectors(
    place: Path, name: str, value: dict[str, object], message: str
) -> None:
    model = trained(place, training={"epochs": 1})
    corpus = str(place / "corpus.conll")
    new = {"data": {"train": [corpus], "columns": ["word", "pos", "ner"]}, "features": {name: value}}
    (place / "new.toml").write_text(tomli_w.dumps(new), encoding="utf-8")
    with pytest.raises(SettingsError) as error:
        finetune(model, str(place / "new.toml"), place / "tuned")
    hint = "A fine-tuning keeps the lists of names and the static vectors of its model."
    assert str(error.value) == f"{message.format(model=model)} {hint}"


def test_fine_tuning_compares_case_as_its_model_does(place: Path) -> None:
    model = trained(place, training={"epochs": 1})
    with pytest.raises(SettingsError, match=r"^features\.gazetteers\.lowercase: expected True as in"):
        finetune(model, "", place / "tuned", overrides=["features.gazetteers.lowercase=false"])


def test_words_that_only_the_other_model_has_come_along_with_their_static_vectors(place: Path) -> None:
    source = read_model(trained(place, training={"epochs": 1}))
    (place / "vectors.txt").write_text("ada 1 2 3\nrome 4 5 7\n", encoding="utf-8")
    (place / "model").rename(place / "source")
    trained(place, training={"epochs": 1}, transfer={"model": str(place / "source")})
    model = read_model(place / "model")
    known = model.features.vocabularies["static_meaning"]
    assert known.items == ["ada", "rome", "paris", "never", "oslo"]
    rows = [known.row(word) for word in ("ada", "paris", "never", "oslo")]
    np.testing.assert_array_equal(
        model.weights["lookup.static_meaning.weight"][rows],
        source.weights["lookup.static_meaning.weight"][2:],
    )


def test_vectors_of_another_width_name_the_setting(place: Path) -> None:
    settings = FeatureSettings.model_validate(features(place, dim=4))
    with pytest.raises(DataError) as error:
        read_given(settings, [])
    assert str(error.value) == (
        f"{place}/vectors.txt:1: expected vectors of 4 numbers, found 3. "
        "Set features.static.meaning.dim=3, or choose another file."
    )


def test_frozen_static_vectors_are_not_called_random(place: Path) -> None:
    notes: list[str] = []
    settings = parse_settings(
        {
            "data": {"train": [str(place / "corpus.conll")], "columns": ["word", "pos", "ner"]},
            "features": features(place),
            "transfer": {"freeze": ["lookup.static_meaning"]},
            "training": {"epochs": 1},
        }
    )
    train(settings, place / "model", note=notes.append)
    assert not [note for note in notes if "random" in note]


def test_static_vectors_need_a_file(place: Path) -> None:
    settings = FeatureSettings.model_validate({"static": {"meaning": {"dim": 3}}})
    with pytest.raises(SettingsError) as error:
        read_given(settings, [])
    assert str(error.value) == "features.static.meaning.vectors: expected a file of vectors, found none."


def test_words_beyond_the_limit_are_left_out_but_for_those_of_the_training_data(place: Path) -> None:
    settings = FeatureSettings.model_validate(features(place, max_vectors=1))
    given = read_given(settings, ["Oslo"])
    assert given.static["meaning"].words == ["ada", "oslo"]
