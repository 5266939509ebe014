"""Models with scorers: their scores by the torch-free runtime against the torch network and the formulas themselves."""

import numpy as np
import pytest
import torch

from tagger.errors import ModelError, SettingsError
from tagger.inference.tagger import Tagger, load
from tagger.reading.words import Words
from tagger.saved import SavedModel, TaskDescription, write_model
from tagger.training.batches import encode
from tagger.training.build import build_network, load_weights
from tagger.training.prediction import predict_with_scores
from tests.inference.random_models import (
    SENTENCE_TASK,
    WORD_TASK,
    random_model,
    random_sentences,
    slow_scores,
)

ANY = TaskDescription("any", "ner", "none", "margin", ("",))
PER = TaskDescription("per", "ner", "none", "margin", ("PER",))
PRETRAINED = TaskDescription("text", "", "none", "margin", ("",))


def torch_scores(model: SavedModel, sentences: list[list[str]]) -> dict[str, np.ndarray]:
    network = build_network(model.features, model.network, model.tasks)
    load_weights(network, model.weights)
    names = tuple(task.name for task in model.tasks)
    return dict(predict_with_scores(network, encode(sentences, model.features), names).scores)


CASES = [
    {"features": "word", "window": 15, "hidden": (11,), "activation": "hard_tanh", "tasks": (PRETRAINED,)},
    {"features": "characters", "window": 1, "hidden": (9, 6), "activation": "maxout", "tasks": (ANY, PER)},
    {"features": "affixes", "batch_norm": True, "tasks": (ANY, WORD_TASK, PER, SENTENCE_TASK)},
]


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("case", CASES, ids=["pretrained", "two scorers", "among taggers"])
def test_scores_equal_those_of_the_torch_network(case: dict, seed: int) -> None:
    model = random_model(seed, **case)
    sentences = random_sentences(seed, 40)
    expected = torch_scores(model, sentences)
    nlp = Tagger(model)
    found = list(nlp.score_sentences(sentences))
    assert nlp.scorers == tuple(expected)
    for name, wanted in expected.items():
        assert [len(own[name]) for own in found] == [len(tokens) for tokens in sentences]
        np.testing.assert_allclose(
            [score for own in found for score in own[name]], wanted, rtol=1e-5, atol=1e-4
        )


def test_scores_equal_the_formulas_word_by_word() -> None:
    model = random_model(5, window=15, tasks=(PER, ANY))
    tokens = random_sentences(3, 1, longest=20)[0]
    (found,) = Tagger(model).score_sentences([tokens])
    for name in ("per", "any"):
        np.testing.assert_allclose(found[name], slow_scores(model, tokens, name)[:, 0], atol=1e-4)


def test_taggers_tag_the_same_with_scorers_beside_them() -> None:
    """The weights of a random model are drawn in the order of its tasks."""
    tasks = (WORD_TASK, SENTENCE_TASK)
    sentences = random_sentences(7, 30)
    alone = Tagger(random_model(4, tasks=tasks)).tag_sentences(sentences)
    beside = Tagger(random_model(4, tasks=(*tasks, ANY)))
    assert beside.tasks == ("pos", "ner")
    both = beside.tag_sentences(sentences, probabilities=True)
    assert [s.tags for s in alone] == [s.tags for s in both]


def test_a_batch_may_hold_empty_sentences() -> None:
    nlp = Tagger(random_model(1, tasks=(ANY,)))
    found = nlp.score_batch([Words([]), Words(["Ada", "lives"]), Words([])])
    assert [len(own["any"]) for own in found] == [0, 2, 0]
    assert list(nlp.score_sentences([])) == []


def test_the_chosen_tasks_may_be_scorers_or_taggers() -> None:
    model = random_model(1, tasks=(ANY, WORD_TASK, PER))
    assert Tagger(model, tasks=["per", "pos"]).scorers == ("per",)
    assert Tagger(model, tasks=["pos"]).scorers == ()
    with pytest.raises(SettingsError) as caught:
        Tagger(model).labels("any")
    assert str(caught.value) == "task: expected one of pos, found 'any'."


def test_models_that_vote_have_the_mean_of_their_scores() -> None:
    models = [random_model(seed, tasks=(ANY, WORD_TASK)) for seed in (1, 2, 3)]
    sentences = random_sentences(2, 10)
    alone = [list(Tagger(model).score_sentences(sentences)) for model in models]
    for number, own in enumerate(Tagger(*models).score_sentences(sentences)):
        np.testing.assert_allclose(
            own["any"], np.mean([found[number]["any"] for found in alone], axis=0), atol=1e-5
        )


def test_scorers_of_other_labels_do_not_vote_together() -> None:
    other = TaskDescription("any", "ner", "none", "margin", ("PER",))
    with pytest.raises(ModelError, match=r"expected the labels of any"):
        Tagger(random_model(1, tasks=(ANY,)), random_model(2, tasks=(other,)))


def test_a_model_of_scorers_alone_does_not_tag(tmp_path) -> None:
    write_model(tmp_path, random_model(1, tasks=(ANY, PER)))
    with pytest.raises(ModelError) as caught:
        load(tmp_path).tag("Ada lives.")
    assert str(caught.value) == (
        f"{tmp_path}: expected a task that tags, found scorers only (any, per). "
        "`tagger score` prints their scores; in Python, Tagger.score_sentences gives them."
    )


def test_a_model_without_a_scorer_does_not_score() -> None:
    with pytest.raises(ModelError) as caught:
        next(Tagger(random_model(1)).score_sentences([["Ada"]]))
    assert str(caught.value) == (
        "model 1: expected a scorer, found only tasks that tag (pos, ner). "
        '`tagger tag` tags with it; a scorer is a task that was trained with objective = "margin".'
    )


def test_a_string_is_no_sentence_of_tokens() -> None:
    with pytest.raises(TypeError):
        next(Tagger(random_model(1, tasks=(ANY,))).score_sentences(["Ada lives"]))


def test_a_scorers_bias_is_part_of_its_score() -> None:
    """Always 0 where this program trained it; a model from elsewhere may have one."""
    model = random_model(3, tasks=(ANY,))
    (before,) = Tagger(model).score_sentences([["Ada", "."]])
    model.weights["heads.any.bias"] += np.float32(2.0)
    (after,) = Tagger(model).score_sentences([["Ada", "."]])
    np.testing.assert_allclose(after["any"], np.add(before["any"], 2.0), atol=1e-5)
    network = build_network(model.features, model.network, model.tasks)
    load_weights(network, model.weights)
    assert torch.equal(network.head("any").bias, torch.from_numpy(model.weights["heads.any.bias"]))
