"""The cached first layer against the network computed token by token in float64 (`random_models.slow_scores`)."""

from dataclasses import replace

import numpy as np
import pytest

from tagger.errors import ModelError
from tagger.inference.form_table import FormTable
from tagger.inference.runtime import Runtime
from tagger.saved import read_model, write_model
from tests.inference.random_models import ACTIVATIONS, FEATURES, random_model, random_sentences, slow_scores


@pytest.mark.parametrize("features", FEATURES)
@pytest.mark.parametrize(("window", "hidden"), [(1, (4,)), (3, (6, 5)), (5, (11,)), (7, (5, 4, 3))])
def test_scores_equal_the_network_computed_token_by_token(features, window, hidden):
    model = random_model(1, features=features, window=window, hidden=hidden)
    sentences = random_sentences(2, 8)
    runtime = Runtime(model)
    scores = runtime.scores(sentences)
    for task in model.tasks:
        expected = np.concatenate([slow_scores(model, tokens, task.name) for tokens in sentences])
        np.testing.assert_allclose(scores[:, runtime.columns[task.name]], expected, atol=1e-4)


@pytest.mark.parametrize("features", FEATURES)
def test_tables_in_half_precision_give_the_same_bits_as_their_values_in_full(features, tmp_path):
    write_model(tmp_path, replace(random_model(1, features=features), half_precision=True))
    sentences = random_sentences(2, 8)
    half, full = (Runtime(read_model(tmp_path, tables_as_saved=kept)) for kept in (True, False))
    np.testing.assert_array_equal(half.scores(sentences), full.scores(sentences))


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("hidden", [(8,), (8, 7)])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_equals_its_formula(activation, hidden, batch_norm):
    model = random_model(3, activation=activation, hidden=hidden, batch_norm=batch_norm)
    tokens = random_sentences(4, 1)[0]
    runtime = Runtime(model)
    expected = slow_scores(model, tokens, "pos")
    np.testing.assert_allclose(runtime.scores([tokens])[:, runtime.columns["pos"]], expected, atol=1e-4)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_large_values_raise_no_warning(activation):
    model = random_model(3, activation=activation)
    model.weights["trunk.0.weight"] *= 1e4
    assert np.isfinite(Runtime(model).scores([["Ada", "lives"]])).all()


@pytest.mark.parametrize("pieces", [2, 3, 4])
def test_maxout_of_any_number_of_pieces(pieces):
    model = random_model(3, activation="maxout", pieces=pieces, hidden=(6, 5))
    tokens = random_sentences(4, 1)[0]
    runtime = Runtime(model)
    expected = slow_scores(model, tokens, "pos")
    np.testing.assert_allclose(runtime.scores([tokens])[:, runtime.columns["pos"]], expected, atol=1e-4)


OPTIONS = [{}, {"activation": "maxout", "pieces": 2}, {"activation": "leaky_relu", "batch_norm": True}]


@pytest.mark.parametrize("options", OPTIONS)
def test_scores_are_the_same_bits_in_any_order_and_batching(options):
    model = random_model(5, features="characters", hidden=(300, 20), window=5, **options)
    sentences = random_sentences(6, 200)
    expected = [Runtime(model).scores([tokens]) for tokens in sentences[:20]]
    together = np.split(Runtime(model).scores(sentences), np.cumsum([len(s) for s in sentences])[:-1])
    backwards = Runtime(model)
    turned = [backwards.scores(sentences[i : i + 7][::-1]) for i in range(193, -1, -7)]
    for alone, among in zip(expected, together, strict=False):
        np.testing.assert_array_equal(alone, among)
    lengths = [[len(s) for s in sentences[i : i + 7][::-1]] for i in range(193, -1, -7)]
    pieces = [p for part, n in zip(turned, lengths, strict=True) for p in np.split(part, np.cumsum(n)[:-1])]
    for piece, tokens in zip(pieces[::-1], together[4 : 4 + len(pieces)], strict=True):
        np.testing.assert_array_equal(piece, tokens)


@pytest.mark.parametrize("options", OPTIONS)
def test_scores_are_the_same_bits_whatever_the_memory(options):
    model = random_model(7, features="affixes", hidden=(30,), **options)
    random = np.random.default_rng(8)
    sentences = [[f"form{n}" for n in random.zipf(1.3, 12) % 3000] for _ in range(900)]
    small = Runtime(model, memory=1)
    expected = Runtime(model).scores(sentences)
    for _ in range(2):  # the second time with forms forgotten and computed again
        np.testing.assert_array_equal(small.scores(sentences), expected)
    assert len(small.table) <= small.table.capacity < 600


def test_forms_kept_stay_below_the_memory():
    model = random_model(9, hidden=(50,), window=5)
    memory = 2_000_000
    runtime = Runtime(model, memory=memory)
    for i in range(30):
        runtime.scores([[f"new{i}-{j}" for j in range(100)] for _ in range(3)])
    assert runtime.table.rows.nbytes < memory
    assert len(runtime.table) <= runtime.table.capacity


def test_an_interrupted_computation_leaves_no_form_without_its_row(monkeypatch):
    model = random_model(10)
    runtime = Runtime(model)
    compute = runtime.table._fill

    def interrupted(forms, rows, numbers):
        raise KeyboardInterrupt

    monkeypatch.setattr(runtime.table, "_fill", interrupted)
    with pytest.raises(KeyboardInterrupt):
        runtime.scores([["Ada", "lives"]])
    monkeypatch.setattr(runtime.table, "_fill", compute)
    np.testing.assert_array_equal(
        runtime.scores([["Ada", "lives"]]), Runtime(model).scores([["Ada", "lives"]])
    )


def test_empty_sentences_have_no_scores():
    runtime = Runtime(random_model(11))
    assert runtime.scores([]).shape == (0, 12)
    assert runtime.scores([[], []]).shape == (0, 12)
    np.testing.assert_array_equal(runtime.scores([[], ["Ada"], []]), runtime.scores([["Ada"]]))


def test_the_empty_form_is_no_padding():
    model = random_model(12)
    np.testing.assert_allclose(
        Runtime(model).scores([["", "Ada"]])[:, :3], slow_scores(model, ["", "Ada"], "pos"), atol=1e-4
    )


def test_missing_weights_are_named():
    model = random_model(13)
    del model.weights["heads.pos.bias"]
    with pytest.raises(ModelError) as error:
        Runtime(model)
    assert str(error.value) == "expected the weights heads.pos.bias, found none. The model is damaged."


def test_weights_of_another_shape_are_named():
    model = random_model(14)
    model.weights["trunk.0.bias"] = np.zeros(3, np.float32)
    with pytest.raises(ModelError) as error:
        Runtime(model)
    assert str(error.value) == "expected weights trunk.0.bias of 11, found 3. The model is damaged."


def test_an_unknown_activation_is_a_model_error():
    with pytest.raises(ModelError) as error:
        Runtime(random_model(15, activation="cosine"))
    assert str(error.value) == (
        "expected an activation among sigmoid, tanh, hard_tanh, soft_sign, relu, leaky_relu, maxout, found cosine."
    )


def test_missing_running_statistics_are_named():
    model = random_model(16, batch_norm=True)
    del model.weights["norms.0.running_var"]
    with pytest.raises(ModelError) as error:
        Runtime(model)
    assert str(error.value) == "expected the weights norms.0.running_var, found none. The model is damaged."


def test_a_maxout_layer_without_all_its_pieces_is_a_model_error():
    model = random_model(17, activation="maxout", pieces=3, window=1, features="word")
    model.weights["trunk.0.weight"] = model.weights["trunk.0.weight"][:22]
    with pytest.raises(ModelError) as error:
        Runtime(model)
    assert str(error.value) == (
        "expected weights trunk.0.weight of 33 x 7, found 22 x 7. The model is damaged."
    )


def test_forms_that_came_once_are_forgotten_before_those_that_came_again():
    filled = []

    def fill(forms, rows, numbers):
        filled.extend(forms)
        rows[numbers] = [[float(form)] for form in forms]

    table = FormTable(fill, np.zeros(1, np.float32), capacity=41)
    table.numbers([str(n) for n in range(10)])
    table.numbers([str(n) for n in range(10)] * 2)  # these came again
    for first in range(10, 60, 10):  # every call makes room or comes near it
        table.numbers([str(n) for n in range(first, first + 10)])
    filled.clear()
    numbers = table.numbers([str(n) for n in range(10)])
    assert filled == []
    assert table.rows[numbers, 0].tolist() == list(range(10))
    table.numbers([str(n) for n in range(10, 30)])
    assert filled == [str(n) for n in range(10, 30)]  # came once, and long ago
    assert len(table) <= table.capacity
