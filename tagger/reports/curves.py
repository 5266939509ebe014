"""The courses of trainings to the panels of a picture: which curve stands where, in which colour. Draws nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from tagger.evaluation.course import SCORES, Course, Curve, LayerFigure, Part, in_depth_order

What = Literal["loss", "score", "rate", "gradients", "updates", "saturated"]
WHAT: tuple[What, ...] = get_args(What)

RUN_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Colours that stay apart for colour-blind eyes (Okabe and Ito), without yellow: a colour a run, so no more runs."""
WORD_COLOUR, TABLE_COLOUR = "#000000", "#AAAAAA"
TRUNK_COLOURS = ("#08306B", "#2171B5", "#56B4E9", "#9ECAE1")
"""Hidden layers from the first, dark, to the last, light."""
HEAD_COLOURS = ("#D55E00", "#E69F00", "#CC79A7", "#8C510A")

LOG_FROM = 50.0
"""A loss whose largest value is this many times its smallest is drawn on a logarithmic axis."""
USUAL_UPDATES = (1e-3, 1e-2)
"""Where update ratios mostly lie when a training goes well; shaded."""

_FIGURES: dict[What, tuple[str, str, LayerFigure]] = {
    "gradients": ("gradient norm", "loss / weight", "gradient_norm"),
    "updates": ("update ratio", "step / weights", "update_ratio"),
    "saturated": ("saturated outputs", "%", "saturated"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One curve of a panel. `label` is its entry in the legend, "" for none."""

    curve: Curve
    colour: str
    label: str = ""
    dashed: bool = False
    faint: bool = False
    mark: int | None = None  # the epoch to be marked


@dataclass(frozen=True, slots=True)
class Panel:
    """One pair of axes: epochs to the right, `unit` upwards."""

    title: str
    unit: str
    lines: tuple[Line, ...]
    logarithmic: bool = False
    band: tuple[float, float] | None = None
    shared: bool = False  # its range is that of the panels above and below


@dataclass(frozen=True, slots=True)
class Page:
    """What a picture shows: rows of panels of tasks, and below them rows of panels of layers."""

    runs: dict[str, str]  # name -> colour
    tasks: tuple[tuple[Panel, ...], ...]
    layers: tuple[tuple[Panel, ...], ...]

    @property
    def panels(self) -> list[Panel]:
        """All of them."""
        return [panel for row in (*self.tasks, *self.layers) for panel in row]


def build_page(courses: Sequence[Course], what: Sequence[What] = WHAT) -> Page:
    """The panels that `what` asks for and that the courses have data for; a panel without data is left out."""
    colours = {course.name: RUN_COLOURS[number] for number, course in enumerate(courses)}
    return Page(runs=colours, tasks=_task_rows(courses, what), layers=_layer_rows(courses, what))


def percent(curve: Curve) -> Curve:
    """Fractions as per cent."""
    return [(epoch, 100 * value) for epoch, value in curve]


def layer_styles(layers: Sequence[str]) -> dict[str, tuple[str, str, bool]]:
    """Colour, legend and faintness of each layer: words black, other tables grey, hidden layers blue, heads warm."""
    trunk = [name for name in layers if name.startswith("trunk.")]
    heads = [name for name in layers if name.startswith("heads.")]
    styles: dict[str, tuple[str, str, bool]] = {}
    others = False
    for name in layers:
        if name in trunk:
            place = trunk.index(name) * (len(TRUNK_COLOURS) - 1) // max(len(trunk) - 1, 1)
            styles[name] = (TRUNK_COLOURS[place if len(trunk) > 1 else 1], name, False)
        elif name in heads:
            styles[name] = (HEAD_COLOURS[heads.index(name) % len(HEAD_COLOURS)], name, False)
        elif name == "lookup.word":
            styles[name] = (WORD_COLOUR, name, False)
        else:
            styles[name] = (TABLE_COLOUR, "" if others else "other tables", True)
            others = True
    return styles


def _task_rows(courses: Sequence[Course], what: Sequence[What]) -> tuple[tuple[Panel, ...], ...]:
    """Losses above scores, a column a task; one task alone has both in a row."""
    tasks = list(dict.fromkeys(task for course in courses for task in course.tasks))
    losses = [panel for task in tasks if "loss" in what for panel in _loss(courses, task)]
    scores = [panel for task in tasks if "score" in what for panel in _score(courses, task)]
    rows = [(*losses, *scores)] if len(tasks) == 1 else [tuple(losses), tuple(scores)]
    return tuple(row for row in rows if row)


def _loss(courses: Sequence[Course], task: str) -> list[Panel]:
    lines = _lines(courses, [[course.loss(part, task) for part in _PARTS] for course in courses])
    values = [value for line in lines for _, value in line.curve]
    spread = bool(values) and min(values) > 0 and max(values) > LOG_FROM * min(values)
    objective = {course.objective(task) for course in courses} - {"word", "sentence"}
    unit = "a word" if objective else "nats a word"
    if all(course.setting("pretraining.text") for course in courses if task in course.tasks):
        unit = "a pair of windows"
    return [Panel(f"{task}: loss", unit, lines, logarithmic=spread)] if lines else []


def _score(courses: Sequence[Course], task: str) -> list[Panel]:
    names = dict.fromkeys(course.score_name(task).rpartition(".")[2] for course in courses)
    lines = _lines(courses, [[percent(course.score(part, task)) for part in _PARTS] for course in courses])
    title = next(title for name, title in SCORES.items() if name in names)
    return [Panel(f"{task}: {title}", "%", lines)] if lines else []


_PARTS: tuple[Part, Part] = ("train", "dev")


def _lines(courses: Sequence[Course], curves: Sequence[Sequence[Curve]]) -> tuple[Line, ...]:
    """Training dashed, development solid with the best epoch marked."""
    lines = []
    for number, (course, (train, dev)) in enumerate(zip(courses, curves, strict=True)):
        best = course.best.number if course.best else None
        colour = RUN_COLOURS[number]
        if train:
            lines.append(Line(train, colour, dashed=True))
        if dev:
            lines.append(Line(dev, colour, mark=best))
    return tuple(lines)


def _layer_rows(courses: Sequence[Course], what: Sequence[What]) -> tuple[tuple[Panel, ...], ...]:
    """Rate and figures of the layers, a row a run; where no layer was watched, the rates of all runs in one panel."""
    styles = layer_styles(in_depth_order(name for course in courses for name in course.layers))
    asked = [name for name in _FIGURES if name in what]
    rows = [[panel for name in asked for panel in _layers(course, name, styles)] for course in courses]
    if "rate" in what and not any(rows):
        return ((_rates(courses),),)
    several = sum(map(bool, rows)) > 1
    named = []
    for number, (course, row) in enumerate(zip(courses, rows, strict=True)):
        panels = [_rates([course], number), *row] if "rate" in what else row
        if row:
            named.append(tuple(_named(panel, course.name) if several else panel for panel in panels))
    return tuple(named)


def _rates(courses: Sequence[Course], first: int = 0) -> Panel:
    lines = tuple(Line(course.rate(), RUN_COLOURS[first + number]) for number, course in enumerate(courses))
    return Panel("learning rate", "a step", lines)


def _layers(course: Course, what: What, styles: Mapping[str, tuple[str, str, bool]]) -> list[Panel]:
    """The panel of one figure of every layer that has it."""
    title, unit, figure = _FIGURES[what]
    if figure == "saturated" and course.setting("network.activation") == "relu":
        title = "dead units"
    lines = []
    for name, (colour, label, faint) in styles.items():
        if curve := course.layer(figure, name):
            drawn = percent(curve) if figure == "saturated" else curve
            lines.append(Line(drawn, colour, label, faint=faint))
    lines.sort(key=lambda line: not line.faint)  # grey below the others
    band = USUAL_UPDATES if figure == "update_ratio" else None
    panel = Panel(title, unit, tuple(lines), figure != "saturated", band, shared=True)
    return [panel] if lines else []


def _named(panel: Panel, run: str) -> Panel:
    return replace(panel, title=f"{run}: {panel.title}")
