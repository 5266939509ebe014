"""A model's settings and the user's to those of a fine-tuning."""

from pathlib import Path

import pytest

from tagger.errors import SettingsError
from tagger.recipes.finetune_settings import build_request
from tagger.recipes.prep import PrepOptions, prepare
from tagger.saved import SETTINGS, read_model
from tagger.training.build import build_features, describe_network
from tests.recipes.finetuning import new_settings, train_model, write


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = train_model(
        tmp_path_factory.mktemp("model"),
        training={"epochs": 1, "batch_words": 7, "score": "pos.accuracy", "seed": 5},
        transfer={"freeze": ["lookup.caps"]},
    )
    path = folder / SETTINGS  # as if it had been fine-tuned itself
    path.write_text(path.read_text().replace("share = 0.3", "share = 0.7"))
    return folder


@pytest.mark.parametrize("kept", [True, False])
def test_features_sizes_and_tasks_are_those_of_the_model(model: Path, tmp_path: Path, kept: bool) -> None:
    """Also of a model whose settings were not kept."""
    if not kept:
        (model / SETTINGS).rename(tmp_path / SETTINGS)
    try:
        request = build_request(model, new_settings(tmp_path))
    finally:
        if not kept:
            (tmp_path / SETTINGS).rename(model / SETTINGS)
    saved, settings = read_model(model), request.settings
    assert describe_network(settings.network) == saved.network
    features, characters = build_features(settings.features)
    assert [(f.name, f.dim, f.lowercase) for f in features] == [
        (f.name, f.dim, f.lowercase) for f in saved.features.features
    ]
    assert characters == saved.features.characters
    assert {name: (t.column, t.scheme, t.objective) for name, t in settings.tasks.items()} == {
        t.name: (t.column, t.scheme, t.objective) for t in saved.tasks
    }


def test_how_the_model_was_trained_holds_again_but_not_what_speaks_of_its_data(
    model: Path, tmp_path: Path
) -> None:
    settings = build_request(model, new_settings(tmp_path)).settings
    assert (settings.training.batch_words, settings.training.seed) == (7, 5)
    assert settings.network.dropout == 0.1
    assert settings.training.score == "mean"
    assert settings.transfer.freeze == ()
    assert settings.rehearsal.share == 0.3
    assert settings.data.train == (str(tmp_path / "new.conll"),)


def test_the_user_comes_first_and_what_was_stated_is_known(model: Path, tmp_path: Path) -> None:
    data = new_settings(tmp_path, training={"epochs": 4}, tasks={"ner": {"weight": 2.0}})
    request = build_request(model, data, overrides=["training.epochs=9", "optimizer.rate=0.5"], auto=True)
    assert request.settings.training.epochs == 9
    assert request.settings.tasks["ner"].weight == 2.0
    assert {"training.epochs", "optimizer.rate", "tasks.ner.weight"} <= request.stated
    assert not {"transfer.freeze", "training.seed"} & request.stated
    assert request.learn == ("ner",)
    assert request.own_rate == 0.02
    assert request.auto


def test_maps_are_added_to_those_of_the_data(model: Path, tmp_path: Path) -> None:
    data = new_settings(tmp_path)
    settings = build_request(model, data, overrides=['data.maps=["a=b"]'], maps=["c=d"]).settings
    assert settings.data.maps == ("a=b", "c=d")


def test_old_data_to_rehearse_are_a_folder_or_files_read_as_the_models_own(
    model: Path, tmp_path: Path
) -> None:
    data, corpus = new_settings(tmp_path), str(model.parent / "old.conll")
    files = build_request(model, data, rehearse=[corpus, corpus]).settings.rehearsal.data
    assert files is not None
    assert (files.train, files.columns, files.dev) == ((corpus, corpus), ("word", "pos", "ner"), ())
    prepare(PrepOptions(tmp_path / "p", train=(corpus,), dev=(corpus,), columns=("word", "pos", "ner")))
    folder = build_request(model, data, rehearse=[str(tmp_path / "p")]).settings.rehearsal.data
    assert folder is not None
    assert (folder.folder, folder.train) == (str(tmp_path / "p"), ())


def test_a_prepared_folder_is_data_too(model: Path, tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    request = build_request(model, str(tmp_path / "p"))
    assert request.settings.data.folder == str(tmp_path / "p")
    assert request.learn == ()


@pytest.mark.parametrize(
    ("setting", "expected", "found"),
    [
        ("network.hidden=[13]", "[12]", "[13]"),
        ("features.word.dim=9", "8", "9"),
        ("features.suffix.lengths=[2, 3]", "[2]", "[2, 3]"),
        ("features.characters.filters=0", "50", "0"),
        ("features.prefix.lengths=[1]", "[]", "[1]"),
        ('tasks.ner.scheme="IOB2"', "'IOBES'", "'IOB2'"),
    ],
)
def test_what_the_model_is_cannot_be_stated_otherwise(
    model: Path, tmp_path: Path, setting: str, expected: str, found: str
) -> None:
    with pytest.raises(SettingsError) as error:
        build_request(model, new_settings(tmp_path), overrides=[setting])
    assert str(error.value) == (
        f"{setting.partition('=')[0]}: expected {expected} as in {model}, found {found}. "
        "A fine-tuning keeps the features and sizes of its model, and the kind of each of its tasks."
    )


def test_auto_as_a_scheme_is_the_models(model: Path, tmp_path: Path) -> None:
    build_request(model, new_settings(tmp_path), overrides=['tasks.ner.scheme="auto"'])


def test_a_corpus_file_is_no_settings_file(model: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "new.conll", "a O\n")
    with pytest.raises(SettingsError) as error:
        build_request(model, str(path))
    assert str(error.value) == (
        f"--data: expected a prepared folder or a settings file (.toml), found {path}. "
        "`tagger prep` makes a folder of corpus files; a settings file can name them too."
    )
