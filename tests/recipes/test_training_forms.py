"""The forms with several tags: what a training writes into its model, and what a fine-tuning makes of it."""

import json
from pathlib import Path

from tagger.recipes.training_data import LoadedCorpus, TrainingData
from tagger.recipes.training_forms import dump_ambiguous, dump_grown, known_ambiguous
from tagger.saved import TaskDescription
from tagger.text.sentences import Sentence

POS = TaskDescription("pos", "upos", "none", "word", ("N", "V"))
NER = TaskDescription("ner", "ner", "IOBES", "sentence", ("B-A", "E-A", "O", "S-A"))
ANY = TaskDescription("any", "ner", "none", "margin", ("",))


def data(*rows: tuple[str, str, str]) -> TrainingData:
    """One corpus of a sentence each: tokens, parts of speech, entities."""
    sentences = [Sentence(t.split(), {"upos": p.split(), "ner": e.split()}) for t, p, e in rows]
    corpus = LoadedCorpus(sentences, [], {"upos": "none", "ner": "IOB2"}, "")
    return TrainingData([corpus], (POS, NER, ANY), {"pos": 0, "ner": 0, "any": 0})


FIRST = data(("a b", "N V", "B-A I-A"), ("a c", "V V", "B-A O"))
SECOND = data(("c b", "N V", "O O"))


def test_tags_are_those_of_the_tasks_scheme_and_scorers_have_none() -> None:
    """a is N and V; B-A is B-A before I-A and S-A alone."""
    assert json.loads(dump_ambiguous([FIRST])) == {"pos": ["a"], "ner": ["a"]}


def test_data_that_disagree_make_a_form_ambiguous() -> None:
    assert json.loads(dump_ambiguous([FIRST, SECOND])) == {"pos": ["a", "c"], "ner": ["a", "b"]}


def test_what_a_model_says_stays_when_it_learns_more(tmp_path: Path) -> None:
    (tmp_path / "ambiguous.json").write_text(dump_ambiguous([FIRST]))
    assert known_ambiguous(tmp_path) == {"pos": {"a"}, "ner": {"a"}}
    grown = dump_grown(tmp_path, [data(("d d", "N V", "O O"))])
    assert grown is not None
    assert json.loads(grown) == {"pos": ["a", "d"], "ner": ["a"]}


def test_a_model_that_does_not_say_leaves_one_that_does_not(tmp_path: Path) -> None:
    assert known_ambiguous(tmp_path) is None
    assert dump_grown(tmp_path, [FIRST]) is None
