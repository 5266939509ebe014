import bz2
import gzip
import lzma
from pathlib import Path

import numpy as np
import pytest

from tagger.embeddings.alignment import align, normalized_words
from tagger.embeddings.vectors import WordVectors, read_vectors
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
