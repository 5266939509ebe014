"""`tagger finetune`: a model and new data to a model that knows both."""

import os
from functools import partial
from pathlib import Path
from typing import Annotated

from typer import Argument as Positional
from typer import BadParameter, Exit, Option

from tagger.cli.dataset_options import (
    DevSplit,
    InputDataset,
    Streaming,
    TokenColumn,
    TrainingSplit,
    dataset_settings,
)
from tagger.cli.processes import Device, is_silent


def finetune(
    model: Annotated[
        Path | None, Positional(help="Folder of the model to start from.", show_default=False)
    ] = None,
    data: Annotated[
        str, Option(help="New data: a prepared folder, or a settings file (TOML).", show_default=False)
    ] = "",
    input_dataset: InputDataset = None,
    split: TrainingSplit = None,
    dev_split: DevSplit = None,
    column: TokenColumn = None,
    streaming: Streaming = None,
    output: Annotated[
        Path | None, Option("--output", "-o", help="Folder of the model to write.", show_default=False)
    ] = None,
    maps: Annotated[
        list[str] | None,
        Option(
            "--map",
            metavar="MAP",
            help="[COLUMN:]OLD=NEW: change a label of the new data; may be repeated.",
            show_default=False,
        ),
    ] = None,
    freeze: Annotated[
        list[str] | None,
        Option(
            metavar="LAYER",
            help="Layers that do not learn, commas between them: lookup, lookup.word, trunk, trunk.0, heads, "
            "heads.TASK; may be repeated.",
            show_default=False,
        ),
    ] = None,
    rate: Annotated[
        float | None,
        Option(
            help="Learning rate; by default half of that of the model's own training.", show_default=False
        ),
    ] = None,
    rehearse: Annotated[
        list[str] | None,
        Option(
            metavar="OLD_DATA",
            help="Mix in old data (a prepared folder, or corpus files): rehearsal.share of each epoch's words; "
            "may be repeated.",
            show_default=False,
        ),
    ] = None,
    distil: Annotated[
        float | None,
        Option(
            metavar="WEIGHT",
            help="Weight of the cross entropy with what the model says of its tasks, so that it is not forgotten.",
            show_default=False,
        ),
    ] = None,
    old: Annotated[
        list[str] | None,
        Option(
            metavar="OLD_DATA",
            help="Data that show what was forgotten; by default the development data of the model; may be "
            "repeated.",
            show_default=False,
        ),
    ] = None,
    auto: Annotated[
        bool,
        Option(
            "--auto", help="Choose layers and rate by the size of the new data and how well they are known."
        ),
    ] = False,
    overrides: Annotated[
        list[str] | None,
        Option(
            "--set", help="section.key=value, over the model's settings; may be repeated.", show_default=False
        ),
    ] = None,
    resume: Annotated[
        Path | None,
        Option(
            help="Go on with the run in this folder, exactly as if never interrupted.", show_default=False
        ),
    ] = None,
    device: Device = "",
    force: Annotated[bool, Option("--force", help="Replace the output folder if it exists.")] = False,
    quiet: Annotated[bool, Option("--quiet", "-q", help="No progress, only the result.")] = False,
    as_json: Annotated[bool, Option("--json", help="Print the result as one JSON object.")] = False,
) -> None:
    """Train a model further on new data: the same labels or more, new tasks beside old ones, new words.

    It ends with a table: scores on old and on new development data, before and after, with intervals. To keep old
    skills, mix in old data (--rehearse) or let the model itself teach (--distil), or freeze layers.

    The features stay those of MODEL. One from `tagger pretrain` has the word alone: `tagger train --from MODEL` adds
    capitals, affixes and characters, and is the better start from it.
    """
    chosen = [
        *(overrides or []),
        *dataset_settings(input_dataset, split, dev_split, column, streaming=streaming),
        *([f"transfer.freeze={_layers(freeze)}"] if freeze else []),
        *([f"optimizer.rate={rate}"] if rate is not None else []),
        *([f"rehearsal.distillation={distil}"] if distil is not None else []),
        *([f"training.device={device}"] if device else []),
    ]
    if resume is not None:
        if model or data or output or maps or chosen or rehearse or old or auto or force:
            raise BadParameter("--resume takes everything from the run itself", param_hint="--resume")
        resume_run(resume, quiet=quiet, as_json=as_json)
        return
    if model is None:
        raise BadParameter("name the folder of the model to start from", param_hint="MODEL")
    if output is None:
        raise BadParameter("name the folder of the model to write", param_hint="--output")
    if not data and not overrides and not input_dataset:
        expected = (
            "name the new data: a prepared folder or a settings file, or a data set with --input-dataset"
        )
        raise BadParameter(expected, param_hint="--data")
    from tagger.recipes.finetune_settings import build_request

    request = build_request(
        model, data, overrides=chosen, maps=maps or [], rehearse=rehearse or [], old=old or [], auto=auto
    )  # before torch is loaded
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")  # see `tagger train`
    silent = is_silent()
    from tagger.recipes.finetune import run_finetuning
    from tagger.reports.finetune import print_finetuning
    from tagger.reports.live import TrainingDisplay

    training = request.settings.training
    with TrainingDisplay(epochs=training.epochs, score=training.score, quiet=quiet or silent) as display:
        report = run_finetuning(
            request, output, force=force, observe=display.show, note=partial(display.note, detail=True)
        )
    if not silent:
        print_finetuning(report, as_json=as_json, layers=not quiet)
    if report.training.interrupted:
        raise Exit(130)


def _layers(names: list[str]) -> list[str]:
    return [name.strip() for listed in names for name in listed.split(",") if name.strip()]


def resume_run(folder: Path, *, quiet: bool, as_json: bool) -> None:
    """Go on with the fine-tuning in `folder`."""
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")  # see `tagger train`
    silent = is_silent()
    from tagger.recipes.finetune import resume_finetuning
    from tagger.recipes.train import resume_settings
    from tagger.reports.finetune import print_finetuning
    from tagger.reports.live import TrainingDisplay

    training = resume_settings(folder).training
    with TrainingDisplay(epochs=training.epochs, score=training.score, quiet=quiet or silent) as display:
        report = resume_finetuning(folder, observe=display.show, note=partial(display.note, detail=True))
    if not silent:
        print_finetuning(report, as_json=as_json, layers=not quiet)
    if report.training.interrupted:
        raise Exit(130)
