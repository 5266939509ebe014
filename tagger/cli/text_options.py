"""What `tagger tag` and `tagger score` share: options for the text that they read and write, a progress line."""

import sys
import time
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from tagger.recipes.text_outputs import TagReport


class InputFormat(StrEnum):
    """What an input file holds."""

    text = "text"
    sentences = "sentences"
    tokens = "tokens"
    conll = "conll"


class LineBreak(StrEnum):
    """What a line break in raw text means."""

    auto = "auto"
    paragraph = "paragraph"
    wrapped = "wrapped"
    sentence = "sentence"


Inputs = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[INPUT]...",
        help="Files, folders (all files below them), patterns such as 'news/**/*.txt', or - for stdin (the default "
        "in a pipe). Files ending in .gz, .bz2 and .xz are decompressed.",
        show_default=False,
    ),
]
InputFormatOption = Annotated[
    InputFormat,
    typer.Option(
        "--input-format",
        help="text: raw; sentences: one raw sentence a line; tokens: one sentence a line, its tokens separated by "
        "white space; conll: one token a line in columns, kept in the output.",
    ),
]
WordColumn = Annotated[
    str, typer.Option(help="conll: column of the word, a number from 1 or a name of # global.columns.")
]
LineBreaks = Annotated[
    LineBreak,
    typer.Option(
        help="text: what a line break means. paragraph, sentence: that one ends; wrapped: nothing, a blank line "
        "ends a paragraph; auto: wrapped or paragraph, as the text looks (in a pipe: its text before the first pause)."
    ),
]
Output = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        help="File for a single input; folder, with a file for each input, for several or if it ends in /. "
        "Without it: stdout.",
        show_default=False,
    ),
]
Memory = Annotated[
    int, typer.Option(min=1, help="Megabytes kept for word forms seen before; with less it is slower.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace output files that exist.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no closing line.")]


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
