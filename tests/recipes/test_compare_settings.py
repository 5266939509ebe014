"""scripts/compare_settings.py: its rows are settings, and no value of the notes' tools is left out."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest

from tagger import config
from tagger.settings_file import load_settings

SCRIPT = Path(__file__).parents[2] / "scripts" / "compare_settings.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("compare_settings", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["compare_settings"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def rows_as_settings(script: ModuleType) -> list[config.Settings]:
    return [
        load_settings(
            None,
            [f"optimizer.rate={script.RATE}", *(setting.replace("TASKS", "tasks.pos") for setting in row)],
        )
        for rows in script.ROWS.values()
        for row in rows.values()
    ]


def test_no_two_rows_are_the_same_training(script: ModuleType) -> None:
    dumped = [settings.model_dump_json() for settings in rows_as_settings(script)]
    assert len(set(dumped)) == len(dumped)


@pytest.mark.parametrize(
    ("section", "name", "values"),
    [
        ("network", "activation", config.Activation),
        ("network", "initialiser", config.Initialiser),
        ("optimizer", "name", config.OptimizerName),
        ("schedule", "name", config.ScheduleName),
    ],
)
def test_every_value_has_a_row(script: ModuleType, section: str, name: str, values: object) -> None:
    found = {getattr(getattr(settings, section), name) for settings in rows_as_settings(script)}
    assert found == set(get_args(values))


def test_every_objective_that_tags_has_a_row(script: ModuleType) -> None:
    """All but the margin of scorers, whose heads give no tags."""
    found = {task.objective for settings in rows_as_settings(script) for task in settings.tasks.values()}
    assert found == set(get_args(config.Objective)) - {"margin"}


def test_the_table_shows_mean_and_deviation_over_the_seeds(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = tmp_path / "results.jsonl"
    lines = [
        {
            "group": "activation",
            "value": "tanh",
            "corpus": "conll2003",
            "seed": seed,
            "scores": {"ner.f1": f1, "pos.accuracy": 0.95},
            "seconds": seconds,
        }
        for seed, f1, seconds in ((1, 0.80, 10.0), (2, 0.82, 14.0), (3, 0.84, 11.0))
    ]
    failed = {
        "group": "activation",
        "value": "tanh",
        "corpus": "ewt",
        "seed": 1,
        "error": "expected a finite loss",
    }
    results.write_text("".join(f"{json.dumps(line)}\n" for line in [*lines, failed]), encoding="utf-8")
    script.print_markdown(script.read_results(results))
    assert capsys.readouterr().out.splitlines() == [
        "| setting | value | CoNLL NER | CoNLL POS | EWT NER | EWT UPOS | EWT XPOS | seconds | runs |",
        "|---|---|---|---|---|---|---|---|---|",
        "| activation | tanh | 82.00 ± 2.00 | 95.00 ± 0.00 | - | - | - | 11/- | 4, 1 failed |",
    ]
