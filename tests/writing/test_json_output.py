import datetime
import decimal
import json
import math
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.errors import DataError
from tagger.reading.words import Words
from tagger.text.schemes import convert
from tagger.writing.json_lines import token_fields
from tagger.writing.json_output import render_json, tag_fields
from tests.writing.tagged_examples import (
    ENDS,
    NAMES,
    STARTS,
    TAGS,
    TOKENS,
    WORDS,
    documents,
    example,
    full_layout,
    layout,
    tagged,
)


def written(tasks, *, probabilities=False):
    own = layout(tasks, probabilities=probabilities)
    return render_json([WORDS], [example(tasks, probabilities=probabilities)], own).decode()


def test_a_sentence_has_tokens_offsets_tags_and_spans() -> None:
    line = written(["pos", "ner"])
    assert json.loads(line) == {
        "tokens": TOKENS,
        "starts": STARTS,
        "ends": ENDS,
        "tags": {"pos": TAGS["pos"], "ner": ["B-PER", "I-PER", "O", "O", "B-LOC", "O"]},
        "spans": {
            "ner": [
                {"start": 10, "end": 23, "label": "PER", "text": "Ada  Lovelace"},
                {"start": 33, "end": 38, "label": "LOC", "text": "Paris"},
            ]
        },
    }
    assert list(json.loads(line)) == ["tokens", "starts", "ends", "tags", "spans"]


def test_probabilities_of_tags_and_spans() -> None:
    record = json.loads(written(["ner"], probabilities=True))
    assert record["probabilities"] == {"ner": [0.7408] * 6}
    assert record["spans"]["ner"][0]["probability"] == 0.7047  # exp(-0.1 - 0.05 - 0.2)


def test_probabilities_that_were_not_asked_for_are_left_out() -> None:
    record = json.loads(render_json([WORDS], [example(["ner"], probabilities=True)], layout(["ner"])))
    assert "probabilities" not in record and "probability" not in record["spans"]["ner"][0]


def test_a_line_is_laid_out_as_the_json_library_does() -> None:
    line = written(["pos", "ner"])
    assert line == json.dumps(json.loads(line), ensure_ascii=False) + "\n"


def test_ready_tokens_have_the_offsets_of_their_text_with_spaces() -> None:
    words = Words(["a", "bc", "d"])
    record = json.loads(render_json([words], [tagged(words, {"ner": ["O", "S-LOC", "O"]})], layout(["ner"])))
    assert (record["starts"], record["ends"]) == ([0, 2, 5], [1, 4, 6])
    assert record["spans"]["ner"] == [{"start": 2, "end": 4, "label": "LOC", "text": "bc"}]


RECORD = {"id": 7, "text": "Oslo. Paris.", "meta": {"é": [1.5, None, True]}}
FIRST = Words(["Oslo", "."], [0, 4], [4, 5], "Oslo.", record=RECORD)
SECOND = Words(["Paris", "."], [6, 11], [11, 12], "Paris.", record=RECORD)
EMPTY = Words([], record={"id": 8, "text": ""})


def of_places(*words):
    return [tagged(w, {"ner": ["S-LOC", "O"] if w.tokens else []}) for w in words]


def test_a_record_is_one_line_with_its_own_fields_first() -> None:
    lines = (
        render_json([FIRST, SECOND, EMPTY], of_places(FIRST, SECOND, EMPTY), layout(["ner"]))
        .decode()
        .splitlines()
    )
    assert [json.loads(line) for line in lines] == [
        {
            **RECORD,
            "tokens": ["Oslo", ".", "Paris", "."],
            "starts": [0, 4, 6, 11],
            "ends": [4, 5, 11, 12],
            "sentences": [[0, 2], [2, 4]],
            "tags": {"ner": ["B-LOC", "O", "B-LOC", "O"]},
            "spans": {
                "ner": [
                    {"start": 0, "end": 4, "label": "LOC", "text": "Oslo"},
                    {"start": 6, "end": 11, "label": "LOC", "text": "Paris"},
                ]
            },
        },
        {
            "id": 8,
            "text": "",
            "tokens": [],
            "starts": [],
            "ends": [],
            "sentences": [],
            "tags": {"ner": []},
            "spans": {"ner": []},
        },
    ]
    assert list(json.loads(lines[0]))[:4] == ["id", "text", "meta", "tokens"]
    assert "é" in lines[0]


def test_equal_records_are_lines_of_their_own() -> None:
    twins = [Words(["a"], [0], [1], "a", record={"text": "a"}) for _ in range(2)]
    content = render_json(twins, [tagged(w, {"ner": ["O"]}) for w in twins], layout(["ner"]))
    assert len(content.splitlines()) == 2


def test_a_record_without_fields_stands_for_no_line() -> None:
    words = Words([], record={})
    assert render_json([words], [tagged(words, {"ner": []})], layout(["ner"])) == b""


def test_a_field_that_is_there_already_is_an_error_and_a_prefix_helps() -> None:
    words = FIRST._replace(record={"text": "Oslo.", "tags": ["city"]})
    with pytest.raises(DataError) as caught:
        render_json([words], of_places(words), layout(["ner"]))
    assert str(caught.value) == (
        "expected a record without a field 'tags', which is added, found one with it. "
        "Pass --field-prefix to put something before the name of each field that is added."
    )
    record = json.loads(render_json([words], of_places(words), layout(["ner"], prefix="my_")))
    assert list(record) == [
        "text",
        "tags",
        "my_tokens",
        "my_starts",
        "my_ends",
        "my_sentences",
        "my_tags",
        "my_spans",
    ]
    assert record["tags"] == ["city"]


def test_an_untagged_token_has_null() -> None:
    words = Words(["a", "b"])
    record = json.loads(render_json([words], [tagged(words, {"pos": ["", "NNP"]})], layout(["pos"])))
    assert record["tags"] == {"pos": [None, "NNP"]}


def test_a_record_that_is_nested_too_deeply_is_an_error() -> None:
    value: object = math.nan
    for _ in range(sys.getrecursionlimit()):
        value = [value]
    words = Words([], record={"deep": value})
    with pytest.raises(DataError) as error:
        render_json([words], [tagged(words, {"ner": []})], layout(["ner"]))
    assert str(error.value) == "expected a record that can be written as JSON, found one nested too deeply."


def test_values_that_json_lacks_are_written_as_what_it_has() -> None:
    record = {
        "nan": math.nan,
        "list": [math.inf, 1.5],
        "day": datetime.date(2024, 2, 29),
        "bytes": b"\x00\xff",
        "price": decimal.Decimal("1.10"),
        "half": "\ud83d",
    }
    words = Words([], record=record)
    line = render_json([words], [tagged(words, {"ner": []})], layout(["ner"])).decode()

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    read = json.loads(line, parse_constant=refuse)
    assert {name: read[name] for name in record} == {
        "nan": None,
        "list": [None, 1.5],
        "day": "2024-02-29",
        "bytes": "AP8=",
        "price": "1.10",
        "half": "\ud83d",
    }


VALUES = st.one_of(st.none(), st.integers(), st.text(max_size=5), st.lists(st.text(max_size=2), max_size=2))


def expected_fields(sentences):
    """Oracle: the lists of a line, from the sentences alone."""
    return {
        "tokens": [token for s in sentences for token in s.tokens],
        "starts": [n for s in sentences for n in s.starts],
        "ends": [n for s in sentences for n in s.ends],
        "tags": {
            task: [
                tag or None
                for s in sentences
                for tag in (s.tags[task] if task == "pos" else convert(s.tags[task], "IOBES", "IOB2"))
            ]
            for task in NAMES
        },
        "spans": {
            task: [
                {"start": span.start_char, "end": span.end_char, "label": span.label, "text": span.text}
                for s in sentences
                for span in s.spans(task)
            ]
            for task in ("chunk", "ner")
        },
    }


@settings(max_examples=40)
@given(documents())
def test_any_text_comes_back_a_sentence_a_line(document) -> None:
    text, words, sentences = document
    lines = render_json(words, sentences, full_layout()).decode().splitlines()
    assert [json.loads(line) for line in lines] == [expected_fields([s]) for s in sentences]
    for line in lines:
        for span in json.loads(line)["spans"]["ner"]:
            assert text[span["start"] : span["end"]] == span["text"]


@settings(max_examples=40)
@given(documents(), st.dictionaries(st.text(max_size=3), VALUES, max_size=3))
def test_any_text_and_record_come_back_in_one_line(document, record) -> None:
    record = {"text": document[0], **record}
    words = [w._replace(record=record) for w in document[1]]
    lines = render_json(words, document[2], full_layout()).decode().splitlines()
    assert len(lines) == bool(words)
    for line in lines:
        read = json.loads(line)
        borders = read.pop("sentences")
        assert read == {**record, **expected_fields(document[2])}
        assert [read["tokens"][a:b] for a, b in borders] == [s.tokens for s in document[2]]


@settings(max_examples=40)
@given(documents(), st.booleans())
def test_lines_hold_the_fields_that_other_formats_are_made_of(document, probabilities) -> None:
    own = full_layout(probabilities=probabilities)
    sentences = [tagged(w, s.tags, probabilities=True) for w, s in zip(document[1], document[2], strict=True)]
    lines = render_json(document[1], sentences, own).decode().splitlines()
    assert [json.loads(line) for line in lines] == [
        {**token_fields([w]), **tag_fields([s], own)} for w, s in zip(document[1], sentences, strict=True)
    ]
