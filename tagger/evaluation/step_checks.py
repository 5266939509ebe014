"""The steps of a training to what is wrong with them: gradients, update ratios, units, the course of the loss.

The notes: gradients that shrink or grow from layer to layer (002), learning curves and dead or saturated units (001,
004), plateaus and saddle points (003). Each check returns a finding, or None where there is nothing to complain about.
"""

from itertools import pairwise
from math import hypot
from statistics import median

from tagger.evaluation.course import Course, Curve, Epoch, LayerFigure
from tagger.evaluation.fit_checks import is_learnt
from tagger.evaluation.verdicts import Finding, Severity

GROWTH = 10.0  # of the gradient's norm or the loss
"""The gradient norm of healthy trainings falls, or at most doubles, from its least to its last: ten times is growth."""
HIGH_BELOW = 100.0
"""The first hidden layer has more weights than a head and a norm some times larger; a hundred times is not size."""
LOW_BELOW = 0.01
"""Two orders of magnitude from the heads down to the first hidden layer; healthy networks lie between 1/3 and 10."""
VANISHING_SHARE = 0.25
"""An epoch or two may start so; in a quarter of all epochs it is what the training suffers from."""
JUMP = 0.05
"""A rise of the training loss, as a share of its first value: noise of dropout on small data stays below 0.02."""
LARGE_UPDATE = 0.05
"""Steps mostly change weights by 0.001 to 0.01 of their size, in the first epochs up to 0.025."""
SMALL_UPDATE = 5e-4
"""A training whose longest steps are shorter than that needs thousands of them to change a weight by its own size."""
FLAT_UNITS = 0.5
"""Half of a layer's units or outputs; healthy trainings end below 0.05 of dead and 0.45 of saturated ones."""
MOST_UNITS = 0.8
STUCK = 0.02
"""A loss that falls by less than that in the second half of a training has stopped falling."""
SLOW = 0.3
"""A loss that falls in nearly every epoch and yet by less than that in all of them falls too slowly."""
STEADY = 0.8
"""Share of the epochs in which a steadily falling loss falls."""
ENOUGH = 5
"""Epochs that a statement about the course of the loss needs."""


def check_exploding(course: Course) -> Finding | None:
    """Figures no longer finite, a gradient that grows, or that is much larger in the first layer than in the heads."""
    ended = [f"broken off: {course.broken_off}"] if course.broken_off else []
    evidence = [*ended, *_lost(course), *_thrown(course), *_grown(course)]
    evidence += [
        f"first hidden layer's norm {_short(ratio)} times the heads' (median of the epochs)"
        for ratio in [_median([ratio for _, ratio in _first_to_heads(course)])]
        if ratio is not None and ratio >= HIGH_BELOW
    ]
    if not evidence:
        return None
    return Finding("serious", (*evidence, *_broken_off(course)))


def check_rate_too_large(course: Course) -> Finding | None:
    """A training loss that jumps up, or updates that are a large part of the weights in most epochs."""
    losses = course.total_loss()
    jumps = [
        (epoch, before, after)
        for (_, before), (epoch, after) in pairwise(losses)
        if after - before > JUMP * losses[0][1]
    ]
    update = _median([median(_figures(epoch, "update_ratio")) for epoch in _watched(course)])
    large = update is not None and update >= LARGE_UPDATE and (len(losses) > 2 or not course.finished)
    if not large and not jumps:
        return None
    evidence = [
        f"training loss jumps from {before:.3g} to {after:.3g} in epoch {epoch}"
        for epoch, before, after in jumps[:3]
    ]
    if len(jumps) > 3:
        evidence.append(f"and in {len(jumps) - 3} more epochs")
    if large and update is not None:
        evidence.append(f"steps change the weights by {_percent(update)} of their size (usual: 0.1% to 1%)")
    worse = len(jumps) > 1 or losses[-1][1] > losses[0][1] or is_learnt(course) is False
    serious = worse and (bool(jumps) or course.finished)
    return Finding("serious" if serious else "moderate", (*evidence, *_broken_off(course)))


def check_vanishing(course: Course) -> Finding | None:
    """A gradient of the first hidden layer far smaller than the heads'; dead units are a finding of their own."""
    ratios = _first_to_heads(course)
    low = [(epoch, ratio) for epoch, ratio in ratios if ratio < LOW_BELOW]
    if not low or len(low) < VANISHING_SHARE * len(ratios) or check_dead_units(course):
        return None
    epoch = next(e for e in course.epochs if e.number == low[-1][0])
    norms = ", ".join(f"{name} {norm:.1e}" for name, norm in _core(epoch, "gradient_norm").items())
    evidence = [
        f"gradient norms in epoch {epoch.number}: {norms}",
        f"first hidden layer's norm below 1/{1 / LOW_BELOW:g} of the heads' in {len(low)} of {len(ratios)} epochs",
    ]
    shares = [f"{name} {_percent(share)}" for name, share in _core(epoch, "saturated").items() if share > 0]
    if shares:
        evidence.append(f"saturated outputs: {', '.join(shares)}")
    return Finding("slight" if is_learnt(course) else "serious", tuple(evidence))


def check_dead_units(course: Course) -> Finding | None:
    """ReLU units that are 0 for every word at the end of the training."""
    return _flat(course, "dead units") if course.setting("network.activation") in ("relu", None) else None


def check_saturated_units(course: Course) -> Finding | None:
    """Outputs at an end of the activation's range at the end of the training."""
    return (
        None if course.setting("network.activation") in ("relu", None) else _flat(course, "saturated outputs")
    )


def check_rate_too_small(course: Course) -> Finding | None:
    """Updates that are a tiny part of the weights in every epoch, or a loss that falls steadily and hardly."""
    if is_learnt(course):
        return None
    losses = course.total_loss()
    falls = f"training loss {_from_to(losses)}, a fall of {_percent(_fall(losses))}"
    updates = [max(_figures(epoch, "update_ratio")) for epoch in _watched(course)]
    if updates:
        if max(updates) >= SMALL_UPDATE:
            return None
        share = f"no step changes a layer's weights by more than {_percent(max(updates))} of their size"
        return Finding("serious", (f"{share} (usual: 0.1% to 1%)", falls))
    falling = sum(after < before for (_, before), (_, after) in pairwise(losses))
    if len(losses) < ENOUGH or falling < STEADY * (len(losses) - 1) or not STUCK < _fall(losses) < SLOW:
        return None
    return Finding("moderate", (f"{falls}, in {falling} of {len(losses) - 1} epochs",))


def check_stuck(course: Course) -> Finding | None:
    """A training loss that no longer falls although the training data are not learnt."""
    losses = course.total_loss()
    half = losses[(len(losses) - 1) // 2 :]
    if len(losses) < ENOUGH or is_learnt(course) is not False or _fall(half) >= STUCK:
        return None
    return Finding("serious", (f"training loss {_from_to(half)}, a fall of {_percent(_fall(half))}",))


def _lost(course: Course) -> list[str]:
    """Figures that once were numbers and in a later epoch are not: what is not finite is not recorded."""
    found = []
    for before, after in pairwise(course.epochs):
        lost = sorted(before.dev_loss.keys() - after.dev_loss.keys())
        lost += [
            layer for layer in before.layers if layer in after.layers and _norm_lost(before, after, layer)
        ]
        if lost:
            found.append(f"no longer finite in epoch {after.number}: {', '.join(lost)}")
    return found[:1]


def _norm_lost(before: Epoch, after: Epoch, layer: str) -> bool:
    return "gradient_norm" in before.layers[layer] and "gradient_norm" not in after.layers[layer]


def _thrown(course: Course) -> list[str]:
    """The first training loss that is many times the first epoch's."""
    losses = course.total_loss()
    first = losses[0] if losses else (0, 0.0)
    far = [point for point in losses if 0 < GROWTH * first[1] <= point[1]]
    return [f"training loss {_from_to([first, far[0]])}"] if far else []


def _grown(course: Course) -> list[str]:
    """The growth of the whole gradient, lookup tables left out, from its least norm to its last."""
    norms = [(e.number, hypot(*norms)) for e in course.epochs if (norms := _figures(e, "gradient_norm"))]
    if not norms:
        return []
    least, last = min(norms, key=lambda point: point[1]), norms[-1]
    grown = last[1] >= GROWTH * least[1] and last[1] > norms[0][1]
    return [f"gradient norm {_from_to([least, last])}"] if grown else []


def _broken_off(course: Course) -> list[str]:
    if course.finished:
        return []
    return [
        f"the training ends after epoch {course.epochs[-1].number} of {course.setting('training.epochs')}"
    ]


def _flat(course: Course, what: str) -> Finding | None:
    last = course.epochs[-1]
    shares = {name: share for name, share in _core(last, "saturated").items() if share >= FLAT_UNITS}
    if not shares:
        return None
    listing = ", ".join(f"{name} {_percent(share)}" for name, share in shares.items())
    severity: Severity = (
        "slight" if is_learnt(course) else "serious" if max(shares.values()) >= MOST_UNITS else "moderate"
    )
    return Finding(severity, (f"{what} in epoch {last.number}: {listing}",))


def _watched(course: Course) -> list[Epoch]:
    """The epochs with update ratios of hidden layers or heads."""
    return [epoch for epoch in course.epochs if _core(epoch, "update_ratio")]


def _core(epoch: Epoch, figure: LayerFigure) -> dict[str, float]:
    """A figure of hidden layers and heads: those of lookup tables, where few rows move, are of another kind."""
    core = {name: layer for name, layer in epoch.layers.items() if not name.startswith("lookup.")}
    return {name: layer[figure] for name, layer in core.items() if figure in layer}


def _figures(epoch: Epoch, figure: LayerFigure) -> list[float]:
    return list(_core(epoch, figure).values())


def _first_to_heads(course: Course) -> Curve:
    """The gradient norm of the first hidden layer by the largest of the heads."""
    ratios = []
    for epoch in course.epochs:
        norms = _core(epoch, "gradient_norm")
        heads = [norm for name, norm in norms.items() if name.startswith("heads.")]
        if "trunk.0" in norms and heads and max(heads) > 0:
            ratios.append((epoch.number, norms["trunk.0"] / max(heads)))
    return ratios


def _median(values: list[float]) -> float | None:
    return median(values) if values else None


def _fall(curve: Curve) -> float:
    """How much a curve has fallen, as a share of its first value; 0 if it has no length."""
    return (curve[0][1] - curve[-1][1]) / curve[0][1] if curve and curve[0][1] else 0.0


def _from_to(curve: Curve) -> str:
    (start, first), (end, last) = curve[0], curve[-1]
    return f"{first:.3g} in epoch {start}, {last:.3g} in epoch {end}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%" if share >= 0.1 else f"{100 * share:.2g}%"


def _short(value: float) -> str:
    return f"{value:.2g}"
