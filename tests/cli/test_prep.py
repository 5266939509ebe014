"""`tagger prep` on the command line: what goes to stdout, what to stderr."""

import json

import pytest
import typer
from typer.testing import CliRunner

from tagger.cli.prep import prep
from tagger.errors import SettingsError

APP = typer.Typer()
APP.command()(prep)


@pytest.fixture
def path(tmp_path):
    (tmp_path / "a.conll").write_text("a N I-X\nb N O\n\nc N I-X\n\nd N I-Y\n")
    return tmp_path


def test_tables_on_stdout_and_notes_on_stderr(path):
    result = CliRunner().invoke(APP, [str(path / "out"), "--train", str(path / "a.conll"), "--dev-last", "1"])
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[:3] == [
        "split  sentences  tokens  forms  unseen forms  unseen tokens",
        "train          2       3      3",
        "dev            1       1      1    1 (100.0%)     1 (100.0%)",
    ]
    assert lines[-1] == f"written to {path / 'out'}"
    assert f"train: {path / 'a.conll'}: ner is IOB1 (3 entities)" in result.stderr
    assert "IOB1" not in result.stdout


def test_json_is_one_object_on_stdout(path):
    arguments = [
        str(path / "out"),
        "--train",
        str(path / "a.conll"),
        "--columns",
        "word,pos,ner",
        "--scheme",
        "IOBES",
    ]
    result = CliRunner().invoke(APP, [*arguments, "--map", "ner:Y=O", "--input-scheme", "ner=IOB1", "--json"])
    report = json.loads(result.stdout)
    assert report["schemes"] == {"pos": "none", "ner": "IOBES"}
    assert report["statistics"]["train"]["entities"] == {"ner": {"X": 2}}


def test_a_scheme_needs_its_column(path):
    result = CliRunner().invoke(APP, [str(path / "out"), "--train", "x", "--input-scheme", "IOB1"])
    assert isinstance(result.exception, SettingsError)
    assert (
        str(result.exception) == "--input-scheme: expected COLUMN=SCHEME, found 'IOB1'. For example ner=IOB1."
    )
