"""`tagger score`: options, a progress line and a closing line; the work is `tagger.recipes.score`."""

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tagger.cli.dataset_options import InputDataset, Streaming, TextColumn, TextSplit, dataset_of
from tagger.cli.text_options import (
    WRITING,
    Encoding,
    Errors,
    FailFast,
    FieldPrefix,
    Force,
    InputFormat,
    InputFormatOption,
    Inputs,
    LineBreak,
    LineBreaks,
    Memory,
    OnError,
    Output,
    Quiet,
    Resume,
    TextField,
    Tokenizer,
    WordColumn,
    Workers,
)
from tagger.cli.text_progress import finish, progress_line


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
    input_dataset: InputDataset = None,
    split: TextSplit = None,
    column: TextColumn = None,
    streaming: Streaming = None,
    input_format: InputFormatOption = InputFormat.auto,
    word_column: WordColumn = "1",
    line_breaks: LineBreaks = LineBreak.auto,
    text_field: TextField = "text",
    tokenizer: Tokenizer = "english",
    encoding: Encoding = "utf-8",
    errors: Errors = OnError.STRICT,
    output: Output = None,
    output_format: Annotated[
        ScoreFormat | None,
        typer.Option(
            "--format",
            "-f",
            help="columns: token and scores, separated by tabs (the default, unless an output file ends in .jsonl); "
            "jsonl: one JSON object a sentence, with character offsets.",
            show_default=False,
            rich_help_panel=WRITING,
        ),
    ] = None,
    field_prefix: FieldPrefix = "",
    force: Force = False,
    workers: Workers = 1,
    resume: Resume = False,
    fail_fast: FailFast = False,
    memory: Memory = 200,
    quiet: Quiet = False,
) -> None:
    """Score every token of a text: the higher, the more it looks like the centre of a true window.

    Scores have no unit: compare them within one scorer of one model only.
    """
    dataset = dataset_of(input_dataset, split, column, streaming=streaming)
    if not inputs and not dataset and sys.stdin.isatty():
        raise typer.BadParameter("name a file or folder, or pipe text in", param_hint="INPUT")
    if "numpy" not in sys.modules:  # as in `tagger tag`
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from tagger.recipes.score import DatasetInput, Reading, Running, score_files

    with progress_line(quiet=quiet) as line:
        report = score_files(
            model,
            inputs or ([] if dataset else ["-"]),
            dataset=dataset and DatasetInput(*dataset),
            tasks=task or (),
            memory=memory * 1_000_000,
            reading=Reading(
                input_format=input_format.value,
                word_column=word_column,
                line_breaks=line_breaks.value,
                text_field=text_field,
                tokenizer=tokenizer,
                encoding=encoding,
                errors=errors.value,
            ),
            stdout=sys.stdout.buffer,
            output=None if output == "-" else output,
            output_format=output_format and output_format.value,
            field_prefix=field_prefix,
            running=Running(workers=workers, force=force, resume=resume, fail_fast=fail_fast),
            progress=line,
        )
    finish(report, quiet=quiet)
