"""The gradients of training against finite differences of what it minimises, parameter by parameter, in float64."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tagger.network.batch_norm import BatchNorm
from tagger.network.window_network import WindowNetwork
from tagger.training.batches import Batch
from tagger.training.finite_differences import LIMIT, STEP, Slope, check_slope, roundoff
from tagger.training.loop import Plan
from tagger.training.losses import batch_losses
from tagger.training.regularisation import add_penalty_gradients, penalised, penalty


class Differentiable(Protocol):
    """A function of parameters that returns the same value at every call, and its gradient by the code under test."""

    @property
    def parameters(self) -> Mapping[str, Tensor]:
        """The groups of numbers that it depends on, float64."""

    def value(self) -> float:
        """J at the parameters as they stand."""

    def gradients(self) -> dict[str, Tensor]:
        """The gradient of J by each group, of the group's shape."""


@dataclass(frozen=True, slots=True)
class Objective:
    """What training minimises on these batches (one a corpus): weighted losses of all tasks, plus the penalties.

    The forward pass is that of training, batch normalisation included, and draws the same dropout and corrupted windows
    at every call; no words are hidden. Of the penalties the gradients that training adds are checked against the sum
    they come from.
    """

    network: WindowNetwork  # float64
    batches: Sequence[Batch]
    plan: Plan  # weights of the tasks and penalties are its part here
    seed: int = 0  # of the dropout and of corrupted windows
    _statistics: list[tuple[Tensor, Tensor]] = field(
        default_factory=list
    )  # running ones as they were at first

    @property
    def parameters(self) -> Mapping[str, Tensor]:
        """Those of the network that learn, by their saved names."""
        return {name: p for name, p in self.network.named_parameters() if p.requires_grad}

    def value(self) -> float:
        """J at the weights as they stand."""
        with torch.no_grad():
            plan = self.plan
            sums = penalty(self.network, l1=plan.l1, l2=plan.l2, lookups=plan.penalize_lookups)
            return (self._losses() + sums).item()

    def gradients(self) -> dict[str, Tensor]:
        """The gradient that the optimizer sees before it is clipped; zeros for parameters that have none."""
        self.network.zero_grad()
        self._losses().backward()  # type: ignore[no-untyped-call]
        plan = self.plan
        weights = penalised(self.network, lookups=plan.penalize_lookups)
        add_penalty_gradients(weights, l1=plan.l1, l2=plan.l2)
        return {
            name: torch.zeros_like(p) if p.grad is None else p.grad.to_dense().clone()
            for name, p in self.parameters.items()
        }

    def _losses(self) -> Tensor:
        self.network.train()
        generator = torch.Generator().manual_seed(self.seed)
        terms = []
        for batch in self.batches:
            self._reset_statistics()
            scores = self.network(
                batch.rows, batch.characters, batch.windows, tasks=tuple(batch.labels), generator=generator
            )
            losses = batch_losses(self.network, batch, scores, generator)
            terms += [self.plan.weights[task] * loss for task, loss in losses.items()]
        return torch.stack(terms).sum()

    def _reset_statistics(self) -> None:
        """Running means and variances as before the first batch: a batch of one word is normalised by them."""
        norms = [norm for norm in self.network.norms if isinstance(norm, BatchNorm)]
        if not self._statistics:
            self._statistics.extend((norm.running_mean, norm.running_var) for norm in norms)
        for norm, (mean, variance) in zip(norms, self._statistics, strict=True):
            norm.running_mean, norm.running_var = mean.clone(), variance.clone()


@dataclass(frozen=True, slots=True)
class Entry:
    """One number of a parameter."""

    index: tuple[int, ...]
    gradient: float
    slope: Slope


@dataclass(frozen=True, slots=True)
class GroupCheck:
    """The entries of one parameter that were checked, of those that the batches use."""

    name: str
    size: int  # entries that could be checked
    entries: tuple[Entry, ...]
    roundoff: float  # what is smaller cannot be told from 0

    @property
    def wrong(self) -> list[Entry]:
        """Entries whose gradient is not that of the function."""
        return [entry for entry in self.entries if entry.slope.verdict == "wrong"]

    @property
    def kinks(self) -> int:
        """Entries at which the function has no derivative, their gradients between the slopes on both sides."""
        return sum(entry.slope.verdict == "kink" for entry in self.entries)

    @property
    def flat(self) -> bool:
        """Whether nothing depends on the parameter here: every gradient and difference is 0 but for round-off."""
        numbers = [abs(n) for entry in self.entries for n in (entry.gradient, entry.slope.difference)]
        return all(number <= self.roundoff for number in numbers)

    @property
    def worst(self) -> Entry | None:
        """The entry of largest relative error; kinks do not count. None where there is nothing else."""
        smooth = [entry for entry in self.entries if entry.slope.verdict != "kink"]
        return max(smooth, key=lambda entry: entry.slope.error, default=None)


def check_gradients(
    function: Differentiable,
    rows: Mapping[str, NDArray[np.int64]],
    *,
    entries: int | None,
    draw: np.random.Generator,
    step: float = STEP,
    limit: float = LIMIT,
) -> Iterator[GroupCheck]:
    """Each parameter, checked at so many of its entries; None: at all.

    `rows`: name -> the only rows that J depends on (lookup tables). Of a sample one entry is that of the largest
    gradient, about half are drawn from those with a gradient, the others from all: a gradient may be missing.
    """
    gradients, middle = function.gradients(), function.value()
    for name, parameter in function.parameters.items():
        gradient = gradients[name].reshape(-1).numpy()
        places = _candidates(parameter, rows.get(name))
        checked = []
        for place in _sample(places, gradient, entries, draw):
            value = float(gradient[place])
            slope = check_slope(_along(function, parameter, place), middle, value, step=step, limit=limit)
            index = tuple(int(i) for i in np.unravel_index(place, tuple(parameter.shape)))
            checked.append(Entry(index, value, slope))
        yield GroupCheck(name, len(places), tuple(checked), roundoff(middle, step))


def used_rows(network: WindowNetwork, batches: Sequence[Batch]) -> dict[str, NDArray[np.int64]]:
    """The rows of each lookup table that the batches look up, by the table's saved name."""
    columns = {
        f"lookup.{name}.weight": [batch.rows[:, number].numpy() for batch in batches]
        for number, name in enumerate(network.lookup.names)
    }
    if network.lookup.has_characters:
        columns["lookup.characters.weight"] = [batch.characters.numpy().ravel() for batch in batches]
    return {name: np.unique(np.concatenate(rows)) for name, rows in columns.items()}


def _along(function: Differentiable, parameter: Tensor, place: int) -> Callable[[float], float]:
    """J as a function of what is added to one number of the parameter, which keeps its value."""
    numbers = parameter.data.view(-1)

    def value(delta: float) -> float:
        kept = numbers[place].item()
        numbers[place] = kept + delta
        try:
            return function.value()
        finally:
            numbers[place] = kept

    return value


def _candidates(parameter: Tensor, rows: NDArray[np.int64] | None) -> NDArray[np.int64]:
    """Places in the flattened parameter: all of them, or those of some rows."""
    if rows is None:
        return np.arange(parameter.numel())
    width = parameter.numel() // parameter.shape[0]
    return (rows[:, None] * width + np.arange(width)).ravel()


def _sample(
    places: NDArray[np.int64], gradient: NDArray[np.float64], entries: int | None, draw: np.random.Generator
) -> list[int]:
    """So many of the places, in order."""
    if entries is None or entries >= len(places):
        return [int(place) for place in places]
    live = places[gradient[places] != 0.0]
    largest = [int(places[np.abs(gradient[places]).argmax()])]
    mixed = [*largest, *draw.permutation(live)[: entries // 2].tolist(), *draw.permutation(places).tolist()]
    return sorted(list(dict.fromkeys(mixed))[:entries])
