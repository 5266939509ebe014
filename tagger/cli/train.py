"""`tagger train`: settings to a model folder."""

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tagger.cli.dataset_options import (
    DevSplit,
    InputDataset,
    Streaming,
    TokenColumn,
    TrainingSplit,
    dataset_settings,
)
from tagger.cli.processes import Device, is_silent

if TYPE_CHECKING:
    from tagger.config import Settings


def train(
    settings: Annotated[
        Path | None,
        typer.Argument(help="Settings file (TOML); `tagger init` writes one.", show_default=False),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder of the model to write.", show_default=False)
    ] = None,
    data: Annotated[
        str | None, typer.Option(help="Prepared folder; overrides data.folder.", show_default=False)
    ] = None,
    input_dataset: InputDataset = None,
    split: TrainingSplit = None,
    dev_split: DevSplit = None,
    column: TokenColumn = None,
    streaming: Streaming = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", help="section.key=value, over the file's.", show_default=False),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="Model to take word vectors and layers from (transfer.model), and their sizes where none are stated.",
            show_default=False,
        ),
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(
            help="Go on with the run in this folder, exactly as if never interrupted.", show_default=False
        ),
    ] = None,
    overfit: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="Check that N training sentences can be learnt by heart, without dropout and penalties.",
            show_default=False,
        ),
    ] = None,
    device: Device = "",
    force: Annotated[bool, typer.Option("--force", help="Replace the output folder if it exists.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, only the result.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
) -> None:
    """Train a network on prepared data or corpus files.

    Without a settings file every tag column of --data becomes a task with the default settings. Ctrl-C keeps the best
    weights so far; `tagger train --resume FOLDER` goes on after the last finished epoch.

    --overfit N is the first check when a training comes to nothing: it says whether the network can learn N sentences
    at all, and if not, what to try and which sentences are still wrong. It needs no --output; exit code 1: not learnt.

    `torchrun --nproc-per-node 2 -m tagger train ...` trains in two processes, which share every batch.
    """
    dataset = dataset_settings(input_dataset, split, dev_split, column, streaming=streaming)
    if resume is not None:
        if settings or output or data or dataset or overrides or source or overfit or device or force:
            raise typer.BadParameter(
                "--resume takes everything from the run's own settings", param_hint="--resume"
            )
    elif output is None and overfit is None:
        raise typer.BadParameter("name the folder of the model to write", param_hint="--output")
    elif settings is None and data is None and not dataset:
        expected = "give a settings file, or --data FOLDER or --input-dataset NAME to train with the defaults"
        raise typer.BadParameter(expected)
    silent = is_silent()
    if overfit is not None and "RANK" in os.environ and os.environ.get("WORLD_SIZE", "1") != "1":
        raise typer.BadParameter("it is a check of one process", param_hint="--overfit")
    quiet = quiet or silent
    if resume is not None and _is_finetuning(resume):
        from tagger.cli.finetune import resume_run

        resume_run(resume, quiet=quiet, as_json=as_json)
        return
    from tagger.recipes.transfer_settings import load_training_settings

    extra = [*([f"data.folder={data}"] if data else []), *dataset]
    extra += [f"transfer.model={source}"] if source else []
    extra += [f"training.device={device}"] if device else []
    sizes: list[str] = []
    chosen = (
        None if resume else load_training_settings(settings, [*extra, *(overrides or [])], note=sizes.append)
    )  # before torch is loaded
    # Threads of torch that wait for one another should soon sleep: spinning on, as they do by default, makes training
    # ten times slower beside another busy program; sleeping at once, half as fast on idle cores. Read with torch.
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")
    if overfit is not None:
        assert chosen is not None
        _overfit(chosen, overfit, output, notes=sizes, force=force, quiet=quiet, as_json=as_json)
        return
    from tagger.recipes.train import resume_settings
    from tagger.recipes.train import train as run
    from tagger.reports.live import TrainingDisplay
    from tagger.reports.training import print_training

    resolved = chosen or resume_settings(resume or Path())
    folder = resume or output
    assert folder is not None
    with TrainingDisplay(
        epochs=resolved.training.epochs, score=resolved.training.score, quiet=quiet
    ) as display:
        for line in sizes:
            display.note(line, detail=True)
        report = run(
            resolved,
            folder,
            force=force,
            resume=resume is not None,
            observe=display.show,
            note=partial(display.note, detail=True),
        )
    if not silent:
        print_training(report, as_json=as_json, layers=not quiet)
    if report.interrupted:
        raise typer.Exit(130)


def _is_finetuning(run: Path) -> bool:
    from tagger.recipes.finetune_beginning import read_beginning

    return read_beginning(run) is not None


def _overfit(
    settings: "Settings",
    sentences: int,
    output: Path | None,
    *,
    notes: list[str],
    force: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    from tagger.recipes.overfit import overfit as run
    from tagger.recipes.overfit import without_restraint
    from tagger.reports.live import TrainingDisplay
    from tagger.reports.training import print_overfit

    epochs = without_restraint(settings).training.epochs
    with TrainingDisplay(
        epochs=epochs, score=settings.training.score, scored="same sentences", quiet=quiet
    ) as display:
        note = partial(display.note, detail=True)
        for line in notes:
            note(line)
        report = run(settings, sentences, output=output, force=force, observe=display.show, note=note)
    print_overfit(report, as_json=as_json)
    if not report.learnt:
        raise typer.Exit(1)
