"""Settings and models to a check of their gradients."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tagger.config import Settings
from tagger.errors import ModelError, SettingsError
from tagger.recipes.gradcheck import as_json, check
from tagger.recipes.train import train
from tagger.saved import FORMS, WEIGHTS
from tagger.settings_file import parse_settings
from tagger.training import gradient_check
from tests.recipes.test_train import CORPUS

LONG = "word NN O\n" * 20


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.conll"
    path.write_text(f"No DT O\n\n{LONG}\n{CORPUS}", encoding="utf-8")
    return path


def settings(corpus: Path, **sections: Any) -> Settings:
    values: dict[str, Any] = {
        "data": {"train": [str(corpus)], "columns": ["word", "pos", "ner"]},
        "features": {
            "word": {"dim": 4},
            "caps": {"dim": 2},
            "prefix": {"lengths": []},
            "suffix": {"dim": 2, "lengths": [2]},
            "shape": {"dim": 0},
            "characters": {"dim": 3, "filters": 4},
        },
        "network": {"window": 3, "hidden": [6], "activation": "tanh"},
        "tasks": {"pos": {}, "ner": {"objective": "sentence", "weight": 0.5}},
        "training": {"epochs": 2, "watched_words": 0, "averaging": 0.0},
    }
    return parse_settings({**values, **sections})


@pytest.fixture
def model(corpus: Path, tmp_path: Path) -> Path:
    return train(settings(corpus), tmp_path / "model").folder


def test_settings_are_checked_with_fresh_weights_on_short_sentences(corpus: Path) -> None:
    report = check(settings(corpus), sentences=2, entries=3)
    assert report.passed
    assert (report.weights, report.data, report.notes) == ("fresh", "training data", ())
    assert (report.sentences, report.words) == (
        2,
        9,
    )  # Ada ... Paris ., Maria ...: neither "No" nor the long one
    assert report.tasks == {"pos": "word", "ner": "sentence"}
    assert [group.name for group in report.groups] == [
        "lookup.word.weight",
        "lookup.caps.weight",
        "lookup.suffix2.weight",
        "lookup.characters.weight",
        "lookup.characters.filters",
        "lookup.characters.bias",
        "trunk.0.weight",
        "trunk.0.bias",
        "heads.pos.weight",
        "heads.pos.bias",
        "heads.ner.weight",
        "heads.ner.bias",
        "heads.ner.transitions",
    ]
    assert {len(group.entries) for group in report.groups} == {3}


def test_gradients_are_checked_in_full_precision_whatever_training_uses(corpus: Path) -> None:
    assert check(settings(corpus, training={"bfloat16": True}), sentences=2, entries=3).passed


def test_more_sentences_than_there_are_short_ones_takes_the_others_too(corpus: Path) -> None:
    assert check(settings(corpus), sentences=100, entries=1).words == 1 + 20 + 16


@pytest.mark.parametrize("objective", ["word", "sentence", "squared-error", "tags-margin"])
def test_penalties_normalisation_and_every_objective_are_part_of_the_loss(
    corpus: Path, objective: str
) -> None:
    report = check(
        settings(
            corpus,
            network={"window": 3, "hidden": [6, 5], "activation": "sigmoid", "batch_norm": True},
            optimizer={"l1": 0.01, "l2": 0.01, "penalize_lookups": True},
            tasks={"ner": {"objective": objective}},
        ),
        sentences=3,
        entries=3,
    )
    assert report.passed
    assert {"norms.0.weight", "norms.1.bias", "trunk.1.weight"} <= {group.name for group in report.groups}


def test_tasks_with_corpora_of_their_own_are_checked_together(corpus: Path, tmp_path: Path) -> None:
    other = tmp_path / "pos.conll"
    other.write_text("Run VB\nhome NN\nnow RB\n\nStop VB\nit PRP\n! .\n", encoding="utf-8")
    own = {"train": [str(other)], "columns": ["word", "pos"]}
    report = check(settings(corpus, tasks={"pos": {"data": own}, "ner": {}}), sentences=2, entries=3)
    assert report.passed
    assert (report.sentences, report.words) == (4, 9 + 6)


def test_all_entries_that_the_sentences_use(corpus: Path) -> None:
    report = check(
        settings(corpus, network={"window": 1, "hidden": [2]}, tasks={"pos": {}}), sentences=1, entries=None
    )
    assert report.passed
    assert all(len(group.entries) == group.size for group in report.groups)
    assert {group.name: group.size for group in report.groups}["lookup.word.weight"] == (1 + 6) * 4


def test_dropout_is_checked_unless_it_is_left_out(corpus: Path) -> None:
    values = {
        dropout: check(settings(corpus), sentences=2, entries=1, dropout=dropout).value
        for dropout in (True, False)
    }
    assert values[True] != values[False]
    none = {"window": 3, "hidden": [6], "activation": "tanh", "dropout": 0.0, "input_dropout": 0.0}
    assert check(settings(corpus, network=none), sentences=2, entries=1).value == values[False]


def test_the_same_seed_gives_the_same_check(corpus: Path) -> None:
    one, same, other = (check(settings(corpus), sentences=2, entries=2, seed=seed) for seed in (1, 1, 2))
    assert one.groups == same.groups
    assert one.groups != other.groups


def test_a_model_is_checked_with_its_weights_on_its_training_data(model: Path, corpus: Path) -> None:
    report = check(model, sentences=2, entries=3, dropout=False)
    assert report.passed
    assert (report.weights, report.data, report.notes) == ("trained", "training data", ())
    assert report.words == 9
    assert report.value < check(settings(corpus), sentences=2, entries=1, dropout=False).value


def test_a_model_whose_data_are_gone_is_checked_on_random_sentences(model: Path, corpus: Path) -> None:
    corpus.unlink()
    report = check(model, sentences=5, entries=3)
    assert report.passed
    assert (report.weights, report.data, report.sentences) == ("trained", "random sentences", 5)
    (note,) = report.notes
    assert note.startswith("random tags on random sentences, for the training data are not to be had: ")
    assert str(corpus) in note


def test_data_with_labels_that_the_model_does_not_know_are_not_its_own(model: Path, corpus: Path) -> None:
    corpus.write_text("Ada XYZ I-PER\nruns VBZ O\n. . O\n", encoding="utf-8")
    report = check(model, entries=1)
    assert report.data == "random sentences"
    assert report.notes == (
        "random tags on random sentences, for the training data are not to be had: "
        "tasks.pos: expected the labels of the model, found other ones.",
    )


def test_a_model_without_data_and_forms_is_an_error(model: Path, corpus: Path) -> None:
    corpus.unlink()
    (model / FORMS).unlink()
    with pytest.raises(ModelError) as error:
        check(model)
    assert str(error.value) == f"{model}: expected training data or forms.json, found neither."


def test_checking_a_model_leaves_it_alone(model: Path) -> None:
    before = (model / WEIGHTS).read_bytes()
    check(model, sentences=1, entries=1)
    assert (model / WEIGHTS).read_bytes() == before


def test_settings_without_data_are_an_error(corpus: Path) -> None:
    with pytest.raises(SettingsError):
        check(settings(corpus, data={}))


def test_pretrained_vectors_are_not_read_and_that_is_said(corpus: Path) -> None:
    report = check(
        settings(corpus, features={"word": {"dim": 4, "vectors": "absent.txt"}}), sentences=1, entries=1
    )
    assert report.notes == ("random rows stand for the vectors of absent.txt",)


def test_a_wrong_gradient_is_reported_with_its_entries(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right = gradient_check.batch_losses

    def wrong(*arguments: Any) -> dict[str, torch.Tensor]:
        """Losses of the right value, that of pos with 1.01 times its gradient."""
        losses = right(*arguments)
        return {**losses, "pos": 1.01 * losses["pos"] - 0.01 * losses["pos"].detach()}

    monkeypatch.setattr(gradient_check, "batch_losses", wrong)
    report = check(settings(corpus), sentences=2, entries=3)
    assert not report.passed
    values = as_json(report)
    assert not values["passed"]
    head = values["parameters"]["heads.pos.bias"]
    assert head["verdict"] == "wrong"
    for entry in head["wrong"]:
        assert entry["gradient"] / entry["difference"] == pytest.approx(1.01, rel=1e-5)
        assert entry["error"] == pytest.approx(0.01 / 1.01, rel=1e-4)
    assert values["parameters"]["heads.ner.bias"]["verdict"] == "right"
    assert values["parameters"]["heads.ner.bias"]["wrong"] == []


def test_a_report_is_json(corpus: Path) -> None:
    report = check(settings(corpus), sentences=2, entries=2)
    values = json.loads(json.dumps(as_json(report), allow_nan=False))
    assert values["limit"] == values["step"] == 1e-5
    assert values["loss"] == report.value
    group = values["parameters"]["trunk.0.weight"]
    assert group["checked"] == 2
    assert group["of"] == 6 * 3 * (4 + 2 + 2 + 4)
    assert group["largest_error"] == max(e.slope.error for e in report.groups[6].entries)


def test_a_weight_that_is_no_number_is_wrong_and_still_json(model: Path) -> None:
    from safetensors.numpy import load_file, save_file

    weights = load_file(model / WEIGHTS)
    weights["heads.pos.bias"] = np.full_like(weights["heads.pos.bias"], np.nan)
    save_file(weights, model / WEIGHTS)
    report = check(model, sentences=1, entries=1)
    assert not report.passed
    entry = json.loads(json.dumps(as_json(report), allow_nan=False))["parameters"]["heads.pos.bias"]["wrong"][
        0
    ]
    assert (entry["gradient"], entry["difference"], entry["error"]) == (None, None, None)


def test_each_parameter_is_shown_when_it_is_done(corpus: Path) -> None:
    seen: list[str] = []
    report = check(settings(corpus), sentences=1, entries=1, observe=lambda group: seen.append(group.name))
    assert seen == [group.name for group in report.groups]


def test_frozen_layers_are_named_and_not_checked(corpus: Path) -> None:
    """Penalties fall on them neither: the loss does not change along weights that do not learn."""
    transfer = {"freeze": ("lookup.word", "lookup.characters"), "thaw": {"trunk": 1}, "model": "elsewhere"}
    chosen = settings(
        corpus,
        transfer=transfer,
        network={"window": 3, "hidden": [6, 5], "activation": "tanh", "batch_norm": True},
        optimizer={"l2": 0.1, "l1": 0.01, "penalize_lookups": True},
    )
    report = check(chosen, sentences=2, entries=3)
    assert report.passed
    assert report.notes == (
        "random weights stand for the layers of elsewhere",
        "frozen, not checked: lookup.word, lookup.characters, trunk.0, trunk.1",
    )
    assert {group.name.rpartition(".")[0] for group in report.groups} == {
        *("lookup.caps", "lookup.suffix2", "heads.pos", "heads.ner")
    }
