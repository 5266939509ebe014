"""A scorer beside other heads from the command line: train, eval, score, tag, info, gradcheck, diagnose."""

import json
from pathlib import Path

import pytest

from tests.flows.program import SMALL, read_jsonl, sample, tagger

SETTINGS = f"""\
[data]
train = ["sample.train.jsonl"]
dev = ["sample.dev.jsonl"]

[tasks.upos]

[tasks.any]
column = "ner"
objective = "margin"
corruptions = 4

{SMALL}"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = sample(tmp_path_factory.mktemp("scorer"))
    (folder / "settings.toml").write_text(SETTINGS)
    tagger("train", "settings.toml", "--output", "model", "--set", "training.batch_words=200", cwd=folder)
    return folder


def pairs_won(true: list[float], corrupted: list[float]) -> float:
    """The share of pairs whose true window has the higher score, ties half."""
    wins = [(a > b) + (a == b) / 2 for a in true for b in corrupted]
    return sum(wins) / len(wins)


def test_scores_rank_entities_as_the_evaluation_says(trained: Path) -> None:
    gold = read_jsonl(trained / "sample.dev.jsonl")
    tokens = "".join(" ".join(line["tokens"]) + "\n" for line in gold)
    text = tagger("score", "model", "--input-format", "tokens", cwd=trained, stdin=tokens).stdout
    rows = [line.split("\t") for line in text.splitlines() if line]
    assert [row[0] for row in rows] == [token for line in gold for token in line["tokens"]]
    tags = [tag for line in gold for tag in line["ner"]]
    scores = [float(row[1]) for row in rows]
    true = [score for score, tag in zip(scores, tags, strict=True) if tag != "O"]
    corrupted = [score for score, tag in zip(scores, tags, strict=True) if tag == "O"]

    found = json.loads(tagger("eval", "model", "--json", cwd=trained).stdout)["tasks"]["any"]
    assert (found["true"], found["corrupted"]) == (len(true), len(corrupted))
    assert found["ranking_accuracy"] == pytest.approx(pairs_won(true, corrupted), abs=1e-3)
    assert found["ranking_accuracy"] > 0.9
    metrics = json.loads((trained / "model" / "metrics.json").read_text())["dev"]
    assert found["average_precision"] == pytest.approx(metrics["any.average_precision"], abs=1e-4)
    assert found["best_threshold"]["chosen_on"] == "these data"
    hits = sum(score >= found["best_threshold"]["threshold"] - 1e-4 for score in true)
    assert hits / len(true) == pytest.approx(found["best_threshold"]["recall"], abs=0.03)


def test_every_command_knows_a_scorer(trained: Path) -> None:
    shown = tagger("eval", "model", cwd=trained).stdout
    assert "ranking of windows | at the best threshold, chosen on these very data\nscorer" in shown
    assert "|label:(any)|mode:ranking|" in shown
    info = [line.split() for line in tagger("info", "model", cwd=trained).stdout.splitlines()]
    assert ["any", "ner", "none", "margin", "(any)", "-"] in info
    tagged = tagger("tag", "-m", "model", "-q", cwd=trained, stdin="Ada lives in Oslo.\n").stdout
    assert {len(line.split("\t")) for line in tagged.splitlines() if line} == {2}
    tagger("gradcheck", "model", "--entries", "3", cwd=trained)
    assert "any.average_precision" in tagger("diagnose", "model", cwd=trained).stdout


def test_a_model_of_scorers_alone_is_pointed_to_score(trained: Path) -> None:
    alone = ("--set", "training.epochs=1", "--quiet")
    (trained / "alone.toml").write_text(SETTINGS.replace("[tasks.upos]\n", ""))
    result = tagger("train", "alone.toml", "--output", "alone", *alone, cwd=trained)
    assert result.stderr.splitlines()[-1] == "Score words with it: tagger score alone FILE"
    result = tagger("tag", "-m", "alone", cwd=trained, stdin="Ada.\n", code=1)
    assert result.stderr == (
        "error: alone: expected a task that tags, found scorers only (any). "
        "`tagger score` prints their scores; in Python, Tagger.score_sentences gives them.\n"
    )
