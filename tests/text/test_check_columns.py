"""Findings about columns as wholes."""

from tagger.text.check_columns import check_columns
from tests.text.checked_parts import brief, part_of


def sentences(word, tag):
    return [" ".join(f"{word(i * 10 + j)}/{tag(i * 10 + j)}" for j in range(10)) for i in range(40)]


def kinds(word, tag):
    return [kind for kind, _ in brief(check_columns([part_of(*sentences(word, tag), column="pos")]))]


def test_columns_that_are_something_else():
    words, tags = "w{}".format, lambda i: "NVD"[i % 3]
    assert kinds(str, tags) == ["numbers-as-words"]
    assert kinds(lambda i: tags(i).lower(), words) == ["swapped-columns"]
    assert kinds(words, words) == ["copied-column"]
    assert kinds(words, tags) == []


def test_a_few_tokens_say_little():
    assert not brief(check_columns([part_of("1/N 2/V 3/D", column="pos")]))
