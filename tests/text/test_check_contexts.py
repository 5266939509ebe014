"""Findings about words with the same neighbours."""

from tagger.text.check_contexts import check_contexts
from tests.text.checked_parts import brief, part_of


def test_the_same_neighbours_should_give_the_same_tag():
    part = part_of("we/P all/D like/V long/J walks/N", "they/P all/D like/P long/J walks/N ./.", column="pos")
    assert not brief(check_contexts([part]))  # "we" and "they" differ
    part = part_of(
        "so/R we/P all/D like/V long/J walks/N", "if/R we/P all/D like/P long/J walks/N", column="pos"
    )
    (finding,) = check_contexts([part])
    assert str(finding) == (
        "train.conll:11: expected V as at train.conll:4 (once), found pos P on 'like' (once). In: we all like long walks"
    )


def test_copies_of_a_sentence_are_left_to_the_duplicates():
    part = part_of("we/P all/D like/V long/J walks/N", "we/P all/D like/P long/J walks/N", column="pos")
    assert not brief(check_contexts([part]))


def test_figures_are_no_context():
    part = part_of("1/C 2/C 3/C 4/C 5/C a/X", "1/C 2/C 3/D 4/C 5/C b/X", column="pos")
    assert not brief(check_contexts([part]))


def test_a_span_is_found_once():
    part = part_of(
        "then/O the/O True/B-X Lives/I-X of/O us/O", "and/O then/O the/O True/O Lives/O of/O us/O",
    )  # fmt: skip
    assert len(brief(check_contexts([part]))) == 1
