"""Tag schemes: detection, spans, conversion, violations, transitions."""

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import get_entities

from tagger.text.schemes import (
    SPAN_SCHEMES,
    allowed_transitions,
    breaks,
    convert,
    count_spans,
    detect_scheme,
    is_span_column,
    spans_of,
    split_tag,
    tags_of,
    violations,
)

TYPES = ("PER", "LOC", "creative-work")


@st.composite
def marked_sentences(draw):
    """A sentence's length and spans in it, neighbours of one type among them."""
    length, spans, at = draw(st.integers(0, 12)), [], 0
    while at < length:
        size = draw(st.integers(1, min(4, length - at)))
        if draw(st.booleans()):
            spans.append((at, at + size, draw(st.sampled_from(TYPES))))
        at += size
    return length, spans


def tag_lists(letters):
    tags = ["O", *(f"{letter}-{kind}" for letter in letters for kind in TYPES)]
    return st.lists(st.sampled_from(tags), max_size=12)


def conlleval_spans(tags):
    """Spans by the rules of the CoNLL-2000 script conlleval (startOfChunk, endOfChunk), written out for I and B."""
    spans, start = [], None
    before, kind_before = "O", ""
    for i, tag in enumerate([*tags, "O"]):
        letter, _, kind = tag.partition("-")
        ends = (
            (before == "B" and letter in "BO")
            or (before == "I" and letter in "BO")
            or (before != "O" and kind_before != kind)
        )
        starts = letter == "B" or (before == "O" and letter == "I") or (letter != "O" and kind_before != kind)
        if ends and start is not None:
            spans.append((start, i, kind_before))
            start = None
        if starts:
            start = i
        before, kind_before = letter, kind
    return spans


@given(tag_lists("BI"))
def test_spans_are_those_of_conlleval_under_both_iob_schemes(tags):
    assert spans_of(tags, "IOB1") == spans_of(tags, "IOB2") == conlleval_spans(tags)


@given(tag_lists("BIES"))
def test_spans_are_those_of_seqeval_on_any_tags(tags):
    """Oracle: seqeval.metrics.sequence_labeling.get_entities."""
    expected = [(start, end + 1, kind) for kind, start, end in get_entities(tags)]
    assert spans_of(tags, "IOBES") == expected


@given(marked_sentences(), st.sampled_from(SPAN_SCHEMES))
def test_spans_come_back_from_their_tags(sentence, scheme):
    length, spans = sentence
    tags = tags_of(spans, length, scheme)
    assert spans_of(tags, scheme) == spans
    assert violations(tags, scheme) == [] and not breaks([tags], scheme)


@given(marked_sentences(), st.sampled_from(SPAN_SCHEMES), st.sampled_from(SPAN_SCHEMES))
def test_conversion_keeps_every_span_and_returns(sentence, source, target):
    length, spans = sentence
    tags = tags_of(spans, length, source)
    there = convert(tags, source, target)
    assert spans_of(there, target) == spans
    assert convert(there, target, source) == tags


@given(marked_sentences(), st.sampled_from(SPAN_SCHEMES))
def test_every_written_sequence_is_allowed(sentence, scheme):
    length, spans = sentence
    tags = tags_of(spans, length, scheme)
    labels = sorted({*tags, "O", "I-PER", "B-PER"})
    start, table, end = allowed_transitions(labels, scheme)
    places = [labels.index(tag) for tag in tags]
    assert not places or (start[places[0]] and end[places[-1]])
    assert all(table[a, b] for a, b in itertools.pairwise(places))


@given(tag_lists("BIES"))
def test_what_transitions_forbid_is_what_violates(tags):
    """Oracle: the two functions against each other, for the schemes in which no needless letter is forgiven."""
    labels = ["O", *(f"{letter}-{kind}" for letter in "BIES" for kind in TYPES)]
    start, table, end = allowed_transitions(labels, "IOBES")
    places = [labels.index(tag) for tag in tags]
    allowed = all(table[a, b] for a, b in itertools.pairwise(places))
    allowed = allowed and (not places or bool(start[places[0]] and end[places[-1]]))
    assert allowed == (not violations(tags, "IOBES")) == (not breaks([tags], "IOBES"))


@given(st.lists(tag_lists("BIES"), max_size=4))
def test_counting_is_reading(sequences):
    assert count_spans(sequences) == Counter(kind for tags in sequences for _, _, kind in spans_of(tags))


def test_transitions_by_hand():
    labels = ["O", "B-X", "I-X", "I-Y"]
    start, table, end = allowed_transitions(labels, "IOB2")
    assert start.tolist() == [True, True, False, False]
    assert table.tolist() == [
        [True, True, False, False],
        [True, True, True, False],
        [True, True, True, False],
        [True, True, False, True],
    ]
    assert end.tolist() == [True] * 4
    start, table, end = allowed_transitions(labels, "IOB1")
    assert start.tolist() == [True, False, True, True]
    assert table[:, 1].tolist() == [False, True, True, False]  # B-X only after X
    start, table, end = allowed_transitions(["O", "B-X", "I-X", "E-X", "S-X", "E-Y"], "IOBES")
    assert start.tolist() == [True, True, False, False, True, False]
    assert end.tolist() == [True, False, False, True, True, True]
    assert table[1].tolist() == [False, False, True, True, False, False]
    assert table[3].tolist() == [True, True, False, False, True, False]


def test_plain_tags_may_follow_one_another():
    start, table, end = allowed_transitions(["NN", "O"], "none")
    assert start.all() and table.all() and end.all() and table.dtype == np.bool_


def test_a_label_of_another_scheme_has_no_transitions():
    with pytest.raises(ValueError) as error:
        allowed_transitions(["O", "E-X"], "IOB2")
    assert str(error.value) == "'E-X' is no tag of IOB2"


@pytest.mark.parametrize(
    ("sequences", "scheme"),
    [
        ([["I-A", "O"], ["O", "I-B"]], "IOB1"),
        ([["I-A", "B-A", "O"]], "IOB1"),
        ([["B-A", "I-A"], ["B-A"]], "IOB2"),
        ([["B-A", "I-A"], ["O", "I-A"]], "IOB2"),  # one against one: a slip
        ([["I-A", "O"], ["I-A", "I-B"], ["B-A"]], "IOB1"),  # CoNLL-2003 has two needless B-
        ([["O", "O"]], "IOB2"),
        ([[]], "IOB2"),
        ([["S-A", "O"], ["B-A", "E-A"]], "IOBES"),
        ([["U-A", "O"], ["B-A", "I-A", "L-A"]], "IOBES"),
        ([["B-A", "I-A", "O"], ["B-A", "I-A", "I-A", "S-A"]], "IOB2"),  # one S among many IOB2 spans
        ([["B", "I", "O"]], "IOB2"),
        ([["N", "V", "I", "B"]], "none"),
        ([["B", "S", "E"]], "none"),  # single letters without an O: parts of speech
        ([["NN", "O", "-LRB-"]], "none"),
        ([["B-A", "O", "X-A"]], "IOB2"),
    ],
)
def test_detection(sequences, scheme):
    assert detect_scheme(sequences).scheme == scheme
    assert is_span_column(sequences) == (scheme != "none")


def test_detection_names_its_evidence():
    found = detect_scheme([["I-A", "I-B", "O"], ["I-A"], ["B-A", "B-A"]])
    assert (found.scheme, found.inside_starts, found.begins, found.closings) == ("IOB1", 3, 1, 0)


@pytest.mark.parametrize(
    ("tags", "scheme", "expected"),
    [
        (["O", "I-A"], "IOB2", [(1, "B-A", "I-A after O")]),
        (["I-A", "O"], "IOB2", [(0, "B-A", "I-A at the start of the sentence")]),
        (["B-B", "I-A"], "IOB2", [(1, "B-A", "I-A after B-B")]),
        (["O", "X-A"], "IOB2", [(1, "a tag of IOB2 (O or B-TYPE, I-TYPE)", "X-A after O")]),
        (["B-A", "O"], "IOBES", [(1, "I-A or E-A after B-A", "O after B-A")]),
        (["O", "B-A"], "IOBES", [(1, "I-A or E-A after B-A", "the end of the sentence")]),
        (["O", "E-A"], "IOBES", [(1, "B-A or S-A", "E-A after O")]),
        (["B-A", "E-B"], "IOBES", [(1, "I-A or E-A after B-A", "E-B after B-A")]),
        (["B-A", "I-A", "B-A", "O"], "IOB1", []),
        (["E-A"], "IOB1", [(0, "a tag of IOB1 (O or B-TYPE, I-TYPE)", "E-A at the start of the sentence")]),
        (["NN", "B-"], "none", []),
    ],
)
def test_violations_say_what_may_stand_there(tags, scheme, expected):
    assert violations(tags, scheme) == expected


@pytest.mark.parametrize("spans", [[(0, 2, "A"), (1, 3, "A")], [(0, 4, "A")], [(1, 1, "A")], [(-1, 1, "A")]])
def test_spans_that_cannot_be_written_are_refused(spans):
    with pytest.raises(ValueError, match=r"overlaps another or leaves a sentence of 3 tokens$"):
        tags_of(spans, 3)


def test_types_may_hold_hyphens_and_letters_of_bilou_are_those_of_iobes():
    assert split_tag("B-creative-work") == ("B", "creative-work")
    assert (split_tag("L-X"), split_tag("U-X"), split_tag("I-"), split_tag("")) == (
        ("E", "X"),
        ("S", "X"),
        None,
        None,
    )
    assert convert(["U-A", "B-B", "L-B"], "IOBES", "IOBES") == ["S-A", "B-B", "E-B"]
