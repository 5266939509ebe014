"""Findings about sentences that stand more than once."""

from tagger.text.check_duplicates import check_duplicates
from tests.text.checked_parts import brief, part_of, plain

LONG = "Ada Novak wrote a long letter to her aunt ."
MIDDLE = "Zoë went to the old harbour ."
SHORT = "Thank you very much ."


def test_a_training_sentence_in_dev_is_a_leak_however_it_is_tagged():
    train, dev = (
        part_of(plain(SHORT), plain(MIDDLE), plain(MIDDLE)),
        part_of(plain(SHORT), plain(MIDDLE), split="dev"),
    )
    (finding,) = check_duplicates([train, dev])
    assert str(finding) == (
        f"train.conll:7: a sentence that is in dev too (dev.conll:7): {MIDDLE} --fix leaves it out of train."
    )
    assert [place.line for place in finding.others] == [15]


def test_copies_within_a_split_are_noted_if_they_are_long():
    assert brief(
        check_duplicates([part_of(*[plain(text) for text in (MIDDLE, LONG, MIDDLE, LONG, LONG)])])
    ) == [("repeated-sentence", 9)]


def test_lines_of_figures_may_recur():
    table = plain("1 . 5 - 3 6 - 2 7 - 5 x")
    assert not brief(check_duplicates([part_of(table, table)]))


def test_copies_tagged_in_two_ways_are_found_at_the_rarer_reading():
    usual, odd = plain(MIDDLE, "O"), plain(MIDDLE, "O").replace("Zoë/O", "Zoë/B-PER")
    (finding,) = check_duplicates([part_of(odd, usual, usual)])
    assert str(finding) == (
        f"train.conll:1: expected O as at train.conll:9 (2 times), found ner B-PER on 'Zoë' (once). In: {MIDDLE}"
    )


def test_the_same_spans_in_two_schemes_are_the_same_tags():
    one = part_of("Ada/I-PER Novak/I-PER is/O here/O now/O ./O", scheme="IOB1")
    two = part_of("Ada/B-PER Novak/I-PER is/O here/O now/O ./O", split="dev", scheme="IOB2")
    assert not brief(check_duplicates([one, two]))
