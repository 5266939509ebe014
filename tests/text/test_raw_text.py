"""Raw text in paragraphs: what a paragraph is, where a stream goes on, what cannot be read, bounds."""

import bz2
import gzip
import io
import lzma
import os
import tracemalloc
from itertools import islice
from pathlib import Path

import datasets
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.errors import DataError
from tagger.text import lines, raw_text
from tagger.text.problems import Problems
from tagger.text.raw_text import BEGINNING, MAX_PARAGRAPH, Position, read_paragraphs
from tagger.text.text_sources import RawText, find_text
from tagger.text.tokenizer import split_sentences

DATA = Path(os.environ.get("TAGGER_DATA", Path(__file__).parents[2].parent / "shared" / "data"))


def _write(path: Path, content: str | bytes) -> str:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def _text(*files: str, **options) -> RawText:
    return RawText(files, **options)


def _stdin(monkeypatch, content: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))


def _joined(text: RawText, start: Position = BEGINNING) -> list[tuple[tuple[int, ...], list[str]]]:
    """(file, next line, paragraphs so far) and sentences with spaces."""
    return [(tuple(p.next[:3]), [" ".join(s) for s in p.sentences]) for p in read_paragraphs(text, start)]


def test_a_line_is_a_paragraph_and_a_blank_line_nothing(tmp_path):
    one = _write(tmp_path / "a", "Ada sings. Ben sleeps.\n\n  \t\n\u00a0\u2003\nHe does\nnot.\r\n")
    two = _write(tmp_path / "b", "The end")
    assert _joined(_text(one, two)) == [
        ((0, 2, 1), ["Ada sings .", "Ben sleeps ."]),
        ((0, 6, 2), ["He does"]),
        ((0, 7, 3), ["not ."]),
        ((1, 2, 4), ["The end"]),
    ]


WRAPPED = "Ada has been singing since\nshe was a child. Ben\nsleeps.\n\n\nThe second of\nall paragraphs.\n"


@pytest.mark.parametrize("line_breaks", ["wrapped", "auto"])
def test_hard_line_breaks_are_white_space(tmp_path, line_breaks):
    path = _write(tmp_path / "a", WRAPPED)
    assert _joined(_text(path, line_breaks=line_breaks)) == [
        ((0, 5, 1), ["Ada has been singing since she was a child .", "Ben sleeps ."]),
        ((0, 8, 2), ["The second of all paragraphs ."]),
    ]


def test_auto_decides_file_by_file(tmp_path):
    wrapped, lines_ = _write(tmp_path / "a", WRAPPED), _write(tmp_path / "b", "One\nTwo\nThree\n")
    counts = [len(p.sentences) for p in read_paragraphs(_text(wrapped, lines_, wrapped))]
    assert counts == [2, 1, 1, 1, 1, 2, 1]


def test_a_line_can_be_a_sentence(tmp_path):
    path = _write(tmp_path / "a", "Ada sings. Ben sleeps.\nYes. No.\n")
    assert _joined(_text(path, line_breaks="sentence")) == [
        ((0, 2, 1), ["Ada sings . Ben sleeps ."]),
        ((0, 3, 2), ["Yes . No ."]),
    ]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_compressed_files_and_those_with_a_mark_read_alike(tmp_path, pack):
    suffix = {bytes: "", gzip.compress: ".gz", bz2.compress: ".bz2", lzma.compress: ".xz"}[pack]
    path = _write(tmp_path / f"a.txt{suffix}", pack("\ufeffEin Satz.\nZwei é.\n".encode()))
    assert _joined(_text(path)) == [((0, 2, 1), ["Ein Satz ."]), ((0, 3, 2), ["Zwei é ."])]


def test_standard_input_is_read_once(monkeypatch):
    _stdin(monkeypatch, b"Ada sings.\nBen sleeps.\n")
    assert len(list(islice(read_paragraphs(_text("-")), 1))) == 1
    with pytest.raises(DataError) as error:
        list(read_paragraphs(_text("-")))
    assert str(error.value) == (
        "-: expected text that is read once, found a second reading of standard input. "
        "Save the text to a file, and name the file."
    )
    _stdin(monkeypatch, b"Ada sings.\nBen sleeps.\n")
    assert len(list(read_paragraphs(_text("-"), Position(0, 2, 1)))) == 1


def test_what_is_no_text_stops_with_its_line(tmp_path):
    for content, message in [
        (
            b"a\ncaf\xe9\n",
            "2: expected UTF-8 text, found the byte 0xe9 at byte 4 of the line. "
            "Convert the file, for example with `iconv -f latin1 -t utf-8`.",
        ),
        (
            b"a\nb\0\n",
            "2: expected text, found a NUL byte at character 2 of the line. "
            "Is it a binary file, or UTF-16 text without a mark?",
        ),
        (
            b"\xff\xfea\0\n\0",
            "1: expected UTF-8 text, found a UTF-16 byte order mark. "
            "Convert the file with `iconv -f utf-16 -t utf-8`.",
        ),
    ]:
        path = _write(tmp_path / "a", content)
        with pytest.raises(DataError) as error:
            list(read_paragraphs(_text(path)))
        assert str(error.value) == f"{path}:{message}"


def test_a_damaged_archive_and_a_missing_file_are_errors(tmp_path):
    path = _write(tmp_path / "a.gz", gzip.compress(os.urandom(50).hex().encode() * 90)[:-12])
    with pytest.raises(DataError) as error:
        list(read_paragraphs(_text(path)))
    assert str(error.value) == (
        f"{path}:1: expected a file that can be read to its end, "
        "found Compressed file ended before the end-of-stream marker was reached. Is it damaged?"
    )
    with pytest.raises(DataError) as error:
        list(read_paragraphs(_text(str(tmp_path / "none"))))
    assert str(error.value) == f"{tmp_path / 'none'}: expected a file, found none. Is the path right?"


def test_skipping_leaves_out_and_counts_lines_that_are_no_text(tmp_path):
    path = _write(tmp_path / "a", b"One.\n\xff\nb\0\nTwo.\n")
    problems = Problems("skip")
    found = list(read_paragraphs(_text(path, on_error="skip"), problems=problems))
    assert [p.next for p in found] == [Position(0, 2, 1), Position(0, 5, 2)]
    assert problems.counts == {"not UTF-8": 1, "NUL byte": 1}


def test_line_numbers_of_errors_count_real_lines_after_a_line_that_was_cut(tmp_path):
    path = _write(tmp_path / "a", b"word " * MAX_PARAGRAPH + b"\nb\0\n")
    with pytest.raises(DataError) as error:
        list(read_paragraphs(_text(path)))
    assert str(error.value).startswith(f"{path}:2: expected text, found a NUL byte at character 2")


@pytest.mark.parametrize("line_breaks", ["paragraph", "wrapped", "auto"])
@pytest.mark.parametrize("unit", ["word ", "é", "漢", "\U0001f600", "x"])
def test_an_endless_line_is_cut_and_loses_nothing(tmp_path, unit, line_breaks):
    content = unit * (300_000 // len(unit))
    path = _write(tmp_path / "a", content)
    found = list(read_paragraphs(_text(path, line_breaks=line_breaks)))
    assert len(found) >= len(content) // (2 * MAX_PARAGRAPH)
    assert "".join(t for p in found for s in p.sentences for t in s) == content.replace(" ", "")
    if unit == "word ":
        assert {t for p in found for s in p.sentences for t in s} == {"word"}
    middle = found[len(found) // 2].next
    assert list(read_paragraphs(_text(path, line_breaks=line_breaks), middle)) == [
        p for p in found if p.next.paragraph > middle.paragraph
    ]


def test_an_endless_paragraph_of_wrapped_lines_is_cut_between_lines(tmp_path):
    path = _write(tmp_path / "a", "some words in a line\n" * 10_000)
    found = list(read_paragraphs(_text(path, line_breaks="wrapped")))
    assert len(found) == 4
    assert sum(len(s) for p in found for s in p.sentences) == 50_000


def test_memory_does_not_grow_with_the_text(monkeypatch):
    """Endless input in one line, in lines, and wrapped: some megabytes at most are held."""

    class Endless(io.RawIOBase):
        def __init__(self, unit: bytes) -> None:
            self.unit = unit * (4096 // len(unit))

        def readable(self) -> bool:
            return True

        def readinto(self, buffer) -> int:
            size = min(len(buffer), len(self.unit))
            buffer[:size] = self.unit[:size]
            return size

    for unit, line_breaks in [(b"abcdefgh", "auto"), (b"words \n ", "wrapped"), (b"words .\n", "paragraph")]:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BufferedReader(Endless(unit))))
        stream = read_paragraphs(_text("-", line_breaks=line_breaks))
        next(stream)
        tracemalloc.start()
        size = 0
        for paragraph in stream:
            size += sum(map(len, paragraph.sentences))
            if size > 20_000 or paragraph.next.line > 60:
                break
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
        tracemalloc.stop()


CHARACTERS = st.sampled_from(
    [*"aB 1.,'\"-?!:)", "etc.", " U.S.", "n't", "\u2028", "\u00a0", "\r", "é", "\n", "\n\n"]
)
TEXTS = st.lists(CHARACTERS, max_size=60).map("".join)
MEANINGS = st.sampled_from(["auto", "paragraph", "wrapped", "sentence"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("texts")


@given(contents=st.lists(TEXTS, min_size=1, max_size=3), meaning=MEANINGS, longest=st.integers(8, 60))
def test_a_stream_started_anywhere_is_the_rest_of_the_whole(folder, contents, meaning, longest):
    files = [_write(folder / str(i), content) for i, content in enumerate(contents)]
    text = _text(*files, line_breaks=meaning)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(raw_text, "MAX_PARAGRAPH", longest)
        patch.setattr(raw_text, "_BATCH", 20)
        whole = list(read_paragraphs(text))
        for count, paragraph in enumerate(whole, 1):
            assert paragraph.next.paragraph == count
            assert list(read_paragraphs(text, paragraph.next)) == whole[count:]


@given(contents=TEXTS, meaning=st.sampled_from(["paragraph", "wrapped", "sentence"]))
def test_paragraphs_cut_together_are_those_cut_one_by_one(folder, contents, meaning):
    path = _write(folder / "one", contents)
    blocks = [block for _, block, _ in raw_text._file_blocks(path, meaning, 1, Problems())]
    alone = [[s.tokens for s in split_sentences(block, line_breaks=meaning)] for block in blocks]
    together = [p.sentences for p in read_paragraphs(_text(path, line_breaks=meaning))]
    assert together == [sentences for sentences in alone if sentences]


@given(content=TEXTS, longest=st.integers(4, 40))
def test_no_character_but_white_space_is_lost(folder, content, longest):
    path = _write(folder / "one", content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(raw_text, "MAX_PARAGRAPH", longest)
        tokens = [t for p in read_paragraphs(_text(path)) for s in p.sentences for t in s]
    assert "".join(tokens) == "".join(content.split())


def test_what_lies_before_the_start_is_not_decoded_and_files_not_opened(tmp_path, monkeypatch):
    path = _write(tmp_path / "a", b"One.\n\xff\nTwo.\nThree.\n")
    monkeypatch.setattr(raw_text, "split_sentences", _only("Three."))
    (paragraph,) = read_paragraphs(_text("/nowhere", path), Position(1, 4, 9, 7))
    assert paragraph == (Position(1, 5, 10, 7), [["Three", "."]])


def _only(expected: str):
    def split(text, **options):
        assert text.strip() == expected
        return split_sentences(text, **options)

    return split


def test_rows_of_a_data_set_are_paragraphs(tmp_path):
    rows = ["Ada sings.\nBen sleeps.", "", None, WRAPPED, " \n", "The end"]
    datasets.Dataset.from_dict({"body": rows, "n": list(range(6))}).save_to_disk(str(tmp_path / "saved"))
    text = find_text([str(tmp_path / "saved")], column="body")
    whole = _joined(text)
    assert whole == [
        ((0, 2, 1), ["Ada sings .", "Ben sleeps ."]),
        (
            (0, 5, 2),
            [
                "Ada has been singing since she was a child .",
                "Ben sleeps .",
                "The second of all paragraphs .",
            ],
        ),
        ((0, 7, 3), ["The end"]),
    ]
    for count, paragraph in enumerate(read_paragraphs(text), 1):
        assert _joined(text, paragraph.next) == whole[count:]


@pytest.mark.skipif(not DATA.is_dir(), reason=f"no corpora at {DATA}; set TAGGER_DATA")
def test_real_paragraphs_cut_together_are_those_cut_one_by_one():
    path = DATA / "text" / "enwiki-00.txt.xz"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    blocks = raw_text._file_blocks(str(path), "auto", 1, Problems())
    pairs = zip(blocks, read_paragraphs(_text(str(path))), strict=False)
    for (line, block, meaning), paragraph in islice(pairs, 5000):
        assert meaning == "paragraph" and paragraph.next.line == line
        assert paragraph.sentences == [s.tokens for s in split_sentences(block, line_breaks=meaning)]


def test_lines_come_whole_or_in_pieces_with_the_number_of_their_line(tmp_path):
    path = _write(tmp_path / "a", "one two three\nfour\n")
    assert list(lines.read_raw_lines(path)) == [(1, b"one two three\n"), (2, b"four\n")]
    assert list(lines.read_raw_lines(path, longest=8)) == [
        (1, b"one two "),
        (1, b"three\n"),
        (2, b"four\n"),
    ]
