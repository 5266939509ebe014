"""Names on the command line to the text that is read: folders, patterns, compression, what is left out, fingerprints."""

import gzip
import os
from pathlib import Path

import pytest

from tagger.errors import DataError, SettingsError
from tagger.text.text_sources import FINGERPRINT_BYTES, RawText, find_text, fingerprint


def _fill(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{name}\n", encoding="utf-8")


def _relative(text: RawText, folder: Path) -> list[str]:
    return [Path(name).relative_to(folder).as_posix() for name in text.names]


def test_a_folder_is_its_text_files_sorted_by_name(tmp_path):
    _fill(tmp_path, "b.txt", "a", "c.TXT.gz", "d.xz", "sub/e.txt.bz2", "page.html", "x.html", "table.csv")
    _fill(tmp_path, ".hidden.txt", ".git/config")
    text = find_text([str(tmp_path)])
    assert _relative(text, tmp_path) == ["a", "b.txt", "c.TXT.gz", "d.xz", "sub/e.txt.bz2"]
    assert text.notes == (
        f"{tmp_path}: left out 1 .csv file (a table needs --column)",
        f"{tmp_path}: left out 2 .html files (to read them, name them)",
    )


def test_links_to_folders_are_not_followed_and_pipes_in_folders_not_read(tmp_path):
    _fill(tmp_path, "sub/a.txt")
    (tmp_path / "sub" / "loop").symlink_to(tmp_path)
    (tmp_path / "dangling.txt").symlink_to(tmp_path / "none")
    os.mkfifo(tmp_path / "pipe.txt")
    assert _relative(find_text([str(tmp_path)]), tmp_path) == ["sub/a.txt"]


def test_names_keep_their_order_and_a_file_is_read_once(tmp_path):
    _fill(tmp_path, "a.txt", "b.txt", "c/d.log", "c/e.txt")
    (tmp_path / "link.txt").symlink_to(tmp_path / "a.txt")
    names = ["b.txt", "*.txt", "-", "c/d.log", "**/*.txt", "-"]
    text = find_text([name if name == "-" else str(tmp_path / name) for name in names])
    assert [Path(name).name for name in text.names] == ["b.txt", "a.txt", "-", "d.log", "e.txt"]


def test_a_name_with_special_characters_is_that_file_first(tmp_path):
    _fill(tmp_path, "[ab].txt", "a.txt")
    assert _relative(find_text([str(tmp_path / "[ab].txt")]), tmp_path) == ["[ab].txt"]


def test_names_that_stand_for_nothing_say_so(tmp_path):
    _fill(tmp_path, "tables/a.jsonl", "tables/b.jsonl", "tables/c.md", "notes/n.md", "t.parquet", "u.csv.gz")
    (tmp_path / "empty").mkdir()
    os.mkfifo(tmp_path / "pipe")
    folder = "expected a folder with .txt files or files without a suffix, found"
    table = "Name its text column, or give the file another suffix."
    for name, message in [
        ("none.txt", "expected a file, found none. Is the path right?"),
        ("*.none", "expected a pattern that files fit, found none that do."),
        ("empty", f"{folder} none."),
        ("notes", f"{folder} 1 .md."),
        ("tables", f"{folder} 2 .jsonl, 1 .md. A data set needs the name of its text column."),
        ("t.parquet", f"expected raw text, found a .parquet file. {table}"),
        ("u.csv.gz", f"expected raw text, found a .csv file. {table}"),
        (
            "pipe",
            "expected a file or folder, found a pipe or a device. "
            "Save it as a file, or send it to standard input and name -.",
        ),
    ]:
        with pytest.raises(DataError) as error:
            find_text([str(tmp_path / name)])
        assert str(error.value) == f"{tmp_path / name}: {message}"


def test_no_text_at_all_and_several_data_sets_are_settings_errors():
    for names, column, message in [
        ([], "", "pretraining.text: expected a file, a folder, - or a data set, found none."),
        (
            ["a", "b"],
            "text",
            "pretraining.text: expected one data set where a column is named, found 2 names.",
        ),
    ]:
        with pytest.raises(SettingsError) as error:
            find_text(names, column=column)
        assert str(error.value) == message


def test_a_column_makes_the_name_a_data_set():
    text = find_text(["owner/set"], column="body", split="test", config="en")
    assert text == RawText(("owner/set",), "body", "test", "en")
    assert not text.has_stdin and find_text(["-"]).has_stdin


def test_a_data_set_that_cannot_be_one_is_told_without_asking_the_hub(tmp_path):
    _fill(tmp_path, "a.txt", "b", "c.md", "data/d.parquet")
    none, text = "no file or folder of this name. Is the path right?", "A text file needs no --column."
    for name, found in [
        ("none.jsonl", none),
        ("./none", none),
        ("/none", none),
        ("none.json.gz", none),
        ("none.gz", none),
        ("none.txt", f"a text file. {text}"),
        (str(tmp_path / "a.txt"), f"a text file. {text}"),
        (str(tmp_path / "b"), f"a text file. {text}"),
        (str(tmp_path / "c.md"), f"a .md file. {text}"),
        ("-", f"standard input. {text}"),
    ]:
        with pytest.raises(DataError) as error:
            find_text([name], column="text")
        assert str(error.value) == f"{name}: expected a data set, found {found}"
    for name in (str(tmp_path / "data"), str(tmp_path / "data" / "d.parquet"), "owner/set-1.0"):
        assert find_text([name], column="text").names == (name,)


@pytest.mark.parametrize("place", [0, FINGERPRINT_BYTES - 1, -FINGERPRINT_BYTES, -1])
def test_a_changed_byte_near_either_end_changes_the_fingerprint(tmp_path, place):
    path = tmp_path / "a.txt"
    content = bytearray(b"a" * (3 * FINGERPRINT_BYTES))
    path.write_bytes(content)
    before = fingerprint(find_text([str(path)]))
    content[place] = ord("b")
    path.write_bytes(content)
    assert fingerprint(find_text([str(path)])) != before


def test_the_fingerprint_knows_names_order_and_size_but_not_folders_and_times(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        _fill(tmp_path / folder, "a.txt", "b.txt")
    os.utime(tmp_path / "two" / "a.txt", (0, 0))
    a, b = (str(tmp_path / "one" / name) for name in ("a.txt", "b.txt"))
    first = fingerprint(find_text([a, b]))
    assert first == fingerprint(find_text([str(tmp_path / "two")]))
    assert first != fingerprint(find_text([b, a]))
    assert first != fingerprint(find_text([a]))
    assert first != fingerprint(find_text([a, b], line_breaks="wrapped"))
    (tmp_path / "one" / "b.txt").rename(tmp_path / "one" / "c.txt")
    assert first != fingerprint(find_text([a, str(tmp_path / "one" / "c.txt")]))


def test_standard_input_has_no_fingerprint_and_a_data_set_its_files_or_name(tmp_path):
    assert fingerprint(find_text(["-"])) == ""
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"text": "a"}\n'))
    first = fingerprint(find_text([str(path)], column="text"))
    assert first == fingerprint(find_text([str(path)], column="text"))
    assert first != fingerprint(find_text([str(path)], column="other"))
    assert first != fingerprint(find_text([str(tmp_path)], column="text"))
    path.write_bytes(gzip.compress(b'{"text": "b"}\n'))
    assert first != fingerprint(find_text([str(path)], column="text"))
    assert fingerprint(find_text(["owner/set"], column="a")) != fingerprint(
        find_text(["owner/other"], column="a")
    )
