"""Scores and losses at the end of an epoch, against sentences scored by hand and losses worked out by NumPy."""

import numpy as np
import pytest
import torch

from tagger.network.window_network import WindowNetwork
from tagger.objectives.sentence import sentence_loss
from tagger.recipes.development import development_scorer, gold_numbers, summarize, watched_sentences
from tagger.recipes.training_data import LoadedCorpus, TrainingData
from tagger.records import Counts, TaskScores
from tagger.saved import TaskDescription
from tagger.text.sentences import Sentence
from tagger.training.batches import encode, make_batch
from tests.training.corpora import NER, POS, SENTENCES, TASKS, features, state

SCHEMES = {"pos": "none", "ner": "IOBES"}


def sentences(count: int = 5, *, start: int = 0) -> list[Sentence]:
    return [
        Sentence(list(tokens), {"pos": list(pos), "ner": list(ner)})
        for tokens, pos, ner in list(zip(SENTENCES, POS, NER, strict=True))[start : start + count]
    ]


def data(dev: list[Sentence], train: list[Sentence] | None = None) -> TrainingData:
    corpus = LoadedCorpus(sentences() if train is None else train, dev, SCHEMES, "")
    return TrainingData([corpus], TASKS, {"pos": 0, "ner": 0})


def word_scores(network: WindowNetwork, task: str, tokens: list[str]) -> np.ndarray:
    """The scores [T, K] of one sentence, without dropout."""
    batch = make_batch(encode([tokens], features()), np.array([0]), network.window)
    network.eval()
    with torch.no_grad():
        scores = network(batch.rows, batch.characters, batch.windows, tasks=(task,))[task]
    return scores.double().numpy()


def word_nats(network: WindowNetwork, sentence: Sentence) -> list[float]:
    """-log softmax of each word's gold part of speech, by NumPy."""
    labels = TASKS[0].labels
    scores = word_scores(network, "pos", sentence.tokens)
    normalizers = np.log(np.exp(scores).sum(1))
    return [
        normalizers[t] - scores[t, labels.index(tag)]
        for t, tag in enumerate(sentence.tags["pos"])
        if tag in labels
    ]


def sentence_nats(network: WindowNetwork, sentence: Sentence) -> float:
    """The sentence-level loss of one sentence by the objective itself, which has oracles of its own."""
    labels = TASKS[1].labels
    scores = torch.from_numpy(word_scores(network, "ner", sentence.tokens))[None]
    gold = torch.tensor([[labels.index(tag) for tag in sentence.tags["ner"]]])
    with torch.no_grad():
        transitions = tuple(part.double() for part in network.head("ner").transition_scores())
    return sentence_loss(scores, gold, torch.ones_like(gold, dtype=torch.bool), transitions).item()  # type: ignore[arg-type]


def test_loss_on_development_data_is_the_mean_a_word_without_dropout() -> None:
    network = state(dropout=0.5).network
    dev = sentences()
    found = development_scorer(network, data(dev), features(), deciding="mean")()
    words = sum(len(tokens) for tokens in SENTENCES)
    assert found.losses["pos"] == pytest.approx(
        sum(sum(word_nats(network, s)) for s in dev) / words, rel=1e-5
    )
    assert found.losses["ner"] == pytest.approx(sum(sentence_nats(network, s) for s in dev) / words, rel=1e-5)


def test_words_with_unknown_labels_are_left_out_of_the_loss_of_a_word_level_task() -> None:
    network = state().network
    dev = sentences()
    dev[0].tags["pos"][2] = "NEW"
    dev[2].tags["pos"][0] = "NEW"
    found = development_scorer(network, data(dev), features(), deciding="mean")()
    nats = [value for s in dev for value in word_nats(network, s)]
    assert len(nats) == sum(len(tokens) for tokens in SENTENCES) - 2
    assert found.losses["pos"] == pytest.approx(np.mean(nats), rel=1e-5)
    assert found.scores["pos.accuracy"] < 1.0


@pytest.mark.parametrize(
    "tags",
    [
        "B-NEW E-NEW O O S-LOC O".split(),  # unknown labels
        "B-PER O O O S-LOC O".split(),  # a span that does not end
        "O O O O O B-PER".split(),  # nor at the end of the sentence
        "E-PER O O O O O".split(),  # one that does not begin
    ],
)
def test_sentences_without_a_gold_path_are_left_out_of_the_loss_of_a_sentence_level_task(
    tags: list[str],
) -> None:
    network = state().network
    dev = sentences()
    dev[0].tags["ner"] = tags
    found = development_scorer(network, data(dev), features(), deciding="mean")()
    words = sum(len(tokens) for tokens in SENTENCES[1:])
    expected = sum(sentence_nats(network, s) for s in dev[1:]) / words
    assert found.losses["ner"] == pytest.approx(expected, rel=1e-5)


def test_without_any_gold_path_there_is_no_loss() -> None:
    dev = sentences(1)
    dev[0].tags["pos"] = ["NEW"] * 6
    dev[0].tags["ner"] = ["B-PER"] * 6
    found = development_scorer(state().network, data(dev), features(), deciding="mean")()
    assert found.losses == {}
    assert "pos.accuracy" in found.scores


def test_gold_numbers_are_the_labels_rows() -> None:
    task = TaskDescription("pos", "pos", "none", "word", ("A", "B"))
    assert gold_numbers(task, [["B", "A"], ["C"], []]).tolist() == [1, 0, -1]


def test_the_sample_of_training_sentences_is_scored_as_the_development_data_are() -> None:
    network = state().network
    both = development_scorer(
        network, data(sentences()), features(), deciding="pos.accuracy", watched_words=100
    )()
    assert both.train_scores == both.scores
    assert both.train_score == both.score == both.scores["pos.accuracy"]


def test_without_watched_words_no_training_sentence_is_scored() -> None:
    found = development_scorer(state().network, data(sentences()), features(), deciding="mean")()
    assert (found.train_scores, found.train_score) == ({}, None)


def test_without_development_data_nothing_decides() -> None:
    found = development_scorer(state().network, data([]), features(), deciding="mean", watched_words=100)()
    assert (found.scores, found.score, found.losses) == ({}, None, {})
    assert found.train_score is not None


@pytest.mark.parametrize("words", [0, 1, 12, 27, 10_000])
def test_about_the_watched_words_are_drawn_always_the_same(words: int) -> None:
    drawn = watched_sentences(data([]), words)
    assert drawn == watched_sentences(data([]), words)
    lengths = [len(s.tokens) for _, own in drawn for s in own]
    assert min(words, 27) <= sum(lengths) < words + 9  # the longest sentence has 9 words
    places = [SENTENCES.index(s.tokens) for _, own in drawn for s in own]
    assert places == sorted(places)


def test_each_corpus_gives_its_share_of_the_watched_words() -> None:
    corpora = [LoadedCorpus(sentences() * times, [], SCHEMES, "") for times in (40, 10)]
    both = TrainingData(corpora, TASKS, {"pos": 0, "ner": 1})
    counts = {number: sum(len(s.tokens) for s in own) for number, own in watched_sentences(both, 500)}
    assert 400 <= counts[0] < 409
    assert 100 <= counts[1] < 109


def test_a_deciding_score_that_was_not_taken_decides_nothing() -> None:
    ner = TaskScores("ner", 1, 4, 3, 0, 0, conlleval={"all": Counts(2, 2, 1)})
    pos = TaskScores("pos", 1, 4, 2, 0, 0)
    assert summarize([ner, pos], "mean")[1] == 0.5
    assert summarize([ner, pos], "ner.accuracy")[1] == 0.75
    assert summarize([pos], "ner.f1") == ({"pos.accuracy": 0.5}, None)
    assert summarize([], "mean") == ({}, None)
