"""`tagger info`: what a model is."""

import sys
from pathlib import Path
from typing import Annotated

from typer import Argument, BadParameter, Option


def info(
    model: Annotated[Path, Argument(metavar="MODEL", help="A folder that `tagger train` wrote.")],
    labels: Annotated[bool, Option("--labels", help="List every label of every task.")] = False,
    settings: Annotated[
        bool, Option("--settings", help="Print the settings it was trained with, as TOML.")
    ] = False,
    as_json: Annotated[bool, Option("--json", help="Print everything as JSON.")] = False,
    export_vectors: Annotated[
        str,
        Option(
            "--export-vectors",
            help="Write its word table as word2vec text instead: FILE (.gz, .bz2 and .xz are compressed), or - for "
            "stdout.",
            metavar="FILE",
            show_default=False,
        ),
    ] = "",
    force: Annotated[bool, Option("--force", help="Replace the file of vectors if it is there.")] = False,
) -> None:
    """Say what a model is: tasks, sizes, features, training data, scores."""
    if export_vectors:
        if as_json or labels or settings:
            raise BadParameter("it takes no other printing option", param_hint="--export-vectors")
        _export(model, export_vectors, force=force)
        return
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


def _export(model: Path, target: str, *, force: bool) -> None:
    from tagger.recipes.word_table import export_vectors
    from tagger.reports.console import print_message
    from tagger.reports.model import export_line

    export = export_vectors(model, sys.stdout.buffer if target == "-" else Path(target), force=force)
    print_message(export_line(export.words, export.dim, export.left_out))
