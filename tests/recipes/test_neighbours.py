"""Nearest words of a model: a table of directions that can be seen at a glance."""

import io
import json
import math
from pathlib import Path

import numpy as np
import pytest

from tagger.errors import ModelError, TaggerError
from tagger.recipes.neighbours import UnknownWord, find_neighbours, neighbours_as_json
from tagger.saved import write_model
from tests.recipes.test_word_table import word_model

ANGLES = {"france": 0, "italy": 10, "spain": 25, "00": 90, "walked": 100, "new york": 200}
"""Word -> degrees; "zero" has no direction."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [
        [0, 0],
        [5, 5],
        *([math.cos(math.radians(a)), math.sin(math.radians(a))] for a in ANGLES.values()),
    ]
    write_model(tmp_path, word_model([*ANGLES, "zero"], np.array([*rows, [0, 0]], np.float32)))
    return tmp_path


def degrees(nearest: tuple[tuple[str, float], ...]) -> dict[str, int]:
    return {word: round(math.degrees(math.acos(cosine))) for word, cosine in nearest}


def test_words_are_looked_up_as_the_model_spells_them(folder: Path) -> None:
    report = find_neighbours(folder, ["France", "74", "New York"], count=2)
    assert [(one.word, one.item) for one in report.found] == [
        ("France", "france"),
        ("74", "00"),
        ("New York", "new york"),
    ]
    assert [degrees(one.nearest) for one in report.found] == [
        {"italy": 10, "spain": 25},
        {"walked": 10, "spain": 65},
        {"walked": 100, "00": 110},
    ]
    assert report.words == 7
    assert report.unknown == ()


def test_a_word_that_was_never_learnt_has_no_neighbours(folder: Path) -> None:
    report = find_neighbours(folder, ["zero", "italy"], count=10)
    assert [(one.learnt, len(one.nearest)) for one in report.found] == [(False, 0), (True, 5)]


def test_unknown_words_are_told_beside_known_ones(folder: Path) -> None:
    report = find_neighbours(folder, ["Itlay", "spain", "qqq", "Itlay"])
    assert [one.word for one in report.found] == ["spain"]
    assert report.unknown == (UnknownWord("Itlay", "itlay", ("italy",)), UnknownWord("qqq", "qqq", ()))
    assert [str(word) for word in report.unknown] == [
        "'Itlay' is not among the words of the model. Did you mean italy?",
        "'qqq' is not among the words of the model.",
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["qqq"], "expected a word that the model knows, found 'qqq'."),
        (["frence"], "expected a word that the model knows, found 'frence'. Did you mean france?"),
        (
            ["frence", "itly", "franc"],
            "expected words that the model knows, found 'frence', 'itly', 'franc'. Did you mean france, italy?",
        ),
        (list("abcdefg"), "expected words that the model knows, found 'a', 'b', 'c', 'd', 'e' and 2 others."),
        (["x" * 1000], f"expected a word that the model knows, found '{'x' * 1000}'."),
        ([""], "expected a word that the model knows, found ''. It is empty."),
        (
            ["Old York"],
            "expected a word that the model knows, found 'Old York'. "
            "A word holds no white space: ask for Old and York.",
        ),
        ([" "], "expected a word that the model knows, found ' '. A word holds no white space."),
    ],
)
def test_no_word_that_is_known(folder: Path, words: list[str], message: str) -> None:
    with pytest.raises(TaggerError) as caught:
        find_neighbours(folder, words)
    assert str(caught.value) == f"{folder}: {message}"


def test_a_model_without_words(tmp_path: Path) -> None:
    write_model(tmp_path, word_model([], np.zeros((2, 2), np.float32)))
    with pytest.raises(ModelError) as caught:
        find_neighbours(tmp_path, ["the"])
    assert str(caught.value) == (
        f"{tmp_path}: expected a model that knows words, found one whose word table has none."
    )


def test_near_spellings_are_looked_for_a_few_words_only(folder: Path) -> None:
    report = find_neighbours(folder, ["italy", *(f"spai{letter}" for letter in "abcdefghijklmopqrstuvwxyz")])
    assert [bool(word.alike) for word in report.unknown] == [True] * 20 + [False] * 5


def stdin(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_words_of_standard_input_stand_where_its_name_does(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stdin(monkeypatch, b"france\t walked\r\n\n spain")
    report = find_neighbours(folder, ["italy", "-", "italy"], count=1)
    assert [one.item for one in report.found] == ["italy", "france", "walked", "spain", "italy"]


def test_no_words_on_standard_input(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin(monkeypatch, b"\n \n")
    with pytest.raises(TaggerError) as caught:
        find_neighbours(folder, ["-"])
    assert str(caught.value) == "standard input: expected words, found none."


def test_json(folder: Path) -> None:
    values = json.loads(json.dumps(neighbours_as_json(find_neighbours(folder, ["France", "itlay"], count=1))))
    assert values == {
        "path": str(folder),
        "words": 7,
        "neighbours": [
            {
                "word": "France",
                "item": "france",
                "learnt": True,
                "nearest": [{"word": "italy", "cosine": 0.984808}],  # cos 10 degrees
            }
        ],
        "unknown": [{"word": "itlay", "item": "itlay", "alike": ["italy"]}],
    }
