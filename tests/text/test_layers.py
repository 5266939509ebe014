"""One file's columns: schemes found or stated, broken tags under each policy."""

import pytest

from tagger.errors import DataError
from tagger.text.layers import Layer, settle_schemes
from tagger.text.problems import Problems
from tagger.text.sentences import Sentence


def _layer(*tags, policy="stop"):
    sentences = [
        Sentence(["w"] * len(t), {"ner": list(t)}, f"s{i}", "", "f", list(range(1, 9)))
        for i, t in enumerate(tags)
    ]
    return Layer("f", sentences, Problems(policy))


def test_iob1_is_said_and_written_as_iob2():
    layer = _layer(["I-A", "I-A", "B-A"], ["O", "I-B"], ["I-A", "I-B", "O"])
    assert settle_schemes(layer, {}) == ["f: ner is IOB1 (5 entities)"]
    assert [s.tags["ner"] for s in layer.sentences] == [
        ["B-A", "I-A", "B-A"],
        ["O", "B-B"],
        ["B-A", "B-B", "O"],
    ]
    assert layer.columns == {"ner": "IOB1"}


def test_a_needless_b_under_iob1_is_said_and_keeps_its_span():
    layer = _layer(["I-A", "O", "I-A"], ["O", "B-A"])
    assert settle_schemes(layer, {}) == ["f: ner is IOB1 (3 entities, 1 B- where IOB1 writes I-)"]


def test_plain_tags_stay():
    layer = _layer(["NN", "O"], ["VB"])
    assert settle_schemes(layer, {}) == []
    assert layer.columns == {"ner": "none"} and layer.sentences[0].tags["ner"] == ["NN", "O"]


def test_a_broken_tag_stops_with_its_line():
    with pytest.raises(DataError) as error:
        settle_schemes(_layer(["B-A", "O", "I-A"], ["B-A", "O", "B-A"]), {})
    assert str(error.value) == (
        "f:3: expected B-A in ner (IOB2), found I-A after O. Pass --broken-tags repair (in settings: broken_tags) "
        "to read it as conlleval does, or --input-scheme ner=SCHEME if the file follows another; "
        "`tagger prep --on-error skip` leaves the sentence out."
    )


def test_text_that_is_no_tag_stops_with_its_line():
    with pytest.raises(DataError) as error:
        settle_schemes(_layer(["B-A", "X-A", "O"]), {}, broken_tags="repair")
    assert str(error.value) == (
        "f:2: expected a tag of IOB2 (O or B-TYPE, I-TYPE) in ner (IOB2), found X-A after B-A. "
        "Rename the tag (--map ner:X-A=O), or pass --input-scheme ner=none if it marks no spans."
    )


def test_broken_tags_can_be_repaired_or_left_out():
    """CoNLL-2002 Spanish: an entity cut in two by the end of a sentence."""
    tags = (["O", "B-LOC"], ["I-LOC", "I-LOC", "O"], ["B-PER"])
    layer = _layer(*tags)
    assert settle_schemes(layer, {}, broken_tags="repair") == [
        "f: ner is IOB2 (3 entities, 1 broken tag repaired)"
    ]
    assert layer.sentences[1].tags["ner"] == ["B-LOC", "I-LOC", "O"]
    layer = _layer(*tags, policy="skip")
    assert settle_schemes(layer, {}) == ["f: ner is IOB2 (2 entities)"]
    assert [s.id for s in layer.sentences] == ["s0", "s2"] and layer.places == [0, 2]
    assert layer.problems.counts == {"tag breaks its scheme": 1}


def test_a_stated_scheme_goes_before_what_the_tags_say():
    with pytest.raises(DataError):
        settle_schemes(_layer(["I-A", "O"]), {"ner": "IOB2"})
    layer = _layer(["B-A", "O"])
    assert settle_schemes(layer, {"ner": "none"}) == [] and layer.columns == {"ner": "none"}
