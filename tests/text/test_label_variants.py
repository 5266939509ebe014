"""Variants of tags: which are the same tag, spelt otherwise."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.text.label_variants import renamed_tags


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"B-PER": 5, "B-per": 2, "I-PER": 3, "O": 9}, {"B-per": "B-PER"}),
        ({"B-PER": 1, "I-per": 9, "O": 9}, {"B-PER": "B-per"}),
        (
            {"B-PER": 5, "b-PER": 1, "B_PER": 1, "B-PER ": 1, "o": 1, "O": 9},
            dict.fromkeys(["b-PER", "B_PER", "B-PER "], "B-PER") | {"o": "O"},
        ),
        ({"B-work_of_art": 1, "B-work of art": 5, "O": 9}, {"B-work_of_art": "B-work of art"}),
        ({"B-PER": 5, "B-PERS": 1, "O": 9}, {}),
    ],
)
def test_types_of_spans(counts, expected):
    assert renamed_tags(counts, spans=True) == expected


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"NN": 40, "nn": 2, "Nn": 11}, {"nn": "NN"}),  # one that is frequent may be meant
        ({"NN": 40, "NN ": 1}, {"NN ": "NN"}),
        ({"B": 1, " b": 4}, {" b": "b", "B": "b"}),
        ({"_": 9, "-": 1, ",": 3, "``": 2}, {}),
        ({"PRP$": 9, "PRP": 90}, {}),
    ],
)
def test_plain_tags(counts, expected):
    assert renamed_tags(counts, spans=False) == expected


@settings(max_examples=500)
@given(
    st.dictionaries(st.text(" bBiI-_oOxXyY", min_size=1, max_size=6), st.integers(1, 9), min_size=1),
    st.booleans(),
)
def test_renaming_twice_changes_nothing_more(counts, spans):
    table = renamed_tags(counts, spans=spans)
    again: dict[str, int] = {}
    for tag, count in counts.items():
        again[table.get(tag, tag)] = again.get(table.get(tag, tag), 0) + count
    assert renamed_tags(again, spans=spans) == {}
