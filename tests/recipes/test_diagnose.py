"""Real trainings on the sample corpus, made to go wrong in each way, and one that goes well; seconds each."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tagger.cli.app import run as run_command
from tagger.errors import ModelError, TaggerError
from tagger.recipes.diagnose import diagnose, diagnosis_as_json
from tagger.recipes.train import train
from tagger.settings_file import parse_settings

DATA = Path(__file__).parents[2] / "data"

SETTINGS: dict[str, dict[str, Any]] = {
    "data": {
        "train": [str(DATA / "sample.train.conllu")],
        "join_train": [str(DATA / "sample.train.iob2")],
        "dev": [str(DATA / "sample.dev.conllu")],
        "join_dev": [str(DATA / "sample.dev.iob2")],
    },
    "features": {
        "word": {"dim": 32},
        "prefix": {"lengths": []},
        "suffix": {"lengths": [2, 3], "dim": 8, "min_count": 2},
        "shape": {"dim": 8, "min_count": 1},
        "characters": {"filters": 0},
    },
    "network": {"window": 3, "hidden": [60], "dropout": 0.3},
    "tasks": {"upos": {}, "ner": {"objective": "sentence"}},
    "optimizer": {"rate": 0.02},
    "training": {"epochs": 10, "patience": 0, "batch_words": 100, "averaging": 0.9},
}


def trained(folder: Path, *, tasks: Sequence[str] = ("upos", "ner"), **sections: dict[str, Any]) -> Path:
    """A run of a small network that learns the sample well, but for what `sections` change."""
    names = SETTINGS.keys() | sections.keys()
    values = {name: {**SETTINGS.get(name, {}), **sections.get(name, {})} for name in names}
    train(parse_settings({**values, "tasks": {name: SETTINGS["tasks"][name] for name in tasks}}), folder)
    return folder


def verdicts(run: Path) -> dict[str, str]:
    return {verdict.name: verdict.severity for verdict in diagnose(run).verdicts}


def test_a_good_run_has_nothing_to_complain_about(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = trained(tmp_path / "good", tasks=["upos"])  # 48 entities of development data are too few to be sure
    found = diagnose(run)
    assert (found.verdicts, found.missing, found.finished) == ((), (), True)
    assert run_command(["diagnose", str(run)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("good: 10 of 10 epochs") and "Nothing to complain about.\n" in out


def test_sigmoids_in_three_layers_of_small_weights_have_vanishing_gradients(tmp_path: Path) -> None:
    network = {"activation": "sigmoid", "hidden": [30, 30, 30], "initialiser": "small_normal", "dropout": 0.0}
    run = trained(tmp_path / "run", network=network, optimizer={"rate": 0.005}, training={"epochs": 6})
    found = verdicts(run)
    assert list(found)[:2] == ["vanishing gradients", "poor on training data"]
    assert found["vanishing gradients"] == "serious"
    advice = {advice.setting for advice in diagnose(run).verdicts[0].advice}
    assert {"network.activation", "network.initialiser", "network.hidden"} <= advice


def test_a_rate_far_too_large_jumps_about(tmp_path: Path) -> None:
    run = trained(
        tmp_path / "run",
        optimizer={"name": "momentum", "rate": 1.0},
        network={"activation": "tanh"},
        schedule={"name": "constant"},
        training={"epochs": 8},
    )
    found = verdicts(run)
    assert next(iter(found)) == "rate too large"
    assert {"saturated units", "poor on training data"} <= found.keys()


def test_a_training_that_broke_off_has_exploded(tmp_path: Path) -> None:
    growing = {"schedule": {"warm_up": 6.0}, "optimizer": {"name": "sgd", "rate": 10.0}}
    with pytest.raises(TaggerError, match="expected a finite loss"):
        trained(tmp_path / "run", **growing, data={"sample": 40}, training={"epochs": 12})
    found = diagnose(tmp_path / "run")
    assert not found.finished
    assert found.verdicts[0].name == "exploding gradients"
    assert found.verdicts[0].evidence[0].startswith("broken off: training: expected a finite loss, found ")
    last = found.course.epochs[-1].number
    assert found.verdicts[0].evidence[-1] == f"the training ends after epoch {last} of 12"


def test_a_training_that_broke_off_in_its_first_epoch_leaves_no_run(tmp_path: Path) -> None:
    with pytest.raises(TaggerError, match="expected a finite loss"):
        trained(tmp_path / "run", optimizer={"name": "sgd", "rate": 1000.0})
    with pytest.raises(ModelError, match="a training whose loss is not finite before that leaves none"):
        diagnose(tmp_path / "run")


def test_a_rate_far_too_small_hardly_moves_the_weights(tmp_path: Path) -> None:
    run = trained(tmp_path / "run", optimizer={"rate": 1e-5}, training={"epochs": 5})
    assert list(verdicts(run))[:2] == ["rate too small", "poor on training data"]


def test_many_epochs_on_forty_sentences_without_dropout_overfit(tmp_path: Path) -> None:
    features = {"word": {"dim": 32, "unknown_rate": 0.0}}
    network = {"hidden": [60], "dropout": 0.0, "input_dropout": 0.0}
    run = trained(
        tmp_path / "run", network=network, features=features, data={"sample": 40}, training={"epochs": 40}
    )
    found = verdicts(run)
    assert next(iter(found)) == "overfitting"
    assert found["overfitting"] == "serious"
    assert "too few data" in found
    assert "poor on training data" not in found


def test_two_units_are_too_few_to_learn_even_the_training_data(tmp_path: Path) -> None:
    run = trained(tmp_path / "run", network={"hidden": [2], "dropout": 0.0}, optimizer={"rate": 0.005})
    found = verdicts(run)
    assert found["poor on training data"] == "serious"
    assert "overfitting" not in found


def test_two_epochs_stop_while_improving(tmp_path: Path) -> None:
    run = trained(tmp_path / "run", optimizer={"rate": 0.005}, training={"epochs": 2})
    assert verdicts(run) == {"stopped while improving": "serious", "poor on training data": "serious"}


def test_relu_units_die_of_a_large_rate(tmp_path: Path) -> None:
    run = trained(tmp_path / "run", optimizer={"rate": 0.3}, training={"epochs": 6})
    assert verdicts(run)["dead units"] == "serious"


def test_json_holds_verdicts_and_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = trained(tmp_path / "run", training={"epochs": 1})
    assert run_command(["diagnose", str(run), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads(json.dumps(diagnosis_as_json(diagnose(run))))
    assert {key: printed[key] for key in ("run", "finished", "epochs", "best_epoch", "missing")} == {
        "run": "run",
        "finished": True,
        "epochs": 1,
        "best_epoch": 1,
        "missing": [],
    }
    first = printed["verdicts"][0]
    assert (first["name"], first["evidence"]) == ("stopped while improving", ["one epoch only"])
    assert first["advice"] == [{"setting": "training.epochs", "now": 1, "advice": "more, such as 2"}]
    assert printed["figures"]["best"] == printed["figures"]["last"]
    history = json.loads((run / "history.jsonl").read_text())
    for name in ("rate", "train_loss", "dev_loss", "train", "dev", "layers"):
        assert printed["figures"]["last"][name] == history[name]
