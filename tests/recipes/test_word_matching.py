"""Words found in another model's vocabulary, each spelt by its own rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.recipes.word_matching import (
    KINDS,
    WordFinder,
    covered_tokens,
    match_items,
    match_labels,
    match_words,
    with_items_of,
    words_to_add,
)
from tagger.text.features import CharacterFeature, Feature, FormFeatures, item_of, normalize_word
from tagger.text.vocabulary import Vocabulary

PLAIN = Feature("word", 4, lowercase=False, fold_digits=False)
FOLDED = Feature("word", 4)


def features(words: list[str], feature: Feature = PLAIN) -> FormFeatures:
    return FormFeatures([feature], None, {"word": Vocabulary(words)})


@pytest.mark.parametrize(
    ("feature", "word", "items", "found"),
    [
        (PLAIN, "Paris", ["paris", "Paris"], ("exact", "Paris")),
        (PLAIN, "Paris", ["PARIS", "paris"], ("lower-cased", "paris")),
        (PLAIN, "Paris", ["PARIS"], None),
        (PLAIN, "B747", ["b000", "B000"], ("digits folded", "B000")),
        (PLAIN, "B747", ["b000"], ("digits folded", "b000")),
        (PLAIN, "B747", ["B737"], None),  # two numbers that the table tells apart
        (FOLDED, "paris", ["Paris", "PARIS"], ("lower-cased", "Paris")),
        (FOLDED, "paris", ["PARIS", "paris"], ("exact", "paris")),
        (FOLDED, "0000", ["1984", "2001"], ("digits folded", "1984")),
        (FOLDED, "0000", ["1984", "0000"], ("exact", "0000")),
        (FOLDED, "b000", ["B737"], ("digits folded", "B737")),
        (FOLDED, "b000", ["B000"], ("lower-cased", "B000")),
        (FOLDED, "oslo", ["paris"], None),
    ],
)
def test_a_word_is_found_as_it_stands_else_in_lower_case_else_with_digits_folded(
    feature: Feature, word: str, items: list[str], found: tuple[str, str] | None
) -> None:
    source = Vocabulary(items)
    expected = (found[0], source.rows[found[1]]) if found else None
    assert WordFinder(source, lambda item: item_of(item, feature)).find(word) == expected


def test_rows_of_words_are_paired_and_the_kinds_counted() -> None:
    target = features(["the", "Oslo", "1984", "unheard"])
    source = features(["0000", "oslo", "the", "further"])
    rows, kinds = match_words(target, source)
    assert rows.target.tolist() == [0, 1, 2, 3, 4]
    assert rows.source.tolist() == [0, 1, 4, 3, 2]
    assert kinds == {"exact": 1, "lower-cased": 1, "digits folded": 1}


WORDS = st.lists(st.text("aA1ß", min_size=1, max_size=3), unique=True)


@given(WORDS, WORDS, st.booleans(), st.booleans())
def test_a_match_differs_in_case_and_digits_alone(
    words: list[str], others: list[str], lowercase: bool, fold_digits: bool
) -> None:
    """Oracle: both words lower-cased with digits folded are equal; a word with an equal in the source gets that."""
    feature = Feature("word", 4, lowercase=lowercase, fold_digits=fold_digits)
    own = features(list(dict.fromkeys(item_of(word, feature) for word in words)), feature)
    other = features(others)
    rows, kinds = match_words(own, other)
    pairs = dict(zip(rows.target.tolist(), rows.source.tolist(), strict=True))
    assert len(pairs) == len(rows.target)
    assert sum(kinds.values()) == len(pairs) - 2
    assert tuple(kinds) == KINDS
    for word, row in own.vocabularies["word"].rows.items():
        if word in others:
            assert pairs[row] == other.vocabularies["word"].rows[word]
        elif row in pairs:
            found = others[pairs[row] - 2]
            forms = [normalize_word(w.lower(), lowercase=True, fold_digits=True) for w in (word, found)]
            assert forms[0] == forms[1]


def test_items_and_labels_are_paired_where_they_are_equal() -> None:
    rows = match_items(Vocabulary(["ing", "ed", "ly"]), Vocabulary(["ly", "ED", "ing"]))
    assert (rows.target.tolist(), rows.source.tolist()) == ([0, 1, 2, 4], [0, 1, 4, 2])
    rows = match_labels(("B-PER", "O", "S-LOC"), ("O", "S-LOC"))
    assert (rows.target.tolist(), rows.source.tolist()) == ([1, 2], [0, 1])
    rows = match_labels(("NOUN",), ("O",))
    assert (rows.target.shape, rows.source.shape) == ((0,), (0,))


@pytest.mark.parametrize(
    ("feature", "limit", "words"),
    [
        (FOLDED, 100, ["ada", "paris", "000", "zebra", "ox"]),
        (FOLDED, 2, ["ada", "paris", "000", "zebra"]),
        (FOLDED, 0, ["ada", "paris"]),
        (PLAIN, 100, ["Paris", "ada", "747", "zebra", "Zebra", "ada", "paris", "123", "ox"]),
        (PLAIN, 0, ["Paris", "ada"]),
    ],
)
def test_words_to_add_are_those_of_the_training_data_that_are_found_and_so_many_others(
    feature: Feature, limit: int, words: list[str]
) -> None:
    source = features(["747", "zebra", "Zebra", "ada", "paris", "123", "ox"])
    found = words_to_add(feature, ["Paris", "ada", "unheard"], source, limit)
    assert found == list(dict.fromkeys(words))


def several(items: dict[str, list[str]], *lookups: Feature) -> FormFeatures:
    return FormFeatures(
        lookups, CharacterFeature(2, 3), {name: Vocabulary(rows) for name, rows in items.items()}
    )


@pytest.mark.parametrize(
    ("layers", "grown"),
    [
        (["trunk", "heads"], set()),
        (["lookup"], {"caps", "suffix2", "characters"}),
        (["lookup.suffix2", "lookup.word"], {"suffix2"}),
    ],
)
def test_tables_that_are_taken_have_rows_for_what_the_source_knows(
    layers: list[str], grown: set[str]
) -> None:
    """But words, and the prefixes, which the two spell by other rules; shapes only one of them has."""
    shared = (Feature("word", 4), Feature("caps", 2), Feature("suffix", 3, 2))
    own_items = {
        "word": ["ada"],
        "caps": ["none"],
        "suffix2": ["ng", "ed"],
        "prefix1": ["A"],
        "characters": ["a"],
    }
    items = {"word": ["oslo"], "caps": ["all", "none"], "suffix2": ["ly", "ng", "en"], "prefix1": ["a", "b"],
             "shape": ["X"], "characters": ["b", "a"]}  # fmt: skip
    own = several(own_items, *shared, Feature("prefix", 3, 1, lowercase=False))
    source = several(items, *shared, Feature("prefix", 3, 1), Feature("shape", 2))
    after = with_items_of(own, source, layers)
    expected = {"caps": ["none", "all"], "suffix2": ["ng", "ed", "ly", "en"], "characters": ["a", "b"]}
    assert {name: known.items for name, known in after.vocabularies.items()} == {
        name: expected[name] if name in grown else rows for name, rows in own_items.items()
    }
    assert (after.features, after.characters) == (own.features, own.characters)


def test_tokens_are_covered_whose_word_is_known() -> None:
    counts = {"The": 3, "the": 2, "Oslo": 1, "1984": 5}
    assert covered_tokens(counts, FOLDED, ["the", "0000"]) == 10
    assert covered_tokens(counts, PLAIN, ["the", "0000"]) == 2
