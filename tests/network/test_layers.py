import pytest

from tagger.errors import SettingsError
from tagger.network.layers import check_layers, group_of, layer_names, layer_of, single_layers
from tests.network.test_window_network import small_network

PARAMETERS = [name for name, _ in small_network(hidden=(5, 4), batch_norm=True).named_parameters()]
SINGLES = [
    "lookup.word",
    "lookup.caps",
    "lookup.characters",
    "trunk.0",
    "trunk.1",
    "heads.pos",
    "heads.ner",
]


@pytest.mark.parametrize(
    ("parameter", "layer"),
    [
        ("lookup.word.weight", "lookup.word"),
        ("lookup.characters.filters", "lookup.characters"),
        ("trunk.0.bias", "trunk.0"),
        ("norms.1.weight", "trunk.1"),
        ("norms.1.running_mean", "trunk.1"),
        ("heads.ner.transitions", "heads.ner"),
    ],
)
def test_a_parameter_belongs_to_the_layer_of_its_name(parameter: str, layer: str) -> None:
    assert layer_of(parameter) == layer
    assert group_of(layer) == layer.split(".")[0]


@pytest.mark.parametrize(
    ("name", "layers"),
    [
        ("", SINGLES),
        ("lookup", SINGLES[:3]),
        ("trunk", ["trunk.0", "trunk.1"]),
        ("heads", ["heads.pos", "heads.ner"]),
        ("trunk.1", ["trunk.1"]),
        ("lookup.suffix1", []),
    ],
)
def test_a_name_stands_for_one_layer_or_for_a_group(name: str, layers: list[str]) -> None:
    assert single_layers(PARAMETERS, name) == layers


def test_every_name_is_listed_groups_first() -> None:
    names = ["lookup", *SINGLES[:3], "trunk", *SINGLES[3:5], "heads", *SINGLES[5:]]
    assert layer_names(PARAMETERS) == names
    sorted_names = ["heads", "heads.ner", "heads.pos", "lookup"]
    assert sorted(layer_names(sorted(PARAMETERS)))[:4] == sorted_names
    assert layer_names(sorted(PARAMETERS))[0] == "lookup"  # however the parameters are sorted


@pytest.mark.parametrize(
    ("layer", "hint"), [("lookup.caps2", " Did you mean lookup.caps?"), ("heads.chunk", "")]
)
def test_a_layer_that_is_not_there_is_an_error_that_lists_those_that_are(layer: str, hint: str) -> None:
    with pytest.raises(SettingsError) as error:
        check_layers("transfer.freeze", ["trunk", layer], PARAMETERS, "this network")
    assert str(error.value) == (
        "transfer.freeze: expected a layer of this network (lookup, lookup.word, lookup.caps, lookup.characters, "
        f"trunk, trunk.0, trunk.1, heads, heads.pos, heads.ner), found '{layer}'.{hint}"
    )
