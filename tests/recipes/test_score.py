"""`tagger score` from its options to its files, with a small random model."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from tagger.cli import score as command
from tagger.errors import DataError, ModelError, OutputExistsError, SettingsError
from tagger.inference.tagger import Tagger
from tagger.recipes.score import score_files
from tagger.recipes.tag import tag_files
from tagger.saved import write_model
from tests.inference.random_models import WORD_TASK, random_model
from tests.inference.test_scorers import ANY, PER, PRETRAINED

ROOT = Path(__file__).parents[2]
TEXT = "Ada lives in Paris. The U.S. in 1990\nwas walking.\n\nAda Walks.\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, tasks in {"model": (ANY, WORD_TASK, PER), "tags": (WORD_TASK,), "text": (PRETRAINED,)}.items():
        (tmp_path / name).mkdir()
        write_model(tmp_path / name, random_model(1, tasks=tasks))
    (tmp_path / "news" / "deep").mkdir(parents=True)
    (tmp_path / "news" / "a.txt").write_bytes(TEXT.encode())
    (tmp_path / "news" / "deep" / "b.txt.gz").write_bytes(gzip.compress(TEXT.encode()))
    return tmp_path


def run(*arguments: str, stdin: str | None = None) -> Result:
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(command.score)
    return CliRunner().invoke(app, list(arguments), input=stdin)


def rows(text: str) -> list[list[str]]:
    return [line.split("\t") for line in text.splitlines() if line]


def expected(sentences: list[list[str]]) -> list[list[str]]:
    nlp = Tagger(random_model(1, tasks=(ANY, WORD_TASK, PER)))
    found = []
    for tokens, scores in zip(sentences, nlp.score_sentences(sentences), strict=True):
        columns = zip(tokens, scores["any"], scores["per"], strict=True)
        found += [[token, f"{a:.4f}", f"{b:.4f}"] for token, a, b in columns]
    return found


def test_stdin_goes_to_stdout_a_token_a_line_with_the_score_of_each_scorer(place: Path) -> None:
    result = run("model", stdin=TEXT)
    assert result.exit_code == 0
    sentences = [s.tokens for s in Tagger(random_model(1)).tag(TEXT)]
    assert len(sentences) == 3
    assert rows(result.stdout) == expected(sentences)
    assert result.stdout.count("\n\n") == 3
    assert result.stderr.startswith("3 sentences, 15 tokens in ")


def test_scorers_are_chosen_and_keep_the_order(place: Path) -> None:
    both = [[token, per, any_] for token, any_, per in expected([["Ada", "lives"]])]
    reading = ("--input-format", "tokens", "-q")
    result = run("model", "-", "--task", "per", "-t", "any", *reading, stdin="Ada lives\n")
    assert rows(result.stdout) == both
    result = run("model", "-t", "per", *reading, stdin="Ada lives\n")
    assert rows(result.stdout) == [row[:2] for row in both]
    assert result.stderr == ""


def test_json_lines_have_the_offsets_of_the_text(place: Path) -> None:
    lines = run("model", "news/a.txt", "-f", "jsonl").stdout.splitlines()
    records = [json.loads(line) for line in lines]
    for record in records:
        spans = zip(record["starts"], record["ends"], strict=True)
        assert [TEXT[start:end] for start, end in spans] == record["tokens"]
        assert {name: len(own) for name, own in record["scores"].items()} == dict.fromkeys(
            ("any", "per"), len(record["tokens"])
        )


def test_a_column_file_keeps_its_rows(place: Path) -> None:
    (place / "rows.conll").write_text("1 Ada NNP\n2 lives VBZ\n\n")
    result = run("model", "rows.conll", "--input-format", "conll", "--word-column", "2", "-q", "-t", "any")
    (ada, lives) = expected([["Ada", "lives"]])
    assert result.stdout == f"1 Ada NNP {ada[1]}\n2 lives VBZ {lives[1]}\n\n"


def test_a_folder_becomes_a_folder(place: Path) -> None:
    assert run("model", "news", "-o", "out").exit_code == 0
    found = {str(path.relative_to("out")): path.read_text() for path in Path("out").rglob("*.conll")}
    assert found.keys() == {"a.txt.conll", "deep/b.txt.conll"}
    assert set(found.values()) == {run("model", "news/a.txt").stdout}
    assert isinstance(run("model", "news", "-o", "out").exception, OutputExistsError)
    assert run("model", "news", "-o", "out", "--force").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        (
            ("model", "-t", "pos"),
            SettingsError,
            "--task: expected a scorer of the model (any, per), found 'pos'.",
        ),
        (
            ("tags",),
            ModelError,
            "tags: expected a scorer, found only tasks that tag (pos). "
            '`tagger tag` tags with it; a scorer is a task that was trained with objective = "margin".',
        ),
        (("model", "none.txt"), DataError, "none.txt: expected a file, found none. Is the path right?"),
    ],
)
def test_what_cannot_be(place: Path, arguments: tuple[str, ...], kind: type[Exception], message: str) -> None:
    error = run(*arguments, stdin="Ada").exception
    assert isinstance(error, kind)
    assert str(error) == message


def test_unknown_formats_are_errors() -> None:
    nlp = Tagger(random_model(1, tasks=(ANY,)))
    with pytest.raises(SettingsError) as caught:
        score_files(nlp, ["-"], output_format="inline")
    assert str(caught.value) == "--format: expected one of columns, jsonl, found 'inline'."


def test_tagging_leaves_scorers_out_and_needs_another_task(place: Path) -> None:
    (place / "in.txt").write_text("Ada lives.\n")
    tag_files(Tagger(random_model(1, tasks=(ANY, WORD_TASK, PER))), ["in.txt"], output="out.conll")
    assert {len(row) for row in rows((place / "out.conll").read_text())} == {2}
    with pytest.raises(ModelError) as caught:
        tag_files(Tagger(random_model(1, tasks=(PRETRAINED,)), names=["text"]), ["in.txt"], output="no.conll")
    assert str(caught.value) == (
        "text: expected a task that tags, found scorers only (text). "
        "`tagger score` prints their scores; in Python, Tagger.score_sentences gives them."
    )
    assert not Path("no.conll").exists()


def test_scoring_loads_no_torch(place: Path) -> None:
    code = (
        "import sys; from tagger.cli.app import run; "
        "assert run(['score', 'text', 'news/a.txt', '-q']) == 0; "
        "assert not {'torch', 'datasets', 'rich'} & set(sys.modules)"
    )
    environment: dict[str, Any] = {**os.environ, "PYTHONPATH": str(ROOT)}
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=place, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert len(rows(result.stdout)) == 15


def test_rows_of_a_data_set_are_scored_as_a_file_of_records(place: Path) -> None:
    (place / "a.jsonl").write_text(json.dumps({"id": 7, "text": TEXT}) + "\n")
    plain = run("model", "a.jsonl", "-q")
    assert run("model", "--input-dataset", "a.jsonl", "--streaming", "-q").stdout == plain.stdout != ""
