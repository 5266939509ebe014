"""Layers of one model in another: what moves, what stays, what is said about it; and trainings that begin so."""

import json
import shutil
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tagger.errors import ModelError, SettingsError
from tagger.network.window_network import WindowNetwork, initialise
from tagger.recipes.train import resume_settings, train
from tagger.recipes.transfer import first_layer, read_source, scale_of, transfer_layers
from tagger.recipes.transfer_record import TRANSFER, dump_transfer, read_transfer
from tagger.recipes.word_matching import match_items
from tagger.recipes.word_vectors import PREPROCESSING, row_spread
from tagger.records import LayerTransfer, Step, TransferReport
from tagger.saved import CARD, WEIGHTS, NetworkDescription, SavedModel, TaskDescription, read_model
from tagger.text.features import CharacterFeature, Feature, fit_features
from tagger.text.vocabulary import Vocabulary
from tagger.training.batches import encode, make_batch
from tagger.training.build import build_network, weights_of
from tagger.training.checkpoint import CHECKPOINT
from tagger.weights_file import read_weights
from tests.recipes.test_train import CORPUS, corpus, settings  # noqa: F401

OLD = Counter({"Ada": 3, "lives": 2, "in": 2, "Oslo": 1, "1984": 1})
NEW = Counter({"ada": 2, "sleeps": 4, "in": 3, "2001": 1, "Oslo": 1})


def model(
    counts: Counter[str],
    *,
    seed: int,
    lookups: list[Feature] | None = None,
    labels: tuple[str, ...] = ("B-PER", "O"),
    **sizes: Any,
) -> tuple[WindowNetwork, SavedModel]:
    """A network with words of their own, two features more, a head for entities, all numbers random."""
    chosen = lookups or [Feature("word", 6), Feature("caps", 2), Feature("suffix", 3, 2)]
    features = fit_features(chosen, CharacterFeature(3, 4), counts)
    description = NetworkDescription(**{"window": 3, "hidden": (5,), "activation": "tanh", **sizes})
    tasks = (TaskDescription("ner", "ner", "IOB2", "sentence", labels),)
    network = build_network(features, description, tasks)
    generator = torch.Generator().manual_seed(seed)
    initialise(network, "glorot", generator)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.3 * torch.randn(parameter.shape, generator=generator))
    return network, SavedModel(description, tasks, features, weights_of(network))


def row(made: SavedModel, word: str, table: str = "word") -> np.ndarray:
    return made.weights[f"lookup.{table}.weight"][made.features.vocabularies[table].rows[word]]


def take(*layers: str, **changes: Any) -> tuple[SavedModel, SavedModel, SavedModel, TransferReport]:
    """The source, the target before and after, and what is said of `layers` that moved from one to the other."""
    _, source = model(OLD, seed=1, **changes.pop("source", {}))
    network, target = model(NEW, seed=2, **changes)
    report = transfer_layers(network, target, source, layers=layers, counts=NEW, name="old")
    return source, target, replace(target, weights=weights_of(network)), report


def test_words_take_the_rows_of_their_equals() -> None:
    source, before, after, report = take("lookup", "trunk")
    for word, old in (("ada", "ada"), ("in", "in"), ("oslo", "oslo"), ("0000", "0000")):
        np.testing.assert_array_equal(row(after, word), row(source, old))
    np.testing.assert_array_equal(row(after, "sleeps"), row(before, "sleeps"))
    np.testing.assert_array_equal(row(after, "none", "caps"), row(source, "none", "caps"))
    for reserved in (0, 1):
        np.testing.assert_array_equal(
            after.weights["lookup.word.weight"][reserved], source.weights["lookup.word.weight"][reserved]
        )
    assert report.matched == {"exact": 4, "lower-cased": 0, "digits folded": 0}
    assert report.layers[0] == LayerTransfer("lookup.word", copied=6, new=1, dropped=1)
    assert [layer.layer for layer in report.layers] == [
        *("lookup.word", "lookup.caps", "lookup.suffix2", "lookup.characters", "trunk.0")
    ]


def test_a_source_that_keeps_case_and_digits_is_matched_by_the_targets_spelling() -> None:
    lookups = [Feature("word", 6, lowercase=False, fold_digits=False)]
    source, _, after, report = take("lookup.word", "trunk", source={"lookups": lookups})
    for word, old in (("ada", "Ada"), ("in", "in"), ("oslo", "Oslo"), ("0000", "1984")):
        np.testing.assert_array_equal(row(after, word), row(source, old))
    assert report.matched == {"exact": 1, "lower-cased": 2, "digits folded": 1}
    # of 11 tokens the source knows in 3 and Oslo 1 as it spells; ada 2 and 2001 1 only as the target does
    assert (report.tokens, report.covered_before, report.covered_after) == (11, 4, 7)


def test_what_is_not_named_keeps_its_bits() -> None:
    _, before, after, report = take("lookup.caps", "heads")
    changed = {name for name, w in after.weights.items() if not np.array_equal(w, before.weights[name])}
    assert changed == {"lookup.caps.weight", *(f"heads.ner.{p}" for p in ("weight", "bias", "transitions"))}
    assert report.matched == {}
    assert (report.covered_before, report.covered_after) == (7, 0)


def test_labels_are_matched_by_name() -> None:
    source, before, after, report = take("trunk", "heads.ner", labels=("B-LOC", "B-PER", "O"))
    weights = after.weights["heads.ner.weight"]
    np.testing.assert_array_equal(weights[1:], source.weights["heads.ner.weight"])
    np.testing.assert_array_equal(weights[0], before.weights["heads.ner.weight"][0])
    assert report.layers[-1] == LayerTransfer("heads.ner", 2, 1, 0, "labels in common: B-PER, O")


def test_a_network_that_takes_everything_scores_the_words_both_know_alike() -> None:
    """Oracle: the source itself. Other words, another order of rows and labels, nothing else differs."""
    old = OLD + Counter({"Maria": 1})
    first, source = model(old, seed=1)
    new = Counter({"further": 9, "in": 8, "1984": 7, "lives": 6, "Oslo": 5, "Ada": 4, "Maria": 3})
    second, target = model(new, seed=2, labels=("O", "B-PER"))
    transfer_layers(second, target, source, layers=("lookup", "trunk", "heads"), counts=new, name="old")
    sentences = [["Ada", "lives", "in", "Oslo"], ["in", "1984", "Maria"]]
    scores = []
    for network, features in ((first, source.features), (second, target.features)):
        batch = make_batch(encode(sentences, features), np.arange(2), 3)
        scores.append(network.eval()(batch.rows, batch.characters, batch.windows)["ner"].detach())
    torch.testing.assert_close(scores[0], scores[1][:, [1, 0]])


@pytest.mark.parametrize("layers", [("lookup",), ("lookup.word",), ("lookup.word", "heads")])
def test_vectors_without_the_layer_that_reads_them_get_the_spread_of_random_rows(
    layers: tuple[str, ...],
) -> None:
    """Oracle: one factor, from the standard deviation of the training words' rows in NumPy."""
    source, _, after, report = take(*layers)
    words = ["ada", "in", "0000", "oslo"]
    taken = np.stack([row(source, word) for word in words])
    factor = 1 / np.sqrt(6) / taken.std()
    np.testing.assert_allclose(np.stack([row(after, word) for word in words]), factor * taken, rtol=1e-5)
    assert np.stack([row(after, word) for word in words]).std() == pytest.approx(row_spread(6), rel=1e-5)
    unknown = source.weights["lookup.word.weight"][1]
    np.testing.assert_allclose(after.weights["lookup.word.weight"][1], factor * unknown, rtol=1e-5)
    assert report.layers[0].note == f"times {factor:.3g}: the spread of random rows"


def test_characters_are_never_scaled() -> None:
    source, _, after, report = take("lookup.characters")
    letters = [letter for letter in "adinos" if letter in source.features.vocabularies["characters"].rows]
    assert len(letters) > 3
    for letter in letters:
        np.testing.assert_array_equal(row(after, letter, "characters"), row(source, letter, "characters"))
    for part in ("filters", "bias"):
        name = f"lookup.characters.{part}"
        np.testing.assert_array_equal(after.weights[name], source.weights[name])
    assert report.layers[0].note == ""


def test_the_spread_is_that_of_all_rows_where_no_training_word_is_known() -> None:
    table = np.array([[9.0, 9], [9, 9], [1, -1], [3, -3]], np.float32)
    rows = match_items(Vocabulary(["a", "b"]), Vocabulary(["a", "b"]))
    assert scale_of(table, rows, {3}) == pytest.approx(np.sqrt(0.5) / 3)
    assert scale_of(table, rows, set()) == pytest.approx(np.sqrt(0.5) / table.astype(np.float64).std())
    assert np.isfinite(scale_of(np.zeros((4, 2), np.float32), rows, {3}))


def test_the_first_layer_meets_its_features_again() -> None:
    """Another window and another order of features; by hand for one column of each."""
    lookups = [Feature("suffix", 3, 2), Feature("shape", 2), Feature("word", 6)]
    source, before, after, report = take("lookup", "trunk", lookups=lookups, window=5)
    old = source.weights["trunk.0.weight"].reshape(5, 3, 6 + 2 + 3 + 4)
    new = after.weights["trunk.0.weight"].reshape(5, 5, 3 + 2 + 6 + 4)
    for slot in (0, 1, 2):
        np.testing.assert_array_equal(new[:, slot + 1, 5:11], old[:, slot, :6])
        np.testing.assert_array_equal(new[:, slot + 1, :3], old[:, slot, 8:11])
        np.testing.assert_array_equal(new[:, slot + 1, 11:], old[:, slot, 11:])
    was = before.weights["trunk.0.weight"].reshape(5, 5, 15)
    np.testing.assert_array_equal(new[:, :, 3:5], was[:, :, 3:5])
    np.testing.assert_array_equal(new[:, [0, 4]], was[:, [0, 4]])
    assert report.layers[-1] == LayerTransfer(
        "trunk.0",
        copied=3 * 13,
        new=5 * 15 - 3 * 13,
        dropped=3 * 2,
        note="window 3 -> 5: the outer slots are new; new: shape; dropped: caps",
    )
    assert first_layer(after).blocks == {"suffix2": 3, "shape": 2, "word": 6, "characters": 4}


def test_another_activation_is_noted() -> None:
    *_, report = take("trunk", activation="relu", batch_norm=True)
    assert report.layers == (
        LayerTransfer("trunk.0", 45, 0, 0, "activation tanh -> relu; new: batch normalisation"),
    )


def test_a_width_that_does_not_fit_is_found_before_anything_moves() -> None:
    _, source = model(OLD, seed=1)
    network, target = model(NEW, seed=2, hidden=(7,))
    before = weights_of(network)
    with pytest.raises(SettingsError) as error:
        transfer_layers(network, target, source, layers=("lookup", "trunk"), counts=NEW, name="old")
    assert str(error.value) == (
        "network.hidden: expected [5], as in the model that trunk.0 comes from, found [7]. "
        "Set network.hidden = [5], or leave trunk.0 out of transfer.layers."
    )
    for name, values in weights_of(network).items():
        np.testing.assert_array_equal(values, before[name])


def test_the_record_is_written_and_read(tmp_path: Path) -> None:
    *_, report = take("lookup", "trunk")
    report = replace(report, frozen=("lookup.word",), thaw={"trunk": 2})
    assert read_transfer(tmp_path) is None
    (tmp_path / TRANSFER).write_text(dump_transfer(report), encoding="utf-8")
    assert read_transfer(tmp_path) == report


@pytest.mark.parametrize(
    ("text", "found"), [("{}", "'layers'"), ("nothing", "Expecting value: line 1 column 1 (char 0)")]
)
def test_a_damaged_record_is_an_error(tmp_path: Path, text: str, found: str) -> None:
    (tmp_path / TRANSFER).write_text(text, encoding="utf-8")
    with pytest.raises(ModelError) as error:
        read_transfer(tmp_path)
    assert str(error.value) == (
        f"{tmp_path / TRANSFER}: expected what was transferred, found {found}. The model is damaged."
    )


# Trainings

NEW_CORPUS = """\
Ada NNP I-PER
sleeps VBZ O
in IN O
Oslo NNP I-LOC
. . O

The DT O
plane NN O
to TO O
Paris NNP I-LOC
sleeps VBZ O
. . O
"""


@pytest.fixture
def new(tmp_path: Path) -> Path:
    path = tmp_path / "new.conll"
    path.write_text(NEW_CORPUS, encoding="utf-8")
    return path


@pytest.fixture
def old(corpus: Path, tmp_path: Path) -> Path:  # noqa: F811
    """A model to take layers from: a window of 3, fewer features."""
    features = {"word": {"dim": 8}, "suffix": {"lengths": [2], "dim": 4}, "prefix": {"lengths": []},
                "caps": {"dim": 0}, "shape": {"dim": 0}, "characters": {"filters": 0}}  # fmt: skip
    chosen = settings(
        corpus,
        features=features,
        network={"window": 3, "hidden": [12]},
        training={"epochs": 3, "batch_words": 10, "watched_words": 0},
    )
    return train(chosen, tmp_path / "old").folder


def begin(new: Path, transfer: dict[str, object], **sections: object) -> Any:
    values: dict[str, object] = {
        "features": {"word": {"dim": 8}, "suffix": {"lengths": [2], "dim": 4, "min_count": 1}},
        "training": {"epochs": 4, "batch_words": 6, "patience": 0, "averaging": 0.9, "watched_words": 0},
        "transfer": transfer,
    }
    return settings(new, **{**values, **sections})


def test_a_training_begins_with_the_layers_of_another_model(old: Path, new: Path, tmp_path: Path) -> None:
    notes: list[str] = []
    chosen = begin(new, {"model": str(old), "freeze": ["lookup.word", "trunk"], "max_words": 2})
    report = train(chosen, tmp_path / "model", note=notes.append)
    there, here = read_model(old), read_model(tmp_path / "model")
    words = here.features.vocabularies["word"].items
    assert sorted(words[:9]) == [".", "ada", "in", "oslo", "paris", "plane", "sleeps", "the", "to"]
    assert words[9:] == ["is", "late"]  # the first two words of the old model that the new data lack
    suffixes = here.features.vocabularies["suffix2"].items
    assert set(there.features.vocabularies["suffix2"].items) < set(suffixes)  # all that the old model knows
    for word in ("ada", "oslo", "is"):  # frozen: what was taken is what is there after training
        np.testing.assert_array_equal(row(here, word), row(there, word))
    np.testing.assert_array_equal(here.weights["trunk.0.bias"], there.weights["trunk.0.bias"])
    taken = report.transfer
    assert taken is not None
    assert taken.frozen == ("lookup.word", "trunk")
    assert taken.source == str(old)
    assert [layer.layer for layer in taken.layers] == ["lookup.word", "lookup.suffix2", "trunk.0"]
    assert (taken.tokens, taken.covered_before, taken.covered_after) == (11, 8, 8)
    assert read_transfer(tmp_path / "model") == taken
    assert json.loads((tmp_path / "model" / TRANSFER).read_text())["layers"] == [
        asdict(layer) for layer in taken.layers
    ]
    assert [note for note in notes if note.startswith(f"{old}: lookup.word (11 of 13)")]
    assert "do not learn: lookup.word, trunk" in notes
    assert (
        f"Started from {old}: lookup.word, lookup.suffix2, trunk.0; frozen: lookup.word, trunk.\n"
        in (tmp_path / "model" / CARD).read_text()
    )


def test_without_a_model_nothing_is_taken(new: Path, tmp_path: Path) -> None:
    notes: list[str] = []
    report = train(begin(new, {"freeze": ["lookup.word"]}), tmp_path / "model", note=notes.append)
    assert notes[-3:-1] == [  # the last one: temperatures
        "do not learn: lookup.word",
        "frozen with random weights: lookup.word; these stay random",
    ]
    assert "tarted from" not in (tmp_path / "model" / CARD).read_text()
    assert report.transfer is None
    assert not (tmp_path / "model" / TRANSFER).exists()


def test_frozen_random_vectors_stay_as_they_were_drawn(new: Path, tmp_path: Path) -> None:
    """Freezing works without another model: after one epoch and after four the rows are the same."""
    tables = []
    for epochs in (1, 4):
        training = {"epochs": epochs, "batch_words": 6, "watched_words": 0}
        train(begin(new, {"freeze": ["lookup"]}, training=training), tmp_path / str(epochs))
        tables.append(read_weights(tmp_path / str(epochs) / WEIGHTS))
    for name, values in tables[0].items():
        assert np.array_equal(values, tables[1][name]) == name.startswith("lookup."), name


def assert_same_state(one: Path, other: Path) -> None:
    for name in (WEIGHTS, CHECKPOINT):
        whole, resumed = (read_weights(run / name) for run in (one, other))
        assert whole.keys() == resumed.keys()
        assert all(np.array_equal(whole[key], resumed[key]) for key in whole), name


def break_off_after(epoch: int) -> Any:
    def observe(step: Step) -> None:
        if step.epoch > epoch:
            raise KeyboardInterrupt

    return observe


@pytest.mark.parametrize("after", [1, 2, 3])
def test_a_resumed_run_needs_the_other_model_no_more(
    old: Path, new: Path, tmp_path: Path, after: int
) -> None:
    """Oracle: the uninterrupted run; the interruption before, at and after a layer thaws."""
    chosen = begin(
        new,
        {"model": str(old), "freeze": ["lookup.word"], "thaw": {"trunk": 2}, "rates": {"lookup": 0.5}},
    )
    report = train(chosen, tmp_path / "whole")
    assert train(chosen, tmp_path / "broken", observe=break_off_after(after)).epochs == after
    record = (tmp_path / "broken" / TRANSFER).read_text()
    shutil.rmtree(old)
    resumed = train(resume_settings(tmp_path / "broken"), tmp_path / "broken", resume=True)
    assert_same_state(tmp_path / "whole", tmp_path / "broken")
    assert (tmp_path / "broken" / TRANSFER).read_text() == record
    assert resumed.transfer == report.transfer
    cards = [(tmp_path / run / CARD).read_text().replace(run, "run") for run in ("whole", "broken")]
    assert cards[0] == cards[1]
    first, second = (read_model(tmp_path / run) for run in ("whole", "broken"))
    assert {n: v.items for n, v in first.features.vocabularies.items()} == {
        n: v.items for n, v in second.features.vocabularies.items()
    }


def test_a_resumed_run_needs_the_vector_file_no_more(new: Path, tmp_path: Path) -> None:
    vectors = tmp_path / "vectors.txt"
    draw = np.random.default_rng(0).normal(size=(4, 8)).round(4).tolist()
    words = ["ada", "in", "zebra", "to"]
    vectors.write_text("".join(f"{w} {' '.join(map(str, v))}\n" for w, v in zip(words, draw, strict=True)))
    word = {"dim": 8, "vectors": str(vectors), "preprocessing": "center"}
    chosen = begin(new, {"freeze": ["lookup.word"]}, features={"word": word})
    train(chosen, tmp_path / "whole")
    train(chosen, tmp_path / "broken", observe=break_off_after(2))
    vectors.unlink()
    notes: list[str] = []
    train(resume_settings(tmp_path / "broken"), tmp_path / "broken", resume=True, note=notes.append)
    assert "do not learn: lookup.word" in notes  # they are the file's, not random
    assert_same_state(tmp_path / "whole", tmp_path / "broken")
    maps = [(tmp_path / run / PREPROCESSING).read_bytes() for run in ("whole", "broken")]
    assert maps[0] == maps[1]


def test_vectors_that_were_whitened_are_not_mapped_again(new: Path, tmp_path: Path) -> None:
    """The rows of the model are those that came out of the map; they are taken as they stand."""
    vectors = tmp_path / "vectors.txt"
    draw = np.random.default_rng(0).normal(size=(5, 8)).round(4).tolist()
    words = ["ada", "in", "zebra", "to", "."]
    vectors.write_text("".join(f"{w} {' '.join(map(str, v))}\n" for w, v in zip(words, draw, strict=True)))
    word = {"dim": 8, "vectors": str(vectors), "preprocessing": "whiten"}
    train(begin(new, {}, features={"word": word}), tmp_path / "old")
    chosen = begin(
        new,
        {"model": str(tmp_path / "old"), "freeze": ["lookup", "trunk"]},
        features={"word": {"dim": 8, "preprocessing": "whiten"}},
    )
    train(chosen, tmp_path / "model")
    there, here = read_model(tmp_path / "old"), read_model(tmp_path / "model")
    for item in ("ada", "zebra", "plane"):
        np.testing.assert_array_equal(row(here, item), row(there, item))
    assert not (tmp_path / "model" / PREPROCESSING).exists()


def test_a_word_table_from_two_places_is_an_error(old: Path, new: Path) -> None:
    word = {"dim": 8, "vectors": "vectors.txt"}
    with pytest.raises(SettingsError) as error:
        read_source(begin(new, {"model": str(old)}, features={"word": word}))
    assert str(error.value) == (
        "features.word.vectors: expected no file beside the word table of transfer.model, found 'vectors.txt'. "
        'Leave one of them out; transfer.layers = ["trunk"] takes no tables.'
    )
    assert read_source(begin(new, {"model": str(old), "layers": ["trunk"]}, features={"word": word}))
    assert read_source(begin(new, {}, features={"word": word})) is None


def test_a_model_that_is_not_there_is_an_error(new: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError) as error:
        train(begin(new, {"model": str(tmp_path / "none")}), tmp_path / "model")
    assert str(error.value) == (
        f"{tmp_path / 'none'}: expected a model folder, found none. `tagger train`, `tagger pretrain` and `tagger finetune` write one."
    )
    assert not (tmp_path / "model").exists()


def test_layers_to_freeze_that_are_not_there_are_an_error_before_any_work(new: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as error:
        train(begin(new, {"freeze": ["heads.chunk"]}), tmp_path / "model")
    assert str(error.value).startswith(
        "transfer.freeze: expected a layer of this network (lookup, lookup.word, "
    )
    assert not (tmp_path / "model").exists()
