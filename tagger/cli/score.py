"""`tagger score`: options, a progress line and a closing line; the work is `tagger.recipes.score`."""

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


class ScoreFormat(StrEnum):
    """How scores are written."""

    columns = "columns"
    jsonl = "jsonl"


def score(
    model: Annotated[
        Path,
        typer.Argument(metavar="MODEL", help="A folder that `tagger train`, `pretrain` or `finetune` wrote."),
    ],
    inputs: Inputs = None,
    task: Annotated[
        list[str] | None,
        typer.Option(
            "--task",
            "-t",
            help="Print the scores of this scorer only; may be repeated. The order is kept.",
            show_default=False,
        ),
    ] = None,
    input_format: InputFormatOption = InputFormat.text,
    word_column: WordColumn = "1",
    line_breaks: LineBreaks = LineBreak.auto,
    output: Output = None,
    output_format: Annotated[
        ScoreFormat,
        typer.Option(
            "--format",
            "-f",
            help="columns: token and scores, separated by tabs; jsonl: one JSON object a sentence, with character "
            "offsets.",
        ),
    ] = ScoreFormat.columns,
    memory: Memory = 200,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Score every token of a text: the higher, the more it looks like the centre of a true window.

    Scores have no unit: compare them within one scorer of one model only.
    """
    if not inputs and sys.stdin.isatty():
        raise typer.BadParameter("name a file or folder, or pipe text in", param_hint="INPUT")
    if "numpy" not in sys.modules:  # as in `tagger tag`
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from tagger.inference.tagger import load
    from tagger.recipes.score import score_files

    line = ProgressLine() if not quiet and sys.stderr.isatty() else None
    try:
        report = score_files(
            load(model, memory=memory * 1_000_000),
            inputs or ["-"],
            tasks=task or (),
            stdout=sys.stdout.buffer,
            output=None if output == "-" else output,
            output_format=output_format.value,
            input_format=input_format.value,
            word_column=word_column,
            line_breaks=line_breaks.value,
            force=force,
            progress=line,
        )
    finally:
        if line is not None:
            line.clear()
    if not quiet:
        files = f"{report.files:,} files, " if report.files > 1 else ""
        sys.stderr.write(f"{files}{counts(report)}\n")
