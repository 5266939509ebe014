"""`tagger diagnose`: what is wrong with a training."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option


def diagnose(
    run: Annotated[
        Path, Argument(metavar="RUN", help="A folder that `tagger train` wrote, or still writes.")
    ],
    as_json: Annotated[bool, Option("--json", help="Print the diagnosis as JSON.")] = False,
) -> None:
    """Say in words how a training went: under- or overfitting, gradients, learning rate; why, and what to change."""
    from tagger.recipes.diagnose import diagnose as run_diagnosis
    from tagger.recipes.diagnose import diagnosis_as_json
    from tagger.reports.console import print_json
    from tagger.reports.diagnosis import print_diagnosis

    found = run_diagnosis(run)
    if as_json:
        print_json(diagnosis_as_json(found))
    else:
        print_diagnosis(found)
