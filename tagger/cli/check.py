"""`tagger check`: corpus files in, everything wrong or suspicious in them out; with --fix a repaired copy."""

from pathlib import Path
from typing import Annotated

import typer

from tagger.cli.corpus_options import (
    Columns,
    Dev,
    Format,
    InputScheme,
    JoinDev,
    JoinTest,
    JoinTrain,
    Maps,
    Test,
    Train,
    WideRows,
    column_schemes,
    files,
    names_of,
)
from tagger.cli.dataset_options import InputDataset, Streaming, TextSplit, TokenColumn, dataset_of

_SHOWN, _FIX, _MODEL = "What is shown", "A repaired copy", "Likely label errors"


def check(
    data: Annotated[
        list[str] | None,
        typer.Argument(help="Files, or a prepared folder or saved dataset.", show_default=False),
    ] = None,
    input_dataset: InputDataset = None,
    split: TextSplit = None,
    column: TokenColumn = None,
    streaming: Streaming = None,
    join: Annotated[list[str] | None, files("More tag columns on the tokens of a file of DATA.")] = None,
    train: Train = None,
    dev: Dev = None,
    test: Test = None,
    join_train: JoinTrain = None,
    join_dev: JoinDev = None,
    join_test: JoinTest = None,
    format_: Format = "auto",
    columns: Columns = "",
    maps: Maps = None,
    input_scheme: InputScheme = None,
    wide_rows: WideRows = "error",
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
        columns=names_of(columns),
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
