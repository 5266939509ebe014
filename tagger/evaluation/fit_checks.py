"""How well a network fits training and development data, and what is wrong with that.

The notes' recipe (003) asks of the training data first: who is poor there does not overfit. Then of development data.
"""

from tagger.evaluation.course import SCORES, Course, Curve
from tagger.evaluation.verdicts import Finding, Severity

LEARNT = {"f1": 0.90, "average_precision": 0.90, "ranking_accuracy": 0.97, "accuracy": 0.95}
"""Least score on training data that counts as learnt: the defaults reach F1 0.96 and accuracy 0.99 on six public
corpora; a scorer of any entity of EWT came to 0.96 and 0.999 in six epochs."""
HALF_LEARNT = {"f1": 0.60, "average_precision": 0.60, "ranking_accuracy": 0.85, "accuracy": 0.80}
"""Below that the network has missed most of what there is to learn."""
GAP = {"f1": 0.10, "average_precision": 0.10, "ranking_accuracy": 0.02, "accuracy": 0.05}
"""Distance of training and development score that is overfitting: CoNLL-2003 with the defaults has 0.09 and 0.04."""
WIDE_GAP = {"f1": 0.25, "average_precision": 0.25, "ranking_accuracy": 0.06, "accuracy": 0.12}
RISE = 1.3
"""A development loss so many times its least one, where training scores are not known; entity losses rise a little
in every good training, when the network grows surer than it should be."""
GROWING = 1.05
"""A development loss that ends so far above its least one is growing."""
FEW_WORDS = 20_000
"""Training words of the smallest public corpora that taggers are trained on."""
GAIN = 0.01
"""A point of the deciding score in the last quarter of the epochs: more than a change of seed brings."""
LARGE_GAIN = 0.05


def is_learnt(course: Course) -> bool | None:
    """Whether every task is learnt on training data in some epoch; None where that was not watched."""
    scores = {task: course.score("train", task) for task in course.tasks}
    if not scores or not all(scores.values()):
        return None
    return all(_highest(curve)[1] >= LEARNT[_kind(course, task)] for task, curve in scores.items())


def check_poor_on_training(course: Course) -> Finding | None:
    """Training scores of a finished training that are low; one that is not finished may still learn."""
    poor, worst = [], False
    for task in course.tasks if course.finished else ():
        if not (curve := course.score("train", task)):
            continue
        kind, (epoch, score) = _kind(course, task), _highest(curve)
        if score < LEARNT[kind]:
            worst = worst or score < HALF_LEARNT[kind]
            least = f"at least {_percent(LEARNT[kind])} where training goes well"
            poor.append(
                f"{task}: best {_named(kind)} on training data {_percent(score)} (epoch {epoch}; {least})"
            )
    return Finding("serious" if worst else "moderate", tuple(poor)) if poor else None


def check_stopped_improving(course: Course) -> Finding | None:
    """A deciding score that was still rising when the epochs, not the patience, ran out."""
    scores = [(e.number, e.score) for e in course.epochs if e.score is not None]
    best = course.best
    if not course.finished or not scores or best is None or best.score is None:
        return None
    if len(scores) == 1:
        return Finding("serious", ("one epoch only",))
    quarter = max(1, len(scores) // 4)
    start, before = _highest(scores[:-quarter])
    gain = best.score - before
    if scores[-1][0] - best.number > quarter // 2 or gain < GAIN:
        return None
    text = f"development score {_percent(before)} in epoch {start}, {_percent(best.score)} in epoch {best.number}"
    return Finding(
        "serious" if gain >= LARGE_GAIN else "moderate", (f"{text} of {scores[-1][0]}: it was still rising",)
    )


def check_overfitting(course: Course) -> Finding | None:
    """Tasks that are learnt on training data and worse by a distance on development data."""
    evidence: list[str] = []
    severity: Severity = "moderate"
    for task in course.tasks:
        if gap := _gap(course, task):
            evidence.append(gap)
            if _distance(course, task) >= WIDE_GAP[_kind(course, task)]:
                severity = "serious"
            evidence += _rise(course, task, GROWING)
        elif not course.score("train", task):
            evidence += _rise(course, task, RISE)
    return Finding(severity, tuple(evidence)) if evidence else None


def check_too_few_data(course: Course) -> Finding | None:
    """Overfitting of a task with few training words, whose development loss grows where it is known."""
    evidence = []
    for task, words in course.train_tokens.items():
        known, grows = course.loss("dev", task), _rise(course, task, GROWING)
        if words < FEW_WORDS and _gap(course, task) and (grows or not known):
            evidence += [f"{task}: {words:,} training words, fewer than {FEW_WORDS:,}", *grows]
    return Finding("moderate", tuple(evidence)) if evidence else None


def _gap(course: Course, task: str) -> str:
    """The distance between training and development score in words, "" where it is small or the task not learnt."""
    kind = _kind(course, task)
    distance = _distance(course, task)
    if distance < GAP[kind]:
        return ""
    train, dev = _at_best(course, task)
    if train < LEARNT[kind]:
        return ""
    epoch = course.best.number if course.best else course.epochs[-1].number
    return (
        f"{task}: {_named(kind)} {_percent(train)} on training data, {_percent(dev)} on development data "
        f"(epoch {epoch}), a gap of {100 * distance:.1f} points"
    )


def _distance(course: Course, task: str) -> float:
    train, dev = _at_best(course, task)
    return train - dev


def _at_best(course: Course, task: str) -> tuple[float, float]:
    """Training and development score in the epoch whose weights were kept; (0, 0) where one is not known."""
    best = course.best or course.epochs[-1]
    name = course.score_name(task)
    if name not in best.train or name not in best.dev:
        return 0.0, 0.0
    return best.train[name], best.dev[name]


def _rise(course: Course, task: str, factor: float) -> list[str]:
    """A development loss that ends `factor` times its least one or higher, while the training loss falls."""
    dev, train = course.loss("dev", task), dict(course.loss("train", task))
    if len(dev) < 2:
        return []
    (epoch, least), (end, last) = min(dev, key=lambda point: point[1]), dev[-1]
    if least <= 0 or last < factor * least or train.get(end, 0.0) >= train.get(epoch, 0.0):
        return []
    return [
        f"{task}: development loss least in epoch {epoch} ({least:.3g}), then growing to {last:.3g} (epoch {end})"
    ]


def _highest(curve: Curve) -> tuple[int, float]:
    return max(curve, key=lambda point: point[1])


def _kind(course: Course, task: str) -> str:
    return course.score_name(task).rpartition(".")[2]


def _named(kind: str) -> str:
    return SCORES[kind]


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.1f}%"
