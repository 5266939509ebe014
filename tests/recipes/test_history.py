"""Run folders to courses: what is read, what may be missing, and what is damaged."""

import json
from pathlib import Path
from typing import Any

import pytest

from tagger.errors import ModelError
from tagger.recipes.history import read_course

LINE: dict[str, Any] = {
    "epoch": 1,
    "step": 10,
    "rate": 0.01,
    "seconds": 1.0,
    "train_loss": {"ner": 0.5},
    "train": {"ner.f1": 0.7},
    "dev_loss": {"ner": 0.6},
    "dev": {"ner.f1": 0.4},
    "score": 0.4,
    "best": True,
    "layers": {"trunk.0": {"gradient_norm": 0.1, "update_ratio": 0.01, "saturated": 0.2}},
}


def write(folder: Path, *lines: object) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "history.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return folder


def test_a_run_is_read_with_its_settings_and_words(tmp_path: Path) -> None:
    run = write(tmp_path / "run", LINE, {**LINE, "epoch": 2, "best": False})
    (run / "settings.toml").write_text("[training]\nepochs = 2\n")
    (run / "run.json").write_text('{"data": [{"tasks": ["ner", "pos"], "train_tokens": 7}]}')
    course = read_course(run)
    assert (course.name, len(course.epochs), course.setting("training.epochs")) == ("run", 2, 2)
    assert (course.train_tokens, course.broken_off) == ({"ner": 7, "pos": 7}, "")
    epoch = course.epochs[0]
    read = (epoch.number, epoch.rate, epoch.score, epoch.best)
    assert read == (1, 0.01, 0.4, True)
    for name in ("train_loss", "dev_loss", "train", "dev", "layers"):
        assert getattr(epoch, name) == LINE[name]


def test_an_old_run_lacks_what_was_not_recorded_then(tmp_path: Path) -> None:
    old = {key: LINE[key] for key in ("epoch", "rate", "train_loss", "dev", "score", "best")}
    course = read_course(write(tmp_path, old))
    assert (course.epochs[0].train, course.epochs[0].dev_loss, course.layers) == ({}, {}, [])
    assert (course.settings, course.train_tokens) == ({}, {})


def test_the_last_line_of_a_running_training_may_be_half_written(tmp_path: Path) -> None:
    write(tmp_path, LINE)
    with (tmp_path / "history.jsonl").open("a") as file:
        file.write('{"epoch": 2, "ra')
    assert [epoch.number for epoch in read_course(tmp_path).epochs] == [1]


def test_a_name_is_the_folder_s_whatever_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write(tmp_path / "mine", LINE))
    assert read_course(Path()).name == "mine"


HINT = (
    "`tagger train` writes one after the first epoch; a training whose loss is not finite before that leaves none: "
    "lower optimizer.rate, or set optimizer.clip = 1.0."
)


@pytest.mark.parametrize(
    ("there", "found"), [("", "none"), ("folder", "none with history.jsonl"), ("file", "a file")]
)
def test_no_run(tmp_path: Path, there: str, found: str) -> None:
    run = tmp_path / "run"
    if there == "folder":
        run.mkdir()
    elif there == "file":
        run.touch()
    with pytest.raises(ModelError) as caught:
        read_course(run)
    assert str(caught.value) == f"{run}: expected the folder of a training, found {found}. {HINT}"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("history.jsonl", "", "/history.jsonl: expected an epoch a line, found none."),
        (
            "history.jsonl",
            "{}\n",
            "/history.jsonl:1: expected an epoch as JSON, found no 'epoch'. The model is damaged.",
        ),
        (
            "history.jsonl",
            "[]\n",
            "/history.jsonl:1: expected an epoch as JSON, found '[]'. The model is damaged.",
        ),
        (
            "history.jsonl",
            "xx{\n",
            "/history.jsonl:1: expected an epoch as JSON, found 'xx{'. The model is damaged.",
        ),
        ("run.json", "{}", "/run.json: expected the facts of a run, found no 'data'. The model is damaged."),
        (
            "settings.toml",
            "[",
            "/settings.toml: expected TOML, found Invalid initial character for a key part (at end of document). "
            "The model is damaged.",
        ),
    ],
)
def test_damaged_run(tmp_path: Path, name: str, text: str, message: str) -> None:
    write(tmp_path, LINE)
    (tmp_path / name).write_text(text)
    with pytest.raises(ModelError) as caught:
        read_course(tmp_path)
    assert str(caught.value) == f"{tmp_path}{message}"
