"""What commands on gold data share: options for how the data are read."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from typer import BadParameter, Option

from tagger.cli.corpus_options import column_schemes, names_of
from tagger.cli.dataset_options import Chosen

Split = Annotated[
    str | None,
    Option(
        "--split",
        help="Which split of a prepared folder or data set; by default dev, of a data set also the only one.",
        metavar="NAME",
    ),
]
Format = Annotated[
    str | None,
    Option(
        "--format",
        help="Format of the files: auto, columns, conllu, iob2, jsonl, dataset; by default as in training.",
        metavar="FORMAT",
    ),
]
Columns = Annotated[
    str | None,
    Option("--columns", help="Names of a column file's columns, such as word,pos,ner.", metavar="NAME,NAME"),
]
Maps = Annotated[
    list[str] | None, Option("--map", help="Rename a label; may be repeated.", metavar="[COLUMN:]OLD=NEW")
]
Join = Annotated[
    list[str] | None,
    Option("--join", help="More tag columns on the same tokens; may be repeated.", metavar="FILE"),
]
WideRows = Annotated[
    Literal["error", "join"] | None,
    Option("--wide-rows", help="A row with too many columns: join its first ones as the word."),
]
InputScheme = Annotated[
    list[str] | None,
    Option(
        help="Scheme of a column (IOB1, IOB2, IOBES, none) instead of what its tags say.",
        metavar="COLUMN=SCHEME",
    ),
]
BrokenTags = Annotated[
    Literal["error", "repair"] | None,
    Option(help="A tag that breaks its scheme: repair reads it as conlleval does."),
]


def reading_of(
    *,
    input_format: str | None,
    columns: str | None,
    maps: Sequence[str] | None,
    wide_rows: str | None,
    input_scheme: Sequence[str] | None,
    broken_tags: str | None,
    dataset: Chosen | None,
    data: Sequence[str] | None,
) -> dict[str, Any]:
    """The options that were given, by the names of [data]. Raises BadParameter for files beside a data set."""
    if dataset and data:
        raise BadParameter(f"either it or DATA, found both ({data[0]})", param_hint="--input-dataset")
    given = {
        "dataset": dataset.name if dataset else None,
        "column": dataset.column or None if dataset else None,
        "streaming": dataset.streaming or None if dataset else None,
        "format": input_format,
        "columns": names_of(columns) or None,
        "maps": tuple(maps) if maps else None,
        "wide_rows": wide_rows,
        "input_schemes": column_schemes(list(input_scheme)) if input_scheme else None,
        "broken_tags": broken_tags,
    }
    return {name: value for name, value in given.items() if value is not None}
