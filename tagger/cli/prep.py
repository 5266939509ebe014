"""`tagger prep`: corpus files in, a prepared folder out."""

import json
from dataclasses import asdict
from typing import Annotated, Literal

import typer

from tagger.cli.corpus_options import (
    READING,
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
    names_of,
)
from tagger.cli.dataset_options import DATASETS, InputDataset, Streaming, TokenColumn, dataset_of

_SPLITS = "What is written"


def prep(
    output: Annotated[str, typer.Argument(help="Folder to write.", show_default=False)],
    train: Train = None,
    dev: Dev = None,
    test: Test = None,
    join_train: JoinTrain = None,
    join_dev: JoinDev = None,
    join_test: JoinTest = None,
    dataset: InputDataset = None,
    split: Annotated[
        str | None,
        typer.Option(
            help="Split of the data set to read alone, as train; by default train, dev (validation) and test.",
            metavar="NAME",
            show_default=False,
            rich_help_panel=DATASETS,
        ),
    ] = None,
    column: TokenColumn = None,
    streaming: Streaming = None,
    format_: Format = "auto",
    columns: Columns = "",
    maps: Maps = None,
    input_scheme: InputScheme = None,
    on_error: Annotated[
        Literal["stop", "skip"],
        typer.Option(
            help="Stop at the first error, or leave the sentence out and go on.", rich_help_panel=READING
        ),
    ] = "stop",
    wide_rows: WideRows = "error",
    broken_tags: Annotated[
        Literal["error", "repair"],
        typer.Option(
            help="A tag that breaks its scheme: repair reads it as conlleval does.", rich_help_panel=READING
        ),
    ] = "error",
    scheme: Annotated[
        Literal["IOB1", "IOB2", "IOBES"],
        typer.Option(help="Scheme of the spans that are written.", rich_help_panel=_SPLITS),
    ] = "IOB2",
    dev_last: Annotated[
        int,
        typer.Option(
            help="Take this many sentences from the end of train as dev.", min=0, rich_help_panel=_SPLITS
        ),
    ] = 0,
    dev_random: Annotated[
        float,
        typer.Option(
            help="Take a share of train (below 1) or a number of its sentences as dev.",
            min=0,
            rich_help_panel=_SPLITS,
        ),
    ] = 0.0,
    seed: Annotated[int, typer.Option(help="Seed of --dev-random.", rich_help_panel=_SPLITS)] = 1,
    licence: Annotated[
        str, typer.Option(help="Licence line of the data card.", metavar="TEXT", rich_help_panel=_SPLITS)
    ] = "",
    force: Annotated[
        bool, typer.Option("--force", help="Replace an earlier prepared folder.", rich_help_panel=_SPLITS)
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the report as one JSON object.", rich_help_panel=_SPLITS)
    ] = False,
) -> None:
    """Read tagged corpora in any format, check them, and write one prepared folder to train from."""
    chosen = dataset_of(dataset, split, column, streaming=streaming)
    from tagger.recipes.prep import PrepOptions, prepare
    from tagger.reports.corpus import aligned, column_table, size_table

    report = prepare(
        PrepOptions(
            output=output,
            train=tuple(train or ()),
            dev=tuple(dev or ()),
            test=tuple(test or ()),
            join_train=tuple(join_train or ()),
            join_dev=tuple(join_dev or ()),
            join_test=tuple(join_test or ()),
            dataset=chosen.name if chosen else "",
            split=chosen.split if chosen else "",
            column=chosen.column if chosen else "",
            streaming=bool(chosen and chosen.streaming),
            format=format_,
            columns=names_of(columns),
            maps=tuple(maps or ()),
            input_schemes=column_schemes(input_scheme or ()),
            scheme=scheme,
            dev_last=dev_last,
            dev_random=dev_random,
            seed=seed,
            on_error=on_error,
            wide_rows=wide_rows,
            broken_tags=broken_tags,
            licence=licence,
            force=force,
        )
    )
    for note in report.notes:
        typer.echo(note, err=True)
    if as_json:
        typer.echo(json.dumps(asdict(report), ensure_ascii=False))
        return
    typer.echo(aligned(size_table(report.statistics)))
    typer.echo("\n" + aligned(column_table(report.statistics, report.schemes)))
    for kind, count in report.skipped.items():
        typer.echo(f"left out: {count:,} {kind}")
    typer.echo(f"\nwritten to {report.output}")
