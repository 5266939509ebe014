"""Oracles: `score_task` (seqeval) on resampled sentences or documents; a normal approximation; hand counts."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.errors import ShapeError
from tagger.evaluation.intervals import (
    by_document,
    change,
    document_numbers,
    interval,
    score_of,
    sentence_counts,
    too_few,
)
from tagger.evaluation.scores import score_task
from tagger.text.sentences import Sentence

GOLD = ["B-PER I-PER O".split(), "O B-LOC".split(), "O".split(), "B-PER O B-ORG".split()]
FOUND = ["B-PER I-PER O".split(), "B-LOC I-LOC".split(), "O".split(), "B-PER O B-LOC".split()]


def test_counts_of_spans_by_hand() -> None:
    counts = sentence_counts(GOLD, FOUND, scheme="IOB2")
    assert counts.tolist() == [[1, 1, 1], [1, 1, 0], [0, 0, 0], [2, 2, 1]]
    assert interval(counts).value == 0.5


def test_counts_of_plain_tags_are_tokens() -> None:
    counts = sentence_counts(["N V".split(), ["N"]], ["N N".split(), ["N"]], scheme="none")
    assert counts.tolist() == [[2, 2, 1], [1, 1, 1]]
    assert interval(counts).value == pytest.approx(2 / 3)


TAGS = ("O", "B-A", "I-A", "E-A", "S-A", "B-B", "I-B", "E-B", "S-B")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_counts_add_up_to_those_of_seqeval_however_broken_the_tags(data: st.DataObject) -> None:
    scheme = data.draw(st.sampled_from(["IOB1", "IOB2", "IOBES"]))
    tags = TAGS if scheme == "IOBES" else tuple(tag for tag in TAGS if tag[0] in "OBI")
    sizes = data.draw(st.lists(st.integers(1, 7), min_size=1, max_size=4))
    gold, found = (
        [data.draw(st.lists(st.sampled_from(tags), min_size=n, max_size=n)) for n in sizes] for _ in range(2)
    )
    tokens = [["w"] * n for n in sizes]
    oracle = score_task("ner", gold, found, tokens, scheme=scheme, known_forms=(), strict=False)
    total = oracle.conlleval["all"]
    counts = sentence_counts(gold, found, scheme=scheme).sum(0)
    assert counts.tolist() == [total.gold, total.predicted, total.correct]


def many(scheme: str, seed: int, *, right: float) -> tuple[list[list[str]], list[list[str]]]:
    """Sentences of 1 to 6 words, each tag predicted right with probability `right`."""
    random = np.random.default_rng(seed)
    tags = ["O", "B-A", "B-B"] if scheme == "IOB2" else ["N", "V", "D"]
    gold = [[tags[k] for k in random.integers(0, 3, size=n)] for n in random.integers(1, 7, size=40)]
    found = [[tag if random.random() < right else tags[random.integers(0, 3)] for tag in row] for row in gold]
    return gold, found


def slow_scores(gold: list[list[str]], found: list[list[str]], scheme: str, samples: int) -> list[float]:
    """The scores of resampled sentences, each scored from its tags."""
    random = np.random.default_rng(0)
    scores = []
    for _ in range(samples):
        chosen = random.integers(0, len(gold), size=len(gold))
        g, f = [gold[i] for i in chosen], [found[i] for i in chosen]
        scores.append(score_task("t", g, f, g, scheme=scheme, known_forms=(), strict=False).main[1])
    return scores


@pytest.mark.parametrize("scheme", ["IOB2", "none"])
def test_an_interval_equals_a_slow_resampling_with_the_same_draws(scheme: str) -> None:
    gold, found = many(scheme, 3, right=0.7)
    scores = sorted(slow_scores(gold, found, scheme, 41))
    estimate = interval(sentence_counts(gold, found, scheme=scheme), samples=41, seed=0)
    assert estimate.low == pytest.approx(scores[1])  # 2.5% of the 40 steps between the 41 scores
    assert estimate.high == pytest.approx(scores[39])
    assert (
        estimate.value
        == score_task("t", gold, found, gold, scheme=scheme, known_forms=(), strict=False).main[1]
    )


def test_an_interval_by_document_equals_a_slow_resampling_of_whole_documents() -> None:
    """Oracle: documents drawn with the same numbers, their sentences scored from the tags."""
    gold, found = many("IOB2", 7, right=0.7)
    numbers = [0, 0, 1, 2, 2, 2, 1, *range(3, 12), *([4] * 24)]  # documents need not stay together
    documents = [[i for i, number in enumerate(numbers) if number == own] for own in range(12)]
    random, scores = np.random.default_rng(0), []
    for _ in range(41):
        chosen = [i for own in random.integers(0, 12, size=12) for i in documents[own]]
        g, f = [gold[i] for i in chosen], [found[i] for i in chosen]
        scores.append(score_task("t", g, f, g, scheme="IOB2", known_forms=(), strict=False).main[1])
    counts = by_document(sentence_counts(gold, found, scheme="IOB2"), np.array(numbers))
    estimate = interval(counts, samples=41, seed=0)
    assert (estimate.low, estimate.high) == pytest.approx((sorted(scores)[1], sorted(scores)[39]))
    assert estimate.value == interval(sentence_counts(gold, found, scheme="IOB2")).value


def test_sentences_that_resemble_each_other_make_the_interval_wider() -> None:
    """Ten documents, right or wrong as a whole: there is as much to be learnt from them as from ten sentences."""
    gold, found = [["N"]] * 100, [["N"] if number % 20 < 10 else ["V"] for number in range(100)]
    counts = sentence_counts(gold, found, scheme="none")
    one, ten = interval(counts), interval(by_document(counts, np.arange(100) // 10))
    assert ten.high - ten.low > 2 * (one.high - one.low)


def sentences_of(*documents: str, path: str = "a") -> list[Sentence]:
    return [Sentence(["w"], document=document, path=path) for document in documents]


def test_documents_are_numbered_in_their_order_and_those_of_two_files_are_two() -> None:
    names = [str(number) for number in range(9)]
    both = sentences_of(*names, "0") + sentences_of("0", "1", path="b")
    numbers = document_numbers(both)
    assert numbers is not None and numbers.tolist() == [*range(9), 0, 9, 10]


def test_few_documents_or_a_sentence_without_one_leave_the_sentences() -> None:
    names = [str(number) for number in range(10)]
    assert document_numbers(sentences_of(*names)) is not None
    assert document_numbers(sentences_of(*names[:9])) is None
    assert document_numbers(sentences_of(*names, "")) is None
    assert document_numbers([]) is None
    counts = sentence_counts(GOLD, FOUND, scheme="IOB2")
    assert by_document(counts, None) is counts


def test_a_change_equals_a_slow_resampling_of_both_with_the_same_draws() -> None:
    gold, before = many("IOB2", 3, right=0.6)
    _, after = many("IOB2", 3, right=0.9)
    slow = zip(slow_scores(gold, after, "IOB2", 41), slow_scores(gold, before, "IOB2", 41), strict=True)
    differences = sorted(a - b for a, b in slow)
    estimate = change(
        sentence_counts(gold, before, scheme="IOB2"), sentence_counts(gold, after, scheme="IOB2"), samples=41
    )
    assert estimate.low == pytest.approx(differences[1])
    assert estimate.high == pytest.approx(differences[39])


def test_the_interval_of_an_accuracy_is_that_of_a_binomial_share() -> None:
    """Oracle: the normal approximation, 1.96 * sqrt(p (1 - p) / n), for sentences of one token."""
    tokens, share = 4000, 0.8
    gold = [["N"]] * tokens
    found = [["N"] if number < share * tokens else ["V"] for number in range(tokens)]
    estimate = interval(sentence_counts(gold, found, scheme="none"))
    reach = 1.96 * math.sqrt(share * (1 - share) / tokens)
    assert estimate.low == pytest.approx(share - reach, abs=reach / 10)
    assert estimate.high == pytest.approx(share + reach, abs=reach / 10)


def test_no_change_has_an_interval_of_no_width() -> None:
    counts = sentence_counts(GOLD, FOUND, scheme="IOB2")
    estimate = change(counts, counts)
    assert (estimate.value, estimate.low, estimate.high) == (0.0, 0.0, 0.0)


def test_the_seed_decides_the_draws() -> None:
    counts = sentence_counts(*many("IOB2", 5, right=0.5), scheme="IOB2")
    assert interval(counts, samples=50, seed=1) == interval(counts, samples=50, seed=1)
    assert interval(counts, samples=50, seed=1) != interval(counts, samples=50, seed=2)


def test_nothing_to_find_and_nothing_found_scores_zero() -> None:
    assert score_of(np.array([[0, 0, 0], [0, 2, 0]])).tolist() == [0.0, 0.0]
    empty = sentence_counts([], [], scheme="IOB2")
    assert interval(empty).value == 0.0


def test_one_sentence_is_too_few() -> None:
    note = "1 sentence is too few for intervals to be relied on: scores are less certain than they say"
    assert (too_few(1, "sentences"), too_few(10, "sentences")) == ([note], [])


def test_other_sizes_are_refused() -> None:
    with pytest.raises(ShapeError) as error:
        sentence_counts([["O"]], [["O", "O"]], scheme="none")
    assert str(error.value) == (
        "expected as many predicted tags as gold tags in every sentence, found other sizes."
    )
    one, two = (
        sentence_counts(GOLD, FOUND, scheme="IOB2"),
        sentence_counts(GOLD[:2], FOUND[:2], scheme="IOB2"),
    )
    with pytest.raises(ShapeError) as error:
        change(one, two)
    assert str(error.value) == "expected counts of 4 sentences, found 2."
