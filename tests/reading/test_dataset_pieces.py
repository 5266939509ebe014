"""Splits of data sets to pieces and to sentences: the rows as they are, however they are cut, never read ahead."""

import datasets
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.errors import DataError
from tagger.reading.cutting import parse_piece
from tagger.reading.dataset_pieces import cut_dataset, head_of
from tagger.reading.pieces import Reading
from tagger.text.hub import BATCH_ROWS

READING = Reading("dataset")
STRINGS = datasets.List(datasets.Value("string"))


def dataset_of(**columns):
    return datasets.Dataset.from_dict(columns)


def words_of(dataset, column="", size=1000, reading=READING):
    head = head_of(dataset, "d", column)
    return [
        words for piece in cut_dataset(dataset, "d", head, size=size) for words in parse_piece(piece, reading)
    ]


TEXTS = ["Ada lives in Paris. She works.", None, "", "One line\nof two."]


@pytest.mark.parametrize("size", [1, 20, 65_536])
def test_rows_of_text_become_their_sentences_whatever_the_pieces(size):
    found = words_of(dataset_of(n=[0, 1, 2, 3], text=TEXTS), size=size)
    assert [(w.record["n"], w.text, w.tokens, w.is_ready) for w in found] == [
        (0, "Ada lives in Paris.", ["Ada", "lives", "in", "Paris", "."], False),
        (0, "She works.", ["She", "works", "."], False),
        (1, None, [], False),
        (2, None, [], False),
        (3, "One line\nof two.", ["One", "line", "of", "two", "."], False),
    ]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.text("ab é\u2028", min_size=1, max_size=3), max_size=4), min_size=1, max_size=300),
    st.integers(1, 200),
)
def test_rows_of_tokens_are_sentences_as_they_are(rows, size):
    data = {"n": list(range(len(rows))), "tokens": rows}
    features = datasets.Features({"n": datasets.Value("int64"), "tokens": STRINGS})
    dataset = datasets.Dataset.from_dict(data, features=features)
    found = words_of(dataset, size=size)
    assert [(w.record["n"], w.tokens, w.starts, w.is_ready) for w in found] == [
        (number, row, None, True) for number, row in enumerate(rows)
    ]


def test_text_comes_before_tokens_and_another_column_when_it_is_named():
    dataset = dataset_of(text=["a b"], tokens=[["c"]], other=["d"])
    assert words_of(dataset)[0].tokens == ["a", "b"]
    assert words_of(dataset, "tokens")[0].tokens == ["c"]
    assert words_of(dataset, "other")[0].tokens == ["d"]
    assert words_of(dataset_of(text=[1], words=[["c"]]))[0].tokens == ["c"]


@pytest.mark.parametrize(
    ("dataset", "column", "message"),
    [
        (
            dataset_of(n=[1]),
            "",
            "d: expected a column `text` of strings or `tokens` of lists of strings, found n. "
            "Name it with --column.",
        ),
        (
            dataset_of(text=[1]),
            "",
            "d: expected strings, or lists of strings, in the column 'text', found Value('int64'). "
            "Name another with --column.",
        ),
        (dataset_of(n=[1]), "b", "d: expected a column 'b', found n. Name another with --column."),
        (
            dataset_of(n=[1]),
            "n",
            "d: expected strings, or lists of strings, in the column 'n', found Value('int64'). "
            "Name another with --column.",
        ),
        (
            dataset_of(tokens=[["a"], ["b", ""]]),
            "",
            "d, row 1: expected tokens in the column 'tokens', found an empty one.",
        ),
        (
            dataset_of(tokens=[["a"], ["b", None]]),
            "",
            "d, row 1: expected tokens in the column 'tokens', found null in the place of one.",
        ),
        (
            dataset_of(text=["a", "b\0"]),
            "",
            "d, row 1: expected text, found a NUL byte. Pass --errors replace.",
        ),
    ],
)
def test_what_cannot_be_read_says_where_and_what(dataset, column, message):
    with pytest.raises(DataError) as error:
        words_of(dataset, column)
    assert str(error.value) == message


def test_null_tokens_are_a_row_without_any():
    features = datasets.Features({"tokens": STRINGS})
    dataset = datasets.Dataset.from_dict({"tokens": [None, ["a"]]}, features=features)
    assert [words.tokens for words in words_of(dataset)] == [[], ["a"]]


def test_a_split_without_rows_is_one_piece_with_its_columns():
    dataset = datasets.Dataset.from_dict({"tokens": []}, features=datasets.Features({"tokens": STRINGS}))
    (piece,) = cut_dataset(dataset, "d", head_of(dataset, "d"))
    (words,) = parse_piece(piece, READING)
    assert words.tokens == [] and words.is_ready and len(words.record) == 0


def test_a_stream_is_read_a_few_rows_ahead_of_its_pieces():
    read = []

    def generate():
        for number in range(3000):
            read.append(number)
            yield {"text": f"Row {number} ends here."}

    features = datasets.Features({"text": datasets.Value("string")})
    stream = datasets.IterableDataset.from_generator(generate, features=features)
    given_out = 0
    for piece in cut_dataset(stream, "d", head_of(stream, "d"), size=500):
        given_out += len({w.record["text"] for w in parse_piece(piece, READING)})
        assert len(read) - given_out < 2 * BATCH_ROWS
    assert given_out == len(read) == 3000
