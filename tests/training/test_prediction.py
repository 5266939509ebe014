import itertools
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch

from tagger.text.schemes import allowed_transitions
from tagger.training.batches import make_batch
from tagger.training.build import build_network
from tagger.training.prediction import predict
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
