"""Training with every objective: what is learnt, what the folder says, and that tagging needs nothing of torch for it."""

from pathlib import Path

import pytest

import tagger
from tagger.config import Settings
from tagger.recipes.train import train
from tagger.records import Step
from tagger.saved import read_model
from tagger.settings_file import parse_settings
from tagger.training.batches import encode
from tagger.training.build import build_network, load_weights
from tagger.training.prediction import predict

CORPUS = """\
Ada NNP B-PER
Lovelace NNP I-PER
lives VBZ O
in IN O
New NNP B-LOC
York NNP I-LOC
. . O

Maria NNP B-PER
reads VBZ O
. . O

The DT O
train NN O
to TO O
Oslo NNP B-LOC
is VBZ O
late JJ O
. . O
"""
SENTENCES = [[line.split()[0] for line in block.splitlines()] for block in CORPUS.split("\n\n")]
NEW = [["Ada", "York", "is", "in", "Oslo", "Lovelace"], ["New", "."], ["York"]]


def settings(corpus: Path, *, pos: str, ner: str, epochs: int = 30, **task: object) -> Settings:
    return parse_settings(
        {
            "data": {"train": [str(corpus)], "dev": [str(corpus)], "columns": ["word", "pos", "ner"]},
            "features": {"word": {"dim": 8, "unknown_rate": 0.0}},
            "network": {"hidden": [12], "activation": "tanh", "input_dropout": 0.0, "dropout": 0.0},
            "tasks": {"pos": {"objective": pos}, "ner": {"objective": ner, **task}},
            "optimizer": {"name": "sgd", "rate": 0.5},
            "schedule": {"name": "constant"},
            "training": {"epochs": epochs, "batch_words": 10, "patience": 0, "averaging": 0.0},
        }
    )


def torch_tags(folder: Path, sentences: list[list[str]], task: str) -> list[list[str]]:
    """The tags of the torch network with the saved weights."""
    model = read_model(folder)
    network = build_network(model.features, model.network, model.tasks)
    load_weights(network, model.weights)
    labels = next(t.labels for t in model.tasks if t.name == task)
    rows = predict(network, encode(sentences, model.features), (task,))[task]
    return [[labels[row] for row in sentence] for sentence in rows]


@pytest.mark.parametrize(
    ("pos", "ner"),
    [
        ("squared-error", "tags-margin"),
        ("tags-margin", "squared-error"),
        ("squared-error", "sentence"),
        ("word", "tags-margin"),
    ],
)
def test_heads_of_any_objectives_learn_side_by_side(tmp_path: Path, pos: str, ner: str) -> None:
    corpus = tmp_path / "corpus.conll"
    corpus.write_text(CORPUS, encoding="utf-8")
    losses: list[dict[str, float]] = []

    def observe(step: Step) -> None:
        if step.epoch_end:
            losses.append(step.train_losses)

    report = train(settings(corpus, pos=pos, ner=ner), tmp_path / "model", observe=observe)
    for task, objective, score in (("pos", pos, "pos.accuracy"), ("ner", ner, "ner.f1")):
        if objective == "squared-error":  # learns slowly: half the first epoch's loss is enough here
            assert losses[-1][task] < losses[0][task] / 2
        else:
            assert report.scores[score] == 1.0
    assert {t.name: t.objective for t in read_model(tmp_path / "model").tasks} == {"pos": pos, "ner": ner}
    nlp = tagger.load(tmp_path / "model")
    for task in ("pos", "ner"):
        found = [s.tags[task] for s in nlp.tag_sentences(SENTENCES + NEW)]
        assert found == torch_tags(tmp_path / "model", SENTENCES + NEW, task)


def test_the_margin_of_the_settings_reaches_the_loss(tmp_path: Path) -> None:
    """No gold tag leads by much before the first step, so the first losses differ as the margins do."""
    corpus = tmp_path / "corpus.conll"
    corpus.write_text(CORPUS, encoding="utf-8")
    first: dict[float, float] = {}
    for margin in (1.0, 50.0):
        losses: list[float] = []
        train(
            settings(corpus, pos="word", ner="tags-margin", epochs=1, margin=margin),
            tmp_path / str(margin),
            observe=lambda step, losses=losses: losses.append(step.losses["ner"]),
        )
        first[margin] = losses[0]
    assert first[50.0] - first[1.0] == pytest.approx(49.0, abs=0.5)
