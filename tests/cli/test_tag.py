"""`tagger tag` on the command line: how models are named."""

import os

import pytest
import typer
from typer.testing import CliRunner

import tagger
from tagger.cli.tag import tag
from tagger.errors import ModelError
from tagger.saved import write_model
from tests.inference.random_models import SENTENCE_TASK, random_model

APP = typer.Typer()
APP.command()(tag)
TOKENS = ["Ada", "lives", "in", "Paris", "."]


@pytest.fixture
def folders(tmp_path):
    """Two models that together give other tags than each alone."""
    for number in (1, 3):
        (tmp_path / f"my model {number}").mkdir()
        write_model(tmp_path / f"my model {number}", random_model(number))
    return [str(tmp_path / "my model 1"), str(tmp_path / "my model 3")]


def tags_by(arguments):
    result = CliRunner().invoke(
        APP, [*arguments, "-q", "--input-format", "tokens", "--scheme", "IOBES"], input=" ".join(TOKENS)
    )
    assert result.exit_code == 0, result.output
    return [line.split("\t")[1:] for line in result.stdout.splitlines() if line]


def tags_of(*folders):
    tags = tagger.load(*folders).tag_tokens(TOKENS).tags
    return [list(row) for row in zip(tags["pos"], tags["ner"], strict=True)]


def test_a_repeated_model_option_is_an_ensemble(folders):
    first, second = folders
    assert tags_by(["-m", first, "--model", second]) == tags_of(first, second)
    assert tags_of(first, second) not in (tags_of(first), tags_of(second))


def test_the_environment_names_one_model_or_several(folders, monkeypatch):
    monkeypatch.setenv("TAGGER_MODEL", folders[0])
    assert tags_by([]) == tags_of(folders[0])
    monkeypatch.setenv("TAGGER_MODEL", os.pathsep.join(folders))
    assert tags_by([]) == tags_of(*folders)


def test_models_that_do_not_go_together_are_an_error(folders, tmp_path):
    (tmp_path / "ner").mkdir()
    write_model(tmp_path / "ner", random_model(2, tasks=(SENTENCE_TASK,)))
    result = CliRunner().invoke(APP, ["-m", folders[0], "-m", str(tmp_path / "ner")], input="Ada.")
    assert isinstance(result.exception, ModelError)
    assert len(tags_by(["-m", folders[0], "-m", str(tmp_path / "ner"), "--task", "ner"])) == len(TOKENS)
