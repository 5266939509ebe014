"""Forms and their kinds, by hand."""

from tagger.analysis import FormScore
from tagger.evaluation.form_kinds import ambiguous_forms, form_scores

TRAIN = ["the can can".split(), "a can the".split()]
TAGS = ["D N V".split(), "D N D".split()]


def test_forms_with_several_tags() -> None:
    assert ambiguous_forms(TRAIN, TAGS) == ["can"]
    assert ambiguous_forms([["can"], ["Can"]], [["N"], ["V"]]) == []


def test_a_form_that_comes_back_to_its_first_tag_stays_ambiguous() -> None:
    assert ambiguous_forms([["b", "a", "b", "a", "b"]], [["N", "N", "V", "N", "N"]]) == ["b"]


def test_accuracy_by_kind_of_form() -> None:
    """the, a: one tag, both right; can: ambiguous, one of two right; dog: unseen, wrong."""
    tokens = ["the can".split(), "a can dog".split()]
    scores = form_scores(
        ["D N".split(), "D V N".split()],
        ["D N".split(), "D N V".split()],
        tokens,
        known={"the", "a", "can"},
        ambiguous={"can"},
    )
    assert scores == (FormScore("one tag", 2, 2), FormScore("ambiguous", 2, 1), FormScore("unseen", 1, 0))
    assert [score.accuracy for score in scores] == [1.0, 0.5, 0.0]


def test_where_it_is_unknown_which_are_ambiguous_forms_are_seen_or_not() -> None:
    scores = form_scores([["D", "N"]], [["D", "V"]], [["the", "dog"]], known={"the"}, ambiguous=None)
    assert scores == (FormScore("seen", 1, 1), FormScore("unseen", 1, 0))
