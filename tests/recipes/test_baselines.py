"""Baselines by name: what each makes of sentences, and what is refused before any work."""

import sys

import pytest

from tagger.errors import SettingsError
from tagger.recipes.baselines import BASELINES, baseline_tags, check_baselines
from tagger.text.sentences import Sentence

TRAIN = [Sentence("to run".split()), Sentence("a run".split()), Sentence("the run".split()), Sentence([])]
TAGS = [["TO", "VB"], ["DT", "NN"], ["DT", "NN"], []]
DEV = [Sentence("to run".split()), Sentence([]), Sentence("the run".split())]


def test_the_majority_knows_no_context() -> None:
    assert baseline_tags("majority", TRAIN, TAGS, DEV, scheme="none") == [["TO", "NN"], [], ["DT", "NN"]]


def test_the_majority_of_spans_marks_known_phrases() -> None:
    tags = [["O", "S-X"], ["B-Y", "E-Y"], ["O", "S-X"], []]
    found = baseline_tags("majority", TRAIN, tags, [Sentence("run a run".split())], scheme="IOBES")
    assert found == [["S-X", "B-Y", "E-Y"]]


def test_the_random_field_knows_context_and_tells_its_progress() -> None:
    pytest.importorskip("pycrfsuite", reason='needs python-crfsuite: pip install "tagger[crf]"')
    heard: list[str] = []
    found = baseline_tags("crf", TRAIN, TAGS, DEV, scheme="none", note=heard.append)
    assert found == [["TO", "VB"], [], ["DT", "NN"]]
    assert heard[0] == "CRF: training on 4 sentences"


def test_every_baseline_has_a_title() -> None:
    assert {name: method.title for name, method in BASELINES.items()} == {
        "majority": "majority tag",
        "crf": "CRF",
    }


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SettingsError) as error:
        baseline_tags("hmm", TRAIN, TAGS, DEV, scheme="none")
    assert str(error.value) == "--baseline: expected one of majority, crf, found 'hmm'."


@pytest.mark.parametrize("train", [[], [Sentence([])]])
def test_training_sentences_without_a_token_are_refused(train: list[Sentence]) -> None:
    with pytest.raises(SettingsError) as error:
        baseline_tags("majority", train, [[] for _ in train], DEV, scheme="none")
    assert str(error.value) == "--baseline majority: expected training sentences with tags, found none."


def test_a_missing_package_is_refused_before_any_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pycrfsuite", None)
    check_baselines(["majority"])
    with pytest.raises(SettingsError) as error:
        check_baselines(["majority", "crf"])
    assert str(error.value) == (
        "--baseline crf: expected python-crfsuite to be installed, found none. "
        'Install it: pip install "tagger[crf]"'
    )
