"""A model with a memory of the document from settings to tagged text, through the command line."""

import json
from pathlib import Path

from tests.flows.program import SMALL, sample, tagger

SETTINGS = f"""\
[data]
train = ["sample.train.jsonl"]
dev = ["sample.dev.jsonl"]

[tasks.ner]
objective = "sentence"

{SMALL}"""


def test_train_evaluate_and_tag_with_a_memory(tmp_path: Path) -> None:
    sample(tmp_path)
    (tmp_path / "settings.toml").write_text(SETTINGS)
    memory = ("--set", "features.memory.task=ner", "--set", "features.memory.folds=2")
    told = tagger("train", "settings.toml", *memory, "--output", "model", cwd=tmp_path).stderr
    assert "memory: part 2 of 2 of the training data tagged by a network that learnt from the others" in told

    saved = json.loads((tmp_path / "model" / "metrics.json").read_text())["dev"]
    tasks = json.loads(tagger("eval", "model", "--json", cwd=tmp_path).stdout)["tasks"]
    assert saved["ner.f1"] == tasks["ner"]["conlleval"]["all"]["f1"]

    texts = [tmp_path / name for name in ("a.txt", "b.txt")]
    for path in texts:
        path.write_text((tmp_path / "sample.txt").read_text(encoding="utf-8") * 40, encoding="utf-8")
    for workers in ("1", "2"):
        tagger(
            "tag", "-m", "model", "--workers", workers, "-o", f"out{workers}", "a.txt", "b.txt", cwd=tmp_path
        )
    one, two = (sorted(p for p in (tmp_path / f"out{n}").iterdir() if p.name[0] in "ab") for n in "12")
    assert len(one) == 2
    assert [p.read_bytes() for p in one] == [p.read_bytes() for p in two]
