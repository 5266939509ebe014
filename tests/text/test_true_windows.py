import pytest

from tagger.text.true_windows import span_types, window_kinds

SPANS = ["O", "B-PER", "I-PER", "O", "S-LOC", "O"]


@pytest.mark.parametrize(
    ("label", "kinds"),
    [
        ("", "- + + - + -"),
        ("PER", "- + + - . -"),
        ("LOC", "- . . - + -"),
        ("ORG", "- . . - . -"),
    ],
)
def test_spans_of_the_label_are_true_words_outside_all_spans_corrupted(label: str, kinds: str) -> None:
    names = {"+": "true", "-": "corrupted", ".": "neither"}
    assert window_kinds(SPANS, label, "IOBES") == [names[kind] for kind in kinds.split()]


def test_plain_tags_are_the_label_or_another() -> None:
    assert window_kinds(["NN", "VB", "NN"], "NN", "none") == ["true", "corrupted", "true"]
    assert window_kinds(["O", "B-PER"], "B-PER", "none") == ["corrupted", "true"]


def test_any_plain_tag_but_o_is_true_without_a_label() -> None:
    assert window_kinds(["O", "X", "O-X"], "", "none") == ["corrupted", "true", "true"]


def test_spans_without_a_type_are_of_any() -> None:
    assert window_kinds(["B", "I", "O"], "", "IOB2") == ["true", "true", "corrupted"]


def test_types_of_spans() -> None:
    assert span_types(["O", "B-PER", "I-PER", "S-LOC", "no tag", "B-X-Y"]) == {"PER", "LOC", "X-Y"}
    assert span_types(["O", "B"]) == {""}
