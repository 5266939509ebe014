"""Lines of ready tokens: what separates them, where endless lines are cut, offsets."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.reading.pieces import BOUNDS, Bounds, Reading
from tests.reading.piecewise import CHUNKS, PAUSES, assert_pieces_hold, cut, parse, sentences

READING = Reading(input_format="tokens")
TEXTS = st.lists(
    st.sampled_from(["Ada", ".", "x" * 9, "\u00a0", "漢", " ", " ", "  ", "\t", "\r", "\n", "\n"])
).map("".join)


def test_tokens_are_separated_by_white_space_and_sentences_by_lines():
    text = "Ada lives\u00a0in \tParis .\r\n\n \nNo\u2028break\n"
    first, second = sentences(text, READING, bounds=BOUNDS)
    assert first.tokens == ["Ada", "lives\u00a0in", "Paris", "."]
    assert (first.starts, first.ends) == ([0, 4, 14, 20], [3, 12, 19, 21])
    assert first.text == "Ada lives\u00a0in \tParis ."
    assert (second.tokens, second.text) == (["No\u2028break"], "No\u2028break")


@settings(max_examples=300, deadline=None)
@given(TEXTS, CHUNKS, PAUSES, st.integers(1, 20))
def test_tokens_are_the_runs_between_white_space_however_the_text_comes(text, chunk, pauses, piece):
    bounds = Bounds(piece=piece)
    pieces = cut(text, READING, chunk=chunk, pauses=pauses, bounds=bounds)
    words = parse(pieces, READING, bounds=bounds)
    assert_pieces_hold(text, pieces)
    assert "".join((own.gap or "") + (own.text or "") for own in words) == text
    found = [own for own in words if own.tokens]
    oracle = [re.findall(r"[^ \t\r\f\v]+", line) for line in text.split("\n")]
    assert [own.tokens for own in found] == [tokens for tokens in oracle if tokens]
    for own in found:
        assert [text[a:b] for a, b in zip(own.starts, own.ends, strict=True)] == own.tokens


@settings(max_examples=300, deadline=None)
@given(TEXTS, CHUNKS, PAUSES, st.integers(1, 20), st.integers(1, 12), st.integers(1, 4))
def test_endless_lines_are_cut_in_the_same_places_however_the_text_comes(
    text, chunk, pauses, piece, line, tokens
):
    bounds = Bounds(piece=piece, line=line, tokens=tokens)
    found = sentences(text, READING, chunk=chunk, pauses=pauses, bounds=bounds)
    whole = sentences(text, READING, bounds=Bounds(line=line, tokens=tokens))
    assert [own[:4] for own in found] == [own[:4] for own in whole]
    assert all(len(own.tokens) <= tokens and len(own.text) <= line for own in found)
    assert "".join("".join(own.tokens) for own in found) == re.sub(r"[ \t\r\f\v\n]", "", text)


def test_an_endless_line_is_cut_at_a_space_or_anywhere():
    bounds = Bounds(piece=10, line=10)
    text = "Ada lives in Paris " + "x" * 25 + "\nEnd"
    assert [own.text for own in sentences(text, READING, chunk=7, bounds=bounds)] == [
        "Ada lives",
        "in Paris",
        "x" * 10,
        "x" * 10,
        "x" * 5,
        "End",
    ]
