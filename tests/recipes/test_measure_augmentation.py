"""scripts/measure_augmentation.py: its table of settings, its table of results, and what it says when it cannot run."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tagger.settings_file import dump_settings, load_settings, parse_settings

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "measure_augmentation.py"


def load_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("measure_augmentation", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MODULE: Any = load_script()


@pytest.mark.parametrize("row", MODULE.ROWS)
def test_every_row_has_settings_that_exist(tmp_path: Path, row: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(dump_settings(parse_settings({})), encoding="utf-8")
    changed = load_settings(file, list(MODULE.ROWS[row])) != load_settings(file)
    assert changed == (row != "none")


def test_the_table_has_mean_and_standard_deviation(capsys: pytest.CaptureFixture[str]) -> None:
    """By hand: 50 and 54 have the mean 52 and the standard deviation sqrt(8) = 2.83."""
    scores = [
        {"as is": 0.50, "lower case": 0.1, "upper case": 0.2},
        {"as is": 0.54, "lower case": 0.1, "upper case": 0.2},
    ]
    results = [{"row": "none", "seed": i, "seconds": 3.0, **values} for i, values in enumerate(scores)]
    MODULE.print_table(results, {"sample": 400, "epochs": 2, "rate": 0.003})
    title, _, line = capsys.readouterr().out.splitlines()
    assert title == (
        "CoNLL-2003 NER, eng.train (400 sentences, at most 2 epochs, rate 0.003) -> eng.testa, entity F1"
    )
    assert line.split() == [
        "none",
        "52.00",
        "±",
        "2.83",
        "10.00",
        "±",
        "0.00",
        "20.00",
        "±",
        "0.00",
        "2",
        "3",
    ]
    assert MODULE.spread([12.345]) == "12.35"


def test_only_runs_of_the_same_budget_are_taken_from_the_file(tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    file.write_text(
        '{"row": "none", "sample": 0, "epochs": 12}\n{"row": "none", "sample": 9, "epochs": 12}\n'
    )
    assert [line["sample"] for line in MODULE.read_results(file, {"sample": 9, "epochs": 12})] == [9]
    assert MODULE.read_results(tmp_path / "none", {"sample": 9}) == []


def test_missing_corpora_are_said_in_one_line(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, str(SCRIPT)],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT), "TAGGER_DATA": str(tmp_path)},
        check=False,
    )
    missing = tmp_path / "conll2003" / "eng.train"
    assert (result.returncode, result.stdout) == (1, "")
    assert (
        result.stderr == f"error: expected {missing}, found none. Set TAGGER_DATA to the folder of corpora.\n"
    )
