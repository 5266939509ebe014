"""A model on the sample, its layers in another one of a wider window and more features, a training that goes on."""

import json
import shutil
import signal
from pathlib import Path

import numpy as np

from tests.flows.program import (
    BOTH_TASKS,
    JOINED,
    SMALL,
    arrays,
    assert_same_training,
    sample,
    signalled,
    tagger,
)

NARROW = """\
[features]
word = { dim = 16 }
caps = { dim = 0 }
prefix = { lengths = [] }
suffix = { lengths = [] }
shape = { dim = 0 }
characters = { filters = 0 }

[network]
window = 3
hidden = [24]

[training]
epochs = 3
batch_words = 60
threads = 1
"""
DATA = '[data]\ntrain = ["sample.train.jsonl"]\ndev = ["sample.dev.jsonl"]\n\n'
TRANSFER = """
[transfer]
freeze = ["lookup"]

[transfer.thaw]
trunk = 2

[transfer.rates]
heads.upos = 2.0
"""


def test_layers_move_into_a_larger_model_whose_training_needs_the_first_no_more(tmp_path: Path) -> None:
    sample(tmp_path)
    (tmp_path / "narrow.toml").write_text(f"{DATA}[tasks.upos]\n\n{NARROW}")
    tagger("train", "narrow.toml", "--output", "narrow", "--quiet", cwd=tmp_path)
    wide = f"{DATA}{BOTH_TASKS}\n{SMALL}{TRANSFER}".replace("window = 3", "window = 5")
    (tmp_path / "wide.toml").write_text(wide)
    begin = ("train", "wide.toml", "--from", "narrow")

    shown = tagger(*begin, "--output", "wide", cwd=tmp_path)
    lines = shown.stdout.splitlines()
    assert lines[:2] == [
        "Taken from narrow (rows; of trunk.0 columns):",
        "layer        copied  new  dropped  note",
    ]
    assert lines[3].startswith("trunk.0          48") and "window 3 -> 5: the outer slots are new" in lines[3]
    assert "learn later: trunk after 2 epochs" in lines
    assert "do not learn: lookup" in lines

    notes = shown.stderr.splitlines()
    started = next(number for number, line in enumerate(notes) if line.startswith("epoch "))
    wanted = ("do not learn: lookup", "learn later: trunk after 2 epochs", "rates: heads.upos x 2")
    assert all(line in notes[:started] for line in wanted)
    random = next(line for line in notes[:started] if line.startswith("frozen with random weights: "))
    assert random.endswith('; to freeze only what was taken: transfer.freeze = ["lookup.word"]')
    assert (
        "started from narrow: lookup.word, trunk.0; frozen: lookup"
        in tagger("info", "wide", cwd=tmp_path).stdout
    )

    source, target = (arrays(tmp_path / name / "weights.safetensors")[0] for name in ("narrow", "wide"))
    items = [
        json.loads((tmp_path / name / "vocabulary.json").read_text())["word"] for name in ("narrow", "wide")
    ]
    assert sorted(items[0]) == sorted(items[1])
    rows = [items[0].index(word) + 2 for word in items[1]]
    np.testing.assert_array_equal(target["lookup.word.weight"][2:], source["lookup.word.weight"][rows])
    assert not np.array_equal(target["trunk.0.bias"], source["trunk.0.bias"])

    code, _ = signalled(
        *begin, "--output", "broken", cwd=tmp_path, after=r"^epoch +1 ", delay=0.1, by=signal.SIGINT
    )
    assert code == 130
    shutil.rmtree(tmp_path / "narrow")
    report = json.loads(tagger("train", "--resume", "broken", "--json", cwd=tmp_path).stdout)
    assert_same_training(tmp_path / "wide", tmp_path / "broken")
    assert [layer["layer"] for layer in report["transfer"]["layers"]] == ["lookup.word", "trunk.0"]
    assert (tmp_path / "wide" / "transfer.json").read_text() == (
        tmp_path / "broken" / "transfer.json"
    ).read_text()
    tagger("tag", "-m", "wide", cwd=tmp_path, stdin="Ada lives in Oslo.\n")


def test_a_width_that_does_not_fit_says_what_to_set(tmp_path: Path) -> None:
    sample(tmp_path)
    (tmp_path / "narrow.toml").write_text(f"{DATA}[tasks.upos]\n\n{NARROW}")
    tagger("train", "narrow.toml", "--output", "narrow", "--set", "training.epochs=1", cwd=tmp_path)
    begin = ("train", "narrow.toml", "--from", "narrow", "--output", "other")
    result = tagger(*begin, "--set", "features.word.dim=20", "--quiet", cwd=tmp_path, code=1)
    assert result.stderr == (
        "error: features.word.dim: expected 16, as in the model that lookup.word comes from, found 20. "
        "Set features.word.dim = 16, or leave lookup.word out of transfer.layers.\n"
    )
    assert not (tmp_path / "other").exists()


def test_a_run_that_goes_on_takes_no_other_model(tmp_path: Path) -> None:
    result = tagger("train", "--resume", "model", "--from", "other", cwd=tmp_path, code=2)
    assert "Invalid value for --resume" in result.stderr


def test_a_model_and_data_are_enough(tmp_path: Path) -> None:
    sample(tmp_path)
    (tmp_path / "narrow.toml").write_text(f"{DATA}[tasks.upos]\n\n{NARROW}")
    short = ("--set", "training.epochs=1", "--set", "training.threads=1")
    tagger("train", "narrow.toml", "--output", "narrow", *short, "--quiet", cwd=tmp_path)
    tagger("prep", "prepared", *JOINED, cwd=tmp_path)
    begin = ("train", "--data", "prepared", "--from", "narrow", "-o")
    result = tagger(*begin, "model", *short, cwd=tmp_path)
    assert result.stderr.splitlines()[0] == "features.word.dim = 16, network.hidden = [24], as narrow"
    assert tagger("train", "--resume", "model", cwd=tmp_path).returncode == 0
    quiet = tagger(*begin, "quiet", *short, "-q", cwd=tmp_path)
    assert quiet.stdout.startswith("quiet: best after epoch 1 of 1 (")
