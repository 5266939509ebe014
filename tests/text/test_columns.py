"""CoNLL column files: separators, documents, comments, widths, names."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.errors import DataError, SettingsError
from tagger.text.columns import name_columns, read_columns
from tagger.text.problems import Problems


def _write(folder: Path, text: str) -> str:
    (folder / "a.conll").write_text(text, encoding="utf-8", newline="")
    return str(folder / "a.conll")


def _words(path: str, **options) -> list[list[str]]:
    return [sentence.tokens for sentence in read_columns(path, **options)]


def test_rows_become_tokens_tags_and_lines(tmp_path):
    path = _write(tmp_path, "EU NNP I-ORG\nrejects VBZ O\n\nPeter NNP I-PER\n")
    first, second = read_columns(path, columns=("word", "pos", "ner"))
    assert first.tokens == ["EU", "rejects"]
    assert first.tags == {"pos": ["NNP", "VBZ"], "ner": ["I-ORG", "O"]}
    assert (first.path, first.lines, second.lines) == (path, [1, 2], [4])


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("a\tO\n\t\nb\tO\n", [["a"], ["b"]]),  # WNUT-17: a line of a tab alone
        ("a O\n   \n\n\nb O", [["a"], ["b"]]),
        ("a O\r\n\r\nb O\r\n", [["a"], ["b"]]),
        ("a  O\nb   O \n", [["a", "b"]]),  # several spaces, one at the end
        ("New York\tO\n", [["New York"]]),
        ("10\u00a0000 O\n\u0085 O\nx\u2028y O\n", [["10\u00a0000", "\u0085", "x\u2028y"]]),
    ],
)
def test_white_space(tmp_path, text, sentences):
    assert _words(_write(tmp_path, text)) == sentences


def test_document_rows_end_a_sentence_with_or_without_a_blank_line(tmp_path):
    path = _write(
        tmp_path,
        "-DOCSTART- -X- O\n\na N O\n\n-DOCSTART- -DOCSTART- O\nb N O\nc N O\n-DOCSTART- -X- O\nd N O\n",
    )
    sentences = list(read_columns(path))
    assert [s.tokens for s in sentences] == [["a"], ["b", "c"], ["d"]]
    assert [s.document for s in sentences] == ["1", "2", "3"]


def test_a_document_row_is_told_by_its_word_wherever_the_word_stands(tmp_path):
    path = _write(tmp_path, "O a\nO -DOCSTART-\nO b\n")
    assert _words(path, columns=("ner", "word")) == [["a"], ["b"]]


def test_a_document_row_that_opens_the_file_does_not_decide_its_width(tmp_path):
    assert _words(_write(tmp_path, "-DOCSTART-\n\na N O\n")) == [["a"]]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("# # I-NP\n1 CD I-NP\n", [["#", "1"]]),  # CoNLL-2000: the token # as the first of the file
        ("a DT O\n# # I-NP\n", [["a", "#"]]),
        ("a DT O\n\n# # I-NP\n", [["a"], ["#"]]),
        ("#\tO\n#tag\tO\n", [["#", "#tag"]]),  # WNUT-17
        ("# sent_id = 3\na\tO\n", [["a"]]),
        ("a\tO\n# no tab, no token\nb\tO\n", [["a", "b"]]),
        ("# a comment of several words\na DT O\n", [["a"]]),
        ("# id = 3\na DT X O\n", [["a"]]),  # as many columns as a row
        ("#hash O\nb O\n", [["#hash", "b"]]),
        ("# O\n", [["#"]]),
    ],
)
def test_a_comment_is_only_what_cannot_be_a_token(tmp_path, text, sentences):
    assert _words(_write(tmp_path, text)) == sentences


def test_ids_and_documents_come_from_comments(tmp_path):
    sentence = next(read_columns(_write(tmp_path, "# newdoc id = d\n# sent_id = s 1\na\tO\n")))
    assert (sentence.id, sentence.document) == ("s 1", "d")


WRONG = [
    ("a N O\nb N\n", "2: expected 3 columns (word, pos, ner), found 2. Is a space missing?"),
    ("a\tN\tO\nb N\tO\n", "2: expected 3 columns (word, pos, ner), found 2. Is a tab missing?"),
    (
        "a N O\nb c N O\n",
        "2: expected 3 columns (word, pos, ner), found 4. "
        "Pass --wide-rows join to take the tags from the right and the rest as the word.",
    ),
    (
        "a N O\n\nb\tN\tO\n",
        "3: expected columns separated by spaces as in line 1, found a tab (tabs and spaces mixed).",
    ),
    (
        "a\tN\tO\nb N O\n",
        "2: expected columns separated by tabs as in line 1, found a space (tabs and spaces mixed).",
    ),
    ("a\tN\tO\nb\t\tO\n", "2: expected 3 columns (word, pos, ner), found an empty column 2."),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_wrong_rows_say_where_and_what(tmp_path, text, message):
    path = _write(tmp_path, text)
    with pytest.raises(DataError) as error:
        list(read_columns(path, columns=("word", "pos", "ner")))
    assert str(error.value) == f"{path}:{message}"


def test_without_names_the_width_is_that_of_the_first_row(tmp_path):
    path = _write(tmp_path, "a N O\nb N\n")
    with pytest.raises(DataError) as error:
        list(read_columns(path))
    assert str(error.value) == f"{path}:2: expected 3 columns as in line 1, found 2. Is a space missing?"
    path = _write(tmp_path, "alone\n")
    with pytest.raises(DataError) as error:
        list(read_columns(path))
    assert str(error.value) == (
        f"{path}:1: expected at least 2 columns (a word and a tag), found 1. "
        "Name the columns with --columns if the file has words alone."
    )
    assert _words(path, columns=("word",)) == [["alone"]]


def test_wide_rows_can_be_joined_from_the_left(tmp_path):
    path = _write(tmp_path, "a N O\nNew York City Np B-LOC\n")
    (sentence,) = read_columns(path, columns=("word", "pos", "ner"), wide_rows="join")
    assert sentence.tokens == ["a", "New York City"]
    assert sentence.tags == {"pos": ["N", "Np"], "ner": ["O", "B-LOC"]}
    (sentence,) = read_columns(path, columns=("-", "ner", "word"), wide_rows="join")
    assert sentence.tokens == ["O", "City Np B-LOC"]


def test_skipping_drops_the_whole_sentence_once(tmp_path):
    problems = Problems("skip")
    path = _write(tmp_path, "a O\n\nb\nc\nd O\n\ne O\n")
    assert _words(path, problems=problems) == [["a"], ["e"]]
    assert problems.counts == {"wrong number of columns": 1}
    assert problems.dropped == {1}


def test_a_line_that_is_no_text_drops_its_sentence(tmp_path):
    (tmp_path / "a").write_bytes(b"a O\n\nb O\n\xff O\n\nc O\n")
    problems = Problems("skip")
    assert _words(str(tmp_path / "a"), problems=problems) == [["a"], ["c"]]
    assert problems.counts == {"not UTF-8": 1}


@pytest.mark.parametrize(
    "columns", [("pos", "ner"), ("word", "form", "ner"), ("word", "pos", "pos"), ("word", "")]
)
def test_names_need_one_word_and_no_doubles(tmp_path, columns):
    with pytest.raises(SettingsError) as error:
        list(read_columns(_write(tmp_path, "a O\n"), columns=columns))
    assert str(error.value) == (
        "columns: expected different names, exactly one of them word (- leaves a column out), "
        f"found {','.join(columns)!r}. For example: word,pos,chunk,ner."
    )


def test_columns_can_be_left_out_and_stand_in_any_order(tmp_path):
    (sentence,) = read_columns(_write(tmp_path, "1 a N O\n"), columns=("-", "form", "_", "ner"))
    assert (sentence.tokens, sentence.tags) == (["a"], {"ner": ["O"]})


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a B-PER\n", ["ner"]),
        ("a NN\n", ["pos"]),
        ("a NN B-NP\nb NN O\n", ["pos", "chunk"]),
        ("a NN I-NP I-ORG\nb NN O O\n", ["pos", "chunk", "ner"]),
        ("a x NN O\n", ["pos", "pos2", "ner"]),
    ],
)
def test_columns_without_names_are_named_by_what_they_hold(tmp_path, text, names):
    sentences = list(read_columns(_write(tmp_path, text)))
    assert list(name_columns(sentences).values()) == names
    assert list(sentences[0].tags) == names


def test_a_sentence_of_100000_tokens(tmp_path):
    path = _write(tmp_path, "word NN O\n" * 100_000)
    (sentence,) = read_columns(path)
    assert len(sentence.tokens) == 100_000


_cell = st.text(st.characters(codec="utf-8", exclude_characters="\t\n\r\0"), min_size=1, max_size=6)


@given(st.lists(st.lists(st.tuples(_cell, _cell), min_size=1, max_size=5), max_size=5))
def test_what_is_written_with_tabs_is_read_back(tmp_path_factory, sentences):
    """Oracle: the rows themselves; left out are cells that a reader cannot tell from a mark."""
    sentences = [
        [(w, t) for w, t in rows if w.strip() and t.strip() and not w.startswith(("-DOCSTART-", "\ufeff"))]
        for rows in sentences
    ]
    sentences = [rows for rows in sentences if rows]
    text = "\n".join("".join(f"{w}\t{t}\n" for w, t in rows) for rows in sentences)
    path = _write(tmp_path_factory.mktemp("columns"), text)
    read = [list(zip(s.tokens, s.tags["column2"], strict=True)) for s in read_columns(path)]
    assert read == sentences
