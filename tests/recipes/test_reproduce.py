"""scripts/reproduce.py: its table of experiments, what it says when it cannot run, and one real run."""

import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tagger.recipes.prep import PrepOptions
from tagger.settings_file import parse_settings

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "reproduce.py"
CORPORA = Path(os.environ.get("TAGGER_DATA", ROOT.parent / "shared" / "data"))


def load_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reproduce", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


EXPERIMENTS: dict[str, Any] = load_script().EXPERIMENTS


def files_of(name: str) -> list[Path]:
    prep = EXPERIMENTS[name].prep
    return [
        CORPORA / path for part in ("train", "dev", "join_train", "join_dev") for path in prep.get(part, ())
    ]


def reproduce(*arguments: str, data: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT), "TAGGER_DATA": str(data), "NO_COLOR": "1"},
        check=False,
    )


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_names_files_that_are_there(name: str) -> None:
    files = files_of(name)
    if not files[0].parent.is_dir():
        pytest.skip(f"no corpus in {files[0].parent}; set TAGGER_DATA")
    assert not [path for path in files if not path.is_file()]


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_has_options_and_settings_that_exist(name: str) -> None:
    experiment = EXPERIMENTS[name]
    assert set(experiment.prep) <= {field.name for field in fields(PrepOptions)}
    settings = parse_settings({"tasks": experiment.tasks, **experiment.settings})
    assert settings.tasks.keys() == experiment.tasks.keys()
    assert experiment.prep.get("dev") or experiment.prep.get("dev_last")


def test_an_unknown_name_is_wrong_usage_and_lists_the_known_ones(tmp_path: Path) -> None:
    result = reproduce("conll1999", data=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert "conll1999" in result.stderr and all(name in result.stderr for name in EXPERIMENTS)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_missing_corpora_are_said_in_one_line(tmp_path: Path, name: str) -> None:
    result = reproduce(name, data=tmp_path)
    assert (result.returncode, result.stdout) == (1, "")
    missing = tmp_path / EXPERIMENTS[name].prep["train"][0]
    hint = "Set TAGGER_DATA to the folder of corpora."
    assert result.stderr == f"error: expected {missing}, found none. {hint}\n"


def test_a_wrong_setting_is_said_in_one_line(tmp_path: Path) -> None:
    """On a corpus of one word: enough to come to the settings."""
    (tmp_path / "wnut17").mkdir()
    for path in EXPERIMENTS["wnut17"].prep["train"] + EXPERIMENTS["wnut17"].prep["dev"]:
        (tmp_path / path).write_text("Oslo\tB-location\n\n")
    result = reproduce("wnut17", "--set", "training.epoch=1", data=tmp_path)
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].startswith("error: training.epoch: expected a known setting")


@pytest.mark.slow
def test_the_smallest_experiment_ends_with_its_figures_as_json(tmp_path: Path) -> None:
    name = "wnut17"
    if not all(path.is_file() for path in files_of(name)):
        pytest.skip(f"no corpus in {files_of(name)[0].parent}; set TAGGER_DATA")
    small = [f"--set={text}" for text in ("training.epochs=1", "network.hidden=[16]", "training.threads=1")]
    result = reproduce(name, "--seed", "3", "--json", "--keep", str(tmp_path / "model"), *small, data=CORPORA)
    assert result.returncode == 0, result.stderr
    figures = json.loads(result.stdout.splitlines()[-1])
    assert (figures["name"], figures["seed"], figures["epochs"]) == (name, 3, 1)
    assert 0.0 <= figures["tasks"]["ner"]["conlleval"]["all"]["f1"] <= 1.0
    assert 0.5 < figures["tasks"]["ner"]["accuracy"] <= 1.0
    assert 0 < figures["train_seconds"] <= figures["total_seconds"]
    assert 50 < figures["peak_memory_mb"] < 10_000
    assert (tmp_path / "model" / "weights.safetensors").is_file()
