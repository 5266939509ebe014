"""scripts/measure_calibration.py: what thresholds leave is counted right, its tables have a line for each state."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tagger.saved import TaskDescription, read_model, write_model
from tagger.text.prepared import write_prepared
from tagger.text.sentences import Sentence
from tests.inference.random_models import IOBES, POS, random_model, random_sentences

SCRIPT = Path(__file__).parents[2] / "scripts" / "measure_calibration.py"


def load_script() -> Any:
    spec = importlib.util.spec_from_file_location("measure_calibration", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("scheme", "found", "gold", "expected"),
    [
        ("none", [["N", ""], ["V"]], [["N", "V"], ["N"]], (2, 1)),
        ("IOB2", [["B-A", "I-A", "B-A"], ["O"]], [["B-A", "I-A", "B-B"], ["B-A"]], (2, 1)),
    ],
)
def test_what_is_left_is_counted(
    scheme: str, found: list[list[str]], gold: list[list[str]], expected: tuple[int, int]
) -> None:
    task = TaskDescription("t", "t", scheme, "word", ())
    assert load_script().counts(task, found, gold) == expected


def test_the_tables_of_a_model(tmp_path: Path) -> None:
    tasks = (TaskDescription("pos", "pos", "none", "word", POS, 3.0),
             TaskDescription("ner", "ner", "IOBES", "sentence", IOBES))  # fmt: skip
    (tmp_path / "model").mkdir()
    (tmp_path / "data").mkdir()
    write_model(tmp_path / "model", random_model(1, tasks=tasks))
    gold = [
        Sentence(tokens, {"pos": ["NN"] * len(tokens), "ner": ["O"] * len(tokens)})
        for tokens in random_sentences(1, 20)
    ]
    splits = {"train": gold, "dev": gold}
    write_prepared(tmp_path / "data", splits, {"pos": "none", "ner": "IOB2"}, description={}, card="")
    command = [sys.executable, str(SCRIPT), str(tmp_path / "model"), str(tmp_path / "data"), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    rows = json.loads(done.stdout.splitlines()[-1])
    assert [(row["task"], row["kind"]) for row in rows] == [
        ("pos", "before"),
        ("ner", "before"),
        ("pos", "after"),
        ("ner", "after"),
    ]
    assert [row["temperature"] == 1 for row in rows] == [True, True, False, False]
    assert rows[0]["tokens"]["count"] == sum(len(sentence.tokens) for sentence in gold[1::2])
    assert rows[0]["tokens"]["right"] == rows[2]["tokens"]["right"]
    assert "| pos | tokens |" in done.stdout
    assert read_model(tmp_path / "model").tasks == tasks
