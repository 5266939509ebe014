"""What an output folder remembers, and what it makes of lines that are torn, old or wrong."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from tagger.errors import DataError, SettingsError
from tagger.recipes.tag_manifest import MANIFEST, Manifest, Source, build_header
from tagger.saved import write_model
from tagger.writing.output_files import OutputFile
from tests.inference.random_models import random_model

HEADER = {"format": 1, "program": "1", "models": ["m"], "settings": {"--format": "columns"}}
SOURCE = Source("a.txt", 3, 17)


def write(folder: Path, name: str, content: bytes, manifest: Manifest, source: Source = SOURCE) -> None:
    file = OutputFile(str(folder / name))
    file.open()
    file.write(content)
    file.close()
    manifest.add(source, name, file, sentences=1, tokens=2)
    file.keep()


def opened(
    folder: Path, header: dict[str, Any] = HEADER, *, resume: bool = True, force: bool = False
) -> Manifest:
    return Manifest(str(folder), header, resume=resume, force=force)


def test_a_run_that_comes_at_the_same_moment_does_not_empty_the_manifest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = opened(tmp_path)
    monkeypatch.setattr(Path, "exists", lambda path: False)  # looked a moment before
    with pytest.raises(DataError):
        opened(tmp_path)
    first.close()
    assert json.loads((tmp_path / MANIFEST).read_bytes()) == HEADER


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in which the outputs a and b were written."""
    manifest = opened(tmp_path)
    write(tmp_path, "a", b"one", manifest)
    write(tmp_path, "b", b"two", manifest)
    manifest.close()
    return tmp_path


def held(folder: Path, **options: Any) -> list[str]:
    manifest = opened(folder, **options)
    names = [name for name in ("a", "b") if manifest.holds(SOURCE, name)]
    manifest.close()
    return names


def test_a_line_says_what_was_made_of_what(folder: Path) -> None:
    header, first, _ = map(json.loads, (folder / MANIFEST).read_text().splitlines())
    assert header == HEADER
    assert first == {
        "input": "a.txt",
        "size": 3,
        "mtime_ns": 17,
        "output": "a",
        "bytes": 3,
        "crc32": int.from_bytes(gzip.compress(b"one")[-8:-4], "little"),  # as in the end of a .gz file
        "sentences": 1,
        "tokens": 2,
    }


def test_what_is_as_it_was_is_held(folder: Path) -> None:
    manifest = opened(folder)
    assert manifest.holds(SOURCE, "a")
    assert not manifest.holds(SOURCE._replace(mtime_ns=18), "a")
    assert not manifest.holds(SOURCE._replace(size=4), "a")
    assert not manifest.holds(SOURCE._replace(relative="b.txt"), "a")
    assert not manifest.holds(SOURCE, "c")
    assert manifest.knows("b") and not manifest.knows("c")
    manifest.close()


def test_an_output_that_is_gone_or_has_another_size_is_not_held(folder: Path) -> None:
    (folder / "a").unlink()
    (folder / "b").write_bytes(b"two and more")
    assert held(folder) == []


def test_the_output_of_the_last_line_must_have_its_very_content(folder: Path) -> None:
    (folder / "b").write_bytes(b"owt")
    assert held(folder) == ["a"]


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_torn_last_line_is_cut_off_and_written_anew(folder: Path, cut: int) -> None:
    path = folder / MANIFEST
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    assert held(folder) == ["a"]
    manifest = opened(folder)
    write(folder, "b", b"two", manifest)
    manifest.close()
    assert path.read_bytes() == whole
    assert held(folder) == ["a", "b"]


@pytest.mark.parametrize("content", [b"", b'{"format": 1, "pro'])
def test_a_run_that_was_killed_in_its_first_moment_begins_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / MANIFEST).write_bytes(content)
    opened(tmp_path).close()
    assert json.loads((tmp_path / MANIFEST).read_text()) == HEADER


def test_lines_that_are_none_are_passed_over(folder: Path) -> None:
    with (folder / MANIFEST).open("ab") as file:
        file.write(b'[]\n{"output": "a"}\n\xff\n')
    assert held(folder) == ["a", "b"]


def test_the_last_line_of_a_file_counts(folder: Path) -> None:
    manifest = opened(folder)
    write(folder, "a", b"newer", manifest, SOURCE._replace(size=9))
    manifest.close()
    assert held(folder) == ["b"]


def test_without_resuming_the_same_run_adds_lines_and_another_one_begins_anew(folder: Path) -> None:
    assert held(folder, resume=False) == ["a", "b"]
    assert held(folder, resume=False, force=True) == []
    other = {**HEADER, "settings": {"--format": "jsonl"}}
    opened(folder, other, resume=False).close()
    assert json.loads((folder / MANIFEST).read_text()) == other


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"settings": {"--format": "jsonl"}}, "--format: expected columns as before, found jsonl."),
        (
            {"settings": {"--format": "columns", "--new": ["a", "b"]}},
            "--new: expected none as before, found a, b.",
        ),
        ({"models": ["n"]}, "--model: expected the model of before, found another one."),
        ({"program": "2"}, "--resume: expected version 1 as before, found version 2."),
    ],
)
def test_a_run_that_would_write_something_else_is_an_error(
    folder: Path, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(SettingsError) as error:
        opened(folder, {**HEADER, **change})
    hint = "Resume with what the folder was begun with, or begin anew: leave out --resume and pass --force."
    assert str(error.value) == f"{message} {hint}"
    assert held(folder) == ["a", "b"]


def test_another_format_of_manifest_is_an_error(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text('{"format": 2}\n')
    with pytest.raises(DataError) as error:
        opened(tmp_path)
    assert str(error.value) == (
        f"{tmp_path}/{MANIFEST}:1: expected a manifest of format 1, found something else. "
        "Begin anew: leave out --resume and pass --force."
    )


def test_names_that_are_no_text_are_remembered(tmp_path: Path) -> None:
    name = os.fsdecode(b"Zo\xeb")
    manifest = opened(tmp_path)
    write(tmp_path, name, b"one", manifest)
    manifest.close()
    manifest = opened(tmp_path)
    assert manifest.holds(SOURCE, name)
    manifest.close()


def test_the_header_knows_a_model_by_what_its_tags_depend_on(tmp_path: Path) -> None:
    headers = []
    for name, seed, card in (("one", 1, ""), ("same", 1, "card"), ("other", 2, "")):
        (tmp_path / name).mkdir()
        write_model(tmp_path / name, random_model(seed))
        (tmp_path / name / "README.md").write_text(card)
        headers.append(build_header([str(tmp_path / name)], {}))
    assert headers[0] == headers[1] != headers[2]
