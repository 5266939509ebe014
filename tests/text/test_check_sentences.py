"""Findings about sentences as wholes."""

from tagger.text.check_sentences import check_sentences
from tests.text.checked_parts import brief, part_of, plain


def test_a_sentence_that_holds_others_may_lack_a_blank_line():
    long = plain(" ".join(["The dog barks loudly and the cat runs away at once ."] * 8))
    findings = [*check_sentences([part_of(*[plain("a b c")] * 5, long)])]
    assert brief(findings) == [("missing-blank-line", 21)]
    assert str(findings[0]) == (
        "train.conll:21: a sentence of 96 tokens (half of them have 3 or fewer), with 7 full stops before a capital. "
        "Is a blank line missing?"
    )


def test_a_table_is_only_long():
    table = plain(" ".join(["3 - 6"] * 40))
    assert brief(check_sentences([part_of(*[plain("a b c")] * 5, table)])) == [("long-sentence", 21)]


def test_long_is_measured_by_the_corpus():
    assert not brief(check_sentences([part_of(*[plain(" ".join(["word"] * 120))] * 5)]))


def test_a_file_without_any_blank_line_is_too_long_by_itself():
    text = plain(" ".join(["The dog barks at it ."] * 200))
    assert brief(check_sentences([part_of(text)])) == [("missing-blank-line", 1)]


def test_sentences_without_words_are_found_once_a_text():
    (finding,) = check_sentences([part_of("-/X -/X", "a/X", "-/X -/X", "5/X")])
    assert (finding.kind, finding.place.line, finding.others[0].line) == ("no-words", 1, 6)


def test_an_id_names_one_sentence():
    part = part_of("a/X", "b/X", "c/X", "d/X")
    for sentence, name in zip(part.sentences, ["one", "two", "one", ""], strict=True):
        sentence.id = name
    (finding,) = check_sentences([part])
    assert str(finding) == (
        "train.conll:1: expected one, found the id one of 2 sentences. Layers are joined by ids only where each stands once."
    )
