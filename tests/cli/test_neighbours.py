"""`tagger neighbours` and `tagger info --export-vectors`: exit codes, what goes to stdout and what to stderr."""

import json
from pathlib import Path

import numpy as np
import pytest

from tagger.cli.app import run
from tagger.saved import write_model
from tests.recipes.test_word_table import WORDS, word_model
from tests.test_architecture import loaded_after

TABLE = np.array([[0, 0], [1, 1], [1, 0], [1, 1], [0.5, 0], [0, 1], [0, 2]], np.float32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "model"
    path.mkdir()
    write_model(path, word_model(WORDS, TABLE))
    return path


def test_tables_on_stdout_and_unknown_words_on_stderr(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["neighbours", str(folder), "The", "teh", "-n", "2"]) == 0
    captured = capsys.readouterr()
    assert captured.out == "The (as the)  cosine\n000            1.000\nNew York       0.707\n"
    assert captured.err == "note: 'teh' is not among the words of the model.\n"


def test_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["neighbours", str(folder), "The", "--json", "--count", "1"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["neighbours"][0]["nearest"] == [{"word": "000", "cosine": 1.0}]
    assert captured.err == ""


def test_no_known_word_is_an_error(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["neighbours", str(folder), "zebra"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == f"error: {folder}: expected a word that the model knows, found 'zebra'.\n"


@pytest.mark.parametrize("arguments", [["--count", "0", "the"], ["--count", "1001", "the"], []])
def test_wrong_usage(folder: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["neighbours", str(folder), *arguments]) == 2
    assert capsys.readouterr().out == ""


def test_export(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder.parent / "v.txt"
    assert run(["info", str(folder), "--export-vectors", str(path)]) == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert (
        captured.err == f"{path}: 4 vectors of 2 numbers; left out, for the white space in them: 'New York'\n"
    )
    text = "4 2\nthe 1.0 0.0\n000 0.5 0.0\na\u00a0b 0.0 1.0\né 0.0 2.0\n"
    assert path.read_text(encoding="utf-8") == text
    assert run(["info", str(folder), "--export-vectors", str(path)]) == 1
    assert "found an existing one" in capsys.readouterr().err
    assert run(["info", str(folder), "--export-vectors", str(path), "--force"]) == 0


def test_export_to_stdout(folder: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["info", str(folder), "--export-vectors", "-"]) == 0
    assert capfdbinary.readouterr().out.startswith(b"4 2\nthe 1.0 0.0\n")


@pytest.mark.parametrize("option", ["--json", "--labels", "--settings"])
def test_export_prints_nothing_else(folder: Path, option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["info", str(folder), "--export-vectors", "-", option]) == 2
    message = " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert (
        f"Invalid value for --export-vectors: it does not go with {option}: vectors alone are written"
        in message
    )


def test_force_without_a_file_of_vectors_is_wrong_usage(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["info", str(folder), "--force"]) == 2
    assert "it belongs to --export-vectors FILE" in capsys.readouterr().err


def test_neighbours_and_export_load_no_torch(folder: Path) -> None:
    code = f"""
from tagger.cli.app import run
assert run(["neighbours", {str(folder)!r}, "the"]) == 0
assert run(["info", {str(folder)!r}, "--export-vectors", {str(folder / "v.txt")!r}]) == 0
"""
    assert "torch" not in loaded_after(code)
