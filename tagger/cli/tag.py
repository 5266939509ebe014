"""`tagger tag`: options, a progress line and a closing line; the work is `tagger.recipes.tag`."""

import os
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tagger.errors import ModelError

if TYPE_CHECKING:
    from tagger.recipes.tag import TagReport

ENVIRONMENT = "TAGGER_MODEL"
USUAL_MODEL = Path("models/en")


class InputFormat(StrEnum):
    """What an input file holds."""

    text = "text"
    sentences = "sentences"
    tokens = "tokens"
    conll = "conll"


class OutputFormat(StrEnum):
    """How tags are written."""

    columns = "columns"
    jsonl = "jsonl"
    inline = "inline"


class SpanScheme(StrEnum):
    """How the tags of spans are written."""

    IOB2 = "IOB2"
    IOBES = "IOBES"


class LineBreak(StrEnum):
    """What a line break in raw text means."""

    auto = "auto"
    paragraph = "paragraph"
    wrapped = "wrapped"
    sentence = "sentence"


def tag(
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[INPUT]...",
            help="Files, folders (all files below them), patterns such as 'news/**/*.txt', or - for stdin (the default "
            "in a pipe). Files ending in .gz, .bz2 and .xz are decompressed.",
            show_default=False,
        ),
    ] = None,
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
            "ends a paragraph; auto: wrapped or paragraph, as the text looks (in a pipe: its "
            "text before the first pause)."
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
    memory: Annotated[
        int, typer.Option(min=1, help="Megabytes kept for word forms seen before; with less it is slower.")
    ] = 200,
    force: Annotated[bool, typer.Option("--force", help="Replace output files that exist.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no closing line.")] = False,
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


def counts(report: "TagReport") -> str:
    """What was tagged, how long it took and how fast it was."""
    rate = f" ({report.tokens / report.seconds:,.0f} tokens/s)" if report.tokens and report.seconds else ""
    return f"{report.sentences:,} sentences, {report.tokens:,} tokens in {report.seconds:.2f} s{rate}"


class ProgressLine:
    """One line on stderr, written over a few times a second."""

    INTERVAL = 0.2  # seconds

    def __init__(self) -> None:
        self._next = time.monotonic() + self.INTERVAL
        self._shown = False

    def __call__(self, report: "TagReport") -> None:
        now = time.monotonic()
        if now >= self._next:
            sys.stderr.write(f"\r\x1b[K{counts(report)}  {report.path[-40:]}")
            sys.stderr.flush()
            self._next, self._shown = now + self.INTERVAL, True

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
