"""Comparisons counted by hand; scores and intervals against the functions that `tagger eval` and finetune use."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.analysis import Agreement, SentenceSpan
from tagger.errors import ShapeError
from tagger.evaluation.comparison import Compared, compare_task
from tagger.evaluation.intervals import change, interval, sentence_counts
from tagger.text.sentences import Sentence


def sentences(*texts: str, documents: str = "") -> list[Sentence]:
    """One sentence a text; `documents` names the document of each by a letter."""
    found, line = [], 1
    for number, text in enumerate(texts):
        tokens = text.split()
        lines = list(range(line, line + len(tokens)))
        document = documents[number : number + 1]
        found.append(Sentence(tokens, document=document, path="gold.conll", lines=lines))
        line += len(tokens) + 1
    return found


def rows(*texts: str) -> list[list[str]]:
    return [text.split() for text in texts]


TEXT = sentences("Ada saw Oslo", "Joe Root ran", "Paris fell", "it rains")
NER = Compared(
    gold=rows("B-PER O B-LOC", "B-PER I-PER O", "B-LOC O", "O O"),
    a=rows("B-PER O B-LOC", "B-PER O O", "B-ORG O", "O O"),
    b=rows("B-PER O O", "B-PER I-PER O", "B-PER O", "O O"),
    scheme="IOB2",
)


def test_spans_counted_by_hand() -> None:
    found = compare_task("ner", TEXT, NER)
    assert (found.task, found.score, found.sentences, found.tokens) == ("ner", "f1", 4, 10)
    assert found.a.value == pytest.approx(2 * 2 / (4 + 4))  # Ada, Oslo of Ada, Oslo, Joe, Paris
    assert found.b.value == pytest.approx(2 * 2 / (4 + 3))
    assert found.agreement == (
        Agreement("sentences", both_right=1, only_a=1, only_b=1, both_wrong=1, alike=0),
        Agreement("tokens", both_right=7, only_a=1, only_b=1, both_wrong=1, alike=0),
        Agreement("gold spans", both_right=1, only_a=1, only_b=1, both_wrong=1),
    )
    assert found.differing == 3
    assert (found.resampled, found.units, found.rounds) == ("sentences", 4, 0)


def test_plain_tags_have_no_spans() -> None:
    tags = Compared(rows("N V", "N"), rows("N N", "N"), rows("N N", "V"), scheme="none")
    found = compare_task("pos", sentences("a b", "c"), tags)
    assert (found.score, found.a.value, found.b.value) == (
        "accuracy",
        pytest.approx(2 / 3),
        pytest.approx(1 / 3),
    )
    assert found.agreement == (
        Agreement("sentences", both_right=0, only_a=1, only_b=0, both_wrong=1, alike=1),
        Agreement("tokens", both_right=1, only_a=1, only_b=0, both_wrong=1, alike=1),
    )
    (difference,) = found.differences
    assert (difference.number, difference.where) == (2, "gold.conll:4")
    assert (difference.a_errors, difference.b_errors) == (0, 1)
    assert (difference.gold_spans, difference.a_spans, difference.b_spans) == ((), (), ())


def test_scores_and_intervals_are_those_of_one_resampling() -> None:
    a, b = (sentence_counts(NER.gold, tags, scheme="IOB2") for tags in (NER.a, NER.b))
    found = compare_task("ner", TEXT, NER)
    assert (found.a, found.b, found.change) == (interval(a), interval(b), change(a, b))


def test_documents_are_exchanged_whole() -> None:
    """Twelve documents of two sentences; A alone is right in every first sentence, B in every second."""
    text = sentences(*["x"] * 24, documents="aabbccddeeffgghhiijjkkll")
    tags = Compared(rows(*["N"] * 24), rows(*["N", "V"] * 12), rows(*["V", "N"] * 12), scheme="none")
    found = compare_task("pos", text, tags)
    assert (found.resampled, found.units) == ("documents", 12)
    assert (found.change.low, found.change.high) == (0.0, 0.0)  # by sentences this is wide
    apart = Compared(tags.gold, rows(*["N"] * 24), rows(*["V"] * 24), scheme="none")
    assert compare_task("pos", text, apart).p == pytest.approx(2 / 2**12)


def test_the_largest_differences_come_first() -> None:
    """Most unlike numbers of errors, then most unlike tags, then the order of the data."""
    gold = rows("N N N", "N N N", "N N N", "N N N")
    a = rows("N N N", "V N N", "N N N", "V V V")
    b = rows("V N N", "N V N", "V V N", "X X X")
    text = sentences("a b c", "d e f", "g h i", "j k l")
    found = compare_task("pos", text, Compared(gold, a, b, scheme="none"))
    assert [sentence.number for sentence in found.differences] == [3, 1, 4, 2]
    assert [(s.a_errors, s.b_errors) for s in found.differences] == [(0, 2), (0, 1), (3, 3), (1, 1)]
    fewer = compare_task("pos", text, Compared(gold, a, b, scheme="none"), differences=2)
    assert fewer.differences == found.differences[:2]
    assert fewer.differing == 4
    assert compare_task("pos", text, Compared(gold, a, b, scheme="none"), differences=0).differences == ()


def test_a_difference_in_spans() -> None:
    found = compare_task("ner", TEXT, NER)
    difference = next(own for own in found.differences if own.number == 2)
    assert (difference.where, difference.tokens) == ("gold.conll:5", ("Joe", "Root", "ran"))
    assert difference.gold == ("B-PER", "I-PER", "O") == difference.b
    assert difference.gold_spans == (SentenceSpan(0, 2, "PER"),) == difference.b_spans
    assert difference.a_spans == (SentenceSpan(0, 1, "PER"),)
    assert (difference.a_errors, difference.b_errors) == (1, 0)  # one span, too short


def test_data_without_lines_have_no_place() -> None:
    text = [Sentence(["a"], path="prepared, dev")]
    (difference,) = compare_task("pos", text, Compared([["N"]], [["N"]], [["V"]], "none")).differences
    assert difference.where == ""


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_a_model_and_itself(data: st.DataObject) -> None:
    tag = st.sampled_from(["O", "B-A", "I-A", "B-B"])
    sizes = data.draw(st.lists(st.integers(1, 5), max_size=6))
    gold, own = ([data.draw(st.lists(tag, min_size=n, max_size=n)) for n in sizes] for _ in range(2))
    text = sentences(*[" ".join(["w"] * n) for n in sizes])
    found = compare_task("ner", text, Compared(gold, own, own, "IOB2"))
    assert (found.p, found.token_p, found.differing, found.differences) == (1.0, 1.0, 0, ())
    assert (found.change.value, found.change.low, found.change.high) == (0.0, 0.0, 0.0)


def test_b_against_a_is_a_against_b_turned_round() -> None:
    one = compare_task("ner", TEXT, NER)
    other = compare_task("ner", TEXT, Compared(NER.gold, NER.b, NER.a, NER.scheme))
    assert (other.p, other.token_p, other.a, other.b) == (one.p, one.token_p, one.b, one.a)
    assert other.change.value == -one.change.value
    assert (other.change.low, other.change.high) == pytest.approx((-one.change.high, -one.change.low))
    assert [own.number for own in other.differences] == [own.number for own in one.differences]


def test_other_sizes_are_refused() -> None:
    with pytest.raises(ShapeError) as error:
        compare_task("ner", TEXT[:2], NER)
    assert str(error.value) == "task ner: expected tags of 2 sentences."
