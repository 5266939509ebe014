"""Training and pretraining in two processes: the result of one, a killed worker, errors told once."""

import json
import random
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.flows.program import BOTH_TASKS, arrays, assert_same_training, read_jsonl, sample, tagger
from tests.flows.several import programs, together, torchrun

SETTINGS = f"""\
[data]
train = ["sample.train.jsonl"]
dev = ["sample.dev.jsonl"]

{BOTH_TASKS}
[features]
word = {{ dim = 16, unknown_rate = 0.0 }}
prefix = {{ lengths = [] }}
suffix = {{ dim = 8, lengths = [2], min_count = 2 }}
characters = {{ dim = 4, filters = 8 }}

[network]
window = 3
hidden = [24]
dropout = 0.0
input_dropout = 0.0

[optimizer]
name = "sgd"
rate = 0.1

[training]
epochs = 4
batch_words = 100
patience = 0
averaging = 0.9
"""
DROPOUT = ("--set", "network.dropout=0.3", "--set", "training.epochs=6")
LOST = (
    r"error: training: expected 2 processes, lost one of them \(.*\)\. "
    r"model holds the last finished epoch: --resume goes on\.\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    sample(tmp_path)
    (tmp_path / "settings.toml").write_text(SETTINGS)
    return tmp_path


def losses(model: Path) -> list[dict[str, Any]]:
    return [
        {name: line[name] for name in ("train_loss", "dev_loss", "step", "rate")}
        for line in read_jsonl(model / "history.jsonl")
    ]


def assert_same_curve(one: Path, other: Path) -> None:
    """The losses of each epoch and the weights are the same but for the order of sums in single precision."""
    for left, right in zip(losses(one), losses(other), strict=True):
        for name in ("train_loss", "dev_loss"):
            assert right[name] == pytest.approx(left[name], rel=1e-4)
        assert (right["step"], right["rate"]) == (left["step"], left["rate"])
    weights = [arrays(run / "weights.safetensors")[0] for run in (one, other)]
    for name, values in weights[0].items():
        np.testing.assert_allclose(weights[1][name], values, rtol=1e-3, atol=1e-4, err_msg=name)


def test_two_processes_train_as_one_and_the_first_alone_speaks(folder: Path) -> None:
    tagger("train", "settings.toml", "-o", "one", cwd=folder)
    first, second = together("train", "settings.toml", "-o", "two", "--json", cwd=folder)

    assert_same_curve(folder / "one", folder / "two")
    assert json.loads(first.stdout)["epochs"] == 4
    assert [int(n) for n in re.findall(r"^epoch +(\d+) ", first.stderr, re.MULTILINE)] == [1, 2, 3, 4]
    assert second.stdout == second.stderr == ""
    assert json.loads((folder / "two" / "run.json").read_text())["processes"] == 2
    assert json.loads((folder / "two" / "metrics.json").read_text())["calibration"]


def test_a_killed_worker_ends_the_run_which_goes_on_from_its_checkpoint(folder: Path) -> None:
    together("train", "settings.toml", *DROPOUT, "-o", "whole", cwd=folder)
    killed = torchrun(
        "train", "settings.toml", *DROPOUT, "-o", "model", cwd=folder, code=1, kill="^epoch +2 "
    )

    assert len(re.findall(LOST, killed.stderr)) == 1, killed.stderr
    assert "lost one of them" in json.loads((folder / "model" / "run.json").read_text())["broken_off"]
    assert 2 <= len(read_jsonl(folder / "model" / "history.jsonl")) < 6
    together("train", "--resume", "model", cwd=folder)
    assert_same_training(folder / "model", folder / "whole")


@pytest.mark.slow
def test_a_run_of_two_processes_goes_on_in_one(folder: Path) -> None:
    tagger("train", "settings.toml", "-o", "whole", cwd=folder)
    killed = torchrun("train", "settings.toml", "-o", "model", cwd=folder, code=1, kill="^epoch +1 ", rank=0)
    assert "error: training: expected 2 processes, lost one of them" in killed.stderr
    tagger("train", "--resume", "model", cwd=folder)
    assert_same_curve(folder / "whole", folder / "model")


@pytest.mark.slow
def test_an_error_of_all_processes_is_told_once(folder: Path) -> None:
    (folder / "taken").mkdir()
    (folder / "taken" / "file").write_text("")
    refused = torchrun("train", "settings.toml", "-o", "taken", cwd=folder, code=1)
    wanted = (
        "error: taken: expected a new path, found an existing one. Choose another output, or pass --force"
    )
    assert refused.stderr.count("error: ") == 1 and wanted in refused.stderr
    norm = ("--set", "network.batch_norm=true")
    refused = torchrun("train", "settings.toml", "-o", "model", *norm, cwd=folder, code=1)
    wanted = (
        "error: network.batch_norm: expected false with several processes: its statistics are those of a whole batch, "
        "found true. Train it in one process.\n"
    )
    assert refused.stderr.count("error: ") == 1 and wanted in refused.stderr


@pytest.mark.slow
def test_fine_tuning_and_memory_go_in_two_processes(folder: Path) -> None:
    memory = ("--set", "features.memory.task=ner", "--set", "training.epochs=2")
    together("train", "settings.toml", "-o", "model", *memory, cwd=folder)
    (folder / "more.toml").write_text('[data]\ntrain = ["sample.dev.jsonl"]\ndev = ["sample.train.jsonl"]\n')
    tuning = ("finetune", "model", "--data", "more.toml", "--json", "--set", "training.epochs=2")
    whole = json.loads(tagger(*tuning, "-o", "alone", cwd=folder).stdout)
    first, second = together(*tuning, "-o", "tuned", cwd=folder)
    assert_same_curve(folder / "alone", folder / "tuned")
    assert json.loads(first.stdout)["rows"] == whole["rows"] and not second.stdout + second.stderr


PRETRAINING = """\
[features]
word = { dim = 8 }

[network]
window = 5
hidden = [12]

[optimizer]
name = "sgd"
rate = 0.5

[pretraining]
min_count = 1
subsample = 0.0
batch_windows = 100
round_words = 3000
held_out_words = 200
epochs = 2
"""


@pytest.fixture
def text(tmp_path: Path) -> Path:
    draw = random.Random(1)
    (tmp_path / "text").mkdir()
    for number in range(3):
        lines = [
            f"{draw.choice('ABCDE')} flew from {draw.choice('XYZ')} to {draw.choice('XYZ')}.\n"
            for _ in range(300)
        ]
        (tmp_path / "text" / f"{number}.txt").write_text("".join(lines), "utf-8")
    (tmp_path / "settings.toml").write_text(PRETRAINING, "utf-8")
    return tmp_path


def test_two_processes_pretrain_on_the_windows_of_one(text: Path) -> None:
    command = ("pretrain", "text", "--settings", "settings.toml", "--json")
    one = json.loads(tagger(*command, "-o", "one", cwd=text).stdout)
    first, second = together(*command, "-o", "model", cwd=text)
    two = json.loads(first.stdout)
    for name in ("words", "windows", "rounds", "vocabulary"):
        assert two[name] == one[name]
    assert second.stdout == second.stderr == ""
    assert (text / "one" / "words.tsv").read_text() == (text / "model" / "words.tsv").read_text()
    places = [
        json.loads(arrays(text / run / "last.safetensors")[1]["state"])["place"] for run in ("one", "model")
    ]
    assert places[0] == places[1]
    assert_same_curve(text / "one", text / "model")


@pytest.mark.slow
def test_a_killed_pretraining_goes_on_to_the_same_weights(text: Path) -> None:
    command = ("pretrain", "text", "--settings", "settings.toml")
    together(*command, "-o", "whole", cwd=text)
    killed = torchrun(*command, "-o", "model", cwd=text, code=1, kill="^round +1 ")
    assert len(re.findall(LOST, killed.stderr)) == 1, killed.stderr
    together("pretrain", "--resume", "model", cwd=text)
    assert_same_training(text / "model", text / "whole")


THREADS = """\
import os
from pathlib import Path

from tagger.recipes.train import train
from tagger.settings_file import load_settings

if __name__ == "__main__":
    train(load_settings(Path("settings.toml")), Path("model"))
    names = [Path("/proc/self/task", task, "comm").read_text().strip() for task in os.listdir("/proc/self/task")]
    print(sorted(name for name in names if "gloo" in name))
"""


def test_the_group_is_gone_with_its_threads_when_a_training_is_over(folder: Path) -> None:
    """Threads of the group that still run could abort a program that ends."""
    (folder / "program.py").write_text(THREADS)
    for done in programs("program.py", cwd=folder):
        assert done.stdout.splitlines()[-1] == "[]"
