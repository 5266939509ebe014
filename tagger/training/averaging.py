"""A moving average of the weights, used for scores and tagging in the place of the last step's weights."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

EVERY = 8
"""Steps between two updates of the average: nearly the same average for an eighth of the work."""
WARM_UP = 10
"""The n-th update has decay at most n / (n + WARM_UP), so that the first random weights are soon forgotten."""


class MovingAverage:
    """average <- d * average + (1 - d) * weights, with d the setting's decay a step (Polyak and Juditsky 1992)."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay = decay
        self.steps = 0
        self.parameters = dict(network.named_parameters())
        self.values = {name: value.detach().clone() for name, value in self.parameters.items()}

    def update(self) -> None:
        """Take note of one optimizer step."""
        self.steps += 1
        if self.steps % EVERY:
            return
        count = self.steps // EVERY
        decay = min(self.decay**EVERY, count / (count + WARM_UP))
        with torch.no_grad():
            current = [value.detach() for value in self.parameters.values()]
            torch._foreach_lerp_(list(self.values.values()), current, 1.0 - decay)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """The network has the averaged weights inside the block and its own again after it."""
        own = {name: value.detach().clone() for name, value in self.parameters.items()}
        try:
            _assign(self.parameters, self.values)
            yield
        finally:
            _assign(self.parameters, own)


def _assign(parameters: dict[str, nn.Parameter], values: dict[str, Tensor]) -> None:
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(values[name])
