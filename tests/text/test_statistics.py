"""Statistics of a split, counted by hand."""

from tagger.text.sentences import Sentence
from tagger.text.statistics import SplitStatistics, statistics_of

SENTENCES = [
    Sentence(["a", "b", "a"], {"pos": ["N", "V", "N"], "ner": ["B-X", "I-X", "B-X"]}),
    Sentence(["c"], {"pos": ["N"], "ner": ["B-Y"]}),
]


def test_numbers_of_a_split():
    assert statistics_of(SENTENCES, {"pos": "none", "ner": "IOB2"}, seen=frozenset("bc")) == SplitStatistics(
        sentences=2,
        tokens=4,
        forms=3,
        labels={"pos": {"N": 3, "V": 1}, "ner": {"B-X": 2, "I-X": 1, "B-Y": 1}},
        entities={"ner": {"X": 2, "Y": 1}},
        unseen_forms=1,
        unseen_tokens=2,
    )


def test_training_has_no_unseen_forms():
    numbers = statistics_of(SENTENCES, {"pos": "none"})
    assert numbers.unseen_forms is None and numbers.unseen_tokens is None and numbers.entities == {}
