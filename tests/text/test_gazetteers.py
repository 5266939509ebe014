"""Sentences and lists of names to marked forms; the oracle is a scan of every place and every phrase."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.text.gazetteers import MARK, Gazetteers, change_form, form_of, place_of
from tests.inference.random_models import slow_places

TOKENS = st.sampled_from(["a", "b", "c", "A"])
SENTENCES = st.lists(TOKENS, max_size=9)
PHRASES = st.lists(st.lists(TOKENS, min_size=1, max_size=4).map(" ".join), max_size=6)


def places(text: list[str], **phrases: list[str]) -> list[str]:
    """What the marks of all lists say, a string a list."""
    gazetteers = Gazetteers(phrases)
    marked = gazetteers.mark(text)
    assert [form_of(form) for form in marked] == text
    return ["".join(place_of(form, number) for form in marked) for number in range(len(phrases))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I like New York City", ["--BIE", "-----"]),
        ("New York Times in New York", ["BE--BE", "BIE---"]),
        ("Paris , new york", ["S-BE", "----"]),
        ("York", ["-", "-"]),
        ("", ["", ""]),
    ],
)
def test_the_longest_phrase_of_each_list_counts(text: str, expected: list[str]) -> None:
    cities, papers = ["New York", "New York City", "Paris"], ["New York Times"]
    assert places(text.split(), city=cities, paper=papers) == expected


def test_a_sentence_without_a_match_comes_back_as_it_is() -> None:
    tokens = ["nothing", "here"]
    gazetteers = Gazetteers({"city": ["Paris", "here now"]})
    assert gazetteers.mark(tokens) == tokens
    assert gazetteers.mark(["Paris", "is"]) == [f"Paris{MARK}S", "is"]


def test_case_counts_where_it_is_not_folded() -> None:
    gazetteers = Gazetteers({"city": ["Nice"]}, lowercase=False)
    assert gazetteers.mark(["Nice", "nice", "NICE"]) == [f"Nice{MARK}S", "nice", "NICE"]


@given(SENTENCES, PHRASES, PHRASES)
def test_marks_are_those_of_a_scan_of_every_phrase(tokens: list[str], one: list[str], two: list[str]) -> None:
    assert places(tokens, one=one, two=two) == [slow_places(tokens, one), slow_places(tokens, two)]


@given(st.lists(SENTENCES, max_size=5), PHRASES)
def test_marks_do_not_depend_on_what_was_marked_before(sentences: list[list[str]], one: list[str]) -> None:
    together = Gazetteers({"one": one})
    for tokens in sentences:
        assert together.mark(tokens) == Gazetteers({"one": one}).mark(tokens)


@pytest.mark.parametrize(("text", "changed"), [("York", "YORK"), (f"York{MARK}E-", f"YORK{MARK}E-")])
def test_a_changed_form_keeps_its_mark(text: str, changed: str) -> None:
    assert change_form(text, str.upper) == changed


@pytest.mark.parametrize("text", ["York", f"York{MARK}", f"York{MARK}-"])
def test_a_form_that_is_short_of_marks_stands_outside(text: str) -> None:
    assert (form_of(text), place_of(text, 1)) == ("York", "-")
