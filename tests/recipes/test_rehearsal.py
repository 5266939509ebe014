"""Old sentences beside new ones: how many, which, and that a generator set back draws the same."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.recipes.rehearsal import draw_sentences, mix_in, rehearsal_line, subset
from tagger.training.batches import EncodedCorpus
from tests.training.corpora import POS, SENTENCES, encoded


def sentences_of(corpus: EncodedCorpus) -> list[tuple[str, ...]]:
    return [
        tuple(corpus.texts[form] for form in corpus.forms[start:end])
        for start, end in zip(corpus.starts[:-1], corpus.starts[1:], strict=True)
    ]


def test_a_subset_has_the_words_and_labels_of_its_sentences() -> None:
    corpus = encoded("pos")
    part = subset(corpus, np.array([2, 0, 2]))
    assert sentences_of(part) == [tuple(SENTENCES[number]) for number in (2, 0, 2)]
    known = sorted({tag for row in POS for tag in row})
    assert [known[row] for row in part.labels["pos"]] == [*POS[2], *POS[0], *POS[2]]


lengths = st.lists(st.integers(1, 9), min_size=1, max_size=12).map(np.array)


@given(lengths, st.floats(0.1, 60.0), st.integers(0, 5))
def test_drawn_sentences_reach_the_words_and_pass_them_by_less_than_one(
    lengths: np.ndarray, words: float, seed: int
) -> None:
    drawn = draw_sentences(lengths, words, np.random.default_rng(seed))
    total = int(lengths[drawn].sum())
    assert total >= words
    assert total - lengths.max() < words
    times = Counter(drawn.tolist())
    assert max(times.values()) - min(times[n] for n in range(len(lengths))) <= 1  # in rounds


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.9])
def test_a_share_of_each_epochs_words_is_old(share: float) -> None:
    new, old = encoded("pos"), encoded("ner")
    draw = mix_in([new, old], 1, share)
    assert callable(draw)
    random = np.random.default_rng(1)
    for _ in range(5):
        first, second = draw(random)
        assert first is new
        assert set(second.labels) == {"ner"}
        words = second.words / (first.words + second.words)
        longest = max(map(len, SENTENCES))
        assert share <= words < (second.words + longest) / (first.words + second.words)


def test_every_epoch_draws_anew_and_a_generator_set_back_draws_the_same() -> None:
    draw = mix_in([encoded("pos"), encoded("ner")], 1, 0.3)
    assert callable(draw)
    random = np.random.default_rng(1)
    state = random.bit_generator.state
    first = [sentences_of(draw(random)[1]) for _ in range(6)]
    assert len({tuple(drawn) for drawn in first}) > 1
    random.bit_generator.state = state
    assert [sentences_of(draw(random)[1]) for _ in range(6)] == first


def test_corpora_that_are_drawn_themselves_are_drawn_before() -> None:
    new, old = encoded("pos"), encoded("ner")
    order: list[float] = []

    def corpora(generator: np.random.Generator) -> list[EncodedCorpus]:
        order.append(generator.random())
        return [new, old]

    draw = mix_in(corpora, 1, 0.5)
    assert callable(draw)
    draw(np.random.default_rng(1))
    assert order == [np.random.default_rng(1).random()]


def test_two_old_corpora_share_by_their_words() -> None:
    new, old = encoded("pos"), encoded("ner")
    small = subset(old, np.array([4]))  # 2 words of 26
    draw = mix_in([new, old, small], 1, 0.8)
    assert callable(draw)
    _, large, little = draw(np.random.default_rng(1))
    assert large.words == pytest.approx(4 * new.words * old.words / (old.words + 2), abs=9)
    assert little.words == pytest.approx(4 * new.words * 2 / (old.words + 2), abs=2)


@pytest.mark.parametrize(
    ("new", "old", "line"),
    [
        (700, 1000, "rehearsed in each epoch, 30% of its words: about 30% of these"),
        (700, 200, "rehearsed in each epoch, 30% of its words: each sentence of these about 1.5 times"),
    ],
)
def test_how_much_is_rehearsed_is_told(new: int, old: int, line: str) -> None:
    assert rehearsal_line(new, old, 0.3) == line
