"""Models that vote, against averages written out by hand: softmax token by token, and every path enumerated."""

import math
from dataclasses import replace

import numpy as np
import pytest

import tagger
from tagger.errors import ModelError, SettingsError
from tagger.inference.ensemble import memory_shares, vote
from tagger.inference.tagger import Tagger
from tagger.saved import SavedModel, TaskDescription, write_model
from tagger.text.schemes import allowed_transitions, violations
from tests.inference.random_models import (
    IOB2,
    POS,
    SENTENCE_TASK,
    WORD_TASK,
    path_scores,
    random_model,
    random_sentences,
    slow_scores,
)

SMALL_SPANS = TaskDescription("ner", "ner", "IOB2", "sentence", IOB2)
WORD_SPANS = TaskDescription("chunk", "chunk", "IOB2", "word", IOB2)


def reordered(task: TaskDescription, seed: int) -> TaskDescription:
    """The task with its labels in another order."""
    labels = np.random.default_rng(seed).permutation(task.labels).tolist()
    return replace(task, labels=tuple(labels))


def models_of(task: TaskDescription, count: int = 3) -> list[SavedModel]:
    """Random models of unlike windows, sizes, features and orders of labels."""
    kinds = [("affixes", 3, (8,)), ("characters", 5, (6, 7)), ("word", 1, (9,))]
    return [
        random_model(
            20 + i,
            features=kinds[i][0],
            window=kinds[i][1],
            hidden=kinds[i][2],
            tasks=(reordered(task, i) if i else task,),
        )
        for i in range(count)
    ]


def scores_by_label(model: SavedModel, tokens: list[str], task: TaskDescription) -> np.ndarray:
    """The slow scores [T, K], columns in the order of the labels of `task`."""
    (own,) = model.tasks
    scores = slow_scores(model, tokens, task.name)
    return scores[:, [own.labels.index(label) for label in task.labels]]


WEIGHT = {  # objective -> what the probabilities of the labels are proportional to
    "word": np.exp,
    "tags-margin": np.exp,
    "squared-error": lambda scores: 1 / (1 + np.exp(-scores)),
}


@pytest.mark.parametrize("objective", WEIGHT)
@pytest.mark.parametrize("task", [WORD_TASK, WORD_SPANS], ids=["plain", "spans"])
def test_word_level_tags_are_the_best_of_the_mean_probabilities(task, objective):
    """With forbidden transitions: the allowed path of the largest product of mean probabilities, all enumerated."""
    task = replace(task, objective=objective)
    models = models_of(task)
    nlp = Tagger(*models)
    for tokens in random_sentences(3, 30, longest=4):
        weights = [WEIGHT[objective](scores_by_label(model, tokens, task)) for model in models]
        mean = np.mean([weight / weight.sum(axis=1, keepdims=True) for weight in weights], axis=0)
        nothing = np.zeros((len(task.labels) + 1, len(task.labels)))
        paths = path_scores(np.log(mean), nothing, allowed_transitions(task.labels, task.scheme))
        best = max(paths, key=paths.__getitem__)
        sentence = nlp.tag_tokens(tokens, probabilities=True)
        assert sentence.tags[task.name] == [task.labels[tag] for tag in best]
        chosen = mean[np.arange(len(tokens)), list(best)]
        np.testing.assert_allclose(sentence.probabilities[task.name], chosen, rtol=1e-4)
        for span in sentence.spans(task.name):
            assert span.probability == pytest.approx(chosen[span.start : span.end].prod(), rel=1e-4)


@pytest.mark.parametrize("objective", ["word", "squared-error", "tags-margin", "sentence"])
def test_the_same_model_twice_gives_its_tags_and_probabilities(objective):
    model, sentences = (
        random_model(1, tasks=(replace(SENTENCE_TASK, objective=objective),)),
        random_sentences(5, 60),
    )
    for one, two in zip(
        Tagger(model).tag_sentences(sentences, probabilities=True),
        Tagger(model, model).tag_sentences(sentences, probabilities=True),
        strict=True,
    ):
        assert one.tags == two.tags
        np.testing.assert_allclose(one.probabilities["ner"], two.probabilities["ner"], rtol=1e-4)


def test_sentence_level_tags_and_probabilities_are_those_of_the_mean_scores_over_all_paths():
    task = SMALL_SPANS
    models = models_of(task)
    nlp = Tagger(*models)
    places = [[*map(m.tasks[0].labels.index, task.labels), len(task.labels)] for m in models]
    table = np.mean(
        [m.weights["heads.ner.transitions"][p][:, p[:-1]] for m, p in zip(models, places, strict=True)],
        axis=0,
        dtype=float,
    )
    for tokens in random_sentences(4, 30, longest=4):
        mean = np.mean([scores_by_label(model, tokens, task) for model in models], axis=0)
        paths = path_scores(mean, table, allowed_transitions(task.labels, task.scheme))
        best = max(paths, key=paths.__getitem__)
        sentence = nlp.tag_tokens(tokens, probabilities=True)
        assert sentence.tags["ner"] == [task.labels[tag] for tag in best]
        total = sum(map(math.exp, paths.values()))
        for t, probability in enumerate(sentence.probabilities["ner"]):
            share = sum(math.exp(s) for path, s in paths.items() if path[t] == best[t]) / total
            assert probability == pytest.approx(share, rel=1e-4)


def test_the_order_of_models_and_labels_does_not_matter():
    models = models_of(SENTENCE_TASK)
    sentences = random_sentences(6, 40)
    forwards = [s.tags for s in Tagger(*models).tag_sentences(sentences)]
    assert forwards == [s.tags for s in Tagger(*models[::-1]).tag_sentences(sentences)]


def test_tags_are_the_same_alone_and_in_any_order_with_little_memory():
    models = [random_model(1), random_model(2, window=3)]
    sentences = random_sentences(2, 200)
    nlp = Tagger(*models)
    forwards = [s.tags for s in nlp.tag_sentences(sentences)]
    backwards = [s.tags for s in Tagger(*models, memory=1).tag_sentences(sentences[::-1])]
    assert forwards == backwards[::-1] == [nlp.tag_tokens(tokens).tags for tokens in sentences]


def test_a_forbidden_transition_is_never_predicted():
    for task in (SENTENCE_TASK, replace(SENTENCE_TASK, objective="word")):
        for sentence in Tagger(*models_of(task)).tag_sentences(random_sentences(7, 100)):
            assert violations(sentence.tags["ner"], "IOBES") == []


def test_certain_models_that_disagree_give_finite_votes():
    sure = np.array([[200.0, -200.0, 0.0], [0.0, 500.0, -500.0]], np.float32)
    for result in (vote([sure, sure[:, ::-1].copy()], "word"), vote([sure, sure], "word")):
        assert np.isfinite(result).all()
    np.testing.assert_allclose(np.exp(vote([sure, sure[:, [1, 0, 2]]], "word"))[0], [0.5, 0.5, 0], atol=1e-6)


def test_the_memory_is_shared_so_that_all_keep_as_many_forms():
    small, large = random_model(1, window=3, hidden=(10,)), random_model(1, window=5, hidden=(60,))
    shares = memory_shares([small, large], 1_000_000)
    assert sum(shares) <= 1_000_000 < sum(shares) + 2
    assert shares[0] / (4 * 3 * 10 + 300) == pytest.approx(shares[1] / (4 * 5 * 60 + 300), rel=1e-4)


def test_load_takes_several_folders(tmp_path):
    for number in (1, 2):
        (tmp_path / str(number)).mkdir()
        write_model(tmp_path / str(number), random_model(number))
    found = tagger.load(tmp_path / "1", str(tmp_path / "2"), tasks=["ner"]).tag_tokens(["Ada", "lives"])
    assert (
        found.tags
        == Tagger(random_model(1), random_model(2), tasks=["ner"]).tag_tokens(["Ada", "lives"]).tags
    )


def test_tasks_come_in_the_order_asked_for_and_others_need_not_match():
    other = random_model(2, tasks=(SENTENCE_TASK, replace(WORD_TASK, labels=("X", "Y"))))
    nlp = Tagger(random_model(1), other, tasks=["ner"])
    assert nlp.tasks == ("ner",)
    turned = random_model(2, tasks=(SENTENCE_TASK, WORD_TASK))
    assert Tagger(random_model(1), turned, tasks=["ner", "pos"]).tasks == ("ner", "pos")


@pytest.mark.parametrize(
    ("task", "found"),
    [
        (
            replace(WORD_TASK, objective="sentence"),
            "expected the objective of pos as in A (word), found sentence",
        ),
        (
            replace(WORD_TASK, scheme="IOB2", labels=IOB2),
            "expected the scheme of pos as in A (none), found IOB2",
        ),
        (
            replace(WORD_TASK, labels=(*POS[1:], "X", "Y")),
            "expected the labels of pos as in A (with NN), found X, Y instead",
        ),
        (
            replace(WORD_TASK, labels=(*POS, *(f"L{i}" for i in range(7)))),
            "expected the labels of pos as in A (with no other), found L0, L1, L2, L3, L4 and 2 more instead",
        ),
    ],
)
def test_heads_that_differ_are_named(task, found):
    with pytest.raises(ModelError) as error:
        Tagger(
            random_model(1, tasks=(WORD_TASK,)),
            random_model(2, tasks=(WORD_TASK,)),
            random_model(2, tasks=(task,)),
            names=["A", "B", "C"],
        )
    hint = "An ensemble averages models with the same heads; --task chooses among the tasks."
    assert str(error.value) == f"C: {found}. {hint}"


def test_tasks_that_differ_are_named_with_those_in_common():
    models = random_model(1), random_model(2, tasks=(replace(WORD_TASK, name="upos"), SENTENCE_TASK))
    with pytest.raises(ModelError) as error:
        Tagger(*models, names=["A", "B"])
    assert str(error.value) == (
        "B: expected the tasks of A (pos, ner), found upos, ner. "
        "Only tasks that all models have can be chosen with --task; these two share: ner."
    )
    with pytest.raises(ModelError) as error:
        Tagger(*models, names=["A", "B"], tasks=["pos"])
    assert str(error.value).startswith("B: expected the tasks of A (pos), found upos, ner.")
    with pytest.raises(SettingsError) as unknown:
        Tagger(*models, tasks=["upos"])
    assert str(unknown.value) == "task: expected one of pos, ner, found 'upos'."


@pytest.mark.parametrize("lost", ["trunk.0.bias", "heads.ner.transitions"])
def test_the_damaged_one_of_several_models_is_named(lost):
    damaged = random_model(2)
    del damaged.weights[lost]
    with pytest.raises(ModelError) as error:
        Tagger(random_model(1), damaged)
    assert str(error.value) == f"model 2: expected the weights {lost}, found none. The model is damaged."


@pytest.mark.parametrize("objective", ["word", "squared-error", "tags-margin", "sentence"])
def test_a_calibrated_model_twice_gives_its_own_probabilities(objective):
    task = replace(SENTENCE_TASK, objective=objective, temperature=1.7)
    model, sentences = random_model(1, tasks=(task,)), random_sentences(5, 40)
    for one, two in zip(
        Tagger(model).tag_sentences(sentences, probabilities=True),
        Tagger(model, model).tag_sentences(sentences, probabilities=True),
        strict=True,
    ):
        assert one.tags == two.tags
        np.testing.assert_allclose(one.probabilities["ner"], two.probabilities["ner"], rtol=1e-4)


@pytest.mark.parametrize("objective", ["word", "sentence"])
def test_temperatures_have_no_part_in_the_vote_and_their_geometric_mean_divides_it(objective):
    """A vote of models at 0.5 and 8 is that of the same models at 2 and 2; its tags are those of models at 1."""

    def voted(one: float, other: float):
        tasks = [replace(SENTENCE_TASK, objective=objective, temperature=t) for t in (one, other)]
        models = [random_model(seed, tasks=(task,)) for seed, task in zip((1, 2), tasks, strict=True)]
        return list(Tagger(*models).tag_sentences(random_sentences(6, 40), probabilities=True))

    plain, unlike, alike = voted(1.0, 1.0), voted(0.5, 8.0), voted(2.0, 2.0)
    for one, two, three in zip(plain, unlike, alike, strict=True):
        assert one.tags == two.tags
        assert two.probabilities["ner"] == pytest.approx(three.probabilities["ner"])
    assert plain[0].probabilities != unlike[0].probabilities
