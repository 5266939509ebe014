"""Column files: rows that are kept, the word column, comments and document rows, errors with their line."""

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.errors import DataError, SettingsError
from tagger.reading.pieces import BOUNDS, Bounds, Reading
from tests.reading.piecewise import CHUNKS, PAUSES, assert_pieces_hold, cut, parse

READING = Reading(input_format="conll")

COLUMNS = """\
-DOCSTART- -X- -X- O

# sent_id = 1
EU NNP B-NP B-ORG
# NN O O
rejects VBZ B-VP O

# a comment
1996-08-22 CD B-NP O
"""
COMMENTS = ["# a = b", "# one two three"]
LINES = ["EU NNP", "# NN", "rejects  VBZ", "-DOCSTART- X", "", "", " \t", "\r", *COMMENTS]


def read(content, column="1", *, bounds=BOUNDS, **options):
    reading = Reading(input_format="conll", word_column=column)
    return parse(cut(content, reading, bounds=bounds, **options), reading, bounds=bounds)


def message(error):
    return str(error.value)


def test_columns_keep_their_rows_and_what_stands_before():
    first, second = read(COLUMNS)
    assert first.tokens == ["EU", "#", "rejects"]
    assert first.rows == ["EU NNP B-NP B-ORG", "# NN O O", "rejects VBZ B-VP O"]
    assert first.before == ["-DOCSTART- -X- -X- O", "# sent_id = 1"]
    assert (second.tokens, second.before) == (["1996-08-22"], ["# a comment"])


@pytest.mark.parametrize(
    ("content", "column", "tokens"),
    [
        ("1\tAda\tX\n2\tlives\tY\n", "2", ["Ada", "lives"]),
        ("# global.columns = ID FORM TAG\n1\tAda\tX\n", "form", ["Ada"]),
        ("# one\n# two\n\nAda\nlives\n#\n", "1", ["Ada", "lives", "#"]),
        ("Ada  X\r\nlives Y\r\n \t\r\n", "1", ["Ada", "lives"]),
        ("# X\nAda Y\n", "1", ["#", "Ada"]),
        ("# X Y\nAda Y\n", "1", ["Ada"]),
        ("Ada\tX\n-DOCSTART-\tX\n", "1", ["Ada"]),
        ("New York\tX\n", "1", ["New York"]),
        ("# X\n# Y", "2", ["X", "Y"]),
        ("\ufeffAda X\n", "1", ["Ada"]),
        ("Ada X", "1", ["Ada"]),
    ],
)
@pytest.mark.parametrize("chunk", [1, 65_536])
def test_the_word_column_is_found(content, column, tokens, chunk):
    sentences = read(content, column, chunk=chunk, pauses=[True], bounds=Bounds(piece=1))
    assert [token for words in sentences for token in words.tokens] == tokens


def test_document_rows_at_the_end_are_kept():
    last = read("Ada X\n\n-DOCSTART- O\n")[-1]
    assert (last.tokens, last.before) == ([], ["-DOCSTART- O"])


@pytest.mark.parametrize(
    ("content", "column", "expected"),
    [
        ("Ada X\nlives\n", "1", "-:2: expected 2 columns as in line 1, found 1. Is a space missing?"),
        ("Ada\tX\nin Y\n", "1", "-:2: expected 2 columns as in line 1, found 1. Is a tab missing?"),
        ("Ada X\nin\tY\n", "1", "-:2: expected columns separated by spaces as in line 1, found a tab."),
        ("\nAda X\n", "3", "-:2: expected a column 3, found 2 columns."),
        ("Ada\tX\n\tY\n", "1", "-:2: expected a word in column 1, found an empty column."),
        (
            "# a = b\n1\tAda\n2\tlives\n",
            "1",
            "-:2: expected words in column 1, found the numbers of tokens. Pass --word-column 2.",
        ),
        (
            "Ada X\n",
            "form",
            "-:1: expected names of columns in `# global.columns = ...` above (for 'form'), found none. "
            "Pass the number of the column instead, from 1.",
        ),
        (
            "Ada X\n\n" * 99 + "\nlives\n",
            "1",
            "-:200: expected 2 columns as in line 1, found 1. Is a space missing?",
        ),
        (
            "Ada X\n\n" + "x" * 101,
            "1",
            "-:3: expected rows of at most 100 characters, found a longer line. "
            "Does the file hold one token a line?",
        ),
        (
            "x" * 101,
            "1",
            "-:1: expected rows of at most 100 characters, found a longer line. "
            "Does the file hold one token a line?",
        ),
    ],
)
@pytest.mark.parametrize("chunk", [1, 65_536])
def test_rows_that_do_not_fit_are_errors_with_their_line(content, column, expected, chunk):
    with pytest.raises(DataError) as error:
        read(content, column, chunk=chunk, bounds=Bounds(piece=10, row=100))
    assert message(error) == expected


def test_a_name_that_no_column_has_is_an_error():
    with pytest.raises(SettingsError) as error:
        read("# global.columns = ID FORM\n1\tAda\n", "lemma")
    assert message(error) == "--word-column: expected a number or one of ID FORM, found 'lemma'."


def test_a_file_of_comments_alone_keeps_them():
    (only,) = read("# a = b\n\n# c = d\n")
    assert (only.tokens, only.before) == ([], ["# a = b", "# c = d"])
    assert read("") == []
    assert read("\n \t\n") == []


def test_what_decides_is_found_behind_comments_of_any_length():
    text = "# global.columns = TAG FORM\n" + "# a = b\n\n" * 50 + "X Ada\n"
    words = read(text, "form", chunk=10, bounds=Bounds(piece=20, line=60))
    assert [own.tokens for own in words if own.tokens] == [["Ada"]]
    assert sum(len(own.before) for own in words) == 51


def test_pieces_carry_the_layout_and_travel():
    pieces = cut(COLUMNS * 20, READING, bounds=Bounds(piece=100))
    assert len(pieces) > 1
    assert {piece.head for piece in pieces} == {pieces[0].head}
    assert pickle.loads(pickle.dumps(pieces)) == pieces


def lines_of(words):
    """What a column file of the sentences holds: comments, document rows and rows; "" behind a sentence."""
    return [line for own in words for line in (*own.before, *own.rows, *[""] * bool(own.rows))]


def without_comments_in_sentences(lines):
    """The lines without those that are comments only where no row stands before them."""
    kept = ["EU NNP"]
    for line in lines:
        if line in COMMENTS and kept[-1].strip() and kept[-1] not in COMMENTS:
            continue
        kept.append(line)
    return kept


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(LINES)), CHUNKS, PAUSES, st.integers(1, 60), st.integers(1, 5))
def test_rows_are_those_of_the_whole_file_however_it_comes(lines, chunk, pauses, piece, rows):
    text = "\n".join(without_comments_in_sentences(lines))
    bounds = Bounds(piece=piece, rows=rows)
    pieces = cut(text, READING, chunk=chunk, pauses=pauses, bounds=bounds)
    assert_pieces_hold(text, pieces)
    found = parse(pieces, READING, bounds=bounds)
    whole = parse(cut(text, READING, bounds=Bounds(rows=rows)), READING, bounds=Bounds(rows=rows))
    assert lines_of(found) == lines_of(whole)
    assert [own.tokens for own in found if own.tokens] == [own.tokens for own in whole if own.tokens]
    assert all(len(own.tokens) <= rows for own in found)


def test_a_sentence_without_end_is_cut():
    words = read("Ada X\n" * 25, bounds=Bounds(piece=20, rows=10))
    assert [len(own.tokens) for own in words] == [10, 10, 5]
