"""Confident learning on tables worked out by hand, and the stretches on which two sets of spans differ."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.evaluation.disagreement import (
    SURE,
    Stretch,
    are_likely_errors,
    class_thresholds,
    differing_stretches,
    span_scores,
)
from tagger.text.schemes import Span, spans_of, tags_of

LABELS = np.array([0, 0, 0, 1, 1, 1])
"""Six examples of two labels; the fifth, an 1, looks like a 0 and the third, a 0, a little like a 1."""
OF_LABEL_0 = np.array([0.9, 0.8, 0.4, 0.1, 0.95, 0.3])


def test_thresholds_are_the_mean_probability_of_a_labels_own_examples() -> None:
    """(0.9 + 0.8 + 0.4) / 3 of label 0; (0.9 + 0.05 + 0.7) / 3 of label 1; label 2 has no examples."""
    own = np.where(LABELS == 0, OF_LABEL_0, 1 - OF_LABEL_0)
    assert class_thresholds(LABELS, own, 3) == pytest.approx([0.7, 0.55, 1.0])


def test_only_the_examples_whose_other_label_reaches_its_threshold_are_likely_errors() -> None:
    """The third example is a 1 with 0.6 >= 0.55, the fifth a 0 with 0.95 >= 0.7."""
    gold, found = np.array([0.4, 0.05]), np.array([0.6, 0.95])
    assert are_likely_errors(gold, found, np.array([0.55, 0.7])).tolist() == [True, True]
    assert are_likely_errors(gold, found, np.array([0.61, 0.7])).tolist() == [False, True]
    assert are_likely_errors(gold, found, np.array([0.6, 1.0])).tolist() == [
        True,
        True,
    ]  # 0.95 is enough for any
    assert are_likely_errors(gold, found - 0.01, np.array([0.55, 0.99])).tolist() == [True, False]


def test_what_is_no_more_probable_than_the_label_is_no_error() -> None:
    """As on an allowed path whose single tags are less probable than others."""
    assert are_likely_errors(np.array([0.4, 0.3]), np.array([0.3, 0.3]), np.array([0.1, 0.1])).tolist() == [
        False,
        False,
    ]


def test_the_likely_errors_are_those_of_the_confident_joint_counted_one_by_one() -> None:
    """Random examples of three labels, Northcutt et al. 2021, eq. 1, written as a loop.

    Where the most probable label reaches its threshold, their rule and ours choose the same one.
    """
    random = np.random.default_rng(1)
    labels = random.integers(0, 3, 200)
    chances = random.dirichlet((0.5, 0.5, 0.5), 200)
    means = [sum(chances[n, k] for n in range(200) if labels[n] == k) / sum(labels == k) for k in range(3)]
    assert max(means) < SURE
    counted = []
    for number in range(200):
        reached = [k for k in range(3) if chances[number, k] >= means[k]]
        best = max(reached, key=lambda k: chances[number, k], default=labels[number])
        if best != labels[number] and chances[number, best] == chances[number].max():
            counted.append(number)
    own, found = chances[np.arange(200), labels], chances.argmax(1)
    thresholds = class_thresholds(labels, own, 3)
    likely = are_likely_errors(own, chances.max(1), thresholds[found])
    assert np.flatnonzero(likely).tolist() == counted
    assert len(counted) > 20


def test_a_span_seen_where_none_is_comes_before_one_that_is_not_seen() -> None:
    """Margins 0.7 and 0.9; thresholds 0.9 of O, 0.3 of PER: 0.7 + (0.9 - 0.3) / 2 and 0.9 + (0.3 - 0.9) / 2."""
    scores = span_scores(
        np.array([0.1, 0.0]), np.array([0.8, 0.9]), np.array([0.9, 0.3]), np.array([0.3, 0.9])
    )
    assert scores == pytest.approx([1.0, 0.6])


@pytest.mark.parametrize(
    ("gold", "found", "kind"),
    [
        ([], [(1, 3, "PER")], "missing"),
        ([(1, 3, "PER")], [], "spurious"),
        ([(1, 3, "PER")], [(1, 3, "ORG")], "type"),
        ([(1, 3, "PER")], [(2, 3, "PER")], "extent"),
        ([(1, 3, "PER")], [(1, 2, "PER"), (2, 3, "PER")], "extent"),
        ([(1, 3, "PER")], [(2, 3, "ORG")], "type and extent"),
        ([(1, 2, "PER"), (2, 3, "LOC")], [(1, 3, "PER")], "type and extent"),
    ],
)
def test_each_kind_of_difference(gold: list[Span], found: list[Span], kind: str) -> None:
    (stretch,) = differing_stretches(gold, found)
    assert (stretch.start, stretch.end) == (1, 3)
    assert (stretch.gold, stretch.found) == (tuple(gold), tuple(found))
    assert stretch.kind == kind


def test_spans_that_only_touch_are_apart_and_equal_ones_are_left_out() -> None:
    gold = [(0, 1, "PER"), (1, 2, "LOC"), (4, 6, "ORG")]
    found = [(0, 1, "PER"), (1, 2, "ORG"), (2, 3, "LOC"), (5, 7, "ORG")]
    assert differing_stretches(gold, found) == [
        Stretch(1, 2, ((1, 2, "LOC"),), ((1, 2, "ORG"),)),
        Stretch(2, 3, (), ((2, 3, "LOC"),)),
        Stretch(4, 7, ((4, 6, "ORG"),), ((5, 7, "ORG"),)),
    ]


TAGS = st.lists(st.sampled_from(["O", "B-A", "I-A", "B-B", "I-B"]), min_size=8, max_size=8)


@given(TAGS, TAGS)
def test_the_gold_spans_with_the_found_ones_put_on_every_stretch_are_the_found_spans(
    one: list[str], other: list[str]
) -> None:
    """So the stretches say all that differs, and no span crosses the edge of one."""
    gold, found = spans_of(one), spans_of(other)
    tags = tags_of(gold, 8)
    stretches = differing_stretches(gold, found)
    for stretch in stretches:
        tags[stretch.start : stretch.end] = tags_of(found, 8)[stretch.start : stretch.end]
    assert tags == tags_of(found, 8)
    for stretch in stretches:
        covered = {place for side in (stretch.gold, stretch.found) for s in side for place in range(*s[:2])}
        assert covered == set(range(stretch.start, stretch.end))
