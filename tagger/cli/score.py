"""`tagger score`: options, a progress line and a closing line; the work is `tagger.recipes.score`."""

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tagger.cli.tag import InputFormat, LineBreak, ProgressLine, counts


class ScoreFormat(StrEnum):
    """How scores are written."""

    columns = "columns"
    jsonl = "jsonl"


def score(
    model: Annotated[
        Path,
        typer.Argument(metavar="MODEL", help="A folder that `tagger train`, `pretrain` or `finetune` wrote."),
    ],
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[INPUT]...",
            help="Files, folders (all files below them), patterns such as 'news/**/*.txt', or - for stdin (the default "
            "in a pipe). Files ending in .gz, .bz2 and .xz are decompressed.",
            show_default=False,
        ),
    ] = None,
    task: Annotated[
        list[str] | None,
        typer.Option(
            "--task",
            "-t",
            help="Print the scores of this scorer only; may be repeated. The order is kept.",
            show_default=False,
        ),
    ] = None,
    input_format: Annotated[
        InputFormat,
        typer.Option(
            help="text: raw; sentences: one raw sentence a line; tokens: one sentence a line, its tokens separated by "
            "white space; conll: one token a line in columns, kept in the output."
        ),
    ] = InputFormat.text,
    word_column: Annotated[
        str, typer.Option(help="conll: column of the word, a number from 1 or a name of # global.columns.")
    ] = "1",
    line_breaks: Annotated[
        LineBreak,
        typer.Option(
            help="text: what a line break means. paragraph, sentence: that one ends; wrapped: nothing, a blank line "
            "ends a paragraph; auto: wrapped or paragraph, as the text looks."
        ),
    ] = LineBreak.auto,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            help="File for a single input; folder, with a file for each input, for several or if it ends in /. "
            "Without it: stdout.",
            show_default=False,
        ),
    ] = None,
    output_format: Annotated[
        ScoreFormat,
        typer.Option(
            "--format",
            "-f",
            help="columns: token and scores, separated by tabs; jsonl: one JSON object a sentence, with character "
            "offsets.",
        ),
    ] = ScoreFormat.columns,
    memory: Annotated[
        int, typer.Option(min=1, help="Megabytes kept for word forms seen before; with less it is slower.")
    ] = 200,
    force: Annotated[bool, typer.Option("--force", help="Replace output files that exist.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no closing line.")] = False,
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
