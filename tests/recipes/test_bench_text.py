"""Texts to measure on: files cut and repeated, and random sentences of a model's words."""

import bz2
import dataclasses
import io
from collections import Counter
from pathlib import Path

import pytest

from tagger.errors import DataError
from tagger.recipes.bench_text import BenchText, text_of_file, text_of_words
from tagger.saved import SavedModel
from tagger.text.features import Feature, FormFeatures
from tagger.text.vocabulary import Vocabulary
from tests.inference.random_models import random_model

WORDS = ["the", "of", "0000", "and", "house", "tree", "U.S.", "-", "a b"]


def word_model(words: list[str]) -> SavedModel:
    features = FormFeatures([Feature("word", 2)], None, {"word": Vocabulary(words)})
    return dataclasses.replace(random_model(), features=features)


def test_a_long_file_is_cut_behind_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("één\r\ntwo\n\nthree\nfour\n".encode())
    assert text_of_file(str(path), characters=9) == BenchText("één\ntwo\n\n", f"the beginning of {path}")


def test_a_file_of_the_right_length_is_taken_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"one\ntwo")
    assert text_of_file(str(path), characters=7) == BenchText("one\ntwo", str(path))


def test_a_short_file_is_repeated_with_blank_lines_between(tmp_path: Path) -> None:
    path = tmp_path / "a.txt.bz2"
    path.write_bytes(bz2.compress(b"\xef\xbb\xbfone\n"))
    assert text_of_file(str(path), characters=10) == BenchText(
        "one\n\n\none\n\n\none\n", f"{path}, 3 times over"
    )


def test_a_file_of_one_endless_line_is_cut_inside_it(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"word " * 100_000)
    content = text_of_file(str(path), characters=1000).content
    assert 1000 <= len(content) < 100_000
    assert not content.strip("word ")


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"one two\n")))
    assert text_of_file("-", characters=5) == BenchText("one two\n", "-")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", ": expected text to tag, found none."),
        (b" \n\t\n", ": expected text to tag, found white space alone."),
        (
            b"good\nb\xe4d\n",
            ":2: expected UTF-8 text, found the byte 0xe4 at byte 2 of the line. "
            "Convert the file, for example with `iconv -f latin1 -t utf-8`.",
        ),
    ],
)
def test_a_file_without_text(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        text_of_file(str(path), characters=100)
    assert str(caught.value) == f"{path}{message}"


def test_the_same_seed_draws_the_same_text() -> None:
    model = random_model()
    text = text_of_words(model, characters=2000, seed=3)
    assert text == text_of_words(model, characters=2000, seed=3)
    assert text.content != text_of_words(model, characters=2000, seed=4).content
    assert text.source == "random sentences of the model's words, seed 3"
    assert 2000 <= len(text.content) < 4000


def test_the_first_words_are_drawn_most_often() -> None:
    """By hand: 1/2.7 to 1/3.7 to 1/6.7 to 1/7.7 of words 1, 2, 4 and 5 among those that are words."""
    words = ["the", "of", "and", "house", "tree"]
    drawn = Counter(
        text_of_words(word_model(words), characters=200_000).content.lower().replace(".", " ").split()
    )
    shares = [1 / (rank + 2.7) for rank in range(len(words))]
    for word, share in zip(words, shares, strict=True):
        assert drawn[word] / drawn["the"] == pytest.approx(share / shares[0], rel=0.05)


def test_only_words_are_drawn_and_their_digits_vary() -> None:
    content = text_of_words(word_model(WORDS), characters=20_000).content
    drawn = set(content.lower().replace(".", " ").split())
    assert not {"u.s.", "-", "a", "b"} & drawn
    numbers = {word for word in drawn if word.isdecimal()}
    assert len(numbers) > 10 and {len(number) for number in numbers} == {4}
    assert content.isascii()


def test_sentences_begin_with_a_capital_and_end_with_a_stop() -> None:
    for line in text_of_words(random_model(), characters=5000).content.splitlines():
        sentences = line.removesuffix(".").split(". ")
        assert len(sentences) == 5
        assert all(sentence[0] == sentence[0].upper() for sentence in sentences)


def test_a_model_without_words_gets_made_up_ones() -> None:
    content = text_of_words(random_model(features="wide characters"), characters=1000).content
    assert len(set(content.split())) > 50
