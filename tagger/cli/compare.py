"""`tagger compare`: two models on the same gold data, or files with the tags of other programs."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from tagger.cli.corpus_options import names_of
from tagger.cli.dataset_options import InputDataset, Streaming, TokenColumn, dataset_of
from tagger.cli.gold_options import (
    BrokenTags,
    Columns,
    Format,
    InputScheme,
    Join,
    Maps,
    Split,
    WideRows,
    reading_of,
)


def compare(
    a: Annotated[
        Path,
        Argument(
            metavar="A", help="A model folder, or a file with tags of the tokens of DATA, from any program."
        ),
    ],
    b: Annotated[
        Path, Argument(metavar="B", help="What A is compared with: a model folder or a file of tags.")
    ],
    data: Annotated[
        list[str] | None,
        Argument(
            metavar="DATA",
            help="A prepared folder, or corpus files, with gold tags; by default the development data of A.",
        ),
    ] = None,
    input_dataset: InputDataset = None,
    split: Split = None,
    column: TokenColumn = None,
    streaming: Streaming = None,
    task: Annotated[
        list[str] | None, Option("--task", help="Compare this task only; may be repeated.", metavar="NAME")
    ] = None,
    input_format: Format = None,
    columns: Columns = None,
    maps: Maps = None,
    join: Join = None,
    wide_rows: WideRows = None,
    input_scheme: InputScheme = None,
    broken_tags: BrokenTags = None,
    tag_columns: Annotated[
        str | None,
        Option(
            "--tag-columns",
            help="Names of the columns of A and B where they are files, such as word,-,ner or upos,misc.Ner; by "
            "default those of DATA.",
            metavar="NAME,NAME",
        ),
    ] = None,
    differences: Annotated[
        str,
        Option(
            "--differences",
            help="How many of the sentences that A and B tag differently are listed of each task: a number, or all.",
            metavar="N",
        ),
    ] = "10",
    as_json: Annotated[bool, Option("--json", help="Print the comparison as JSON.")] = False,
    output: Annotated[
        Path | None,
        Option("--output", "-o", help="Write the comparison to this file too, as JSON.", metavar="FILE"),
    ] = None,
    force: Annotated[bool, Option("--force", help="Replace the output if it is there.")] = False,
) -> None:
    """Compare two models on the same data: whether scores differ by more than chance, and where tags differ.

    For each task the score of both, the difference with its 95% bootstrap interval, the p-value of a paired permutation
    test (documents, or sentences, exchanged between A and B) and of McNemar's test on tokens.
    """
    if "numpy" not in sys.modules:  # as in `tagger tag`
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from tagger.recipes.compare import compare as run
    from tagger.recipes.comparison_result import as_json as plain
    from tagger.reports.comparison import print_comparison
    from tagger.reports.console import print_json

    found = run(
        a,
        b,
        data or (),
        split=split or "",
        reading=reading_of(
            input_format=input_format,
            columns=columns,
            maps=maps,
            wide_rows=wide_rows,
            input_scheme=input_scheme,
            broken_tags=broken_tags,
            dataset=dataset_of(input_dataset, None, column, streaming=streaming),
            data=data,
        ),
        join=join or (),
        tasks=task or (),
        tag_columns=names_of(tag_columns),
        differences=number_or_all(differences),
        output=output,
        force=force,
    )
    if as_json:
        print_json(plain(found))
        return
    print_comparison(
        [task.comparison for task in found.tasks],
        a=found.a,
        b=found.b,
        data=found.data,
        signatures=[task.signature for task in found.tasks],
        notes=found.notes,
    )


def number_or_all(text: str) -> int | None:
    """The number that --differences names; None for all."""
    if text == "all":
        return None
    if not text.isdecimal():
        raise typer.BadParameter(f"expected a number or all, found {text!r}", param_hint="--differences")
    return int(text)
