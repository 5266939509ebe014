"""`tagger info`: what a model is."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option


def info(
    model: Annotated[Path, Argument(metavar="MODEL", help="A folder that `tagger train` wrote.")],
    labels: Annotated[bool, Option("--labels", help="List every label of every task.")] = False,
    settings: Annotated[
        bool, Option("--settings", help="Print the settings it was trained with, as TOML.")
    ] = False,
    as_json: Annotated[bool, Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Say what a model is: tasks, sizes, features, training data, scores."""
    from tagger.recipes.info import describe_model, info_as_json
    from tagger.reports.console import print_json, print_text
    from tagger.reports.model import print_model

    found = describe_model(model)
    if as_json:
        print_json(info_as_json(found))
    elif settings:
        print_text(found.settings.rstrip("\n"))
    else:
        print_model(info_as_json(found), labels=labels)
