"""Learning-rate schedules: the factor of the first rate at a time of training.

With t the epochs done (fractions between), T those to do: constant 1; linear from 1 to `final` at T; step
factor^floor(t / every); exponential exp(-k t); inverse tau / max(t, tau); plateau factor^(reductions so far). All but
linear stand in notes 001 and 003 (annealing); inverse is also Bergstra and Bengio 2012.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import exp, floor

from tagger.config import ScheduleSettings

Schedule = Callable[[float, int, ScheduleSettings], float]


@dataclass(frozen=True, slots=True)
class Plateau:
    """What the schedule plateau remembers of the epochs behind."""

    best: float | None = None
    waited: int = 0  # epochs since the best or the last reduction
    reductions: int = 0

    def after(self, quality: float, settings: ScheduleSettings) -> "Plateau":
        """The memory after one more epoch that came to `quality` (more is better)."""
        if self.best is None or quality > self.best:
            return replace(self, best=quality, waited=0)
        if self.waited + 1 < settings.wait:
            return replace(self, waited=self.waited + 1)
        return replace(self, waited=0, reductions=self.reductions + 1)


SCHEDULES: dict[str, Schedule] = {
    "constant": lambda _epoch, _epochs, _settings: 1.0,
    "linear": lambda epoch, epochs, settings: 1.0 - (1.0 - settings.final) * epoch / epochs,
    "step": lambda epoch, _epochs, settings: settings.factor ** floor(epoch / settings.every),
    "exponential": lambda epoch, _epochs, settings: exp(-settings.k * epoch),
    "inverse": lambda epoch, _epochs, settings: settings.tau / max(epoch, settings.tau),
}
"""The schedules that depend on the time alone."""


def rate_factor(
    settings: ScheduleSettings, epoch: float, epochs: int, *, plateau: Plateau = Plateau()
) -> float:
    """The factor at time `epoch` (epochs done, fractions between) of a training of `epochs`.

    `warm_up` multiplies every schedule by epoch / warm_up until that time: the first step has rate 0.
    """
    warmth = min(epoch / settings.warm_up, 1.0) if settings.warm_up else 1.0
    if settings.name == "plateau":
        return warmth * settings.factor**plateau.reductions
    return warmth * SCHEDULES[settings.name](epoch, epochs, settings)
