"""Layers of one network in another, found again by hand, and networks that compute the same thereafter."""

from collections.abc import Mapping

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tagger.errors import ShapeError
from tagger.network.heads import Head
from tagger.network.lookup import CharacterConvolution, Lookup
from tagger.network.transfer import (
    FirstLayer,
    RowPairs,
    copy_first_layer,
    copy_head,
    copy_hidden_layer,
    copy_lookup,
)
from tagger.network.window_network import WindowNetwork, initialise
from tagger.records import LayerTransfer
from tests.network.test_window_network import CHARACTERS, ROWS, small_network

Arrays = dict[str, NDArray[np.float32]]


def arrays(network: WindowNetwork) -> Arrays:
    return {name: value.numpy().copy() for name, value in network.state_dict().items()}


def pairs(*rows: tuple[int, int]) -> RowPairs:
    both = np.array(rows, dtype=np.int64).reshape(-1, 2)
    return RowPairs(both[:, 0], both[:, 1])


def network_of(
    window: int,
    blocks: Mapping[str, int],
    *,
    seed: int,
    hidden: tuple[int, ...] = (4,),
    batch_norm: bool = False,
) -> WindowNetwork:
    """A network with a table of 6 rows for each block, biases and statistics off 0."""
    tables = {name: (6, width) for name, width in blocks.items()}
    heads = {"pos": Head(hidden[-1], 3, sentence_level=False)}
    network = WindowNetwork(
        Lookup(tables), heads, window=window, hidden=hidden, activation="tanh", batch_norm=batch_norm
    )
    generator = torch.Generator().manual_seed(seed)
    initialise(network, "glorot", generator)
    for name, value in network.state_dict().items():
        if value.ndim == 1:
            value += torch.rand(value.shape, generator=generator)
        assert name
    return network


def test_rows_of_a_table_go_where_they_belong_and_the_others_stay() -> None:
    """By hand."""
    network, other = small_network(), arrays(small_network())
    other["lookup.word.weight"] = np.arange(20, dtype=np.float32).reshape(5, 4)
    before = arrays(network)
    done = copy_lookup(network, "lookup.word", other, pairs((0, 0), (5, 3), (2, 3), (6, 1)), factor=0.5)
    after = arrays(network)
    assert after["lookup.word.weight"][5].tolist() == [6.0, 6.5, 7.0, 7.5]
    assert after["lookup.word.weight"][2].tolist() == [6.0, 6.5, 7.0, 7.5]
    assert after["lookup.word.weight"][6].tolist() == [2.0, 2.5, 3.0, 3.5]
    assert after["lookup.word.weight"][0].tolist() == [0.0, 0.5, 1.0, 1.5]
    for row in (1, 3, 4):
        np.testing.assert_array_equal(after["lookup.word.weight"][row], before["lookup.word.weight"][row])
    for name in before.keys() - {"lookup.word.weight"}:
        np.testing.assert_array_equal(after[name], before[name], err_msg=name)
    assert done == LayerTransfer("lookup.word", copied=4, new=3, dropped=2)


def test_the_filters_of_the_characters_come_with_their_table() -> None:
    network, other = small_network(), arrays(network_with_characters())
    before = arrays(network)
    done = copy_lookup(network, "lookup.characters", other, pairs((0, 0), (1, 1), (4, 2)))
    after = arrays(network)
    for part in ("filters", "bias"):
        np.testing.assert_array_equal(after[f"lookup.characters.{part}"], other[f"lookup.characters.{part}"])
    np.testing.assert_array_equal(
        after["lookup.characters.weight"][[0, 1, 4]], other["lookup.characters.weight"][:3]
    )
    np.testing.assert_array_equal(
        after["lookup.characters.weight"][[2, 3, 5]], before["lookup.characters.weight"][[2, 3, 5]]
    )
    assert done == LayerTransfer("lookup.characters", copied=3, new=3, dropped=5)


def network_with_characters() -> WindowNetwork:
    lookup = Lookup({"word": (3, 4)}, CharacterConvolution(8, 2, filters=3, width=3))
    network = WindowNetwork(lookup, {}, window=1, hidden=(5,), activation="tanh")
    initialise(network, "glorot", torch.Generator().manual_seed(8))
    with torch.no_grad():
        network.lookup.characters.bias += 1.0
    return network


BLOCKS = st.permutations(["word", "caps", "prefix2", "suffix3"]).flatmap(
    lambda names: st.integers(1, 4).flatmap(
        lambda count: st.fixed_dictionaries({name: st.integers(1, 3) for name in names[:count]})
    )
)
WINDOWS = st.sampled_from([1, 3, 5, 7])


@given(WINDOWS, WINDOWS, BLOCKS, BLOCKS)
def test_columns_of_the_first_layer_go_by_feature_and_by_distance_from_the_centre(
    window: int, others_window: int, blocks: dict[str, int], others_blocks: dict[str, int]
) -> None:
    """Oracle: every column under its name, (distance from the centre, feature, place in the vector), in a dict."""

    def columns(network: WindowNetwork, names: Mapping[str, int]) -> dict[tuple[int, str, int], list[float]]:
        matrix = network.get_parameter("trunk.0.weight").detach().T.tolist()
        distances = range(-(network.window // 2), network.window // 2 + 1)
        keys = [
            (d, name, place) for d in distances for name, width in names.items() for place in range(width)
        ]
        return dict(zip(keys, matrix, strict=True))

    network, other = network_of(window, blocks, seed=1), network_of(others_window, others_blocks, seed=2)
    before, taken = columns(network, blocks), columns(other, others_blocks)
    done = copy_first_layer(
        network, arrays(other), FirstLayer(window, blocks), FirstLayer(others_window, others_blocks)
    )
    fits = {name for name, width in blocks.items() if others_blocks.get(name) == width}
    copied = 0
    for key, column in columns(network, blocks).items():
        found = key in taken and key[1] in fits
        copied += found
        assert column == (taken[key] if found else before[key])
    assert (done.copied, done.new, done.dropped) == (copied, len(before) - copied, len(taken) - copied)
    assert network.get_parameter("trunk.0.bias").tolist() == other.get_parameter("trunk.0.bias").tolist()


@pytest.mark.parametrize(
    ("own", "other", "note"),
    [
        (FirstLayer(3, {"word": 2}), FirstLayer(3, {"word": 2}), ""),
        (FirstLayer(3, {"word": 2}), FirstLayer(7, {"word": 2}), "window 7 -> 3: the middle slots"),
        (
            FirstLayer(5, {"word": 2, "caps": 1, "shape": 1}),
            FirstLayer(3, {"suffix2": 1, "word": 2}),
            "window 3 -> 5: the outer slots are new; new: caps, shape; dropped: suffix2",
        ),
        (
            FirstLayer(3, {"word": 2, "caps": 1}),
            FirstLayer(3, {"word": 2, "caps": 2}),
            "new: caps; dropped: caps",
        ),
    ],
)
def test_what_differs_is_noted(own: FirstLayer, other: FirstLayer, note: str) -> None:
    network, source = network_of(*own, seed=1), network_of(*other, seed=2)
    assert copy_first_layer(network, arrays(source), own, other).note == note


@pytest.mark.parametrize("batch_norm", [False, True])
def test_a_wider_window_with_a_further_feature_computes_the_same_where_the_rest_is_zero(
    batch_norm: bool,
) -> None:
    """Oracle: the network that the layers come from; columns without counterpart are set to 0."""
    source = network_of(3, {"word": 3}, seed=2, hidden=(4, 5), batch_norm=batch_norm)
    target = network_of(7, {"caps": 2, "word": 3}, seed=1, hidden=(4, 5), batch_norm=batch_norm)
    with torch.no_grad():
        target.get_parameter("trunk.0.weight").zero_()
    weights = arrays(source)
    everything = pairs(*((row, row) for row in range(6)))
    copy_lookup(target, "lookup.word", weights, everything)
    copy_first_layer(target, weights, FirstLayer(7, {"caps": 2, "word": 3}), FirstLayer(3, {"word": 3}))
    assert copy_hidden_layer(target, 1, weights) == LayerTransfer("trunk.1", copied=5, new=0, dropped=0)
    copy_head(target, "pos", weights, pairs((0, 0), (1, 1), (2, 2)))
    words = torch.tensor([0, 2, 3, 5])
    narrow = torch.tensor([[0, 1, 2], [1, 2, 3], [2, 3, 0]])
    wide = torch.tensor([[0, 0, 0, 1, 2, 3, 0], [0, 0, 1, 2, 3, 0, 0], [0, 1, 2, 3, 0, 0, 0]])
    characters = torch.zeros(4, 0, dtype=torch.int64)
    expected = source.eval()(words[:, None], characters, narrow)["pos"]
    found = target.eval()(torch.stack([words % 2, words], 1), characters, wide)["pos"]
    torch.testing.assert_close(found, expected)
    assert found.std() > 0.1


def test_statistics_of_batch_normalisation_come_along_where_both_have_them() -> None:
    source = network_of(3, {"word": 3}, seed=2, batch_norm=True)
    target = network_of(3, {"word": 3}, seed=1, batch_norm=True)
    plain = network_of(3, {"word": 3}, seed=1)
    sizes = FirstLayer(3, {"word": 3})
    copy_first_layer(target, arrays(source), sizes, sizes)
    for name, values in arrays(source).items():
        if name.startswith("norms."):
            np.testing.assert_array_equal(arrays(target)[name], values, err_msg=name)
    copy_first_layer(plain, arrays(source), sizes, sizes)  # has no place for them
    before = arrays(target)
    copy_first_layer(target, arrays(plain), sizes, sizes)  # has none to give
    for name in before:
        if name.startswith("norms."):
            np.testing.assert_array_equal(arrays(target)[name], before[name], err_msg=name)


def heads(labels: int, sentence_level: bool, seed: int) -> WindowNetwork:
    """A network of 3 hidden units with one head, every number of it another one."""
    network = WindowNetwork(
        Lookup({"word": (4, 2)}),
        {"ner": Head(3, labels, sentence_level=sentence_level)},
        window=1,
        hidden=(3,),
        activation="tanh",
    )
    generator = torch.Generator().manual_seed(seed)
    for value in network.state_dict().values():
        value.copy_(torch.rand(value.shape, generator=generator))
    return network


def test_labels_keep_their_rows_biases_and_transitions() -> None:
    """By hand: labels A, B, C there, X, C, A here; the row of the start is the last one."""
    network, other = heads(3, True, 1), arrays(heads(3, True, 2))
    before = arrays(network)
    done = copy_head(network, "ner", other, pairs((1, 2), (2, 0)))
    after = arrays(network)
    for name in ("heads.ner.weight", "heads.ner.bias"):
        np.testing.assert_array_equal(
            after[name], np.stack([before[name][0], other[name][2], other[name][0]])
        )
    scores, mine, theirs = (v["heads.ner.transitions"] for v in (after, before, other))
    expected = np.array(
        [
            [mine[0, 0], mine[0, 1], mine[0, 2]],
            [mine[1, 0], theirs[2, 2], theirs[2, 0]],
            [mine[2, 0], theirs[0, 2], theirs[0, 0]],
            [mine[3, 0], theirs[3, 2], theirs[3, 0]],
        ]
    )
    np.testing.assert_array_equal(scores, expected)
    assert done == LayerTransfer("heads.ner", copied=2, new=1, dropped=1)


@pytest.mark.parametrize(
    ("own", "others", "note"), [(True, False, "transitions are new"), (False, True, "without transitions")]
)
def test_transitions_that_only_one_head_has_are_left_out(own: bool, others: bool, note: str) -> None:
    network, other = heads(2, own, 1), arrays(heads(3, others, 2))
    before = arrays(network)
    done = copy_head(network, "ner", other, pairs((0, 2), (1, 1)))
    assert done == LayerTransfer("heads.ner", copied=2, new=0, dropped=1, note=note)
    np.testing.assert_array_equal(arrays(network)["heads.ner.weight"], other["heads.ner.weight"][[2, 1]])
    if own:
        name = "heads.ner.transitions"
        np.testing.assert_array_equal(arrays(network)[name], before[name])


def test_no_common_label_leaves_a_head_as_it_was() -> None:
    network, other = heads(2, True, 1), arrays(heads(3, True, 2))
    before = arrays(network)
    assert copy_head(network, "ner", other, pairs()) == LayerTransfer("heads.ner", 0, 2, 3)
    for name in ("heads.ner.weight", "heads.ner.bias"):
        np.testing.assert_array_equal(arrays(network)[name], before[name])


def test_whole_networks_score_alike_after_everything_has_moved() -> None:
    """Oracle: the network that all layers come from; all kinds of features."""
    source, target = small_network(window=5, hidden=(6, 4)), small_network(window=5, hidden=(6, 4))
    initialise(source, "glorot", torch.Generator().manual_seed(7))
    weights = arrays(source)
    windows = torch.tensor([[0, 0, 1, 2, 3], [0, 1, 2, 3, 3], [1, 2, 3, 3, 0]])
    for name, rows in (("word", 7), ("caps", 3), ("characters", 6)):
        copy_lookup(target, f"lookup.{name}", weights, pairs(*((row, row) for row in range(rows))))
    sizes = FirstLayer(5, {"word": 4, "caps": 2, "characters": 3})
    copy_first_layer(target, weights, sizes, sizes)
    copy_hidden_layer(target, 1, weights)
    for name, labels in (("pos", 4), ("ner", 3)):
        copy_head(target, name, weights, pairs(*((row, row) for row in range(labels))))
    expected, found = (n(ROWS, CHARACTERS, windows) for n in (source, target))
    for task in ("pos", "ner"):
        assert torch.equal(found[task], expected[task])
    assert all(torch.equal(value, source.state_dict()[name]) for name, value in target.state_dict().items())


@pytest.mark.parametrize(
    ("name", "shape", "message"),
    [
        ("lookup.word.weight", (9, 5), "lookup.word: expected 4 numbers a vector, found 5."),
        (
            "lookup.characters.filters",
            (3, 8),
            "lookup.characters.filters: expected [3, 6] as shape, found [3, 8].",
        ),
        ("trunk.0.weight", (7, 27), "trunk.0: expected 6 sums, found 7."),
        ("trunk.1.weight", (4, 7), "trunk.1.weight: expected [4, 6] as shape, found [4, 7]."),
        ("heads.pos.weight", (4, 9), "heads.pos: expected 4 hidden units, found 9."),
    ],
)
def test_sizes_that_do_not_fit_are_an_error(name: str, shape: tuple[int, int], message: str) -> None:
    network = small_network(hidden=(6, 4))
    weights = {**arrays(network), name: np.zeros(shape, np.float32)}
    sizes = FirstLayer(3, {"word": 4, "caps": 2, "characters": 3})
    copies = {
        "lookup": lambda: copy_lookup(network, name.rpartition(".")[0], weights, pairs((0, 0))),
        "trunk.0": lambda: copy_first_layer(network, weights, sizes, sizes),
        "trunk.1": lambda: copy_hidden_layer(network, 1, weights),
        "heads": lambda: copy_head(network, "pos", weights, pairs((0, 0))),
    }
    with pytest.raises(ShapeError) as error:
        next(copy for start, copy in copies.items() if name.startswith(start))()
    assert str(error.value) == message
