"""`tagger tag`: options, a progress line and a closing line; the work is `tagger.recipes.tag`."""

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tagger.cli.dataset_options import (
    InputDataset,
    OutputDataset,
    Streaming,
    TextColumn,
    TextSplit,
    dataset_of,
)
from tagger.cli.text_options import (
    RUNNING,
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
)
from tagger.cli.text_progress import finish, progress_line

ENVIRONMENT = "TAGGER_MODEL"


class OutputFormat(StrEnum):
    """How tags are written."""

    columns = "columns"
    conllu = "conllu"
    jsonl = "jsonl"
    inline = "inline"
    html = "html"
    parquet = "parquet"


class Engine(StrEnum):
    """What runs the work where it is too much for one machine."""

    ray = "ray"


class SpanScheme(StrEnum):
    """How the tags of spans are written."""

    IOB2 = "IOB2"
    IOBES = "IOBES"


Models = Annotated[
    list[Path] | None,
    typer.Option(
        "--model",
        "-m",
        envvar=ENVIRONMENT,
        help="Folder of a model; repeated: an ensemble of models that vote (in the variable: "
        f"separated by {os.pathsep}). Without it: models/en here, beside the program or inside it, if there is one.",
        metavar="FOLDER",
        show_default=False,
    ),
]
Tasks = Annotated[
    list[str] | None,
    typer.Option(
        "--task", "-t", help="Tag this task only; may be repeated. The order is kept.", show_default=False
    ),
]
Format = Annotated[
    OutputFormat | None,
    typer.Option(
        "--format",
        "-f",
        help="columns: token and tags, separated by tabs; conllu: CoNLL-U; jsonl: one JSON object a sentence or "
        "record, with character offsets; inline: [Ada Lovelace](PER), word/TAG, for reading; html: a page to read and "
        "print; parquet: a row for each sentence or record. Default: what an output file's .conllu, .jsonl, .html or "
        ".parquet says, else that of conllu, jsonl and parquet inputs, else columns.",
        show_default=False,
        rich_help_panel=WRITING,
    ),
]
Scheme = Annotated[
    SpanScheme, typer.Option(help="Scheme that the tags of spans are written in.", rich_help_panel=WRITING)
]
Probabilities = Annotated[
    bool,
    typer.Option(
        "--probabilities",
        help="Write how probable each tag and span is, from 0 to 1.",
        rich_help_panel=WRITING,
    ),
]
MinProbability = Annotated[
    float,
    typer.Option(
        min=0.0,
        max=1.0,
        metavar="P",
        help="Leave tokens untagged whose tag is less probable.",
        rich_help_panel=WRITING,
    ),
]
TagWorkers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        min=0,
        metavar="N",
        help="Processes that work side by side; 0: one for each core. The output is the same with any number. "
        "Default: 1; with --engine 0, the cores of its cluster.",
        show_default=False,
        rich_help_panel=RUNNING,
    ),
]
EngineOption = Annotated[
    Engine | None,
    typer.Option(
        "--engine",
        help="ray: by the actors of Ray Data, on the cluster that RAY_ADDRESS names, else on this machine; a file that "
        "was being tagged where an actor died is done again. Inputs are files, and --output is a folder; either may be "
        "s3://, gs:// or hdfs://. The output is the same. Needs: pip install 'tagger[ray]'.",
        show_default=False,
        rich_help_panel=RUNNING,
    ),
]


def tag(
    inputs: Inputs = None,
    model: Models = None,
    task: Tasks = None,
    input_dataset: InputDataset = None,
    split: TextSplit = None,
    column: TextColumn = None,
    streaming: Streaming = None,
    output_dataset: OutputDataset = None,
    input_format: InputFormatOption = InputFormat.auto,
    word_column: WordColumn = "1",
    line_breaks: LineBreaks = LineBreak.auto,
    text_field: TextField = "text",
    tokenizer: Tokenizer = "english",
    encoding: Encoding = "utf-8",
    errors: Errors = OnError.STRICT,
    output: Output = None,
    output_format: Format = None,
    scheme: Scheme = SpanScheme.IOB2,
    probabilities: Probabilities = False,
    min_probability: MinProbability = 0.0,
    field_prefix: FieldPrefix = "",
    force: Force = False,
    workers: TagWorkers = None,
    engine: EngineOption = None,
    resume: Resume = False,
    fail_fast: FailFast = False,
    memory: Memory = 200,
    quiet: Quiet = False,
) -> None:
    """Tag text: raw, tokenised or in records, files or a pipe, to columns, JSON lines, CoNLL-U, HTML or Parquet."""
    dataset = dataset_of(input_dataset, split, column, streaming=streaming)
    if not inputs and not dataset and sys.stdin.isatty():
        raise typer.BadParameter("name a file or folder, or pipe text in", param_hint="INPUT")
    if (
        "numpy" not in sys.modules
    ):  # its products are small: waiting for one another, threads only make them slower
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from tagger.inference.default_model import default_model
    from tagger.recipes.tag import DatasetInput, Reading, Running, tag_files

    folders = model or [default_model()]
    with progress_line(quiet=quiet) as line:
        report = tag_files(
            folders,
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
            output_dataset=output_dataset,
            output_format=output_format and output_format.value,
            scheme=scheme.value,
            probabilities=probabilities,
            min_probability=min_probability,
            field_prefix=field_prefix,
            running=Running(
                workers=(0 if engine else 1) if workers is None else workers,
                force=force,
                resume=resume,
                fail_fast=fail_fast,
                engine=engine and engine.value,
            ),
            progress=line,
        )
    finish(report, quiet=quiet)
