"""A trained model made smaller for passing on."""

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


def test_tags_stay_where_all_words_do(place: Path) -> None:
    write_smaller(place / "model", place / "small", words=1000)
    large, small = tagger.load(place / "model"), tagger.load(place / "small")
    assert small.tag_tokens(FORMS).tags == large.tag_tokens(FORMS).tags


def test_what_is_there_is_not_replaced(place: Path) -> None:
    with pytest.raises(OutputExistsError):
        write_smaller(place / "model", place / "model", words=1)
