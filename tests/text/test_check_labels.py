"""Findings about labels."""

import pytest

from tagger.text.check_labels import UNIVERSAL, check_labels
from tests.text.checked_parts import brief, part_of, plain

MANY = plain(" ".join(["word"] * 1000), "O")


def kinds(*parts, least=0):
    return [finding.kind for finding in check_labels(parts, least=least)]


def test_variants_say_what_they_are_a_variant_of():
    (finding,) = check_labels([part_of("a/B-PER b/B-per c/O", "d/B-PER e/O")], least=0)
    assert str(finding) == (
        "train.conll:2: expected 'B-PER' (2 times), found the tag 'B-per' in ner (once). --fix mends it."
    )


def test_space_is_a_kind_of_its_own():
    part = part_of("a/N b/N c/N d/N e/N f/V", column="pos")
    part.sentences[0].tags["pos"][0] = "N "
    (finding,) = check_labels([part], least=0)
    assert str(finding) == (
        "train.conll:1: expected 'N' (4 times), found the tag 'N ' in pos (once). --fix mends it."
    )
    assert finding.kind == "label-space"


@pytest.mark.parametrize(
    ("text", "kind"),
    [("a/B-O b/B-X c/O", "odd-label"), ("a/B b/B-X c/O", "odd-label"), ("a/B-X b/B-Y c/O", "")],
)
def test_odd_types_of_spans(text, kind):
    assert kinds(part_of(text)) == ([kind] if kind else [])


def test_single_tokens_without_a_tag():
    part = part_of("a/N b/V c/_", column="pos")
    assert brief(check_labels([part], least=0)) == [("untagged", 3)]
    assert kinds(part_of("a/_ b/_ c/N", column="pos")) == []


def test_upos_has_seventeen_tags():
    part = part_of("a/NOUN b/NN", column="upos")
    assert kinds(part) == []
    part.format = "conllu"
    assert kinds(part) == ["unknown-upos"] and len(UNIVERSAL) == 17


def test_few_examples_are_counted_in_spans():
    part = part_of(MANY, "a/B-X b/I-X c/B-X", "d/B-Y")
    found = [(f.found, f.expected, f.count) for f in check_labels([part], least=2)]
    assert found == [("the type Y of ner on 1 span of train", "at least 2", 1)]


def test_nearly_every_label_of_a_tiny_corpus_is_rare_so_none_is_named():
    assert kinds(part_of("a/B-X b/O"), least=5) == []


def test_labels_of_one_split_only():
    train = part_of("a/B-X b/I-X c/B-Y d/B-Y")
    dev = part_of("a/B-Y b/B-Z c/I-Z", "d/B-Z", split="dev")
    found = [(f.kind, f.place.line, f.found, f.count) for f in check_labels([train, dev], least=1)]
    assert found == [
        ("label-only-in-train", 1, "the type X of ner on 1 span of train and none of dev", 1),
        ("label-not-in-train", 2, "the type Z of ner, which train has not (2 spans)", 2),
    ]


def test_a_column_with_one_tag_says_nothing():
    assert kinds(part_of("a/X b/X", column="pos")) == ["constant-column"]
