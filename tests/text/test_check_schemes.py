"""Findings about schemes."""

from tagger.text.check_schemes import check_schemes
from tests.text.checked_parts import brief, part_of


def test_each_tag_that_breaks_its_scheme_is_found_by_kind():
    part = part_of("a/I-X b/B-X c/I-Y d/I-Y", "e/B-X f/PER g/O h/I-Z", "i/B-X", "j/B-X k/I-X", scheme="IOB2")
    findings = [*check_schemes([part])]
    assert brief(findings) == [("broken-tag", 1), ("type-change", 3), ("unknown-tag", 7), ("broken-tag", 9)]
    assert str(findings[1]) == (
        "train.conll:3: expected B-Y in ner (IOB2), found I-Y after B-X. --fix and --broken-tags repair read it as conlleval does."
    )
    assert findings[2].hint == "Rename it (--map ner:PER=O), or pass --input-scheme ner=SCHEME."


def test_iob1_may_change_its_type_and_needless_begins_are_noted():
    part = part_of("a/I-X b/I-Y c/B-Y d/O e/B-Y", scheme="IOB1")
    (finding,) = check_schemes([part])
    assert (finding.kind, finding.place.line, finding.expected) == ("needless-begin", 5, "I-Y as IOB1 writes")


def test_files_in_different_schemes_are_noted():
    one, two = part_of("a/I-X b/O"), part_of("a/B-X b/O", split="dev")
    (finding,) = check_schemes([one, two])
    assert str(finding).startswith("dev.conll: expected IOB1, found ner in IOB2.")


def test_plain_tags_have_no_scheme():
    assert not [*check_schemes([part_of("a/I b/B", scheme="none")])]
