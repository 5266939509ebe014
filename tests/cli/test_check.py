"""`tagger check` on the command line: exit codes, options that go together."""

import json

import pytest
import typer
from typer.testing import CliRunner

from tagger.cli.check import check

APP = typer.Typer()
APP.command()(check)


def run(*arguments):
    return CliRunner().invoke(APP, [str(argument) for argument in arguments])


@pytest.fixture
def path(tmp_path):
    (tmp_path / "warned").write_text("end.The N\nb V\n")
    (tmp_path / "wrong").write_text("a N\nb\n\nc N\nd V\n")
    (tmp_path / "fine").write_text("a N\nb V\n")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "options", "code"),
    [
        ("fine", ["--strict"], 0), ("warned", [], 0), ("warned", ["--strict"], 1), ("wrong", [], 1),
        ("wrong", ["--kind", "glued-sentences"], 0), ("wrong", ["--json"], 1),
    ],
)  # fmt: skip
def test_the_exit_code_says_whether_there_are_errors(path, name, options, code):
    assert run(path / name, *options).exit_code == code


def test_splits_and_reading_have_the_options_of_prep(path):
    (path / "layer.iob2").write_text("1\ta\tO\n2\tb\tB-X\n")
    (path / "a.conllu").write_text("1\ta\ta\tN\tN\t_\t_\t_\t_\t_\n2\tb\tb\tV\tV\t_\t_\t_\t_\t_\n")
    arguments = [
        "--columns",
        "upos",
        "--map",
        "ner:X=Y",
        "--input-scheme",
        "ner=IOB2",
        "--format",
        "conllu",
        "--json",
    ]
    result = run("--train", path / "a.conllu", "--join-train", path / "layer.iob2", *arguments)
    (file,) = json.loads(result.stdout)["files"]
    assert (file["split"], file["schemes"]) == ("train", {"upos": "none", "ner": "IOB2"})


def test_a_repaired_copy_ends_well(path):
    result = run(path / "wrong", "--columns", "word,pos", "--fix", "--output", path / "copy")
    assert result.exit_code == 0, result.output
    assert (path / "copy").read_text() == "c N\nd V\n"
    assert result.stdout.endswith(f"1 repair; written to {path / 'copy'}\n")


@pytest.mark.parametrize("options", [["--fix"], ["--output", "x"]])
def test_fix_and_output_go_together(path, options):
    assert run(path / "fine", *options).exit_code == 2
