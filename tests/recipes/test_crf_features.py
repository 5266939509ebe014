"""Features of the random field, by hand."""

import pytest

from tagger.recipes.crf_features import sentence_features, shape


def test_features_of_a_word_come_from_itself_and_its_neighbours() -> None:
    first, last = sentence_features(["Ada", "1996"])
    own = ["bias", "word=Ada", "suffix2=da", "suffix3=Ada", "lower=ada", "shape=Aa", "title"]
    assert first == [*own, "first", "+1:lower=1996", "+1:shape=0"]
    assert last == [
        "bias", "word=1996", "suffix2=96", "suffix3=996", "lower=1996", "shape=0", "digits",
        "-1:lower=ada", "-1:shape=Aa", "-1:title", "last",
    ]  # fmt: skip


def test_capitals_throughout_are_told_from_a_first_capital() -> None:
    (features,) = sentence_features(["EU"])
    assert "upper" in features and "title" not in features
    assert features[-2:] == ["first", "last"]


def test_a_sentence_without_tokens_has_no_features() -> None:
    assert sentence_features([]) == []


@pytest.mark.parametrize(
    ("form", "expected"), [("Ada", "Aa"), ("U.S.", "A.A."), ("F-16s", "A-0a"), ("été", "a"), ("", "")]
)
def test_a_shape_keeps_the_first_of_a_run(form: str, expected: str) -> None:
    assert shape(form) == expected
