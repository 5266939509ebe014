"""A diagnosis to text on stdout: verdicts with evidence and advice, then the figures."""

from collections.abc import Sequence

from tagger.evaluation.course import Course
from tagger.evaluation.verdicts import Advice, Diagnosis, Verdict
from tagger.reports.console import print_table, print_text


def print_diagnosis(diagnosis: Diagnosis) -> None:
    """Write what is wrong with a training, how that shows and what to do, the most important first."""
    course = diagnosis.course
    planned = course.setting("training.epochs")
    best = f", best after epoch {course.best.number}" if course.best else ""
    print_text(f"{course.name}: {course.epochs[-1].number} of {planned or '?'} epochs{best}")
    if course.broken_off:
        print_text(f"broken off: {course.broken_off}")
    elif not diagnosis.finished:
        print_text("not finished: still going on, interrupted, or broken off by a loss that was not finite")
    print_text("")
    if not diagnosis.verdicts:
        print_text(_nothing(diagnosis))
    for number, verdict in enumerate(diagnosis.verdicts, 1):
        if number > 1:
            print_text("")
        _print_verdict(number, verdict)
    _print_tasks(course)
    _print_layers(course)
    if diagnosis.missing:
        print_text("")
        print_text("not recorded, so not judged")
        for gap in diagnosis.missing:
            print_text(f"  {gap}")


def _nothing(diagnosis: Diagnosis) -> str:
    text = "Nothing to complain about"
    text += "" if diagnosis.finished else " so far"
    return f"{text} in what was recorded." if diagnosis.missing else f"{text}."


def _print_verdict(number: int, verdict: Verdict) -> None:
    print_text(f"{number}. {verdict.name} ({verdict.severity}): {verdict.meaning}")
    for line in verdict.evidence:
        print_text(f"   {line}")
    for advice in verdict.advice:
        print_text(f"   -> {_advice(advice)}")


def _advice(advice: Advice) -> str:
    if not advice.setting:
        return advice.text
    now = f" (now {_plain(advice.now)})" if advice.now is not None else ""
    return f"{advice.setting}{now}: {advice.text}"


def _plain(value: object) -> str:
    """A setting as it stands in the file."""
    return str(value).lower() if isinstance(value, bool) else repr(value) if value == "" else str(value)


def _print_tasks(course: Course) -> None:
    """Scores and losses of each task in the best and the last epoch."""
    epochs = list({e.number: e for e in (course.best, course.epochs[-1]) if e is not None}.values())
    rows = []
    for task in course.tasks:
        name = course.score_name(task)
        for epoch in epochs:
            scores = [_cell(part.get(name), 100, ".2f") for part in (epoch.train, epoch.dev)]
            losses = [_cell(part.get(task), 1, ".4f") for part in (epoch.train_loss, epoch.dev_loss)]
            rows.append([name, str(epoch.number), *scores, *losses])
    print_text("")
    columns = ["score", "epoch", "training %", "development %", "training loss", "development loss"]
    print_table(columns, _without_repeats(rows))


def _print_layers(course: Course) -> None:
    """Figures of the layers in the last epoch."""
    layers = course.epochs[-1].layers
    if not layers:
        return
    rows = []
    for name in course.layers:
        figures = layers.get(name, {})
        norm, update = (_cell(figures.get(key), 1, ".1e") for key in ("gradient_norm", "update_ratio"))
        rows.append([name, norm, update, _cell(figures.get("saturated"), 100, ".1f")])
    flat = "dead %" if course.setting("network.activation") == "relu" else "saturated %"
    print_text("")
    print_table([f"layer, epoch {course.epochs[-1].number}", "gradient norm", "update ratio", flat], rows)


def _cell(value: float | None, factor: float, form: str) -> str:
    return "-" if value is None else format(factor * value, form)


def _without_repeats(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """The rows with the first cell left empty where it is that of the row before."""
    firsts = [""] + [row[0] for row in rows]
    return [["" if row[0] == before else row[0], *row[1:]] for before, row in zip(firsts, rows, strict=False)]
