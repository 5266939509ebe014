"""Ready tokens to sentences: the same ends as the tokenizer finds for its own tokens."""

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.text.token_sentences import sentence_bounds
from tagger.text.tokenizer import split_sentences, tokenize


def bounds_of(text: str) -> list[list[str]]:
    tokens, starts, ends = tokenize(text)
    return [tokens[begin:end] for begin, end in sentence_bounds(tokens, starts, ends)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ada",
        "One. Two? Three",
        '"Why?" she asked. "No." He left...',
        "He (a man.) went. 1. The first. etc.",
    ],
)
def test_sentences_end_where_those_of_the_tokenizer_do(text):
    assert bounds_of(text) == [s.tokens for s in split_sentences(text, line_breaks="wrapped")]


@given(st.text("Aa1 .?!\"')…,", max_size=40))
def test_sentences_end_where_those_of_the_tokenizer_do_in_any_text(text):
    """Where the tokenizer took a full stop at the end of a sentence off its abbreviation, tokens differ."""
    sentences = [s.tokens for s in split_sentences(text, line_breaks="wrapped")]
    if list(chain.from_iterable(sentences)) == tokenize(text).tokens:
        assert bounds_of(text) == sentences


def test_an_empty_token_ends_a_paragraph_and_belongs_to_no_sentence():
    tokens = ["", "a", "", "", "b", "c", ""]
    assert sentence_bounds(tokens, [0] * 7, [0] * 7) == [(1, 2), (4, 6)]


def test_without_splitting_only_paragraphs_end():
    tokens, starts, ends = ["A", ".", "B", ".", "", "C", "."], [0, 1, 3, 4, 5, 6, 7], [1, 2, 4, 5, 6, 7, 8]
    assert sentence_bounds(tokens, starts, ends, split=False) == [(0, 4), (5, 7)]
    assert sentence_bounds(tokens, starts, ends) == [(0, 2), (2, 4), (5, 7)]
