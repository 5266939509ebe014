import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.recipes.random_sentences import LONGEST, random_data, random_tags
from tagger.recipes.training_data import task_tags
from tagger.saved import TaskDescription
from tagger.text.schemes import violations

LABELS = {
    "IOBES": ("B-LOC", "E-LOC", "I-LOC", "O", "S-LOC", "S-PER"),
    "IOB2": ("B-LOC", "I-LOC", "I-PER", "B-PER", "O"),
    "IOB1": ("I-LOC", "B-LOC", "O"),
    "none": ("DT", "NN"),
}


def task(scheme: str, labels: tuple[str, ...] = ()) -> TaskDescription:
    return TaskDescription("ner", "tags", scheme, "sentence", labels or LABELS[scheme])


@given(scheme=st.sampled_from(list(LABELS)), length=st.integers(1, 12), seed=st.integers(0, 10_000))
def test_random_tags_break_no_scheme(scheme: str, length: int, seed: int) -> None:
    tags = random_tags(task(scheme), length, np.random.default_rng(seed))
    assert len(tags) == length
    assert set(tags) <= set(LABELS[scheme])
    assert scheme == "none" or not violations(tags, scheme)


def test_a_sentence_ends_where_it_must() -> None:
    """With B and E alone the only path of four tags is B E B E."""
    tags = random_tags(task("IOBES", ("B-LOC", "E-LOC")), 4, np.random.default_rng(0))
    assert tags == ["B-LOC", "E-LOC", "B-LOC", "E-LOC"]


def test_where_nothing_is_allowed_labels_come_as_they_are() -> None:
    assert random_tags(task("IOBES", ("B-LOC",)), 2, np.random.default_rng(0)) == ["B-LOC", "B-LOC"]


def test_every_allowed_label_turns_up() -> None:
    draw = np.random.default_rng(0)
    seen = {tag for _ in range(100) for tag in random_tags(task("IOBES"), 5, draw)}
    assert seen == set(LABELS["IOBES"])


@pytest.mark.parametrize("sentences", [1, 20])
def test_sentences_are_made_of_the_forms_with_a_column_a_task(sentences: int) -> None:
    tasks = (task("IOBES"), TaskDescription("pos", "tags", "none", "word", LABELS["none"]))
    data = random_data(["Ada", "runs", "."], tasks, sentences, np.random.default_rng(1))
    (corpus,) = data.corpora
    assert len(corpus.train) == sentences
    for sentence in corpus.train:
        assert set(sentence.tokens) <= {"Ada", "runs", "."}
        assert 2 <= len(sentence.tokens) <= LONGEST
        assert {name: len(tags) for name, tags in sentence.tags.items()} == dict.fromkeys(
            ("ner", "pos"), len(sentence.tokens)
        )
    assert [(t.name, t.column) for t in data.tasks_of(0)] == [("ner", "ner"), ("pos", "pos")]


@pytest.mark.parametrize("label", ["", "PER", "O"])
def test_a_scorer_gets_words_with_and_without_its_label(label: str) -> None:
    own = TaskDescription("x", "", "none", "margin", (label,))
    data = random_data(["Ada", "runs"], (own,), 20, np.random.default_rng(1))
    kinds = {kind for row in task_tags(data.corpora[0].train, data.tasks[0], "none") for kind in row}
    assert kinds == {"true", "corrupted"}
