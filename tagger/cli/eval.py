"""`tagger eval`: scores of a model, or of several that vote, on gold data."""

from pathlib import Path
from typing import Annotated, Any, Literal

from typer import Argument, Option

from tagger.cli.prep import column_schemes


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
    split: Annotated[
        str, Option("--split", help="Which split of a prepared folder.", metavar="NAME")
    ] = "dev",
    task: Annotated[
        list[str] | None, Option("--task", help="Score this task only; may be repeated.", metavar="NAME")
    ] = None,
    input_format: Annotated[
        str | None,
        Option(
            "--format",
            help="Format of the files: auto, columns, conllu, iob2, jsonl, dataset; by default as in training.",
            metavar="FORMAT",
        ),
    ] = None,
    columns: Annotated[
        str | None,
        Option(
            "--columns", help="Names of a column file's columns, such as word,pos,ner.", metavar="NAME,NAME"
        ),
    ] = None,
    maps: Annotated[
        list[str] | None, Option("--map", help="Rename a label; may be repeated.", metavar="[COLUMN:]OLD=NEW")
    ] = None,
    join: Annotated[
        list[str] | None,
        Option("--join", help="More tag columns on the same tokens; may be repeated.", metavar="FILE"),
    ] = None,
    wide_rows: Annotated[
        Literal["error", "join"] | None,
        Option("--wide-rows", help="A row with too many columns: join its first ones as the word."),
    ] = None,
    input_scheme: Annotated[
        list[str] | None,
        Option(
            help="Scheme of a column (IOB1, IOB2, IOBES, none) instead of what its tags say.",
            metavar="COLUMN=SCHEME",
        ),
    ] = None,
    broken_tags: Annotated[
        Literal["error", "repair"] | None,
        Option(help="A tag that breaks its scheme: repair reads it as conlleval does."),
    ] = None,
    calibrate: Annotated[
        bool,
        Option(
            "--calibrate",
            help="First fit the temperatures of MODEL's probabilities on these data and write them into it; the tags "
            "stay the same.",
        ),
    ] = False,
    as_json: Annotated[bool, Option("--json", help="Print the scores as JSON.")] = False,
    output: Annotated[
        Path | None,
        Option("--output", "-o", help="Write the scores to this file too, as JSON.", metavar="FILE"),
    ] = None,
    force: Annotated[bool, Option("--force", help="Replace the output if it is there.")] = False,
) -> None:
    """Score a model: entities by type (conlleval and strict), token accuracy on seen and unseen words, calibration."""
    from tagger.recipes.evaluate import as_json as plain
    from tagger.recipes.evaluate import evaluate as run
    from tagger.reports.calibration import print_reliability
    from tagger.reports.console import print_json, print_scores

    given: dict[str, Any] = {
        "format": input_format,
        "columns": tuple(name.strip() for name in columns.split(",")) if columns else None,
        "maps": tuple(maps) if maps else None,
        "wide_rows": wide_rows,
        "input_schemes": column_schemes(input_scheme) if input_scheme else None,
        "broken_tags": broken_tags,
    }
    reading = {name: value for name, value in given.items() if value is not None}
    result = run(
        model,
        data or (),
        more=more or (),
        split=split,
        reading=reading,
        join=join or (),
        tasks=task or (),
        calibrate=calibrate,
        output=output,
        force=force,
    )
    if as_json:
        print_json(plain(result))
        return
    print_scores(
        [task.scores for task in result.tasks],
        more=lambda: print_reliability(
            {task.scores.task: task.reliability for task in result.tasks if task.reliability}
        ),
        title=f"{result.model} on {', '.join(dict.fromkeys(task.data for task in result.tasks))}",
        signatures=[task.signature for task in result.tasks],
        notes=result.notes,
    )
