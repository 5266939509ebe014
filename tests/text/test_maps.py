"""Label maps: whole tags, types, removal, and spans that must not grow together."""

import pytest

from tagger.errors import SettingsError
from tagger.text.maps import apply_maps, parse_map
from tagger.text.schemes import spans_of
from tagger.text.sentences import Sentence


def _mapped(tags, *maps, column="ner"):
    sentence = Sentence(["w"] * len(tags), {column: list(tags)})
    apply_maps([sentence], [parse_map(text) for text in maps])
    return sentence.tags[column]


@pytest.mark.parametrize(
    ("tags", "maps", "result"),
    [
        (["B-OTH", "I-OTH", "B-PER"], ["ner:OTH=O"], ["O", "O", "B-PER"]),
        (["B-PER", "B-O", "O"], ["ner:B-O=O"], ["B-PER", "O", "O"]),  # EWT's early entity layer
        (["B-O", "I-O", "O"], ["ner:B-O=O"], ["O", "O", "O"]),  # the span goes whole
        (["B-A", "I-A", "E-A"], ["I-A=O"], ["O", "O", "O"]),
        (["B-A", "I-A"], ["A=B"], ["B-B", "I-B"]),
        (["B-A", "I-A"], ["A=B", "B-A=B-C", "I-A=I-C"], ["B-C", "I-C"]),  # a whole tag goes before a type
        (["B-A"], ["pos:A=B"], ["B-A"]),
        (["NN", "NNS"], ["NNS=NN"], ["NN", "NN"]),
        (["I-A", "I-B"], ["A=B"], ["I-B", "B-B"]),  # IOB1: two spans stay two
        (["I-B", "I-A", "I-A"], ["A=B"], ["I-B", "B-B", "I-B"]),
        (["I-A", "I-C", "I-B"], ["C=O"], ["I-A", "O", "I-B"]),
    ],
)
def test_maps(tags, maps, result):
    assert _mapped(tags, *maps) == result
    if not any(text.endswith("=O") for text in maps):
        assert [span[:2] for span in spans_of(result)] == [span[:2] for span in spans_of(tags)]


def test_maps_count_what_they_changed():
    sentences = [Sentence(["a", "b"], {"ner": ["B-OTH", "I-OTH"], "pos": ["X", "Y"]})]
    maps = [parse_map("ner:OTH=O"), parse_map("pos:Z=Y")]
    assert list(apply_maps(sentences, maps).values()) == [2, 0]


@pytest.mark.parametrize("text", ["OTH", "OTH=", "=O", "ner:=O", ""])
def test_a_map_needs_both_sides(text):
    with pytest.raises(SettingsError) as error:
        parse_map(text)
    assert str(error.value) == (
        f"map: expected [COLUMN:]OLD=NEW, found {text!r}. For example ner:OTH=O, which removes the spans of type OTH."
    )


def test_a_label_with_a_colon_needs_its_column():
    label_map = parse_map("deprel:acl:relcl=acl")
    assert (label_map.column, label_map.old, label_map.new) == ("deprel", "acl:relcl", "acl")
    assert str(label_map) == "deprel:acl:relcl=acl"
