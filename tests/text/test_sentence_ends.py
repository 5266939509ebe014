"""Where sentences end, what line breaks mean, and that a stream gives the same sentences however it is chunked."""

import itertools
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.text.sentence_ends import LineBreaks, line_break_meaning
from tagger.text.tokenizer import MAX_TOKENS, TokenizedSentence, split_sentences, stream_sentences

MODES: list[LineBreaks] = ["auto", "paragraph", "wrapped", "sentence"]
PARTS = [
    *(
        "Mr.",
        "U.S.",
        "etc.",
        "p.m.",
        "No.",
        "5",
        "The",
        "he",
        "Ada",
        "don't",
        "a@b.com",
        "http://x.org/y",
        "Inc.",
        "1.",
        "I.",
        "Sat.",
    ),
    *(
        ".",
        "!",
        "?",
        "...",
        "…",
        '"',
        "'",
        "”",
        ")",
        "(",
        ":)",
        "。",
        ",",
        "-",
        "漢",
        "👍🏽",
        "\u200d",
        "\x00",
        "\ufeff",
        "word",
        "nt",
        "end.The",
        "J.K.Rowling",
        "5,2005",
    ),
    *(
        " ",
        " ",
        " ",
        " ",
        "  ",
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        "\u2028",
        "\x85",
        "\x1c",
        "\t",
        "\v",
        " " * 9,
        "\u3000",
    ),
]
TEXTS = st.lists(st.sampled_from(PARTS), max_size=60).map("".join)
# runs longer than the bounds of tokens, sentences and white space
LONG = st.lists(st.tuples(st.sampled_from(PARTS), st.sampled_from([1, 1, 3, 700, 5000])), max_size=8).map(
    lambda parts: "".join(part * times for part, times in parts)
)


def sentences(text: str, line_breaks: LineBreaks = "paragraph") -> list[str]:
    """Returns the tokens of each sentence, joined by spaces."""
    return [" ".join(sentence.tokens) for sentence in split_sentences(text, line_breaks=line_breaks)]


def chunked(text: str, sizes: list[int]) -> Iterator[str]:
    """Returns the text in chunks of these sizes, again and again."""
    position = 0
    for size in itertools.cycle(sizes or [1]):
        if position >= len(text):
            return
        yield text[position : position + size]
        position += size


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It was the end.The next day.", ["It was the end .", "The next day ."]),
        ("How are you?I am fine!Really, yes", ["How are you ?", "I am fine !", "Really , yes"]),
        ("He lives in Paris.It rains", ["He lives in Paris .", "It rains"]),
        ("(He left.)Then she", ["( He left . )", "Then she"]),
        ("in the U.S.He is", ["in the U.S .", "He is"]),
        ("She left at 5.Then he came", ["She left at 5 .", "Then he came"]),
        ("it ended.Thanks", ["it ended .", "Thanks"]),
    ],
)
def test_a_sentence_ends_where_only_the_white_space_is_missing(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Call path.Join(x) now",
            "Yahoo!Mail is up",
            "see ASP.Net here",
            "1.The first point",
            "wait...What now",
        ),
        *(
            "it is end.the next",
            "J.K.Rowling wrote",
            "Mr.Smith came",
            "go to Amazon.com now",
            "see read.Me.first",
        ),
    ],
)
def test_marks_inside_names_and_before_lower_case_end_no_sentence(text: str) -> None:
    assert len(sentences(text)) == 1


@pytest.mark.parametrize(
    "expected",
    [
        ["He left .", "She stayed ."],
        ["Really ?!", "Yes !"],
        ["He met Dr. Smith of the U.S. Army .", "Then he left ."],
        ["It was Acme Inc .", "The end ."],
        ["See No. 5 .", "No .", "Really ."],
    ],
)
def test_final_punctuation_ends_a_sentence_and_abbreviations_do_not(expected: list[str]) -> None:
    text = " ".join(expected)
    for mark in (" .", " ?!", " !"):
        text = text.replace(mark, mark[1:])
    assert sentences(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"Go." He went.', ['" Go . "', "He went ."]),
        ("(He left.) She stayed.", ["( He left . )", "She stayed ."]),
        ('"Why?" she asked.', ['" Why ? " she asked .']),
        ('He said no. "Why?"', ["He said no .", '" Why ? "']),
        ("Well... maybe. Hm... Yes.", ["Well ... maybe .", "Hm ...", "Yes ."]),
        ("thanks. see you", ["thanks .", "see you"]),
        ("Great. :) I like it", ["Great . :)", "I like it"]),
        ("1. The first. 2. The second.", ["1 . The first .", "2 . The second ."]),
        ("He came . . . Then he left", ["He came . . .", "Then he left"]),
        (
            "See a.b@c.org. It is at http://c.org/d.e. Bye",
            ["See a.b@c.org .", "It is at http://c.org/d.e .", "Bye"],
        ),
        ("It is 3.14. Good.", ["It is 3.14 .", "Good ."]),
        ("我们走。你呢？", ["我 们 走 。", "你 呢 ？"]),
        ("यह है। वह है।", ["यह है ।", "वह है ।"]),
    ],
)
def test_sentence_ends_depend_on_what_follows(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\u2028", "\u2029", "\x85", "\v", "\f"])
def test_line_breaks_mean_what_the_mode_says(line_break: str) -> None:
    text = f"one two{line_break}three. Four{line_break} {line_break}five"
    assert sentences(text, "paragraph") == ["one two", "three .", "Four", "five"]
    assert sentences(text, "wrapped") == ["one two three .", "Four", "five"]
    assert sentences(text, "sentence") == ["one two", "three . Four", "five"]


def test_auto_takes_hard_line_breaks_for_white_space_and_long_lines_for_paragraphs() -> None:
    wrapped = (
        "It was a bright cold day in April and\nthe clocks struck one, so he\nwent home. Nobody\nsaw him.\n"
    )
    lines = "One paragraph stands here.\nAnother one stands here.\nand this is the third.\n"
    assert line_break_meaning(wrapped) == "wrapped"
    assert line_break_meaning(lines) == "paragraph"
    assert line_break_meaning("") == "paragraph"
    assert sentences(wrapped, "auto")[1] == "Nobody saw him ."
    assert len(sentences(lines, "auto")) == 3


def test_an_abbreviation_at_the_end_of_a_line_gives_its_full_stop_to_the_sentence() -> None:
    assert sentences("apples, etc.\nPears by Acme Inc.") == ["apples , etc .", "Pears by Acme Inc ."]
    assert sentences("apples, etc.\nand pears", "wrapped") == ["apples , etc. and pears"]


def test_offset_is_added_to_starts_and_ends() -> None:
    [sentence] = split_sentences(" Hi there", offset=100)
    assert sentence == TokenizedSentence(["Hi", "there"], [101, 104], [103, 109])


@pytest.mark.parametrize("mode", MODES)
def test_text_without_tokens_has_no_sentences(mode: LineBreaks) -> None:
    assert list(split_sentences("", line_breaks=mode)) == []
    assert list(split_sentences(" \n\n \r\n", line_breaks=mode)) == []
    assert list(stream_sentences(["", " ", "\n"], line_breaks=mode)) == []


@given(st.one_of(TEXTS, st.text()), st.sampled_from(MODES))
def test_sentences_lose_no_character_and_their_offsets_fit(text: str, mode: LineBreaks) -> None:
    found = list(split_sentences(text, line_breaks=mode))
    assert all(sentence.tokens for sentence in found)
    assert "".join(token for sentence in found for token in sentence.tokens) == "".join(text.split())
    for sentence in found:
        assert [text[b:e] for b, e in zip(sentence.starts, sentence.ends, strict=True)] == sentence.tokens


@settings(max_examples=300)
@given(st.one_of(TEXTS, st.text()), st.lists(st.integers(1, 20), max_size=5), st.sampled_from(MODES))
def test_a_stream_gives_the_same_sentences_whatever_the_chunks(
    text: str, sizes: list[int], mode: LineBreaks
) -> None:
    assert list(stream_sentences(chunked(text, sizes), line_breaks=mode)) == list(
        split_sentences(text, line_breaks=mode)
    )


@settings(max_examples=60, deadline=None)
@given(LONG, st.lists(st.integers(50, 9000), max_size=4), st.sampled_from(MODES))
def test_a_stream_cuts_endless_runs_in_the_same_places_whatever_the_chunks(
    text: str, sizes: list[int], mode: LineBreaks
) -> None:
    whole = list(split_sentences(text, line_breaks=mode))
    assert list(stream_sentences(chunked(text, sizes or [777]), line_breaks=mode)) == whole
    assert list(stream_sentences([text], line_breaks=mode)) == whole
    assert all(len(sentence.tokens) <= MAX_TOKENS for sentence in whole)


@given(TEXTS, st.integers(1, 6), st.lists(st.integers(1, 20), max_size=5))
def test_sentences_are_cut_at_max_tokens_whatever_the_chunks(text: str, most: int, sizes: list[int]) -> None:
    whole = list(stream_sentences([text], line_breaks="paragraph", max_tokens=most))
    assert list(stream_sentences(chunked(text, sizes), line_breaks="paragraph", max_tokens=most)) == whole
    assert all(len(sentence.tokens) <= most for sentence in whole)


def test_a_stream_yields_a_sentence_before_the_next_line_arrives() -> None:
    pulled = []

    def lines() -> Iterator[str]:
        for line in ("One.\n", "Two. And so", " on he goes", " and on.\n", "Three.\n"):
            pulled.append(line)
            yield line

    found = stream_sentences(lines(), line_breaks="paragraph")
    assert next(found).tokens == ["One", "."]
    assert len(pulled) == 1
    assert next(found).tokens == ["Two", "."]
    assert len(pulled) == 3


@pytest.mark.parametrize("part", ["word ", "x", "ab. ", " ", "\n", "\r", "a\n"])
def test_a_stream_needs_constant_memory_on_an_endless_line(part: str) -> None:
    chunk = part * (10_000 // len(part))
    tracemalloc.start()
    for _ in stream_sentences((chunk for _ in range(10)), line_breaks="wrapped"):
        pass
    after_10, _ = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    for _ in stream_sentences((chunk for _ in range(50)), line_breaks="wrapped"):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak - after_10 < 4_000_000  # bytes; the tokens of 400,000 characters more would take 40 million


def test_auto_decides_where_a_stream_pauses() -> None:
    def lines() -> Iterator[str]:
        for line in ("Ada lives here\n", "and works there.\n"):
            yield line
            yield ""
            came.append("pause")

    came: list[str] = []
    came.extend(sentence.tokens[0] for sentence in stream_sentences(lines()))
    assert came == ["Ada", "pause", "and", "pause"]
