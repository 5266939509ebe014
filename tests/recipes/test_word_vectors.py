"""Vectors of a file on their way into the word table."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tagger.config import WordSettings
from tagger.embeddings.preprocessing import Preprocessing
from tagger.errors import ModelError, SettingsError
from tagger.network.initialisers import lookup_uniform
from tagger.network.window_network import initialise
from tagger.recipes.train import train
from tagger.recipes.word_vectors import (
    PREPROCESSING,
    preprocessing_file,
    put_vectors,
    read_preprocessing,
    read_pretrained,
    row_spread,
)
from tagger.saved import NetworkDescription, TaskDescription
from tagger.settings_file import parse_settings
from tagger.text.features import Feature, FormFeatures
from tagger.text.vocabulary import Vocabulary
from tagger.training.build import build_network
from tagger.weights_file import write_weights
from tests.recipes.test_train import CORPUS

DIM = 4
TRAINING = [f"word{letter}" for letter in "abcdefghijkl"]
FURTHER = ["dev", "nowhere", "zebra"]
KINDS = ["none", "center", "standardize", "whiten"]


def numbers(seed: int = 0) -> NDArray[np.float64]:
    """A vector for each training word, then for each further one; columns go together and lie off 0."""
    draw = np.random.default_rng(seed)
    count = len(TRAINING) + len(FURTHER)
    return (draw.normal(size=(count, DIM)) @ draw.normal(size=(DIM, DIM)) + 2).round(5)


def write(folder: Path, vectors: NDArray[np.float64]) -> Path:
    path = folder / "vectors.txt"
    rows = zip([*TRAINING, *FURTHER], vectors.tolist(), strict=True)
    path.write_text("".join(f"{w} {' '.join(map(str, row))}\n" for w, row in rows), encoding="utf-8")
    return path


def settings(path: Path, kind: str = "none", **changes: object) -> WordSettings:
    values = {"dim": DIM, "vectors": str(path), "preprocessing": kind, **changes}
    return WordSettings.model_validate(values)


def table_of(path: Path, kind: str) -> tuple[list[str], NDArray[np.float32]]:
    """The items of a word table and its rows after the vectors went in; "other" has none."""
    pretrained = read_pretrained(settings(path, kind), TRAINING)
    assert pretrained is not None
    words = ["other", *pretrained.vectors.words]
    features = FormFeatures([Feature("word", DIM)], None, {"word": Vocabulary(words)})
    task = TaskDescription("pos", "pos", "none", "word", ("A", "B"))
    network = build_network(features, NetworkDescription(1, (3,), "tanh"), (task,))
    initialise(network, "glorot", torch.Generator().manual_seed(0))
    put_vectors(network, features, pretrained)
    return words, network.get_parameter("lookup.word.weight").detach().numpy()[2:]


def mapped(path: Path, kind: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Rows of the training words and of the further ones."""
    words, table = table_of(path, kind)
    assert words[1:] == [*TRAINING, *FURTHER]
    return table[1 : 1 + len(TRAINING)], table[1 + len(TRAINING) :]


@pytest.mark.parametrize("kind", KINDS)
def test_training_words_get_the_spread_of_random_rows(kind: str, tmp_path: Path) -> None:
    rows, _ = mapped(write(tmp_path, numbers()), kind)
    assert rows.std() == pytest.approx(row_spread(DIM), rel=1e-5)
    random = torch.empty(20_000, DIM)
    lookup_uniform(random, torch.Generator().manual_seed(0))
    assert random.std().item() == pytest.approx(row_spread(DIM), rel=1e-2)


def test_without_preprocessing_all_vectors_are_scaled_by_one_factor(tmp_path: Path) -> None:
    training, further = mapped(write(tmp_path, numbers()), "none")
    given = numbers()
    factor = 0.5 / given[: len(TRAINING)].std()
    np.testing.assert_allclose(training, given[: len(TRAINING)] * factor, rtol=1e-5)
    np.testing.assert_allclose(further, given[len(TRAINING) :] * factor, rtol=1e-5)


@pytest.mark.parametrize("kind", ["center", "standardize", "whiten"])
def test_statistics_are_those_of_the_training_words(kind: str, tmp_path: Path) -> None:
    """Oracle: mean, numpy.cov and the map by which further words must have gone, solved from the training words."""
    training, further = mapped(write(tmp_path, numbers()), kind)
    np.testing.assert_allclose(training.mean(0), 0, atol=1e-6)
    covariance = np.cov(training.T, bias=True)
    if kind == "whiten":
        np.testing.assert_allclose(covariance, np.eye(DIM) / DIM, atol=1e-6)
    if kind == "standardize":
        np.testing.assert_allclose(np.diag(covariance), np.full(DIM, 1 / DIM), rtol=1e-5)
    given = np.column_stack([numbers(), np.ones(len(numbers()))])
    affine, *_ = np.linalg.lstsq(given[: len(TRAINING)], training, rcond=None)
    np.testing.assert_allclose(further, given[len(TRAINING) :] @ affine, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_words_beyond_the_training_data_change_nothing_for_the_others(kind: str, tmp_path: Path) -> None:
    """No leak: other vectors of development words, or of words that occur nowhere, leave the rest bit for bit."""
    before, _ = mapped(write(tmp_path, numbers()), kind)
    one = read_pretrained(settings(tmp_path / "vectors.txt", kind), TRAINING)
    changed = numbers()
    changed[len(TRAINING) :] = 1000.0 * numbers(seed=1)[len(TRAINING) :]
    after, _ = mapped(write(tmp_path, changed), kind)
    other = read_pretrained(settings(tmp_path / "vectors.txt", kind), TRAINING)
    np.testing.assert_array_equal(after, before)
    assert one is not None and other is not None
    np.testing.assert_array_equal(one.map.mean, other.map.mean)
    np.testing.assert_array_equal(one.map.linear, other.map.linear)


@pytest.mark.parametrize("kind", ["center", "whiten"])
def test_a_word_counts_once_however_many_of_its_forms_occur(kind: str, tmp_path: Path) -> None:
    path = write(tmp_path, numbers())
    one = read_pretrained(settings(path, kind), TRAINING)
    other = read_pretrained(settings(path, kind), [*TRAINING, "WORDA", "Worda", "worda"])
    assert one is not None and other is not None
    np.testing.assert_array_equal(one.map.mean, other.map.mean)


def test_other_features_rows_stay_random(tmp_path: Path) -> None:
    words, table = table_of(write(tmp_path, numbers()), "whiten")
    assert words[0] == "other"
    assert np.abs(table[0]).max() <= np.sqrt(3 / DIM)
    assert (table[0] != 0).all()


@pytest.mark.parametrize(
    ("limit", "words"), [(0, TRAINING[2:4]), (3, TRAINING[:4]), (100, [*TRAINING, *FURTHER])]
)
def test_max_vectors_counts_from_the_start_of_the_file_and_never_leaves_out_training_words(
    limit: int, words: list[str], tmp_path: Path
) -> None:
    path = write(tmp_path, numbers())
    found = read_pretrained(settings(path, max_vectors=limit), TRAINING[2:4])
    assert found is not None
    assert found.vectors.words == words


def test_no_file_no_vectors() -> None:
    assert read_pretrained(WordSettings(), TRAINING) is None
    assert preprocessing_file(WordSettings(), None) == {}


def test_what_was_read_is_said(tmp_path: Path) -> None:
    notes: list[str] = []
    path = write(tmp_path, numbers())
    read_pretrained(settings(path), ["WordA", "wordb", "unheard"], notes.append)
    assert notes == [f"{path}: 15 vectors of 4 numbers, for 2 of 3 training words"]


@pytest.mark.parametrize("forms", [["unheard"], ["worda"]])
def test_statistics_of_fewer_than_two_words_are_refused(forms: list[str], tmp_path: Path) -> None:
    path = write(tmp_path, numbers())
    with pytest.raises(SettingsError) as error:
        read_pretrained(settings(path, "whiten"), forms)
    assert str(error.value) == (
        "features.word.preprocessing: expected two or more training words with a vector to take statistics of, "
        f"found {0 if forms == ['unheard'] else 1}. "
        'Set it to "none", or check features.word.vectors and lowercase.'
    )
    assert read_pretrained(settings(path), forms) is not None


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_keeps_the_map_if_there_was_one(kind: str, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.conll"
    corpus.write_text(CORPUS, encoding="utf-8")
    path = tmp_path / "v.txt"
    words = ["ada", "lives", "in", "paris", ".", "train", "zebra"]
    draw = np.random.default_rng(0).normal(size=(len(words), DIM)).round(4)
    path.write_text("".join(f"{w} {' '.join(map(str, v))}\n" for w, v in zip(words, draw, strict=True)))
    chosen = parse_settings(
        {
            "data": {"train": [str(corpus)], "columns": ["word", "pos", "ner"]},
            "features": {"word": {"dim": DIM, "vectors": str(path), "preprocessing": kind}},
            "network": {"hidden": [3]},
            "training": {"epochs": 1, "watched_words": 0},
        }
    )
    folder = train(chosen, tmp_path / "model").folder
    assert (folder / PREPROCESSING).exists() == (kind != "none")
    saved = read_preprocessing(folder)
    expected = read_pretrained(chosen.features.word, [line.split(" ")[0] for line in CORPUS.split("\n")])
    assert expected is not None
    if kind == "none":
        assert saved is None
    else:
        assert saved is not None
        np.testing.assert_array_equal(saved.apply(draw), expected.map.apply(draw))


def test_a_saved_map_that_lacks_an_array_is_named(tmp_path: Path) -> None:
    path = tmp_path / PREPROCESSING
    write_weights(path, {"mean": np.zeros(2)})
    with pytest.raises(ModelError) as error:
        read_preprocessing(tmp_path)
    assert str(error.value) == (
        f"{path}: expected arrays mean and scale or matrix, found none of 'scale'. The model is damaged."
    )


def test_the_map_is_saved_in_full_precision(tmp_path: Path) -> None:
    fit = Preprocessing.fit("whiten", numbers().astype(np.float32))
    write_weights(tmp_path / PREPROCESSING, fit.arrays())
    again = read_preprocessing(tmp_path)
    assert again is not None
    np.testing.assert_array_equal(again.linear, fit.linear)
    np.testing.assert_array_equal(again.mean, fit.mean)
