"""`tagger bench` from the command line, on a small saved model: the table, the JSON, and what can be wrong."""

import json
from pathlib import Path

import pytest

from tagger.saved import TaskDescription, write_model
from tests.flows.program import tagger
from tests.inference.random_models import random_model

QUICK = ("--quick", "--runs", "1")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bench")
    models = {"model": {}, "scorer": {"tasks": (TaskDescription("lm", "", "none", "margin", ("",)),)}}
    for name, options in models.items():
        (folder / name).mkdir()
        write_model(folder / name, random_model(1, **options))
    (folder / "a.txt").write_text("Ada lives in Paris. The U.S. in 1990 was walking.\n" * 20)
    (folder / "empty.txt").write_text("")
    return folder


def test_the_table_has_every_stage_and_figure(place: Path) -> None:
    lines = tagger("bench", "model", "--text", "a.txt", *QUICK, cwd=place).stdout.splitlines()
    assert lines[0].startswith("model: pos, ner; ")
    assert lines[2].startswith("a.txt, 400 times over: ")
    names = [line.split("  ")[0] for line in lines[3:] if line]
    expected = (
        "stage, reading and cutting, tokenising, looking up forms, first layer, further hidden layers, heads, decoding, "
        "putting sentences together, writing, other, raw text to written tags, ready tokens to tags in memory, "
        "one process for the text, its peak memory, start-up, , one sentence, one sentence, a new form, forms kept"
    ).split(", ")
    assert [name.split(",")[0] for name in names if not name.startswith("note")] == expected


def test_json_is_one_object_with_workers_compared(place: Path) -> None:
    stdin = (place / "a.txt").read_text()
    options = ("--text", "-", "--task", "ner", "--workers", "2", "--memory", "1", "--json")
    result = tagger("bench", "model", *options, *QUICK, cwd=place, stdin=stdin)
    assert result.stderr == ""
    values = json.loads(result.stdout)
    assert values["model"]["tasks"] == ["ner"]
    workers = values["workers"]
    assert workers["workers"] == 2
    assert workers["ratio"] == pytest.approx(workers["seconds_of_one"] / workers["seconds"])
    assert values["table"]["megabytes_at_most"] <= 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["model", "--text", "empty.txt"], "empty.txt: expected text to tag, found none."),
        (["model", "--text", "none.txt"], "none.txt: expected a file, found none. Is the path right?"),
        (["model", "--task", "nre"], "task: expected one of pos, ner, found 'nre'."),
        (
            ["nowhere"],
            "nowhere: expected a model folder, found none. "
            "`tagger train`, `tagger pretrain` and `tagger finetune` write one.",
        ),
        (
            ["scorer"],
            "scorer: expected a task that tags, found scorers only (lm). "
            "`tagger score` prints their scores; in Python, Tagger.score_sentences gives them.",
        ),
    ],
)
def test_what_can_be_wrong(place: Path, arguments: list[str], message: str) -> None:
    result = tagger("bench", *arguments, *QUICK, cwd=place, code=1)
    assert (result.stdout, result.stderr) == ("", f"error: {message}\n")


def test_wrong_usage(place: Path) -> None:
    result = tagger("bench", "model", "--runs", "0", cwd=place, code=2)
    assert "--runs" in result.stderr
