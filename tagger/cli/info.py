"""`tagger info`: what a model is."""

import sys
from pathlib import Path
from typing import Annotated

from typer import Argument, BadParameter, Option


def info(
    model: Annotated[
        Path | None,
        Argument(
            metavar="MODEL",
            help="A folder that `tagger train`, `pretrain` or `finetune` wrote; by default models/en.",
        ),
    ] = None,
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
    """Say what a model is: tasks, sizes, features, training data, scores, and the model that it started from."""
    from tagger.inference.default_model import default_model

    if export_vectors:
        others = {"--json": as_json, "--labels": labels, "--settings": settings}
        for name in (name for name, given in others.items() if given):
            raise BadParameter(
                f"it does not go with {name}: vectors alone are written", param_hint="--export-vectors"
            )
        _export(model or default_model(), export_vectors, force=force)
        return
    if force:
        raise BadParameter("it belongs to --export-vectors FILE", param_hint="--force")
    from tagger.recipes.info import describe_model, info_as_json
    from tagger.reports.console import print_json, print_text
    from tagger.reports.model import print_model

    found = describe_model(model or default_model())
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
    print_message(
        export_line("stdout" if target == "-" else target, export.words, export.dim, export.left_out)
    )
