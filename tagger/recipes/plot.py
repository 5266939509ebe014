"""Run folders to one picture of their curves."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tagger.errors import SettingsError, TaggerError
from tagger.evaluation.course import Course
from tagger.recipes.history import read_course
from tagger.reports.curves import RUN_COLOURS, WHAT, build_page
from tagger.whole_files import check_new_file, write_file

FORMATS = ("png", "svg")


def plot(
    runs: Sequence[Path], output: Path | None = None, *, what: Sequence[str] = (), force: bool = False
) -> Path:
    """Draw the curves of the trainings in the folders `runs`, of finished ones or such as go on, into one picture.

    output: a name that ends in .png or .svg, by default RUN-curves.png; one that is there is replaced with `force`
        only. It appears whole or not at all.
    what: which panels, in their own order; by default all that the runs have data for.

    Returns the path of the picture. Raises TaggerError: ModelError, OutputExistsError, or where nothing can be drawn.
    """
    if len(runs) > len(RUN_COLOURS):
        hint = "Draw them in groups."
        raise TaggerError(
            f"expected at most {len(RUN_COLOURS)} runs, found {len(runs)}", where="plot", hint=hint
        )
    unknown = [name for name in what if name not in WHAT]
    if unknown:
        raise SettingsError("--what", f"one of {', '.join(WHAT)}", repr(unknown[0]))
    courses = distinct([(run, read_course(run)) for run in runs])
    target = output or Path(f"{courses[0].name if len(courses) == 1 else 'runs'}-curves.png")
    kind = target.suffix.lower().removeprefix(".")
    if kind not in FORMATS:
        raise TaggerError("expected a name that ends in .png or .svg, found another", where=str(target))
    check_new_file(target, force=force)
    page = build_page(courses, [name for name in WHAT if name in (what or WHAT)])
    if not page.panels:
        hint = "Runs of older versions recorded losses, development scores and rates only."
        raise TaggerError(
            "expected something to draw, found no data of it", where=", ".join(map(str, runs)), hint=hint
        )
    from tagger.reports.plots import draw

    write_file(target, draw(page, kind))
    return target


def distinct(courses: Sequence[tuple[Path, Course]]) -> list[Course]:
    """The courses under names that tell them apart: the folder's name, with its parents' where two are alike."""
    names = [course.name for _, course in courses]
    return [
        replace(course, name=str(run)) if names.count(course.name) > 1 else course for run, course in courses
    ]
