"""`tagger plot`: the curves of trainings as a picture."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option


def plot(
    runs: Annotated[
        list[Path],
        Argument(
            metavar="RUN...", help="Folders that `tagger train` wrote, or still writes; one colour each."
        ),
    ],
    output: Annotated[
        Path | None,
        Option(
            "--output",
            "-o",
            help="The picture, .png or .svg; by default RUN-curves.png here.",
            metavar="FILE",
            show_default=False,
        ),
    ] = None,
    what: Annotated[
        list[str] | None,
        Option(
            help="Draw only loss, score, rate, gradients, updates or saturated; may be repeated.",
            show_default=False,
        ),
    ] = None,
    force: Annotated[bool, Option("--force", help="Replace the picture if it is there.")] = False,
) -> None:
    """Draw losses, scores, learning rate and the figures of each layer, epoch by epoch."""
    from tagger.recipes.plot import plot as run
    from tagger.reports.console import print_text

    print_text(str(run(runs, output, what=what or (), force=force)))
