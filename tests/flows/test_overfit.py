"""A network that can learn learns twenty sentences by heart, and the saved model has learnt them."""

import json
from pathlib import Path

import pytest

from tests.flows.program import BOTH_TASKS, DATA, read_jsonl, tagger

SETTINGS = f"""\
[data]
train = ["twenty.jsonl"]

[features]
word = {{ dim = 24, min_count = 1, unknown_rate = 0.0 }}

[network]
window = 5
hidden = [50]
input_dropout = 0.0
dropout = 0.0

{BOTH_TASKS}
[optimizer]
rate = 0.01

[training]
epochs = 25
batch_words = 60
averaging = 0.0
threads = 1
"""


@pytest.mark.parametrize("objective", ["word", "sentence"])
def test_twenty_sentences_are_learnt_by_heart(tmp_path: Path, objective: str) -> None:
    lines = (DATA / "sample.train.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)[:20]
    (tmp_path / "twenty.jsonl").write_text("".join(lines), encoding="utf-8")
    (tmp_path / "settings.toml").write_text(SETTINGS)
    override = ("--set", f"tasks.ner.objective={objective}", "--set", f"tasks.upos.objective={objective}")
    tagger("train", "settings.toml", "--output", "model", "--quiet", *override, cwd=tmp_path)
    scores = json.loads(tagger("eval", "model", "twenty.jsonl", "--json", cwd=tmp_path).stdout)["tasks"]
    assert scores["upos"]["accuracy"] == scores["ner"]["conlleval"]["all"]["f1"] == 1.0
    gold = read_jsonl(tmp_path / "twenty.jsonl")
    tokens = "".join(" ".join(line["tokens"]) + "\n" for line in gold)
    tagged = tagger(
        "tag", "-m", "model", "--input-format", "tokens", "-f", "jsonl", cwd=tmp_path, stdin=tokens
    )
    assert [json.loads(line)["tags"] for line in tagged.stdout.splitlines()] == [
        {"upos": line["upos"], "ner": line["ner"]} for line in gold
    ]
