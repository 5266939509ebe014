"""Items to rows and back."""

from collections import Counter

from tagger.text.vocabulary import PADDING, RESERVED, UNKNOWN, Vocabulary, count_forms


def test_rows_follow_the_reserved_ones() -> None:
    vocabulary = Vocabulary(["the", "cat"])
    assert [vocabulary.row(item) for item in ("the", "cat", "dog")] == [RESERVED, RESERVED + 1, UNKNOWN]
    assert len(vocabulary) == 4
    assert PADDING not in vocabulary.rows.values()


def test_contains_only_items_with_a_row_of_their_own() -> None:
    vocabulary = Vocabulary(["the"])
    assert "the" in vocabulary
    assert "cat" not in vocabulary


def test_from_counts_keeps_frequent_items_most_frequent_first_then_by_code_point() -> None:
    vocabulary = Vocabulary.from_counts({"b": 2, "z": 5, "a": 2, "rare": 1, "é": 2}, min_count=2)
    assert vocabulary.items == ["z", "a", "b", "é"]


def test_order_does_not_depend_on_the_order_of_counting() -> None:
    forms = ["b", "a", "c", "a"]
    assert Vocabulary.from_counts(Counter(forms)).items == Vocabulary.from_counts(Counter(forms[::-1])).items


def test_empty_vocabulary_has_the_reserved_rows() -> None:
    assert len(Vocabulary([])) == RESERVED


def test_count_forms() -> None:
    assert count_forms([["a", "b"], ["a"], []]) == {"a": 2, "b": 1}
