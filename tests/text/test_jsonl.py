"""JSON lines: tokens with tags, text with spans."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.errors import DataError
from tagger.text.jsonl import read_jsonl
from tagger.text.problems import Problems
from tagger.text.schemes import spans_of


def _write(folder: Path, *records) -> str:
    lines = [r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in records]
    (folder / "a.jsonl").write_text("".join(line + "\n" for line in lines), encoding="utf-8", newline="")
    return str(folder / "a.jsonl")


def test_lists_of_strings_are_columns(tmp_path):
    path = _write(
        tmp_path,
        {
            "id": 7,
            "document": "d",
            "tokens": ["a", "b c"],
            "ner": ["O", "B-X"],
            "lemmas": ["a", "b"],
            "source": "x",
        },
        "",
        {"tokens": ["\u0085"], "tags": {"pos": ["N"], "ner": ["O"]}},
    )
    first, second = read_jsonl(path)
    assert (first.tokens, first.tags) == (["a", "b c"], {"ner": ["O", "B-X"]})
    assert (first.id, first.document, first.lines) == ("7", "d", [1, 1])
    assert (second.tags, second.id, second.lines) == ({"pos": ["N"], "ner": ["O"]}, "", [3])


def test_named_columns_alone_are_read(tmp_path):
    path = _write(tmp_path, {"tokens": ["a"], "ner": ["O"], "lemmas": ["a"]})
    assert [s.tags for s in read_jsonl(path, columns=("lemmas",))] == [{"lemmas": ["a"]}]


WRONG = [
    (
        '{"tokens": ["a"}',
        "a JSON object, found text that is not JSON (Expecting ',' delimiter at character 16).",
    ),
    (
        "{",
        "a JSON object, found text that is not JSON (Expecting property name enclosed in double quotes at "
        "character 2). Write one object a line: `jq -c . FILE` does.",
    ),
    (
        '[{"tokens": ["a"]},',
        "a JSON object, found text that is not JSON (Expecting value at character 20). "
        "Write one object a line: `jq -c '.[]' FILE` does.",
    ),
    (
        '{"tokens": ["a"], "n": ' + "1" * 5000 + "}",
        "a JSON object, found a number of too many digits.",
    ),
    ("[1]", "a JSON object, found a list. Write one object a line: `jq -c '.[]' FILE` does."),
    ("3", "a JSON object, found a number."),
    ('{"a": 1}', 'an object with "tokens", or with "text" and "spans", found "a".'),
    ('{"tokens": "a b"}', 'a list of strings in "tokens", found "a b".'),
    ('{"tokens": []}', 'at least one token in "tokens" and none empty, found none.'),
    (
        '{"tokens": ["a", ""]}',
        'at least one token in "tokens" and none empty, found an empty token at place 1 (from 0).',
    ),
    ('{"tokens": ["a"], "ner": ["O", "O"]}', '1 tag in "ner", one for each token, found 2.'),
    (
        '{"tokens": ["a"], "ner": [0]}',
        'strings in "ner", found 0. Write the labels\' names; numbers have none.',
    ),
    ('{"tokens": ["a"], "ner": [""]}', 'tags in "ner", found an empty string.'),
    ('{"tokens": ["\\ud800"]}', "text, found half of a surrogate pair (\\ud8xx)."),
    ('{"text": 1, "spans": []}', 'a string "text" beside "spans", found 1.'),
    ('{"text": " "}', 'text with at least one token, found " ".'),
    (
        '{"text": "ab", "spans": [{"start": 0, "end": 2}]}',
        'spans of the form {"start": 0, "end": 2, "label": "ORG"}, found {"start": 0, "end": 2}.',
    ),
    (
        '{"text": "ab", "spans": [{"start": 0, "end": 3, "label": "X"}]}',
        'a span of text within 0 and 2, found {"start": 0, "end": 3, "label": "X"}.',
    ),
    (
        '{"text": "ab", "spans": [{"start": 0, "end": 2, "label": "X"}, {"start": 1, "end": 2, "label": "Y"}]}',
        "spans that do not overlap, found X (0, 2) and Y (1, 2). Leave one of them out.",
    ),
]


@pytest.mark.parametrize(("line", "message"), WRONG)
def test_wrong_lines_say_where_and_what(tmp_path, line, message):
    path = _write(tmp_path, {"tokens": ["a"]}, line)
    with pytest.raises(DataError) as error:
        list(read_jsonl(path))
    assert str(error.value) == f"{path}:2: expected {message}"


def test_a_column_that_is_asked_for_must_be_there(tmp_path):
    path = _write(tmp_path, {"tokens": ["a"]})
    with pytest.raises(DataError) as error:
        list(read_jsonl(path, columns=("ner",)))
    assert str(error.value) == f'{path}:1: expected the list "ner", found none.'


def test_skipping_counts_by_kind(tmp_path):
    problems = Problems("skip")
    path = _write(tmp_path, "{", {"tokens": ["a"], "x": ["O"]}, {"tokens": ["a"], "x": []}, "[]")
    assert len(list(read_jsonl(path, problems=problems))) == 1
    assert problems.counts == {"not JSON": 1, "lists of unequal length": 1, "not a JSON object": 1}
    assert problems.dropped == {0, 2, 3}


def _span(text, piece, label, start=0):
    at = text.index(piece, start)
    return {"start": at, "end": at + len(piece), "label": label}


def test_text_is_tokenised_and_spans_become_iob2(tmp_path):
    text = "Ada Lovelace met Mr. Babbage. They left London."
    spans = [_span(text, "London", "LOC"), _span(text, "Ada Lovelace", "PER"), _span(text, "Babbage", "PER")]
    first, second = read_jsonl(_write(tmp_path, {"id": "x", "text": text, "spans": spans}))
    assert first.tokens == ["Ada", "Lovelace", "met", "Mr.", "Babbage", "."]
    assert first.tags == {"ner": ["B-PER", "I-PER", "O", "O", "B-PER", "O"]}
    assert second.tokens[-2:] == ["London", "."] and second.tags["ner"][-2:] == ["B-LOC", "O"]
    assert (first.id, second.id) == ("x-1", "x-2")


def test_a_border_inside_a_token_splits_it(tmp_path):
    text = "Londoners sang"
    spans = [{"start": 0, "end": 6, "label": "LOC"}, {"start": 7, "end": 9, "label": "X"}]
    (sentence,) = read_jsonl(_write(tmp_path, {"text": text, "spans": spans}))
    assert sentence.tokens == ["London", "e", "rs", "sang"]
    assert sentence.tags["ner"] == ["B-LOC", "O", "B-X", "O"]


def test_white_space_at_the_ends_of_a_span_does_not_count(tmp_path):
    (sentence,) = read_jsonl(
        _write(tmp_path, {"text": "in Rome now", "spans": [{"start": 2, "end": 8, "label": "L"}]})
    )
    assert sentence.tags["ner"] == ["O", "B-L", "O"]


def test_a_span_across_sentences_makes_them_one(tmp_path):
    text = "He read it. The end. So it was."
    (first, second) = read_jsonl(
        _write(tmp_path, {"text": text, "spans": [_span(text, "it. The end", "WORK")]})
    )
    assert first.tags["ner"].count("I-WORK") == 3 and "The" in first.tokens
    assert second.tokens[0] == "So"


@given(
    st.text("ab. -\nC", min_size=1, max_size=30),
    st.lists(st.integers(0, 30), min_size=2, max_size=8, unique=True),
)
def test_every_span_comes_back_with_its_text(tmp_path_factory, text, borders):
    """Oracle: the text of each span, letters only, from the offsets themselves."""
    cuts = sorted(b for b in borders if b <= len(text))
    pairs = [(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=False) if text[a:b].strip()]
    if not text.strip():
        return
    spans = [{"start": a, "end": b, "label": f"L{i}"} for i, (a, b) in enumerate(pairs)]
    sentences = list(read_jsonl(_write(tmp_path_factory.mktemp("json"), {"text": text, "spans": spans})))
    found = [
        (label, "".join(s.tokens[start:end]))
        for s in sentences
        for start, end, label in spans_of(s.tags["ner"])
    ]
    assert found == [(f"L{i}", "".join(text[a:b].split())) for i, (a, b) in enumerate(pairs)]
    assert "".join(t for s in sentences for t in s.tokens) == "".join(text.split())


def test_what_the_tag_command_writes_is_read_back(tmp_path):
    """Its `spans` are by task and only repeat the tags: the record is read by its tokens."""
    record = {
        "tokens": ["Ada", "reads"],
        "starts": [0, 4],
        "ends": [3, 9],
        "tags": {"ner": ["B-PER", "O"]},
        "spans": {"ner": [{"label": "PER", "start": 0, "end": 3, "text": "Ada"}]},
    }
    path = tmp_path / "tagged.jsonl"
    path.write_text(json.dumps(record) + "\n", encoding="utf-8")
    (sentence,) = read_jsonl(str(path))
    assert (sentence.tokens, sentence.tags) == (["Ada", "reads"], {"ner": ["B-PER", "O"]})
