"""Heads of several objectives from the command line: train, eval, tag, info."""

import json
from pathlib import Path

from tests.flows.program import DATA, SMALL, read_jsonl, tagger


def test_a_network_with_squared_error_and_margin_heads_is_trained_and_used(tmp_path: Path) -> None:
    lines = (DATA / "sample.train.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)[:15]
    (tmp_path / "some.jsonl").write_text("".join(lines), encoding="utf-8")
    tasks = '[data]\ntrain = ["some.jsonl"]\n\n[tasks.upos]\n\n[tasks.ner]\nscheme = "IOBES"\n'
    (tmp_path / "settings.toml").write_text(tasks + SMALL)
    changes = (
        "tasks.upos.objective=squared-error",
        "tasks.ner.objective=tags-margin",
        "tasks.ner.margin=2",
        "training.epochs=20",
        "training.batch_words=15",
        "network.activation=tanh",
        "training.averaging=0",
        "optimizer.rate=0.02",
        "network.dropout=0",
        "network.input_dropout=0",
        "features.word.unknown_rate=0",
    )
    overrides = [part for change in changes for part in ("--set", change)]
    tagger("train", "settings.toml", "--output", "model", "--quiet", *overrides, cwd=tmp_path)

    scores = json.loads(tagger("eval", "model", "some.jsonl", "--json", cwd=tmp_path).stdout)["tasks"]
    assert scores["ner"]["conlleval"]["all"]["f1"] == 1.0
    assert scores["upos"]["accuracy"] > 0.7  # squared error learns slowly

    gold = read_jsonl(tmp_path / "some.jsonl")
    tokens = "".join(" ".join(line["tokens"]) + "\n" for line in gold)
    reading = ("--input-format", "tokens", "-f", "jsonl", "--probabilities")
    tagged = tagger("tag", "-m", "model", *reading, cwd=tmp_path, stdin=tokens).stdout.splitlines()
    found = [json.loads(line) for line in tagged]
    assert [line["tags"]["ner"] for line in found] == [line["ner"] for line in gold]
    pairs = [
        pair
        for line, wanted in zip(found, gold, strict=True)
        for pair in zip(line["tags"]["upos"], wanted["upos"], strict=True)
    ]
    assert sum(tag == wanted for tag, wanted in pairs) / len(pairs) == scores["upos"]["accuracy"]
    assert all(0 < p <= 1 for line in found for chances in line["probabilities"].values() for p in chances)

    assert "margin" not in (tmp_path / "model" / "model.json").read_text().replace("tags-margin", "")
    shown = [line.split() for line in tagger("info", "model", cwd=tmp_path).stdout.splitlines()]
    for row in (["upos", "upos", "none", "squared-error"], ["ner", "ner", "IOBES", "tags-margin"]):
        assert row in [line[:4] for line in shown]
