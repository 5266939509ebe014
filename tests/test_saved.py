"""The saved model: whole or not at all, the round trip, whole messages."""

import json
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tagger import saved
from tagger.errors import ModelError, OutputExistsError, TaggerError
from tagger.saved import (
    NetworkDescription,
    SavedModel,
    TaskDescription,
    check_new_file,
    read_metadata,
    read_model,
    read_weights,
    write_file,
    write_model,
    written_whole,
)
from tagger.text.features import CharacterFeature, Feature, fit_features


def small_model() -> SavedModel:
    features = fit_features([Feature("word", 3)], CharacterFeature(2, 5), Counter({"été": 2, "\n": 1}))
    generator = np.random.default_rng(1)
    weights = {
        "lookup.word.weight": generator.normal(size=(len(features.vocabularies["word"]), 3)).astype(
            np.float32
        ),
        "heads.ner.bias": np.zeros(2, np.float32),
    }
    return SavedModel(
        network=NetworkDescription(5, (4, 3), "maxout", leak=0.0, pieces=3, batch_norm=True),
        tasks=(TaskDescription("ner", "entity", "IOB2", "sentence", ("O", "B-é")),),
        features=features,
        weights=weights,
        extra_files={"settings.toml": "[data]\n", "README.md": "# Card é\n"},
    )


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_model_round_trip(tmp_path: Path) -> None:
    model = small_model()
    with written_whole(tmp_path / "model") as folder:
        write_model(folder, model)
    copy = read_model(tmp_path / "model")
    assert (copy.network, copy.tasks) == (model.network, model.tasks)
    assert copy.features.describe() == model.features.describe()
    assert {name: v.items for name, v in copy.features.vocabularies.items()} == {
        name: v.items for name, v in model.features.vocabularies.items()
    }
    assert copy.weights.keys() == model.weights.keys()
    for name, array in model.weights.items():
        np.testing.assert_array_equal(copy.weights[name], array)
    assert (tmp_path / "model" / "README.md").read_text(encoding="utf-8") == "# Card é\n"
    assert names(tmp_path) == ["model"]


def test_block_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), written_whole(tmp_path / "model") as folder:
        write_model(folder, small_model())
        raise RuntimeError
    assert names(tmp_path) == []


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit])
def test_interruption_keeps_what_was_there(tmp_path: Path, interruption: type[BaseException]) -> None:
    target = tmp_path / "model"
    target.mkdir()
    (target / "old").write_text("old", encoding="utf-8")
    with pytest.raises(interruption), written_whole(target, force=True) as folder:
        (folder / "new").write_text("new", encoding="utf-8")
        raise interruption
    assert names(tmp_path) == ["model"]
    assert names(target) == ["old"]


def test_existing_output_is_refused_before_any_work(tmp_path: Path) -> None:
    target = tmp_path / "model"
    target.mkdir()
    (target / "old").write_text("old", encoding="utf-8")
    with pytest.raises(OutputExistsError), written_whole(target):
        pytest.fail("the block must not start")
    assert names(tmp_path) == ["model"]


def test_force_replaces_the_whole_folder(tmp_path: Path) -> None:
    target = tmp_path / "model"
    target.mkdir()
    (target / "old").write_text("old", encoding="utf-8")
    with written_whole(target, force=True) as folder:
        (folder / "new").write_text("new", encoding="utf-8")
    assert names(target) == ["new"]
    assert names(tmp_path) == ["model"]


def test_empty_folder_is_no_output(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    with written_whole(tmp_path / "model") as folder:
        (folder / "new").write_text("new", encoding="utf-8")
    assert names(tmp_path / "model") == ["new"]
    assert names(tmp_path) == ["model"]


def test_folders_above_are_made(tmp_path: Path) -> None:
    with written_whole(tmp_path / "a" / "b"):
        pass
    assert (tmp_path / "a" / "b").is_dir()


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_permissions_follow_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with written_whole(tmp_path / "model") as folder:
            write_file(folder / "x", "x")
    finally:
        os.umask(before)
    assert (tmp_path / "model").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "model" / "x").stat().st_mode & 0o777 == 0o644


def test_write_file_replaces_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    write_file(path, "one é")
    assert path.read_text(encoding="utf-8") == "one é"

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(saved.os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_file(path, "two")
    assert path.read_text(encoding="utf-8") == "one é"
    assert names(tmp_path) == ["file"]


def test_a_file_that_cannot_be_written_is_refused_before_any_work(tmp_path: Path) -> None:
    def refusal(path: Path, *, force: bool) -> str:
        with pytest.raises(TaggerError) as caught:
            check_new_file(path, force=force)
        return str(caught.value)

    path = tmp_path / "file"
    check_new_file(path, force=False)
    path.touch()
    check_new_file(path, force=True)
    hint = "Choose another output, or pass --force to replace it."
    assert refusal(path, force=False) == f"{path}: expected a new path, found an existing one. {hint}"
    assert refusal(tmp_path, force=True) == f"{tmp_path}: expected a file to write, found a folder."
    below = tmp_path / "none" / "file"
    assert refusal(below, force=True) == f"{below.parent}: expected a folder to write into, found none."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with written_whole(tmp_path / "model") as folder:
        write_model(folder, small_model())
    return tmp_path / "model"


def message_of(folder: Path) -> str:
    with pytest.raises(ModelError) as caught:
        read_model(folder)
    return str(caught.value)


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    where = tmp_path / "none"
    assert message_of(where) == f"{where}: expected a model folder, found none. `tagger train` writes one."


def test_file_instead_of_a_folder(tmp_path: Path) -> None:
    where = tmp_path / "file"
    where.touch()
    assert message_of(where) == f"{where}: expected a model folder, found none. `tagger train` writes one."


def test_folder_of_something_else(tmp_path: Path) -> None:
    assert (
        message_of(tmp_path) == f"{tmp_path}: expected a model folder with model.json, found an empty folder."
    )
    (tmp_path / "a.txt").touch()
    (tmp_path / "b.txt").touch()
    assert message_of(tmp_path) == f"{tmp_path}: expected a model folder with model.json, found a.txt, b.txt."


def test_model_of_another_format_version(folder: Path) -> None:
    path = folder / "model.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format_version": 99}), encoding="utf-8")
    assert message_of(folder) == (
        f"{path}: expected a model of format version 1, found 99. "
        "Use the program's version that wrote it, or train it again."
    )


def test_json_that_is_cut_off(folder: Path) -> None:
    path = folder / "model.json"
    path.write_text(path.read_text(encoding="utf-8")[:20], encoding="utf-8")
    message = message_of(folder)
    assert message.startswith(f"{path}: expected JSON, found ")
    assert message.endswith(". The model is damaged.")


def test_json_of_another_kind(folder: Path) -> None:
    path = folder / "vocabulary.json"
    path.write_text("[]", encoding="utf-8")
    assert message_of(folder) == f"{path}: expected a JSON object, found another value. The model is damaged."


def test_description_that_lacks_a_part(folder: Path) -> None:
    path = folder / "model.json"
    path.write_text('{"format_version": 1}', encoding="utf-8")
    assert (
        message_of(folder)
        == f"{path}: expected a model description, found none of 'network'. The model is damaged."
    )


SIZES = {"window": 5, "hidden": [4], "activation": "tanh"}


def test_description_of_an_older_model_has_the_defaults(folder: Path) -> None:
    path = folder / "model.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "network": SIZES}), encoding="utf-8")
    assert read_model(folder).network == NetworkDescription(
        5, (4,), "tanh", leak=0.01, pieces=2, batch_norm=False
    )


def test_description_with_a_part_that_is_not_known(folder: Path) -> None:
    path = folder / "model.json"
    network = {**SIZES, "attention": True}
    path.write_text(json.dumps({**json.loads(path.read_text()), "network": network}), encoding="utf-8")
    assert "unexpected keyword argument 'attention'. The model is damaged." in message_of(folder)


def test_only_maxout_units_have_several_sums() -> None:
    assert NetworkDescription(5, (4,), "maxout", pieces=3).sums == 3
    assert NetworkDescription(5, (4,), "relu", pieces=3).sums == 1


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"network": {"window": "5", "hidden": [4], "activation": "tanh"}}, "the sizes ['5', 4]"),
        ({"network": {"window": 5, "hidden": [0], "activation": "tanh"}}, "the sizes [5, 0]"),
        ({"network": {"window": 5, "hidden": [4], "activation": None}}, "the activation None"),
        ({"network": {"window": 5, "hidden": [4]}}, "none of 'activation'"),
        ({"network": {**SIZES, "leak": "0.1"}}, "the leak '0.1'"),
        ({"network": {**SIZES, "leak": 1.0}}, "the leak 1.0"),
        ({"network": {**SIZES, "pieces": 2.5}}, "the pieces 2.5"),
        ({"network": {**SIZES, "pieces": 0}}, "the pieces 0"),
        ({"network": {**SIZES, "batch_norm": 1}}, "the batch_norm 1"),
        ({"tasks": [{"name": "a", "scheme": "IOB9", "labels": ["O"]}]}, "the scheme 'IOB9'"),
        ({"tasks": [{"name": "a", "scheme": "none", "labels": [1]}]}, "labels that are no strings"),
    ],
)
def test_description_with_values_of_another_kind(folder: Path, change: dict[str, object], found: str) -> None:
    path = folder / "model.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}), encoding="utf-8")
    assert message_of(folder) == f"{path}: expected a model description, found {found}. The model is damaged."


def test_vocabulary_that_is_no_list_of_strings(folder: Path) -> None:
    path = folder / "vocabulary.json"
    path.write_text('{"word": 5}', encoding="utf-8")
    assert message_of(folder) == (
        f"{path}: expected a list of strings in word, found another value. The model is damaged."
    )


def test_weights_that_are_not_there(folder: Path) -> None:
    (folder / "weights.safetensors").unlink()
    assert message_of(folder) == f"{folder}: expected the file weights.safetensors, found none."


def test_weights_that_are_cut_off(folder: Path) -> None:
    path = folder / "weights.safetensors"
    path.write_bytes(path.read_bytes()[:-10])
    assert message_of(folder).startswith(f"{path}: expected a safetensors file, found ")


def test_metadata_beside_the_weights(tmp_path: Path) -> None:
    path = tmp_path / "state.safetensors"
    saved.write_weights(path, {"x": np.ones(2, np.float32)}, {"epoch": "3"})
    assert read_metadata(path) == {"epoch": "3"}
    np.testing.assert_array_equal(read_weights(path)["x"], np.ones(2, np.float32))


def test_a_folder_that_cannot_be_replaced_is_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "model"
    target.mkdir()
    (target / "old").touch()
    moves = []
    move = os.replace

    def failing(source: Path, goal: Path) -> None:
        moves.append(goal)
        if len(moves) == 2:
            raise OSError("disk gone")
        move(source, goal)

    monkeypatch.setattr("tagger.saved.os.replace", failing)
    with pytest.raises(OSError, match="disk gone"), written_whole(target, force=True):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    assert (target / "old").exists()
