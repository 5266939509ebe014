"""What to do about each verdict, in terms of the settings, with the values that a run has now.

The advice is that of the notes (003, the recipe of deep learning; 002, unstable gradients; 004, learning curves): what
mends a bad fit of the training data is another thing than what mends a good one that does not carry over to other data.
"""

from collections.abc import Callable, Mapping
from typing import Any

from tagger.evaluation.course import Course
from tagger.evaluation.verdicts import Advice


def advise(name: str, course: Course) -> tuple[Advice, ...]:
    """The advice for the verdict `name`, the likeliest help first; what the run does already is left out."""
    given = [(setting, course.setting(setting), say) for setting, say in ADVICE[name]]
    return tuple(Advice(setting, now, text) for setting, now, say in given if (text := say(now)))


Say = Callable[[Any], str]
"""The current value (None: not known) to advice; "" where there is none."""


def _always(text: str) -> Say:
    return lambda now: text


def _unless(values: tuple[Any, ...], text: str) -> Say:
    return lambda now: "" if now in values else text


def _when_off(text: str) -> Say:
    return lambda now: "" if now else text


def _rate(low: float, high: float) -> Say:
    """So many times the current rate."""
    return lambda now: f"{_times(now, low)} to {_times(now, high)}"


def _times(now: Any, factor: float) -> str:
    if isinstance(now, int | float):
        return f"{now * factor:.2g}"
    return f"{factor:g} times as large" if factor >= 1 else f"1/{1 / factor:.2g} of it"


def _wider(now: Any) -> str:
    return f"wider, such as {[2 * units for units in now]}" if isinstance(now, list) else "wider layers"


def _fewer(now: Any) -> str:
    return "" if isinstance(now, list) and len(now) == 1 else "fewer layers; one is often enough here"


def _longer(now: Any) -> str:
    return f"more, such as {2 * now}" if isinstance(now, int) else "more"


def _less(now: Any) -> str:
    return "less or none; it holds back the fit of training data" if now else ""


def _at_least(value: float, text: str) -> Say:
    return lambda now: text if not isinstance(now, int | float) or now < value else ""


def _more_dropout(now: Any) -> str:
    if not isinstance(now, int | float):
        return "more"
    return f"{0.5 if now < 0.5 else round((1 + now) / 2, 2)}"


_BENDING = ("relu", "leaky_relu", "maxout")
_ADAPTIVE = ("adam", "rmsprop")

ADVICE: Mapping[str, tuple[tuple[str, Say], ...]] = {
    "exploding gradients": (
        ("optimizer.clip", _when_off("1.0; no step follows a longer gradient than that")),
        ("optimizer.rate", _rate(0.1, 0.3)),
        (
            "network.initialiser",
            _unless(("glorot", "fan_in_normal"), "glorot; weights that suit their layer"),
        ),
        ("optimizer.max_norm", _when_off("3.0; bounds the weights into a unit")),
    ),
    "rate too large": (
        ("optimizer.rate", _rate(0.1, 0.3)),
        ("schedule.warm_up", _when_off("1.0; the first epoch begins with small steps")),
        ("optimizer.clip", _when_off("1.0; no step follows a longer gradient than that")),
    ),
    "vanishing gradients": (
        ("network.activation", _unless(_BENDING, "relu, leaky_relu or maxout; their slope does not shrink")),
        ("network.initialiser", _unless(("glorot", "fan_in_normal"), "glorot or fan_in_normal")),
        ("network.batch_norm", _unless((True,), "true; keeps each layer's sums where the slope is large")),
        ("network.hidden", _fewer),
        ("optimizer.name", _unless(_ADAPTIVE, "adam; longer steps where gradients are small")),
    ),
    "dead units": (
        ("network.activation", _unless(("leaky_relu", "maxout"), "leaky_relu or maxout; no unit can die")),
        ("optimizer.rate", _rate(0.1, 0.3)),
        ("network.initialiser", _unless(("glorot", "fan_in_normal"), "glorot or fan_in_normal")),
    ),
    "saturated units": (
        ("network.activation", _unless(_BENDING, "relu, leaky_relu or maxout; not flat at both ends")),
        ("network.batch_norm", _unless((True,), "true; keeps each layer's sums where the slope is large")),
        ("network.initialiser", _unless(("glorot",), "glorot; sums of middling size at the start")),
        ("optimizer.rate", _rate(0.1, 0.3)),
    ),
    "rate too small": (
        ("optimizer.rate", _rate(10, 100)),
        ("optimizer.fan_in_scaling", _unless((False, None), "false; it divides each matrix's rate")),
        ("optimizer.name", _unless(_ADAPTIVE, "adam; longer steps where gradients are small")),
        ("training.epochs", _longer),
    ),
    "stopped while improving": (("training.epochs", _longer),),
    "stuck optimizer": (
        (
            "optimizer.name",
            _unless(_ADAPTIVE, "adam, or momentum and nesterov, which roll on over a plateau"),
        ),
        ("optimizer.rate", _rate(2, 5)),
        (
            "schedule.name",
            _unless(
                ("constant", "plateau"), "constant or plateau; a rate that falls too soon ends the search"
            ),
        ),
        ("network.activation", _unless(_BENDING, "relu, leaky_relu or maxout")),
        ("training.batch_words", _always("smaller batches; their noise shakes the weights loose")),
    ),
    "poor on training data": (
        ("network.activation", _unless(_BENDING, "another; relu, leaky_relu or maxout")),
        ("optimizer.rate", _always("another; try a third and three times of it")),
        ("optimizer.name", _unless(("adam",), "adam, rmsprop, or momentum")),
        ("network.hidden", _wider),
        ("training.epochs", _longer),
        ("network.dropout", _less),
        ("network.input_dropout", _less),
        ("optimizer.l2", _less),
        ("optimizer.l1", _less),
    ),
    "overfitting": (
        ("training.patience", _unless((1, 2, 3, 4, 5), "5; stop where development scores no longer rise")),
        ("network.dropout", _more_dropout),
        ("network.input_dropout", _at_least(0.2, "0.2")),
        (
            "features.word.unknown_rate",
            _at_least(0.2, "0.2; hides words, so that the rest of a form must do"),
        ),
        ("optimizer.l2", _when_off("0.0001; keeps weights small")),
        (
            "augmentation.swap_rate",
            _when_off("0.3; mentions in each other's places, and others of its section"),
        ),
        ("data.sample", _unless((0, None), "0; use all training sentences")),
        ("", _always("more training data; vectors of other text (features.word.vectors)")),
    ),
    "too few data": (
        ("data.sample", _unless((0, None), "0; use all training sentences")),
        ("features.word.vectors", _when_off("vectors trained on a lot of text")),
        ("augmentation.swap_rate", _when_off("0.3; new sentences out of old ones")),
        ("", _always("label more sentences, or begin from a model of a like task")),
    ),
}
"""Verdict -> settings to turn, the likeliest help first."""
