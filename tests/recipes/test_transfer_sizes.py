"""Sizes of two models that do not fit: which setting to change."""

from typing import Any

import pytest

from tagger.errors import SettingsError
from tagger.recipes.transfer_sizes import check_sizes, chosen_layers
from tagger.saved import NetworkDescription, SavedModel
from tagger.text.features import CharacterFeature, Feature, FormFeatures

OWN = ["lookup.word.weight", "lookup.caps.weight", "trunk.0.weight", "trunk.1.weight", "heads.pos.weight",
       "heads.ner.weight"]  # fmt: skip
OTHERS = ["heads.ner.weight", "heads.chunk.bias", "lookup.word.weight", "lookup.suffix2.weight",
          "norms.0.weight", "trunk.0.weight"]  # fmt: skip


@pytest.mark.parametrize(
    ("layers", "chosen"),
    [
        (["lookup", "trunk"], ["lookup.word", "trunk.0"]),
        (["heads", "lookup"], ["lookup.word", "heads.ner"]),
        (["trunk.0", "trunk"], ["trunk.0"]),
        ([], []),
    ],
)
def test_a_group_means_the_layers_that_both_have(layers: list[str], chosen: list[str]) -> None:
    assert chosen_layers(layers, OWN, OTHERS, "old") == chosen


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (
            "lookup.suffix2",
            "transfer.layers: expected a layer of this network (lookup, lookup.word, lookup.caps, trunk, trunk.0, "
            "trunk.1, heads, heads.pos, heads.ner), found 'lookup.suffix2'.",
        ),
        (
            "trunk.1",
            "transfer.layers: expected a layer of old (lookup, lookup.word, lookup.suffix2, trunk, trunk.0, heads, "
            "heads.ner, heads.chunk), found 'trunk.1'. Did you mean trunk.0?",
        ),
    ],
)
def test_a_layer_that_one_of_the_two_lacks_is_an_error_that_lists_what_there_is(
    layer: str, message: str
) -> None:
    with pytest.raises(SettingsError) as error:
        chosen_layers(["lookup", layer], OWN, OTHERS, "old")
    assert str(error.value) == message


def test_a_group_without_a_common_layer_is_an_error() -> None:
    with pytest.raises(SettingsError) as error:
        chosen_layers(["heads"], ["heads.pos.weight"], ["heads.ner.weight", "heads.chunk.weight"], "old")
    assert str(error.value) == (
        "transfer.layers: expected heads that both old and this network have, "
        "found heads.ner, heads.chunk there, heads.pos here."
    )


def model(**changes: Any) -> SavedModel:
    values = {"window": 3, "hidden": (6, 4), "activation": "tanh", **changes}
    word, caps = values.pop("word", 8), values.pop("caps", 2)
    characters = CharacterFeature(**{"dim": 3, "filters": 5, "width": 3, **values.pop("characters", {})})
    lookups = [Feature("word", word), Feature("caps", caps), Feature("suffix", values.pop("suffix", 3), 2)]
    return SavedModel(NetworkDescription(**values), (), FormFeatures(lookups, characters, {}), {})


EVERYTHING = [
    "lookup.word",
    "lookup.caps",
    "lookup.suffix2",
    "lookup.characters",
    "trunk.0",
    "trunk.1",
    "heads.ner",
]


@pytest.mark.parametrize(
    ("own", "other", "notes"),
    [
        ({}, {}, {"trunk.0": "", "trunk.1": ""}),
        ({"window": 5}, {}, {"trunk.0": "", "trunk.1": ""}),
        ({"activation": "relu"}, {}, dict.fromkeys(["trunk.0", "trunk.1"], "activation tanh -> relu")),
        ({"batch_norm": True}, {}, dict.fromkeys(["trunk.0", "trunk.1"], "new: batch normalisation")),
        ({"batch_norm": True}, {"batch_norm": True}, {"trunk.0": "", "trunk.1": ""}),
        (
            {"activation": "relu", "batch_norm": True},
            {},
            dict.fromkeys(["trunk.0", "trunk.1"], "activation tanh -> relu; new: batch normalisation"),
        ),
        (
            {"activation": "maxout", "pieces": 3},
            {"activation": "maxout", "pieces": 3},
            {"trunk.0": "", "trunk.1": ""},
        ),
    ],
)
def test_what_may_differ_is_noted(own: dict[str, Any], other: dict[str, Any], notes: dict[str, str]) -> None:
    assert check_sizes(EVERYTHING, model(**own), model(**other)) == notes


CASES: list[tuple[str, dict[str, Any], dict[str, Any], str, str, str]] = [
    ("lookup.word", {"word": 64}, {"word": 50}, "features.word.dim", "50", "64"),
    ("lookup.caps", {}, {"caps": 5}, "features.caps.dim", "5", "2"),
    ("lookup.suffix2", {}, {"suffix": 16}, "features.suffix.dim", "16", "3"),
    ("lookup.characters", {}, {"characters": {"dim": 4}}, "features.characters.dim", "4", "3"),
    ("lookup.characters", {}, {"characters": {"filters": 6}}, "features.characters.filters", "6", "5"),
    ("lookup.characters", {}, {"characters": {"width": 5}}, "features.characters.width", "5", "3"),
    ("trunk.0", {}, {"hidden": (9,)}, "network.hidden", "[9, 4]", "[6, 4]"),
    ("trunk.0", {}, {"hidden": (9, 8, 7)}, "network.hidden", "[9, 8]", "[6, 4]"),
    ("trunk.1", {}, {"hidden": (6, 8)}, "network.hidden", "[6, 8]", "[6, 4]"),
    ("trunk.1", {}, {"hidden": (5, 4)}, "network.hidden", "[5, 4]", "[6, 4]"),
    ("heads.ner", {}, {"hidden": (9,)}, "network.hidden", "[6, 9]", "[6, 4]"),
    ("trunk.0", {}, {"activation": "maxout"}, "network.activation", '"maxout"', '"tanh"'),
    ("trunk.0", {"activation": "maxout"}, {}, "network.activation", '"tanh"', '"maxout"'),
    ("trunk.0", {"activation": "maxout"}, {"activation": "maxout", "pieces": 4}, "network.pieces", "4", "2"),
    ("trunk.1", {}, {"batch_norm": True}, "network.batch_norm", "true", "false"),
]  # fmt: skip


@pytest.mark.parametrize(("layer", "own", "other", "setting", "there", "here"), CASES)
def test_sizes_that_must_be_equal_are_an_error_that_says_what_to_set(
    layer: str, own: dict[str, Any], other: dict[str, Any], setting: str, there: str, here: str
) -> None:
    with pytest.raises(SettingsError) as error:
        check_sizes([layer], model(**own), model(**other))
    assert str(error.value) == (
        f"{setting}: expected {there}, as in the model that {layer} comes from, found {here}. "
        f"Set {setting} = {there}, or leave {layer} out of transfer.layers."
    )


@pytest.mark.parametrize("layer", ["lookup.word", "heads.ner"])
def test_other_layers_may_have_other_sizes(layer: str) -> None:
    other = model(caps=7, suffix=9, activation="maxout", window=9, batch_norm=True, hidden=(5, 3, 4))
    assert check_sizes([layer], model(), other) == {}


def test_all_sizes_that_do_not_fit_are_one_error_with_a_line_to_paste() -> None:
    own, other = model(word=64, hidden=(300,)), model(word=50, hidden=(9, 8), activation="maxout", pieces=3)
    with pytest.raises(SettingsError) as error:
        check_sizes(["lookup.word", "trunk.0"], own, other)
    assert str(error.value) == (
        'transfer.layers: expected features.word.dim = 50, network.hidden = [9], network.activation = "maxout", '
        "network.pieces = 3, as in the model that lookup.word, trunk.0 come from, found features.word.dim = 64, "
        'network.hidden = [300], network.activation = "tanh", network.pieces = 2. '
        "Add --set features.word.dim=50 --set 'network.hidden=[9]' --set 'network.activation=\"maxout\"' "
        "--set network.pieces=3, or leave the layers out."
    )


@pytest.mark.parametrize(
    ("layers", "fitting"), [(["trunk.0", "heads.ner"], "[9, 8, 7]"), (["heads.ner"], "[6, 7]")]
)
def test_a_head_needs_the_last_layer_that_it_read(layers: list[str], fitting: str) -> None:
    with pytest.raises(SettingsError) as error:
        check_sizes(layers, model(), model(hidden=(9, 8, 7)))
    assert str(error.value) == (
        f"network.hidden: expected {fitting}, as in the model that {', '.join(layers)} comes from, found [6, 4]. "
        f"Set network.hidden = {fitting}, or leave {', '.join(layers)} out of transfer.layers."
    )
