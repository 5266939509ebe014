"""Lines with tags replaced, rows joined, sentences left out."""

import pytest

from tagger.text.repair_rows import RowFile


def file_of(text, kind="columns", names=("word", "pos", "ner")):
    return RowFile("a", kind, names, text.split("\n"))


@pytest.mark.parametrize(
    ("kind", "line", "column", "expected"),
    [
        ("columns", "a  N   B-X ", "ner", "a  N   Y "),
        ("columns", "a\tN\tB-X", "pos", "a\tY\tB-X"),
        ("columns", "a b N B-X", "ner", "a b N Y"),
        ("iob2", "1\ta\tB-X\t-", "ner", "1\ta\tY\t-"),
        ("conllu", "1\ta\ta\tN\tNN\t_\t0\troot\t_\t_", "xpos", "1\ta\ta\tN\tY\t_\t0\troot\t_\t_"),
        ("conllu", "1\ta\ta\tN\tNN\t_\t0\troot\t_\tNer=B-X|A=b", "misc.Ner", "1\ta\ta\tN\tNN\t_\t0\troot\t_\tNer=Y|A=b"),
        ("conllu", "1\ta\ta\tN\tNN\t_\t0\troot\t_\t_", "misc.Ner", "1\ta\ta\tN\tNN\t_\t0\troot\t_\tNer=Y"),
        ("jsonl", '{"tokens": ["a"], "ner": ["B-X"]}', "ner", '{"tokens": ["a"], "ner": ["Y"]}'),
        ("jsonl", '{"tokens": ["a"], "tags": {"ner": ["B-X"]}}', "ner", '{"tokens": ["a"], "tags": {"ner": ["Y"]}}'),
    ],
)  # fmt: skip
def test_a_tag_is_replaced_and_nothing_else(kind, line, column, expected):
    file = file_of(line, kind)
    file.replace_tag(1, column, 0, "Y")
    assert file.lines == [expected]


def test_types_of_spans_are_renamed():
    file = file_of('{"text": "é", "spans": [{"start": 0, "end": 1, "label": "per"}]}', "jsonl")
    assert file.has_spans(1)
    file.rename_spans(1, {"per": "PER"})
    assert file.lines == ['{"text": "é", "spans": [{"start": 0, "end": 1, "label": "PER"}]}']


@pytest.mark.parametrize(
    ("line", "word", "expected"),
    [("New York N B-X", "New_York", "New_York N B-X"), ("New\tYork\tN\tB-X", "New York", "New York\tN\tB-X"), ("a N O", "", "a N O")],
)  # fmt: skip
def test_wide_rows_are_joined(line, word, expected):
    file = file_of(line)
    assert file.join_wide(1) == word and file.lines == [expected]


def test_blocks_and_what_is_left_when_one_goes():
    file = file_of("# newdoc\n# c\na N O\n\n-DOCSTART- X O\nb N O\nc N O\n\nd N O\n")
    assert file.blocks() == [range(1, 4), range(6, 8), range(9, 10)]
    file.drop(range(1, 4))
    file.drop(range(6, 8))
    assert file.content() == b"# newdoc\n-DOCSTART- X O\nd N O\n"


def test_each_record_is_a_block():
    file = file_of('{"a": 1}\n\n{"b": 2}\n', "jsonl")
    assert file.blocks() == [range(1, 2), range(3, 4)]
    file.drop(range(1, 2))
    assert file.content() == b'\n{"b": 2}\n'
