"""Verdicts in their order, with the advice that the settings leave open."""

from typing import Any

import pytest

from tagger.config import Settings
from tagger.evaluation.advice import ADVICE, advise
from tagger.evaluation.course import Course
from tagger.evaluation.diagnosis import CHECKS, diagnose_course
from tagger.evaluation.verdicts import Advice
from tests.evaluation.courses import GOOD, HEALTHY, course, layers, settings


def names(made: Course) -> list[tuple[str, str]]:
    return [(verdict.name, verdict.severity) for verdict in diagnose_course(made).verdicts]


def test_nothing_to_complain_about() -> None:
    found = diagnose_course(GOOD)
    assert (found.finished, found.verdicts, found.missing) == (True, (), ())


def test_the_most_serious_verdict_stands_first_then_steps_training_development() -> None:
    tiny = layers(trunk_0={"update_ratio": 1e-5}, heads_ner={"update_ratio": 1e-5})
    made = course(
        [1.0, 0.99, 0.98, 0.97, 0.96],
        train=[0.1, 0.2, 0.3, 0.4, 0.5],
        dev=[0.1, 0.2, 0.3, 0.4, 0.42],
        layers=[tiny] * 5,
    )
    assert names(made) == [
        ("rate too small", "serious"),
        ("poor on training data", "serious"),
        ("stopped while improving", "moderate"),
    ]


def test_who_is_poor_on_training_data_for_a_known_cause_mends_that_first() -> None:
    made = course([1.0, 0.5, 0.7, 0.5, 0.7], train=[0.1] * 5, layers=[HEALTHY] * 5)
    advice = {verdict.name: verdict.advice for verdict in diagnose_course(made).verdicts}
    assert list(advice) == ["rate too large", "poor on training data"]
    text = "first mend the likely cause: rate too large"
    assert advice["poor on training data"] == (Advice("", None, text),)


def test_a_stuck_optimizer_is_a_verdict_only_without_a_cause() -> None:
    flat: dict[str, Any] = {"train": [0.1] * 6, "dev": [0.1] * 6}
    assert names(course([1.0] * 6, **flat, layers=[HEALTHY] * 6)) == [
        ("stuck optimizer", "serious"),
        ("poor on training data", "serious"),
    ]
    dead = layers(trunk_0={"saturated": 1.0})
    assert names(course([1.0] * 6, **flat, layers=[dead] * 6)) == [
        ("dead units", "serious"),
        ("poor on training data", "serious"),
    ]


def test_units_saturated_where_gradients_vanish_are_said_once() -> None:
    watched = layers(trunk_0={"gradient_norm": 1e-6, "saturated": 1.0})
    chosen = settings(6, network={"activation": "tanh"})
    made = course([1.0] * 6, train=[0.1] * 6, dev=[0.1] * 6, layers=[watched] * 6, chosen=chosen)
    assert [name for name, _ in names(made)] == ["vanishing gradients", "poor on training data"]


def test_what_an_old_run_did_not_record_is_said() -> None:
    found = diagnose_course(course([1.0, 0.5], chosen={}))
    assert not found.verdicts
    assert found.missing == (
        "scores on training data (training.watched_words): whether they are learnt, and overfitting",
        "development scores: overfitting, and whether the training stopped too soon",
        "development losses: how they grow",
        "figures of the layers: gradients, steps, dead and saturated units",
        "settings: their values now, and whether the training is finished",
    )


@pytest.mark.parametrize("name", CHECKS)
def test_every_verdict_has_advice_in_settings_that_exist(name: str) -> None:
    defaults = Settings().model_dump(mode="json")
    assert advise(name, GOOD)
    for setting, _ in ADVICE[name]:
        found: Any = defaults
        for key in setting.split(".") if setting else ():
            assert key in found, setting
            found = found[key]


def test_poor_training_is_never_answered_by_more_regularisation() -> None:
    chosen = settings(4, optimizer={"l2": 0.1, "name": "sgd"}, network={"activation": "sigmoid"})
    advice = {a.setting: a for a in advise("poor on training data", course([1.0] * 4, chosen=chosen))}
    assert {"network.activation", "optimizer.rate", "optimizer.name", "network.hidden"} <= advice.keys()
    assert advice["network.hidden"].text == "wider, such as [120]"
    assert advice["training.epochs"].text == "more, such as 8"
    for setting in ("network.dropout", "network.input_dropout", "optimizer.l2"):
        assert advice[setting].text.startswith("less or none")


@pytest.mark.parametrize(
    ("name", "setting", "now", "text"),
    [
        ("rate too large", "optimizer.rate", 0.3, "0.03 to 0.09"),
        ("rate too large", "optimizer.rate", None, "1/10 of it to 1/3.3 of it"),
        ("rate too small", "optimizer.rate", 1e-5, "0.0001 to 0.001"),
        ("rate too small", "optimizer.rate", None, "10 times as large to 100 times as large"),
        ("overfitting", "network.dropout", 0.0, "0.5"),
        ("overfitting", "network.dropout", 0.5, "0.75"),
        ("overfitting", "training.patience", 5, ""),
        ("overfitting", "training.patience", 0, "5; stop where development scores no longer rise"),
        ("too few data", "data.sample", 0, ""),
        ("too few data", "data.sample", 40, "0; use all training sentences"),
        ("vanishing gradients", "network.hidden", [60], ""),
        ("vanishing gradients", "network.activation", "leaky_relu", ""),
        ("exploding gradients", "optimizer.clip", 0.0, "1.0; no step follows a longer gradient than that"),
        ("exploding gradients", "optimizer.clip", 1.0, ""),
    ],
)
def test_advice_depends_on_the_value_now(name: str, setting: str, now: object, text: str) -> None:
    say = dict(ADVICE[name])[setting]
    assert say(now) == text
