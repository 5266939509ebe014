from itertools import pairwise

import torch

from tagger.training.prediction import predict
from tests.training.corpora import SENTENCES, TASKS, encoded, state


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
