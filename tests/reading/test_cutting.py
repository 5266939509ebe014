"""What all input formats share: pauses, settings that are checked first, errors behind what could be read."""

import os
import subprocess
import sys

import pytest

from tagger.errors import DataError, SettingsError
from tagger.reading import decoded_text
from tagger.reading.cutting import INPUT_FORMATS, check_reading, cut_pieces, parse_piece, parse_until_error
from tagger.reading.pieces import Piece, Reading


@pytest.mark.parametrize(
    ("input_format", "first", "second"),
    [
        ("text", b"Ada lives. She works.\n", b"The end"),
        ("sentences", b"Ada lives.\nShe works.\n", b"The end"),
        ("tokens", b"Ada lives .\nShe works .\n", b"The end"),
        ("conll", b"Ada X\n\nShe X\n\n", b"The X\n"),
        ("conllu", b"1\tAda" + b"\t_" * 8 + b"\n\n1\tShe" + b"\t_" * 8 + b"\n\n", b"1\tThe" + b"\t_" * 8),
        ("jsonl", b'{"text": "Ada"}\n{"text": "She"}\n', b'{"text": "The"}'),
    ],
)
def test_a_pipe_that_pauses_gives_what_is_complete(monkeypatch, input_format, first, second):
    monkeypatch.setattr(decoded_text, "PAUSE", 0.01)
    outer, inner = os.pipe()
    os.write(inner, first)
    seen = []
    reading = Reading(input_format=input_format)
    with os.fdopen(outer) as pipe:
        monkeypatch.setattr(sys, "stdin", pipe)
        for piece in cut_pieces("-", reading, pauses=True):
            if piece is None:
                seen.append("pause")
                os.write(inner, second)
                os.close(inner)
            else:
                seen += [words.tokens[0] for words in parse_piece(piece, reading) if words.tokens]
    assert seen == ["Ada", "She", "pause", "The"]


@pytest.mark.parametrize("input_format", [name for name in INPUT_FORMATS if name != "parquet"])
@pytest.mark.parametrize("content", ["", "\n", "\n" * 100_000])
def test_a_file_without_sentences_has_none(tmp_path, input_format, content):
    path = tmp_path / "empty"
    path.write_text(content, encoding="utf-8")
    reading = Reading(input_format=input_format)
    words = [own for piece in cut_pieces(str(path), reading) for own in parse_piece(piece, reading)]
    assert not any(own.tokens for own in words)
    kept = "".join(own.source or own.gap or "" for own in words)
    assert kept == (content if input_format in ("text", "sentences", "tokens", "conllu") else "")


@pytest.mark.parametrize(
    ("reading", "message"),
    [
        (
            Reading(input_format="word"),
            "--input-format: expected one of text, sentences, tokens, conll, conllu, jsonl, parquet, found 'word'.",
        ),
        (Reading(errors="quiet"), "--errors: expected one of strict, replace, ignore, found 'quiet'."),
        (
            Reading(encoding="latin9000"),
            "--encoding: expected the name of an encoding, found 'latin9000'. "
            "For example utf-8, utf-16, latin-1, cp1252, gb18030.",
        ),
        (
            Reading(tokenizer="klingon"),
            "--tokenizer: expected english, or spacy:LANGUAGE such as spacy:de, found 'klingon'.",
        ),
    ],
)
def test_a_reading_that_cannot_be_is_an_error_before_any_file_is_opened(reading, message):
    with pytest.raises(SettingsError) as error:
        cut_pieces("nowhere.txt", reading)
    assert str(error.value) == message
    with pytest.raises(SettingsError):
        check_reading(reading)


def test_what_can_be_read_before_an_error_is_given_with_it():
    reading = Reading(input_format="jsonl")
    words, error = parse_until_error(Piece('{"text": "Ada"}\nlives', "a.jsonl", 5), reading)
    assert [own.tokens for own in words] == [["Ada"]]
    assert isinstance(error, DataError)
    assert str(error).startswith("a.jsonl:6: expected a JSON object, found text that is not JSON")
    assert parse_until_error(Piece('{"text": "Ada"}', "a.jsonl"), reading)[1] is None


def test_formats_that_are_not_used_are_not_imported():
    code = (
        "import sys, tagger.reading.cutting; print([m for m in sys.modules if 'json' in m or 'parquet' in m])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
