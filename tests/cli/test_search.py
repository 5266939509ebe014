"""`tagger search` on the command line: what to give, what goes to stdout, what to stderr."""

import json
from pathlib import Path

import pytest

from tagger.cli.app import run

SETTINGS = """\
[data]
train = ["corpus.conll"]
dev = ["corpus.conll"]
columns = ["word", "pos"]

[tasks.pos]

[features]
word = { dim = 4 }
characters = { filters = 0 }

[network]
window = 3
hidden = [4]

[training]
epochs = 1
"""
SPACE = 'method = "grid"\n[space]\nnetwork.activation = ["relu", "tanh"]\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "corpus.conll").write_text("Ada N\nreads V\n\nZoë N\nsleeps V\n", encoding="utf-8")
    (tmp_path / "settings.toml").write_text(SETTINGS)
    (tmp_path / "space.toml").write_text(SPACE)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give a settings file and a file with the space to search"),
        (["settings.toml", "-o", "out"], "give a settings file and a file with the space to search"),
        (["settings.toml", "space.toml"], "name the folder of the search to write"),
        (["settings.toml", "--resume", "out"], "--resume takes everything from the folder"),
        (["--resume", "out", "--force"], "--resume takes everything from the folder"),
    ],
)
def test_wrong_usage(
    folder: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["search", *arguments]) == 2
    assert message in " ".join(capsys.readouterr().err.replace("│", " ").split())


def test_an_error_in_the_space_is_one_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "space.toml").write_text("[space]\nnetwork.activatoin = ['relu']\n")
    assert run(["search", "settings.toml", "space.toml", "-o", "out"]) == 1
    assert capsys.readouterr() == (
        "",
        "error: space.toml: network.activatoin: expected a known setting, found an unknown one. "
        "Did you mean activation?\n",
    )
    assert not (folder / "out").exists()


def test_tables_on_stdout_and_progress_on_stderr(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["search", "settings.toml", "space.toml", "-o", "out", "--set", "network.hidden=[3]"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[0] == "stage 1: grid, 2 trials, 1 seed"
    assert out.splitlines()[1].split() == [
        "trial",
        "network.activation",
        "score",
        "epochs",
        "seconds",
        "state",
    ]
    lines = err.splitlines()
    assert lines[0] == "2 trials at most, in 1 stage"
    assert [line.split()[:2] for line in lines[1:3]] == [["trial", "1/2"], ["trial", "2/2"]]
    assert lines[3:] == ["Train with the best settings: tagger train out/best.toml --output FOLDER"]
    assert "hidden = [\n    3,\n]" in (folder / "out" / "best.toml").read_text()


def test_json_and_quiet_and_resume(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["search", "settings.toml", "space.toml", "-o", "out", "--json", "--quiet"]) == 0
    out, err = capsys.readouterr()
    report = json.loads(out)
    assert [t["state"] for t in report["stages"][0]["trials"]] == ["done", "done"]
    assert report["best"]["parameters"].keys() == {"network.activation"}
    assert err == "Train with the best settings: tagger train out/best.toml --output FOLDER\n"
    assert run(["search", "--resume", "out", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == report
