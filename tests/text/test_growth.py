"""Old rows keep their numbers, new items follow."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tagger.text.features import CharacterFeature, Feature, FormFeatures, fit_features
from tagger.text.growth import grow_features

FEATURES = [Feature("word", 4, min_count=2), Feature("caps", 2), Feature("suffix", 3, length=2)]


def fitted(*forms: str) -> FormFeatures:
    return fit_features(FEATURES, CharacterFeature(3, 4), Counter(forms))


def test_new_items_of_every_table_follow_the_old_ones() -> None:
    grown = grow_features(fitted("cat", "cat", "the", "the"), fitted("Dog", "Dog", "the", "the", "once"))
    assert grown.vocabularies["word"].items == ["cat", "the", "dog"]
    assert grown.vocabularies["caps"].items == ["none", "first"]
    assert grown.vocabularies["suffix2"].items == ["at", "he", "og", "ce"]
    assert set(grown.vocabularies["characters"].items) >= set("catheDogn")


words = st.lists(st.text("abAB1", min_size=1, max_size=4), max_size=12)


@given(words, words)
def test_what_a_model_knew_keeps_its_rows(old: list[str], new: list[str]) -> None:
    before = fitted(*old, "a")
    grown = grow_features(before, fitted(*new, "b"))
    for name, vocabulary in before.vocabularies.items():
        items = grown.vocabularies[name].items
        assert items[: len(vocabulary.items)] == vocabulary.items
        assert len(set(items)) == len(items)
        assert set(items) == {*vocabulary.items, *fitted(*new, "b").vocabularies[name].items}
    assert grown.features == before.features
