"""The course of a training to verdicts in words, as the notes' recipe of diagnosis asks for them (003)."""

from collections.abc import Callable

from tagger.evaluation.advice import advise
from tagger.evaluation.course import Course
from tagger.evaluation.fit_checks import (
    check_overfitting,
    check_poor_on_training,
    check_stopped_improving,
    check_too_few_data,
)
from tagger.evaluation.step_checks import (
    check_dead_units,
    check_exploding,
    check_rate_too_large,
    check_rate_too_small,
    check_saturated_units,
    check_stuck,
    check_vanishing,
)
from tagger.evaluation.verdicts import SEVERITIES, Advice, Diagnosis, Finding, Verdict

Check = Callable[[Course], Finding | None]

CHECKS: dict[str, tuple[Check, str]] = {
    "exploding gradients": (check_exploding, "gradients grow until steps throw the weights about"),
    "rate too large": (check_rate_too_large, "steps overshoot: the loss jumps instead of falling"),
    "vanishing gradients": (
        check_vanishing,
        "next to nothing of the gradient reaches the lower layers, so they do not learn",
    ),
    "dead units": (
        check_dead_units,
        "many hidden units are 0 for every word: they add nothing and get no gradient",
    ),
    "saturated units": (
        check_saturated_units,
        "many outputs stand at an end of the activation's range, where its slope is almost 0",
    ),
    "rate too small": (check_rate_too_small, "steps are so short that the weights hardly move"),
    "stuck optimizer": (
        check_stuck,
        "the loss has stopped falling though the training data are not learnt: a plateau or saddle point",
    ),
    "stopped while improving": (check_stopped_improving, "the last epochs still brought better scores"),
    "poor on training data": (
        check_poor_on_training,
        "the network is poor even on what it learns from; that is no overfitting, so more dropout, L2 or "
        "data are no help",
    ),
    "overfitting": (check_overfitting, "good on training data, poor on development data"),
    "too few data": (check_too_few_data, "the network has seen too little to carry over to other data"),
}
"""Name -> check and meaning, in the order in which verdicts of one severity are said: steps, training, development."""

STEP_CAUSES = (
    "exploding gradients",
    "rate too large",
    "vanishing gradients",
    "dead units",
    "rate too small",
)
"""Verdicts that say why the training data are not learnt; a stuck optimizer is then no verdict of its own."""


def diagnose_course(course: Course) -> Diagnosis:
    """All verdicts on `course`, the most serious first, and what could not be judged."""
    found = {name: finding for name, (check, _) in CHECKS.items() if (finding := check(course))}
    if any(name in found for name in STEP_CAUSES):
        found.pop("stuck optimizer", None)
    if "vanishing gradients" in found:
        found.pop("saturated units", None)  # part of its evidence
    causes = tuple(name for name in STEP_CAUSES if name in found)
    verdicts = [
        Verdict(name, finding.severity, CHECKS[name][1], finding.evidence, _advice(name, course, causes))
        for name, finding in found.items()
    ]
    verdicts.sort(key=lambda verdict: SEVERITIES.index(verdict.severity))  # stable: else as in CHECKS
    return Diagnosis(course, course.finished, tuple(verdicts), missing_figures(course))


def _advice(name: str, course: Course, causes: tuple[str, ...]) -> tuple[Advice, ...]:
    """The advice for a verdict; who is poor for a known cause mends that first, and does not turn ten knobs."""
    if name == "poor on training data" and causes:
        return (Advice("", None, f"first mend the likely cause: {', '.join(causes)}"),)
    return advise(name, course)


def missing_figures(course: Course) -> tuple[str, ...]:
    """What the run did not record, and which verdicts that leaves open."""
    gaps = {
        "scores on training data (training.watched_words): whether they are learnt, and overfitting": not any(
            epoch.train for epoch in course.epochs
        ),
        "development scores: overfitting, and whether the training stopped too soon": not any(
            epoch.dev for epoch in course.epochs
        ),
        "development losses: how they grow": not any(epoch.dev_loss for epoch in course.epochs),
        "figures of the layers: gradients, steps, dead and saturated units": not any(
            epoch.layers for epoch in course.epochs
        ),
        "settings: their values now, and whether the training is finished": not course.settings,
    }
    return tuple(gap for gap, missing in gaps.items() if missing)
