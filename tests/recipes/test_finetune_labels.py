"""Labels of new data beside those of a model."""

import pytest

from tagger.recipes.finetune_labels import grown_labels, label_notes, new_types
from tagger.saved import TaskDescription

NER = TaskDescription("ner", "ents", "IOBES", "sentence", ("O", "S-PER", "B-LOC", "E-LOC", "S-misc"))
POS = TaskDescription("pos", "pos", "none", "word", ("NN", "VB"))


def test_old_labels_keep_their_order_and_new_ones_follow_by_alphabet() -> None:
    assert grown_labels(("O", "B"), ["Z", "A", "O"], ["C", "A"]) == ("O", "B", "A", "Z", "C")


def test_no_note_without_new_labels() -> None:
    assert label_notes(NER, ["O", "B-PER", "E-PER"]) == []  # the type is known


@pytest.mark.parametrize(
    ("label", "twin"), [("person", "PER"), ("LOCATION", "LOC"), ("MISC", "misc"), ("M-I.SC", "misc")]
)
def test_a_new_name_that_looks_like_an_old_one_is_told(label: str, twin: str) -> None:
    assert label_notes(NER, ["O", f"S-{label}"]) == [
        f"ner: labels that the model does not have yet: {label}",
        f"ner: {label} looks like the model's {twin}; --map ents:{label}={twin} makes them one",
    ]


@pytest.mark.parametrize("labels", [["S-person", "S-PER"], ["S-pe"], ["S-xper"]])
def test_what_the_data_tell_apart_or_hardly_resembles_is_not_taken_for_the_same(labels: list[str]) -> None:
    assert len(label_notes(NER, labels)) == 1


def test_plain_tags_are_compared_as_they_are() -> None:
    assert label_notes(POS, ["nn", "VB", "XX"]) == [
        "pos: labels that the model does not have yet: XX, nn",
        "pos: nn looks like the model's NN; --map pos:nn=NN makes them one",
    ]


def test_new_types_leave_out_what_was_known_and_scorers() -> None:
    grown = TaskDescription("ner", "ents", "IOBES", "sentence", (*NER.labels, "B-PER", "S-ORG"))
    scorer = TaskDescription("per", "ents", "none", "margin", ("PER",))
    assert new_types([NER, POS], [grown, POS, scorer]) == {"ner": ("ORG",)}
