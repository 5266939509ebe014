"""Two passes over documents, against the torch network that goes over them twice; and what they may not depend on."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from tagger.errors import SettingsError
from tagger.inference.ensemble import Ensemble
from tagger.inference.runtime import Runtime
from tagger.inference.second_pass import SecondPass
from tagger.inference.tagger import Tagger
from tagger.reading.words import Words
from tagger.saved import SavedModel
from tagger.text.memory import remember_documents
from tagger.training.batches import encode, make_batch
from tagger.training.build import build_network, load_weights
from tagger.training.prediction import predict
from tests.inference.random_models import random_model, random_sentences

TEXT = "Ada lives in Paris.  The U.S. in 1990\r\nwas walking.\n\nWalks in 東京, Ada! "
TEXTS = [TEXT, "", "Ada.", " ", TEXT * 300, *[f"{TEXT}Ada {number}" for number in range(500)]]


@pytest.fixture(scope="module")
def model() -> SavedModel:
    return random_model(1, features="memory")


def documents(seed: int, count: int) -> list[int]:
    return np.cumsum(np.random.default_rng(seed).random(count) < 0.3).tolist()


def torch_scores(model: SavedModel, sentences: list[list[str]], numbers: list[int]) -> dict[str, np.ndarray]:
    network = build_network(model.features, model.network, model.tasks)
    load_weights(network, model.weights)
    rows = predict(network.eval(), encode(sentences, model.features), ("ner",))["ner"]
    labels = next(task.labels for task in model.tasks if task.name == "ner")
    memory = remember_documents(sentences, [[labels[row] for row in own] for own in rows], numbers)
    assert any(any(own) for own in memory)
    corpus = encode(sentences, model.features, memory=memory)
    batch = make_batch(corpus, np.arange(len(sentences)), model.network.window)
    with torch.no_grad():
        scores = network(batch.rows, batch.characters, batch.windows)
    return {name: values.numpy() for name, values in scores.items()}


@pytest.mark.parametrize("seed", [1, 2])
def test_scores_equal_those_of_the_torch_network_after_a_first_pass(seed: int) -> None:
    model = random_model(seed, features="memory")
    sentences, numbers = random_sentences(5, 60), documents(5, 60)
    runtime = Runtime(model)
    batch = [Words(s, document=n) for s, n in zip(sentences, numbers, strict=True)]
    found = SecondPass(runtime, model).scores(batch)
    for name, expected in torch_scores(model, sentences, numbers).items():
        np.testing.assert_allclose(found[:, runtime.columns[name]], expected, rtol=1e-5, atol=1e-4)


def test_a_document_is_tagged_the_same_alone_and_among_others_and_with_little_memory(
    model: SavedModel,
) -> None:
    sentences, numbers = random_sentences(3, 400), documents(3, 400)
    together = [s.tags for s in Tagger(model).tag_sentences(sentences, documents=numbers)]
    little = Tagger(model, memory=1)
    starts = [0, *(i for i, (a, b) in enumerate(pairwise(numbers), 1) if a != b), len(numbers)]
    alone = [
        s.tags
        for a, b in pairwise(starts)
        for s in little.tag_sentences(sentences[a:b], documents=numbers[a:b])
    ]
    assert together == alone
    assert together != [s.tags for s in little.tag_sentences(sentences)]  # each a document of its own


def test_a_text_is_one_document_however_it_comes(model: SavedModel) -> None:
    nlp = Tagger(model)
    expected = [[s.tags for s in nlp.tag(text)] for text in TEXTS]
    assert [[s.tags for s in tagged] for tagged in nlp.pipe(TEXTS)] == expected
    assert [[s.tags for s in tagged] for tagged in nlp.pipe(TEXTS, workers=2)] == expected
    sentences = [[s.tokens for s in nlp.tag(text)] for text in TEXTS]
    flat = [tokens for own in sentences for tokens in own]
    numbers = [number for number, own in enumerate(sentences) for _ in own]
    found = [s.tags for s in nlp.tag_sentences(flat, documents=numbers)]
    assert found == [tags for own in expected for tags in own]


def test_other_tasks_see_the_memory_whether_its_task_is_asked_for_or_not(model: SavedModel) -> None:
    whole, part = Tagger(model), Tagger(model, tasks=["pos"])
    assert part.tasks == ("pos",)
    found = [s.tags for s in part.tag(TEXT * 5)]
    assert found == [{"pos": s.tags["pos"]} for s in whole.tag(TEXT * 5)]


def test_the_first_pass_of_an_ensemble_is_its_vote() -> None:
    models = [random_model(seed, features=features) for seed, features in ((1, "memory"), (2, "word"))]
    models.append(random_model(3, features="memory", window=3))
    sentences, numbers = random_sentences(7, 80), documents(7, 80)
    ensemble = Ensemble(models, names=["a", "b", "c"])
    assert ensemble.remembered == ("ner",)
    batch = [Words(s, document=n) for s, n in zip(sentences, numbers, strict=True)]
    found = SecondPass(ensemble, ensemble.decoding).scores(batch)
    unaware = [random_model(1, features="memory"), models[1], random_model(3, features="memory", window=3)]
    for one in unaware:
        one.features.memory = None
    first = Tagger(*unaware).tag_sentences(sentences)
    memory = remember_documents(sentences, [s.tags["ner"] for s in first], numbers)
    np.testing.assert_array_equal(found, ensemble.scores(sentences, {"ner": memory}))
    assert (found != ensemble.scores(sentences)).any()


def test_a_model_without_memory_scores_once(monkeypatch: pytest.MonkeyPatch) -> None:
    nlp = Tagger(random_model(1, features="lists"))
    assert not nlp.by_document
    calls = []
    scores = Runtime.scores
    monkeypatch.setattr(Runtime, "scores", lambda self, *given: calls.append(given) or scores(self, *given))
    nlp.tag(TEXT)
    assert [len(given) for given in calls] == [1]


def test_documents_must_be_as_many_as_sentences(model: SavedModel) -> None:
    with pytest.raises(ValueError, match="shorter"):
        list(Tagger(model).tag_sentences([["Ada"], ["Paris"]], documents=[1]))
    with pytest.raises(SettingsError):
        Tagger(model, tasks=["chunk"])
