"""Heads of every objective over every kind of scheme: the torch-free runtime against the torch network."""

import numpy as np
import pytest
import torch

from tagger.inference.tagger import Tagger
from tagger.objectives.decoding import path_terms
from tagger.saved import SavedModel, TaskDescription
from tagger.training.batches import encode, make_batch
from tagger.training.build import build_network, load_weights
from tagger.training.prediction import predict
from tests.inference.random_models import IOB2, IOBES, POS, random_model, random_sentences

OBJECTIVES = ["word", "sentence", "squared-error", "tags-margin"]


def model_of(objective: str, *, spread: float) -> SavedModel:
    """A model whose tasks all have this objective, their scores `spread` times as far apart."""
    tasks = [
        TaskDescription("pos", "pos", "none", objective, POS),
        TaskDescription("ner", "ner", "IOBES", objective, IOBES),
        TaskDescription("chunk", "chunk", "IOB2", objective, IOB2),
        TaskDescription("all", "all", "none", objective, ("X",)),
    ]
    model = random_model(13, tasks=tasks)
    for name in model.weights:
        if name.startswith("heads."):
            model.weights[name] *= np.float32(spread)
    return model


def word_terms(model: SavedModel, sentences: list[list[str]]) -> dict[str, list[torch.Tensor]]:
    """What each word's labels add to a path by the torch network, float64: task -> [T, K] a sentence."""
    network = build_network(model.features, model.network, model.tasks)
    load_weights(network, model.weights)
    network.eval()
    terms: dict[str, list[torch.Tensor]] = {task.name: [] for task in model.tasks}
    corpus = encode(sentences, model.features)
    for number in range(len(sentences)):
        batch = make_batch(corpus, np.array([number]), model.network.window)
        with torch.no_grad():
            for task, scores in network(batch.rows, batch.characters, batch.windows).items():
                terms[task].append(path_terms(scores.double(), network.head(task).objective))
    return terms


@pytest.mark.parametrize("spread", [0.1, 1.0, 10.0])
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_tags_equal_those_of_the_torch_network(objective: str, spread: float) -> None:
    model = model_of(objective, spread=spread)
    sentences = random_sentences(17, 60)
    network = build_network(model.features, model.network, model.tasks)
    load_weights(network, model.weights)
    expected = predict(network, encode(sentences, model.features), tuple(t.name for t in model.tasks))
    found = list(Tagger(model).tag_sentences(sentences))
    for task in model.tasks:
        for sentence, rows in zip(found, expected[task.name], strict=True):
            assert sentence.tags[task.name] == [task.labels[row] for row in rows], task.name


@pytest.mark.parametrize("spread", [0.1, 1.0, 10.0])
@pytest.mark.parametrize("objective", ["word", "squared-error", "tags-margin"])
def test_probabilities_equal_the_softmax_of_the_torch_terms(objective: str, spread: float) -> None:
    model = model_of(objective, spread=spread)
    sentences = random_sentences(19, 20)
    terms = word_terms(model, sentences)
    for number, sentence in enumerate(Tagger(model).tag_sentences(sentences, probabilities=True)):
        assert sentence.probabilities is not None
        for task in model.tasks:
            rows = [task.labels.index(tag) for tag in sentence.tags[task.name]]
            shares = terms[task.name][number].softmax(1)[torch.arange(len(rows)), rows]
            np.testing.assert_allclose(sentence.probabilities[task.name], shares.numpy(), atol=1e-3)
