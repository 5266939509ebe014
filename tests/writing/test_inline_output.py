import pytest

from tagger.reading.words import Words
from tagger.writing.inline_output import render_inline
from tests.writing.tagged_examples import WORDS, example, layout, tagged


@pytest.mark.parametrize(
    ("tasks", "expected"),
    [
        (["ner"], "[Ada Lovelace](PER) lives in [Paris](LOC).\n"),
        (["pos"], "Ada/NNP Lovelace/NNP lives/VBZ in/IN Paris/NNP ./.\n"),
        (["pos", "ner"], "[Ada/NNP Lovelace/NNP](PER) lives/VBZ in/IN [Paris/NNP](LOC) ./.\n"),
        (["ner", "chunk"], "[Ada/B-NP Lovelace/I-NP](PER) lives/B-VP in/B-PP [Paris/B-NP](LOC) ./O\n"),
    ],
)
def test_spans_are_in_brackets_and_plain_tags_hang_on_tokens(tasks, expected) -> None:
    assert render_inline([WORDS], [example(tasks)], layout(tasks)).decode() == expected


def test_spans_show_their_probability_if_asked_for() -> None:
    sentence = example(["ner"], probabilities=True)
    asked = render_inline([WORDS], [sentence], layout(["ner"], probabilities=True))
    assert asked == b"[Ada Lovelace](PER 0.70) lives in [Paris](LOC 0.74).\n"
    assert (
        render_inline([WORDS], [sentence], layout(["ner"])) == b"[Ada Lovelace](PER) lives in [Paris](LOC).\n"
    )


def test_nothing_hangs_on_an_untagged_token() -> None:
    words = Words(["a", "b"])
    assert render_inline([words], [tagged(words, {"pos": ["", "NNP"]})], layout(["pos"])) == b"a b/NNP\n"


def test_white_space_in_a_sentence_becomes_a_space() -> None:
    words = Words(["a", "b", "c"], [0, 3, 4], [1, 4, 5], "a\r\nbc")
    assert render_inline([words], [tagged(words, {"ner": ["O"] * 3})], layout(["ner"])) == b"a bc\n"
