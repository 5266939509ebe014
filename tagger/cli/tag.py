"""`tagger tag`: options, a progress line and a closing line; the work is `tagger.recipes.tag`."""

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tagger.cli.text_options import (
    Force,
    InputFormat,
    InputFormatOption,
    Inputs,
    LineBreak,
    LineBreaks,
    Memory,
    Output,
    ProgressLine,
    Quiet,
    WordColumn,
    counts,
)
from tagger.errors import ModelError

ENVIRONMENT = "TAGGER_MODEL"
USUAL_MODEL = Path("models/en")


class OutputFormat(StrEnum):
    """How tags are written."""

    columns = "columns"
    jsonl = "jsonl"
    inline = "inline"


class SpanScheme(StrEnum):
    """How the tags of spans are written."""

    IOB2 = "IOB2"
    IOBES = "IOBES"


def tag(
    inputs: Inputs = None,
    model: Annotated[
        list[Path] | None,
        typer.Option(
            "--model",
            "-m",
            envvar=ENVIRONMENT,
            help="Folder of a model; repeated: an ensemble of models that vote (in the variable: "
            f"separated by {os.pathsep}). Without it: {USUAL_MODEL} if there is one.",
            metavar="FOLDER",
            show_default=False,
        ),
    ] = None,
    task: Annotated[
        list[str] | None,
        typer.Option(
            "--task", "-t", help="Tag this task only; may be repeated. The order is kept.", show_default=False
        ),
    ] = None,
    input_format: InputFormatOption = InputFormat.text,
    word_column: WordColumn = "1",
    line_breaks: LineBreaks = LineBreak.auto,
    output: Output = None,
    output_format: Annotated[
        OutputFormat,
        typer.Option(
            "--format",
            "-f",
            help="columns: token and tags, separated by tabs; jsonl: one JSON object a sentence, with character "
            "offsets; inline: [Ada Lovelace](PER), word/TAG, for reading.",
        ),
    ] = OutputFormat.columns,
    scheme: Annotated[
        SpanScheme, typer.Option(help="Scheme that the tags of spans are written in.")
    ] = SpanScheme.IOB2,
    probabilities: Annotated[
        bool, typer.Option("--probabilities", help="Write how probable each tag and span is, from 0 to 1.")
    ] = False,
    memory: Memory = 200,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Tag text: raw or tokenised, files or a pipe, to columns, JSON lines or readable text."""
    if not inputs and sys.stdin.isatty():
        raise typer.BadParameter("name a file or folder, or pipe text in", param_hint="INPUT")
    folders = model or [find_model(None)]
    if (
        "numpy" not in sys.modules
    ):  # its products are small: waiting for one another, threads only make them slower
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from tagger.inference.tagger import load
    from tagger.recipes.tag import tag_files

    line = ProgressLine() if not quiet and sys.stderr.isatty() else None
    try:
        report = tag_files(
            load(*folders, memory=memory * 1_000_000, tasks=task or None),
            inputs or ["-"],
            stdout=sys.stdout.buffer,
            output=None if output == "-" else output,
            output_format=output_format.value,
            input_format=input_format.value,
            word_column=word_column,
            line_breaks=line_breaks.value,
            scheme=scheme.value,
            probabilities=probabilities,
            force=force,
            progress=line,
        )
    finally:
        if line is not None:
            line.clear()
    if not quiet:
        files = f"{report.files:,} files, " if report.files > 1 else ""
        sys.stderr.write(f"{files}{counts(report)}\n")


def find_model(named: Path | None) -> Path:
    """The model to use: the one named, else `models/en` here or beside the program. Raises ModelError if none."""
    if named is not None:
        return named
    beside = Path(__file__).resolve().parents[2] / USUAL_MODEL
    for place in (USUAL_MODEL, beside):
        if place.is_dir():
            return place
    raise ModelError(
        f"expected a model, found none named and no {USUAL_MODEL}",
        hint=f"Pass --model FOLDER or set {ENVIRONMENT}; `tagger train` writes a model.",
    )
