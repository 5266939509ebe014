"""Sizes that nobody stated are those of the model whose layers are taken."""

from pathlib import Path
from typing import Any

import pytest

from tagger.errors import SettingsError
from tagger.recipes.train import resume_settings, train
from tagger.recipes.transfer_settings import load_training_settings
from tagger.settings_file import load_settings
from tests.recipes.test_train import corpus, settings  # noqa: F401

OFF = {"prefix": {"lengths": []}, "caps": {"dim": 0}, "shape": {"dim": 0}, "characters": {"filters": 0}}


def made(corpus: Path, name: str, features: dict[str, Any], **network: Any) -> Path:  # noqa: F811
    chosen = settings(
        corpus,
        features={**OFF, "suffix": {"lengths": []}, **features},
        network={"window": 3, "hidden": [7], **network},
        training={"epochs": 1, "watched_words": 0},
    )
    return train(chosen, corpus.parent / name).folder


@pytest.fixture
def old(corpus: Path) -> Path:  # noqa: F811
    """A model with the word alone, as a pretraining leaves it."""
    return made(corpus, "old", {"word": {"dim": 6}}, activation="tanh")


def load(old: Path, *overrides: str, path: Path | None = None) -> tuple[Any, list[str]]:
    notes: list[str] = []
    chosen = load_training_settings(path, [f"transfer.model={old}", *overrides], note=notes.append)
    return chosen, notes


def test_sizes_are_those_of_the_model(old: Path) -> None:
    chosen, notes = load(old)
    assert chosen.features.word.dim == 6
    assert (chosen.network.hidden, chosen.network.activation) == ((7,), "tanh")
    assert chosen.network.window == 5  # of no layer's size
    assert chosen.features.suffix.dim == 16  # the model has none
    assert notes == [f'features.word.dim = 6, network.hidden = [7], network.activation = "tanh", as {old}']


def test_stated_sizes_stay(old: Path, tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("[features.word]\ndim = 64\n")
    chosen, notes = load(old, 'network.activation="relu"', path=path)
    assert chosen.features.word.dim == 64
    assert (chosen.network.hidden, chosen.network.activation) == ((7,), "relu")
    assert notes == [f"network.hidden = [7], as {old}"]


@pytest.mark.parametrize(
    ("layers", "names"),
    [
        ('["lookup.word"]', ["features.word.dim"]),
        ('["trunk.0"]', ["network.hidden", "network.activation"]),
        ('["lookup.caps"]', []),
        ('["heads"]', []),
    ],
)
def test_only_layers_that_are_taken_decide(old: Path, layers: str, names: list[str]) -> None:
    chosen, notes = load(old, f"transfer.layers={layers}")
    start = load_settings(None)
    values = {
        "features.word.dim": (chosen.features.word.dim, start.features.word.dim),
        "network.hidden": (chosen.network.hidden, start.network.hidden),
        "network.activation": (chosen.network.activation, start.network.activation),
    }
    assert [name for name, (now, default) in values.items() if now != default] == names
    assert len(notes) == bool(names)


def test_other_tables_and_a_part_of_the_trunk(corpus: Path) -> None:  # noqa: F811
    features = {
        "caps": {"dim": 3},
        "suffix": {"lengths": [2], "dim": 4},
        "characters": {"dim": 5, "filters": 6, "width": 5},
    }
    rich = made(corpus, "rich", features, hidden=[8, 9], activation="maxout", pieces=3, batch_norm=True)
    chosen, notes = load(rich, 'transfer.layers=["lookup", "trunk.0"]', "features.word.dim=8")
    assert (chosen.features.caps.dim, chosen.features.suffix.dim, chosen.features.shape.dim) == (3, 4, 16)
    letters = chosen.features.characters
    assert (letters.dim, letters.filters, letters.width) == (5, 6, 5)
    assert (chosen.network.hidden, chosen.network.pieces, chosen.network.batch_norm) == ((8,), 3, True)
    assert notes == [
        "features.caps.dim = 3, features.suffix.dim = 4, features.characters.dim = 5, features.characters.filters = 6, "
        'features.characters.width = 5, network.hidden = [8], network.activation = "maxout", network.pieces = 3, '
        f"network.batch_norm = true, as {rich}"
    ]
    off, _ = load(rich, "features.suffix.lengths=[3]", "features.characters.filters=0", "features.caps.dim=0")
    assert (off.features.suffix.dim, off.features.characters.dim, off.features.caps.dim) == (16, 25, 0)


def test_without_a_model_the_settings_are_those_of_the_file() -> None:
    notes: list[str] = []
    assert load_training_settings(None, ["network.window=3"], note=notes.append) == load_settings(
        None, ["network.window=3"]
    )
    assert notes == []


def test_a_training_with_nothing_stated_succeeds_and_keeps_its_sizes(corpus: Path, old: Path) -> None:  # noqa: F811
    data = [f'data.train=["{corpus}"]', 'data.columns=["word", "pos", "ner"]', "training.epochs=1"]
    chosen, _ = load(old, *data, "tasks.pos.objective=word")
    report = train(chosen, corpus.parent / "new")
    assert report.transfer is not None
    assert [layer.layer for layer in report.transfer.layers] == ["lookup.word", "trunk.0"]
    kept = resume_settings(corpus.parent / "new")
    assert (kept.features.word.dim, kept.network.hidden, kept.network.activation) == (6, (7,), "tanh")


def test_stated_sizes_that_differ_are_one_error(corpus: Path, old: Path) -> None:  # noqa: F811
    data = [f'data.train=["{corpus}"]', 'data.columns=["word", "pos", "ner"]', "tasks.pos.objective=word"]
    chosen, _ = load(old, *data, "features.word.dim=64", "network.hidden=[300]")
    with pytest.raises(SettingsError) as error:
        train(chosen, corpus.parent / "new")
    assert str(error.value) == (
        "transfer.layers: expected features.word.dim = 6, network.hidden = [7], as in the model that lookup.word, "
        "trunk.0 come from, found features.word.dim = 64, network.hidden = [300]. "
        "Add --set features.word.dim=6 --set 'network.hidden=[7]', or leave the layers out."
    )
