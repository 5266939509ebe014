"""A network that can learn learns twenty sentences by heart, and the saved model has learnt them."""

import json
from pathlib import Path

import pytest

from tests.flows.program import BOTH_TASKS, DATA, read_jsonl, sample, tagger, tree

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


CHECK = ("train", "settings.toml", "--overfit", "20", "--set", "features.word.unknown_rate=0.3")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sample corpus and settings with dropout, which the check has to switch off."""
    sample(tmp_path)
    text = SETTINGS.replace("twenty", "sample.train").replace("dropout = 0.0", "dropout = 0.6")
    (tmp_path / "settings.toml").write_text(text)
    return tmp_path


def test_the_check_learns_twenty_sentences_by_heart_and_writes_nothing(folder: Path) -> None:
    before = tree(folder)
    result = tagger(*CHECK, "--set", 'data.dev=["sample.dev.jsonl"]', cwd=folder)
    epochs = len([line for line in result.stderr.splitlines() if line.startswith("epoch ")])
    assert result.stdout.splitlines() == [
        f"Learnt by heart: 20 sentences (230 words) after {epochs} epochs, every tag right.",
        "upos: accuracy 100.00; 0 sentences wrong",
        "ner: f1 100.00, accuracy 100.00; 0 sentences wrong",
    ]
    assert "  same sentences  upos.accuracy 100.00  ner.f1 100.00  " in result.stderr.splitlines()[-1]
    assert tree(folder) == before


LEAN = ("--set", "features.characters.filters=0", "--set", "training.batch_words=1000", "--quiet")


def test_a_rate_that_moves_nothing_fails_the_check_with_advice(folder: Path) -> None:
    result = tagger(*CHECK, *LEAN, "--set", "optimizer.rate=1e-9", cwd=folder, code=1)
    assert result.stderr == ""  # quiet
    lines = result.stdout.splitlines()
    assert lines[0] == "Not learnt by heart: 20 sentences (230 words) in 200 epochs."
    assert lines[3:5] == ["", "What to try:"]
    assert lines[5].startswith("- Raise optimizer.rate (1e-09), ten times at once: the loss went from ")
    assert "Still wrong, among others:" in lines
    assert len([line for line in lines if line.startswith("sample.train.jsonl:")]) == 5


def test_contradictory_labels_are_shown(folder: Path) -> None:
    """The first two sentences of the corpus are one sentence with its entities, and with none."""
    first = json.loads((folder / "sample.train.jsonl").read_text(encoding="utf-8").splitlines()[0])
    other = {**first, "ner": ["O"] * len(first["tokens"])}
    text = "".join(json.dumps(line) + "\n" for line in (first, other))
    (folder / "sample.train.jsonl").write_text(text, encoding="utf-8")
    lines = tagger(*CHECK, *LEAN, cwd=folder, code=1).stdout.splitlines()
    assert lines[0] == f"Not learnt by heart: 2 sentences ({2 * len(first['tokens'])} words) in 200 epochs."
    assert lines[1] == "upos: accuracy 100.00; 0 sentences wrong"
    assert lines[5].startswith(
        "- Correct contradictory labels: in 1 of the 1 wrong sentences a wrong word's window of 5"
    )
    shown = lines[lines.index("Still wrong:") + 1 :]
    places = {
        f"sample.train.jsonl:{one}  ner  tagged otherwise at sample.train.jsonl:{2 - one // 2}"
        for one in (1, 2)
    }
    assert shown[0] in places
    assert shown[1] == "  " + " ".join(first["tokens"])
    assert all(", predicted " in line for line in shown[2:])


def test_the_check_cannot_go_on_with_a_run(folder: Path) -> None:
    result = tagger("train", "--resume", "model", "--overfit", "5", cwd=folder, code=2)
    assert "--resume takes everything" in result.stderr
