"""`tagger eval`: scores of a model, or of several that vote, on gold data."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from tagger.analysis import WORST
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


def evaluate(
    model: Annotated[Path, Argument(metavar="MODEL", help="A folder that `tagger train` wrote.")],
    data: Annotated[
        list[str] | None,
        Argument(
            metavar="DATA",
            help="A prepared folder, or corpus files; by default the model's own development data.",
        ),
    ] = None,
    more: Annotated[
        list[Path] | None,
        Option(
            "--model",
            "-m",
            help="A further model that votes together with MODEL (an ensemble); may be repeated.",
            metavar="FOLDER",
        ),
    ] = None,
    input_dataset: InputDataset = None,
    split: Split = None,
    column: TokenColumn = None,
    streaming: Streaming = None,
    task: Annotated[
        list[str] | None, Option("--task", help="Score this task only; may be repeated.", metavar="NAME")
    ] = None,
    input_format: Format = None,
    columns: Columns = None,
    maps: Maps = None,
    join: Join = None,
    wide_rows: WideRows = None,
    input_scheme: InputScheme = None,
    broken_tags: BrokenTags = None,
    calibrate: Annotated[
        bool,
        Option(
            "--calibrate",
            help="First fit the temperatures of MODEL's probabilities on these data and write them into it; the tags "
            "stay the same.",
        ),
    ] = False,
    baseline: Annotated[
        list[str] | None,
        Option(
            "--baseline",
            help="Score a method without a network beside the model: majority (the most frequent tag of each form) or "
            "crf; may be repeated.",
            metavar="NAME",
        ),
    ] = None,
    train: Annotated[
        list[str] | None,
        Option(
            "--train",
            help="What baselines learn from, if not the training data that the model's settings name; may be repeated.",
            metavar="DATA",
        ),
    ] = None,
    worst: Annotated[
        int | None,
        Option(
            "--worst",
            min=0,
            help="Sentences of each task that are tagged worst: in the terminal (by default 0), and in JSON and on the "
            f"page (by default {WORST}).",
            metavar="N",
        ),
    ] = None,
    as_json: Annotated[bool, Option("--json", help="Print everything as JSON.")] = False,
    output: Annotated[
        Path | None,
        Option("--output", "-o", help="Write everything to this file too, as JSON.", metavar="FILE"),
    ] = None,
    html: Annotated[
        Path | None, Option("--html", help="Write everything to this file too, as one page.", metavar="FILE")
    ] = None,
    force: Annotated[bool, Option("--force", help="Replace the outputs if they are there.")] = False,
) -> None:
    """Score a model, with 95% intervals: entities and their errors, accuracy by form, calibration, worst sentences."""
    from tagger.recipes.evaluate import evaluate as run
    from tagger.recipes.evaluation_result import as_json as plain
    from tagger.reports.console import print_json, print_message
    from tagger.reports.evaluation import print_evaluation

    reading = reading_of(
        input_format=input_format,
        columns=columns,
        maps=maps,
        wide_rows=wide_rows,
        input_scheme=input_scheme,
        broken_tags=broken_tags,
        dataset=dataset_of(input_dataset, None, column, streaming=streaming),
        data=data,
    )
    result = run(
        model,
        data or (),
        more=more or (),
        split=split or "",
        reading=reading,
        join=join or (),
        tasks=task or (),
        calibrate=calibrate,
        worst=WORST if worst is None else worst,
        baselines=baseline or (),
        train=train or (),
        output=output,
        html=html,
        force=force,
        note=print_message,
    )
    if as_json:
        print_json(plain(result))
        return
    print_evaluation(
        [task.scores for task in result.tasks],
        result.analyses,
        result.reliabilities,
        title=result.title,
        speed=result.speed,
        worst=worst or 0,
        signatures=[task.signature for task in result.tasks],
        notes=result.notes,
    )
