"""Two layers to one: by id, by order, and what does not fit."""

import pytest

from tagger.errors import DataError
from tagger.text.joining import join_layers
from tagger.text.layers import Layer
from tagger.text.problems import Problems
from tagger.text.sentences import Sentence


def _layer(path, column, *sentences, policy="stop", dropped=()):
    problems = Problems(policy)
    for place, name in dropped:
        problems.drop(place, name)
    read = [
        Sentence(text.split(), {column: [column] * len(text.split())}, name, "", path, list(range(n, n + 9)))
        for n, (name, text) in enumerate(sentences, 1)
    ]
    return Layer(path, read, problems, columns={column: "none"})


def _joined(layer):
    return [(" ".join(s.tokens), sorted(s.tags)) for s in layer.sentences]


def test_sentences_with_ids_are_matched_in_any_order():
    first = _layer("a", "pos", ("1", "x y"), ("2", "z"))
    join_layers(first, _layer("b", "ner", ("2", "z"), ("1", "x y")))
    assert _joined(first) == [("x y", ["ner", "pos"]), ("z", ["ner", "pos"])]
    assert first.columns == {"pos": "none", "ner": "none"}


def test_sentences_without_ids_are_matched_by_order():
    first = _layer("a", "pos", ("1", "x y"), ("2", "z"))
    join_layers(first, _layer("b", "ner", ("", "x y"), ("", "z")))
    assert _joined(first) == [("x y", ["ner", "pos"]), ("z", ["ner", "pos"])]


BAD = [
    (
        (("1", "x y"), ("2", "z")),
        (("1", "x Y"), ("2", "z")),
        "b:2: expected the token 'y' as at a:2, found 'Y'. Both layers need the same tokens.",
    ),
    (
        (("1", "x y"),),
        (("1", "x"),),
        "b:1: expected the token 'y' as at a:2, found the end of the sentence. Both layers need the same tokens.",
    ),
    (
        (("1", "x"),),
        (("1", "x y"),),
        "b:2: expected the end of the sentence as after a:1, found 'y'. Both layers need the same tokens.",
    ),
    ((("1", "x"), ("2", "y")), (("1", "x"),), "b: expected the sentence 2 that stands at a:2, found none."),
    (
        (("1", "x"),),
        (("1", "x"), ("7", "y")),
        "b:2: expected the sentences of a and no more, found another one 7.",
    ),
    ((("", "x"), ("", "y")), (("", "x"),), "b: expected the sentence that stands at a:2, found none."),
]


@pytest.mark.parametrize(("one", "two", "message"), BAD)
def test_what_differs_is_an_error_that_names_both_places(one, two, message):
    with pytest.raises(DataError) as error:
        join_layers(_layer("a", "pos", *one), _layer("b", "ner", *two))
    assert str(error.value) == message


def test_the_same_column_in_both_files_is_an_error():
    with pytest.raises(DataError) as error:
        join_layers(_layer("a", "pos", ("1", "x")), _layer("b", "pos", ("1", "x")))
    assert str(error.value) == (
        "b: expected columns that a has not, found pos. Choose the columns of the first file with --columns."
    )


def test_skipping_leaves_out_what_differs_and_counts_it():
    first = _layer("a", "pos", ("1", "x"), ("2", "y"), ("3", "z"), policy="skip")
    join_layers(first, _layer("b", "ner", ("1", "x"), ("2", "Y"), ("4", "w")))
    assert _joined(first) == [("x", ["ner", "pos"])]
    assert first.problems.counts == {"join": 3}


@pytest.mark.parametrize("ids", [True, False])
def test_a_sentence_left_out_of_one_file_is_left_out_of_the_other_without_a_second_count(ids):
    names = ("1", "2", "3") if ids else ("", "", "")
    first = _layer("a", "pos", (names[1], "y"), (names[2], "z"), policy="skip", dropped=[(0, names[0])])
    second = _layer("b", "ner", (names[0], "x"), (names[1], "y"), policy="skip", dropped=[(2, names[2])])
    join_layers(first, second)
    assert _joined(first) == [("y", ["ner", "pos"])]
    assert first.problems.counts == {}
