"""Tags without context, by hand-worked tables; that of phrases gives the published figures of CoNLL-2003's baseline."""

import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.evaluation.majority import known_phrases, learn_majority, most_frequent_tags
from tagger.text.columns import read_columns
from tagger.text.schemes import spans_of, violations

DATA = Path(os.environ.get("TAGGER_DATA", Path(__file__).parents[3] / "shared" / "data"))

FORMS = "the run run run May may may may Run of of x x".split()
TAGS = "DT NN VB VB NNP MD MD NN NNP IN DT DT IN".split()
# over all tokens: DT 3, VB 2, NN 2, NNP 2, MD 2, IN 2; in lower case: run VB 2, NN 1, NNP 1; may MD 2, NN 1, NNP 1


@pytest.mark.parametrize(
    ("form", "tag"),
    [
        ("run", "VB"),  # 2 of 3
        ("Run", "NNP"),  # the form itself before its lower case
        ("RUN", "VB"),  # as all of run and Run together
        ("may", "MD"),
        ("May", "NNP"),
        ("mAY", "MD"),
        ("of", "DT"),  # IN and DT once each: DT is more frequent over all tokens
        ("x", "DT"),
        ("unheard", "DT"),  # the most frequent of all
    ],
)
def test_a_form_gets_its_most_frequent_tag(form: str, tag: str) -> None:
    assert most_frequent_tags([FORMS], [TAGS])([form]) == [tag]


def test_equally_frequent_tags_are_taken_by_the_alphabet() -> None:
    tag = most_frequent_tags([["a", "b"], ["a", "b"]], [["Y", "X"], ["X", "Y"]])
    assert tag(["a", "b", "c", "A"]) == ["X", "X", "X", "X"]


def test_without_training_every_tag_is_outside() -> None:
    assert learn_majority([], [], scheme="none")(["a", "b"]) == ["O", "O"]
    assert learn_majority([], [], scheme="IOBES")(["a", "b"]) == ["O", "O"]


def test_each_sentence_has_a_tag_a_token() -> None:
    assert learn_majority([FORMS], [TAGS], scheme="none")([]) == []


TRAIN = [
    ("New York", "B-LOC I-LOC"),
    ("New York Times", "B-ORG I-ORG I-ORG"),
    ("York beat York", "B-ORG O B-LOC"),
    ("York", "B-ORG"),
    ("China", "B-ORG"),
    ("China", "B-LOC"),
    ("the new times", "O O O"),
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("New York", "B-LOC I-LOC"),
        ("New York Times", "B-ORG I-ORG I-ORG"),  # the longest phrase
        ("New York New York", "B-LOC I-LOC B-LOC I-LOC"),
        ("York", "B-ORG"),  # ORG twice, LOC once
        ("China", "B-LOC"),  # once each: the first in the alphabet
        ("New York York", "B-LOC I-LOC B-ORG"),
        ("New Times", "O O"),  # no phrase of training
        ("new york", "O O"),  # case matters
        ("the York", "O B-ORG"),
        ("", ""),
    ],
)
def test_known_phrases_are_marked_the_longest_first(text: str, expected: str) -> None:
    tokens, tags = ([row[side].split() for row in TRAIN] for side in (0, 1))
    assert known_phrases(tokens, tags, scheme="IOB2")(text.split()) == expected.split()


def test_phrases_are_taken_from_the_left() -> None:
    tag = known_phrases([["a", "b"], ["b", "c", "d"]], [["S-X", "O"], ["B-Y", "I-Y", "E-Y"]], scheme="IOBES")
    assert tag(["a", "b", "c", "d"]) == ["S-X", "B-Y", "I-Y", "E-Y"]
    overlapping = known_phrases(
        [["a", "b"], ["b", "c", "d"]], [["B-X", "E-X"], ["B-Y", "I-Y", "E-Y"]], scheme="IOBES"
    )
    assert overlapping(["a", "b", "c", "d"]) == ["B-X", "E-X", "O", "O"]


@given(
    st.lists(st.tuples(st.sampled_from("abA"), st.sampled_from(["O", "I-X", "B-X", "I-Y"])), max_size=30),
    st.lists(st.sampled_from("abAc"), max_size=12),
    st.sampled_from(["IOB1", "IOB2", "IOBES"]),
)
def test_every_mark_is_a_phrase_of_training_in_a_valid_sequence(
    train: list[tuple[str, str]], tokens: list[str], scheme: str
) -> None:
    forms, tags = [form for form, _ in train], [tag for _, tag in train]
    phrases = {(" ".join(forms[start:end]), kind) for start, end, kind in spans_of(tags, scheme)}
    found = known_phrases([forms], [tags], scheme=scheme)(tokens)
    assert not violations(found, scheme)
    assert {(" ".join(tokens[a:b]), kind) for a, b, kind in spans_of(found, scheme)} <= phrases


def test_phrases_give_the_published_figures_of_the_shared_task() -> None:
    """Oracle: conlleval's report on the organisers' baseline on eng.testa: 4,948 phrases found, 3,876 correct."""
    train, dev = DATA / "conll2003" / "eng.train", DATA / "conll2003" / "eng.testa"
    if not (train.is_file() and dev.is_file()):
        pytest.skip(f"CoNLL-2003 is not in {DATA}; set TAGGER_DATA")
    learnt, gold = (
        [(s.tokens, s.tags["3"]) for s in read_columns(str(path), columns=("word", "1", "2", "3"))]
        for path in (train, dev)
    )
    tag = known_phrases([tokens for tokens, _ in learnt], [tags for _, tags in learnt], scheme="IOB1")
    found, right = Counter[str](), Counter[str]()
    for tokens, tags in gold:
        spans = set(spans_of(tag(tokens), "IOB1"))
        found.update(kind for *_, kind in spans)
        right.update(kind for *_, kind in spans & set(spans_of(tags, "IOB1")))
    assert found == {"LOC": 1946, "MISC": 826, "ORG": 1221, "PER": 955}
    assert right == {"LOC": 1523, "MISC": 730, "ORG": 851, "PER": 772}
