"""Findings about the steps of a training, on made-up courses on both sides of each threshold."""

from dataclasses import replace

import pytest

from tagger.evaluation.course import Course
from tagger.evaluation.step_checks import (
    check_dead_units,
    check_exploding,
    check_rate_too_large,
    check_rate_too_small,
    check_saturated_units,
    check_stuck,
    check_vanishing,
)
from tagger.evaluation.verdicts import Finding
from tests.evaluation.courses import GOOD, HEALTHY, course, layers, settings

FALLING = [1.0, 0.6, 0.4, 0.3, 0.25, 0.2]
LEARNT, POOR = [0.99] * 6, [0.3] * 6


def norms(*values: float) -> list[dict[str, dict[str, float]]]:
    """Epochs in which only the gradient of the first hidden layer changes; the head's is 0."""
    return [layers(trunk_0={"gradient_norm": value}, heads_ner={"gradient_norm": 0.0}) for value in values]


def test_a_good_course_has_no_findings() -> None:
    checks = [
        check_exploding,
        check_rate_too_large,
        check_vanishing,
        check_dead_units,
        check_saturated_units,
        check_rate_too_small,
        check_stuck,
    ]
    assert [check(GOOD) for check in checks] == [None] * 7


@pytest.mark.parametrize(
    ("values", "explodes"),
    [
        ((0.5, 0.4, 3.99), False),
        ((0.5, 0.4, 4.01), True),
        ((5.0, 0.4, 4.01), False),  # it falls and comes back
    ],
)
def test_gradients_that_grow_explode(values: tuple[float, ...], explodes: bool) -> None:
    found = check_exploding(course([1.0, 0.9, 0.8], layers=norms(*values)))
    assert (found is not None) is explodes


def test_exploding_says_how_far_the_gradient_grew() -> None:
    found = check_exploding(course([1.0, 0.9, 0.8], layers=norms(0.5, 0.4, 40.0)))
    assert found == Finding("serious", ("gradient norm 0.4 in epoch 2, 40 in epoch 3",))


@pytest.mark.parametrize(("second", "explodes"), [(9.9, False), (10.0, True)])
def test_a_loss_thrown_far_off_is_an_explosion(second: float, explodes: bool) -> None:
    assert (check_exploding(course([1.0, second])) is not None) is explodes


def test_a_training_that_broke_off_says_so() -> None:
    found = check_exploding(course([1.0, 1e4], chosen=settings(2, training={"epochs": 12})))
    assert found == Finding(
        "serious",
        ("training loss 1 in epoch 1, 1e+04 in epoch 2", "the training ends after epoch 2 of 12"),
    )


def test_figures_that_are_no_longer_recorded_were_not_finite() -> None:
    made = course([1.0, 0.9], dev_losses=[0.5, 0.4], layers=[HEALTHY, HEALTHY])
    lost = {**HEALTHY, "trunk.0": {"saturated": 0.0}}
    broken = replace(made, epochs=(made.epochs[0], replace(made.epochs[1], dev_loss={}, layers=lost)))
    found = check_exploding(broken)
    assert found == Finding("serious", ("no longer finite in epoch 2: ner, trunk.0",))


@pytest.mark.parametrize(("norm", "explodes"), [(19.9, False), (20.1, True)])
def test_a_first_layer_far_above_the_heads_explodes(norm: float, explodes: bool) -> None:
    watched = layers(trunk_0={"gradient_norm": norm}, heads_ner={"gradient_norm": 0.2})
    assert (check_exploding(course(FALLING, layers=[watched] * 6)) is not None) is explodes


@pytest.mark.parametrize(
    ("losses", "severity"),
    [
        ([1.0, 0.5, 0.549], None),  # 5% of the first loss
        ([1.0, 0.5, 0.551], "moderate"),
        ([1.0, 0.5, 0.6, 0.5, 0.6], "serious"),  # twice
        ([1.0, 0.9, 1.1], "serious"),  # and it ends above its start
    ],
)
def test_a_loss_that_jumps_comes_of_a_large_rate(losses: list[float], severity: str | None) -> None:
    found = check_rate_too_large(course(losses, train=[0.99] * len(losses)))
    assert (found.severity if found else None) == severity


def test_one_jump_is_serious_where_the_training_data_are_not_learnt() -> None:
    found = check_rate_too_large(course([1.0, 0.5, 0.6], train=[0.5] * 3))
    assert found == Finding("serious", ("training loss jumps from 0.5 to 0.6 in epoch 3",))


@pytest.mark.parametrize(("ratio", "large"), [(0.049, False), (0.05, True)])
def test_updates_that_are_a_large_part_of_the_weights(ratio: float, large: bool) -> None:
    watched = layers(trunk_0={"update_ratio": ratio}, heads_ner={"update_ratio": ratio})
    found = check_rate_too_large(course(FALLING, train=LEARNT, layers=[watched] * 6))
    share = "steps change the weights by 5% of their size (usual: 0.1% to 1%)"
    assert found == (Finding("moderate", (share,)) if large else None)


@pytest.mark.parametrize(("epochs", "large"), [(2, False), (12, True)])
def test_the_first_steps_may_be_large_unless_the_training_broke_off(epochs: int, large: bool) -> None:
    watched = layers(trunk_0={"update_ratio": 0.2}, heads_ner={"update_ratio": 0.2})
    made = course([1.0, 0.9], layers=[watched] * 2, chosen=settings(2, training={"epochs": epochs}))
    assert (check_rate_too_large(made) is not None) is large


def test_many_jumps_are_counted_not_listed() -> None:
    found = check_rate_too_large(course([1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0]))
    assert found is not None
    assert len(found.evidence) == 4
    assert found.evidence[-1] == "and in 2 more epochs"


def first_layer(*ratios: float, **more: float) -> list[dict[str, dict[str, float]]]:
    """Epochs with so much of the head's gradient in the first hidden layer."""
    return [layers(trunk_0={"gradient_norm": 0.2 * ratio, **more}) for ratio in ratios]


@pytest.mark.parametrize(
    ("ratios", "vanishes"),
    [
        ((0.0101,) * 6, False),
        ((0.0099,) * 6, True),
        ((0.001, 1, 1, 1, 1, 1), False),  # one of six
        ((0.001, 0.001, 1, 1, 1, 1), True),
    ],
)
def test_vanishing_gradients(ratios: tuple[float, ...], vanishes: bool) -> None:
    made = course(FALLING, train=POOR, layers=first_layer(*ratios), chosen=SIGMOID)
    assert (check_vanishing(made) is not None) is vanishes


SIGMOID = settings(6, network={"activation": "sigmoid"})


def test_vanishing_gives_the_norms_of_all_layers_and_the_saturated_ones() -> None:
    watched = layers(
        trunk_0={"gradient_norm": 1e-5, "saturated": 0.6},
        trunk_1={"gradient_norm": 1e-3, "saturated": 0.0},
        heads_ner={"gradient_norm": 0.2},
    )
    found = check_vanishing(course(FALLING, train=POOR, layers=[watched] * 6, chosen=SIGMOID))
    assert found == Finding(
        "serious",
        (
            "gradient norms in epoch 6: trunk.0 1.0e-05, heads.ner 2.0e-01, trunk.1 1.0e-03",
            "first hidden layer's norm below 1/100 of the heads' in 6 of 6 epochs",
            "saturated outputs: trunk.0 60%",
        ),
    )


def test_vanishing_gradients_of_a_network_that_learns_all_the_same_are_a_slight_matter() -> None:
    made = course(FALLING, train=LEARNT, layers=first_layer(*[0.001] * 6), chosen=SIGMOID)
    found = check_vanishing(made)
    assert found is not None and found.severity == "slight"


def test_gradients_that_vanish_behind_dead_units_are_said_once() -> None:
    made = course(FALLING, train=POOR, layers=first_layer(*[0.001] * 6, saturated=0.9))
    assert check_vanishing(made) is None
    assert check_dead_units(made) is not None


@pytest.mark.parametrize(
    ("share", "train", "severity"),
    [
        (0.49, POOR, None),
        (0.50, POOR, "moderate"),
        (0.79, POOR, "moderate"),
        (0.80, POOR, "serious"),
        (0.80, LEARNT, "slight"),
    ],
)
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_dead_or_saturated_units_at_the_end(
    share: float, train: list[float], severity: str | None, activation: str
) -> None:
    watched = [layers(trunk_0={"saturated": 1.0})] * 5 + [layers(trunk_0={"saturated": share})]
    made = course(
        FALLING, train=train, layers=watched, chosen=settings(6, network={"activation": activation})
    )
    dead, saturated = check_dead_units(made), check_saturated_units(made)
    found, other = (dead, saturated) if activation == "relu" else (saturated, dead)
    assert (found.severity if found else None) == severity
    assert other is None


def updates(ratio: float) -> list[dict[str, dict[str, float]]]:
    watched = layers(trunk_0={"update_ratio": ratio / 2}, heads_ner={"update_ratio": ratio})
    return [watched, *[layers(trunk_0={"update_ratio": 1e-6}, heads_ner={"update_ratio": 1e-6})] * 5]


@pytest.mark.parametrize(
    ("ratio", "train", "small"),
    [(4.9e-4, POOR, True), (5e-4, POOR, False), (1e-5, LEARNT, False)],
)
def test_updates_that_are_tiny_in_every_epoch(ratio: float, train: list[float], small: bool) -> None:
    made = course(FALLING, train=train, layers=updates(ratio))
    assert (check_rate_too_small(made) is not None) is small


def test_a_small_rate_shows_in_steps_and_loss() -> None:
    found = check_rate_too_small(course([1.0, 0.98, 0.96], train=[0.1] * 3, layers=updates(1e-4)[:3]))
    assert found == Finding(
        "serious",
        (
            "no step changes a layer's weights by more than 0.01% of their size (usual: 0.1% to 1%)",
            "training loss 1 in epoch 1, 0.96 in epoch 3, a fall of 4%",
        ),
    )


@pytest.mark.parametrize(
    ("losses", "small"),
    [
        ([1.0, 0.95, 0.9, 0.85, 0.8], True),
        ([1.0, 0.95, 0.9, 0.95, 0.8], False),  # falls in three of four epochs
        ([1.0, 0.9, 0.8, 0.75, 0.69], False),  # far enough
        ([1.0, 0.999, 0.998, 0.997, 0.996], False),  # does not fall: stuck
        ([1.0, 0.95, 0.9, 0.85], False),  # too few epochs
    ],
)
def test_without_watched_layers_a_slow_steady_fall_tells(losses: list[float], small: bool) -> None:
    assert (check_rate_too_small(course(losses)) is not None) is small


@pytest.mark.parametrize(
    ("losses", "train", "stuck"),
    [
        ([2.0, 1.5, 1.0, 0.99, 0.981], POOR, True),
        ([2.0, 1.5, 1.0, 0.99, 0.979], POOR, False),
        ([2.0, 1.5, 1.0, 0.99, 0.981], LEARNT, False),
        ([2.0, 1.5, 1.0, 0.99, 0.981], [], False),  # nothing is known about the training data
        ([1.0, 1.0, 1.0, 1.0], POOR, False),  # too few epochs
    ],
)
def test_stuck_is_a_loss_that_no_longer_falls(losses: list[float], train: list[float], stuck: bool) -> None:
    assert (check_stuck(course(losses, train=train[: len(losses)])) is not None) is stuck


@pytest.mark.parametrize(
    "made", [course(FALLING), course([1.0]), course([1.0], layers=[{}])], ids=["old", "one", "empty"]
)
def test_what_was_not_recorded_is_not_judged(made: Course) -> None:
    checks = [check_exploding, check_rate_too_large, check_vanishing, check_dead_units, check_stuck]
    assert [check(made) for check in checks] == [None] * 5
