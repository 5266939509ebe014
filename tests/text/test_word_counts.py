"""Counts of words in bounded memory, vocabularies and their files. Oracle: collections.Counter over all tokens."""

import io
from collections import Counter
from pathlib import Path

import datasets
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.errors import DataError
from tagger.text import word_counts
from tagger.text.features import normalize_word
from tagger.text.raw_text import read_paragraphs
from tagger.text.text_sources import RawText, find_text
from tagger.text.word_counts import (
    WordCounts,
    count_words,
    read_vocabulary,
    vocabulary,
    vocabulary_text,
)


def _text(folder: Path, *contents: str, **options) -> RawText:
    files = []
    for number, content in enumerate(contents):
        files.append(folder / str(number))
        files[-1].write_text(content, encoding="utf-8")
    return RawText(tuple(map(str, files)), **options)


def _oracle(text: RawText, **normal) -> Counter[str]:
    return Counter(normalize_word(t, **normal) for p in read_paragraphs(text) for s in p.sentences for t in s)


@pytest.mark.parametrize("lowercase", [True, False])
@pytest.mark.parametrize("fold_digits", [True, False])
def test_counts_are_those_of_normalised_words(tmp_path, lowercase, fold_digits):
    text = _text(tmp_path, "In 1999 in 2001.\nin Paris", "PARIS in 1234\n")
    normal = {"lowercase": lowercase, "fold_digits": fold_digits}
    assert count_words(text, **normal) == WordCounts(dict(_oracle(text, **normal)), 10)


def test_a_small_text_by_hand(tmp_path):
    assert count_words(_text(tmp_path, "In 1999, in\n", "IN 2001")) == WordCounts(
        {"in": 3, "0000": 2, ",": 1}, 6
    )


WORDS = st.lists(st.sampled_from("a a a a b b b c c d e f g h i j k l m n o p".split()), max_size=60)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("counts")


@given(files=st.lists(st.lists(WORDS, max_size=4), min_size=1, max_size=4), bound=st.integers(1, 12))
def test_pruning_keeps_every_word_above_its_mark(folder, files, bound):
    text = _text(folder, "x", *("\n".join(map(" ".join, lines)) for lines in files))
    true = _oracle(text, lowercase=True, fold_digits=True)
    found = count_words(text, max_distinct=bound)
    assert found.tokens == true.total() and len(found.counts) <= bound
    for word, count in true.items():
        if count >= max(found.pruned_below, 1):
            assert word in found.counts
        if word in found.counts:
            assert count - max(found.pruned_below - 1, 0) <= found.counts[word] <= count
    assert set(found.counts) <= set(true)
    if len(true) <= bound:
        assert found == WordCounts(dict(true), true.total())


def test_the_rarest_words_are_dropped_first(tmp_path):
    text = _text(tmp_path, "a a a b b b c c d d e f g h")
    assert count_words(text, max_distinct=7) == WordCounts({"a": 3, "b": 3, "c": 2, "d": 2}, 14, 2)
    assert count_words(text, max_distinct=8).pruned_below == 0


def test_progress_hears_of_tokens_across_files(tmp_path, monkeypatch):
    monkeypatch.setattr(word_counts, "_BUFFER", 3)
    monkeypatch.setattr(word_counts, "_REPORT_EVERY", 4)
    heard: list[int] = []
    text = _text(tmp_path, "a b c d e f g\nh i\n", "j k\n", line_breaks="paragraph")
    count_words(text, progress=heard.append)
    assert heard == [7, 9, 11]


def test_any_number_of_processes_counts_the_same(tmp_path):
    text = _text(tmp_path, "a b c a\n" * 50, "c d e\n", "b a f g\n" * 20, "h\xff\n")
    Path(text.names[3]).write_bytes(b"h i\n\xff\n")
    text = RawText(text.names, on_error="skip")
    heard: list[int] = []
    for bound in (3, 100):
        alone = count_words(text, max_distinct=bound)
        assert count_words(text, max_distinct=bound, processes=2, progress=heard.append) == alone
        assert alone.skipped == 1
    assert heard == [200, 203, 283, 285] * 2


def test_an_error_in_a_process_is_the_same_error(tmp_path):
    text = _text(tmp_path, "a\n", "b\0\n", "c\n")
    for processes in (1, 2):
        with pytest.raises(DataError) as error:
            count_words(text, processes=processes)
        assert str(error.value) == (
            f"{text.names[1]}:1: expected text, found a NUL byte at character 2 of the line. "
            "Is it a binary file, or UTF-16 text without a mark?"
        )


def test_a_text_without_words_is_an_error(tmp_path):
    text = _text(tmp_path, "\n \n", "")
    with pytest.raises(DataError) as error:
        count_words(text)
    assert (
        str(error.value)
        == f"{', '.join(text.names)}: expected text with words, found none. Is the text empty?"
    )


def test_standard_input_is_counted_here_whatever_the_processes(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"a b a\n")))
    (file,) = _text(tmp_path, "b\n").names
    assert count_words(RawText((file, "-")), processes=2).counts == {"a": 2, "b": 2}


def test_a_data_set_is_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "a b a"}\n{"text": "b\\nc"}\n', encoding="utf-8")
    assert count_words(find_text([str(path)], column="text")) == WordCounts({"a": 2, "b": 2, "c": 1}, 5)


def test_the_vocabulary_is_most_frequent_first_with_ties_in_code_point_order():
    counts = {"b": 2, "é": 2, "a": 2, "Z": 2, "the": 9, "rare": 1}
    assert list(vocabulary(counts, max_words=9).items()) == [
        ("the", 9),
        ("Z", 2),
        ("a", 2),
        ("b", 2),
        ("é", 2),
        ("rare", 1),
    ]
    assert list(vocabulary(counts, max_words=9, min_count=2)) == ["the", "Z", "a", "b", "é"]
    assert list(vocabulary(counts, max_words=2)) == ["the", "Z"]


@given(words=st.dictionaries(st.text("abé'.0漢", min_size=1), st.integers(0, 10**12), min_size=1))
def test_a_written_vocabulary_is_read_back(folder, words):
    (folder / "words").write_text(vocabulary_text(words), "utf-8")
    read = read_vocabulary(str(folder / "words"))
    assert list(read.items()) == list(words.items())


def test_a_vocabulary_without_counts_has_zeros(tmp_path):
    path = tmp_path / "words.txt"
    path.write_bytes(b"the\r\n\nof\n  \nand")
    assert list(read_vocabulary(str(path)).items()) == [("the", 0), ("of", 0), ("and", 0)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", ": expected a word a line, found none. Is the file empty?"),
        ("a\nof the\n", ":2: expected one word a line, its count behind a tab, found 'of the'."),
        ("a\t1\n\t3\n", ":2: expected one word a line, its count behind a tab, found ''."),
        ("a\nb\n\na\n", ":4: expected each word once, found 'a' again (line 1 has it)."),
        ("a\t1\nb\n", ":2: expected a count behind every word, found 'b'."),
        ("a\nb\t1\n", ":2: expected counts behind no word, found 'b\\t1'."),
        ("a\t-1\n", ":1: expected a count, a whole number, behind the tab, found '-1'."),
        ("a\t1\t2\n", ":1: expected a count, a whole number, behind the tab, found '1\\t2'."),
        (
            "the\nParis\n",
            ":2: expected the normalised word 'paris', found 'Paris'. "
            "No word of a text would find it: see features.word.lowercase and fold_digits.",
        ),
        (
            "1999\n",
            ":1: expected the normalised word '0000', found '1999'. "
            "No word of a text would find it: see features.word.lowercase and fold_digits.",
        ),
    ],
)
def test_vocabulary_files_say_what_is_wrong_and_where(tmp_path, content, message):
    path = tmp_path / "words.txt"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError) as error:
        read_vocabulary(str(path))
    assert str(error.value) == f"{path}{message}"


def test_words_as_they_stand_are_read_where_nothing_is_folded(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("Paris\n1999\n", encoding="utf-8")
    assert list(read_vocabulary(str(path), lowercase=False, fold_digits=False)) == ["Paris", "1999"]


def test_a_missing_vocabulary_is_an_error(tmp_path):
    with pytest.raises(DataError) as error:
        read_vocabulary(str(tmp_path / "none"))
    assert str(error.value) == f"{tmp_path / 'none'}: expected a file, found none. Is the path right?"


def test_a_real_file_is_counted():
    path = Path(__file__).parents[2] / "README.md"
    text = find_text([str(path)])
    counts = count_words(text)
    assert (
        counts.tokens
        == sum(counts.counts.values())
        == _oracle(text, lowercase=True, fold_digits=True).total()
    )
