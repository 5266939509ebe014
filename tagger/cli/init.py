"""`tagger init`: a commented settings file to start from."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option


def init(
    output: Annotated[Path, Argument(metavar="SETTINGS", help="The settings file to write.")] = Path(
        "settings.toml"
    ),
    data: Annotated[
        Path | None,
        Option("--data", help="A folder that `tagger prep` wrote: its tag columns become the tasks."),
    ] = None,
    force: Annotated[bool, Option("--force", help="Replace the file if it is there.")] = False,
) -> None:
    """Write a settings file with every setting, its default, unit and range."""
    from tagger.recipes.init import init as write_settings
    from tagger.reports.console import print_message

    written = write_settings(output, data=data, force=force)
    tasks = f" with the tasks {', '.join(written.tasks)}" if written.tasks else ""
    print_message(f"Wrote {written.path}{tasks}. Edit it, then: tagger train {written.path} --output FOLDER")
    for column, reason in written.left_out.items():
        print_message(f"Column {column} has {reason} and was left out.")
