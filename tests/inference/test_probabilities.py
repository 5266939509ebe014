"""Probabilities of tags and spans against sums over all paths, enumerated."""

import math

import numpy as np
import pytest

from tagger.inference.decoding import build_decoder
from tagger.inference.probabilities import log_probabilities, log_sum, weigh
from tagger.saved import TaskDescription
from tagger.text.schemes import allowed_transitions
from tests.inference.random_models import IOB2, path_scores, random_model

IOBES = ("O", "B-X", "I-X", "E-X", "S-X")


def weighed(seed, labels, scheme, objective, lengths, temperature=1.0):
    task = TaskDescription("task", "column", scheme, objective, labels, temperature)
    model = random_model(seed, tasks=(task,))
    decoder = build_decoder(model, task)
    scores = np.random.default_rng(seed).normal(0, 2, (sum(lengths), len(labels))).astype(np.float32)
    tags = decoder.best(scores, np.array(lengths))
    evidence = weigh(decoder, scores, np.array(lengths), tags)
    ends = np.cumsum(lengths)[:-1]
    return model, list(zip(np.split(scores, ends), np.split(tags, ends), evidence, strict=True))


@pytest.mark.parametrize(("labels", "scheme"), [(IOBES, "IOBES"), (IOB2, "IOB2"), (("a", "b", "c"), "none")])
@pytest.mark.parametrize("seed", range(4))
def test_sentence_level_probabilities_are_shares_of_all_allowed_paths(seed, labels, scheme):
    model, sentences = weighed(seed, labels, scheme, "sentence", [3, 1, 4, 2, 4])
    table = model.weights["heads.task.transitions"].astype(float)
    for scores, tags, evidence in sentences:
        paths = path_scores(scores.astype(float), table, allowed_transitions(labels, scheme))
        total = sum(map(math.exp, paths.values()))
        for start in range(len(tags)):
            for end in range(start + 1, len(tags) + 1):
                fits = [math.exp(s) for p, s in paths.items() if p[start:end] == tuple(tags[start:end])]
                assert evidence.segment(start, end) == pytest.approx(sum(fits) / total, abs=1e-9)
        assert evidence.tokens() == pytest.approx([evidence.segment(t, t + 1) for t in range(len(tags))])


@pytest.mark.parametrize("scheme", ["none", "IOBES"])
def test_word_level_probabilities_are_softmax_and_multiply_over_a_span(scheme):
    _, sentences = weighed(5, IOBES, scheme, "word", [3, 2])
    for scores, tags, evidence in sentences:
        softmax = np.exp(scores.astype(float)) / np.exp(scores.astype(float)).sum(1, keepdims=True)
        chosen = softmax[np.arange(len(tags)), tags]
        assert evidence.tokens() == pytest.approx(chosen.tolist())
        assert evidence.segment(0, len(tags)) == pytest.approx(chosen.prod())


@pytest.mark.parametrize("scheme", ["none", "IOBES"])
def test_probabilities_of_squared_error_heads_are_shares_of_the_sigmoid_outputs(scheme):
    _, sentences = weighed(5, IOBES, scheme, "squared-error", [3, 2])
    for scores, tags, evidence in sentences:
        outputs = 1 / (1 + np.exp(-scores.astype(float)))
        chosen = outputs[np.arange(len(tags)), tags] / outputs.sum(1)
        assert evidence.tokens() == pytest.approx(chosen.tolist(), rel=1e-5)
        assert evidence.segment(0, len(tags)) == pytest.approx(chosen.prod(), rel=1e-5)


def test_probabilities_of_margin_heads_are_the_softmax_of_the_scores():
    _, sentences = weighed(5, IOBES, "IOBES", "tags-margin", [3, 2])
    for scores, tags, evidence in sentences:
        softmax = np.exp(scores.astype(float)) / np.exp(scores.astype(float)).sum(1, keepdims=True)
        assert evidence.tokens() == pytest.approx(softmax[np.arange(len(tags)), tags].tolist())


@pytest.mark.parametrize("value", [-1e30, -200.0, 200.0, 1e30])
def test_outputs_that_are_all_off_or_all_on_still_share_out(value):
    task = TaskDescription("task", "column", "none", "squared-error", ("a", "b"))
    decoder = build_decoder(random_model(7, tasks=(task,)), task)
    scores = np.full((1, 2), value, np.float32)
    assert weigh(decoder, scores, np.array([1]), np.array([0]))[0].tokens() == pytest.approx([0.5])


@pytest.mark.parametrize("objective", ["word", "sentence", "squared-error", "tags-margin"])
def test_probabilities_are_the_same_bits_in_any_company(objective):
    lengths = np.random.default_rng(6).integers(1, 25, 60).tolist()
    task = TaskDescription("task", "column", "IOBES", objective, IOBES)
    decoder = build_decoder(random_model(6, tasks=(task,)), task)
    _, sentences = weighed(6, IOBES, "IOBES", objective, lengths)
    for scores, tags, evidence in sentences:
        assert weigh(decoder, scores, np.array([len(tags)]), tags) == [evidence]


def test_a_sum_of_a_lone_column_has_the_bits_that_it_has_among_others():
    values = np.random.default_rng(0).normal(0, 5, (17, 500))
    alone = [log_sum(np.ascontiguousarray(values[:, column : column + 1]))[0] for column in range(500)]
    assert alone == log_sum(values).tolist()


def test_extreme_scores_give_finite_probabilities():
    task = TaskDescription("task", "column", "IOBES", "sentence", IOBES)
    decoder = build_decoder(random_model(7, tasks=(task,)), task)
    scores = (np.random.default_rng(7).normal(0, 1, (50, 5)) * 1e4).astype(np.float32)
    evidence = weigh(decoder, scores, np.array([50]), decoder.best(scores, np.array([50])))[0]
    assert evidence.tokens() == pytest.approx([1.0] * 50)


def test_a_sentence_without_an_allowed_path_has_probabilities_of_all_paths():
    labels = ("B-X", "E-X")
    model, sentences = weighed(8, labels, "IOBES", "sentence", [1, 2])
    scores, tags, evidence = sentences[0]
    values = scores[0].astype(float) + model.weights["heads.task.transitions"][2]
    assert evidence.tokens() == pytest.approx([float(np.exp(values[tags[0]]) / np.exp(values).sum())])
    assert sentences[1][2].tokens() == pytest.approx([1.0, 1.0])  # B-X E-X is the one allowed path


TEMPERATURES = [0.4, 1.0, 2.5]


@pytest.mark.parametrize("temperature", TEMPERATURES)
@pytest.mark.parametrize(("labels", "scheme"), [(IOBES, "IOBES"), (IOB2, "IOB2"), (("a", "b", "c"), "none")])
def test_sentence_level_probabilities_are_shares_of_paths_whose_scores_are_divided(
    labels, scheme, temperature
):
    """Of words and of transitions alike: exp(score of the whole path / temperature), all paths enumerated."""
    model, sentences = weighed(3, labels, scheme, "sentence", [3, 1, 4], temperature)
    table = model.weights["heads.task.transitions"].astype(float)
    for scores, tags, evidence in sentences:
        paths = path_scores(scores.astype(float), table, allowed_transitions(labels, scheme))
        shares = {path: math.exp(score / temperature) for path, score in paths.items()}
        total = sum(shares.values())
        assert max(paths, key=paths.__getitem__) == tuple(tags)
        for start in range(len(tags)):
            for end in range(start + 1, len(tags) + 1):
                fits = [share for path, share in shares.items() if path[start:end] == tuple(tags[start:end])]
                assert evidence.segment(start, end) == pytest.approx(sum(fits) / total, abs=1e-9)


@pytest.mark.parametrize("temperature", TEMPERATURES)
@pytest.mark.parametrize("objective", ["word", "tags-margin", "squared-error"])
def test_scores_of_tokens_are_divided_before_the_softmax(objective, temperature):
    """Of squared-error heads the logs of the sigmoid outputs are: the outputs to the power of 1 / temperature."""
    _, sentences = weighed(5, IOBES, "IOBES", objective, [3, 2], temperature)
    for scores, tags, evidence in sentences:
        weights = np.exp(scores.astype(float) / temperature)
        if objective == "squared-error":
            weights = (1 / (1 + np.exp(-scores.astype(float)))) ** (1 / temperature)
        chosen = weights[np.arange(len(tags)), tags] / weights.sum(axis=1)
        assert evidence.tokens() == pytest.approx(chosen.tolist(), rel=1e-5)
        assert evidence.segment(0, len(tags)) == pytest.approx(chosen.prod(), rel=1e-5)


@pytest.mark.parametrize("objective", ["word", "sentence", "squared-error", "tags-margin"])
def test_a_temperature_changes_no_tag(objective):
    one, other = (weighed(6, IOBES, "IOBES", objective, [5] * 20, t)[1] for t in (1.0, 3.0))
    assert all(np.array_equal(a[1], b[1]) for a, b in zip(one, other, strict=True))
    assert any(a[2].tokens() != b[2].tokens() for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("temperature", TEMPERATURES)
@pytest.mark.parametrize("objective", ["word", "sentence"])
def test_log_probabilities_of_any_tags(objective, temperature):
    """Of tags that nobody chose, against enumerated paths; a tag that no allowed path has gets -inf."""
    task = TaskDescription("task", "column", "IOBES", objective, IOBES)
    model = random_model(4, tasks=(task,))
    random = np.random.default_rng(4)
    lengths = [3, 1, 4]
    scores = random.normal(0, 2, (sum(lengths), 5)).astype(np.float32)
    tags = random.integers(0, 5, sum(lengths))
    tags[3] = IOBES.index("I-X")  # of a sentence of one word
    found = log_probabilities(
        build_decoder(model, task), scores, np.array(lengths), tags, temperature=temperature
    )
    if objective == "word":
        weights = np.exp(scores.astype(float) / temperature)
        assert np.exp(found) == pytest.approx(weights[np.arange(8), tags] / weights.sum(axis=1))
        return
    expected, table = [], model.weights["heads.task.transitions"].astype(float)
    for part, own in zip(np.split(scores, [3, 4]), np.split(tags, [3, 4]), strict=True):
        paths = path_scores(part.astype(float), table, allowed_transitions(IOBES, "IOBES"))
        shares = {path: math.exp(score / temperature) for path, score in paths.items()}
        total = sum(shares.values())
        expected += [sum(s for p, s in shares.items() if p[t] == own[t]) / total for t in range(len(own))]
    assert np.exp(found) == pytest.approx(expected, abs=1e-9)
    assert found[3] == -math.inf
