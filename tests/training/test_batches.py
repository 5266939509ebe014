import numpy as np
import pytest
import torch

from tagger.text.vocabulary import UNKNOWN
from tagger.training.batches import batch_orders, encode, hide_words, make_batch
from tests.training.corpora import NER, SENTENCES, encoded, features


@pytest.mark.parametrize("window", [1, 3, 5, 9])
def test_windows_hold_the_neighbours_within_the_sentence(window: int) -> None:
    """Oracle: neighbours taken one by one from the sentences, padding outside."""
    corpus, reach = encoded("ner"), window // 2
    order = np.array([3, 0, 2])
    batch = make_batch(corpus, order, window)
    known = features()
    expected = []
    for number in order:
        tokens = SENTENCES[number]
        for place in range(len(tokens)):
            around = range(place - reach, place + reach + 1)
            expected.append([tokens[i] if 0 <= i < len(tokens) else None for i in around])
    for row, forms in zip(batch.windows.tolist(), expected, strict=True):
        for local, form in zip(row, forms, strict=True):
            found = batch.rows[local].tolist()
            assert found == (known.rows([form])[0].tolist() if form else [0] * 3)
            if form is None:
                assert local == 0
                assert batch.characters[local].sum().item() == 0


def test_places_and_mask_lead_back_to_the_sentences() -> None:
    batch = make_batch(encoded("ner"), np.array([4, 3, 0]), 3)
    rows = {label: row for row, label in enumerate(sorted({t for s in NER for t in s}))}
    for sentence, places, mask in zip([4, 3, 0], batch.places, batch.mask, strict=True):
        labels = batch.labels["ner"][places[mask]].tolist()
        assert labels == [rows[tag] for tag in NER[sentence]]


def test_each_distinct_form_of_a_batch_stands_once() -> None:
    batch = make_batch(encoded("pos"), np.array([0, 1, 2, 3, 4]), 5)
    assert batch.rows.shape[0] == 1 + len({form for tokens in SENTENCES for form in tokens})


def test_batches_hold_every_sentence_once_and_no_more_words_than_asked() -> None:
    lengths = np.array([5, 3, 8, 1, 1, 20, 0, 4])
    for shuffle in (None, np.random.default_rng(1)):
        orders = list(batch_orders(lengths, 9, shuffle))
        assert sorted(np.concatenate(orders).tolist()) == [
            0,
            1,
            2,
            3,
            4,
            5,
            7,
        ]  # the empty sentence is left out
        assert all(lengths[order].sum() <= 9 or len(order) == 1 for order in orders)


def test_shuffling_follows_the_generator() -> None:
    lengths = np.arange(1, 50)
    first, second, other = (
        [order.tolist() for order in batch_orders(lengths, 60, np.random.default_rng(seed))]
        for seed in (1, 1, 2)
    )
    assert first == second
    assert first != other


def test_a_sentence_of_100000_words_is_a_batch_of_its_own() -> None:
    corpus = encode([["a", "b"] * 50_000, ["c"]], features())
    orders = list(batch_orders(corpus.lengths, 1000, np.random.default_rng(0)))
    assert sorted(make_batch(corpus, order, 5).words for order in orders) == [1, 100_000]


def test_hidden_words_keep_their_other_features_and_padding_stays() -> None:
    corpus, order = encoded("pos"), np.array([0, 1, 2, 3, 4])
    before, after = make_batch(corpus, order, 5), make_batch(corpus, order, 5)
    hide_words(after, [0], 0.5, torch.Generator().manual_seed(1))
    changed = before.rows[:, 0] != after.rows[:, 0]
    assert torch.equal(before.rows[:, 1:], after.rows[:, 1:])
    assert after.rows[changed, 0].unique().tolist() == [UNKNOWN]
    assert not changed[0]
    assert 0.25 < changed.double().mean().item() < 0.75
    hide_words(after, [0], 1.0, torch.Generator().manual_seed(1))
    assert after.rows[:, 0].tolist() == [0, *[UNKNOWN] * (len(after.rows) - 1)]
