"""A trained model made smaller for passing on."""

import json
from pathlib import Path

import numpy as np
import pytest

import tagger
from tagger.errors import OutputExistsError
from tagger.recipes.smaller import write_smaller
from tagger.saved import read_model, write_model
from tests.inference.random_models import FORMS, random_model


@pytest.fixture
def place(tmp_path: Path) -> Path:
    model = random_model(4, features="lists")
    model.extra_files["forms.json"] = "[]"
    model.extra_files["last.safetensors"] = "state of training"
    (tmp_path / "model").mkdir()
    write_model(tmp_path / "model", model)
    return tmp_path


def test_the_first_words_stay_and_others_are_unknown(place: Path) -> None:
    write_smaller(place / "model", place / "small", words=4)
    before, after = read_model(place / "model"), read_model(place / "small")
    assert after.features.vocabularies["word"].items == before.features.vocabularies["word"].items[:4]
    assert after.half_precision
    for name, array in before.weights.items():
        expected = array[:6] if name == "lookup.word.weight" else array
        np.testing.assert_allclose(after.weights[name], expected, rtol=1e-3, atol=1e-6)
    assert sorted(path.name for path in (place / "small").iterdir()) == [
        "forms.json",
        "gazetteers.json",
        "model.json",
        "vocabulary.json",
        "weights.safetensors",
    ]


def test_private_words_are_unknown_and_stand_in_no_file(place: Path) -> None:
    before = read_model(place / "model")
    items = before.features.vocabularies["word"].items
    private = items[1]
    (place / "model" / "forms.json").write_text(json.dumps([items[0], private]))
    (place / "model" / "ambiguous.json").write_text(json.dumps({"pos": [private, items[2]], "ner": []}))
    write_smaller(place / "model", place / "small", words=3, private=lambda form: form == private)
    after = read_model(place / "small")
    assert after.features.vocabularies["word"].items == [items[0], items[2], items[3]]
    np.testing.assert_allclose(
        after.weights["lookup.word.weight"],
        before.weights["lookup.word.weight"][[0, 1, 2, 4, 5]],
        rtol=1e-3,
        atol=1e-6,
    )
    assert json.loads((place / "small" / "forms.json").read_text()) == [items[0]]
    assert json.loads((place / "small" / "ambiguous.json").read_text()) == {"pos": [items[2]], "ner": []}


def test_tags_stay_where_all_words_do(place: Path) -> None:
    write_smaller(place / "model", place / "small", words=1000)
    large, small = tagger.load(place / "model"), tagger.load(place / "small")
    assert small.tag_tokens(FORMS).tags == large.tag_tokens(FORMS).tags


def test_what_is_there_is_not_replaced(place: Path) -> None:
    with pytest.raises(OutputExistsError):
        write_smaller(place / "model", place / "model", words=1)
