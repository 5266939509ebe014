"""`tagger pretrain`: raw text to word vectors and a hidden layer."""

import os
import re
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

MINUTES = {"s": 1 / 60, "m": 1.0, "h": 60.0}


def pretrain(
    text: Annotated[
        list[str] | None,
        typer.Argument(
            help="Text files (.gz, .bz2, .xz too), folders, patterns, - for stdin; or a data set with --column.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder of the model to write.", show_default=False)
    ] = None,
    settings: Annotated[
        Path | None, typer.Option(help="Settings file (TOML), over the defaults.", show_default=False)
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", help="section.key=value, over the file's.", show_default=False),
    ] = None,
    time_budget: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Stop after this time, such as 30m or 2h.", show_default=False),
    ] = None,
    column: Annotated[
        str | None, typer.Option(help="Text column, where TEXT is a data set.", show_default=False)
    ] = None,
    vocabulary: Annotated[
        str | None,
        typer.Option(help="File of words, one a line, in place of counting them.", show_default=False),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(help="Smaller model to start from; its words keep their rows.", show_default=False),
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(
            help="Go on with the run in this folder, exactly as if never interrupted.", show_default=False
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the output folder if it exists.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, only the result.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
) -> None:
    """Learn word vectors and a hidden layer from raw text.

    The network scores windows of the text, and learns to score them higher than the same windows with another word in
    the centre. `tagger train --set transfer.model=FOLDER` starts a tagger from the result; `tagger neighbours` shows
    which words it finds alike. Held-out text says how good it has become. Ctrl-C keeps the last finished round;
    `tagger pretrain --resume FOLDER` goes on after it, with a longer --time-budget if so asked.
    """
    if resume is None and (output is None or (not text and settings is None)):
        raise typer.BadParameter("name the text, and the folder of the model to write with --output")
    if resume is not None and (
        text or output or settings or overrides or column or vocabulary or start or force
    ):
        raise typer.BadParameter(
            "--resume takes everything from the run's own settings", param_hint="--resume"
        )
    given = {
        "pretraining.text": list(text or []),
        "pretraining.time_budget": _minutes(time_budget) if time_budget else None,
        "pretraining.column": column,
        "pretraining.vocabulary": vocabulary,
        "pretraining.start": start,
    }
    values = {key: value for key, value in given.items() if value}
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # the parts of a step are what runs side by side
    from tagger.recipes.pretrain import pretrain as run
    from tagger.recipes.pretrain_settings import pretraining_settings, resumed_settings
    from tagger.reports.live import TrainingDisplay
    from tagger.reports.pretraining import print_pretraining

    chosen = (
        resumed_settings(resume, values)
        if resume
        else pretraining_settings(settings, overrides or [], values)
    )
    folder = resume or output
    assert folder is not None
    with TrainingDisplay(
        score="text.ranking_accuracy",
        scored="held out",
        quiet=quiet,
        unit="windows",
        epoch="round",
        budget=60.0 * chosen.pretraining.time_budget,
    ) as display:
        report = run(
            chosen,
            folder,
            force=force,
            resume=resume is not None,
            observe=display.show,
            note=partial(display.note, detail=True),
            progress=display.counted,
        )
    print_pretraining(report, as_json=as_json)
    if report.interrupted:
        raise typer.Exit(130)


def _minutes(text: str) -> float:
    """The minutes of "90s", "30m" or "2h"; a bare number is minutes."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", text)
    if match is None or not float(match[1]):
        raise typer.BadParameter("expected a time such as 90s, 30m or 2h", param_hint="--time-budget")
    return float(match[1]) * MINUTES[match[2] or "m"]
