"""`tagger pretrain`: raw text to word vectors and a hidden layer."""

import os
import re
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from tagger.cli.dataset_options import DATASETS, InputDataset, Streaming
from tagger.cli.processes import Device, is_silent

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
        typer.Option(
            metavar="TIME",
            help="Time of training, such as 90s, 30m (or 30) or 2h: counting words left out, earlier runs included. "
            "The text is read again while there is time.",
            show_default=False,
        ),
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Times through the text at most; by default once, or as often as the time budget allows.",
            show_default=False,
        ),
    ] = None,
    input_dataset: InputDataset = None,
    split: Annotated[
        str | None,
        typer.Option(
            help="Split of the data set; by default train.", show_default=False, rich_help_panel=DATASETS
        ),
    ] = None,
    column: Annotated[
        str | None,
        typer.Option(
            help="Text column of the data set; by default text. TEXT can be a data set too, where a column is named.",
            show_default=False,
            rich_help_panel=DATASETS,
        ),
    ] = None,
    streaming: Streaming = None,
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
    device: Device = "",
    force: Annotated[bool, typer.Option("--force", help="Replace the output folder if it exists.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, only the result.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
) -> None:
    """Learn word vectors and a hidden layer from raw text.

    The network scores windows of the text, and learns to score them higher than the same windows with another word in
    the centre. By default a window has 9 words, a word 100 numbers, and the hidden layer 300 units. `tagger train
    SETTINGS --from FOLDER` starts a tagger from the result, as wide as that: --set features.word.dim=100 --set
    network.hidden=[300]. `tagger neighbours` shows which words it finds alike. Held-out text says how good it has
    become. Ctrl-C keeps the last finished round; `tagger pretrain --resume FOLDER` goes on after it, with a longer
    --time-budget or more --epochs if so asked.
    """
    if input_dataset is not None:
        if text:
            raise typer.BadParameter(
                f"either it or TEXT, found both ({text[0]})", param_hint="--input-dataset"
            )
        text, column = [input_dataset], column or "text"
    if resume is None:
        named = text or settings or any(item.startswith("pretraining.text") for item in overrides or [])
        missing = [
            what
            for what, there in (
                ("the text", named),
                ("the folder of the model to write with --output", output),
            )
            if not there
        ]
        if missing:
            raise typer.BadParameter(f"name {', and '.join(missing)}")
    elif any((text, output, settings, overrides, column, split, vocabulary, start, device, force)) or (
        streaming is not None
    ):
        raise typer.BadParameter(
            "--resume takes everything from the run's own settings but --time-budget and --epochs",
            param_hint="--resume",
        )
    given = {
        "pretraining.text": list(text or []),
        "pretraining.time_budget": _minutes(time_budget) if time_budget else None,
        "pretraining.epochs": epochs,
        "pretraining.column": column,
        "pretraining.split": split,
        "pretraining.vocabulary": vocabulary,
        "pretraining.start": start,
        "training.device": device,
    }
    values = {key: value for key, value in given.items() if value}
    if streaming is not None:
        values["pretraining.streaming"] = streaming
    _check_paths(text or [], column or "", output, settings, overrides or [], force=force)
    silent = is_silent()
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
        quiet=quiet or silent,
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
    if not silent:
        print_pretraining(report, as_json=as_json)
    if report.interrupted:
        raise typer.Exit(130)


def _check_paths(
    text: list[str],
    column: str,
    output: Path | None,
    settings: Path | None,
    overrides: list[str],
    *,
    force: bool,
) -> None:
    """What is wrong with the paths is told at once: torch takes seconds to load."""
    from tagger.errors import OutputExistsError
    from tagger.settings_file import read_values
    from tagger.text.text_sources import find_text
    from tagger.whole_files import is_taken

    if output and is_taken(output) and not force:
        raise OutputExistsError(output)
    column = column or read_values(settings, overrides).get("pretraining", {}).get("column", "")
    if text:
        find_text(text, column=column)


def _minutes(text: str) -> float:
    """The minutes of "90s", "30m" or "2h"; a bare number is minutes."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", text)
    if match is None or not float(match[1]):
        raise typer.BadParameter("expected a time such as 90s, 30m or 2h", param_hint="--time-budget")
    return float(match[1]) * MINUTES[match[2] or "m"]
