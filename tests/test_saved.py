"""The saved model: the round trip, half precision, whole messages."""

import json
import math
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tagger.errors import ModelError
from tagger.saved import (
    NetworkDescription,
    SavedModel,
    TaskDescription,
    read_model,
    write_model,
    write_temperatures,
)
from tagger.text.features import CharacterFeature, Feature, fit_features
from tagger.text.gazetteers import Gazetteers
from tagger.weights_file import read_weights, write_weights
from tagger.whole_files import written_whole


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


def test_lists_of_names_make_the_round_trip(tmp_path: Path) -> None:
    gazetteers = Gazetteers({"cities": ["New York", "Été"], "people": []}, lowercase=False)
    lookups = [Feature("word", 3), Feature("list", 2, source="cities")]
    lookups += [Feature("list", 2, source="people", place=1)]
    features = fit_features(lookups, None, Counter({"a": 1}), gazetteers=gazetteers)
    with written_whole(tmp_path / "model") as folder:
        write_model(folder, replace(small_model(), features=features))
    copy = read_model(tmp_path / "model").features
    assert copy.gazetteers is not None
    assert (copy.gazetteers.phrases, copy.gazetteers.lowercase) == (gazetteers.phrases, False)
    assert copy.mark(["New", "York", "été"]) == ["New\x1eB-", "York\x1eE-", "été"]
    assert copy.rows(copy.mark(["New", "York", "a"])).tolist() == [[1, 2, 1], [1, 4, 1], [2, 1, 1]]
    (tmp_path / "model" / "gazetteers.json").write_text('{"cities": [1]}', encoding="utf-8")
    with pytest.raises(ModelError) as error:
        read_model(tmp_path / "model")
    assert str(error.value) == (
        f"{tmp_path}/model/gazetteers.json: expected a list of strings in cities, found another value. "
        "The model is damaged."
    )


def test_other_lists_of_names_than_the_network_has_are_an_error_and_their_order_is_not(
    tmp_path: Path,
) -> None:
    lookups = [Feature("word", 3), Feature("list", 2, source="cities")]
    lookups += [Feature("list", 2, source="people", place=1)]
    gazetteers = Gazetteers({"cities": ["Oslo"], "people": ["Ada"]})
    features = fit_features(lookups, None, Counter({"a": 1}), gazetteers=gazetteers)
    with written_whole(tmp_path / "model") as folder:
        write_model(folder, replace(small_model(), features=features))
    file = tmp_path / "model" / "gazetteers.json"
    file.write_text('{"people": ["Ada"], "cities": ["Oslo"]}', encoding="utf-8")
    assert read_model(tmp_path / "model").features.mark(["Ada", "Oslo"]) == ["Ada\x1e-S", "Oslo\x1eS-"]
    file.write_text('{"towns": ["Oslo"], "people": ["Ada"]}', encoding="utf-8")
    with pytest.raises(ModelError) as error:
        read_model(tmp_path / "model")
    assert str(error.value) == (
        f"{file}: expected the lists cities, people, found towns, people. Phrases may change, lists may not."
    )


def test_features_that_are_no_object(folder: Path) -> None:
    description = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    (folder / "model.json").write_text(json.dumps({**description, "features": []}), encoding="utf-8")
    with pytest.raises(ModelError) as error:
        read_model(folder)
    assert str(error.value) == (
        f"{folder}/model.json: expected a model description, found the features []. The model is damaged."
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
    assert not copy.half_precision


def test_half_precision_halves_the_tables_and_is_read_as_float32(folder: Path) -> None:
    model = replace(small_model(), half_precision=True)
    write_model(folder, model)
    assert {
        name: array.dtype.name for name, array in read_weights(folder / "weights.safetensors").items()
    } == {
        "lookup.word.weight": "float16",
        "heads.ner.bias": "float32",
    }
    copy = read_model(folder)
    assert copy.half_precision
    assert {array.dtype.name for array in copy.weights.values()} == {"float32"}
    table = model.weights["lookup.word.weight"]
    np.testing.assert_allclose(copy.weights["lookup.word.weight"], table, rtol=2**-11)
    assert not np.array_equal(copy.weights["lookup.word.weight"], table)  # it was rounded


def test_tables_in_half_precision_can_stay_as_they_are_saved(folder: Path) -> None:
    write_model(folder, replace(small_model(), half_precision=True))
    as_saved, full = read_model(folder, tables_as_saved=True), read_model(folder)
    assert as_saved.half_precision
    assert {name: array.dtype.name for name, array in as_saved.weights.items()} == {
        "lookup.word.weight": "float16",
        "heads.ner.bias": "float32",
    }
    np.testing.assert_array_equal(as_saved.weights["lookup.word.weight"], full.weights["lookup.word.weight"])


def test_half_precision_is_lossless_the_second_time(folder: Path) -> None:
    write_model(folder, replace(small_model(), half_precision=True))
    before = (folder / "weights.safetensors").read_bytes()
    write_model(folder, read_model(folder))
    assert (folder / "weights.safetensors").read_bytes() == before


@pytest.mark.parametrize("kind", ["float64", "int32"])
def test_weights_of_another_precision(folder: Path, kind: str) -> None:
    path = folder / "weights.safetensors"
    write_weights(path, {"heads.ner.bias": np.zeros(2, kind)})
    assert message_of(folder) == (
        f"{path}: expected weights in float32 or float16, found {kind} in heads.ner.bias. The model is damaged."
    )


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
    assert (
        message_of(where)
        == f"{where}: expected a model folder, found none. `tagger train`, `tagger pretrain` and `tagger finetune` write one."
    )


def test_file_instead_of_a_folder(tmp_path: Path) -> None:
    where = tmp_path / "file"
    where.touch()
    assert (
        message_of(where)
        == f"{where}: expected a model folder, found none. `tagger train`, `tagger pretrain` and `tagger finetune` write one."
    )


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


def test_tasks_of_an_older_model_have_the_temperature_one(folder: Path) -> None:
    path = folder / "model.json"
    description = json.loads(path.read_text())
    for task in description["tasks"]:
        del task["temperature"]
    path.write_text(json.dumps(description), encoding="utf-8")
    assert read_model(folder).tasks == small_model().tasks
    assert [task.temperature for task in read_model(folder).tasks] == [1.0]


def test_temperatures_are_written_into_a_model_that_is_there(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (task,) = read_model(folder).tasks
    write_temperatures(folder, {task.name: 1.25, "another": 3.0})
    assert read_model(folder).tasks == (replace(task, temperature=1.25),)
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {name for name in before if before[name] != after[name]} == {"model.json"}
    assert before.keys() == after.keys()
    write_temperatures(folder, {task.name: 1.0})
    assert (folder / "model.json").read_bytes() == before["model.json"]


SIZES = {"window": 5, "hidden": [4], "activation": "tanh"}
TASK = {"name": "a", "scheme": "none", "labels": ["x"]}


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
        ({"tasks": [{**TASK, "temperature": 0}]}, "the temperature 0"),
        ({"tasks": [{**TASK, "temperature": -1.5}]}, "the temperature -1.5"),
        ({"tasks": [{**TASK, "temperature": math.inf}]}, "the temperature inf"),
        ({"tasks": [{**TASK, "temperature": math.nan}]}, "the temperature nan"),
        ({"tasks": [{**TASK, "temperature": "1"}]}, "the temperature '1'"),
        ({"tasks": [{**TASK, "temperature": True}]}, "the temperature True"),
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
