"""CoNLL-U: every character is kept, tokens are found, errors name their line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.errors import DataError
from tagger.reading.pieces import BOUNDS, Bounds, Reading
from tests.reading.piecewise import CHUNKS, PAUSES, assert_pieces_hold, cut, parse

READING = Reading(input_format="conllu")
REST = "\t_" * 7


def row(number, form, misc="_"):
    return f"{number}\t{form}{REST}\t{misc}"


SENTENCE = "\n".join(
    [
        "# text = I don't, New York.",
        row(1, "I"),
        row("2-3", "don't", "SpaceAfter=No"),
        row(2, "do"),
        row(3, "n't"),
        row(4, ","),
        row("4.1", "not"),
        row(5, "New York", "X=Y|SpaceAfter=No"),
        row(6, ".") + "\n",
    ]
)


def read(content, *, bounds=BOUNDS, **options):
    return parse(cut(content, READING, bounds=bounds, **options), READING, bounds=bounds)


def test_words_are_the_rows_with_whole_numbers():
    (words,) = read(SENTENCE)
    assert words.tokens == ["I", "do", "n't", ",", "New York", "."]
    lines = words.source.split("\n")
    assert [lines[place].split("\t")[1] for place in words.places] == words.tokens
    assert words.text == "I don't, New York."
    assert [words.text[a:b] for a, b in zip(words.starts, words.ends, strict=True)] == words.tokens


def test_a_range_of_other_words_stands_apart():
    text = "\n".join([row("1-2", "du", "SpaceAfter=No"), row(1, "de"), row(2, "le"), row(3, "."), ""])
    (words,) = read(text)
    assert (words.text, words.starts) == ("de le.", [0, 3, 5])


@pytest.mark.parametrize("misc", ["_", "CorrectSpaceAfter=No", "SpaceAfter=Yes"])
def test_without_a_word_on_spaces_there_is_no_text_of_its_own(misc):
    (words,) = read(row(1, "I", misc) + "\n" + row(2, "am") + "\n")
    assert (words.text, words.starts, words.ends) == (None, None, None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "\ufeff" + SENTENCE,
        SENTENCE.replace("\n", "\r\n") + "\r\n",
        SENTENCE + " \t\n\n" + SENTENCE.rstrip("\n"),
        "# a comment\n\n" + SENTENCE,
        "\n" + SENTENCE + "\n# the end",
    ],
)
@pytest.mark.parametrize("chunk", [1, 50, 65_536])
def test_the_sources_are_the_file(text, chunk):
    words = read(text, chunk=chunk, pauses=[True, False], bounds=Bounds(piece=30))
    assert "".join(own.source for own in words) == text
    assert [len(own.tokens) for own in words if own.tokens] == [6] * text.count("# text")


LINES = [
    row(1, "I"),
    row(1, "I"),
    row(2, "am", "SpaceAfter=No"),
    row(3, "\u2028\x85"),
    row("1-2", "Iam"),
    row("1.1", "x"),
    "# c",
    "#",
    "",
    "",
    " ",
    "\r",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(LINES)), CHUNKS, PAUSES, st.integers(1, 90), st.sampled_from(["\n", "\r\n"]))
def test_any_file_is_kept_to_the_character_however_it_comes(lines, chunk, pauses, piece, end):
    good, following = [], 1  # rows whose ids do not follow one another are left out
    for line in lines:
        number = line.partition("\t")[0]
        if number.isdigit() and int(number) != following:
            continue
        following = following + 1 if number.isdigit() else 1 if not line.strip() else following
        good.append(line)
    text = end.join(good)
    pieces = cut(text, READING, chunk=chunk, pauses=pauses, bounds=Bounds(piece=piece))
    assert_pieces_hold(text, pieces)
    words = parse(pieces, READING, bounds=BOUNDS)
    assert "".join(own.source for own in words) == text
    forms = [line.split("\t")[1] for line in good if line[:1].isdigit() and line.split("\t")[0].isdigit()]
    assert [token for own in words for token in own.tokens] == forms
    for own in words:
        rows = own.source.split("\n")
        assert [rows[place].split("\t")[1] for place in own.places] == own.tokens


def test_a_sentence_without_end_is_cut():
    text = "\n".join(row(i, "x") for i in range(1, 26))
    words = read(text, bounds=Bounds(piece=20, rows=10))
    assert [len(own.tokens) for own in words] == [10, 10, 5]
    assert "".join(own.source for own in words) == text


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            SENTENCE + "\n1\tAda\n",
            "-:11: expected 10 columns separated by tabs, found 2. Is a tab missing, or is it no CoNLL-U file?",
        ),
        (
            "Ada NNP\n",
            "-:1: expected 10 columns separated by tabs, found spaces. "
            "Pass --input-format conll for columns of another kind, or text for raw text.",
        ),
        (row(1, "") + "\n", "-:1: expected a word in column 2, found an empty column."),
        (
            SENTENCE + SENTENCE,
            "-:11: expected token id 7, found '1'. Is a blank line between two sentences missing?",
        ),
        (row("x", "Ada") + "\n", "-:1: expected token id 1, found 'x'."),
        (row("9" * 70, "Ada") + "\n", f"-:1: expected token id 1, found '{'9' * 39}…'."),
        (row("1-" + "9" * 70, "Ada") + "\n", f"-:1: expected token id 1, found '1-{'9' * 37}…'."),
        (row(1, "Ada") + "\n" + row("²", "Ada") + "\n", "-:2: expected token id 2, found '²'."),
        (
            SENTENCE + "x" * 101,
            "-:10: expected rows of at most 100 characters, found a longer line. "
            "Does the file hold one token a line?",
        ),
    ],
)
@pytest.mark.parametrize("chunk", [1, 65_536])
def test_rows_that_are_no_conllu_are_errors_with_their_line(content, expected, chunk):
    with pytest.raises(DataError) as error:
        read(content, chunk=chunk, bounds=Bounds(piece=10, row=100))
    assert str(error.value) == expected
