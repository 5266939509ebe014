"""`tagger tag` from its options to its files, with a small random model."""

import gzip
import io
import json
import os
import re
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import tagger
from tagger.cli import tag as command
from tagger.errors import DataError, ModelError, OutputExistsError, SettingsError, TaggerError
from tagger.inference import default_model
from tagger.inference.tagger import Tagger
from tagger.recipes.tag import Reading, Running, tag_files
from tagger.recipes.tag_manifest import MANIFEST
from tagger.saved import write_model
from tests.inference.random_models import random_model

ROOT = Path(__file__).parents[2]
FORCE = Running(force=True)
TEXT = "Ada lives in Paris. The U.S. in 1990\nwas walking.\n\nAda Walks.\n"


@pytest.fixture
def nlp():
    return Tagger(random_model(1))


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TAGGER_MODEL", raising=False)
    (tmp_path / "model").mkdir()
    write_model(tmp_path / "model", random_model(1))
    (tmp_path / "news" / "deep").mkdir(parents=True)
    (tmp_path / "news" / "a.txt").write_bytes(TEXT.encode())
    (tmp_path / "news" / "deep" / "b.txt.gz").write_bytes(gzip.compress(TEXT.encode()))
    return tmp_path


@pytest.fixture
def run(place):
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(command.tag)

    def invoke(*arguments, stdin=None, model="model"):
        options = [] if model is None else ["--model", model]
        return CliRunner().invoke(app, [*options, *arguments], input=stdin)

    return invoke


def files_below(folder):
    """The outputs; what a run remembers of itself is not one."""
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST
    )


def rows(text):
    return [line.split("\t") for line in text.splitlines() if line]


def test_stdin_goes_to_stdout_in_columns(run, nlp):
    result = run(stdin=TEXT)
    assert result.exit_code == 0
    expected = [
        [token, sentence.tags["pos"][i]]
        for sentence in nlp.tag(TEXT)
        for i, token in enumerate(sentence.tokens)
    ]
    assert [row[:2] for row in rows(result.stdout)] == expected
    assert all(row[2][0] in "OBI" for row in rows(result.stdout))


def test_the_closing_line_counts_on_stderr_unless_quiet(run):
    assert run("news/a.txt").stderr.startswith("3 sentences, 15 tokens in ")
    assert run("news").stderr.startswith("2 files, 6 sentences, 30 tokens in ")
    assert run("news/a.txt", "--quiet").stderr == ""
    assert re.fullmatch(r"0 sentences, 0 tokens in \d\.\d\d s\n", run(stdin="").stderr)


def test_json_offsets_cut_the_file(run):
    records = [json.loads(line) for line in run("news/a.txt", "--format", "jsonl").stdout.splitlines()]
    for record in records:
        assert [TEXT[a:b] for a, b in zip(record["starts"], record["ends"], strict=True)] == record["tokens"]
        for span in record["spans"]["ner"]:
            assert TEXT[span["start"] : span["end"]] == span["text"]


def test_a_chosen_task_alone_is_written(run):
    assert {len(row) for row in rows(run("news/a.txt", "--task", "ner").stdout)} == {2}


def test_probabilities_follow_the_tags(run):
    assert {len(row) for row in rows(run("news/a.txt", "--probabilities").stdout)} == {5}


def test_conll_input_keeps_its_columns_and_document_rows(run, place):
    (place / "in.conll").write_text("-DOCSTART- -X-\n\nAda NN\nlives VB\n")
    lines = run("in.conll", "--input-format", "conll").stdout.splitlines()
    assert lines[:2] == ["-DOCSTART- -X- -X- O", ""]
    assert [line.split(" ")[:2] for line in lines[2:4]] == [["Ada", "NN"], ["lives", "VB"]]
    assert {len(line.split(" ")) for line in lines if line} == {4}


def test_every_input_format_gives_the_same_tags_for_the_same_tokens(run, place):
    (place / "tokens.txt").write_text("Ada lives in Paris .\n")
    (place / "line.txt").write_text("Ada lives in Paris.\n")
    (place / "word.conll").write_text("Ada\nlives\nin\nParis\n.\n")
    outputs = {
        run(name, "--input-format", kind).stdout
        for name, kind in [
            ("tokens.txt", "tokens"),
            ("line.txt", "sentences"),
            ("word.conll", "conll"),
            ("line.txt", "text"),
        ]
    }
    assert len(outputs) == 1


def test_a_single_input_is_written_to_one_file(run, place):
    result = run("news/a.txt", "--output", "out/a.conll")
    assert (result.exit_code, result.stdout) == (0, "")
    assert (place / "out/a.conll").read_text() == run("news/a.txt").stdout


def test_a_folder_is_mirrored_in_the_output_folder(run, place):
    run("news", "--output", "out", "--format", "jsonl")
    assert files_below(place / "out") == ["a.txt.jsonl", "deep/b.txt.jsonl"]
    assert (place / "out/a.txt.jsonl").read_text() == (place / "out/deep/b.txt.jsonl").read_text()


@pytest.mark.parametrize("output", ["out/", "there"])
def test_a_single_input_goes_into_a_folder_that_is_there_or_ends_in_a_slash(run, place, output):
    (place / "there").mkdir()
    run("news/a.txt", "-o", output)
    run("-o", output, stdin="Ada.")
    assert files_below(place / output) == ["a.txt.conll", "stdin.conll"]


def test_an_existing_output_is_an_error_before_any_work(place, nlp):
    (place / "out/deep").mkdir(parents=True)
    (place / "out/deep/b.txt.conll").write_text("old")
    with pytest.raises(OutputExistsError) as error:
        tag_files(nlp, ["news"], output="out")
    assert str(error.value) == (
        "out/deep/b.txt.conll: expected a new path, found an existing one. "
        "Choose another output, or pass --force to replace it."
    )
    assert files_below(place / "out") == ["deep/b.txt.conll"]
    tag_files(nlp, ["news"], output="out", running=FORCE)
    assert (place / "out/deep/b.txt.conll").read_text() != "old"


def test_two_inputs_that_meet_in_one_output_are_an_error(place, nlp):
    (place / "more").mkdir()
    (place / "more" / "a.txt").write_text("Ada.")
    with pytest.raises(SettingsError) as error:
        tag_files(nlp, ["news/a.txt", "more/a.txt"], output="out")
    assert str(error.value) == (
        "--output: expected a file of its own for each input, found news/a.txt and more/a.txt, which would both become "
        "out/a.txt.conll. Pass the folder above them as input, whose tree is kept in the output, or tag them apart."
    )


def test_two_inputs_of_one_folder_that_differ_in_compression_are_an_error(place, nlp):
    (place / "news" / "a.txt.gz").write_bytes(gzip.compress(TEXT.encode()))
    with pytest.raises(SettingsError) as error:
        tag_files(nlp, ["news"], output="out")
    assert str(error.value) == (
        "--output: expected a file of its own for each input, found news/a.txt and news/a.txt.gz, which would both "
        "become out/a.txt.conll. They stand in one folder: rename one, or tag them apart."
    )


@pytest.mark.parametrize("output", ["news", "news/", "./news"])
def test_the_folder_of_the_inputs_is_not_that_of_the_outputs(place, nlp, output):
    with pytest.raises(SettingsError) as error:
        tag_files(nlp, ["news"], output=output)
    assert str(error.value) == (
        f"--output: expected another folder than that of the inputs, found {output}. "
        "Its outputs would be inputs the next time. Name another one; a folder below this one will do."
    )
    assert files_below(place / "news") == ["a.txt", "deep/b.txt.gz"]


def test_a_compressed_output_file_is_an_error(place, nlp):
    with pytest.raises(SettingsError) as error:
        tag_files(nlp, ["news/a.txt"], output="a.jsonl.gz")
    assert str(error.value) == (
        "--output: expected a file that is not compressed, found a.jsonl.gz. "
        "Leave off the suffix, or leave out --output and pipe into a program that compresses."
    )
    assert not (place / "a.jsonl.gz").exists()


def test_an_input_is_never_replaced(place, nlp):
    with pytest.raises(SettingsError) as error:
        tag_files(nlp, ["news/a.txt"], output="news/a.txt", running=FORCE)
    assert str(error.value) == "--output: expected another file than the inputs, found news/a.txt."


def test_several_inputs_do_not_go_into_one_file(place, nlp):
    with pytest.raises(DataError) as error:
        tag_files(nlp, ["news"], output="news/a.txt", running=FORCE)
    assert str(error.value) == "news/a.txt: expected a folder for the output of several inputs, found a file."


def test_a_device_is_never_replaced(place, nlp):
    with pytest.raises(DataError, match="/dev/null: expected a file to write, found a device or pipe"):
        tag_files(nlp, ["news/a.txt"], output="/dev/null", running=FORCE)


def test_a_broken_input_is_noted_and_leaves_no_output_of_its_own(place, nlp):
    (place / "news" / "c.txt").write_bytes(b"Ada lives.\n" * 9000 + b"\xff")
    report = tag_files(nlp, ["news"], output="out")
    assert files_below(place / "out") == ["a.txt.conll", "deep/b.txt.conll"]
    assert [error.where for error in report.failed] == ["news/c.txt:9001"]
    assert (report.files, report.total) == (2, 3)


def test_an_interruption_leaves_no_partial_file(place, nlp, monkeypatch):
    (place / "long.txt").write_text("Ada lives in Paris.\n\n" * 5000)
    tag_batch, calls = nlp.tag_batch, []

    def interrupted(*arguments, **options):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return tag_batch(*arguments, **options)

    monkeypatch.setattr(nlp, "tag_batch", interrupted)
    with pytest.raises(KeyboardInterrupt):
        tag_files(nlp, ["long.txt"], output="out/long.conll")
    assert files_below(place / "out") == []


def test_progress_is_reported_after_each_unit_of_work(place, nlp):
    (place / "long.txt").write_text("Ada lives in Paris.\n\n" * 12_000)
    seen = []
    report = tag_files(nlp, ["long.txt"], output="out", progress=lambda r: seen.append((r.tokens, r.bytes)))
    assert seen == sorted(seen) and len(seen) >= 3 and seen[-1] == (60_000, report.size)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"output_format": "xml"},
            "--format: expected one of columns, conllu, jsonl, inline, html, parquet, found 'xml'.",
        ),
        (
            {"reading": Reading(input_format="xml")},
            "--input-format: expected one of auto, text, sentences, tokens, conll, conllu, jsonl, parquet, found 'xml'.",
        ),
        (
            {"reading": Reading(encoding="utf-5")},
            "--encoding: expected the name of an encoding, found 'utf-5'. "
            "For example utf-8, utf-16, latin-1, cp1252, gb18030.",
        ),
        (
            {"running": Running(workers=2)},
            "workers: expected 1 with a tagger in memory (several processes load theirs from folders), found 2.",
        ),
        (
            {"output": None, "running": Running(resume=True)},
            "--resume: expected an output folder, which remembers what is done, found an output without a memory.",
        ),
    ],
)
def test_what_cannot_be_is_an_error_before_any_work(place, nlp, options, message):
    with pytest.raises(SettingsError) as error:
        tag_files(nlp, ["news"], **{"output": "out", **options})
    assert str(error.value) == message
    assert not (place / "out").exists()


def test_no_input_on_a_terminal_is_wrong_usage(run, monkeypatch):
    class Terminal:
        @staticmethod
        def isatty():
            return True

    class System:
        stdin = Terminal()

    monkeypatch.setattr(command, "sys", System())
    result = run()
    assert result.exit_code == 2
    assert "name a file or folder, or pipe text in" in result.stderr


def test_the_model_comes_from_the_environment(run, monkeypatch):
    monkeypatch.setenv("TAGGER_MODEL", "model")
    assert run(stdin="Ada.", model=None).exit_code == 0


def test_the_usual_model_is_found_here(run, place):
    (place / "models").mkdir()
    (place / "model").rename(place / "models" / "en")
    assert run(stdin="Ada.", model=None).exit_code == 0


def test_without_any_model_the_error_says_how_to_get_one(place, monkeypatch):
    monkeypatch.setattr(default_model, "_PACKAGE", place / "a" / "b")
    with pytest.raises(ModelError) as error:
        default_model.default_model()
    assert str(error.value) == (
        "expected a model, found none named and no models/en. "
        "Name the folder of a model; `tagger train` writes one."
    )


@pytest.mark.parametrize("inside", ["beside", "package"])
def test_the_model_that_comes_with_the_program_is_found(place, monkeypatch, inside):
    folder = {"beside": place / "b" / "models" / "en", "package": place / "b" / "c" / "models" / "en"}[inside]
    folder.parent.mkdir(parents=True)
    (place / "model").rename(folder)
    monkeypatch.setattr(default_model, "_PACKAGE", place / "b" / "c")
    assert default_model.default_model() == folder
    assert tagger.load().tasks == ("pos", "ner")


def test_errors_leave_the_command_as_tagger_errors(run):
    assert isinstance(run("nowhere.txt").exception, TaggerError)


def test_a_reader_that_leaves_early_ends_the_command_quietly(place):
    (place / "long.txt").write_text("Ada lives in Paris.\n" * 50_000)
    process = subprocess.Popen(
        [sys.executable, "-m", "tagger", "tag", "-q", "-m", "model", "long.txt"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout.readline().startswith(b"Ada\t")
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    process.wait(timeout=60)


def test_tagging_imports_neither_torch_nor_rich_nor_datasets(place):
    program = (
        "import sys; from tagger.cli.app import run; run(['tag', '-q', '-m', 'model', 'news/a.txt']);"
        "sys.stderr.write(' '.join({'torch', 'rich', 'datasets', 'pandas', 'scipy'} & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")


def test_memory_does_not_grow_with_the_file(place, nlp):
    def peak(sentences):
        (place / "long.txt").write_text("Ada lives in Paris.\n\n" * sentences)
        tracemalloc.start()
        tag_files(nlp, ["long.txt"], output="out", running=FORCE)
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    assert peak(40_000) < 1.2 * peak(15_000)


def test_a_sentence_from_a_pipe_comes_out_while_the_pipe_is_open(place):
    with subprocess.Popen(
        [sys.executable, "-m", "tagger", "tag", "--model", "model", "--quiet"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        process.stdin.write(b"Ada walks.\n")
        assert process.stdout.readline().startswith(b"Ada\t")
        assert process.communicate(b"She too.\n")[0].count(b"\n\n") == 2


def test_records_and_conllu_stay_what_they_are_where_no_format_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.jsonl").write_text('{"id": 7, "text": "Ada lives."}\n')
    nlp = Tagger(random_model(1))
    assert tag_files(nlp, ["in"], output="out").files == 1
    (written,) = (json.loads(line) for line in Path("out/a.jsonl").read_text().splitlines())
    assert (written["id"], written["tokens"]) == (7, ["Ada", "lives", "."])
    tag_files(nlp, ["in/a.jsonl"], output="a.html")
    assert Path("a.html").read_text().startswith("<!DOCTYPE html>")
    (folder / "b.txt").write_text("Ada lives.\n")
    with pytest.raises(SettingsError) as error:
        tag_files(nlp, ["in"], output="other")
    assert str(error.value) == (
        "--format: expected one for inputs of several kinds (jsonl, text), found none. "
        "Columns would lose their own fields; pass --format columns if that is wanted."
    )
    assert tag_files(nlp, ["in"], output="other", output_format="columns").files == 2


def test_parquet_is_not_written_to_a_terminal() -> None:
    class Terminal(io.BytesIO):
        def isatty(self) -> bool:
            return True

    with pytest.raises(SettingsError, match="expected a file for Parquet, found a terminal"):
        tag_files(Tagger(random_model(1)), [__file__], stdout=Terminal(), output_format="parquet")


def test_several_inputs_into_the_name_of_a_file_are_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in "ab":
        Path(f"{name}.txt").write_text("Ada lives.\n")
    with pytest.raises(SettingsError) as error:
        tag_files(Tagger(random_model(1)), ["a.txt", "b.txt"], output="both.jsonl")
    assert str(error.value) == (
        "--output: expected a folder for several inputs, found the name of a file, both.jsonl. "
        "If a folder is to be called so, write both.jsonl/."
    )
    assert tag_files(Tagger(random_model(1)), ["a.txt", "b.txt"], output="both.jsonl/").files == 2
