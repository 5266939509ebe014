"""Best paths against the best of all paths, enumerated (`random_models.path_scores`)."""

import itertools

import numpy as np
import pytest

from tagger.inference.decoding import build_decoder, path_terms
from tagger.saved import TaskDescription
from tagger.text.schemes import IOBES as IOBES_SCHEME
from tagger.text.schemes import allowed_transitions, violations
from tests.inference.random_models import IOB2, IOBES, path_scores, random_model

SMALL_IOBES = ("O", "B-X", "I-X", "E-X", "S-X")


def decoder_of(seed, labels, scheme, objective):
    task = TaskDescription("task", "column", scheme, objective, labels)
    model = random_model(seed, tasks=(task,))
    table = model.weights.get("heads.task.transitions", np.zeros((len(labels) + 1, len(labels)), np.float32))
    return build_decoder(model, task), table.astype(float)


OBJECTIVES = ["word", "sentence", "squared-error", "tags-margin"]


def terms_by_hand(scores, objective):
    """What a tag adds to a path, in float64: the log of its sigmoid output for squared-error, else its score."""
    wide = scores.astype(float)
    return -np.log(1 + np.exp(-wide)) if objective == "squared-error" else wide


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize(
    ("labels", "scheme"), [(SMALL_IOBES, "IOBES"), (IOB2, "IOB2"), (IOB2, "IOB1"), (("a", "b", "c"), "none")]
)
@pytest.mark.parametrize("seed", range(5))
def test_the_path_is_the_best_of_all_allowed_paths(seed, labels, scheme, objective):
    decoder, table = decoder_of(seed, labels, scheme, objective)
    random = np.random.default_rng(seed)
    lengths = np.array([3, 1, 0, 4, 2, 4])
    scores = random.normal(0, 2, (lengths.sum(), len(labels))).astype(np.float32)
    found = decoder.best(scores, lengths)
    for part, tags in zip(
        np.split(scores, np.cumsum(lengths)), np.split(found, np.cumsum(lengths)), strict=True
    ):
        if len(part):
            terms = terms_by_hand(part, objective)
            paths = path_scores(terms, table, allowed_transitions(labels, scheme))
            assert tuple(tags) == max(paths, key=paths.__getitem__)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_forbidden_transition_is_never_predicted(objective):
    decoder, _ = decoder_of(1, IOBES, IOBES_SCHEME, objective)
    random = np.random.default_rng(2)
    lengths = random.integers(1, 40, 300)
    scores = random.normal(0, 5, (lengths.sum(), len(IOBES))).astype(np.float32)
    found = decoder.best(scores, lengths)
    for tags in np.split(found, np.cumsum(lengths)[:-1]):
        assert violations([IOBES[tag] for tag in tags], IOBES_SCHEME) == []


def test_a_sentence_has_the_same_path_in_any_company():
    decoder, _ = decoder_of(3, IOBES, IOBES_SCHEME, "sentence")
    random = np.random.default_rng(4)
    lengths = random.integers(1, 30, 80)
    scores = random.normal(0, 1, (lengths.sum(), len(IOBES))).astype(np.float32)
    parts = np.split(scores, np.cumsum(lengths)[:-1])
    together = np.split(decoder.best(scores, lengths), np.cumsum(lengths)[:-1])
    for part, tags in zip(parts, together, strict=True):
        np.testing.assert_array_equal(decoder.best(part, np.array([len(part)])), tags)


def test_equal_paths_go_to_the_lower_numbers():
    decoder, _ = decoder_of(5, ("a", "b", "c"), "none", "word")
    assert decoder.best(np.zeros((2, 3), np.float32), np.array([2])).tolist() == [0, 0]


def test_a_very_long_sentence_keeps_its_precision():
    """A path that repeats: its last tags must be as in the middle although the scores add up to millions."""
    decoder, table = decoder_of(6, ("a", "b"), "none", "sentence")
    unit = np.array([[100.0, 100.001], [100.001, 100.0], [100.0, 100.0005]], np.float32)
    table_32 = np.zeros_like(table, dtype=np.float32)
    model = random_model(6, tasks=(decoder.task,))
    model.weights["heads.task.transitions"] = table_32
    decoder = build_decoder(model, decoder.task)
    scores = np.tile(unit, (20_000, 1))
    assert decoder.best(scores, np.array([60_000])).tolist() == [1, 0, 1] * 20_000


def test_without_any_allowed_path_the_transitions_are_free():
    """One token cannot be B, I or E in IOBES; there is no O among the labels."""
    decoder, table = decoder_of(7, ("B-X", "E-X"), IOBES_SCHEME, "sentence")
    scores = np.array([[0.0, 9.0], [3.0, 0.0], [0.0, 2.0]], np.float32)
    everything = (np.ones(2, bool), np.ones((2, 2), bool), np.ones(2, bool))
    paths = path_scores(scores[:1].astype(float), table, everything)
    tags = decoder.best(scores, np.array([1, 2])).tolist()
    assert tags == [*max(paths, key=paths.__getitem__), 0, 1]


def test_sums_of_log_outputs_and_sums_of_scores_can_prefer_different_paths():
    """B-X cannot stand alone: O O or B-X E-X. Scores 9 and -1 against 4 and 3; outputs 0.9999 * 0.27, 0.98 * 0.95."""
    scores = np.array([[9.0, 4.0, 9.5], [-1.0, 9.5, 3.0]], np.float32)  # O, B-X, E-X; E-X B-X is forbidden
    for objective, path in (("squared-error", [1, 2]), ("tags-margin", [0, 0]), ("word", [0, 0])):
        decoder, _ = decoder_of(9, ("O", "B-X", "E-X"), IOBES_SCHEME, objective)
        assert decoder.best(scores, np.array([2])).tolist() == path


def test_saturated_outputs_are_still_told_apart():
    """float32 outputs of scores from 17 on are all 1; the logs are not."""
    logs = path_terms(np.array([[20.0, 30.0, 80.0, -1e30, 1e30]], np.float32), "squared-error")[0]
    assert logs[0] < logs[1] < logs[2] < logs[4] == 0
    assert logs[3] == np.float32(-1e30)
    decoder, _ = decoder_of(10, ("O", "B-X", "E-X"), IOBES_SCHEME, "squared-error")
    scores = np.array([[20.0, 26.0, 27.0], [20.0, 27.0, 26.0]], np.float32)
    assert decoder.best(scores, np.array([2])).tolist() == [1, 2]


@pytest.mark.parametrize("objective", ["word", "squared-error", "tags-margin"])
def test_word_level_tags_that_are_allowed_are_the_best_labels(objective):
    decoder, _ = decoder_of(8, SMALL_IOBES, IOBES_SCHEME, objective)
    for path in itertools.product(range(5), repeat=3):
        if not violations([SMALL_IOBES[tag] for tag in path], IOBES_SCHEME):
            scores = np.eye(5, dtype=np.float32)[list(path)]
            assert tuple(decoder.best(scores, np.array([3]))) == path
