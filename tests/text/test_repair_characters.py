"""Bytes to clean lines: what is changed, what stays as it was."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.errors import SettingsError
from tagger.text.jsonl import read_jsonl
from tagger.text.repair_characters import repair_text


def repaired(raw, kind="columns", **options):
    lines, repairs = repair_text("a", raw, kind, **options)
    return "\n".join(lines), [(r.kind, r.place.line, r.change) for r in repairs]


@pytest.mark.parametrize(
    ("raw", "text", "repairs"),
    [
        (b"\xef\xbb\xbfa X\n", "a X\n", [("byte-order-mark", 1, "byte order mark removed")]),
        ("a X\né Y\n".encode("utf-16"), "a X\né Y\n", [("unreadable", 1, "UTF-16 converted to UTF-8")]),
        (b"a X\r\n\r\nb Y", "a X\n\nb Y", [("line-ends", 1, "\\r\\n made \\n on 2 lines")]),
        (b"a X\r\rb Y\r", "a X\n\nb Y\n", [("line-ends", 1, "\\r made \\n on 4 lines")]),
        (b"caf\xe9 X\n\x93b Y\n", "café X\n“b Y\n", [
            ("not-utf-8", 1, "read as Windows-1252: café X"), ("not-utf-8", 2, "read as Windows-1252: “b Y"),
        ]),
        ("e\u0301 X\n".encode(), "é X\n", [("not-nfc", 1, "'e\u0301' composed (NFC)")]),
        ("wo\u200drd X\n".encode(), "word X\n", [("zero-width", 1, "'wo\\u200drd' made 'word'")]),
        ("nâ€™t X\n".encode(), "n’t X\n", [("mojibake", 1, "'nâ€™t' made 'n’t'")]),
        (b"a\x00 X\n  b  Y \n", "a\x00 X\n  b  Y \n", []),
    ],
)  # fmt: skip
def test_each_repair_is_made_and_said(raw, text, repairs):
    assert repaired(raw) == (text, repairs)


def test_another_encoding_can_be_named():
    assert repaired("Łódź X\n".encode("cp1250"), encoding="cp1250")[0] == "Łódź X\n"
    with pytest.raises(SettingsError) as error:
        repaired(b"\xe9 X\n", encoding="nonsense")
    assert str(error.value) == (
        "encoding: expected the name of an encoding, found 'nonsense'. For example latin-1."
    )


def test_bytes_that_mean_nothing_stay():
    lines, repairs = repair_text("a", b"\x81\xe9 X\n", "columns")
    assert "\n".join(lines).encode("utf-8", "surrogateescape") == b"\x81\xe9 X\n" and not repairs


@given(st.lists(st.text("aé \t", max_size=6), max_size=5))
def test_clean_text_stays_as_it_is(lines):
    text = "\n".join(lines)
    assert repaired(text.encode()) == (text, [])


def test_records_keep_their_spans(tmp_path):
    text = "Ze\u0301 wo\u200drks for Acme\u0301 now"
    start = text.index("Acme")
    record = {"text": text, "spans": [{"start": start, "end": start + 5, "label": "ORG"}], "id": 1}
    content, repairs = repaired((json.dumps(record) + "\n").encode(), "jsonl")
    (tmp_path / "a.jsonl").write_text(content)
    (sentence,) = read_jsonl(str(tmp_path / "a.jsonl"))
    assert sentence.tokens == ["Zé", "works", "for", "Acmé", "now"]
    assert sentence.tags["ner"] == ["O", "O", "O", "B-ORG", "O"]
    assert len(repairs) == 1 and json.loads(content)["id"] == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"tokens": ["e\u0301"],  "pos": ["X"]}', '{"tokens": ["é"], "pos": ["X"]}'),
        ('{"tokens": ["é"],  "pos": ["e\u0301"]}', '{"tokens": ["é"],  "pos": ["e\u0301"]}'),
        ('{"tokens": ["e\u0301"', '{"tokens": ["e\u0301"'),
        ('["e\u0301"]', '["e\u0301"]'),
    ],
)
def test_only_tokens_of_records_are_cleaned(before, after):
    assert repaired(before.encode(), "jsonl")[0] == after
