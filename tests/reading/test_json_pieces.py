"""JSON lines: records are kept, their text is split, errors name their line."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.errors import DataError
from tagger.reading.pieces import BOUNDS, Bounds, Reading
from tagger.text.tokenizer import TokenizedSentence, split_sentences
from tests.reading.piecewise import CHUNKS, PAUSES, assert_pieces_hold, cut, parse

READING = Reading(input_format="jsonl")
VALUES = st.one_of(st.none(), st.integers(), st.text(max_size=5), st.lists(st.booleans(), max_size=2))
RECORDS = st.builds(
    lambda other, text: {**other, "text": text},
    st.dictionaries(st.text(max_size=3), VALUES, max_size=3),
    st.lists(st.sampled_from(["Ada", "lives", ".", " ", "\n", "\u2028", "東京"])).map("".join),
)


def read(content, reading=READING, *, bounds=BOUNDS, **options):
    return parse(cut(content, reading, bounds=bounds, **options), reading, bounds=bounds)


def test_the_sentences_of_a_record_share_it_and_count_the_characters_of_its_text():
    text = "Ada lives. She works."
    first, second, third = read(f'{{"id": 7, "text": "{text}"}}\n\n{{"text": "End", "id": null}}\n')
    assert first.record == {"id": 7, "text": text}
    assert second.record is first.record
    assert (second.text, second.starts) == ("She works.", [11, 15, 20])
    assert (third.text, third.starts, third.record) == ("End", [0], {"text": "End", "id": None})


@pytest.mark.parametrize("text", ["null", '""', '" \\n "'])
def test_a_record_without_a_sentence_is_kept(text):
    (words,) = read(f'{{"text": {text}, "id": 7}}')
    assert (words.tokens, words.record) == ([], {"text": json.loads(text), "id": 7})


def test_another_field_may_hold_the_text():
    (words,) = read('{"body": "Ada", "text": 3}', Reading(input_format="jsonl", text_field="body"))
    assert words.tokens == ["Ada"]


def test_line_breaks_mean_what_is_asked_in_every_record():
    wrapped = json.dumps({"text": "The clocks struck one, so\nhe went home.\n"})
    assert [len(words.tokens) for words in read(f"{wrapped}\n")] == [10]
    paragraph = Reading(input_format="jsonl", line_breaks="paragraph")
    assert [len(words.tokens) for words in read(f"{wrapped}\n", paragraph)] == [6, 4]


@settings(max_examples=200, deadline=None)
@given(st.lists(RECORDS, max_size=6), CHUNKS, PAUSES, st.integers(1, 60), st.booleans())
def test_records_and_sentences_are_the_same_however_they_come(records, chunk, pauses, piece, ascii_only):
    content = "".join(json.dumps(record, ensure_ascii=ascii_only) + "\n" for record in records)
    bounds = Bounds(piece=piece)
    pieces = cut(content, READING, chunk=chunk, pauses=pauses, bounds=bounds)
    assert_pieces_hold(content, pieces)
    words = parse(pieces, READING, bounds=bounds)
    expected = [
        (record, sentence)
        for record in records
        for sentence in [*split_sentences(record["text"])] or [TokenizedSentence([], None, None)]
    ]
    assert [(own.record, TokenizedSentence(*own[:3])) for own in words] == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Ada", "a JSON object, found text that is not JSON (Expecting value at character 1)."),
        ("[1]", "a JSON object, found a list. Write one object a line: `jq -c '.[]' FILE` does."),
        (
            '{"body": "Ada", "id": 1}',
            'an object with "text", found "body", "id". Name the field that holds the text with --text-field.',
        ),
        (
            "{}",
            'an object with "text", found an empty object. Name the field that holds the text with --text-field.',
        ),
        ('{"text": ["Ada"]}', 'a string in "text", found ["Ada"].'),
        ('{"text": "\\ud800"}', "text, found half of a surrogate pair (\\ud8xx)."),
        (
            '{"text": "' + "x" * 100 + '"}',
            "lines of at most 100 characters, found a longer one. Is it one object a line?",
        ),
        ("x" * 150, "lines of at most 100 characters, found a longer one. Is it one object a line?"),
    ],
)
@pytest.mark.parametrize("chunk", [1, 65_536])
def test_lines_that_hold_no_text_are_errors_with_their_number(line, expected, chunk):
    content = '{"text": "Ada"}\n' * 9 + "\n" + line
    with pytest.raises(DataError) as error:
        read(content, chunk=chunk, bounds=Bounds(piece=20, record=100))
    assert str(error.value) == f"-:11: expected {expected}"
