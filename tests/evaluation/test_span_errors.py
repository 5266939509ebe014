"""Oracles: pairs worked out by hand; every way to pair, tried out; the counts of seqeval."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.analysis import Confusion, SpanErrors
from tagger.evaluation.scores import score_task
from tagger.evaluation.span_errors import (
    FATES,
    as_confusions,
    fate_of,
    pair_spans,
    span_errors,
    token_confusions,
)
from tagger.text.schemes import Span, spans_of

GOLD = "B-PER I-PER O B-LOC I-LOC I-LOC O B-ORG O O B-LOC".split()
FOUND = "B-PER I-PER O B-LOC I-LOC O O B-PER O B-ORG O".split()


def test_what_becomes_of_spans_by_hand() -> None:
    """PER is right; LOC is one token short; ORG is found as PER; a LOC is missed; an ORG stands where there is none."""
    errors, types = span_errors([GOLD], [FOUND], scheme="IOB2")
    assert errors == (
        SpanErrors("all", right=1, wrong_type=1, wrong_span=1, wrong_both=0, missed=1, spurious=1),
        SpanErrors("LOC", right=0, wrong_type=0, wrong_span=1, wrong_both=0, missed=1, spurious=0),
        SpanErrors("ORG", right=0, wrong_type=1, wrong_span=0, wrong_both=0, missed=0, spurious=1),
        SpanErrors("PER", right=1, wrong_type=0, wrong_span=0, wrong_both=0, missed=0, spurious=0),
    )
    assert as_confusions(types) == (
        Confusion("LOC", "LOC", 1),
        Confusion("LOC", "O", 1),
        Confusion("O", "ORG", 1),
        Confusion("ORG", "PER", 1),
        Confusion("PER", "PER", 1),
    )


PAIRINGS: list[tuple[str, list[Span], list[Span], list[str]]] = [
    ("a longer span of another type", [(0, 2, "A")], [(0, 3, "B")], ["wrong_both"]),
    ("one gold span cut in two: the larger half", [(0, 3, "A")], [(0, 1, "A"), (1, 3, "A")], ["spurious", "wrong_span"]),
    ("equal halves: the one of the same type", [(0, 2, "A")], [(0, 1, "B"), (1, 2, "A")], ["spurious", "wrong_span"]),
    ("equal halves of one type: the left one", [(0, 2, "A")], [(0, 1, "A"), (1, 2, "A")], ["spurious", "wrong_span"]),
    ("two gold spans joined: the larger", [(0, 1, "A"), (1, 4, "A")], [(0, 4, "A")], ["missed", "wrong_span"]),
    ("neighbours share no token", [(0, 1, "A")], [(1, 2, "A")], ["missed", "spurious"]),
    ("the best overlap first, though it leaves one alone", [(0, 4, "A"), (4, 6, "A")], [(1, 6, "A")],
     ["missed", "wrong_span"]),
]  # fmt: skip


def test_a_sentence_as_long_as_a_book_takes_no_quadratic_time() -> None:
    """Every second token is a span: to hold 50,000 against 50,000 one by one would take many minutes."""
    gold = ["B-PER", "O"] * 50_000
    found = ["B-PER", "O", "B-LOC", "O"] * 25_000
    errors, _ = span_errors([gold], [found], scheme="IOB2")
    assert (errors[0].right, errors[0].wrong_type, errors[0].missed) == (25_000, 25_000, 0)


@pytest.mark.parametrize(
    ("gold", "found", "fates"), [row[1:] for row in PAIRINGS], ids=[r[0] for r in PAIRINGS]
)
def test_pairs_by_hand(gold: list[Span], found: list[Span], fates: list[str]) -> None:
    assert sorted(map(fate_of, pair_spans(gold, found))) == fates


def test_equal_overlaps_take_the_same_type_then_the_left_one() -> None:
    same_type = pair_spans([(0, 2, "A")], [(0, 1, "B"), (1, 2, "A")])
    assert same_type == [(None, (0, 1, "B")), ((0, 2, "A"), (1, 2, "A"))]
    assert pair_spans([(0, 2, "A")], [(0, 1, "A"), (1, 2, "A")])[0] == ((0, 2, "A"), (0, 1, "A"))


def test_types_called_all_and_without_a_name_are_those_of_the_scores() -> None:
    gold, found = [["B-all", "O", "B"]], [["B-all", "O", "O"]]
    scores = score_task("t", gold, found, gold, scheme="IOB2", known_forms=(), strict=False).conlleval
    errors, _ = span_errors(gold, found, scheme="IOB2")
    assert [row.kind for row in errors] == ["all", "_", "all (type)"]
    assert {row.kind: row.right for row in errors} == {
        kind: counts.correct for kind, counts in scores.items()
    }


def test_without_spans_there_is_a_row_of_nothing() -> None:
    assert span_errors([["O"]], [["O"]], scheme="IOB2") == ((SpanErrors("all", 0, 0, 0, 0, 0, 0),), {})


TAGS = ("O", "B-A", "I-A", "E-A", "S-A", "B-B", "I-B", "E-B", "S-B")


@st.composite
def both_sides(draw: st.DrawFn) -> tuple[list[list[str]], list[list[str]], str]:
    scheme = draw(st.sampled_from(["IOB1", "IOB2", "IOBES"]))
    tags = TAGS if scheme == "IOBES" else tuple(tag for tag in TAGS if tag[0] in "OBI")
    sizes = draw(st.lists(st.integers(1, 7), min_size=1, max_size=4))
    row = [draw(st.lists(st.sampled_from(tags), min_size=n, max_size=n)) for n in sizes * 2]
    return row[: len(sizes)], row[len(sizes) :], scheme


@settings(max_examples=80, deadline=None)
@given(both_sides())
def test_right_missed_and_spurious_add_up_to_the_counts_of_seqeval(
    sides: tuple[list[list[str]], list[list[str]], str],
) -> None:
    gold, found, scheme = sides
    scores = score_task("t", gold, found, gold, scheme=scheme, known_forms=(), strict=False).conlleval
    errors, types = span_errors(gold, found, scheme=scheme)
    assert all(not counts.gold for kind, counts in scores.items() if kind not in {row.kind for row in errors})
    for row in errors:
        counts = scores[row.kind]
        assert row.right == counts.correct
        paired = row.right + row.wrong_type + row.wrong_span + row.wrong_both
        assert paired + row.missed == counts.gold
    total = errors[0]
    assert (
        total.right + total.wrong_type + total.wrong_span + total.wrong_both + total.spurious
        == scores["all"].predicted
    )
    for kind, counts in scores.items():
        if kind != "all":
            assert sum(n for (a, _), n in types.items() if a == kind) == counts.gold
            assert sum(n for (_, b), n in types.items() if b == kind) == counts.predicted


def overlap(pair: tuple[Span, Span]) -> tuple[float, bool, Span, Span]:
    """What decides between two pairs, counted on sets of tokens."""
    one, other = (set(range(start, end)) for start, end, _ in pair)
    return -len(one & other) / len(one | other), pair[0][2] != pair[1][2], *pair


def best_pairing(gold: list[Span], found: list[Span]) -> set[tuple[Span, Span]]:
    """Of all ways to pair, the one whose sorted list of overlaps comes first."""
    slots: list[Span | None] = [*found, *([None] * len(gold))]
    ways = []
    for order in set(permutations(slots, len(gold))):
        pairs = [(a, b) for a, b in zip(gold, order, strict=True) if b is not None and overlap((a, b))[0] < 0]
        ways.append(sorted(pairs, key=overlap))
    end = (1.0, True, (0, 0, ""), (0, 0, ""))
    return set(min(ways, key=lambda pairs: [*map(overlap, pairs), end]))


@settings(max_examples=50, deadline=None)
@given(both_sides())
def test_the_pairing_is_the_first_of_all_there_could_be(
    sides: tuple[list[list[str]], list[list[str]], str],
) -> None:
    gold, found = (spans_of(rows[0], sides[2])[:4] for rows in sides[:2])
    pairs = pair_spans(gold, found)
    assert {(a, b) for a, b in pairs if a and b} == best_pairing(gold, found)
    assert [a for a, _ in pairs if a] == gold
    assert sorted(b for _, b in pairs if b) == found
    assert {fate_of(pair) for pair in pairs} <= set(FATES)


def test_confusions_of_tokens_by_hand() -> None:
    found = as_confusions(token_confusions(["N V N".split(), ["V"]], ["N N V".split(), ["V"]]))
    assert found == (
        Confusion("N", "N", 1),
        Confusion("N", "V", 1),
        Confusion("V", "N", 1),
        Confusion("V", "V", 1),
    )
