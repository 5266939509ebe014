"""scripts/measure_transfer.py, measure_finetuning.py and measure_scorer.py: their settings exist, their tables are right."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tagger.settings_file import parse_settings, read_values

ROOT = Path(__file__).parents[2]


def load_script(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TRANSFER, FINETUNING, SCORER = map(load_script, ("measure_transfer", "measure_finetuning", "measure_scorer"))


def test_every_start_is_one_that_settings_know() -> None:
    for overrides in TRANSFER.STARTS.values():
        layers = parse_settings(read_values(None, overrides)).transfer.layers
        assert set(layers) <= {"lookup", "trunk"}


def test_heads_are_those_whose_scores_the_table_shows() -> None:
    assert TRANSFER.tasks_of("conll2003") == ("pos", "ner")
    assert TRANSFER.tasks_of("ewt") == ("xpos", "upos", "ner")


def test_the_learning_curve_has_mean_and_deviation_of_each_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By hand: 0.50 and 0.54 have the mean 52 and the standard deviation sqrt(8) = 2.83."""
    runs = [
        {
            "corpus": "conll2003",
            "start": "random",
            "share": 1,
            "seed": n,
            "name": "",
            "ner.f1": f1,
            "pos.accuracy": 0.9,
        }
        for n, f1 in ((1, 0.5), (2, 0.54))
    ]
    TRANSFER.print_table(runs)

    assert (
        capsys.readouterr().out.splitlines()[-1]
        == "| 1% | random | 52.00 ± 2.83 | 90.00 ± 0.00 |  |  |  | 2 |"
    )


def test_ways_to_fine_tune_have_settings_that_exist() -> None:
    for way in FINETUNING.WAYS.values():
        parse_settings(read_values(None, way.get("overrides", ())))


def test_a_table_of_fine_tuning_has_the_interval_of_one_run_and_the_mean_of_several(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def run(way: str, seed: int, after: float) -> dict[str, Any]:
        old = {"before": [0.9, 0.89, 0.91], "after": [after, after - 0.01, after + 0.01]}
        new = {"after": [0.3, 0.25, 0.35]}
        return {"pair": "A -> B", "way": way, "seed": seed, "old": old, "new": new, "seconds": 7.0}

    FINETUNING.print_tables([run("all layers", 1, 0.6), run("all layers", 2, 0.7), run("rehearsal", 1, 0.8)])

    rows = capsys.readouterr().out.splitlines()
    assert rows[-2] == "| all layers | 90.0 | 65.0 |  |  | 30.0 | 7 | 2 |"
    assert rows[-1] == (
        "| rehearsal | 90.0 (89.0 to 91.0) | 80.0 (79.0 to 81.0) |  |  | 30.0 (25.0 to 35.0) | 7 | 1 |"
    )


def test_a_cell_of_one_run_has_no_deviation() -> None:
    assert (SCORER.cell([98.5]), SCORER.cell([]), SCORER.cell([1.0, 3.0])) == ("98.50", "", "2.00 ± 1.41")


def test_results_that_are_there_are_printed_without_training(tmp_path: Path) -> None:
    line = {"corpus": "ewt", "start": "layers", "share": 10, "seed": 1, "name": "", "ner.f1": 0.6,
            "upos.accuracy": 0.9, "xpos.accuracy": 0.8}  # fmt: skip
    (tmp_path / "results.jsonl").write_text(json.dumps(line) + "\n", "utf-8")
    command = [sys.executable, str(ROOT / "scripts" / "measure_transfer.py"), str(tmp_path / "results.jsonl")]
    done = subprocess.run([*command, "--table"], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "| 10% | layers |  |  | 60.00 | 90.00 | 80.00 | 1 |"
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode == 2 and "name the pretrained model with --model" in refused.stderr
