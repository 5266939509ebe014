import json
from pathlib import Path
from typing import Any

import pytest

from tagger.cli.app import run
from tagger.training import gradient_check
from tests.recipes.test_train import CORPUS

FEW = ["--entries", "2", "--sentences", "2"]


@pytest.fixture
def settings(tmp_path: Path) -> str:
    (tmp_path / "corpus.conll").write_text(CORPUS, encoding="utf-8")
    path = tmp_path / "s.toml"
    path.write_text(
        f'[data]\ntrain = ["{tmp_path / "corpus.conll"}"]\ncolumns = ["word", "pos", "ner"]\n'
        "[features]\nword = { dim = 3 }\n[network]\nwindow = 3\nhidden = [4]\n[tasks.ner]\n"
    )
    return str(path)


def test_right_gradients_end_with_0(settings: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["gradcheck", settings, *FEW, "--set", "network.activation=tanh"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(
        f"{settings}: fresh weights; training data: 2 sentences, 9 words; tasks: ner (word)\n"
    )
    assert "gradients are right (relative error up to 1e-05, step 1e-05)\n" in out


def test_a_wrong_gradient_ends_with_1(
    settings: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    right = gradient_check.penalty

    def wrong(*arguments: Any, l2: float, **others: Any) -> Any:
        return right(*arguments, l2=3 * l2, **others)

    monkeypatch.setattr(gradient_check, "penalty", wrong)
    assert run(["gradcheck", settings, *FEW, "--set", "optimizer.l2=0.1"]) == 1
    captured = capsys.readouterr()
    assert "WRONG" in captured.out
    assert captured.err == ""
    assert run(["gradcheck", settings, *FEW, "--set", "optimizer.l2=0.1", "--json"]) == 1
    assert not json.loads(capsys.readouterr().out)["passed"]


def test_all_says_what_is_done_on_stderr(settings: str, capsys: pytest.CaptureFixture[str]) -> None:
    small = ["--set", "network.hidden=[1]", "--set", "network.window=1", "--set", "features.shape.dim=0"]
    small += ["--set", "features.prefix.lengths=[]", "--set", "features.suffix.lengths=[]"]
    small += ["--set", "features.characters.filters=0"]
    assert run(["gradcheck", settings, "--all", "--json", "--sentences", "1", *small]) == 0
    captured = capsys.readouterr()
    parameters = json.loads(captured.out)["parameters"]
    assert all(group["checked"] == group["of"] for group in parameters.values())
    assert captured.err.splitlines() == [f"{name}: {g['of']:,} entries" for name, g in parameters.items()]


def test_options_reach_the_check(settings: str, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--step", "1e-4", "--limit", "1e-3", "--no-dropout", "--seed", "5", "--json"]
    assert run(["gradcheck", settings, *FEW, *options]) == 0
    values = json.loads(capsys.readouterr().out)
    assert (values["step"], values["limit"], values["sentences"]) == (1e-4, 1e-3, 2)
    assert {group["checked"] for group in values["parameters"].values()} == {2}


def test_a_model_takes_no_settings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["gradcheck", str(tmp_path), "--set", "network.window=3"]) == 2
    assert "a model has settings of its own" in capsys.readouterr().err


def test_what_is_not_there_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["gradcheck", str(tmp_path / "absent.toml")]) == 1
    expected = f"error: {tmp_path / 'absent.toml'}: expected a settings file, found none. `tagger init` writes one.\n"
    assert capsys.readouterr().err == expected
