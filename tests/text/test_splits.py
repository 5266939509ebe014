"""Splits: dev taken from train."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.errors import SettingsError
from tagger.text.sentences import Sentence
from tagger.text.splits import split_off_dev, write_scheme

TRAIN = [Sentence([str(i)], {"ner": ["B-X"]}) for i in range(10)]


def test_the_last_sentences_become_dev():
    train, dev = split_off_dev(TRAIN, last=4)
    assert (train, dev) == (TRAIN[:6], TRAIN[6:])


@given(st.one_of(st.integers(1, 9).map(float), st.floats(0.06, 0.94)), st.integers())
def test_every_sentence_is_in_one_part_and_the_order_stays(part, seed):
    train, dev = split_off_dev(TRAIN, random_part=part, seed=seed)
    assert sorted([*train, *dev], key=TRAIN.index) == TRAIN
    assert train == sorted(train, key=TRAIN.index) and dev == sorted(dev, key=TRAIN.index)
    assert len(dev) == (part if part >= 1 else round(10 * part))
    assert (train, dev) == split_off_dev(TRAIN, random_part=part, seed=seed)


@pytest.mark.parametrize("part", [10, 11, 0.01])
def test_both_parts_need_a_sentence(part):
    with pytest.raises(SettingsError) as error:
        split_off_dev(TRAIN, random_part=part)
    assert str(error.value) == (
        f"dev: expected fewer sentences than train has (10), and at least one, found {int(part)}."
    )


def test_spans_are_written_in_the_asked_scheme():
    sentences = [Sentence(["a", "b"], {"ner": ["B-X", "B-X"], "pos": ["O", "B-X"]})]
    write_scheme(sentences, {"ner": "IOB1", "pos": "none"})
    assert sentences[0].tags == {"ner": ["I-X", "B-X"], "pos": ["O", "B-X"]}
