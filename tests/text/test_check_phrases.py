"""Findings about phrases: two types, or none."""

from tagger.text.check_phrases import check_phrases
from tests.text.checked_parts import brief, part_of

OUT = "there/O was/O nothing/O at/O all/O to/O see/O then/O ./O"
NAME = "New/B-LOC York/I-LOC"


def test_a_type_that_is_rare_for_a_phrase_is_found():
    part = part_of(*[f"{NAME} {OUT}"] * 4, f"New/B-ORG York/I-ORG {OUT}")
    (finding,) = check_phrases([part])
    assert (
        str(finding)
        == "train.conll:49: expected LOC as 4 times elsewhere, found 'New York' as ORG in ner (once)."
    )


def test_two_types_that_are_both_common_are_not():
    assert not brief(check_phrases([part_of(*[f"{NAME} {OUT}"] * 3, f"New/B-ORG York/I-ORG {OUT}")]))


def test_the_most_lopsided_and_longest_is_most_suspicious():
    part = part_of(
        *[f"{NAME} {OUT}"] * 9, f"New/B-ORG York/I-ORG {OUT}", *[f"Oslo/B-LOC {OUT}"] * 9, f"Oslo/B-ORG {OUT}"
    )
    one, two = check_phrases([part])
    assert ("York" in one.found) == (one.weight > two.weight)


def test_a_name_that_is_outside_once_is_found():
    part = part_of(*[f"{NAME} {OUT}"] * 4, f"New/O York/O {OUT}", f"new/O York/O {OUT}")
    (finding,) = check_phrases([part])
    assert str(finding) == (
        "train.conll:49: expected LOC as 4 times elsewhere, found 'New York' outside every span in ner (once)."
    )


def test_chunks_have_their_type_from_the_grammar():
    part = part_of(*["the/B-NP dog/I-NP barks/B-VP"] * 5, "the/B-VP dog/I-VP barks/B-NP")
    assert not brief(check_phrases([part]))
