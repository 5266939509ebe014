"""What a document remembers of its tokens; the oracle looks at every other token of the document for each."""

from collections import Counter
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.text.features import Feature, FormFeatures
from tagger.text.gazetteers import MARK, Gazetteers, form_of, place_of
from tagger.text.memory import (
    Memory,
    class_of,
    document_runs,
    remember,
    remember_documents,
    types_of,
    without_memory,
)
from tagger.text.sentences import Sentence
from tagger.text.vocabulary import UNKNOWN, Vocabulary

TOKENS = st.sampled_from(["Ada", "ada", "ADA", "Paris", "the", "The", "7", "İ"])
TAGS = st.sampled_from(["O", "B-PER", "S-PER", "E-LOC"])
DOCUMENTS = st.lists(st.lists(st.tuples(TOKENS, TAGS), max_size=5), max_size=5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Clinton/S-PER said . Clinton/S-PER slept", "PER+ - - PER+ -"),
        ("CLINTON/B-ORG said . Clinton/S-PER slept", "PER+ - - ORG+ -"),
        ("Bill/B-PER Clinton/E-PER met Clinton/S-PER", "- PER+ - PER+"),
        ("The/O dog . The/O cat . Dog/O", "O+ - - O+ - - -"),
        ("us and US/S-LOC", "- - -"),
        ("Ada/S-PER Ada/S-PER Ada/S-LOC", "LOC- LOC- PER+"),
        ("A/S-PER A/S-PER A/S-PER A/S-PER A/S-PER A/S-LOC", "PER+ PER+ PER+ PER+ PER+ PER+"),
        ("A/S-PER A/S-PER A/S-PER A/S-PER A/S-LOC", "PER- PER- PER- PER- PER+"),
    ],
)
def test_the_other_tokens_of_a_form_decide(text: str, expected: str) -> None:
    pairs = [word.partition("/") for word in text.split()]
    tokens, tags = [form for form, _, _ in pairs], [tag or "O" for _, _, tag in pairs]
    (found,) = remember([tokens], [tags])
    assert [own or "-" for own in found] == expected.split()


def slow_class(tokens: list[str], tags: list[str], place: int) -> str:
    form = tokens[place]
    if form == form.lower():
        return ""
    others = Counter(
        tag if tag == "O" else tag[2:]
        for number, (other, tag) in enumerate(zip(tokens, tags, strict=True))
        if number != place and other != other.lower() and other.lower() == form.lower()
    )
    if not others:
        return ""
    most = max(others.values())
    kind = sorted(kind for kind, count in others.items() if count == most)[0]
    return kind + ("+" if most * 5 >= sum(others.values()) * 4 else "-")


@given(DOCUMENTS)
def test_classes_are_those_of_a_look_at_all_other_tokens(document: list[list[tuple[str, str]]]) -> None:
    tokens, tags = ([[pair[part] for pair in row] for row in document] for part in (0, 1))
    found = remember(tokens, tags)
    assert [len(row) for row in found] == [len(row) for row in tokens]
    flat, flat_tags = list(chain(*tokens)), list(chain(*tags))
    assert list(chain(*found)) == [slow_class(flat, flat_tags, place) for place in range(len(flat))]


@given(st.lists(DOCUMENTS, max_size=4))
def test_documents_know_nothing_of_each_other(documents: list[list[list[tuple[str, str]]]]) -> None:
    parts = [
        ([[form for form, _ in row] for row in own], [[tag for _, tag in row] for row in own])
        for own in documents
    ]
    numbers = [number for number, own in enumerate(documents) for _ in own]
    together = remember_documents(
        [row for tokens, _ in parts for row in tokens], [row for _, tags in parts for row in tags], numbers
    )
    assert together == [row for tokens, tags in parts for row in remember(tokens, tags)]


def test_neighbours_of_one_file_and_document_are_a_run_and_unknown_documents_are_single() -> None:
    names = [("a", "1"), ("a", "1"), ("a", "2"), ("a", ""), ("a", ""), ("a", "2"), ("b", "2")]
    sentences = [Sentence(["x"], path=path, document=document) for path, document in names]
    assert list(document_runs(sentences)) == [1, 1, 2, 3, 4, 5, 6]


def test_types_stand_in_the_order_of_the_labels() -> None:
    assert types_of(["B-LOC", "E-LOC", "O", "B-PER-X"]) == ("LOC", "O", "PER-X")
    assert Memory("ner", ("O", "LOC")).classes == ("O+", "O-", "LOC+", "LOC-")


def test_a_class_stands_behind_what_the_lists_say() -> None:
    gazetteers = Gazetteers({"city": ["Paris"], "people": ["Ada"]})
    features = FormFeatures([], None, {}, gazetteers, Memory("ner", ("O", "PER")))
    marked = features.mark(["Ada", "Maria", "Paris", "Ada"], ["PER-", "O+", "", ""])
    assert marked == [f"Ada{MARK}-SPER-", f"Maria{MARK}--O+", f"Paris{MARK}S-", f"Ada{MARK}-S"]
    assert [class_of(text, 2) for text in marked] == ["PER-", "O+", "", ""]
    assert [place_of(text, 1) for text in marked] == ["S", "-", "-", "S"]
    assert [form_of(text) for text in marked] == ["Ada", "Maria", "Paris", "Ada"]
    assert [without_memory(text, 2) for text in marked] == [
        f"Ada{MARK}-S",
        "Maria",
        f"Paris{MARK}S-",
        f"Ada{MARK}-S",
    ]
    assert features.mark(["Maria", "."], ["", ""]) == ["Maria", "."]


def test_a_class_has_a_row_of_its_own_and_the_form_is_seen_without_it() -> None:
    memory = Memory("ner", ("O", "PER"))
    vocabularies = {"word": Vocabulary(["ada"]), "memory": Vocabulary(memory.classes)}
    features = FormFeatures([Feature("word", 3), Feature("memory", 2)], None, vocabularies, None, memory)
    again = FormFeatures.from_description(features.describe(), vocabularies)
    assert again.memory == memory
    for own in (features, again):
        (marked,) = own.mark(["Ada"], ["PER-"])
        assert own.rows(["Ada", marked]).tolist() == [[2, UNKNOWN], [2, 5]]
