"""The features of a form: tables worked out by hand."""

import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.text.features import (
    WORD_END,
    WORD_START,
    CharacterFeature,
    Feature,
    FormFeatures,
    caps_class,
    character_sequence,
    fit_features,
    item_of,
    normalize_word,
    word_shape,
)
from tagger.text.vocabulary import PADDING, UNKNOWN

FORMS = st.text(min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("form", "lowercase", "fold_digits", "expected"),
    [
        ("Paris", True, True, "paris"),
        ("Paris", False, True, "Paris"),
        ("B2B-1999", True, True, "b0b-0000"),
        ("B2B-1999", True, False, "b2b-1999"),
        ("٣٤", True, True, "00"),  # decimal digits of every script
        ("ÉTÉ", True, True, "été"),
    ],
)
def test_normalize_word(form: str, lowercase: bool, fold_digits: bool, expected: str) -> None:
    assert normalize_word(form, lowercase=lowercase, fold_digits=fold_digits) == expected


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("the", "none"),
        ("1999", "none"),
        (",", "none"),
        ("The", "first"),
        ("I", "first"),
        ("USA", "all"),
        ("U.S.", "all"),
        ("McDonald", "mixed"),
        ("iPhone", "mixed"),
        ("Élan", "first"),
    ],
)
def test_caps_class(form: str, expected: str) -> None:
    assert caps_class(form) == expected


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("McDonald's-24", "XxXxx'x-00"),
        ("Paris", "Xxx"),
        ("I", "X"),
        ("U.S.", "X.X."),
        ("10,000", "00,00"),
        ("-----", "--"),
        ("語", "x"),
    ],
)
def test_word_shape(form: str, expected: str) -> None:
    assert word_shape(form) == expected


@pytest.mark.parametrize(
    ("feature", "expected"),
    [
        (Feature("word", 4), "dr0w"),
        (Feature("prefix", 4, length=2), "dr"),
        (Feature("prefix", 4, length=9), "dr0w"),  # shorter than the affix: the whole form
        (Feature("suffix", 4, length=2, lowercase=False), "0W"),
        (Feature("suffix", 4, length=2, fold_digits=False), "9w"),
        (Feature("caps", 4), "mixed"),
        (Feature("shape", 4), "Xx0X"),
    ],
)
def test_item_of(feature: Feature, expected: str) -> None:
    assert item_of("Dr9W", feature) == expected


def test_feature_names() -> None:
    names = [feature.name for feature in (Feature("word", 1), Feature("prefix", 1, length=3))]
    assert names == ["word", "prefix3"]


@pytest.mark.parametrize(
    ("form", "expected"), [("abc", "abc"), ("abcd", "abcd"), ("abcdefg", "abfg"), ("abcde", "abde")]
)
def test_character_sequence_keeps_both_ends_of_a_long_form(form: str, expected: str) -> None:
    assert character_sequence(form, 4) == f"{WORD_START}{expected}{WORD_END}"


def test_character_sequence_of_odd_length_favours_the_beginning() -> None:
    assert character_sequence("abcdefg", 3) == f"{WORD_START}abg{WORD_END}"


def small_features() -> FormFeatures:
    features = [Feature("word", 3, min_count=2), Feature("caps", 2), Feature("suffix", 2, length=1)]
    return fit_features(
        features, CharacterFeature(2, 5, max_length=4), Counter({"The": 2, "the": 1, "cat": 1})
    )


def test_fit_counts_normalised_items_not_forms() -> None:
    vocabularies = small_features().vocabularies
    assert vocabularies["word"].items == ["the"]  # 3 tokens, "cat" is too rare
    assert vocabularies["caps"].items == ["first", "none"]
    assert vocabularies["suffix1"].items == ["e", "t"]
    assert vocabularies["characters"].items[:2] == [WORD_START, WORD_END]


def test_rows() -> None:
    features = small_features()
    assert features.rows(["The", "cat", "CAB"]).tolist() == [
        [2, 2, 2],
        [UNKNOWN, 3, 3],
        [UNKNOWN, UNKNOWN, UNKNOWN],
    ]
    assert features.rows([]).shape == (0, 3)
    assert features.width == 3 + 2 + 2 + 5


def test_character_rows_are_padded_on_the_right() -> None:
    features = small_features()
    rows = features.character_rows(["the", "a"])
    assert rows.shape == (2, 5)
    vocabulary = features.vocabularies["characters"]
    assert rows[1].tolist() == [vocabulary.row(c) for c in (WORD_START, "a", WORD_END)] + [PADDING, PADDING]


def test_no_characters_no_columns() -> None:
    features = fit_features([Feature("word", 3)], None, Counter({"a": 1}))
    assert features.character_rows(["a", "b"]).shape == (2, 0)
    assert features.width == 3


def test_extra_words_follow_the_training_words() -> None:
    features = fit_features([Feature("word", 3)], None, Counter({"b": 1}), extra_words=["a", "b", "c"])
    assert features.vocabularies["word"].items == ["b", "a", "c"]


def test_description_round_trip() -> None:
    features = small_features()
    description = json.loads(json.dumps(features.describe()))
    copy = FormFeatures.from_description(description, features.vocabularies)
    assert (copy.features, copy.characters) == (features.features, features.characters)
    np.testing.assert_array_equal(copy.rows(["The", "x"]), features.rows(["The", "x"]))


@given(FORMS)
def test_every_form_has_a_row_in_every_table(form: str) -> None:
    features = small_features()
    rows = features.rows([form])
    characters = features.character_rows([form])
    assert rows.shape == (1, 3)
    assert (rows > PADDING).all()
    assert 3 <= characters.shape[1] <= 6
    assert (characters > PADDING).all()
    assert caps_class(form) in ("none", "first", "all", "mixed")
    assert 1 <= len(word_shape(form)) <= 40
