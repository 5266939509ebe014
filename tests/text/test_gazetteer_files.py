"""Phrase lists from text, tables and JSON. Oracle: phrases written by hand."""

import bz2
import gzip
import json
import lzma

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.errors import DataError
from tagger.text.gazetteer_files import MAX_TOKENS, phrase_tokens, read_names, read_phrases
from tagger.text.tokenizer import tokenize


@pytest.fixture
def file(tmp_path):
    def write(name: str, content: str | bytes) -> str:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


def test_a_text_file_has_a_phrase_a_line(file):
    path = file("names.txt", "# cities\nNew  York\n\n  # more\n\tParis \r\nSão Paulo\nNew York\nparis")
    assert read_phrases(path) == ["New York", "Paris", "São Paulo", "paris"]


@pytest.mark.parametrize(
    ("suffix", "pack"), [("", bytes), (".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)]
)
def test_a_byte_order_mark_is_no_part_of_a_phrase_compressed_or_not(file, suffix, pack):
    assert read_phrases(file("names.txt" + suffix, pack(b"\xef\xbb\xbfAnn\nBob\n"))) == ["Ann", "Bob"]
    assert read_phrases(file("names.csv" + suffix, pack(b"\xef\xbb\xbfname\nAnn\n"))) == ["Ann"]
    assert read_phrases(file("names.json" + suffix, pack(b'\xef\xbb\xbf["Ann"]'))) == ["Ann"]


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("Apple Inc.", "Apple Inc."),
        ("U.S.", "U.S."),
        ("J.P. Morgan Chase & Co.", "J.P. Morgan Chase & Co."),
        ("St. John's", "St. John 's"),
        ("Washington, D.C.", "Washington , D.C."),
        ("Yahoo!", "Yahoo !"),
        ("Foo (Bar)", "Foo ( Bar )"),
        ("\u00a0New\u2009York ", "New York"),
    ],
)
def test_phrases_have_the_tokens_of_running_text(file, text, phrase):
    assert read_phrases(file("names.txt", text)) == [phrase]
    inside = tokenize(f"In {text} it rained").tokens
    assert inside[1:-2] == phrase_tokens(text)


def test_a_hyphen_is_split_or_not_as_corpora_do(file):
    path = file("names.txt", "Wal-Mart Inc.\nSmith - Jones\n-\nSt-Jean-Luc")
    split = ["Wal - Mart Inc.", "Smith - Jones", "-", "St - Jean - Luc"]
    assert read_phrases(path) == [split[0], "Wal-Mart Inc.", *split[1:], "St-Jean-Luc"]


def test_names_are_read_as_they_are_written(file):
    path = file("names.txt", "St.  John's\nWal-Mart \n\nSt. John's\n")
    assert read_names(path) == ["St. John's", "Wal-Mart"]


@given(st.text(alphabet="aB .'-&\t", max_size=20))
def test_no_character_of_a_name_is_lost(text):
    assert "".join(phrase_tokens(text)) == "".join(text.split())


TABLE = 'name,country\n"Washington, D.C.",US\n\n"Saint ""X""",FR\nParis,FR\nParis,US\n'
PHRASES = ["Washington , D.C.", 'Saint " X "', "Paris"]


@pytest.mark.parametrize(
    ("part", "phrases"),
    [("", PHRASES), ("#name", PHRASES), ("#country", ["US", "FR"]), ("#2", ["country", "US", "FR"])],
)
def test_a_column_of_a_table_is_named_counted_or_the_first(file, part, phrases):
    assert read_phrases(file("a.csv", TABLE) + part) == phrases


def test_quotes_in_a_tsv_are_text(file):
    assert read_phrases(file("a.tsv", 'id\tname\n1\tthe "Rock\n2\t\n3\tAnn\n') + "#name") == [
        'the " Rock',
        "Ann",
    ]


def test_a_quoted_cell_may_hold_a_line_break(file):
    assert read_phrases(file("a.csv", 'name\n"New\nYork"\nParis\n')) == ["New York", "Paris"]


@pytest.mark.parametrize(
    ("value", "part"),
    [
        (["New York", "Paris"], ""),
        ([{"name": "New York"}, {"name": "Paris", "n": 1}], "#name"),
        ({"about": "cities", "cities": ["New York", "Paris"]}, ""),
        ({"about": "cities", "cities": ["New York", "Paris"]}, "#cities"),
        ({"cities": [{"name": "New York"}, {"name": "Paris"}]}, "#name"),
        ({"cities": ["New York", "Paris"], "towns": ["Yate"]}, "#cities"),
        ({"cities": [{"a": "New York"}, {"a": "Paris"}], "towns": ["Yate"]}, "#cities.a"),
    ],
)
def test_json_is_a_list_or_an_object_that_holds_one(file, value, part):
    assert read_phrases(file("a.json", json.dumps(value, indent=1)) + part) == ["New York", "Paris"]


def test_a_file_whose_name_has_a_number_sign_is_read(file):
    assert read_phrases(file("a#1.txt", "Ann\n")) == ["Ann"]
    assert read_phrases(file("a#1.csv", "name,n\nAnn,1\n") + "#n") == ["1"]


LONG = " ".join("a" * (MAX_TOKENS + 1))
BAD = [
    ("a.txt", "", "", ": expected at least one phrase, found none. Is the file empty?"),
    ("a.txt", "# only\n \n", "", ": expected at least one phrase, found none. Is the file empty?"),
    (
        "a.txt",
        f"Ann\n{LONG}\n",
        "",
        f":2: expected a phrase of at most {MAX_TOKENS} tokens, found {MAX_TOKENS + 1}. Is it a list of names?",
    ),
    (
        "a.txt",
        b"Ann\nZo\xeb\n",
        "",
        ":2: expected UTF-8 text, found the byte 0xeb at byte 3 of the line. "
        "Convert the file, for example with `iconv -f latin1 -t utf-8`.",
    ),
    (
        "a.txt",
        b"Ann\n",
        "#name",
        ": expected no part of a text file, found #name. "
        "Only .csv, .tsv and .json files have columns or fields to name.",
    ),
    ("a.csv", "name,n\nAnn,1\n", "#town", ":1: expected a column 'town', found 'name', 'n'."),
    ("a.csv", "name,n\nAnn,1\n", "#0", ":1: expected a column '0', found 'name', 'n'."),
    (
        "a.csv",
        "n,name\n1,Ann\n2\n",
        "#name",
        ":3: expected at least 2 cells, as the phrase stands in that one, found 1.",
    ),
    (
        "a.csv",
        'name\nAnn\n"Bob\n',
        "",
        ":3: expected cells of a table, found unexpected end of data. Is a quote missing?",
    ),
    (
        "a.json",
        '["Ann",\n"Bob"',
        "",
        ":2: expected a JSON list, found text that is not JSON (Expecting ',' delimiter at character 6).",
    ),
    (
        "a.json",
        '[{"name": "Ann"}]',
        "",
        ': expected a list of strings, found {"name": "Ann"} as item 1. Name a field, as in {name}#name.',
    ),
    ("a.json", '["Ann", 7]', "", ": expected a list of strings, found 7 as item 2."),
    (
        "a.json",
        '[{"n": "a"}, "Ann"]',
        "#n",
        """: expected objects with a string 'n', found "Ann" as item 2.""",
    ),
    (
        "a.json",
        '{"a": [], "b": []}',
        "",
        ": expected a list, or an object that holds one list, found an object with 'a', 'b'. "
        "Name one, as in {name}#a.",
    ),
    (
        "a.json",
        '{"a": 1}',
        "#a",
        ": expected a list, or an object that holds one list, found an object with none.",
    ),
    ("a.json", "7", "", ": expected a list, or an object that holds one list, found another value."),
]


@pytest.mark.parametrize(("name", "content", "part", "message"), BAD)
def test_errors_say_file_line_and_what_to_do(file, name, content, part, message):
    path = file(name, content)
    with pytest.raises(DataError) as error:
        read_phrases(path + part)
    assert str(error.value) == path + message.replace("{name}", path)


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(DataError) as error:
        read_phrases(f"{tmp_path}/none.csv#name")
    assert str(error.value) == f"{tmp_path}/none.csv: expected a file, found none. Is the path right?"
