import bz2
import gzip
import io
import lzma
import os
import sys
import tracemalloc

import pytest

from tagger.errors import DataError, SettingsError
from tagger.inference import reading
from tagger.inference.reading import read_text, read_words

TEXT = "Ada lives in 東京.\r\nShe  works there;\ttoo.\n\nThe naïve end"


@pytest.fixture
def file(tmp_path):
    def write(content, name="text.txt"):
        path = tmp_path / name
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return str(path)

    return write


def message(error):
    return str(error.value).rpartition("/")[2]


@pytest.mark.parametrize("input_format", ["text", "sentences", "tokens"])
@pytest.mark.parametrize("chunk", [1, 2, 7, 65_536])
def test_offsets_cut_the_tokens_from_the_decoded_file(file, monkeypatch, input_format, chunk):
    monkeypatch.setattr(reading, "CHUNK", chunk)
    sentences = list(read_words(file(TEXT), input_format=input_format))
    assert len(sentences) >= 3
    for words in sentences:
        assert words.tokens == [TEXT[a:b] for a, b in zip(words.starts, words.ends, strict=True)]
        assert words.text == TEXT[words.starts[0] : words.ends[-1]]


def test_tokens_are_separated_by_white_space_and_sentences_by_lines(file):
    path = file("Ada lives\u00a0in \tParis .\r\n\n \nNo\u2028break\n")
    assert [words.tokens for words in read_words(path, input_format="tokens")] == [
        ["Ada", "lives\u00a0in", "Paris", "."],
        ["No\u2028break"],
    ]


def test_a_line_is_one_sentence_whatever_stands_in_it(file):
    path = file("Ada lives. She works.\n\nThe end\n")
    assert [words.text for words in read_words(path, input_format="sentences")] == [
        "Ada lives. She works.",
        "The end",
    ]


def test_a_byte_order_mark_is_passed_over_and_not_counted(file):
    words = next(read_words(file(b"\xef\xbb\xbfAda lives.")))
    assert (words.tokens[0], words.starts[0]) == ("Ada", 0)


@pytest.mark.parametrize(("suffix", "module"), [(".gz", gzip), (".bz2", bz2), (".xz", lzma)])
def test_compressed_files_read_as_the_plain_ones(file, suffix, module):
    path = file(module.compress(TEXT.encode()), f"text.txt{suffix}")
    assert "".join(read_text(path)) == TEXT


def test_standard_input_is_read(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    assert "".join(read_text("-")) == TEXT


@pytest.mark.parametrize("chunk", [1, 5, 65_536])
def test_bytes_that_are_not_utf8_are_an_error_with_their_line(file, monkeypatch, chunk):
    monkeypatch.setattr(reading, "CHUNK", chunk)
    with pytest.raises(DataError) as error:
        list(read_words(file("Ada\nÄda\n".encode() + b"caf\xe9 au lait\n")))
    assert message(error) == (
        "text.txt:3: expected UTF-8 text, found the byte 0xe9. "
        "Convert the file, for example with `iconv -f latin1 -t utf-8`."
    )


def test_text_cut_inside_a_character_is_an_error(file):
    with pytest.raises(DataError, match=r"text.txt:2: expected UTF-8 text, found the byte 0xc3"):
        list(read_text(file("Ada\nÄ".encode()[:-1])))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_a_wide_byte_order_mark_is_named(file, encoding):
    with pytest.raises(DataError) as error:
        list(read_words(file("Ada lives.".encode(encoding))))
    assert message(error) == (
        f"text.txt:1: expected UTF-8 text, found a {encoding.upper()} byte order mark. "
        f"Convert the file with `iconv -f {encoding} -t utf-8`."
    )


@pytest.mark.parametrize(
    ("input_format", "first", "second"),
    [
        ("text", b"Ada lives. She works.\n", b"The end"),
        ("sentences", b"Ada lives.\nShe works.\n", b"The end"),
        ("tokens", b"Ada lives .\nShe works .\n", b"The end"),
        ("conll", b"Ada X\n\nShe X\n\n", b"The X\n"),
    ],
)
def test_a_pipe_that_pauses_gives_what_is_complete(monkeypatch, input_format, first, second):
    monkeypatch.setattr(reading, "PAUSE", 0.01)
    outer, inner = os.pipe()
    os.write(inner, first)
    seen = []

    def pause():
        seen.append("pause")
        os.write(inner, second)
        os.close(inner)

    with os.fdopen(outer) as pipe:
        monkeypatch.setattr(sys, "stdin", pipe)
        seen.extend(words.tokens[0] for words in read_words("-", input_format=input_format, on_pause=pause))
    assert seen == ["Ada", "She", "pause", "The"]


def test_a_file_on_disk_never_pauses(file, monkeypatch):
    monkeypatch.setattr(reading, "PAUSE", 0.0)
    monkeypatch.setattr(reading, "CHUNK", 3)
    assert "" not in list(read_text(file(TEXT), on_pause=pytest.fail))


def test_a_nul_byte_is_an_error_with_its_line(file):
    with pytest.raises(DataError) as error:
        list(read_words(file("Ada\nli\0ves")))
    assert message(error) == (
        "text.txt:2: expected text, found a NUL byte. Is it a binary file, or UTF-16 text without a mark?"
    )


def test_half_a_gzip_file_is_an_error(file):
    path = file(gzip.compress(TEXT.encode() * 50)[:-20], "half.gz")
    with pytest.raises(
        DataError, match=r"half.gz:\d+: expected a file that can be read to its end, found .*"
    ):
        list(read_text(path))


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(DataError) as error:
        list(read_words(str(tmp_path / "nowhere.txt")))
    assert message(error) == "nowhere.txt: expected a file, found none. Is the path right?"


@pytest.mark.parametrize("content", ["Ada lives in Paris. ", "Ada lives in Paris.\n"])
def test_memory_does_not_grow_with_the_file(file, content):
    def peak(path):
        tracemalloc.start()
        for _ in read_words(path):
            pass
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    small = peak(file(content * 8_000, "small.txt"))
    assert peak(file(content * 20_000, "large.txt")) < 1.2 * small


COLUMNS = """\
-DOCSTART- -X- -X- O

# sent_id = 1
EU NNP B-NP B-ORG
# NN O O
rejects VBZ B-VP O

# a comment
1996-08-22 CD B-NP O
"""


def test_columns_keep_their_rows_and_what_stands_before(file):
    first, second = read_words(file(COLUMNS), input_format="conll")
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
    ],
)
def test_the_word_column_is_found(file, content, column, tokens):
    sentences = read_words(file(content), input_format="conll", word_column=column)
    assert [token for words in sentences for token in words.tokens] == tokens


def test_document_rows_at_the_end_are_kept(file):
    last = list(read_words(file("Ada X\n\n-DOCSTART- O\n"), input_format="conll"))[-1]
    assert (last.tokens, last.before) == ([], ["-DOCSTART- O"])


@pytest.mark.parametrize(
    ("content", "column", "expected"),
    [
        ("Ada X\nlives\n", "1", "t.conll:2: expected 2 columns as in line 1, found 1. Is a space missing?"),
        ("Ada\tX\nin Y\n", "1", "t.conll:2: expected 2 columns as in line 1, found 1. Is a tab missing?"),
        ("Ada X\nin\tY\n", "1", "t.conll:2: expected columns separated by spaces as in line 1, found a tab."),
        ("\nAda X\n", "3", "t.conll:2: expected a column 3, found 2 columns."),
        ("Ada\tX\n\tY\n", "1", "t.conll:2: expected a word in column 1, found an empty column."),
        (
            "# a = b\n1\tAda\n2\tlives\n",
            "1",
            "t.conll:2: expected words in column 1, found the numbers of tokens. Pass --word-column 2.",
        ),
        (
            "Ada X\n",
            "form",
            "t.conll:1: expected names of columns in `# global.columns = ...` above (for 'form'), found none. "
            "Pass the number of the column instead, from 1.",
        ),
    ],
)
def test_rows_that_do_not_fit_are_errors_with_their_line(file, content, column, expected):
    with pytest.raises(DataError) as error:
        list(read_words(file(content, "t.conll"), input_format="conll", word_column=column))
    assert message(error) == expected


def test_a_name_that_no_column_has_is_an_error(file):
    path = file("# global.columns = ID FORM\n1\tAda\n")
    with pytest.raises(SettingsError) as error:
        list(read_words(path, input_format="conll", word_column="lemma"))
    assert str(error.value) == "--word-column: expected a number or one of ID FORM, found 'lemma'."


def test_a_file_of_comments_alone_keeps_them(file):
    (only,) = read_words(file("# a = b\n\n# c = d\n"), input_format="conll")
    assert (only.tokens, only.before) == ([], ["# a = b", "# c = d"])
    assert list(read_words(file(""), input_format="conll")) == []
    assert list(read_words(file("\n \t\n"), input_format="conll")) == []
