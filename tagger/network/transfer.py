"""Another network's saved weights to parameters of this one: rows of tables and heads, columns of the first layer.

Knows sizes and row numbers, never words: which row of one table belongs to which row of the other is said by pairs of
rows. What has no counterpart keeps its first, random weights. All of it is done before training starts; every function
raises ShapeError where sizes differ that must not.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tagger.errors import ShapeError
from tagger.network.window_network import WindowNetwork
from tagger.records import LayerTransfer

Arrays = Mapping[str, NDArray[np.float32]]  # parameter name -> values, as `saved.py` lists them


class RowPairs(NamedTuple):
    """Which rows of the other model's table go to which rows of this one. Shapes: [n] and [n]; no target twice."""

    target: NDArray[np.int64]
    source: NDArray[np.int64]


class FirstLayer(NamedTuple):
    """What the columns of a first layer's matrix stand for: in each slot of the window the vectors of the features."""

    window: int  # slots, odd
    blocks: Mapping[str, int]  # feature -> width of its vector, in the order of concatenation

    @property
    def width(self) -> int:
        """D, the width of one slot."""
        return sum(self.blocks.values())

    def middle(self, slots: int) -> slice:
        """The `slots` slots round the centre, an odd number."""
        first = (self.window - slots) // 2
        return slice(first, first + slots)

    def columns(self, feature: str) -> slice:
        """The columns of `feature` within a slot."""
        names = list(self.blocks)
        first = sum(self.blocks[name] for name in names[: names.index(feature)])
        return slice(first, first + self.blocks[feature])


def copy_lookup(
    network: WindowNetwork, layer: str, weights: Arrays, rows: RowPairs, *, factor: float = 1.0
) -> LayerTransfer:
    """Rows of the table `layer` ("lookup.word") from the other model, times `factor`.

    The filters and biases of the characters go with their table.
    """
    for part in ("filters", "bias") if layer == "lookup.characters" else ():
        _copy_whole(network, weights, f"{layer}.{part}")
    table, source = _pair(network, weights, f"{layer}.weight")
    _check_equal(layer, table.shape[1], source.shape[1], "numbers a vector")
    table[torch.from_numpy(rows.target)] = source[torch.from_numpy(rows.source)] * factor
    return _of_rows(layer, rows, len(table), len(source))


def copy_first_layer(
    network: WindowNetwork, weights: Arrays, own: FirstLayer, other: FirstLayer
) -> LayerTransfer:
    """The first hidden layer: columns by feature and by place in the window, centre on centre; bias and norms whole.

    `own` and `other` say what the columns of this network's matrix and of the other one's stand for. A feature or an
    outer slot that the other model lacks keeps its random columns; one that this network lacks is dropped. So is a
    feature whose vectors are of another width.
    """
    matrix, values = _pair(network, weights, "trunk.0.weight")
    _check_equal("trunk.0", len(matrix), len(values), "sums")
    slots = min(own.window, other.window)
    shared = [name for name, width in own.blocks.items() if width == other.blocks.get(name)]
    target = matrix.view(-1, own.window, own.width)  # [H, W, D]
    source = values.view(-1, other.window, other.width)
    for name in shared:
        block = source[:, other.middle(slots), other.columns(name)]
        target[:, own.middle(slots), own.columns(name)] = block
    _copy_whole(network, weights, "trunk.0.bias")
    _copy_norms(network, weights, 0)
    copied = slots * sum(own.blocks[name] for name in shared)
    note = _first_layer_note(own, other, shared)
    return LayerTransfer("trunk.0", copied, matrix.shape[1] - copied, values.shape[1] - copied, note)


def copy_hidden_layer(network: WindowNetwork, number: int, weights: Arrays) -> LayerTransfer:
    """A later hidden layer, number 1 or more, whole, with its batch normalisation where both have one."""
    layer = f"trunk.{number}"
    for part in ("weight", "bias"):
        _copy_whole(network, weights, f"{layer}.{part}")
    _copy_norms(network, weights, number)
    return LayerTransfer(layer, len(weights[f"{layer}.weight"]), 0, 0)


def copy_head(network: WindowNetwork, task: str, weights: Arrays, rows: RowPairs) -> LayerTransfer:
    """The labels' rows of the head of `task`, their biases, and the transitions among them and from the start.

    New labels keep random rows, bias 0 and transitions of score 0. Transitions that only one of the two heads has are
    left out.
    """
    layer = f"heads.{task}"
    matrix, values = _pair(network, weights, f"{layer}.weight")
    _check_equal(layer, matrix.shape[1], values.shape[1], "hidden units")
    bias, biases = _pair(network, weights, f"{layer}.bias")
    into, of = torch.from_numpy(rows.target), torch.from_numpy(rows.source)
    matrix[into], bias[into] = values[of], biases[of]
    note = ""
    name, own = f"{layer}.transitions", network.head(task).transitions is not None
    if own and name in weights:
        scores, others = _pair(network, weights, name)  # [K + 1, K], last row the start
        into_rows, of_rows = (torch.cat([r, torch.tensor([len(b)])]) for r, b in ((into, bias), (of, biases)))
        scores[into_rows[:, None], into] = others[of_rows[:, None], of]
    elif own:
        note = "transitions are new"
    elif name in weights:
        note = "without transitions"
    return _of_rows(layer, rows, len(matrix), len(values), note)


def _pair(network: WindowNetwork, weights: Arrays, name: str) -> tuple[Tensor, Tensor]:
    """The parameter or buffer `name` of the network, to be written into, and the other model's values."""
    own = network.state_dict()[name]
    return own, torch.from_numpy(np.array(weights[name])).to(own)


def _copy_whole(network: WindowNetwork, weights: Arrays, name: str) -> None:
    own, values = _pair(network, weights, name)
    _check_equal(name, list(own.shape), list(values.shape), "as shape")
    own.copy_(values)


def _copy_norms(network: WindowNetwork, weights: Arrays, number: int) -> None:
    """The batch normalisation of a layer, statistics included, where both have it."""
    names = [f"norms.{number}.{part}" for part in ("weight", "bias", "running_mean", "running_var")]
    if network.norms and names[0] in weights:
        for name in names:
            _copy_whole(network, weights, name)


def _check_equal(where: str, own: object, other: object, what: str) -> None:
    if own != other:
        raise ShapeError(f"expected {own} {what}, found {other}", where=where)


def _of_rows(layer: str, rows: RowPairs, own: int, other: int, note: str = "") -> LayerTransfer:
    copied = len(rows.target)
    return LayerTransfer(layer, copied, own - copied, other - len(np.unique(rows.source)), note)


def _first_layer_note(own: FirstLayer, other: FirstLayer, shared: list[str]) -> str:
    notes = []
    if own.window != other.window:
        which = "the middle slots" if own.window < other.window else "the outer slots are new"
        notes.append(f"window {other.window} -> {own.window}: {which}")
    new = [name for name in own.blocks if name not in shared]
    dropped = [name for name in other.blocks if name not in shared]
    notes += [f"{word}: {', '.join(names)}" for word, names in (("new", new), ("dropped", dropped)) if names]
    return "; ".join(notes)
