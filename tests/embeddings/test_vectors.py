import bz2
import gzip
import io
import lzma
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.embeddings.alignment import align, normalized_words
from tagger.embeddings.vectors import WordVectors, read_vectors, write_vectors
from tagger.errors import DataError
from tagger.text.vocabulary import Vocabulary

GLOVE = "the 0.5 -1 2e-1\nÉcole 1 2 3\n. 0 0 0.25\n"


@pytest.mark.parametrize("header", ["", "3 3\n"])
@pytest.mark.parametrize("suffix", ["", ".gz", ".bz2", ".xz"])
def test_reads_word2vec_and_glove_files_plain_or_compressed(tmp_path: Path, header: str, suffix: str) -> None:
    path = tmp_path / f"vectors.txt{suffix}"
    pack = {"": bytes, ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}[suffix]
    path.write_bytes(pack((header + GLOVE).encode()))
    vectors = read_vectors(path, 3)
    assert vectors.words == ["the", "École", "."]
    np.testing.assert_allclose(vectors.vectors, [[0.5, -1, 0.2], [1, 2, 3], [0, 0, 0.25]], rtol=1e-6)


def test_words_with_spaces_and_trailing_spaces_are_read(tmp_path: Path) -> None:
    path = tmp_path / "v.txt"
    path.write_text("New York 1 2 \nat 3 4\n", encoding="utf-8")
    assert read_vectors(path, 2).words == ["New York", "at"]


def test_limit_takes_the_first_words(tmp_path: Path) -> None:
    path = tmp_path / "v.txt"
    path.write_text("3 3\n" + GLOVE, encoding="utf-8")
    assert read_vectors(path, 3, limit=2).words == ["the", "École"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"2 50\nthe 1 2\n",
            "1: expected vectors of 3 numbers, found 50. Set features.word.dim=50, or choose another file.",
        ),
        (
            b"the 1 2 3\nof 1 2\n",
            "2: expected vectors of 3 numbers, found 2. Set features.word.dim=2, or choose another file.",
        ),
        (
            b"the 1 2 3\nof 1 x 3\n",
            "2: expected a word and 3 numbers, found could not convert string to float: 'x'.",
        ),
        (b"the 1 2 3\n\xff 1 2 3\n", "2: expected UTF-8 text, found byte 0xFF."),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "v.txt"
    path.write_bytes(content)
    with pytest.raises(DataError) as error:
        read_vectors(path, 3)
    assert str(error.value) == f"{path}:{message}"


def test_an_empty_file_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "v.txt"
    path.write_text("", encoding="utf-8")
    with pytest.raises(DataError) as error:
        read_vectors(path, 3)
    assert str(error.value) == f"{path}: expected word vectors, a word a line, found none. Is the file empty?"


def test_a_word_that_is_already_normalized_wins() -> None:
    assert normalized_words(["Apple", "apple", "Oslo", "OSLO"], str.lower) == {"apple": 1, "oslo": 2}


def test_vectors_go_to_the_rows_of_their_words() -> None:
    vectors = WordVectors(["The", "cat", "zebra"], np.array([[1, 1], [2, 2], [3, 3]], dtype=np.float32))
    rows, values = align(Vocabulary(["dog", "the", "cat"]), vectors, str.lower)
    assert rows.tolist() == [3, 4]
    np.testing.assert_array_equal(values, [[1, 1], [2, 2]])


def test_numbers_that_are_not_finite_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "v.txt"
    path.write_text("the 1 2\nof 1 nan\nin inf 1\n", encoding="utf-8")
    with pytest.raises(DataError) as error:
        read_vectors(path, 2)
    assert str(error.value) == f"{path}: expected finite numbers, found others in the vector of 'of'."


def written(vectors: WordVectors) -> bytes:
    file = io.BytesIO()
    assert write_vectors(file, vectors) == []
    return file.getvalue()


def test_word2vec_text_has_a_header_line_and_a_line_a_word() -> None:
    values = np.array([[0.1, -2], [1e-5, 1 / 3]], np.float32)
    content = written(WordVectors(["the", "École"], values))
    assert content.decode() == "2 2\nthe 0.1 -2.0\nÉcole 1e-05 0.33333334\n"


def test_numbers_of_half_precision_are_shorter() -> None:
    values = np.array([[0.1, -2], [1e-5, 1 / 3]], np.float16).astype(np.float32)
    assert written(WordVectors(["a", "b"], values)).decode() == "2 2\na 0.1 -2.0\nb 1e-05 0.3333\n"


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_float32_numbers_come_back_exactly(numbers: list[float]) -> None:
    values = np.array([numbers], np.float32)
    read = np.array(written(WordVectors(["a"], values)).split()[3:], dtype=np.float32)
    half = np.float32(np.float16(np.clip(values, -65504, 65504)))
    kind = np.float16 if np.array_equal(half, values) else np.float32  # the numbers may all be float16 ones
    np.testing.assert_array_equal(read.astype(kind), values[0].astype(kind))


def test_every_number_of_half_precision_comes_back_exactly() -> None:
    numbers = np.arange(2**16, dtype=np.uint16).view(np.float16)
    values = numbers[np.isfinite(numbers)].astype(np.float32)
    read = np.array(written(WordVectors(["a"], values[None])).split()[3:], dtype=np.float32)
    np.testing.assert_array_equal(read.astype(np.float16), values)


@pytest.mark.parametrize("suffix", ["", ".gz", ".bz2", ".xz", ".GZ"])
def test_what_is_written_is_read_again(tmp_path: Path, suffix: str) -> None:
    words = ["the", "a\u00a0b", "\u00a0", "\u2028", "\ufeff", "5", "x\x85"]
    vectors = WordVectors(words, np.random.default_rng(1).normal(size=(7, 5)).astype(np.float32))
    path = tmp_path / f"v.txt{suffix}"
    with path.open("wb") as file:
        assert write_vectors(file, vectors, suffix=path.suffix) == []
    copy = read_vectors(path, 5)
    assert copy.words == words
    np.testing.assert_array_equal(copy.vectors, vectors.vectors)


def test_a_compressed_file_is_always_the_same(tmp_path: Path) -> None:
    vectors = WordVectors(["a"], np.ones((1, 2), np.float32))
    for name in ("one.gz", "other.gz"):
        with (tmp_path / name).open("wb") as file:
            write_vectors(file, vectors, suffix=".gz")
    content = (tmp_path / "one.gz").read_bytes()
    assert content == (tmp_path / "other.gz").read_bytes()
    assert content[4:8] == b"\0\0\0\0"  # the time, RFC 1952


def test_words_that_white_space_would_cut_are_left_out() -> None:
    words = ["New York", "a", "\t", "b\r", "", "c\nd", "e\x0b", "\x0cf", "b"]
    vectors = WordVectors(words, np.arange(9, dtype=np.float32)[:, None])
    file = io.BytesIO()
    assert write_vectors(file, vectors) == ["New York", "\t", "b\r", "", "c\nd", "e\x0b", "\x0cf"]
    assert file.getvalue() == b"2 1\na 1.0\nb 8.0\n"
