"""Folds of cross-validation: whole documents, like sizes, no copies on both sides."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tagger.text.folds import deal_folds, learnt_from
from tagger.text.sentences import Sentence


def corpus(*documents: tuple[str, int]) -> list[Sentence]:
    """Documents of so many sentences of three tokens, no two alike."""
    names = [name for name, count in documents for _ in range(count)]
    return [Sentence([str(number), "is", "."], document=name) for number, name in enumerate(names)]


def test_a_document_is_in_one_fold_and_the_folds_are_of_like_size() -> None:
    sentences = corpus(*((f"d{number}", 1 + number % 7) for number in range(40)))
    folds = deal_folds(sentences, 4, seed=1)
    assert len({(s.document, fold) for s, fold in zip(sentences, folds, strict=True)}) == 40
    sizes = Counter(folds)
    assert sorted(sizes) == [0, 1, 2, 3]
    assert max(sizes.values()) - min(sizes.values()) <= 1


def test_documents_of_two_files_are_two_though_they_have_one_name() -> None:
    sentences = corpus(("1", 10)) + corpus(("1", 10))
    for sentence in sentences[10:]:
        sentence.path = "other"
    assert deal_folds(sentences, 2, seed=1) in ([0] * 10 + [1] * 10, [1] * 10 + [0] * 10)


def test_sentences_without_a_document_stay_with_their_neighbours() -> None:
    folds = deal_folds(corpus(("", 400)), 5, seed=1)
    assert Counter(folds) == dict.fromkeys(range(5), 80)
    assert all(len(set(folds[block : block + 20])) == 1 for block in range(0, 400, 20))


def test_a_document_larger_than_a_fold_is_cut_and_the_others_are_not() -> None:
    sentences = corpus(("large", 320), ("a", 50), ("b", 50))
    folds = deal_folds(sentences, 2, seed=1)
    assert Counter(folds) == {0: 210, 1: 210}
    assert len(set(folds[320:370])) == len(set(folds[370:])) == 1


def test_the_seed_decides() -> None:
    sentences = corpus(*((f"d{number}", 2) for number in range(30)))
    assert deal_folds(sentences, 3, seed=1) == deal_folds(sentences, 3, seed=1)
    assert deal_folds(sentences, 3, seed=1) != deal_folds(sentences, 3, seed=2)


def test_no_copy_of_a_held_out_sentence_is_learnt_from() -> None:
    sentences = [Sentence(text.split()) for text in ("Thanks .", "He left .", "Thanks .", "Thanks !")]
    assert learnt_from(sentences, [0, 0, 1, 1], 0) == [3]
    assert learnt_from(sentences, [0, 0, 1, 1], 1) == [1]


@given(
    st.lists(st.tuples(st.sampled_from(["", "a", "b", "c"]), st.integers(0, 5)), max_size=60),
    st.integers(2, 6),
)
def test_every_sentence_has_a_fold_and_none_is_empty_that_need_not_be(
    shape: list[tuple[str, int]], folds: int
) -> None:
    sentences = [
        Sentence([str(number)] * length, document=name) for number, (name, length) in enumerate(shape)
    ]
    found = deal_folds(sentences, folds, seed=1)
    assert len(found) == len(sentences)
    assert set(found) <= set(range(folds))
    for fold in range(folds):
        others = {number for number, own in enumerate(found) if own != fold and shape[number][1]}
        assert others <= set(learnt_from(sentences, found, fold))
