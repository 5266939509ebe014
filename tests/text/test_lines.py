"""Lines of files: what ends a line, compression, and bytes that are no text."""

import bz2
import gzip
import io
import lzma
from pathlib import Path

import pytest

from tagger.errors import DataError
from tagger.text.lines import plain_suffix, read_lines
from tagger.text.problems import Problems


def _write(folder: Path, content: bytes, name: str = "a.txt") -> str:
    (folder / name).write_bytes(content)
    return str(folder / name)


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", []),
        (b"a", ["a"]),
        (b"a\n\nb\n", ["a", "", "b"]),
        (b"a\r\nb\r\n", ["a", "b"]),
        (b"a\rb\n", ["a\rb"]),
        ("a\u0085b\u2028c\x0bd\n".encode(), ["a\u0085b\u2028c\x0bd"]),
    ],
)
def test_only_a_line_feed_ends_a_line(tmp_path, content, lines):
    assert [text for _, text in read_lines(_write(tmp_path, content))] == lines


@pytest.mark.parametrize(
    ("suffix", "pack"), [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)]
)
def test_compressed_files_are_read_by_their_suffix(tmp_path, suffix, pack):
    path = _write(tmp_path, pack("één\nzwei\n".encode()), f"a.conllu.{suffix}")
    assert list(read_lines(path)) == [(1, "één"), (2, "zwei")]
    assert plain_suffix(path) == ".conllu"


def test_a_minus_is_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"a\nb\n")))
    assert list(read_lines("-")) == [(1, "a"), (2, "b")]


BAD = {
    "not UTF-8": (
        b"a\ncaf\xe9 O\n",
        "{path}:2: expected UTF-8 text, found the byte 0xe9 at byte 4 of the line. "
        "Convert the file, for example with `iconv -f latin1 -t utf-8`.",
    ),
    "NUL byte": (
        b"a\nb\0c\n",
        "{path}:2: expected text, found a NUL byte at character 2 of the line. "
        "Is it a binary file, or UTF-16 text without a mark?",
    ),
    "byte order mark (dropped)": (
        b"\xef\xbb\xbfa\nb\n",
        "{path}:1: expected UTF-8 text without a byte order mark, found a UTF-8 byte order mark. "
        "Save the file as UTF-8 without a mark, or drop it with `tagger prep --on-error skip`.",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_text_stops_with_its_place(tmp_path, kind):
    content, message = BAD[kind]
    path = _write(tmp_path, content)
    with pytest.raises(DataError) as error:
        list(read_lines(path))
    assert str(error.value) == message.format(path=path)


def test_skipping_counts_bad_lines_and_drops_the_mark(tmp_path):
    problems = Problems("skip")
    path = _write(tmp_path, b"\xef\xbb\xbfa\n\xff\nb\0\nc\n")
    assert list(read_lines(path, problems)) == [(1, "a"), (2, None), (3, None), (4, "c")]
    assert problems.counts == {"byte order mark (dropped)": 1, "not UTF-8": 1, "NUL byte": 1}


@pytest.mark.parametrize("policy", ["stop", "skip"])
@pytest.mark.parametrize(
    ("encoding", "mark", "name"),
    [
        ("utf-16-le", b"\xff\xfe", "UTF-16"),
        ("utf-16-be", b"\xfe\xff", "UTF-16"),
        ("utf-32-le", b"\xff\xfe\0\0", "UTF-32"),
    ],
)
def test_wide_encodings_are_named_under_either_policy(tmp_path, policy, encoding, mark, name):
    path = _write(tmp_path, mark + "a\n".encode(encoding))
    with pytest.raises(DataError) as error:
        list(read_lines(path, Problems(policy)))
    assert str(error.value) == (
        f"{path}:1: expected UTF-8 text, found a {name} byte order mark. "
        f"Convert the file with `iconv -f {name.lower()} -t utf-8`."
    )


def test_unreadable_paths_say_why(tmp_path):
    for path, message in [
        (tmp_path / "none.txt", "expected a file, found none. Is the path right?"),
        (tmp_path, "expected a file, found a folder. Name the files in it."),
    ]:
        with pytest.raises(DataError) as error:
            list(read_lines(str(path)))
        assert str(error.value) == f"{path}: {message}"


def test_a_damaged_archive_is_an_error_at_the_line_it_breaks(tmp_path):
    path = _write(tmp_path, gzip.compress(b"word O\n" * 50000)[:-200], "a.gz")
    with pytest.raises(
        DataError, match=r"a\.gz:\d+: expected a file that can be read to its end, found .*damaged\?"
    ):
        list(read_lines(path))
    path = _write(tmp_path, b"plain text", "b.gz")
    with pytest.raises(DataError, match=r"b\.gz:1: expected a file that can be read to its end"):
        list(read_lines(path))
