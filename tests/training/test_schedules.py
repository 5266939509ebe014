from math import exp
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.config import ScheduleName, ScheduleSettings
from tagger.training.schedules import SCHEDULES, Plateau, rate_factor


@pytest.mark.parametrize(
    ("settings", "epoch", "expected"),
    [
        (ScheduleSettings(name="constant"), 7.5, 1.0),
        (ScheduleSettings(name="linear", final=0.1), 0.0, 1.0),
        (ScheduleSettings(name="linear", final=0.1), 5.0, 0.55),
        (ScheduleSettings(name="linear", final=0.1), 10.0, 0.1),
        (ScheduleSettings(name="step", every=3, factor=0.5), 2.999, 1.0),
        (ScheduleSettings(name="step", every=3, factor=0.5), 3.0, 0.5),
        (ScheduleSettings(name="step", every=3, factor=0.5), 5.5, 0.5),
        (ScheduleSettings(name="step", every=3, factor=0.1), 9.0, 0.001),
        (ScheduleSettings(name="exponential", k=0.3), 0.0, 1.0),
        (ScheduleSettings(name="exponential", k=0.3), 2.5, exp(-0.75)),
        (ScheduleSettings(name="inverse", tau=4.0), 3.0, 1.0),
        (ScheduleSettings(name="inverse", tau=4.0), 8.0, 0.5),
        (ScheduleSettings(name="constant", warm_up=2.0), 0.0, 0.0),
        (ScheduleSettings(name="constant", warm_up=2.0), 0.5, 0.25),
        (ScheduleSettings(name="constant", warm_up=2.0), 2.0, 1.0),
        (ScheduleSettings(name="constant", warm_up=2.0), 9.0, 1.0),
        (ScheduleSettings(name="linear", final=0.0, warm_up=4.0), 2.0, 0.5 * 0.8),
        (ScheduleSettings(name="exponential", k=1.0, warm_up=4.0), 1.0, 0.25 * exp(-1.0)),
    ],
)
def test_factor_equals_the_formula(settings: ScheduleSettings, epoch: float, expected: float) -> None:
    assert rate_factor(settings, epoch, 10) == pytest.approx(expected)


def test_there_is_a_schedule_for_every_name() -> None:
    assert {*SCHEDULES, "plateau"} == set(get_args(ScheduleName))


@pytest.mark.parametrize("name", get_args(ScheduleName))
def test_every_schedule_starts_at_the_full_rate(name: ScheduleName) -> None:
    assert rate_factor(ScheduleSettings(name=name), 0.0, 10) == 1.0


@given(
    name=st.sampled_from(get_args(ScheduleName)),
    times=st.lists(st.floats(0, 20), min_size=2, max_size=2).map(sorted),
)
def test_no_schedule_ever_rises(name: ScheduleName, times: list[float]) -> None:
    early, late = (rate_factor(ScheduleSettings(name=name), time, 20) for time in times)
    assert early >= late > 0


def reductions(qualities: list[float], wait: int) -> list[int]:
    """The reductions after each epoch."""
    plateau, found = Plateau(), []
    for quality in qualities:
        plateau = plateau.after(quality, ScheduleSettings(name="plateau", wait=wait))
        found.append(plateau.reductions)
    return found


@pytest.mark.parametrize(
    ("qualities", "wait", "expected"),
    [
        ([0.1, 0.2, 0.3], 1, [0, 0, 0]),
        ([0.3, 0.2, 0.1], 1, [0, 1, 2]),
        ([0.3, 0.3, 0.3, 0.3, 0.3], 2, [0, 0, 1, 1, 2]),  # equal is not better; waits anew after a reduction
        ([0.3, 0.2, 0.4, 0.2, 0.2], 2, [0, 0, 0, 0, 1]),  # a better one starts the wait anew
        ([-5.0, -4.0, -6.0, -4.5], 2, [0, 0, 0, 1]),  # losses, negated
        ([0.3, 0.2, 0.2, 0.25, 0.29], 2, [0, 0, 1, 1, 2]),  # better than of late is not better than ever
    ],
)
def test_plateau_reduces_after_waiting_in_vain(
    qualities: list[float], wait: int, expected: list[int]
) -> None:
    """Oracle: counted by hand."""
    assert reductions(qualities, wait) == expected


def test_plateau_multiplies_by_the_factor_for_each_reduction() -> None:
    settings = ScheduleSettings(name="plateau", factor=0.2, warm_up=1.0)
    assert rate_factor(settings, 5.0, 10) == 1.0
    assert rate_factor(settings, 5.0, 10, plateau=Plateau(0.5, 0, 3)) == pytest.approx(0.008)
    assert rate_factor(settings, 0.5, 10, plateau=Plateau(0.5, 0, 3)) == pytest.approx(0.004)
