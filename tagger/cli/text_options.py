"""What `tagger tag` and `tagger score` share: options for the text that they read and write, and for long runs."""

from enum import StrEnum
from typing import Annotated

import typer


class InputFormat(StrEnum):
    """What an input file holds."""

    auto = "auto"
    text = "text"
    sentences = "sentences"
    tokens = "tokens"
    conll = "conll"
    conllu = "conllu"
    jsonl = "jsonl"
    parquet = "parquet"


class LineBreak(StrEnum):
    """What a line break in raw text means."""

    auto = "auto"
    paragraph = "paragraph"
    wrapped = "wrapped"
    sentence = "sentence"


class OnError(StrEnum):
    """What becomes of bytes that are no text."""

    STRICT = "strict"
    REPLACE = "replace"
    IGNORE = "ignore"


READING = "How inputs are read"
WRITING = "What is written"
RUNNING = "Long runs"

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
        help="auto: conllu, jsonl or parquet by the suffix, else text; text: raw; sentences: one raw sentence a line; "
        "tokens: one sentence a line, its tokens separated by white space; conll: one token a line in columns, kept in "
        "the output; conllu: kept but for the tags; jsonl, parquet: records with a field of raw text, all fields kept.",
        rich_help_panel=READING,
    ),
]
WordColumn = Annotated[
    str,
    typer.Option(
        help="conll: column of the word, a number from 1 or a name of # global.columns.",
        rich_help_panel=READING,
    ),
]
LineBreaks = Annotated[
    LineBreak,
    typer.Option(
        help="text: what a line break means. paragraph, sentence: that one ends; wrapped: nothing, a blank line "
        "ends a paragraph; auto: wrapped or paragraph, as the text looks (in a pipe: its text before the first pause).",
        rich_help_panel=READING,
    ),
]
TextField = Annotated[
    str,
    typer.Option(metavar="NAME", help="jsonl, parquet: the field of the raw text.", rich_help_panel=READING),
]
Tokenizer = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="What cuts raw text into tokens: english, or the rules of spaCy for a language, such as spacy:de.",
        rich_help_panel=READING,
    ),
]
Encoding = Annotated[
    str,
    typer.Option(
        metavar="NAME", help="Encoding of text, such as latin-1 or cp1252.", rich_help_panel=READING
    ),
]
Errors = Annotated[
    OnError,
    typer.Option(
        help="Bytes that are no text, and NUL: strict: the file fails; replace: by U+FFFD; ignore: left out.",
        rich_help_panel=READING,
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
        rich_help_panel=WRITING,
    ),
]
FieldPrefix = Annotated[
    str,
    typer.Option(
        metavar="TEXT",
        help="jsonl, parquet: stands before the names of the fields that are added to records.",
        rich_help_panel=WRITING,
    ),
]
Workers = Annotated[
    int,
    typer.Option(
        min=0,
        metavar="N",
        help="Processes that work side by side; 0: one for each core. The output is the same with any number.",
        rich_help_panel=RUNNING,
    ),
]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Go on with a run into the same output folder that was killed or had failures: what is complete and whose "
        "input is as it was is not done again.",
        rich_help_panel=RUNNING,
    ),
]
FailFast = Annotated[
    bool,
    typer.Option(
        "--fail-fast",
        help="Stop at the first input that cannot be read; without it such inputs are named at the end.",
        rich_help_panel=RUNNING,
    ),
]
Memory = Annotated[
    int,
    typer.Option(
        min=1,
        metavar="MB",
        help="Megabytes kept for word forms seen before, in each process; with less it is slower.",
        rich_help_panel=RUNNING,
    ),
]
Force = Annotated[
    bool, typer.Option("--force", help="Replace output files that exist.", rich_help_panel=WRITING)
]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="No progress and no closing line.", rich_help_panel=RUNNING)
]
