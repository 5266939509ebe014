"""Bytes of files and pipes to text: marks, encodings, damage, pauses, and how much of a file has been read."""

import bz2
import gzip
import io
import lzma
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.errors import DataError, SettingsError
from tagger.reading import decoded_text
from tagger.reading.decoded_text import check_encoding, read_text

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


def read_until_error(path, **options):
    """The text before the error, and the error's message."""
    chunks = []
    with pytest.raises(DataError) as error:
        for chunk in read_text(path, **options):
            chunks.append(chunk)  # noqa: PERF402
    return "".join(chunks), message(error)


def test_a_byte_order_mark_is_passed_over_unless_it_is_to_be_kept(file):
    path = file(b"\xef\xbb\xbfAda \xef\xbb\xbf.")
    assert "".join(read_text(path)) == "Ada \ufeff."
    assert "".join(read_text(path, keep_mark=True)) == "\ufeffAda \ufeff."


@pytest.mark.parametrize(("suffix", "module"), [(".gz", gzip), (".bz2", bz2), (".xz", lzma)])
def test_compressed_files_read_as_the_plain_ones(file, suffix, module):
    assert "".join(read_text(file(module.compress(TEXT.encode()), f"text.txt{suffix}"))) == TEXT


def test_standard_input_is_read(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    sizes = []
    assert "".join(read_text("-", on_read=sizes.append)) == TEXT
    assert sizes == [len(TEXT.encode())] * 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "utf-32", "gb18030", "utf-7"])
@pytest.mark.parametrize("chunk", [1, 3, 65_536])
def test_every_encoding_is_read_however_its_bytes_come(file, monkeypatch, encoding, chunk):
    monkeypatch.setattr(decoded_text, "CHUNK", chunk)
    assert "".join(read_text(file(TEXT.encode(encoding)), encoding=encoding)) == TEXT


@pytest.mark.parametrize("chunk", [1, 5, 65_536])
def test_bytes_that_are_not_utf8_are_an_error_with_their_line_behind_the_text_before(
    file, monkeypatch, chunk
):
    monkeypatch.setattr(decoded_text, "CHUNK", chunk)
    assert read_until_error(file("Ada\nÄda\n".encode() + b"caf\xe9 au lait\n")) == (
        "Ada\nÄda\ncaf",
        "text.txt:3: expected UTF-8 text, found the byte 0xe9. "
        "Name the encoding with --encoding, or pass --errors replace.",
    )


@pytest.mark.parametrize("chunk", [1, 3, 65_536])
def test_the_line_of_an_error_counts_lines_in_any_encoding(file, monkeypatch, chunk):
    monkeypatch.setattr(decoded_text, "CHUNK", chunk)
    path = file("Ada\n\u0a0aÄda\n".encode("utf-16-be") + b"\xdc\x00")
    assert read_until_error(path, encoding="utf-16-be") == (
        "Ada\n\u0a0aÄda\n",
        "text.txt:3: expected text in utf-16-be, found the byte 0xdc. "
        "Name the encoding with --encoding, or pass --errors replace.",
    )


def test_text_cut_inside_a_character_is_an_error(file):
    text, error = read_until_error(file("Ada\nÄ".encode()[:-1]))
    assert text == "Ada\n"
    assert error.startswith("text.txt:2: expected UTF-8 text, found the byte 0xc3.")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
@pytest.mark.parametrize("chunk", [1, 65_536])
@pytest.mark.parametrize("errors", ["strict", "replace"])
def test_a_wide_byte_order_mark_is_named(file, monkeypatch, encoding, chunk, errors):
    monkeypatch.setattr(decoded_text, "CHUNK", chunk)
    path = file("Ada lives.".encode(encoding))
    assert read_until_error(path, errors=errors) == (
        "",
        f"text.txt:1: expected UTF-8 text, found a {encoding.upper()} byte order mark. Pass --encoding {encoding}.",
    )


def test_utf16_without_a_mark_needs_its_byte_order(file):
    assert read_until_error(file("Ada".encode("utf-16-le")), encoding="utf-16") == (
        "",
        "text.txt:1: expected a UTF-16 byte order mark, found none. Pass --encoding utf-16-le or utf-16-be.",
    )


def test_a_nul_byte_is_an_error_with_its_line(file):
    assert read_until_error(file("Ada\nli\0ves")) == (
        "Ada\nli",
        "text.txt:2: expected text, found a NUL byte. "
        "Is it a binary file, or UTF-16 text (--encoding utf-16-le)? Or pass --errors replace.",
    )


@pytest.mark.parametrize(("errors", "expected"), [("replace", "caf\ufffd\ufffd!"), ("ignore", "caf!")])
def test_what_is_no_text_is_replaced_or_dropped(file, errors, expected):
    assert "".join(read_text(file(b"caf\xe9\0!"), errors=errors)) == expected


def test_another_encoding_takes_the_same_bytes(file):
    assert "".join(read_text(file(b"caf\xe9"), encoding="latin-1")) == "café"


@pytest.mark.parametrize("encoding", ["klingon", "rot13", "base64", "undefined", "", "a\0b"])
def test_an_unknown_encoding_is_an_error(encoding):
    with pytest.raises(SettingsError) as error:
        check_encoding(encoding, "strict")
    assert str(error.value) == (
        f"--encoding: expected the name of an encoding, found {encoding!r}. "
        "For example utf-8, utf-16, latin-1, cp1252, gb18030."
    )


def test_an_unknown_way_to_take_errors_is_an_error():
    with pytest.raises(SettingsError) as error:
        check_encoding("utf-8", "surrogateescape")
    assert str(error.value) == "--errors: expected one of strict, replace, ignore, found 'surrogateescape'."


@pytest.mark.parametrize(("suffix", "module"), [(".gz", gzip), (".bz2", bz2), (".xz", lzma)])
def test_half_a_compressed_file_is_an_error(file, suffix, module):
    path = file(module.compress(TEXT.encode() * 50)[:-20], f"half{suffix}")
    _, error = read_until_error(path)
    assert error.startswith(f"half{suffix}:")
    assert "expected a file that can be read to its end, found " in error


def test_a_plain_file_with_the_name_of_a_compressed_one_is_an_error(file):
    _, error = read_until_error(file(TEXT, "plain.gz"))
    assert error.startswith(
        "plain.gz:1: expected a file that can be read to its end, found Not a gzipped file"
    )


def test_a_missing_file_is_an_error(tmp_path):
    for name in ("nowhere.txt", "nowhere.gz"):
        _, error = read_until_error(str(tmp_path / name))
        assert error == f"{name}: expected a file, found none. Is the path right?"


def test_a_folder_is_an_error(tmp_path):
    _, error = read_until_error(str(tmp_path))
    assert error.endswith("expected a file, found a folder. Name the files in it.")


@pytest.mark.parametrize(("suffix", "pack"), [("", bytes), (".gz", gzip.compress), (".xz", lzma.compress)])
def test_it_is_told_how_much_of_the_file_on_disk_has_been_read(file, monkeypatch, suffix, pack):
    monkeypatch.setattr(decoded_text, "CHUNK", 1000)
    path = file(pack(os.urandom(30_000).hex().encode()), f"text.txt{suffix}")
    sizes = []
    for _ in read_text(path, on_read=sizes.append):
        pass
    assert sizes == sorted(sizes)
    assert len(set(sizes)) > 2
    assert sizes[-1] == Path(path).stat().st_size


def test_a_pipe_that_pauses_gives_an_empty_piece_once(monkeypatch):
    monkeypatch.setattr(decoded_text, "PAUSE", 0.01)
    outer, inner = os.pipe()
    os.write(inner, b"Ada\n")
    chunks = []
    with os.fdopen(outer) as pipe:
        monkeypatch.setattr(sys, "stdin", pipe)
        for chunk in read_text("-", pauses=True):
            chunks.append(chunk)
            if not chunk and len(chunks) == 2:
                os.write(inner, b"lives\n")
            elif not chunk:
                os.close(inner)
    assert chunks == ["Ada\n", "", "lives\n", ""]


def test_a_pipe_that_never_rests_for_long_pauses_all_the_same(monkeypatch):
    monkeypatch.setattr(decoded_text, "PAUSE", 60.0)
    monkeypatch.setattr(decoded_text, "LATEST", 0.0)
    outer, inner = os.pipe()
    os.write(inner, b"Ada\n")
    with os.fdopen(outer) as pipe:
        monkeypatch.setattr(sys, "stdin", pipe)
        chunks = read_text("-", pauses=True)
        assert [next(chunks), next(chunks)] == ["Ada\n", ""]
        os.close(inner)
        assert list(chunks) == []


def test_a_file_on_disk_never_pauses(file, monkeypatch):
    monkeypatch.setattr(decoded_text, "PAUSE", 0.0)
    monkeypatch.setattr(decoded_text, "CHUNK", 3)
    assert "" not in list(read_text(file(TEXT), pauses=True))


@given(st.binary(max_size=40), st.integers(1, 9), st.sampled_from(["utf-8", "utf-16-le", "shift_jis"]))
def test_any_bytes_are_replaced_as_python_does(tmp_path_factory, content, chunk, encoding):
    path = tmp_path_factory.mktemp("bytes") / "text"
    path.write_bytes("Ada ".encode(encoding) + content)
    expected = path.read_bytes().decode(encoding, "replace").replace("\0", "\ufffd")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decoded_text, "CHUNK", chunk)
        assert "".join(read_text(str(path), encoding=encoding, errors="replace")) == expected
