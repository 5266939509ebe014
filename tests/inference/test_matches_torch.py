"""The torch-free runtime against the torch network with the same weights: equal scores, equal tags."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tagger.inference.runtime import Runtime
from tagger.inference.tagger import Tagger
from tagger.network.activations import ACTIVATIONS
from tagger.network.window_network import WindowNetwork
from tagger.objectives.sentence import path_score
from tagger.saved import SavedModel, TaskDescription
from tagger.training.batches import encode, make_batch
from tagger.training.build import build_network, load_weights
from tagger.training.prediction import predict
from tests.inference.random_models import (
    FEATURES,
    IOB2,
    SENTENCE_TASK,
    WORD_TASK,
    random_model,
    random_sentences,
)

WORD_SPANS = TaskDescription("chunk", "chunk", "IOB2", "word", IOB2)


def torch_network(model: SavedModel) -> WindowNetwork:
    network = build_network(model.features, model.network, model.tasks)
    load_weights(network, model.weights)
    return network.eval()


def torch_scores(model: SavedModel, sentences: list[list[str]]) -> dict[str, NDArray[np.float32]]:
    batch = make_batch(encode(sentences, model.features), np.arange(len(sentences)), model.network.window)
    with torch.no_grad():
        scores = torch_network(model)(batch.rows, batch.characters, batch.windows)
    return {name: values.numpy() for name, values in scores.items()}


def torch_tags(model: SavedModel, sentences: list[list[str]]) -> dict[str, list[list[str]]]:
    network = torch_network(model)
    names = tuple(task.name for task in model.tasks)
    rows = predict(network, encode(sentences, model.features), names)
    return {t.name: [[t.labels[row] for row in tags] for tags in rows[t.name]] for t in model.tasks}


def torch_score(model: SavedModel, task: TaskDescription, tokens: list[str], tags: list[str]) -> float:
    """The score of one path, or the log-probability of its tags for a word-level head."""
    network = torch_network(model)
    batch = make_batch(encode([tokens], model.features), np.array([0]), model.network.window)
    with torch.no_grad():
        scores = network(batch.rows, batch.characters, batch.windows)[task.name]
        head = network.head(task.name)
        if head.transitions is None:
            scores = scores.log_softmax(1)
        gold = torch.tensor([[task.labels.index(tag) for tag in tags]])
        return path_score(scores[None], gold, batch.mask, head.transition_scores()).item()


CASES = [
    *((features, (11,), 5, "relu") for features in sorted(FEATURES) if features != "memory"),
    *(("characters", hidden, window, "tanh") for hidden in [(11,), (9, 6)] for window in (1, 3, 7)),
    *(("affixes", hidden, 3, activation) for activation in sorted(ACTIVATIONS) for hidden in [(9,), (9, 6)]),
]


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize(("features", "hidden", "window", "activation"), CASES)
def test_scores_and_tags_equal_those_of_the_torch_network(
    features: str, hidden: tuple[int, ...], window: int, activation: str, batch_norm: bool
) -> None:
    model = random_model(
        7,
        features=features,
        hidden=hidden,
        window=window,
        activation=activation,
        batch_norm=batch_norm,
        tasks=(WORD_TASK, SENTENCE_TASK, WORD_SPANS),
    )
    sentences = random_sentences(11, 40)
    runtime, wanted_scores = Runtime(model), torch_scores(model, sentences)
    scores = runtime.scores(sentences)
    for task in model.tasks:
        np.testing.assert_allclose(
            scores[:, runtime.columns[task.name]], wanted_scores[task.name], rtol=1e-5, atol=1e-4
        )
    expected = torch_tags(model, sentences)
    found = [sentence.tags for sentence in Tagger(model).tag_sentences(sentences)]
    for task in model.tasks:
        for tokens, tags, wanted in zip(sentences, found, expected[task.name], strict=True):
            if tags[task.name] != wanted:  # only two paths of the same score may be told apart differently
                scores = [torch_score(model, task, tokens, path) for path in (tags[task.name], wanted)]
                assert scores[0] == pytest.approx(scores[1], abs=1e-4)


def test_probabilities_equal_the_softmax_of_the_torch_scores() -> None:
    model = random_model(3, features="characters", tasks=(replace(WORD_TASK),))
    sentences = random_sentences(5, 12)
    network = torch_network(model)
    tagged = list(Tagger(model).tag_sentences(sentences, probabilities=True))
    corpus = encode(sentences, model.features)
    for number, sentence in enumerate(tagged):
        batch = make_batch(corpus, np.array([number]), model.network.window)
        with torch.no_grad():
            scores = network(batch.rows, batch.characters, batch.windows)["pos"]
        assert sentence.probabilities is not None
        np.testing.assert_allclose(
            sentence.probabilities["pos"], scores.softmax(1).amax(1).numpy(), atol=1e-4
        )
