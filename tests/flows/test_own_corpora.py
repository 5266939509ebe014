"""Two tasks, each with a corpus of its own, from one settings file."""

import json
from pathlib import Path

from tests.flows.program import SMALL, read_jsonl, sample, tagger

SETTINGS = f"""\
[tasks.pos.data]
train = ["sample.train.conll"]
dev = ["sample.dev.conll"]
columns = ["word", "pos", "-"]

[tasks.entity]
column = "ner"
objective = "sentence"
weight = 2.0
data.train = ["half.jsonl"]
data.dev = ["sample.dev.jsonl"]

{SMALL}"""


def test_two_tasks_learn_from_a_corpus_of_their_own(tmp_path: Path) -> None:
    sample(tmp_path)
    lines = (tmp_path / "sample.train.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "half.jsonl").write_text("".join(lines[::2]), encoding="utf-8")
    (tmp_path / "settings.toml").write_text(SETTINGS)
    told = tagger("train", "settings.toml", "--output", "model", cwd=tmp_path).stderr
    assert "160 training sentences" in told and "80 training sentences" in told

    run = json.loads((tmp_path / "model" / "run.json").read_text())
    sizes = [(entry["tasks"], entry["train_sentences"], entry["dev_sentences"]) for entry in run["data"]]
    assert sizes == [(["pos"], 160, 40), (["entity"], 80, 40)]

    saved = json.loads((tmp_path / "model" / "metrics.json").read_text())["dev"]
    tasks = json.loads(tagger("eval", "model", "--json", cwd=tmp_path).stdout)["tasks"]
    assert {name: task["data"] for name, task in tasks.items()} == {
        "pos": "sample.dev.conll",
        "entity": "sample.dev.jsonl",
    }
    assert saved["pos.accuracy"] == tasks["pos"]["accuracy"] > 0.4
    assert saved["entity.f1"] == tasks["entity"]["conlleval"]["all"]["f1"] > 0.0

    tokens = "".join(" ".join(line["tokens"]) + "\n" for line in read_jsonl(tmp_path / "sample.dev.jsonl"))
    tagged = tagger(
        "tag", "-m", "model", "--input-format", "tokens", "-f", "jsonl", cwd=tmp_path, stdin=tokens
    )
    records = [json.loads(line) for line in tagged.stdout.splitlines()]
    assert all(list(record["tags"]) == ["pos", "entity"] for record in records)
    gold = [tag for line in read_jsonl(tmp_path / "sample.dev.jsonl") for tag in line["xpos"]]
    found = [tag for record in records for tag in record["tags"]["pos"]]
    assert sum(map(str.__eq__, gold, found)) / len(gold) == tasks["pos"]["accuracy"]
