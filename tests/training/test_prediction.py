import itertools
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch

from tagger.saved import TaskDescription
from tagger.text.schemes import allowed_transitions
from tagger.training import prediction
from tagger.training.batches import make_batch
from tagger.training.build import build_network
from tagger.training.prediction import predict, predict_with_losses, predict_with_scores
from tests.training.corpora import SENTENCES, SIZES, TASKS, encoded, features, state


def test_no_forbidden_transition_is_predicted_whatever_the_weights() -> None:
    labels = TASKS[1].labels
    for seed in range(20):
        network = state().network
        torch.manual_seed(seed)
        for parameter in network.parameters():
            torch.nn.init.normal_(parameter)
        for rows in predict(network, encoded(), ("ner",))["ner"]:
            tags = ["O", *(labels[row] for row in rows), "O"]
            for before, after in pairwise(tags):
                open_span = before[0] in "BI"
                assert open_span == (after[0] in "IE")
                assert not open_span or before[2:] == after[2:]


def test_every_sentence_gets_as_many_tags_as_words_and_the_mode_is_kept() -> None:
    network = state().network
    network.train()
    predicted = predict(network, encoded(), ("pos", "ner"))
    assert network.training
    for rows in predicted.values():
        assert [len(tags) for tags in rows] == [len(tokens) for tokens in SENTENCES]


@pytest.mark.parametrize("objective", ["word", "squared-error", "tags-margin"])
def test_heads_without_transition_scores_predict_the_best_allowed_path_of_their_objective(
    objective: str,
) -> None:
    """Oracle: all paths of the shorter sentences enumerated, the path's score from its formula in float64."""
    task = replace(TASKS[1], objective=objective)
    network = build_network(features(), SIZES, (task,))
    short = [number for number, tokens in enumerate(SENTENCES) if len(tokens) <= 3]
    start, pairs, end = allowed_transitions(task.labels, task.scheme)
    for seed in range(10):
        draw = torch.Generator().manual_seed(seed)
        for parameter in network.parameters():
            torch.nn.init.normal_(parameter, generator=draw)
        predicted = predict(network, encoded(), ("ner",))["ner"]
        for number in short:
            batch = make_batch(encoded(), np.array([number]), network.window)
            with torch.no_grad():
                scores = network(batch.rows, batch.characters, batch.windows)["ner"].double().numpy()
            if objective == "squared-error":
                scores = -np.log1p(np.exp(-scores))
            paths = {
                path: sum(scores[t, tag] for t, tag in enumerate(path))
                for path in itertools.product(range(len(task.labels)), repeat=len(scores))
                if start[path[0]] and end[path[-1]] and all(pairs[a][b] for a, b in pairwise(path))
            }
            assert tuple(predicted[number]) == max(paths, key=paths.__getitem__)


SCORER = TaskDescription("any", "ner", "none", "margin", ("",))


@pytest.mark.parametrize("batch_words", [4000, 7])
def test_a_scorer_gives_every_word_of_the_corpus_its_score_and_no_tag(
    batch_words: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Oracle: sentence by sentence through the network. The loss: all pairs, one by one."""
    monkeypatch.setattr(prediction, "EVALUATION_WORDS", batch_words)
    network = build_network(features(), SIZES, (SCORER, TASKS[0]), margins={"any": 0.5})
    torch.manual_seed(1)
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter)
    corpus = encoded("pos")
    kinds = np.random.default_rng(2).integers(-1, 2, corpus.words)
    corpus = replace(corpus, labels={**corpus.labels, "any": kinds})
    found = predict_with_losses(network, corpus, ("any", "pos"))
    assert network.training
    scores = []
    for number in range(len(SENTENCES)):
        batch = make_batch(corpus, np.array([number]), network.window)
        with torch.no_grad():
            network.eval()
            scores += network(batch.rows, batch.characters, batch.windows)["any"][:, 0].tolist()
    np.testing.assert_allclose(found.scores["any"], scores, rtol=1e-5)
    assert found.tags.keys() == {"pos"}
    assert found.tags == predict(network, corpus, ("any", "pos"))
    pairs = [
        max(0.0, 0.5 + scores[c] - scores[t])
        for t in np.flatnonzero(kinds == 0)
        for c in np.flatnonzero(kinds == 1)
    ]
    assert found.losses["any"] == pytest.approx(np.mean(pairs), rel=1e-5)
    without = predict_with_scores(network, corpus, ("any",))
    assert np.array_equal(without.scores["any"], found.scores["any"])
    assert without.losses == {}


@pytest.mark.parametrize("kind", [-1, 0, 1])
def test_a_scorer_without_pairs_has_no_loss(kind: int) -> None:
    network = build_network(features(), SIZES, (SCORER,))
    corpus = replace(encoded(), labels={"any": np.full(encoded().words, kind)})
    assert predict_with_losses(network, corpus, ("any",)).losses == {}
