"""A moving average of the weights, used for scores and tagging in the place of the last step's weights."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import log

import torch
from torch import Tensor, nn

from tagger.training.parameters import merged_gradient, sparse_tables

EVERY = 8
"""Steps between two updates of the average: nearly the same average for an eighth of the work."""
WARM_UP = 10
"""The n-th update has decay at most n / (n + WARM_UP), so that the first random weights are soon forgotten."""


class MovingAverage:
    """average <- d * average + (1 - d) * weights, with d the setting's decay a step (Polyak and Juditsky 1992).

    The statistics that batch normalisation keeps are averaged with the weights, so that they fit them.

    Of a table with sparse gradients only the rows of the batch change. While a row w stands still, n updates take its
    average to w + (average - w) * d_1 * ... * d_n; that is made up for when the row is about to change, or when the
    average is asked for, and costs nothing before.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay = decay
        self.steps = 0
        self.network = network
        self._values = {name: value.clone() for name, value in _averaged(network).items()}
        self._tables = sparse_tables(network)
        self._log = 0.0  # log of the product of all decays up to now
        self._logs = {  # the same at the time when each row was last brought up to date
            name: torch.zeros(len(table), dtype=torch.float64, device=table.device)
            for name, table in self._tables.items()
        }

    def before_step(self) -> None:
        """Bring up to date the rows of large tables that the coming optimizer step changes."""
        for name, table in self._tables.items():
            if table.grad is not None:
                merged_gradient(table)
                self._catch_up(name, table.grad.indices()[0])

    def update(self) -> None:
        """Take note of one optimizer step."""
        self.steps += 1
        if self.steps % EVERY:
            return
        decay = self._decay(self.steps // EVERY)
        self._log += log(decay)
        own = _averaged(self.network)
        dense = [name for name in self._values if name not in self._tables]
        with torch.no_grad():
            torch._foreach_lerp_([self._values[n] for n in dense], [own[n] for n in dense], 1.0 - decay)

    def values(self) -> dict[str, Tensor]:
        """The averages as they stand, by name."""
        for name, logs in self._logs.items():
            self._catch_up(name, torch.arange(len(logs), device=logs.device))
        return self._values

    def restore(self, steps: int, values: dict[str, Tensor]) -> None:
        """Go on from the averages `values` after so many steps."""
        self.steps = steps
        self._log = 0.0
        for count in range(1, steps // EVERY + 1):
            self._log += log(self._decay(count))
        for logs in self._logs.values():
            logs.fill_(self._log)
        for name, value in self._values.items():
            value.copy_(values[name])

    @contextmanager
    def applied(self) -> Iterator[None]:
        """The network has the averaged weights inside the block and its own again after it.

        Before the first update there is no average yet, only the first random weights: the network keeps its own.
        """
        if self.steps < EVERY:
            yield
            return
        own = {name: value.clone() for name, value in _averaged(self.network).items()}
        try:
            _assign(self.network, self.values())
            yield
        finally:
            _assign(self.network, own)

    def _decay(self, count: int) -> float:
        """The decay of update number `count`, from 1."""
        return min(self.decay**EVERY, count / (count + WARM_UP))

    def _catch_up(self, name: str, rows: Tensor) -> None:
        """Make up for the updates that these rows have missed; rows that are up to date keep every bit."""
        logs, averages = self._logs[name], self._values[name]
        rows = rows[logs[rows] != self._log]
        if len(rows):
            kept = torch.exp(self._log - logs[rows]).to(averages.dtype)[:, None]  # [rows, 1]
            averages[rows] = torch.lerp(self._tables[name].detach()[rows], averages[rows], kept)
            logs[rows] = self._log


def _averaged(network: nn.Module) -> dict[str, Tensor]:
    """The network's parameters and floating-point buffers, detached."""
    return {name: value for name, value in network.state_dict().items() if value.is_floating_point()}


def _assign(network: nn.Module, values: dict[str, Tensor]) -> None:
    own = _averaged(network)
    with torch.no_grad():
        for name, value in values.items():
            own[name].copy_(value)
