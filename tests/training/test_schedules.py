import pytest

from tagger.config import ScheduleSettings
from tagger.training.schedules import SCHEDULES, rate_factor


@pytest.mark.parametrize(
    ("settings", "epoch", "expected"),
    [
        (ScheduleSettings(name="constant"), 7.5, 1.0),
        (ScheduleSettings(name="linear", final=0.1), 0.0, 1.0),
        (ScheduleSettings(name="linear", final=0.1), 5.0, 0.55),
        (ScheduleSettings(name="linear", final=0.1), 10.0, 0.1),
        (ScheduleSettings(name="inverse", tau=4.0), 3.0, 1.0),
        (ScheduleSettings(name="inverse", tau=4.0), 8.0, 0.5),
    ],
)
def test_factor_equals_the_formula(settings: ScheduleSettings, epoch: float, expected: float) -> None:
    assert rate_factor(settings, epoch, 10) == pytest.approx(expected)


def test_every_schedule_starts_at_the_full_rate() -> None:
    for name in SCHEDULES:
        assert rate_factor(ScheduleSettings(name=name), 0.0, 10) == 1.0  # type: ignore[arg-type]
