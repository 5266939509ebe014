"""Which sentences are worst, by hand."""

import math

import pytest

from tagger.analysis import SentenceSpan, WorstSentence
from tagger.evaluation.worst_sentences import surprise, worst_sentences
from tagger.text.sentences import Sentence

SENTENCES = [
    Sentence("Ada sleeps".split(), path="a.conll", lines=[1, 2]),
    Sentence("New Oslo".split(), document="two", path="a.conll", lines=[4, 5]),
    Sentence("no name".split(), path="rows"),
]
GOLD = [["B-PER", "O"], ["B-LOC", "I-LOC"], ["O", "O"]]
FOUND = [["B-PER", "O"], ["O", "B-LOC"], ["B-ORG", "O"]]
CHANCES = [0.9, 0.9, 0.5, 0.75, 0.95, 0.9]


def test_surprise_is_that_of_the_wrong_tokens_alone() -> None:
    assert surprise(["N", "V", "N"], ["N", "N", "V"], [0.99, 0.5, 0.75]) == pytest.approx(
        math.log(2) + math.log(4)
    )
    assert surprise(["N"], ["N"], [0.2]) == 0.0
    assert surprise(["N"], ["V"], [1.0]) == pytest.approx(-math.log(1e-9))


def test_the_worst_first_with_the_spans_of_both_sides() -> None:
    first, second = worst_sentences(SENTENCES, GOLD, FOUND, CHANCES, scheme="IOB2", most=5)
    assert first == WorstSentence(
        number=3,
        where="",
        document="",
        tokens=("no", "name"),
        gold=("O", "O"),
        found=("B-ORG", "O"),
        gold_spans=(),
        found_spans=(SentenceSpan(0, 1, "ORG"),),
        errors=1,
        surprise=pytest.approx(math.log(20)),
    )
    assert (second.number, second.where, second.document, second.errors) == (2, "a.conll:4", "two", 1)
    assert second.surprise == pytest.approx(math.log(2) + math.log(4))
    assert (second.gold_spans, second.found_spans) == (
        (SentenceSpan(0, 2, "LOC"),),
        (SentenceSpan(1, 2, "LOC"),),
    )


def test_equal_mistakes_keep_their_order_and_no_more_come_than_are_asked_for() -> None:
    sentences = [Sentence([form]) for form in "abcd"]
    gold, found = [["N"]] * 4, [["V"], ["N"], ["V"], ["V"]]
    worst = worst_sentences(sentences, gold, found, [0.5] * 4, scheme="none", most=2)
    assert [(sentence.number, sentence.errors) for sentence in worst] == [(1, 1), (3, 1)]
    assert worst_sentences(sentences, gold, found, [0.5] * 4, scheme="none", most=0) == ()
