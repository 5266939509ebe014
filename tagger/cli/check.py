"""`tagger check`: corpus files in, everything wrong or suspicious in them out; with --fix a repaired copy."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from tagger.cli.dataset_options import InputDataset, Streaming, TextSplit, TokenColumn, dataset_of
from tagger.cli.prep import column_schemes

_CORPUS, _READING, _SHOWN, _FIX = "Corpora", "How they are read", "What is shown", "A repaired copy"
_MODEL = "Likely label errors"


def _files(text: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(help=text, metavar="FILE", rich_help_panel=_CORPUS)
    return option


def check(
    data: Annotated[
        list[str] | None,
        typer.Argument(help="Files, or a prepared folder or saved dataset.", show_default=False),
    ] = None,
    input_dataset: InputDataset = None,
    split: TextSplit = None,
    column: TokenColumn = None,
    streaming: Streaming = None,
    join: Annotated[list[str] | None, _files("More tag columns on the tokens of a file of DATA.")] = None,
    train: Annotated[list[str] | None, _files("Training file; repeat for more.")] = None,
    dev: Annotated[list[str] | None, _files("Development file.")] = None,
    test: Annotated[list[str] | None, _files("Test file.")] = None,
    join_train: Annotated[
        list[str] | None, _files("More tag columns on the tokens of a training file.")
    ] = None,
    join_dev: Annotated[list[str] | None, _files("The same for development.")] = None,
    join_test: Annotated[list[str] | None, _files("The same for test.")] = None,
    format_: Annotated[
        Literal["auto", "columns", "conllu", "iob2", "jsonl", "dataset"],
        typer.Option("--format", help="Format of the files; auto: by their names.", rich_help_panel=_READING),
    ] = "auto",
    columns: Annotated[
        str,
        typer.Option(
            help="All columns of a column file (word,pos,-,ner; - leaves one out), or the tag columns to take.",
            metavar="NAME,NAME",
            rich_help_panel=_READING,
        ),
    ] = "",
    maps: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            help="Rename a tag or a type of spans before it is checked.",
            metavar="[COLUMN:]OLD=NEW",
            rich_help_panel=_READING,
        ),
    ] = None,
    input_scheme: Annotated[
        list[str] | None,
        typer.Option(
            help="Scheme of a column (IOB1, IOB2, IOBES, none) instead of what its tags say.",
            metavar="COLUMN=SCHEME",
            rich_help_panel=_READING,
        ),
    ] = None,
    wide_rows: Annotated[
        Literal["error", "join"],
        typer.Option(
            help="A row with too many columns: join its first ones as the word.", rich_help_panel=_READING
        ),
    ] = "error",
    least: Annotated[
        int, typer.Option(help="Labels with fewer examples are named.", min=0, rich_help_panel=_SHOWN)
    ] = 5,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            help="Findings of this kind only; may be repeated.", metavar="NAME", rich_help_panel=_SHOWN
        ),
    ] = None,
    every: Annotated[
        bool,
        typer.Option("--all", help="Name every place, not the first few of a kind.", rich_help_panel=_SHOWN),
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit code 1 for warnings too.", rich_help_panel=_SHOWN)
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print every finding as JSON.", rich_help_panel=_SHOWN)
    ] = False,
    model: Annotated[
        bool,
        typer.Option(
            "--model",
            help="Also train small networks on parts of the data, and name the tags of the rest that they doubt.",
            rich_help_panel=_MODEL,
        ),
    ] = False,
    folds: Annotated[
        int, typer.Option(help="Parts that the data are cut into.", min=2, rich_help_panel=_MODEL)
    ] = 5,
    seed: Annotated[int, typer.Option(help="Seed of the parts and networks.", rich_help_panel=_MODEL)] = 1,
    start: Annotated[
        Path | None,
        typer.Option(
            "--from",
            help="Model whose word vectors and layers the networks start from, such as models/pretrained-en: they "
            "judge better.",
            metavar="FOLDER",
            rich_help_panel=_MODEL,
        ),
    ] = None,
    fix: Annotated[
        bool,
        typer.Option(
            "--fix", help="Write a copy with what can be mended safely mended.", rich_help_panel=_FIX
        ),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="The copy: a file, or a folder for several.",
            metavar="FILE|FOLDER",
            rich_help_panel=_FIX,
        ),
    ] = None,
    encoding: Annotated[
        str,
        typer.Option(
            help="Encoding of lines that are not UTF-8; by default Windows-1252.",
            metavar="NAME",
            rich_help_panel=_FIX,
        ),
    ] = "",
    force: Annotated[
        bool, typer.Option("--force", help="Replace files of an earlier copy.", rich_help_panel=_FIX)
    ] = False,
) -> None:
    """Look a corpus over: broken rows, scheme errors, odd characters, copies and leaks, labels that disagree.

    Exit code 1 if something cannot be read as it is. --fix writes a repaired copy and exits with 0 when it is written.
    """
    if fix != (output is not None):
        raise typer.BadParameter("--fix and --output go together", param_hint="--fix")
    chosen = dataset_of(input_dataset, split, column, streaming=streaming)
    from tagger.recipes.check import CheckOptions, check_kinds, only_kinds
    from tagger.recipes.check import check as run
    from tagger.reports.check import check_as_json, print_check, print_fix
    from tagger.reports.console import print_json, print_message

    options = CheckOptions(
        data=tuple(data or ()),
        dataset=chosen.name if chosen else "",
        split=chosen.split if chosen else "",
        column=chosen.column if chosen else "",
        streaming=bool(chosen and chosen.streaming),
        join=tuple(join or ()),
        train=tuple(train or ()),
        dev=tuple(dev or ()),
        test=tuple(test or ()),
        join_train=tuple(join_train or ()),
        join_dev=tuple(join_dev or ()),
        join_test=tuple(join_test or ()),
        format=format_,
        columns=tuple(name.strip() for name in columns.split(",")) if columns else (),
        maps=tuple(maps or ()),
        input_schemes=column_schemes(input_scheme or ()),
        wide_rows=wide_rows,
        least=least,
        folds=folds if model else 0,
        seed=seed,
        start=start,
    )
    if fix and output is not None:
        from tagger.recipes.check_fix import fix as repair

        fixed = repair(options, output, force=force, encoding=encoding)
        print_fix(fixed, every=every, as_json=as_json)
        return
    check_kinds(kind or ())
    report = only_kinds(run(options, note=print_message), kind or ())
    if as_json:
        print_json(check_as_json(report))
    else:
        print_check(report, every=every)
    if report.count("error") or (strict and report.count("warning")):
        raise typer.Exit(1)
