import pytest

from tagger.writing.layout import ROW_ENDS, RowEnds, build_layout, or_else, to_bytes
from tests.writing.tagged_examples import TAGS, layout


def test_tags_of_another_scheme_are_converted_by_their_spans() -> None:
    own = build_layout(["ner"], {"ner": "IOB1"}, {"ner": ["O", "I-X", "B-X"]}, scheme="IOBES")
    assert own.to_scheme["ner"](["I-X", "I-X", "B-X", "O"]) == ["B-X", "E-X", "S-X", "O"]
    assert own.by_context == {"ner"}


def test_from_iobes_to_iob2_each_tag_is_converted_alone() -> None:
    own = layout(["pos", "ner"])
    assert own.to_scheme["ner"](TAGS["ner"]) == ["B-PER", "I-PER", "O", "O", "B-LOC", "O"]
    assert own.by_context == frozenset()


def test_a_mark_stands_for_untagged_tokens_alone() -> None:
    assert or_else(["NN", "", "VB"], "_") == ["NN", "_", "VB"]
    assert or_else(["NN", "", "VB"], None) == ["NN", None, "VB"]
    assert or_else(["NN"], "_") == ["NN"]


def test_half_of_a_surrogate_pair_is_written_as_a_replacement_character() -> None:
    assert to_bytes("a\ud83d\tb") == "a\ufffd\tb".encode()


def test_the_table_of_row_ends_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ROW_ENDS == 100_000
    monkeypatch.setattr("tagger.writing.layout.ROW_ENDS", 3)
    ends = RowEnds("\t", [list])
    assert [ends[(str(n),)] for n in range(20)] == [f"\t{n}\n" for n in range(20)]
    assert len(ends) <= 3
