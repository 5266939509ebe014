"""Options of every command that reads a data set of the `datasets` library in place of files."""

from typing import Annotated, NamedTuple

import typer

DATASETS = "Data sets"

InputDataset = Annotated[
    str | None,
    typer.Option(
        "--input-dataset",
        metavar="NAME",
        help="Read a data set in place of files: a folder saved by `datasets`, a file or folder of Parquet, JSON lines "
        "or CSV, or a name of the hub; NAME:CONFIG for one of its configurations.",
        show_default=False,
        rich_help_panel=DATASETS,
    ),
]
TextSplit = Annotated[
    str | None,
    typer.Option(
        "--split",
        metavar="NAME",
        help="Split of the data set; by default all, one after another.",
        show_default=False,
        rich_help_panel=DATASETS,
    ),
]
TrainingSplit = Annotated[
    str | None,
    typer.Option(
        "--split",
        metavar="NAME",
        help="Split of the data set to learn from; by default train, or the only one.",
        show_default=False,
        rich_help_panel=DATASETS,
    ),
]
DevSplit = Annotated[
    str | None,
    typer.Option(
        "--dev-split",
        metavar="NAME",
        help="Split of the data set that is scored after each epoch; by default dev or validation, if there is one.",
        show_default=False,
        rich_help_panel=DATASETS,
    ),
]
TextColumn = Annotated[
    str | None,
    typer.Option(
        "--column",
        metavar="NAME",
        help="Column of the data set: strings are raw text, lists of strings are tokens; by default text, else tokens.",
        show_default=False,
        rich_help_panel=DATASETS,
    ),
]
TokenColumn = Annotated[
    str | None,
    typer.Option(
        "--column",
        metavar="NAME",
        help="Column of the data set that holds the tokens; by default tokens or words.",
        show_default=False,
        rich_help_panel=DATASETS,
    ),
]
Streaming = Annotated[
    bool | None,
    typer.Option(
        "--streaming/--no-streaming",
        help="Read the data set row by row as it comes, without a copy of it in the cache of `datasets`.",
        show_default=False,
        rich_help_panel=DATASETS,
    ),
]
OutputDataset = Annotated[
    str | None,
    typer.Option(
        "--output-dataset",
        metavar="FOLDER",
        help="Write a folder that datasets.load_dataset reads, in Parquet files of bounded size; whole or not at all.",
        show_default=False,
        rich_help_panel=DATASETS,
    ),
]


class Chosen(NamedTuple):
    """A data set and what is read of it; "" where nothing was stated."""

    name: str
    split: str
    column: str
    streaming: bool


def dataset_of(
    name: str | None, split: str | None, column: str | None, *, streaming: bool | None
) -> Chosen | None:
    """What was chosen; None without a data set. Raises BadParameter for options that would have no effect then."""
    if name is None:
        for option, value in (("--split", split), ("--column", column), ("--streaming", streaming)):
            if value is not None:
                raise typer.BadParameter("it goes with --input-dataset", param_hint=option)
        return None
    if not name.strip():
        raise typer.BadParameter("expected the name of a data set, found none", param_hint="--input-dataset")
    return Chosen(name, split or "", column or "", bool(streaming))


def dataset_settings(
    name: str | None, split: str | None, dev_split: str | None, column: str | None, *, streaming: bool | None
) -> list[str]:
    """What was chosen for a training, as overrides of [data]. Raises BadParameter as `dataset_of`."""
    if name is None and dev_split is not None:
        raise typer.BadParameter("it goes with --input-dataset", param_hint="--dev-split")
    chosen = dataset_of(name, split, column, streaming=streaming)
    if chosen is None:
        return []
    stated = {
        "dataset": chosen.name,
        "split": chosen.split,
        "dev_split": dev_split,
        "column": chosen.column,
        "streaming": "true" if chosen.streaming else "",
    }
    return [f"data.{key}={value}" for key, value in stated.items() if value]
