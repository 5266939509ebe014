"""Learning-rate schedules: the factor of the first rate at a time of training."""

from collections.abc import Callable

from tagger.config import ScheduleSettings

Schedule = Callable[[float, int, ScheduleSettings], float]

SCHEDULES: dict[str, Schedule] = {
    "constant": lambda _epoch, _epochs, _settings: 1.0,
    # from 1 down to `final` at the end of the last epoch
    "linear": lambda epoch, epochs, settings: 1.0 - (1.0 - settings.final) * epoch / epochs,
    # a0 * tau / max(t, tau): Bergstra and Bengio 2012; notes 001
    "inverse": lambda epoch, _epochs, settings: settings.tau / max(epoch, settings.tau),
}


def rate_factor(settings: ScheduleSettings, epoch: float, epochs: int) -> float:
    """The factor at time `epoch` (epochs done, fractions between) of a training of `epochs`."""
    return SCHEDULES[settings.name](epoch, epochs, settings)
