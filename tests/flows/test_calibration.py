"""A journey: train, see how far probabilities can be believed, calibrate the model on other data."""

import json
from pathlib import Path

import pytest

from tests.flows.program import BOTH_TASKS, SMALL, sample, tagger


def test_train_eval_calibrate_info(tmp_path: Path) -> None:
    sample(tmp_path)
    data = '[data]\ntrain = ["sample.train.jsonl"]\ndev = ["sample.dev.jsonl"]\n'
    (tmp_path / "settings.toml").write_text(data + SMALL + BOTH_TASKS, encoding="utf-8")
    tagger("train", "settings.toml", "-o", "model", "--set", "training.epochs=3", cwd=tmp_path)
    trained = temperatures(tmp_path)
    assert trained.keys() == {"upos", "ner"} and 1.0 not in trained.values()

    scores = json.loads(tagger("eval", "model", "--json", cwd=tmp_path).stdout)["tasks"]
    metrics = json.loads((tmp_path / "model" / "metrics.json").read_text())["calibration"]
    for task in ("upos", "ner"):
        error = scores[task]["calibration"]["tokens"]["expected_calibration_error"]
        assert error == pytest.approx(metrics[task]["error"], abs=1e-6)

    command = ("eval", "model", "sample.train.jsonl", "--task", "ner", "--calibrate")
    out = tagger(*command, cwd=tmp_path).stdout
    assert "note  ner: temperature" in out and "note  upos" not in out
    changed = temperatures(tmp_path)
    assert changed["upos"] == trained["upos"] and changed["ner"] != trained["ner"]
    tasks = json.loads(tagger("info", "model", "--json", cwd=tmp_path).stdout)["tasks"]
    assert {name: task["temperature"] for name, task in tasks.items()} == changed

    refused = tagger("eval", "model", "-m", "model", "--calibrate", cwd=tmp_path, code=1)
    assert refused.stderr.startswith("error: --calibrate: expected one model, found 2.")


def temperatures(folder: Path) -> dict[str, float]:
    description = json.loads((folder / "model" / "model.json").read_text())
    return {task["name"]: task["temperature"] for task in description["tasks"]}
