"""A journey: train, then see how far the model is ahead of methods without a network."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.flows.program import BOTH_TASKS, SMALL, read_jsonl, sample, tagger


def test_train_and_eval_beside_baselines(tmp_path: Path) -> None:
    pytest.importorskip("pycrfsuite", reason='needs python-crfsuite: pip install "tagger[crf]"')
    sample(tmp_path)
    data = '[data]\ntrain = ["sample.train.jsonl"]\ndev = ["sample.dev.jsonl"]\n'
    (tmp_path / "settings.toml").write_text(data + SMALL + BOTH_TASKS, encoding="utf-8")
    tagger("train", "settings.toml", "-o", "model", "--set", "training.epochs=3", cwd=tmp_path)

    command = ("eval", "model", "--baseline", "majority", "--baseline", "crf")
    result = tagger(*command, "--json", cwd=tmp_path)
    assert "CRF: training on " in result.stderr
    tasks = json.loads(result.stdout)["tasks"]
    for task in ("upos", "ner"):
        found = tasks[task]["baselines"]
        assert [own["name"] for own in found] == ["majority tag", "CRF"]
        for own in found:
            assert 0 < own["score"]["value"] <= 1
            gain = tasks[task]["main"]["value"] - own["score"]["value"]
            assert own["change"]["value"] == pytest.approx(gain, abs=1e-6)
    accuracy = majority_accuracy(
        read_jsonl(tmp_path / "sample.train.jsonl"), read_jsonl(tmp_path / "sample.dev.jsonl")
    )
    assert tasks["upos"]["baselines"][0]["score"]["value"] == pytest.approx(accuracy, abs=1e-6)

    shown = tagger(*command, "--task", "upos", cwd=tmp_path).stdout
    assert "majority tag" in shown and "CRF" in shown and f"{100 * accuracy:.2f}" in shown

    refused = tagger("eval", "model", "--baseline", "hmm", cwd=tmp_path, code=1)
    assert refused.stderr.startswith("error: --baseline: expected one of majority, crf, found 'hmm'.")


def majority_accuracy(train: list[dict[str, Any]], dev: list[dict[str, Any]]) -> float:
    """Of the most frequent tag of each form, found without the package's code."""
    seen = Counter(pair for row in train for pair in zip(row["tokens"], row["upos"], strict=True))
    every = Counter(tag for row in train for tag in row["upos"])
    right = []
    for row in dev:
        for form, gold in zip(row["tokens"], row["upos"], strict=True):
            exact = {tag: n for (own, tag), n in seen.items() if own == form}
            folded = Counter[str]()
            for (own, tag), n in seen.items():
                folded[tag] += n * (own.lower() == form.lower())
            counts = exact or +folded or every
            right.append(gold == min(counts, key=lambda tag: (-counts[tag], -every[tag], tag)))
    return sum(right) / len(right)
