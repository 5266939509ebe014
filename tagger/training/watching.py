"""Some steps of an epoch to figures of each layer: length of the gradient, size of the step, saturated units.

The notes diagnose a training by them: gradients that shrink from the last layer to the first vanish (002, 003), units
at the end of their range learn no more (001, 004). Watching draws nothing and changes no weight.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from statistics import median

import torch
from torch import Tensor, nn

from tagger.network.layers import layer_of
from tagger.records import LayerFigures

WATCHED_STEPS = 20
"""Steps of an epoch that are watched; the others cost nothing."""
SATURATED = 0.95
"""An output so far towards the end of its range counts as saturated."""


def is_watched(place: int, count: int, watched: int = WATCHED_STEPS) -> bool:
    """Whether step number `place` (from 0) of the `count` of an epoch is one of the `watched`, evenly spread ones."""
    return place * watched // count != (place + 1) * watched // count


def gradient_norm(parameters: Iterable[nn.Parameter]) -> float | None:
    """The L2 norm of the gradients of all `parameters` as one vector; None where none has a gradient."""
    lengths = [_values(p.grad).norm() for p in parameters if p.grad is not None]
    return torch.stack(lengths).norm().item() if lengths else None


def saturated_share(outputs: Tensor, activation: str) -> float:
    """The share of `outputs` [N, H] that are saturated: beyond 95% of the way to an end of the activation's range.

    sigmoid: below 0.05 or above 0.95; tanh, hard_tanh, soft_sign: absolute value above 0.95; relu: the share of the
    H units that are 0 for every one of the N words (dead). 0.0 for leaky_relu and maxout, which have no such end.
    """
    rule = _SATURATION.get(activation)
    return rule(outputs).float().mean().item() if rule else 0.0


_SATURATION: dict[str, Callable[[Tensor], Tensor]] = {
    "sigmoid": lambda outputs: (outputs < 1.0 - SATURATED) | (outputs > SATURATED),
    "tanh": lambda outputs: outputs.abs() > SATURATED,
    "hard_tanh": lambda outputs: outputs.abs() > SATURATED,
    "soft_sign": lambda outputs: outputs.abs() > SATURATED,
    "relu": lambda outputs: (outputs == 0).all(0),  # [H]
}


class Watch:
    """The figures of one epoch: call `before_step` and `after_step` round each optimizer step to be watched."""

    def __init__(self, network: nn.Module, activation: str = "") -> None:
        """`activation` of the hidden layers; without it nothing is said about saturation."""
        self.activation = activation
        self.outputs: list[tuple[Tensor, Tensor]] = []  # what the network's `watch` appends to
        self.norm = 0.0  # of the whole gradient of the last watched step
        self._layers: dict[str, list[nn.Parameter]] = defaultdict(list)
        for name, parameter in network.named_parameters():
            self._layers[layer_of(name)].append(parameter)
        self._before: dict[str, list[tuple[nn.Parameter, Tensor | None, Tensor]]] = {}
        self._seen: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))

    def before_step(self) -> None:
        """Note the gradients, not yet clipped nor penalised, the outputs, and the weights that are about to move."""
        self._before = {}
        norms = []
        for layer, parameters in self._layers.items():
            moving = [parameter for parameter in parameters if parameter.grad is not None]
            norm = gradient_norm(moving)
            if norm is None:  # frozen, or the head of a task that this batch does not teach
                continue
            norms.append(norm)
            self._seen[layer]["gradient_norm"].append(norm)
            self._before[layer] = [(p, rows, _part(p, rows).clone()) for p in moving for rows in [_rows(p)]]
        self.norm = torch.tensor(norms).norm().item()
        for number, (_, outputs) in enumerate(self.outputs):
            if self.activation:
                share = saturated_share(outputs, self.activation)
                self._seen[f"trunk.{number}"]["saturated"].append(share)
        self.outputs.clear()

    def after_step(self) -> None:
        """Note how far the weights have moved since `before_step`."""
        for layer, parameters in self._before.items():
            moved = [(_part(p, rows) - before).norm() for p, rows, before in parameters]
            size = torch.stack([before.norm() for _, _, before in parameters]).norm().item()
            ratio = torch.stack(moved).norm().item() / size if size else 0.0
            self._seen[layer]["update_ratio"].append(ratio)
        self._before = {}

    def figures(self) -> dict[str, LayerFigures]:
        """The median of each figure over the watched steps, for every layer that moved, in the network's order."""
        return {
            layer: LayerFigures(
                gradient_norm=median(seen["gradient_norm"]),
                update_ratio=median(seen["update_ratio"]),
                saturated=median(seen["saturated"]) if "saturated" in seen else None,
            )
            for layer in self._layers
            if (seen := self._seen.get(layer)) and "update_ratio" in seen
        }


def _values(gradient: Tensor) -> Tensor:
    return gradient.coalesce().values() if gradient.is_sparse else gradient


def _rows(parameter: nn.Parameter) -> Tensor | None:
    """The rows that a sparse gradient names: of a large table only these are looked at. None: all of them."""
    gradient = parameter.grad
    return gradient.coalesce().indices()[0] if gradient is not None and gradient.is_sparse else None


def _part(parameter: nn.Parameter, rows: Tensor | None) -> Tensor:
    values = parameter.detach()
    return values if rows is None else values[rows]
