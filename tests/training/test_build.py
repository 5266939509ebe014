"""Settings to a network, its weights to saved arrays and back."""

import numpy as np
import pytest
import torch

from tagger.config import NetworkSettings
from tagger.errors import ModelError
from tagger.network.window_network import WindowNetwork, initialise
from tagger.saved import NetworkDescription, TaskDescription
from tagger.training.build import build_network, describe_network, load_weights, weights_of
from tests.training.corpora import TASKS, features

MAXOUT = NetworkDescription(3, (6, 4), "maxout", pieces=3, batch_norm=True)


def small_network(seed: int, description: NetworkDescription = MAXOUT) -> WindowNetwork:
    network = build_network(features(), description, TASKS)
    initialise(network, "glorot", torch.Generator().manual_seed(seed))
    return network


def test_settings_are_described() -> None:
    settings = NetworkSettings(
        window=3, hidden=(6, 4), activation="maxout", leak=0.2, pieces=5, batch_norm=True
    )
    assert describe_network(settings) == NetworkDescription(
        3, (6, 4), "maxout", leak=0.2, pieces=5, batch_norm=True
    )


@pytest.mark.parametrize(
    ("activation", "expected"),
    [
        ("relu", [[0.0, 2.0, 0.0, 4.0]]),
        ("leaky_relu", [[-1.0, 2.0, -2.0, 4.0]]),
        ("maxout", [[-4.0, 4.0]]),
    ],
)
def test_leak_and_pieces_reach_the_activation(activation: str, expected: list[list[float]]) -> None:
    network = small_network(1, NetworkDescription(3, (2,), activation, leak=0.25, pieces=2))
    assert network.activation(torch.tensor([[-4.0, 2.0, -8.0, 4.0]])).tolist() == expected


def test_weights_and_running_statistics_round_trip() -> None:
    network, other = small_network(1), small_network(2)
    for norm in network.norms:
        norm.running_mean.fill_(2.0)
        norm.running_var.fill_(5.0)
    weights = weights_of(network)
    load_weights(other, weights)
    for name, value in network.state_dict().items():
        assert torch.equal(other.state_dict()[name], value)
    assert weights["trunk.0.weight"].shape[0] == 3 * 6
    assert {name for name in weights if name.startswith("norms.")} == {
        f"norms.{i}.{part}" for i in (0, 1) for part in ("weight", "bias", "running_mean", "running_var")
    }


def test_saved_weights_are_float32_copies() -> None:
    network = small_network(1).double()
    weights = weights_of(network)
    assert {array.dtype for array in weights.values()} == {np.dtype(np.float32)}
    single = small_network(1)
    copies = weights_of(single)
    with torch.no_grad():
        single.trunk[0].weight.zero_()
    np.testing.assert_array_equal(copies["trunk.0.weight"], weights["trunk.0.weight"])


def test_missing_running_statistics_are_named() -> None:
    network = small_network(1)
    weights = weights_of(network)
    del weights["norms.1.running_var"]
    with pytest.raises(ModelError) as error:
        load_weights(network, weights)
    assert str(error.value) == (
        "norms.1.running_var: expected (12,), found none. The weights are another network's."
    )


def test_batch_normalisation_that_the_network_lacks_is_named() -> None:
    plain = small_network(1, NetworkDescription(3, (6,), "tanh"))
    weights = weights_of(plain) | {"norms.0.bias": np.zeros(6, np.float32)}
    with pytest.raises(ModelError) as error:
        load_weights(plain, weights)
    assert str(error.value) == (
        "norms.0.bias: expected no such parameter, found (6,). The weights are another network's."
    )


def test_the_bias_of_a_scorer_is_saved_and_never_learnt() -> None:
    task = TaskDescription("per", "ner", "none", "margin", ("PER",))
    network = build_network(features(), MAXOUT, (task,))
    initialise(network, "glorot", torch.Generator().manual_seed(1))
    assert "heads.per.bias" not in dict(network.named_parameters())
    weights = weights_of(network)
    assert weights["heads.per.bias"].tolist() == [0.0]
    assert weights["heads.per.weight"].shape == (1, 4)
    weights["heads.per.bias"][:] = 0.5  # of a model from elsewhere
    load_weights(network, weights)
    assert network.head("per").bias.tolist() == [0.5]
